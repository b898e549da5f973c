/** awsQuery requests: `Conditions.member.1.Field=path-pattern` into the typed input its schema describes. */
import type {Members, Shape} from './model.ts'
import {scalarFromText} from './scalars.ts'

interface Tree {
  value?: string
  readonly children: Map<string, Tree>
}

export function fromQuery(shape: Shape, parameters: URLSearchParams): Members {
  const root: Tree = {children: new Map()}
  for (const [key, value] of parameters) {
    let node = root
    for (const part of key.split('.')) {
      let next = node.children.get(part)
      if (next === undefined) {
        next = {children: new Map()}
        node.children.set(part, next)
      }
      node = next
    }
    node.value = value
  }
  return shape.isStructSchema() ? read(shape, root) as Members : {}
}

function read(shape: Shape, tree: Tree): unknown {
  if (shape.isStructSchema()) {
    const out: Members = {}
    for (const [name, member] of shape.structIterator()) {
      const child = tree.children.get(member.getMergedTraits().xmlName ?? name)
      if (child !== undefined) out[name] = read(member, child)
    }
    return out
  }
  if (shape.isListSchema()) {
    const item = shape.getValueSchema()
    const flattened = Boolean(shape.getMergedTraits().xmlFlattened)
    const holder = flattened ? tree : tree.children.get(item.getMergedTraits().xmlName ?? 'member')
    return inOrder(holder).map((one) => read(item, one))
  }
  if (shape.isMapSchema()) {
    const holder = shape.getMergedTraits().xmlFlattened ? tree : tree.children.get('entry')
    return Object.fromEntries(inOrder(holder).map((entry) => {
      const value = entry.children.get('value')
      return [entry.children.get('key')?.value ?? '', value === undefined ? undefined : read(shape.getValueSchema(), value)]
    }))
  }
  return scalarFromText(shape, tree.value ?? '', 'date-time')
}

function inOrder(holder: Tree | undefined): readonly Tree[] {
  return [...holder?.children ?? []].sort(([a], [b]) => Number(a) - Number(b)).map(([, one]) => one)
}

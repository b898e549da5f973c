/**
 * awsQuery requests: `Conditions.member.1.Field=path-pattern` into the typed input its schema describes. EC2's dialect has names
 * of its own, begins them with a capital and numbers every list in place: `Filter.1.Value.1=vpc-1`.
 */
import type {Members, Shape} from './model.ts'
import {scalarFromText} from './scalars.ts'

interface Tree {
  value?: string
  readonly children: Map<string, Tree>
}

export type QueryDialect = 'query' | 'ec2'

export function fromQuery(shape: Shape, parameters: URLSearchParams, dialect: QueryDialect = 'query'): Members {
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
  return shape.isStructSchema() ? (read(shape, root, dialect) as Members) : {}
}

function read(shape: Shape, tree: Tree, dialect: QueryDialect): unknown {
  if (shape.isStructSchema()) {
    const out: Members = {}
    for (const [name, member] of shape.structIterator()) {
      const child = tree.children.get(keyOf(name, member, dialect))
      if (child !== undefined) out[name] = read(member, child, dialect)
    }
    return out
  }
  if (shape.isListSchema()) {
    const item = shape.getValueSchema()
    const flattened = dialect === 'ec2' || Boolean(shape.getMergedTraits().xmlFlattened)
    const holder = flattened ? tree : tree.children.get(item.getMergedTraits().xmlName ?? 'member')
    return inOrder(holder).map((one) => read(item, one, dialect))
  }
  if (shape.isMapSchema()) {
    const holder = shape.getMergedTraits().xmlFlattened ? tree : tree.children.get('entry')
    return Object.fromEntries(
      inOrder(holder).map((entry) => {
        const value = entry.children.get('value')
        return [
          entry.children.get('key')?.value ?? '',
          value === undefined ? undefined : read(shape.getValueSchema(), value, dialect),
        ]
      }),
    )
  }
  return scalarFromText(shape, tree.value ?? '', 'date-time')
}

function keyOf(name: string, member: Shape, dialect: QueryDialect): string {
  const {xmlName, ec2QueryName} = member.getMergedTraits() as {readonly xmlName?: string; readonly ec2QueryName?: string}
  if (dialect === 'query') return xmlName ?? name
  const key = xmlName ?? name
  return ec2QueryName ?? `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`
}

function inOrder(holder: Tree | undefined): readonly Tree[] {
  return [...(holder?.children ?? [])].sort(([a], [b]) => Number(a) - Number(b)).map(([, one]) => one)
}

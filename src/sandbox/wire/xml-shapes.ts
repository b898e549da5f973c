/** Schema-driven XML, both ways: the answers of awsQuery, and restXml's bodies. */
import type {Members, Shape} from './model.ts'
import {scalarFromText, scalarToText} from './scalars.ts'
import {escapeXml} from './xml.ts'
import type {XmlElement} from './xml.ts'

/** One element, or one per item for a flattened list. `only` limits the members of the outermost structure. */
export function toXml(shape: Shape, value: unknown, tag: string, only?: (name: string) => boolean): string {
  if (value === undefined || value === null) return ''
  if (shape.isStructSchema()) {
    let inner = ''
    for (const [name, member] of shape.structIterator()) {
      if (only !== undefined && !only(name)) continue
      inner += toXml(member, (value as Members)[name], member.getMergedTraits().xmlName ?? name)
    }
    return `<${tag}>${inner}</${tag}>`
  }
  if (shape.isListSchema()) {
    const item = shape.getValueSchema()
    const flattened = isFlattened(shape)
    const name = flattened ? tag : (item.getMergedTraits().xmlName ?? 'member')
    const items = (value as readonly unknown[]).map((one) => toXml(item, one, name)).join('')
    return flattened ? items : `<${tag}>${items}</${tag}>`
  }
  if (shape.isMapSchema()) {
    const keyTag = shape.getKeySchema().getMergedTraits().xmlName ?? 'key'
    const valueTag = shape.getValueSchema().getMergedTraits().xmlName ?? 'value'
    const flattened = isFlattened(shape)
    const name = flattened ? tag : 'entry'
    const entries = Object.entries(value)
      .map(
        ([key, one]) =>
          `<${name}><${keyTag}>${escapeXml(key)}</${keyTag}>${toXml(shape.getValueSchema(), one, valueTag)}</${name}>`,
      )
      .join('')
    return flattened ? entries : `<${tag}>${entries}</${tag}>`
  }
  return `<${tag}>${escapeXml(scalarToText(shape, value, 'date-time'))}</${tag}>`
}

export function fromXml(shape: Shape, element: XmlElement): unknown {
  if (shape.isStructSchema()) {
    const out: Members = {}
    for (const [name, member] of shape.structIterator()) {
      const tag = member.getMergedTraits().xmlName ?? name
      const found = element.children.filter((child) => child.name === tag)
      const first = found[0]
      if (first === undefined) continue
      out[name] =
        member.isListSchema() && isFlattened(member)
          ? found.map((one) => fromXml(member.getValueSchema(), one))
          : fromXml(member, first)
    }
    return out
  }
  if (shape.isListSchema()) return element.children.map((child) => fromXml(shape.getValueSchema(), child))
  if (shape.isMapSchema()) {
    return Object.fromEntries(
      element.children.map((entry) => {
        const [key, value] = entry.children
        return [key?.text ?? '', value === undefined ? undefined : fromXml(shape.getValueSchema(), value)]
      }),
    )
  }
  return scalarFromText(shape, element.text, 'date-time')
}

function isFlattened(shape: Shape): boolean {
  return Boolean(shape.getMergedTraits().xmlFlattened)
}

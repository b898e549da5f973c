/** Schema-driven JSON, both ways. Unknown members are dropped, as AWS does, unless the reader is told to name them. */
import type {Members, Shape} from './model.ts'
import {scalarToText, timestampFormat, timestampFromText} from './scalars.ts'

/** `unknown` collects the paths of members the schema doesn't have. */
export function fromJson(shape: Shape, value: unknown, unknownPaths: string[] = [], path = ''): unknown {
  if (value === undefined || value === null) return undefined
  if (shape.isDocumentSchema()) return value
  if (shape.isStructSchema() && typeof value === 'object') {
    const members = shape.getMemberSchemas()
    const out: Members = {}
    for (const [key, given] of Object.entries(value)) {
      const name = memberByJsonName(members, key)
      const at = path === '' ? key : `${path}.${key}`
      if (name === undefined) unknownPaths.push(at)
      else out[name] = fromJson(shape.getMemberSchema(name), given, unknownPaths, at)
    }
    return out
  }
  if (shape.isListSchema() && Array.isArray(value)) {
    return value.map((item, index) => fromJson(shape.getValueSchema(), item, unknownPaths, `${path}[${index}]`))
  }
  if (shape.isMapSchema() && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, fromJson(shape.getValueSchema(), item, unknownPaths, `${path}.${key}`)]),
    )
  }
  if (shape.isTimestampSchema()) {
    return typeof value === 'number'
      ? new Date(value * 1000)
      : timestampFromText(value as string, timestampFormat(shape, 'date-time'))
  }
  if (shape.isBlobSchema() && typeof value === 'string') return Buffer.from(value, 'base64')
  return value
}

function memberByJsonName(members: Record<string, Shape>, key: string): string | undefined {
  if (Object.hasOwn(members, key)) return key
  return Object.keys(members).find((name) => members[name]?.getMergedTraits().jsonName === key)
}

export function toJson(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  if (shape.isDocumentSchema()) return value
  if (shape.isStructSchema()) {
    const out: Members = {}
    for (const [name, member] of shape.structIterator()) {
      const json = toJson(member, (value as Members)[name])
      if (json !== undefined) out[member.getMergedTraits().jsonName ?? name] = json
    }
    return out
  }
  if (shape.isListSchema()) return (value as readonly unknown[]).map((item) => toJson(shape.getValueSchema(), item))
  if (shape.isMapSchema()) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(shape.getValueSchema(), item)]))
  }
  if (shape.isTimestampSchema()) {
    const format = timestampFormat(shape, 'epoch-seconds')
    return format === 'epoch-seconds' ? (value as Date).getTime() / 1000 : scalarToText(shape, value, format)
  }
  if (shape.isBlobSchema()) return scalarToText(shape, value, 'epoch-seconds')
  return value
}

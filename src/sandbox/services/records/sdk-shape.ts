/**
 * A template's properties in the shape an SDK client reads, driven by the client's own schema: names are matched without case
 * (`AcmCertificateArn` is `ACMCertificateArn`), text becomes the number or boolean the schema wants, and a list becomes
 * CloudFront's `{Quantity, Items}` where the schema has that. What the schema doesn't know is left out.
 */
import type {Shape} from '../../wire/model.ts'

export function sdkShape(shape: Shape, value: unknown): unknown {
  if (value === undefined || value === null) return undefined
  if (shape.isStructSchema()) {
    if (Array.isArray(value)) return counted(shape, value)
    return typeof value === 'object' ? members(shape, value as Readonly<Record<string, unknown>>) : undefined
  }
  if (shape.isListSchema()) return Array.isArray(value) ? value.map((one) => sdkShape(shape.getValueSchema(), one)) : undefined
  if (shape.isMapSchema()) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, sdkShape(shape.getValueSchema(), one)]))
  }
  if (shape.isBooleanSchema()) return value === true || value === 'true'
  if (shape.isNumericSchema()) return Number(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function counted(shape: Shape, list: readonly unknown[]): unknown {
  const items = shape.getMemberSchemas()['Items']
  return items === undefined
    ? undefined
    : {Quantity: list.length, Items: list.map((one) => sdkShape(items.getValueSchema(), one))}
}

function members(shape: Shape, value: Readonly<Record<string, unknown>>): unknown {
  const given = new Map(Object.entries(value).map(([name, one]) => [name.toLowerCase(), one]))
  return Object.fromEntries(
    [...shape.structIterator()]
      .map(([name, member]) => [name, sdkShape(member, given.get(name.toLowerCase()))] as const)
      .filter(([, one]) => one !== undefined),
  )
}

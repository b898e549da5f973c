/**
 * Reading the properties of a template's resource. CloudFormation takes `'true'` for true and `'5'` for 5, so the readers do too;
 * what isn't there is undefined or empty, never an error: the schema was checked before.
 */
export type Bag = Readonly<Record<string, unknown>>

export function text(bag: Bag, name: string): string | undefined {
  const value = bag[name]
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

export function number(bag: Bag, name: string): number | undefined {
  const value = text(bag, name)
  return value === undefined || value === '' ? undefined : Number(value)
}

export function flag(bag: Bag, name: string): boolean {
  return text(bag, name) === 'true'
}

export function bag(from: Bag, name: string): Bag {
  const value = from[name]
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Bag) : {}
}

export function texts(from: Bag, name: string): readonly string[] {
  const value = from[name]
  return Array.isArray(value) ? value.map(String) : []
}

export function bags(from: Bag, name: string): readonly Bag[] {
  const value = from[name]
  return Array.isArray(value) ? value.filter((one): one is Bag => typeof one === 'object' && one !== null) : []
}

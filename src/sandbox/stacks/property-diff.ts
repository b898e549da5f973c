/**
 * What differs between two resolved values, leaf by leaf. Pure. Numbers and booleans equal their texts, because parameters are
 * texts. What isn't known before it is made differs from everything.
 */

/** In a change set: known only once it is carried out. A text, so that it can stand wherever a value does. */
export const unknownValue = '{{changeSet:KNOWN_AFTER_APPLY}}'

export interface LeafChange {
  readonly path: readonly string[]
  readonly kind: 'Add' | 'Modify' | 'Remove'
  readonly before: unknown
  readonly after: unknown
}

export function leafChanges(before: unknown, after: unknown, path: readonly string[] = []): readonly LeafChange[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined) return [{path, kind: 'Add', before, after}]
  if (after === undefined) return [{path, kind: 'Remove', before, after}]
  if (Array.isArray(before) && Array.isArray(after)) {
    const [one, other] = [before as readonly unknown[], after as readonly unknown[]]
    return Array.from({length: Math.max(one.length, other.length)}, (_, index) => index).flatMap((index) =>
      leafChanges(one[index], other[index], [...path, String(index)]),
    )
  }
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
      leafChanges(before[name], after[name], [...path, name]),
    )
  }
  if (sameScalar(before, after)) return []
  return [{path, kind: 'Modify', before, after}]
}

export const isSame = (before: unknown, after: unknown): boolean => leafChanges(before, after).length === 0

export function hasUnknown(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(unknownValue)
  if (Array.isArray(value)) return value.some(hasUnknown)
  return isObject(value) && Object.values(value).some(hasUnknown)
}

function sameScalar(before: unknown, after: unknown): boolean {
  if (typeof after === 'string' && after.includes(unknownValue)) return false
  if (before === null || after === null) return before === after
  return typeof before !== 'object' && typeof after !== 'object' && scalarText(before) === scalarText(after)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const scalarText = (value: unknown): string => String(value)

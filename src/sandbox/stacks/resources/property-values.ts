/**
 * Properties as CloudFormation hands them to services: what a parameter gave as text becomes the number or the boolean the
 * service wants, and names change their case where a service writes them differently. Pure.
 */
import type {Properties} from '../contract.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
export const number = (value: unknown): number | undefined => (value === undefined || value === '' ? undefined : Number(value))
export const flag = (value: unknown): boolean | undefined =>
  value === undefined ? undefined : value === true || value === 'true'
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const record = (value: unknown): Properties => (isObject(value) ? value : {})

export interface Kinds {
  readonly numbers?: readonly string[]
  readonly flags?: readonly string[]
  readonly texts?: readonly string[]
}

/** The same value, in which members of these names, however deep, are numbers, booleans or texts. */
export function withKinds<T>(value: T, kinds: Kinds): T {
  const walk = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(walk)
    if (!isObject(one)) return one
    return Object.fromEntries(Object.entries(one).map(([name, member]) => [name, kindOf(name, member, kinds) ?? walk(member)]))
  }
  return walk(value) as T
}

function kindOf(name: string, member: unknown, {numbers = [], flags = [], texts = []}: Kinds): unknown {
  if (numbers.includes(name)) return number(member)
  if (flags.includes(name)) return flag(member)
  return texts.includes(name) ? text(member) : undefined
}

/** Keys of these hold names of the user's own, which aren't touched. */
const OWN_NAMES = new Set(['dockerLabels', 'options', 'labels', 'driverOpts', 'systemControls'])

/** `{LogConfiguration: {LogDriver}}` → `{logConfiguration: {logDriver}}` */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const lower = name.charAt(0).toLowerCase() + name.slice(1)
      return [lower, OWN_NAMES.has(lower) ? member : camelCased(member)]
    }),
  )
}

/** Some members of it. */
export function only(properties: object, names: readonly string[]): Properties {
  const members = properties as Properties
  return Object.fromEntries(names.flatMap((name) => (members[name] === undefined ? [] : [[name, members[name]]])))
}

/** Whether two values mean the same to CloudFormation, for which `"5"` is 5 and `true` is `"true"`. */
export function means(one: unknown, other: unknown): boolean {
  if (isObject(one) && isObject(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)])
    return [...names].every((name) => means(one[name], other[name]))
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, index) => means(each, other[index]))
  }
  return one === other || (text(one) !== undefined && text(one) === text(other))
}

/** The template's properties, with those present ones that don't mean the same: what drift compares. */
export function drifted(expected: Properties, present: Properties): Properties {
  const differs = ([name, value]: [string, unknown]): boolean => expected[name] !== undefined && !means(expected[name], value)
  return {...expected, ...Object.fromEntries(Object.entries(present).filter(differs))}
}

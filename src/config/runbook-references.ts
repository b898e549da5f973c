/**
 * `${place.recovery}`, `${steps.ID.FACT}` and `${env.NAME}` in a runbook's values: found here, filled in when a step runs. A text that is
 * nothing but one reference keeps the kind of value it refers to; `$${` is a plain `${`. What the environment holds is a secret: it is
 * filled in by who sends the request and by nobody before, so that no journal, screen or report ever holds it. Pure.
 */
import type {Value} from './runbook.ts'

export type Reference =
  | {readonly kind: 'place'; readonly name: string}
  | {readonly kind: 'steps'; readonly step: string; readonly fact: string; readonly rest: string}
  | {readonly kind: 'env'; readonly name: string}
  | {readonly kind: 'unknown'; readonly text: string}

/** What a place can be asked for; `recovery` only where there is a recovery Region. */
export const placeNames = ['service', 'environment', 'account', 'home', 'recovery', 'database', 'api', 'site', 'vault'] as const
export type PlaceName = (typeof placeNames)[number]

const pattern = /\$\$\{|\$\{([^}]*)\}/g

export function reference(inner: string): Reference {
  const place = /^place\.([A-Za-z]+)$/.exec(inner)
  if (place !== null) return {kind: 'place', name: place[1] ?? ''}
  const step = /^steps\.([a-z][a-z0-9-]*)\.([A-Za-z][A-Za-z0-9_-]*)((?:[.[].*)?)$/.exec(inner)
  if (step !== null) return {kind: 'steps', step: step[1] ?? '', fact: step[2] ?? '', rest: (step[3] ?? '').replace(/^\./, '')}
  const env = /^env\.([A-Za-z_][A-Za-z0-9_]*)$/.exec(inner)
  if (env !== null) return {kind: 'env', name: env[1] ?? ''}
  return {kind: 'unknown', text: inner}
}

export interface FoundReference {
  readonly path: readonly (string | number)[]
  readonly reference: Reference
}

/** Every reference in a value, with the way to it. */
export function referencesIn(value: unknown, path: readonly (string | number)[] = []): readonly FoundReference[] {
  if (typeof value === 'string') {
    return [...value.matchAll(pattern)].flatMap(([, inner]) => (inner === undefined ? [] : [{path, reference: reference(inner)}]))
  }
  if (Array.isArray(value)) return value.flatMap((one, index) => referencesIn(one, [...path, index]))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => referencesIn(one, [...path, key]))
  return []
}

/** Variables of the environment that a value refers to. */
export const variablesIn = (value: unknown): readonly string[] => [
  ...new Set(referencesIn(value).flatMap(({reference: found}) => (found.kind === 'env' ? [found.name] : []))),
]

/** The same value with every reference replaced. `look` throws where there is nothing. */
export function filledIn<T extends Value>(value: T, look: (reference: Reference) => Value): T {
  return fill(value, look) as T
}

function fill(value: Value, look: (reference: Reference) => Value): Value {
  if (typeof value === 'string') {
    const whole = /^\$\{([^}]*)\}$/.exec(value)
    if (whole !== null) return look(reference(whole[1] ?? ''))
    return value.replace(pattern, (all: string, inner: string | undefined) =>
      inner === undefined ? '${' : asText(look(reference(inner))),
    )
  }
  if (isList(value)) return value.map((one) => fill(one, look))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, look)]))
  return value
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
const asText = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** What a path leads to; undefined where it leads nowhere. `DBInstances[0].DBInstanceStatus` */
export function atPath(root: unknown, path: string): unknown {
  let value = root
  for (const part of path.split(/[.[\]]+/).filter((one) => one !== '')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[part]
  }
  return value
}

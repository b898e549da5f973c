/** What is wrong with `uses` and what it is told. Pure. */
import {nearest} from '../nearest.ts'
import type {Problem} from './problem.ts'
import {mapOf, textOf} from './runbook-raw.ts'
import type {RawStep} from './runbook-raw.ts'
import {builtInSteps, isBuiltIn} from './runbook-uses.ts'
import type {WithKind} from './runbook-uses.ts'
import {durationHint, parseInterval, shown} from './units.ts'

export function usesProblems({raw, path}: RawStep): readonly Problem[] {
  const name = textOf(raw['uses'])
  if (name === '') return []
  const names = Object.keys(builtInSteps)
  if (!isBuiltIn(name)) {
    const [meant] = nearest(name, names)
    return [
      {
        path: [...path, 'uses'],
        on: 'value',
        message: `no such step comes with the tool${meant === undefined ? `; there are ${names.join(', ')}` : `; did you mean ${meant}?`}`,
      },
    ]
  }
  const kinds: Readonly<Record<string, WithKind>> = builtInSteps[name].with
  const given = mapOf(raw['with'])
  const missing = Object.entries(kinds).filter(([key, kind]) => !kind.endsWith('?') && given[key] === undefined)
  return [
    ...Object.keys(given)
      .filter((key) => !Object.hasOwn(kinds, key))
      .map((key): Problem => ({
        path: [...path, 'with', key],
        on: 'key',
        message: `${name} isn't told this; it is told ${Object.keys(kinds).join(', ')}`,
      })),
    ...missing.map(([key]): Problem => ({
      path: [...path, raw['with'] === undefined ? 'uses' : 'with'],
      on: 'value',
      message: `missing: ${key}, ${said[kinds[key] ?? 'text']}`,
    })),
    ...Object.entries(kinds).flatMap(([key, kind]) => {
      const wrong = given[key] === undefined ? null : wrongKind(kind, given[key])
      return wrong === null ? [] : [{path: [...path, 'with', key], on: 'value' as const, message: wrong}]
    }),
  ]
}

const said: Readonly<Record<WithKind, string>> = {
  text: 'a text',
  'text?': 'a text',
  'region?': 'a Region, or ${place.recovery}',
  'duration?': 'a duration like 30s',
  count: 'a whole number',
  'count?': 'a whole number',
  'paths?': 'a list of paths that begin with /',
  presence: 'present or absent',
}

function wrongKind(kind: WithKind, value: unknown): string | null {
  const wrong = `${shown(value)} isn't usable here: ${said[kind]}`
  switch (kind) {
    case 'text':
    case 'text?':
      return typeof value === 'string' && value !== '' ? null : wrong
    case 'region?':
      return /^([a-z]{2}(-[a-z]+)+-\d+|\$\{place\.(home|recovery)\})$/.test(textOf(value)) ? null : wrong
    case 'duration?':
      return typeof value === 'string' && parseInterval(value) !== null ? null : durationHint(value, '30s')
    case 'count':
    case 'count?':
      return (typeof value === 'number' && Number.isInteger(value) && value >= 1) || isReference(value) ? null : wrong
    case 'paths?':
      return Array.isArray(value) && value.length > 0 && value.every((one) => /^\/\S*$/.test(textOf(one))) ? null : wrong
    case 'presence':
      return value === 'present' || value === 'absent' ? null : wrong
  }
}

/** A number that an earlier step found out. */
const isReference = (value: unknown): boolean => /^\$\{steps\.[^}]*\}$/.test(textOf(value))

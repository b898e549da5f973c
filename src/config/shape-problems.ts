/**
 * What the schema finds wrong, in our words: unknown keys with the nearest known one, gates that lack their metric. Pure.
 */
import {z} from 'zod'
import {nearest} from '../nearest.ts'
import type {Problem} from './problem.ts'
import {pathText, valueAt} from './problem.ts'
import type {ConfigInput, StackConfigInput} from './schema.ts'
import {configSchema, placeKeys, stackConfigSchema} from './schema.ts'
import {shown} from './units.ts'

export type Shape =
  | {readonly ok: true; readonly input: ConfigInput | StackConfigInput}
  | {readonly ok: false; readonly problems: readonly Problem[]}

export function checkShape(raw: unknown): Shape {
  const parsed = (namesItsPlace(raw) ? configSchema : stackConfigSchema).safeParse(raw, {reportInput: true})
  if (parsed.success) return {ok: true, input: parsed.data}
  const mistaken = misnamedGates(raw)
  const others = parsed.error.issues.filter(
    (issue) => !mistaken.some(({path}) => issue.path[0] === path[0] && issue.path[1] === path[1]),
  )
  return {ok: false, problems: [...mistaken, ...others.flatMap((issue) => fromIssue(issue, raw))]}
}

/** With a stack of ours and not a word about what is in it, the stack itself tells. */
const namesItsPlace = (raw: unknown): boolean =>
  valueAt(raw, ['stack']) === undefined || placeKeys.some((key) => valueAt(raw, [key]) !== undefined)

/**
 * A gate of another name without requests and bad is a built-in one misspelt, a second bound, or lacks its metric: one sentence,
 * not six.
 */
function misnamedGates(raw: unknown): readonly Problem[] {
  const gates = valueAt(raw, ['gates'])
  if (typeof gates !== 'object' || gates === null || Array.isArray(gates)) return []
  return Object.entries(gates).flatMap(([name, gate]): readonly Problem[] => {
    const own = name !== 'errors' && name !== 'latency'
    if (!own || valueAt(gate, ['requests']) !== undefined || valueAt(gate, ['bad']) !== undefined) return []
    const [meant] = nearest(name, ['errors', 'latency'])
    if (meant === undefined && valueAt(gate, ['bound']) !== undefined) {
      return [{path: ['gates', name], on: 'key', message: secondBound}]
    }
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    return [
      {
        path: ['gates', name],
        on: 'key',
        message: `this gate has no metric: a gate of your own needs requests and bad, for slots a and b${hint}`,
      },
    ]
  })
}

const secondBound =
  'only the gate latency has a bound; a second one is a gate of your own: bad is TargetResponseTime with stat TC(0.8:)'

function fromIssue(issue: z.core.$ZodIssue, raw: unknown): readonly Problem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path)
    return issue.keys.map((key) => ({path: [...path, key], on: 'key', message: unknownKey(key, known)}))
  }
  const input = valueAt(raw, path)
  const ours = !issue.message.startsWith('Invalid input')
  const message = ours ? issue.message : input === undefined ? 'missing' : `${shown(input)} isn't usable here`
  return [{path, on: 'value', message: path.length === 0 && input === null ? 'the file is empty' : message}]
}

function unknownKey(key: string, known: readonly string[]): string {
  const [meant] = nearest(key, known)
  return meant === undefined ? `unknown key; known here: ${known.join(', ')}` : `unknown key; did you mean ${meant}?`
}

/** The keys that the schema knows at a path. */
function knownKeys(path: Problem['path']): readonly string[] {
  let schema: z.core.$ZodType = configSchema
  for (const part of path) {
    schema = unwrap(schema)
    if (schema instanceof z.ZodObject) {
      const shape = schema.shape as Readonly<Record<string, z.core.$ZodType>>
      schema = shape[String(part)] ?? (schema.def.catchall as z.core.$ZodType)
    } else if (schema instanceof z.ZodArray) schema = schema.element
    else throw new Error(`the schema has nothing at ${pathText(path)}`)
  }
  schema = unwrap(schema)
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return unwrap(schema.unwrap())
  return schema
}

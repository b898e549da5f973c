/**
 * Reads what `sluice judge` is asked to judge: gates with their settings, history, minutes. Finds every problem at once and
 * names the entry; must never repair, round or leave out a count, because a verdict on other numbers than those given is worse
 * than none.
 */
import {z} from 'zod'
import type {Count, PairedMinute} from '../judge/counts.ts'
import type {GateSettings} from '../judge/settings.ts'
import {alphaOfRelease, defaultSettings} from '../judge/default-settings.ts'
import {ExitCode, SluiceError} from '../errors.ts'

export interface JudgeGateInput {
  readonly name: string
  readonly settings: GateSettings
  readonly history: readonly Count[]
  readonly minutes: readonly PairedMinute[]
}

const minuteMs = 60_000
const shown = (input: unknown): string => (typeof input === 'number' ? String(input) : (JSON.stringify(input) ?? 'nothing'))
const refused = (what: string) => ({
  error: ({input}: {readonly input?: unknown}) =>
    input === undefined ? `is missing: ${what}` : `${shown(input).slice(0, 60)} is not ${what}`,
})

const between = (what: string, holds: (n: number) => boolean) => z.number(refused(what)).refine(holds, refused(what))
const fractionInside = between('a fraction above 0 and below 1', (n) => n > 0 && n < 1)

const gateSchema = z.strictObject(
  {
    method: z.enum(['mixed', 'betting', 'pooled'], refused('mixed, betting or pooled')).optional(),
    budget: fractionInside.optional(),
    tolerance: between('a number from 1 to 100', (n) => n >= 1 && n <= 100).optional(),
    // 1.25 is the worst ratio that still counts as fitness: evidence against a smaller one would be worth nothing.
    ratio: between('a number above 1.25, at most 1000', (n) => n > 1.25 && n <= 1000).optional(),
    floor: between('a fraction from 0 to below 1', (n) => n >= 0 && n < 1).optional(),
    ceiling: between('a fraction above 0, at most 1', (n) => n > 0 && n <= 1).optional(),
    alpha: fractionInside.optional(),
    beta: fractionInside.optional(),
    minMinutes: between('a whole number of minutes, 1 or more', (n) => Number.isSafeInteger(n) && n >= 1).optional(),
  },
  refused("an object with the gate's settings"),
)

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 0
const requestCount = between('a whole number of requests, 0 or more', isCount)
const count = z
  .tuple([requestCount, requestCount], refused('[requests, bad]'))
  .refine(([requests, bad]) => !isCount(requests) || !isCount(bad) || bad <= requests, {
    error: ({input}) => {
      const [requests, bad] = input as readonly number[]
      return `${bad} bad of ${requests} requests`
    },
  })
  .transform(([requests, bad]): Count => ({requests, bad}))
const paired = z.strictObject({canary: count, stable: count}, refused('{canary: [requests, bad], stable: [requests, bad]}'))

const at = z.iso
  .datetime({offset: true, ...refused('a time like 2026-01-01T00:00:00Z')})
  .transform((text) => Date.parse(text))
  .refine((epochMs) => epochMs % minuteMs === 0, {error: 'is not on a whole minute'})

function listsFor(gates: readonly string[]) {
  const entry = <T extends z.ZodType>(of: T) => {
    // Without a gate there is nothing to hold the counts against; that there is none is said already.
    const counts = gates.length === 0 ? z.unknown() : z.strictObject(Object.fromEntries(gates.map((gate) => [gate, of])))
    return z.strictObject({at, counts}, refused('a minute: its time as at, and the counts of each gate'))
  }
  return z.strictObject(
    {
      gates: z.unknown().optional(),
      history: z.array(entry(count), refused('a list of minutes')).optional(),
      minutes: z.array(entry(paired), refused('a list of minutes')),
    },
    refused('an object with gates, history and minutes'),
  )
}

const gatesSchema = z.looseObject(
  {
    gates: z
      .record(z.string(), gateSchema, refused('an object: gate name → settings'))
      .refine((gates) => Object.keys(gates).length > 0, {error: 'names no gate'})
      .refine((gates) => !('at' in gates), {error: "a gate can't be called at"}),
  },
  refused('an object with gates, history and minutes'),
)

/** `source` names the text for people: a file name, or `standard input`. */
export function readJudgeInput(text: string, source: string): readonly JudgeGateInput[] {
  const json = parsed(text, source)
  const gates = gatesSchema.safeParse(json)
  const names = gateNames(json)
  // Counts are looked at even when settings are wrong: all problems at once.
  const lists = listsFor(names).safeParse(withCountsApart(json))
  const problems = [...(gates.error?.issues ?? []), ...(lists.error?.issues ?? [])].flatMap((issue) => described(issue, names))
  problems.push(...disordered(json))
  if (problems.length > 0 || !gates.success || !lists.success) throw unusable(source, [...new Set(problems)])
  const defaults = {...defaultSettings(names.length), alpha: alphaOfRelease / names.length}
  return names.map((name) => ({
    name,
    settings: {...defaults, ...given(gates.data.gates[name] ?? {})},
    history: (lists.data.history ?? []).map(({counts}) => (counts as Readonly<Record<string, Count>>)[name]!),
    minutes: lists.data.minutes.map(({counts}) => (counts as Readonly<Record<string, PairedMinute>>)[name]!),
  }))
}

type Given<T> = {[K in keyof T]: Exclude<T[K], undefined>}
const given = <T extends object>(settings: T): Given<T> =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Given<T>

function parsed(text: string, source: string): unknown {
  if (text.trim() === '') throw unusable(source, ['is empty'])
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw unusable(source, [`is not JSON: ${error instanceof Error ? error.message : String(error)}`])
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function gateNames(json: unknown): readonly string[] {
  return isObject(json) && isObject(json['gates']) ? Object.keys(json['gates']).filter((name) => name !== 'at') : []
}

/** `{at, errors}` → `{at, counts: {errors}}`, so that a gate's name can never be taken for one of our own words. */
function withCountsApart(json: unknown): unknown {
  if (!isObject(json)) return json
  const apart = (list: unknown): unknown =>
    Array.isArray(list)
      ? list.map((entry: unknown) => {
          if (!isObject(entry)) return entry
          const {at: time, ...counts} = entry
          return {at: time, counts}
        })
      : list
  const history = 'history' in json && {history: apart(json['history'])}
  const minutes = 'minutes' in json && {minutes: apart(json['minutes'])}
  return {...json, ...history, ...minutes}
}

/** `minutes[3].errors.canary: 12 bad of 10 requests` */
function described(issue: z.core.$ZodIssue, gates: readonly string[]): readonly string[] {
  const path = issue.path.filter((part, i) => !(i === 2 && part === 'counts'))
  if (issue.code !== 'unrecognized_keys') {
    if (issue.path.length === 0) return [`input: ${issue.message}`]
    return [`${place(path)}: ${issue.path.at(-1) === 'counts' ? 'has no counts' : issue.message}`]
  }
  const isEntry = issue.path[2] === 'counts' && issue.path.length === 3
  const why = isEntry ? `is not one of the gates (${gates.join(', ')})` : 'is not a known key'
  return issue.keys.map((key) => `${place([...path, key])}: ${why}`)
}

const place = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('')

/** Minutes that don't come after the one before them, in `history` and then `minutes`. */
function disordered(json: unknown): readonly string[] {
  if (!isObject(json)) return []
  const problems: string[] = []
  let latest: {readonly epochMs: number; readonly where: string} | null = null
  for (const name of ['history', 'minutes']) {
    const list = json[name]
    if (!Array.isArray(list)) continue
    for (const [i, entry] of list.entries() as Iterable<[number, unknown]>) {
      const epochMs = isObject(entry) && typeof entry['at'] === 'string' ? Date.parse(entry['at']) : NaN
      if (Number.isNaN(epochMs)) continue
      const where = `${name}[${i}]`
      if (latest !== null && epochMs <= latest.epochMs) {
        problems.push(`${where}.at: ${epochMs === latest.epochMs ? 'is the same minute as' : 'is earlier than'} ${latest.where}`)
      } else {
        latest = {epochMs, where}
      }
    }
  }
  return problems
}

function unusable(source: string, problems: readonly string[]): SluiceError {
  const [first = ''] = problems
  const [where = ''] = first.split(': ')
  const isPlaced = first !== where && !first.startsWith('is ')
  const placed = problems.length === 1 ? `there is a problem at ${where}` : `${problems.length} problems, the first at ${where}`
  const what = isPlaced ? placed : first
  return new SluiceError({
    code: 'judge-input-invalid',
    exitCode: ExitCode.usage,
    message: `${source} can't be judged: ${what}`,
    details: isPlaced ? problems : [],
    suggestions: ['sluice judge --help'],
  })
}

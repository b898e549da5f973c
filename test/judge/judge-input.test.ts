import {describe, expect, test} from 'vitest'
import {SluiceError} from '../../src/errors.ts'
import {readJudgeInput} from '../../src/config/judge-input.ts'

interface Entry {
  readonly at: string
  readonly [gate: string]: unknown
}
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 1, minute)).toISOString()
const good = (minute: number): Entry => ({at: at(minute), errors: {canary: [300, 1], stable: [5700, 6]}})
const input = (changed: object = {}): object => ({gates: {errors: {}}, minutes: [good(0), good(1)], ...changed})

function problems(given: unknown): readonly string[] {
  const text = typeof given === 'string' ? given : JSON.stringify(given)
  try {
    readJudgeInput(text, 'counts.json')
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    expect(error.exitCode).toBe(2)
    return error.details.length > 0 ? error.details : [error.message]
  }
  return []
}
const withCanary = (canary: unknown) => input({minutes: [good(0), {at: at(1), errors: {canary, stable: [5700, 6]}}]})
const withSettings = (settings: object) => input({gates: {errors: settings}})

describe('accepts', () => {
  test("what the command's description shows, with the documented defaults", () => {
    const [gate] = readJudgeInput(JSON.stringify(input({history: [{at: '2026-01-01T00:00:00Z', errors: [6000, 6]}]})), 'x')
    expect(gate).toMatchObject({
      name: 'errors',
      settings: {
        method: 'mixed',
        budget: 0.005,
        tolerance: 1.25,
        ratio: 2.5,
        floor: 0.001,
        ceiling: 0.2,
        alpha: 0.01,
        beta: 0.05,
        minMinutes: 3,
      },
      history: [{requests: 6000, bad: 6}],
      minutes: [{canary: {requests: 300, bad: 1}, stable: {requests: 5700, bad: 6}}, {}],
    })
  })
  test('two gates, which then share alpha, and one of them with its own', () => {
    const both = {at: at(0), errors: good(0)['errors'], slow: good(0)['errors']}
    const gates = readJudgeInput(JSON.stringify({gates: {errors: {}, slow: {alpha: 0.001}}, minutes: [both]}), 'x')
    expect(gates.map(({name, settings}) => [name, settings.alpha])).toEqual([
      ['errors', 0.005],
      ['slow', 0.001],
    ])
  })
  test('a gate by any name, also one of our own words', () => {
    const gates = readJudgeInput(
      JSON.stringify({gates: {counts: {}}, minutes: [{at: at(0), counts: {canary: [1, 0], stable: [1, 0]}}]}),
      'x',
    )
    expect(gates[0]?.minutes).toHaveLength(1)
  })
  test('no minutes yet, gaps between minutes, and other time zones', () => {
    expect(problems(input({minutes: []}))).toEqual([])
    expect(problems(input({minutes: [good(0), good(30)]}))).toEqual([])
    expect(problems(input({minutes: [good(0), {...good(1), at: '2026-01-01T03:05:00+02:00'}]}))).toEqual([])
  })
})

describe('refuses, naming the entry:', () => {
  const rows: readonly (readonly [string, unknown, string])[] = [
    ['more bad requests than requests', withCanary([10, 12]), 'minutes[1].errors.canary: 12 bad of 10 requests'],
    ['a negative count', withCanary([10, -1]), 'minutes[1].errors.canary[1]: -1 is not a whole number of requests, 0 or more'],
    [
      'a count with a fraction',
      withCanary([10.5, 1]),
      'minutes[1].errors.canary[0]: 10.5 is not a whole number of requests, 0 or more',
    ],
    ['null for a count', withCanary([null, 1]), 'minutes[1].errors.canary[0]: null is not a whole number of requests, 0 or more'],
    ['text for a count', withCanary(['10', 1]), 'minutes[1].errors.canary[0]: "10" is not a whole number of requests, 0 or more'],
    [
      'a count beyond what numbers hold exactly',
      withCanary([2 ** 53, 1]),
      'minutes[1].errors.canary[0]: 9007199254740992 is not a whole number of requests, 0 or more',
    ],
    ['three numbers for two', withCanary([10, 1, 1]), 'minutes[1].errors.canary: [10,1,1] is not [requests, bad]'],
    ['null for counts', withCanary(null), 'minutes[1].errors.canary: null is not [requests, bad]'],
    [
      'a missing side',
      input({minutes: [{at: at(0), errors: {canary: [1, 0]}}]}),
      'minutes[0].errors.stable: is missing: [requests, bad]',
    ],
    [
      'a missing gate',
      input({minutes: [{at: at(0)}]}),
      'minutes[0].errors: is missing: {canary: [requests, bad], stable: [requests, bad]}',
    ],
    [
      "a gate that isn't one",
      input({minutes: [{...good(0), slow: [1, 0]}]}),
      'minutes[0].slow: is not one of the gates (errors)',
    ],
    [
      'canary and stable in history',
      input({history: [{at: '2026-01-01T00:00:00Z', errors: {canary: [1, 0], stable: [1, 0]}}]}),
      'history[0].errors: {"canary":[1,0],"stable":[1,0]} is not [requests, bad]',
    ],
    ['the same minute twice', input({minutes: [good(1), good(1)]}), 'minutes[1].at: is the same minute as minutes[0]'],
    ['minutes out of order', input({minutes: [good(1), good(0)]}), 'minutes[1].at: is earlier than minutes[0]'],
    [
      'history that reaches into the minutes',
      input({history: [{at: at(0), errors: [1, 0]}]}),
      'minutes[0].at: is the same minute as history[0]',
    ],
    [
      'history out of order',
      input({
        history: [
          {at: '2026-01-01T00:01:00Z', errors: [1, 0]},
          {at: '2026-01-01T00:00:00Z', errors: [1, 0]},
        ],
      }),
      'history[1].at: is earlier than history[0]',
    ],
    [
      'a time off the minute',
      input({minutes: [{...good(0), at: '2026-01-01T01:00:30Z'}]}),
      'minutes[0].at: is not on a whole minute',
    ],
    [
      "a time that isn't one",
      input({minutes: [{...good(0), at: 'now'}]}),
      'minutes[0].at: "now" is not a time like 2026-01-01T00:00:00Z',
    ],
    [
      "a day that isn't one",
      input({minutes: [{...good(0), at: '2026-02-30T01:00:00Z'}]}),
      'minutes[0].at: "2026-02-30T01:00:00Z" is not a time like 2026-01-01T00:00:00Z',
    ],
    [
      'a missing time',
      input({minutes: [{errors: good(0)['errors']}]}),
      'minutes[0].at: is missing: a time like 2026-01-01T00:00:00Z',
    ],
    [
      "a minute that isn't an object",
      input({minutes: [7]}),
      'minutes[0]: 7 is not a minute: its time as at, and the counts of each gate',
    ],
    ['no minutes', {gates: {errors: {}}}, 'minutes: is missing: a list of minutes'],
    ['no gates', {minutes: [good(0)]}, 'gates: is missing: an object: gate name → settings'],
    ['no gate', {gates: {}, minutes: []}, 'gates: names no gate'],
    ['an unknown key', input({colour: 1}), 'colour: is not a known key'],
    ['an unknown setting', withSettings({Alpha: 0.1}), 'gates.errors.Alpha: is not a known key'],
    ['another method', withSettings({method: 'best'}), 'gates.errors.method: "best" is not mixed, betting or pooled'],
    ['alpha 0', withSettings({alpha: 0}), 'gates.errors.alpha: 0 is not a fraction above 0 and below 1'],
    ['beta 1', withSettings({beta: 1}), 'gates.errors.beta: 1 is not a fraction above 0 and below 1'],
    ['a budget in percent', withSettings({budget: 5}), 'gates.errors.budget: 5 is not a fraction above 0 and below 1'],
    ['a ceiling in percent', withSettings({ceiling: 20}), 'gates.errors.ceiling: 20 is not a fraction above 0, at most 1'],
    ['a negative floor', withSettings({floor: -0.1}), 'gates.errors.floor: -0.1 is not a fraction from 0 to below 1'],
    ['a tolerance below 1', withSettings({tolerance: 0.9}), 'gates.errors.tolerance: 0.9 is not a number from 1 to 100'],
    [
      "a ratio that fitness can't be shown against",
      withSettings({ratio: 1.25}),
      'gates.errors.ratio: 1.25 is not a number above 1.25, at most 1000',
    ],
    [
      'half a minute',
      withSettings({minMinutes: 1.5}),
      'gates.errors.minMinutes: 1.5 is not a whole number of minutes, 1 or more',
    ],
    ['null for a setting', withSettings({alpha: null}), 'gates.errors.alpha: null is not a fraction above 0 and below 1'],
    ['a list', [], 'input: [] is not an object with gates, history and minutes'],
    ['an empty file', ' \n', "counts.json can't be judged: is empty"],
  ]
  test.each(rows)('%s', (_, given, problem) => {
    expect(problems(given)).toEqual([problem])
  })

  test('NaN and broken JSON', () => {
    expect(problems('{"gates":{"errors":{"alpha":NaN}},"minutes":[]}')[0]).toMatch(/^counts.json can't be judged: is not JSON/)
    expect(problems('{"gates":')[0]).toMatch(/is not JSON/)
  })

  test('all problems at once', () => {
    expect(
      problems({
        gates: {errors: {alpha: 2, beta: 'x'}},
        minutes: [good(1), {at: at(0), errors: {canary: [1, 2], stable: [-1, 0]}}],
        x: 1,
      }),
    ).toEqual([
      'gates.errors.alpha: 2 is not a fraction above 0 and below 1',
      'gates.errors.beta: "x" is not a fraction above 0 and below 1',
      'minutes[1].errors.canary: 2 bad of 1 requests',
      'minutes[1].errors.stable[0]: -1 is not a whole number of requests, 0 or more',
      'x: is not a known key',
      'minutes[1].at: is earlier than minutes[0]',
    ])
  })
})

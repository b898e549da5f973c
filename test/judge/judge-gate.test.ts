import {describe, expect, test} from 'vitest'
import type {PairedMinute} from '../../src/judge/counts.ts'
import type {GateSettings} from '../../src/judge/settings.ts'
import {gateJudge, judgeGate} from '../../src/judge/judge-gate.ts'
import {count, emptyMinute, minute, quietHour, settings, times} from './minutes.ts'

const none = {canary: count(0, 0)}
const judged = (minutes: readonly PairedMinute[], changed: Partial<GateSettings> = {}) =>
  judgeGate(settings(changed), quietHour, minutes)

describe('verdict', () => {
  const rows: readonly (readonly [string, string, readonly PairedMinute[], Partial<GateSettings>])[] = [
    ['asks for data when there are no minutes', 'need-data', [], {}],
    ['asks for data, and does not fail, when the canary has had no requests', 'need-data', times(60, minute(0, none)), {}],
    ['asks for data, and does not pass, when nobody has had any requests', 'need-data', times(60, emptyMinute), {}],
    ['passes a canary with no bad requests within minutes', 'pass', times(4, minute(0)), {}],
    ['waits for three minutes with traffic, however clear it is', 'need-data', times(2, minute(0, {canary: count(3000, 0)})), {}],
    [
      'counts only minutes with canary traffic toward those three',
      'need-data',
      [...times(2, minute(0, {canary: count(3000, 0)})), ...times(5, minute(0, none))],
      {},
    ],
    ['fails a canary that is sixteen times worse', 'fail', times(6, minute(5)), {}],
    ['does not fail the same canary when stable is as bad', 'pass', times(9, minute(5, {stable: count(5700, 95)})), {}],
    ['does not fail below the floor, whatever the evidence', 'need-data', times(30, minute(2)), {floor: 0.02, budget: 0.001}],
    ['fails a dead canary in its first minute', 'fail', [minute(150)], {}],
    ['does not call a canary dead on fewer than twenty requests', 'need-data', [minute(0, {canary: count(19, 19)})], {}],
    ['does not call a canary dead while stable is half as bad', 'need-data', [minute(180, {stable: count(100, 30)})], {}],
    ["calls a canary dead that stable can't be compared with", 'fail', [minute(150, {stable: count(0, 0)})], {}],
    ['fails over the ceiling in two minutes running', 'fail', times(2, minute(60)), {alpha: 1e-30}],
    [
      'does not fail over the ceiling in two minutes with one between',
      'need-data',
      [minute(60), minute(59), minute(60)],
      {alpha: 1e-60},
    ],
    ['takes an empty minute between for one between', 'need-data', [minute(60), emptyMinute, minute(60)], {alpha: 1e-60}],
  ]
  test.each(rows)('%s', (_, expected, minutes, changed) => {
    expect(judged(minutes, changed).verdict).toBe(expected)
  })

  test('a fail is never undone by later minutes', () => {
    const verdict = judged([minute(200), ...times(500, minute(0))])
    expect(verdict).toMatchObject({verdict: 'fail', failedAt: 1})
    expect(verdict.logHarm).toBeLessThan(-Math.log(0.005))
  })

  test('a pass is undone by later minutes', () => {
    expect(judged(times(4, minute(0))).verdict).toBe('pass')
    expect(judged([...times(4, minute(0)), ...times(4, minute(2))]).verdict).toBe('need-data')
  })

  test('minutes are list positions: empty ones move the failing one back', () => {
    const failedAt = (minutes: readonly PairedMinute[]) => judged(minutes, {method: 'betting'}).failedAt
    expect(failedAt(times(6, minute(5)))).toBe(4)
    expect(failedAt([emptyMinute, emptyMinute, ...times(6, minute(5))])).toBe(6)
  })

  test('minMinutes can be counted from the present step on', () => {
    const minutes = times(6, minute(0))
    expect(judgeGate(settings(), quietHour, minutes, {passFrom: 3}).verdict).toBe('pass')
    expect(judgeGate(settings(), quietHour, minutes, {passFrom: 4}).verdict).toBe('need-data')
  })
})

describe('mixed', () => {
  const worse = times(9, minute(0, {canary: count(3000, 120), stable: count(57_000, 1140)}))
  const hourWith = (bad: number) => Array.from({length: 60}, (_, i) => count(60_000, i < bad ? 1 : 0))

  test('finds twice as bad at 2 % in the fifth minute, where betting finds nothing', () => {
    const history = times(60, count(60_000, 1200))
    expect(judgeGate(settings(), history, worse).failedAt).toBe(5)
    expect(judgeGate(settings({method: 'betting'}), history, worse).failedAt).toBe(null)
  })

  test('needs 50 bad requests of history to know how errors come', () => {
    const harm = (bad: number, method: 'mixed' | 'betting') => judgeGate(settings({method}), hourWith(bad), worse).logHarm
    expect(harm(49, 'mixed')).toBe(harm(49, 'betting'))
    expect(harm(50, 'mixed')).not.toBe(harm(50, 'betting'))
  })

  test('is betting up to the fourth minute', () => {
    const harm = (length: number, method: 'mixed' | 'betting') =>
      judgeGate(settings({method}), quietHour, worse.slice(0, length)).logHarm
    expect(harm(4, 'mixed')).toBe(harm(4, 'betting'))
    expect(harm(5, 'mixed')).not.toBe(harm(5, 'betting'))
  })
})

describe('dispersion', () => {
  const dispersion = (history: readonly [number, number][], stable: readonly [number, number][]) =>
    judgeGate(
      settings(),
      history.map(([n, k]) => count(n, k)),
      stable.map(([n, k]) => ({canary: count(10, 0), stable: count(n, k)})),
    ).dispersion

  test('is 1 before the first minute and at least 1.5 after it', () => {
    expect(
      dispersion(
        [
          [100, 1],
          [100, 1],
        ],
        [],
      ),
    ).toBe(1)
    expect(dispersion([], [[100, 1]])).toBe(1.5)
  })

  test('rises with the jump from history to release, which history alone does not show', () => {
    expect(
      dispersion(
        [
          [1000, 2],
          [1000, 2],
        ],
        [[1000, 2]],
      ),
    ).toBe(1)
    expect(
      dispersion(
        [
          [1000, 2],
          [1000, 2],
        ],
        [[1000, 90]],
      ),
    ).toBeGreaterThan(50)
  })

  test('never falls again', () => {
    const steady = Array.from({length: 30}, (): [number, number] => [1000, 2])
    expect(
      dispersion(
        [
          [1000, 2],
          [1000, 2],
        ],
        [[1000, 90], ...steady],
      ),
    ).toBe(
      dispersion(
        [
          [1000, 2],
          [1000, 2],
        ],
        [
          [1000, 90],
          [1000, 2],
        ],
      ),
    )
  })

  test('is the same for both methods', () => {
    const minutes = [minute(1), minute(2, {stable: count(5700, 60)}), minute(1)]
    expect(judged(minutes, {method: 'betting'}).dispersion).toBe(judged(minutes).dispersion)
  })
})

test('looking after every minute gives what looking once gives', () => {
  const minutes = Array.from({length: 40}, (_, i) => minute(i % 7 === 0 ? 3 : 1, {stable: count(5700, 6 + (i % 5))}))
  const judge = gateJudge(settings(), quietHour)
  for (const [i, next] of minutes.entries()) {
    judge.add(next)
    const verdict = judge.verdict()
    expect(verdict).toEqual(judgeGate(settings(), quietHour, minutes.slice(0, i + 1)))
    expect(judge.answer()).toBe(verdict.verdict)
  }
})

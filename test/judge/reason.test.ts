import {describe, expect, test} from 'vitest'
import {judgeGate} from '../../src/judge/judge-gate.ts'
import {count, minute, quietHour, settings, times} from './minutes.ts'

const reason = (minutes: Parameters<typeof judgeGate>[2], changed = {}) => judgeGate(settings(changed), quietHour, minutes).reason

/** Stable at 0.28 %, the canary hardly worse. */
const unlucky = minute(1, {stable: count(5700, 16)})

describe('the sentence', () => {
  test('of a fail by evidence: counts, ratio, odds and their limit', () => {
    expect(reason(times(6, minute(5)))).toBe(
      'canary 1.67 % (20 of 1,200) against stable 0.11 % (24 of 22,800): 16× worse; chance alone under 1 in 420 (limit 1 in 200)',
    )
  })
  test("of a fail is the failing minute's, not that of later ones", () => {
    expect(reason([...times(6, minute(5)), ...times(90, minute(0))])).toContain('20 of 1,200')
  })
  test('of a dead canary names the minute', () => {
    expect(reason([minute(0), minute(270)])).toBe(
      'in minute 2: canary 90 % (270 of 300) against stable 0.11 % (6 of 5,700); over 50 % in one minute fails at once',
    )
  })
  test('of the ceiling names it', () => {
    expect(reason(times(2, minute(60)), {alpha: 1e-30})).toContain('over 20 % in two minutes running')
  })
  test('leaves the ratio out when stable has no bad request', () => {
    expect(reason(times(6, minute(9, {stable: count(5700, 0)})))).not.toContain('worse')
  })
  test('of a pass within the budget', () => {
    expect(reason(times(4, minute(0)))).toBe(
      'canary 0 % (0 of 1,200): within the budget of 0.50 %; one outside it would look so good under 1 time in 150 (limit 1 in 20)',
    )
  })
  test('of a pass against stable, in an incident', () => {
    expect(reason(times(3, minute(15, {stable: count(5700, 285)})))).toContain('less than 2.5× worse')
  })
  test('of missing data says how long at which rate, and what would shorten it', () => {
    expect(reason(times(2, unlucky))).toBe(
      'canary 0.33 % (2 of 600) against stable 0.28 % (32 of 11,400): too little to tell; ~9 min more at 300 requests/min, ~5 min at 10 %',
    )
  })
  test('of missing data that is heading for a fail promises no pass', () => {
    expect(reason(times(3, minute(1)))).toBe(
      'canary 0.33 % (3 of 900) against stable 0.11 % (18 of 17,100): too little to tell, and at these rates it would not pass',
    )
  })
  test('of a canary without requests', () => {
    expect(reason(times(3, minute(0, {canary: count(0, 0)})))).toBe('the canary has had no requests yet')
  })
  test('of a canary whose requests stopped', () => {
    expect(reason([minute(1), ...times(5, minute(0, {canary: count(0, 0)}))])).toContain('no canary requests in the last 5 min')
  })
})

describe('eta', () => {
  const eta = (minutes: Parameters<typeof judgeGate>[2], changed = {}) => judgeGate(settings(changed), quietHour, minutes).eta

  test('is what it takes: going on at the same rates for that long passes, a minute less does not', () => {
    const ahead = eta(times(2, unlucky))?.minutes ?? 0
    expect(judgeGate(settings(), quietHour, times(2 + ahead, unlucky)).verdict).toBe('pass')
    expect(judgeGate(settings(), quietHour, times(2 + ahead - 1, unlucky)).verdict).toBe('need-data')
  })
  test('is null when those rates would fail before they pass', () => {
    expect(eta(times(3, minute(1)))).toBe(null)
    expect(judgeGate(settings(), quietHour, times(51, minute(1))).verdict).toBe('fail')
  })
  test('is at least what minMinutes leaves', () => {
    expect(eta([minute(0, {canary: count(5000, 0)})], {minMinutes: 6})).toEqual({minutes: 5})
  })
  test('is null when it would never pass', () => {
    expect(eta(times(3, minute(3)))).toBe(null)
  })
  test('is null when the canary has had no requests of late', () => {
    expect(eta([minute(1), ...times(5, minute(0, {canary: count(0, 0)}))])).toBe(null)
  })
  test('is null once the verdict is there', () => {
    expect(eta(times(4, minute(0)))).toBe(null)
    expect(eta([minute(200)])).toBe(null)
  })
})

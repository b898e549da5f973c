/** The longest chain of a recovery: before it, and afterwards. */
import {describe, expect, it} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {forecastPath, measuredPath} from '../../src/runbooks/recovery/critical-path.ts'
import {promotePlan} from '../../src/runbooks/recovery/promote-plan.ts'
import {aPlace, aPromoteInput} from '../support/recovery-bench.ts'

const step = (id: string, needs: readonly string[], p50Seconds: number) => ({
  id,
  title: id,
  needs,
  usual: {p50Seconds, p90Seconds: p50Seconds * 2},
})
const steps = [
  step('declare', [], 10),
  step('hosts', ['declare'], 120),
  step('database', ['declare'], 240),
  step('flip', ['hosts', 'database'], 30),
  step('report', ['flip'], 600),
]

const events = (
  ...data: readonly {readonly at: number; readonly kind: Event['kind']; readonly data: object}[]
): readonly Event[] =>
  [{at: 0, kind: 'planned', data: {plan: 'promote', planHash: '', steps}}, ...data].map((one, seq) => ({
    seq,
    epoch: 1,
    writer: 'w',
    previousHash: '',
    ...one,
  })) as unknown as Event[]
const started = (id: string, at: number) => ({at, kind: 'step-started' as const, data: {step: id}})
const ended = (id: string, at: number, facts: object = {}) => ({
  at,
  kind: 'step-ended' as const,
  data: {step: id, how: 'done', facts},
})

describe('the forecast', () => {
  it('is the longest chain to the goal, not the sum, and not what comes after', () => {
    expect(forecastPath(steps, 'flip')).toEqual({ids: ['declare', 'database', 'flip'], p50Seconds: 280, p90Seconds: 560})
  })
  it('of a warm standby leads through the database and keeps within the objective', () => {
    const {ids, p90Seconds} = forecastPath(promotePlan(aPromoteInput(aPlace())).steps, 'serving')
    expect(ids).toContain('promote-database')
    expect(p90Seconds).toBeLessThan(1800)
  })
  it("of a pilot light is as long as a warm standby's: its way out is there before the database, and nobody waits for its cache", () => {
    const of = (shape: 'pilot-light' | 'warm-standby') => forecastPath(promotePlan(aPromoteInput(aPlace(shape))).steps, 'serving')
    expect(of('pilot-light')).toEqual(of('warm-standby'))
  })
})

describe('the measured path', () => {
  const whole = events(
    started('declare', 0),
    ended('declare', 5_000),
    started('hosts', 5_000),
    started('database', 5_000),
    ended('database', 205_000),
    ended('hosts', 305_000),
    started('flip', 305_000),
    ended('flip', 335_000),
  )
  it('follows what took longest, whatever was forecast', () => {
    expect(measuredPath(whole, 'flip')).toEqual({ids: ['declare', 'hosts', 'flip'], seconds: 335})
  })
  it("counts AWS's own time where a step knows it: the rest is the tool's", () => {
    const own = events(
      started('declare', 0),
      ended('declare', 5_000),
      started('database', 5_000),
      ended('database', 205_000, {tookMs: 180_000}),
    )
    expect(measuredPath(own, 'database')).toEqual({ids: ['declare', 'database'], seconds: 185})
  })
  it('counts a step that was begun twice from its first start', () => {
    const twice = events(started('declare', 0), started('declare', 60_000), ended('declare', 90_000))
    expect(measuredPath(twice, 'declare').seconds).toBe(90)
  })
})

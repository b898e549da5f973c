/** What a loss is measured from: each kind of evidence, and each of its traps. */
import {describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import {measureLoss} from '../../src/runbooks/recovery/measure-loss.ts'
import type {LossEvidence} from '../../src/runbooks/recovery/measure-loss.ts'
import {untilOf} from '../../src/runbooks/recovery/steps/loss.ts'

const now = Date.UTC(2026, 10, 22, 12, 0, 10)
const evidence = (change: Partial<LossEvidence> = {}): LossEvidence =>
  ({now, until: {at: now, how: 'declared'}, engine: 'postgres', heartbeat: null, lag: null, ...change})
const row = (at: number) => ({region: 'eu-central-1', writable: false, drained: true, last: {seq: 7, at, region: 'eu-west-1'}})

describe('a heartbeat row', () => {
  it('bounds the loss by the moment after which nothing was accepted', () => {
    expect(measureLoss(evidence({heartbeat: row(now - seconds(7))}))).toMatchObject({
      lossMs: 7000, source: 'heartbeat', ageMs: 7000, text: 'at most 7 s lost (last heartbeat row 12:00:03Z, silent since at least 12:00:10Z)',
    })
  })
  it('younger than the fence is no loss, and never less than none', () => {
    expect(measureLoss(evidence({heartbeat: row(now), until: {at: now - seconds(5), how: 'fenced'}})).lossMs).toBe(0)
  })
  it('stands before ReplicaLag', () => {
    expect(measureLoss(evidence({heartbeat: row(now - seconds(7)), lag: {seconds: 200, at: now}})).lossMs).toBe(7000)
  })
  it('that was never written is none: an API without the heartbeat falls back to the metric', () => {
    expect(measureLoss(evidence({heartbeat: {...row(0), last: null}, lag: {seconds: 2, at: now}})).source).toBe('replica-lag')
  })
})

describe('ReplicaLag', () => {
  it('is counted back from its own minute: an old Region that died takes nothing back', () => {
    expect(measureLoss(evidence({lag: {seconds: 2, at: now - seconds(10)}}))).toMatchObject({lossMs: 12_000, replicatedUntil: now - seconds(12)})
  })
  it('of PostgreSQL says that idleness looks like lag', () => {
    expect(measureLoss(evidence({lag: {seconds: 240, at: now}})).text).toContain('an idle PostgreSQL shows up to 5 min that aren\'t there')
    expect(measureLoss(evidence({lag: {seconds: 240, at: now}, engine: 'mysql'})).text).not.toContain('idle')
  })
  it.each([
    ['−1 is no lag of zero', {seconds: -1, at: now}, 'ReplicaLag is −1'],
    ['without a datapoint nothing is known', null, 'no datapoint'],
    ['a datapoint of minutes ago says nothing about now', {seconds: 1, at: now - minutes(3)}, 'is 180 s old'],
  ] as const)('%s', (_what, lag, words) => {
    const loss = measureLoss(evidence({lag}))
    expect(loss).toMatchObject({lossMs: null, source: 'none', replicatedUntil: null})
    expect(loss.text).toContain(words)
  })
})

describe('the moment after which nothing was accepted', () => {
  it.each([
    ['is the fence, when it held', {fencedAt: 5}, {declaredAt: 9, primaryAnswers: true}, null, {at: 5, how: 'fenced'}],
    ['is now, as long as the Region answers and nobody could fence it', {how: 'unreachable', fencedAt: null}, {declaredAt: 9, primaryAnswers: true}, 3, {at: now, how: 'still-answering'}],
    ['is the last answer, where it is known', {fencedAt: null}, {declaredAt: 9, primaryAnswers: false}, 3, {at: 3, how: 'last-answer'}],
    ['is the first silent look, where it isn\'t', {fencedAt: null}, {declaredAt: 9, primaryAnswers: false}, null, {at: 9, how: 'declared'}],
  ] as const)('%s', (_what, fence, declare, lastAnswerAt, until) => {
    expect(untilOf(fence, declare, lastAnswerAt, now)).toEqual(until)
  })
})

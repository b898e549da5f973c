/** What a loss is measured from: each kind of evidence, and each of its traps. */
import {describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import {measureLoss} from '../../src/runbooks/recovery/measure-loss.ts'
import type {LossEvidence} from '../../src/runbooks/recovery/measure-loss.ts'
import {watchKey} from '../../src/runbooks/recovery/place.ts'
import {believable, untilOf} from '../../src/runbooks/recovery/steps/measure-now.ts'
import {provenSilence, readWatch} from '../../src/runbooks/recovery/watch.ts'
import type {Watch} from '../../src/runbooks/recovery/watch.ts'
import {memoryStore} from '../support/memory-store.ts'

const now = Date.UTC(2026, 10, 22, 12, 0, 10)
const evidence = (change: Partial<LossEvidence> = {}): LossEvidence => ({
  now,
  until: {at: now, how: 'declared'},
  engine: 'postgres',
  heartbeat: null,
  lag: null,
  ...change,
})
const row = (at: number) => ({region: 'eu-central-1', writable: false, drained: true, last: {seq: 7, at, region: 'eu-west-1'}})

describe('a heartbeat row', () => {
  it('bounds the loss by the moment after which nothing was accepted', () => {
    expect(measureLoss(evidence({heartbeat: row(now - seconds(7))}))).toMatchObject({
      lossMs: 7000,
      source: 'heartbeat',
      ageMs: 7000,
      text: 'at most 7 s lost (last heartbeat row 12:00:03Z, silent since at least 12:00:10Z)',
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

describe('an old Region that goes on taking writes', () => {
  it.each(['still-answering', 'still-writing'] as const)('and is %s bounds nothing, however new the newest row', (how) => {
    const loss = measureLoss(evidence({heartbeat: row(now), lag: {seconds: 0, at: now}, until: {at: now, how}}))
    expect(loss).toMatchObject({lossMs: null, replicatedUntil: now, source: 'none'})
    expect(loss.text).toContain("isn't fenced")
  })
})

describe('ReplicaLag', () => {
  it('is counted back from its own minute: an old Region that died takes nothing back', () => {
    expect(measureLoss(evidence({lag: {seconds: 2, at: now - seconds(10)}}))).toMatchObject({
      lossMs: 12_000,
      replicatedUntil: now - seconds(12),
    })
  })
  it('of PostgreSQL says that idleness looks like lag', () => {
    expect(measureLoss(evidence({lag: {seconds: 240, at: now}})).text).toContain(
      "an idle PostgreSQL shows up to 5 min that aren't there",
    )
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

const silence = {since: 4, answeredAt: 2, by: 'eu-central-1'}

describe('the moment after which nothing was accepted', () => {
  it.each([
    [
      'is the fence, when it held',
      {fencedAt: 5},
      {declaredAt: 9, primaryAnswers: true},
      {lastAnswerAt: null, silence},
      {at: 5, how: 'fenced'},
    ],
    [
      'is the last answer that a person knows of, whatever the watch saw',
      {fencedAt: null},
      {declaredAt: 9, primaryAnswers: false},
      {lastAnswerAt: 3, silence},
      {at: 3, how: 'last-answer'},
    ],
    [
      "is the watch's first look without an answer, not its last one with",
      {fencedAt: null},
      {declaredAt: 9, primaryAnswers: false},
      {lastAnswerAt: null, silence},
      {at: 4, how: 'watched', answeredAt: 2, by: 'eu-central-1'},
    ],
    [
      "is the run's first silent look, where nobody watched",
      {fencedAt: null},
      {declaredAt: 9, primaryAnswers: false},
      {lastAnswerAt: null, silence: null},
      {at: 9, how: 'declared'},
    ],
  ] as const)('%s', (_what, fence, declare, known, until) => {
    expect(untilOf(fence, declare, known)).toEqual(until)
  })
})

describe('the watch of the other Region', () => {
  const watch: Watch = {
    schema: 1,
    region: 'eu-west-1',
    lookedAt: now - minutes(1),
    answeredAt: now - minutes(10),
    silentSince: now - minutes(10) + seconds(9),
    misses: 40,
  }
  const asked = {region: 'eu-west-1', by: 'eu-central-1', now}

  it('proves since when a Region is silent, and says who saw it', () => {
    expect(provenSilence(watch, asked)).toEqual({
      since: now - minutes(10) + seconds(9),
      answeredAt: now - minutes(10),
      by: 'eu-central-1',
    })
  })
  it('knows a silence without ever having had an answer', () => {
    expect(provenSilence({...watch, answeredAt: null}, asked)).toMatchObject({answeredAt: null})
  })
  it.each<[string, Watch | null]>([
    ['is there none', null],
    ['hears it answer', {...watch, silentSince: null, misses: 0}],
    ["hasn't looked for more than 3 min: it may have answered since", {...watch, lookedAt: now - minutes(3) - 1}],
    ['missed fewer than three answers: that may have been the way there', {...watch, misses: 2}],
    ['asks another Region', {...watch, region: 'eu-north-1'}],
  ])('proves nothing when it %s', (_what, seen) => {
    expect(provenSilence(seen, asked)).toBeNull()
  })
  it.each<[string, string]>([
    ['no JSON', '<html>'],
    ['of another schema', '{"schema":2,"region":"eu-west-1","lookedAt":1}'],
    ['without its time', '{"schema":1,"region":"eu-west-1"}'],
  ])('is none when its object is %s', async (_what, body) => {
    const store = memoryStore()
    await store.create(watchKey({service: 'shop', environment: 'production'}), body)
    expect(await readWatch(store, {service: 'shop', environment: 'production'})).toBeNull()
  })
  it('is told as it is: what answered last, who saw it, and until when it may have taken writes', () => {
    const until = {at: now - seconds(1), how: 'watched', answeredAt: now - seconds(10), by: 'eu-central-1'} as const
    expect(measureLoss(evidence({until, heartbeat: row(now - seconds(7))}))).toMatchObject({
      lossMs: 6000,
      text: 'at most 6 s lost (last heartbeat row 12:00:03Z, the old Region last answered 12:00:00Z, by the watch of eu-central-1, and was silent at 12:00:09Z)',
    })
  })
  it("isn't believed when a row was replicated after its silence began: users may have reached what it couldn't", () => {
    const known = {since: now - minutes(5), answeredAt: null, by: 'eu-central-1'}
    expect(believable({replicatedUntil: now - minutes(6)}, known)).toBe(true)
    expect(believable({replicatedUntil: now - minutes(5)}, known)).toBe(false)
    expect(believable({replicatedUntil: null}, known)).toBe(true)
  })
})

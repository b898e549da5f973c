/**
 * Kill it anywhere: after every event of the journal, and before and after every kind of call at every step. Resumed in time, it
 * ends as if nothing had happened; with nobody there, traffic is on the stable version and a later resume says so.
 */
import {describe, expect, it} from 'vitest'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {readRun} from '../../src/runbooks/release/find-run.ts'
import {fakeAws} from '../support/fake-world.ts'
import type {FakeAws} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk, alone, release, resume} from '../support/release-bench.ts'

class Killed extends Error {}

const versions = {healthy: {}, broken: {'shop/api:1.9.0': 0.05}} as const
type Version = keyof typeof versions

interface Moment {
  /** `event 12`, or `shift-20/rule.write/before 1`. */
  readonly label: string
}

/** A release that dies at `at` for good; `labels` collects every moment there is. */
async function dying(version: Version, at: string | null, lateMs = 0) {
  const clock = leapingClock()
  const labels = new Set<string>()
  const counts = new Map<string, number>()
  const state = {dead: false, step: 'begin', armed: true}
  const pass = (moment: Moment): void => {
    if (state.dead) throw new Killed()
    if (!state.armed) return
    labels.add(moment.label)
    if (moment.label !== at) return
    state.dead = true
    throw new Killed()
  }
  const store = memoryStore(new Map(), {after(operation, key) {
    if (operation === 'create' && key.startsWith('runs/')) pass({label: `event ${key.split('/')[2] ?? ''}`})
    else if (state.dead) throw new Killed()
  }})
  const aws = fakeAws({clock, errorRates: versions[version], lateMs, around(moment, call) {
    const name = `${state.step}/${call}/${moment}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
    pass({label: (counts.get(name) ?? 0) <= 2 ? `${name} ${counts.get(name) ?? 0}` : `${name} later`})
  }})
  const onEvent = (event: Event): void => {
    if (event.kind === 'step-started') state.step = event.data.step
  }
  const ran = await release(aDesk(store, clock, 'w1'), aws, undefined, {watching: alone({onEvent})}).catch((error: unknown) => {
    if (error instanceof Killed) return null
    throw error
  })
  await Promise.resolve()
  state.dead = false
  state.armed = false
  const run = [...store.objects.keys()].find((key) => key.startsWith('runs/'))?.split('/')[1] ?? null
  return {clock, store, aws, ran, run, labels, desk: aDesk(store, clock, 'w2')}
}

const shape = ({rule, slots, schedule}: FakeAws) => ({
  weights: rule.weights, schedule: schedule(), a: {desired: slots.a.desired, scaling: slots.a.scaling}, b: {desired: slots.b.desired, scaling: slots.b.scaling},
})

const onStable = [{a: 100, b: 0}]
const outcomeOf = (events: readonly Event[]) => events.findLast((event) => event.kind === 'ended')?.data

describe.each(['healthy', 'broken'] as const)('a %s release', (version) => {
  it('killed at any moment and resumed in time ends the same way', async () => {
    const whole = await dying(version, null)
    expect(whole.labels.size).toBeGreaterThan(100)
    for (const label of whole.labels) {
      const {aws, desk, run, ran} = await dying(version, label)
      expect(ran, label).toBeNull()
      if (run === null) continue
      const resumed = await resume(desk, run, aws)
      expect(resumed.end, label).toMatchObject({kind: 'ended', outcome: {outcome: whole.ran?.end.kind === 'ended' ? whole.ran.end.outcome.outcome : ''}})
      expect(shape(aws), label).toEqual(shape(whole.aws))
    }
  })

  it('killed at any moment, with nobody there, has all traffic on the stable version within the window, and a later resume says so', async () => {
    const whole = await dying(version, null)
    for (const label of whole.labels) {
      const {aws, desk, clock, run, ran} = await dying(version, label)
      expect(ran, label).toBeNull()
      if (run === null) continue
      clock.leap(clock.now() + minutes(11))
      const events = await readRun(desk, run)
      const swapped = events.some((event) => event.kind === 'step-ended' && event.data.step === 'swap')
      expect(swapped ? [...onStable, {a: 0, b: 100}] : onStable, label).toContainEqual(aws.rule.weights)
      const before = aws.rule.weights
      const resumed = await resume(desk, run, aws)
      const outcome = outcomeOf(resumed.events)
      if (before.b === 100) expect(outcome, label).toMatchObject({outcome: 'promoted'})
      else if (wasArmed(events)) expect(outcome, label).toMatchObject({outcome: 'rolled-back', ...(inRelease(events) && {cause: 'unattended'})})
      expect(aws.rule.weights, label).toEqual(outcome?.outcome === 'promoted' ? {a: 0, b: 100} : {a: 100, b: 0})
      expect(aws.schedule(), label).toBeNull()
    }
  })
})

describe('a switch that is late', () => {
  it('around a promotion never takes traffic off the stable version', async () => {
    const whole = await dying('healthy', null)
    const late = [...whole.labels].filter((label) => /^(shift-100|observe-100|swap|repoint|disarm|release-scale-in)\//.test(label))
    expect(late.length).toBeGreaterThan(10)
    for (const label of late) {
      const {aws, desk, clock, run} = await dying('healthy', label, minutes(4))
      // Due, but not delivered: somebody resumes in between.
      clock.leap(clock.now() + minutes(10) + 30_000)
      const resumed = await resume(desk, run ?? '', aws)
      const stable = outcomeOf(resumed.events)?.outcome === 'promoted' ? {a: 0, b: 100} : {a: 100, b: 0}
      clock.leap(clock.now() + minutes(10))
      expect(aws.rule.weights, label).toEqual(stable)
    }
  })

  it('does not disturb the next release, which waits until it can not come any more', async () => {
    const {aws, desk, clock, run} = await dying('healthy', 'bake-20/metrics.counts/after 2', minutes(4))
    clock.leap(clock.now() + minutes(10) + 5_000)
    const unattended = await resume(desk, run ?? '', aws)
    expect(outcomeOf(unattended.events)).toMatchObject({outcome: 'rolled-back', cause: 'unattended'})
    const next = await release(desk, aws, 'shop/api:1.10.0', {previous: unattended})
    expect(next.end).toMatchObject({outcome: {outcome: 'promoted'}})
    expect(aws.rule.weights).toEqual({a: 0, b: 100})
  })
})

/** Did the journal know of a switch that nothing has deleted since? */
function wasArmed(events: readonly Event[]): boolean {
  return events.findLast((event) => event.kind === 'armed' || event.kind === 'disarmed')?.kind === 'armed'
}

const inRelease = (events: readonly Event[]): boolean => events.findLast((event) => event.kind === 'planned')?.data.plan === 'release'

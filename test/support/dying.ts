/**
 * A release in one process that dies at a named moment for good: after an event of the journal, or before or after a kind of call
 * at a step. What is left (store, world, clock) can then be resumed, or left alone.
 */
import type {Event} from '../../src/runbooks/engine/event.ts'
import {fakeAws} from './fake-world.ts'
import type {FakeAws} from './fake-world.ts'
import {leapingClock} from './leaping-clock.ts'
import {memoryStore} from './memory-store.ts'
import {aDesk, alone, release} from './release-bench.ts'

class Killed extends Error {}

const versions = {healthy: {}, broken: {'shop/api:1.9.0': 0.05}} as const
export type Version = keyof typeof versions

interface Moment {
  /** `event 000012.json`, or `shift-20/rule.write/before first`. */
  readonly label: string
}

/** A release that dies at `at` for good; `labels` collects every moment there is. */
export async function dying(version: Version, at: string | null, lateMs = 0) {
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
  const store = memoryStore(new Map(), {
    after(operation, key) {
      if (operation === 'create' && key.startsWith('runs/')) pass({label: `event ${key.split('/')[2] ?? ''}`})
      else if (state.dead) throw new Killed()
    },
  })
  const aws = fakeAws({
    clock,
    errorRates: versions[version],
    lateMs,
    around(moment, call) {
      const name = `${state.step}/${call}/${moment}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
      pass({label: (counts.get(name) ?? 0) <= 1 ? `${name} first` : `${name} later`})
    },
  })
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

/** What must be the same afterwards. */
export const shape = ({rule, slots, schedule}: FakeAws) => ({
  weights: rule.weights,
  schedule: schedule(),
  a: {desired: slots.a.desired, scaling: slots.a.scaling},
  b: {desired: slots.b.desired, scaling: slots.b.scaling},
})

export const outcomeOf = (events: readonly Event[]) => events.findLast((event) => event.kind === 'ended')?.data

/**
 * An `infra up` in one process that dies at a named moment for good: after an event of the journal, or before or after a kind of
 * call in a step. What is left (store, world, clock) can then be run again.
 */
import type {Event} from '../../src/runbooks/engine/event.ts'
import type {Wanted} from '../../src/runbooks/provision/infra-plan.ts'
import {fakeProvisionWorld} from './fake-provision-world.ts'
import type {FakeProvision} from './fake-provision-world.ts'
import {leapingClock} from './leaping-clock.ts'
import {memoryStore} from './memory-store.ts'
import {up} from './provision-bench.ts'
import {aDesk} from './release-bench.ts'

class Killed extends Error {}

/** `labels` collects every moment there is. */
export async function dyingUp(wanted: Wanted, at: string | null) {
  const clock = leapingClock()
  const labels = new Set<string>()
  const counts = new Map<string, number>()
  const state = {dead: false, armed: true}
  const pass = (label: string): void => {
    if (state.dead) throw new Killed()
    if (!state.armed) return
    labels.add(label)
    if (label !== at) return
    state.dead = true
    throw new Killed()
  }
  const store = memoryStore(new Map(), {
    after(operation, key) {
      if (operation === 'create' && key.startsWith('runs/')) pass(`event ${key.split('/')[2] ?? ''}`)
      else if (state.dead) throw new Killed()
    },
  })
  const aws = fakeProvisionWorld({
    clock,
    around(moment, call, where) {
      const name = `${call} ${where} ${moment}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
      pass((counts.get(name) ?? 0) <= 1 ? `${name} first` : `${name} later`)
    },
  })
  const onEvent = (_: Event): void => undefined
  const ran = await up(aDesk(store, clock, 'w1'), aws, {wanted, watching: {onEvent}}).catch((error: unknown) => {
    if (error instanceof Killed) return null
    throw error
  })
  await Promise.resolve()
  state.dead = false
  state.armed = false
  return {clock, store, aws, ran, labels, desk: aDesk(store, clock, 'w2')}
}

/** What must be the same afterwards. */
export const shapeOf = (aws: FakeProvision) => ({
  stacks: aws
    .stacks()
    .map(({name, region, status, parameters, tags, protected: isProtected, policy}) => ({
      name,
      region,
      settled: status.endsWith('_COMPLETE'),
      parameters: Object.entries(parameters).toSorted(),
      tags,
      isProtected,
      policy: policy !== null,
    }))
    .toSorted((x, y) => (x.name + x.region < y.name + y.region ? -1 : 1)),
  buckets: [...aws.buckets].map(([name, keys]) => [name, [...keys].toSorted()]).toSorted(),
  roles: [...aws.roles].toSorted(),
  slots: [...aws.slots]
    .map(([key, {desired, scaling, taskDefinition}]) => ({key, desired, scaling, taskDefinition}))
    .toSorted((x, y) => (x.key < y.key ? -1 : 1)),
  rules: [...aws.rules].map(([key, {weights}]) => ({key, weights})).toSorted((x, y) => (x.key < y.key ? -1 : 1)),
})

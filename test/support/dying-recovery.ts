/**
 * A recovery in one process that dies at a named moment for good: after an event of its journal, or before or after a call. What is
 * left (both Regions, state, clock) can then be resumed by another process.
 */
import type {RecoveryInput} from '../../src/runbooks/recovery/input.ts'
import {standingKey} from '../../src/runbooks/recovery/place.ts'
import type {RecoveryRan} from '../../src/runbooks/recovery/run-recovery.ts'
import type {FakeRecovery, FakeRecoveryOptions} from './fake-recovery-world.ts'
import {aRecovery, begin} from './recovery-drive.ts'

class Killed extends Error {}

export interface Dying {
  readonly fake: FakeRecovery
  /** null: it died. */
  readonly ran: RecoveryRan | null
  readonly run: string | null
  /** Every moment there is. */
  readonly labels: ReadonlySet<string>
}

export interface Story {
  readonly options?: Partial<FakeRecoveryOptions>
  /** What happened before. */
  readonly prepare?: (fake: FakeRecovery) => void
  readonly input: (fake: FakeRecovery) => RecoveryInput
}

export async function dyingRecovery({options, prepare, input}: Story, at: string | null): Promise<Dying> {
  const labels = new Set<string>()
  const counts = new Map<string, number>()
  const state = {dead: false, armed: false}
  const fake: FakeRecovery = aRecovery({
    ...options,
    around(moment, call, region) {
      if (state.dead) throw new Killed()
      if (!state.armed) return
      const isEvent = call.startsWith('store.create runs/')
      const name = isEvent ? `event ${call.split('/').at(-1) ?? ''} ${moment}` : `${call.replace(/ .*/, '')} ${region} ${moment}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
      const label = isEvent ? name : `${name} ${(counts.get(name) ?? 0) <= 1 ? 'first' : 'later'}`
      labels.add(label)
      if (label !== at) return
      state.dead = true
      throw new Killed()
    },
  })
  prepare?.(fake)
  state.armed = true
  const ran = await begin(fake, input(fake)).catch((error: unknown) => {
    if (state.dead) return null
    throw error
  })
  await Promise.resolve()
  state.dead = false
  state.armed = false
  const run =
    [...(fake.stores[fake.place.recovery]?.objects.keys() ?? [])].find((key) => key.startsWith('runs/'))?.split('/')[1] ?? null
  return {fake, ran, run, labels}
}

/** What must be the same afterwards, whoever did it; without times and ids. */
export function shapeOf(fake: FakeRecovery) {
  const {place, compute, names, databases, secrets} = fake
  fake.clock.leap(fake.clock.now() + 300_000)
  const stored = fake.stores[place.recovery]?.objects.get(standingKey(place))?.body
  return {
    hosts: [...compute.hosts].map(([region, {min, max, desired, registered}]) => ({region, min, max, desired, registered})),
    services: compute.services.map(({name, region, desired, running, bounds}) => ({name, region, desired, running, bounds})),
    rules: [...compute.rules].map(([region, {forwards, fixed}]) => ({region, forwards, fixed})),
    ingress: [...compute.ingress],
    objects: [...names.objects.keys()].toSorted(),
    leads: names.leads(),
    databases: databases.all.map(({id, region, status, source, class: klass, multiAz, backupDays}) => ({
      id,
      region,
      status,
      isReplica: source !== null,
      klass,
      multiAz,
      backupDays,
    })),
    secrets: [...secrets].map(([key, {primaryRegion}]) => ({key, primaryRegion})),
    stacks: fake.provision
      .stacks()
      .filter(({status}) => status !== 'DELETE_COMPLETE')
      .map(({name, region}) => ({name, region})),
    standing: stored === undefined ? null : (JSON.parse(stored) as {region: string}).region,
  }
}

/**
 * The instance that users left: kept from being deleted, then set aside under another name, so that a replica can take its place. It is
 * never one that serves.
 */
import {minutes} from '../../engine/clock.ts'
import type {Polled} from '../../engine/step.ts'
import type {FailbackInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless} from '../promotion-state.ts'
import type {Placed, RecoveryStep} from '../way.ts'
import {fencedId, finalSnapshotOf} from './instance-names.ts'
import {requireOutOfService} from './out-of-service.ts'
import type {Leg} from './out-of-service.ts'

/** What is left of the old primary as it was found, before anything is done to it. */
export function keepStep(input: FailbackInput, {needs}: Placed): RecoveryStep {
  const {
    place,
    to: {region},
  } = input
  return lookStep({
    id: 'keep',
    title: 'What the old primary holds is kept',
    needs,
    calls: callsOf(region, 'database.describe', 'database.modify'),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    look: async (world, context): Promise<Polled> => {
      const found =
        (await world.database.describe(region, place.database, context.signal))
        ?? (await world.database.describe(region, fencedId(input), context.signal))
      if (found === null || found.source !== null)
        return {kind: 'done', facts: {kept: null}, note: 'there is no old primary any more'}
      if (!found.protected) {
        await world.database.modify(region, found.id, {protected: true}, context.signal)
        return later(context, `${found.id} to refuse deletion`)
      }
      return {
        kind: 'done',
        note: `${found.id} stays until the end, and ends with the snapshot ${finalSnapshotOf(fencedId(input))}`,
        facts: {
          kept: found.id,
          finalSnapshot: finalSnapshotOf(fencedId(input)),
          class: found.class,
          storageGiB: found.storageGiB,
        },
      }
    },
  })
}

export function setAsideStep(input: FailbackInput, leg: Leg): RecoveryStep {
  const {place} = input
  const {region} = leg.out
  const aside = fencedId(input)
  return {
    id: leg.id,
    title: leg.title,
    needs: leg.needs,
    deadlineMs: minutes(40),
    atDeadline: 'pause',
    usual: {p50Seconds: 90, p90Seconds: 300},
    calls: [
      ...callsOf(region, 'database.describe', 'database.modify', 'database.removeTags'),
      ...callsOf(place.recovery, 'store.read'),
    ],
    intent: () => ({from: place.database, to: aside, region}),
    observe: async (world, {signal, now}) => {
      const [present, renamed] = await both(world, region, place.database, aside, signal)
      if (renamed !== null)
        return renamed.status === 'available' && present?.id !== renamed.id ? {kind: 'done', facts: {aside}} : {kind: 'not-done'}
      if (present === null) return {kind: 'done', facts: {aside: null}, note: `there is no ${place.database} in ${region}`}
      if (present.source !== null)
        return {kind: 'done', facts: {aside: null}, note: `${place.database} in ${region} is a replica already`}
      const lost = hopeless(present)
      if (lost !== null) return {kind: 'failed', because: lost, then: 'pause'}
      return present.status === 'available'
        ? {kind: 'not-done'}
        : {kind: 'pending', waitsFor: `${present.id} to be available (${present.status})`, lookAgainAt: now + 15_000}
    },
    start: async (world, context) => {
      const [present, renamed] = await both(world, region, place.database, aside, context.signal)
      if (renamed !== null || present === null || present.source !== null) return
      await requireOutOfService(world, place, leg, context)
      // Out of the backup plan first: its next snapshot would hold up the rename, and later the removal.
      await world.database.removeTags(region, present.arn, ['sluice:backup'], context.signal)
      await world.database.modify(region, place.database, {id: aside}, context.signal)
    },
    poll: async (world, context) => {
      const [present, renamed] = await both(world, region, place.database, aside, context.signal)
      if (renamed?.status === 'available' && present === null) return {kind: 'done', facts: {aside}, note: aside}
      return later(context, `${place.database} to be called ${aside} (${renamed?.status ?? present?.status ?? 'gone'})`, 10)
    },
  }
}

async function both(
  world: RecoveryWorld,
  region: string,
  id: string,
  other: string,
  signal: AbortSignal,
): Promise<readonly [DatabaseState | null, DatabaseState | null]> {
  return Promise.all([world.database.describe(region, id, signal), world.database.describe(region, other, signal)])
}

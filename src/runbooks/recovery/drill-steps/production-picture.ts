/**
 * What a drill must not touch, as it is before it and after it: the replica, the object `stop`, where users are by right, the records,
 * and who answers users. Without the primary, nothing is asked but the recovery Region, DNS and the API itself.
 */
import {minutes} from '../../engine/clock.ts'
import type {Facts, Json} from '../../engine/event.ts'
import type {Call, Step} from '../../engine/step.ts'
import type {DrillInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {standingKey, switchBucket} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'

export interface Picture {
  readonly replicates: boolean
  readonly stop: string | null
  readonly standing: string | null
  /** null: not asked. */
  readonly records: string | null
  /** Region whose API answers users; null: nobody answered. */
  readonly answers: string | null
}

export const pictureCalls = ({side, place, withoutPrimary}: DrillInput): readonly Call[] => [
  ...callsOf(side.region, 'database.describe', 'switches.read', 'store.read', 'api.ask'),
  ...(withoutPrimary || place.hostedZone === '' ? [] : callsOf(side.region, 'names.records')),
]

export async function takePicture(world: RecoveryWorld, input: DrillInput, signal: AbortSignal): Promise<Picture> {
  const {place, side, settings, withoutPrimary} = input
  const [replica, stop, standing, records, answer] = await Promise.all([
    world.database.describe(side.region, place.database, signal),
    world.switches.read(side.region, switchBucket(place, side.region), 'stop', signal),
    world.store(side.region).get(standingKey(place), signal),
    withoutPrimary || place.hostedZone === '' ? null : world.names.records(place.hostedZone, place.api, signal),
    world.api.ask({host: place.api, path: settings.probes.read}, signal),
  ])
  return {
    replicates: replica !== null && replica.source !== null && replica.replication?.status === 'replicating',
    stop,
    standing: standing?.body ?? null,
    records: records === null ? null : JSON.stringify(records),
    answers: answer !== null && answer.status < 300 ? answer.region : null,
  }
}

/** What differs, one sentence each; empty: nothing. What was broken before can't be broken by the drill. */
export function touched(before: Facts, after: Picture): readonly string[] {
  const same = (value: Json | undefined, now: string | null): boolean => (value ?? null) === now
  return [
    ...(before['replicates'] === true && !after.replicates ? ["the replica doesn't replicate any more"] : []),
    ...(same(before['stop'], after.stop) ? [] : [after.stop === null ? 'the object stop is gone' : 'the object stop was put']),
    ...(same(before['standing'], after.standing) ? [] : ['where users are by right was written anew']),
    ...(same(before['records'], after.records) ? [] : ['the records of the API were changed']),
    ...(before['answers'] !== null && !same(before['answers'], after.answers)
      ? [`users were answered by ${JSON.stringify(before['answers'] ?? null)}, now by ${after.answers ?? 'nobody'}`]
      : []),
  ]
}

export function untouchedStep(input: DrillInput): Step<RecoveryWorld> {
  let seen: string | null = null
  return lookStep({
    id: 'untouched',
    title: 'Production as it was',
    needs: ['writes'],
    calls: pictureCalls(input),
    deadlineMs: minutes(5),
    atDeadline: 'roll-back',
    look: async (world, context) => {
      const after = await takePicture(world, input, context.signal)
      const differences = touched(context.facts('recovery-point'), after)
      if (differences.length === 0)
        return {kind: 'done', facts: {untouched: true}, note: 'replica, records, stop and answers as before'}
      // One answer that is lost on the way is no change of production: what is said twice is.
      const said = differences.join('; ')
      if (seen === said)
        return {kind: 'failed', because: `production isn't as it was before the drill: ${said}`, then: 'roll-back'}
      seen = said
      return later(context, said)
    },
  })
}

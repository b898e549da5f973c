/**
 * The recovery point that is rehearsed: one that exists, in the recovery Region. A drill never takes a snapshot of the replica, because
 * a replica that is being backed up can't be promoted. It also takes the picture of production that is compared at the end.
 */
import {minutes} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import type {DrillInput} from '../input.ts'
import {lookStep} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {pictureCalls, takePicture} from './production-picture.ts'

export function recoveryPointStep(input: DrillInput): Step<RecoveryWorld> {
  const {
    place,
    side,
    recoveryPoint: {snapshot, createdAt},
  } = input
  return lookStep({
    id: 'recovery-point',
    title: 'Newest recovery point in the recovery Region',
    needs: ['leftovers'],
    calls: [...callsOf(side.region, 'database.recoveryPoints'), ...pictureCalls(input)],
    deadlineMs: minutes(5),
    atDeadline: 'fail',
    look: async (world, {now, signal}) => {
      const points = await world.database.recoveryPoints(side.region, place.vault, place.database, signal)
      const found = points.find((point) => point.snapshot === snapshot)
      if (found === undefined)
        return {
          kind: 'failed',
          because: `the recovery point ${snapshot} isn't in ${side.region} any more; begin a drill again`,
          then: 'fail',
        }
      const ageSeconds = Math.round((now - createdAt) / 1000)
      const picture = await takePicture(world, input, signal)
      return {
        kind: 'done',
        facts: {snapshot, from: found.from, createdAt, ageSeconds, ...picture},
        note: `${Math.round(ageSeconds / 60)} min old`,
      }
    },
  })
}

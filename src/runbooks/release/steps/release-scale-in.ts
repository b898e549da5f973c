/** Gives scale-in back: after a promotion to the new stable slot, after a rollback to both slots as they were. */
import {minutes} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {giveScaleInBack} from './hold-scale-in.ts'

export function releaseScaleIn(
  input: ReleaseInput,
  to: 'new-stable' | 'as-before',
  needs: readonly string[],
): Step<ReleaseWorld> {
  return {
    id: 'release-scale-in',
    title: 'scale-in given back',
    needs,
    calls: call(
      input,
      'application-autoscaling:DescribeScalableTargets',
      'application-autoscaling:RegisterScalableTarget',
      'scheduler:DeleteSchedule',
    ),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    observe: async () => ({kind: 'not-done'}),
    start: async (world, context) => {
      if (to === 'as-before') return giveScaleInBack(input, world, context.signal)
      const {scaling} = input.production
      if (scaling !== null && input.canaryScaling !== null) await world.scaling.write(canarySlot(input), scaling, context.signal)
      await world.deadMansSwitch.disarmScaling(context.signal)
    },
    poll: async () => ({kind: 'done'}),
  }
}

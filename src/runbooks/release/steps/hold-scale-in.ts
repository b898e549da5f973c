/**
 * Stable may grow during a release but not shrink: a rollback must find its full size. The canary's slot is sized by the run
 * alone. A second schedule gives scale-in back if nobody is there to do it.
 */
import {seconds} from '../../engine/clock.ts'
import type {Step, StepContext} from '../../engine/step.ts'
import {call, writingSchedules} from '../calls.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld, Scaling} from '../ports.ts'
import {armedMemory} from '../rule-memory.ts'

const sized = (scaling: Scaling, max: number): Scaling => ({
  min: 0,
  max: Math.max(scaling.max, max),
  scaleInSuspended: true,
  scaleOutSuspended: true,
})

export function holdScaleIn(input: ReleaseInput): Step<ReleaseWorld> {
  const {production, canaryScaling, stableSlot} = input
  return {
    id: 'hold-scale-in',
    title: 'hold scale-in',
    needs: ['register'],
    calls: call(
      input,
      'application-autoscaling:RegisterScalableTarget',
      'application-autoscaling:DescribeScalableTargets',
      ...writingSchedules,
      'scheduler:DeleteSchedule',
    ),
    deadlineMs: seconds(300),
    atDeadline: 'fail',
    observe: async () =>
      production.scaling === null && canaryScaling === null ? {kind: 'done', note: 'no service scaling'} : {kind: 'not-done'},
    start: async (world, context) => {
      await holdStable(input, world, context)
      if (canaryScaling !== null) {
        await world.scaling.write(canarySlot(input), sized(canaryScaling, production.desired), context.signal)
      }
    },
    poll: async (world, context) => {
      const stable = await world.scaling.read(stableSlot, context.signal)
      if (stable === null || stable.scaleInSuspended) return {kind: 'done', note: 'stable may grow, not shrink'}
      // A run that was slow to get here may have seen the second schedule give it back already.
      await holdStable(input, world, context)
      return {kind: 'pending', waitsFor: 'the suspension to read back', lookAgainAt: context.now + seconds(2)}
    },
    undo: async (world, context) => giveScaleInBack(input, world, context.signal),
  }
}

/** What gives scale-in back is armed before it is taken. */
async function holdStable(input: ReleaseInput, world: ReleaseWorld, context: StepContext): Promise<void> {
  const {
    production: {scaling},
    stableSlot,
  } = input
  if (scaling === null) return
  const dueAt = armedMemory(context.events)?.dueAt ?? world.awsTime() + input.config.deadMansSwitch.windowMs
  await world.deadMansSwitch.armScaling(dueAt, stableSlot, scaling, context.signal)
  await world.scaling.write(stableSlot, {...scaling, scaleInSuspended: true}, context.signal)
}

/** Both slots as before the release, and no second schedule left. */
export async function giveScaleInBack(input: ReleaseInput, world: ReleaseWorld, signal: AbortSignal): Promise<void> {
  if (input.production.scaling !== null) await world.scaling.write(input.stableSlot, input.production.scaling, signal)
  if (input.canaryScaling !== null) await world.scaling.write(canarySlot(input), input.canaryScaling, signal)
  await world.deadMansSwitch.disarmScaling(signal)
}

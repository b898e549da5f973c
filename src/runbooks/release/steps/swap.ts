/**
 * The roles swap: the proven tasks become stable and nothing restarts. The new stable slot gets the production minimum and
 * maximum before the old one loses them; the switch is pointed at the new stable, read back, and only then deleted.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {armSwitch} from '../arm-switch.ts'
import {call, writingSchedules} from '../calls.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {mayWrite} from '../rule-memory.ts'

export function swap(input: ReleaseInput): Step<ReleaseWorld> {
  const slot = canarySlot(input)
  const {scaling} = input.production
  return {
    id: 'swap',
    title: `slot ${slot} is stable`,
    needs: ['observe-100'],
    calls: call(input, 'application-autoscaling:RegisterScalableTarget', 'application-autoscaling:DescribeScalableTargets'),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    observe: async () =>
      scaling === null || input.canaryScaling === null ? {kind: 'done', note: 'no service scaling'} : {kind: 'not-done'},
    start: async (world, context) => {
      if (scaling !== null) await world.scaling.write(slot, {...scaling, scaleInSuspended: true}, context.signal)
    },
    poll: async (world, context) => {
      const present = await world.scaling.read(slot, context.signal)
      return present !== null && present.min === scaling?.min && present.max === scaling.max
        ? {kind: 'done', note: `minimum ${present.min}, maximum ${present.max}`}
        : {kind: 'pending', waitsFor: 'its minimum and maximum to read back', lookAgainAt: context.now + seconds(2)}
    },
  }
}

export function repoint(input: ReleaseInput): Step<ReleaseWorld> {
  const home = canarySlot(input)
  return {
    id: 'repoint',
    title: 'switch points at the new stable',
    needs: ['swap'],
    calls: call(input, 'elasticloadbalancing:DescribeRules', ...writingSchedules),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    observe: async () => ({kind: 'not-done'}),
    start: async (world, context) => {
      if (!mayWrite(context.events, world.awsTime())) return
      await armSwitch(world, context, await world.rule.read(context.signal), home, input.config.deadMansSwitch.windowMs)
    },
    poll: async (world, context) => {
      const present = await world.deadMansSwitch.read(context.signal)
      if (present !== null && present.weights[home] > 0) return {kind: 'done', note: `all weight to slot ${home}`}
      if (!mayWrite(context.events, world.awsTime())) {
        return {kind: 'pending', waitsFor: "the dead-man's switch, which is due", lookAgainAt: context.now}
      }
      await armSwitch(world, context, await world.rule.read(context.signal), home, input.config.deadMansSwitch.windowMs)
      return {kind: 'pending', waitsFor: 'the schedule to read back', lookAgainAt: context.now + seconds(2)}
    },
  }
}

/** Deletes the switch and sees that it is gone. */
export function disarm(input: ReleaseInput, needs: readonly string[]): Step<ReleaseWorld> {
  return {
    id: 'disarm',
    title: 'switch deleted',
    needs,
    calls: call(input, 'scheduler:DeleteSchedule', 'scheduler:GetSchedule'),
    deadlineMs: minutes(10),
    atDeadline: 'halt',
    observe: async () => ({kind: 'not-done'}),
    start: async (world, context) => {
      await world.deadMansSwitch.disarm(context.signal)
    },
    poll: async (world, context) => {
      if ((await world.deadMansSwitch.read(context.signal)) !== null) {
        await world.deadMansSwitch.disarm(context.signal)
        return {kind: 'pending', waitsFor: 'the schedule to be gone', lookAgainAt: context.now + seconds(1)}
      }
      await context.write('disarmed', {at: world.awsTime()})
      return {kind: 'done', note: 'disarmed'}
    },
  }
}

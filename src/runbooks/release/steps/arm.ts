/** Arms the dead-man's switch before anything else changes: from here on, nobody needs to be there for traffic to go home. */
import {seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {armSwitch} from '../arm-switch.ts'
import {call, writingSchedules} from '../calls.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {armedMemory} from '../rule-memory.ts'

export function arm(input: ReleaseInput): Step<ReleaseWorld> {
  return {
    id: 'arm',
    title: "dead-man's switch",
    needs: ['finish-previous'],
    calls: call(input, 'elasticloadbalancing:DescribeRules', ...writingSchedules),
    deadlineMs: seconds(300),
    atDeadline: 'fail',
    observe: async () => ({kind: 'not-done'}),
    start: async (world, context) => {
      const reading = await world.rule.read(context.signal)
      await armSwitch(world, context, reading, input.stableSlot, input.config.deadMansSwitch.windowMs)
    },
    poll: async (world, context) => {
      const present = await world.deadMansSwitch.read(context.signal)
      const memory = armedMemory(context.events)
      if (present !== null && memory !== null && present.dueAt >= memory.dueAt && present.weights[input.stableSlot] > 0) {
        return {kind: 'done', note: `armed: all weight back to slot ${input.stableSlot} if nobody is there`}
      }
      await armSwitch(
        world,
        context,
        await world.rule.read(context.signal),
        input.stableSlot,
        input.config.deadMansSwitch.windowMs,
      )
      return {kind: 'pending', waitsFor: 'the schedule to read back', lookAgainAt: context.now + seconds(2)}
    },
    undo: async (world, context) => {
      await world.deadMansSwitch.disarm(context.signal)
      await context.write('disarmed', {at: world.awsTime()})
    },
  }
}

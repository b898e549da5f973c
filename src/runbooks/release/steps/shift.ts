/**
 * Changes the live rule in one call and reads it back. The rule is compared with what this run last wrote before it is written.
 */
import {seconds} from '../../engine/clock.ts'
import type {Step, StepContext} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {allOn, otherSlot, weightsAt} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld, Weights} from '../ports.ts'
import {promoteWish} from '../promote-wish.ts'
import {mayWrite, ruleMemory} from '../rule-memory.ts'

export function shift(input: ReleaseInput, percent: number, needs: readonly string[]): Step<ReleaseWorld> {
  const weights = percent === 100 ? allOn(otherSlot(input.stableSlot)) : weightsAt(input, percent)
  return {
    ...writeRule(input, weights),
    id: `shift-${percent}`,
    title: `weight ${percent} %`,
    needs,
    observe: async (_world, context) => {
      const wish = percent < 100 ? promoteWish(context.events) : null
      return wish === null ? {kind: 'not-done'} : {kind: 'done', note: `left out: ${wish}`}
    },
  }
}

/** The write itself: also what a rollback begins with; going home is never too late. */
export function writeRule(
  input: ReleaseInput,
  weights: Weights,
): Pick<Step<ReleaseWorld>, 'calls' | 'deadlineMs' | 'atDeadline' | 'start' | 'poll'> {
  const {rule} = input.config
  const tooLate = (world: ReleaseWorld, context: StepContext): boolean =>
    weights[input.stableSlot] !== 100 && !mayWrite(context.events, world.awsTime())
  return {
    calls: call(input, 'elasticloadbalancing:DescribeRules', 'elasticloadbalancing:ModifyRule'),
    deadlineMs: seconds(300),
    atDeadline: 'roll-back',
    start: async (world, context) => {
      const reading = await world.rule.read(context.signal)
      if (foreign(reading.actionsHash, context) || tooLate(world, context)) return
      const {actionsHash} = world.rule.preview(reading, weights)
      await context.write('rule-written', {phase: 'asked', rule, weights, actionsHash})
      await world.rule.write(reading, weights, context.signal)
    },
    poll: async (world, context) => {
      const reading = await world.rule.read(context.signal)
      const {actionsHash} = world.rule.preview(reading, weights)
      // A switch that was delivered between the look and the write has done what going home wants.
      const isHome = weights[input.stableSlot] === 100 && reading.actionsHash === actionsHash
      if (!isHome && foreign(reading.actionsHash, context)) {
        // Somebody else, or the switch: the drift guard tells which at the next tick, before anything is written.
        return {kind: 'pending', waitsFor: `the live rule, which reads ${reading.words}`, lookAgainAt: context.now}
      }
      if (reading.actionsHash !== actionsHash) {
        if (tooLate(world, context)) {
          return {kind: 'pending', waitsFor: "the dead-man's switch, which is due", lookAgainAt: context.now}
        }
        await context.write('rule-written', {phase: 'asked', rule, weights, actionsHash})
        await world.rule.write(reading, weights, context.signal)
        return {
          kind: 'pending',
          waitsFor: `the rule to read back as asked (now ${reading.words})`,
          lookAgainAt: context.now + seconds(1),
        }
      }
      await context.write('rule-written', {phase: 'read-back', rule, weights, actionsHash})
      return {kind: 'done', note: `rule reads ${reading.words}`}
    },
  }
}

/** Not one of the rules this run may have written: the drift guard says what to do about it at the next tick. */
const foreign = (actionsHash: string, context: StepContext): boolean => !ruleMemory(context.events).ours.includes(actionsHash)

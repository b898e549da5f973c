/**
 * Finishes the release before, if nobody did: its version's tasks in the canary's slot are scaled down. Not before a switch of
 * that release can't be delivered any more, by AWS's time: a late firing must find tasks,
 * and must not undo this release's weights.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {emptySlot, emptySlotActions} from '../empty-slot.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'

/** Maximum event age of the switch (300 s) and a margin. */
export const lateSwitchMs = minutes(7)

export function finishPrevious(input: ReleaseInput): Step<ReleaseWorld> {
  const slot = canarySlot(input)
  return {
    id: 'finish-previous',
    title: `slot ${slot} free of the release before`,
    needs: ['preflight'],
    calls: call(input, 'elasticloadbalancing:DescribeRules', ...emptySlotActions),
    deadlineMs: lateSwitchMs + minutes(10),
    atDeadline: 'fail',
    observe: async (world, {signal}) =>
      world.awsTime() >= input.slotFreeAt && (await world.slots.read(slot, signal)).desired === 0
        ? {kind: 'done'}
        : {kind: 'not-done'},
    start: async () => undefined,
    poll: async (world, {now, signal}) => {
      const leftMs = input.slotFreeAt - world.awsTime()
      if (leftMs > 0) {
        const late = `a late switch of ${input.previousRun ?? 'the run before'} could still need it for ${Math.ceil(leftMs / 1000)} s`
        return {kind: 'pending', waitsFor: `slot ${slot} to be free: ${late}`, lookAgainAt: now + leftMs}
      }
      if ((await world.slots.read(slot, signal)).desired === 0) return {kind: 'done', note: `slot ${slot} is at 0 tasks`}
      const rule = await world.rule.read(signal)
      if (rule.weights[slot] > 0) {
        return {kind: 'failed', because: `slot ${slot} has weight (${rule.words}): not scaled in`, then: 'fail'}
      }
      await emptySlot(world, slot, signal)
      return {kind: 'pending', waitsFor: `slot ${slot} to scale in`, lookAgainAt: now + seconds(2)}
    },
  }
}

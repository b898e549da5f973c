/**
 * Finishes the release before, if nobody did: its version's tasks in the canary's slot are scaled down. Not before a switch of
 * that release can't be delivered any more: a late firing must find tasks, and must not undo this release's weights.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
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
    calls: call(input, 'ecs:DescribeServices', 'ecs:UpdateService', 'elasticloadbalancing:DescribeRules'),
    deadlineMs: lateSwitchMs + minutes(10),
    atDeadline: 'fail',
    observe: async (world, {now, signal}) =>
      now >= input.slotFreeAt && (await world.slots.read(slot, signal)).desired === 0 ? {kind: 'done'} : {kind: 'not-done'},
    start: async () => undefined,
    poll: async (world, {now, signal}) => {
      if (now < input.slotFreeAt) {
        const left = Math.ceil((input.slotFreeAt - now) / 1000)
        return {kind: 'pending', waitsFor: `slot ${slot} to be free: a late switch of ${input.previousRun ?? 'the run before'} could still need it for ${left} s`, lookAgainAt: input.slotFreeAt}
      }
      if ((await world.slots.read(slot, signal)).desired === 0) return {kind: 'done', note: `slot ${slot} is at 0 tasks`}
      const rule = await world.rule.read(signal)
      if (rule.weights[slot] > 0) return {kind: 'failed', because: `slot ${slot} has weight (${rule.words}): not scaled in`, then: 'fail'}
      await world.slots.resize(slot, 0, signal)
      return {kind: 'pending', waitsFor: `slot ${slot} to scale in`, lookAgainAt: now + seconds(2)}
    },
  }
}

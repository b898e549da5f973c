/** Scales a slot in that gets no requests any more: only after reading that its weight is 0. Tasks drain as ECS stops them. */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld, Slot} from '../ports.ts'

interface Wanted {
  readonly id: string
  readonly title: string
  readonly slot: Slot
  readonly needs: readonly string[]
}

export function drain(input: ReleaseInput, {id, title, slot, needs}: Wanted): Step<ReleaseWorld> {
  return {
    id,
    title,
    needs,
    calls: call(input, 'elasticloadbalancing:DescribeRules', 'ecs:DescribeServices', 'ecs:UpdateService'),
    deadlineMs: minutes(30),
    atDeadline: 'halt',
    observe: async (world, context) => {
      const service = await world.slots.read(slot, context.signal)
      return service.desired === 0 ? {kind: 'done', note: `slot ${slot} is at 0 tasks`} : {kind: 'not-done'}
    },
    start: async (world, context) => {
      const rule = await world.rule.read(context.signal)
      if (rule.weights[slot] === 0) await world.slots.resize(slot, 0, context.signal)
    },
    poll: async (world, context) => {
      const service = await world.slots.read(slot, context.signal)
      if (service.desired === 0) return {kind: 'done', note: `slot ${slot} goes to 0 tasks as they drain`}
      const rule = await world.rule.read(context.signal)
      if (rule.weights[slot] > 0) return {kind: 'failed', because: `slot ${slot} has weight again (${rule.words}): not scaled in`, then: 'halt', cause: 'foreign'}
      await world.slots.resize(slot, 0, context.signal)
      return {kind: 'pending', waitsFor: `slot ${slot} to scale in`, lookAgainAt: context.now + seconds(2)}
    },
  }
}

/**
 * Scales a slot in that gets no requests any more: only after reading that its weight is 0. It loses its minimum first, or
 * service scaling would bring tasks back. Tasks drain as ECS stops them.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step, StepContext} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {emptySlot, emptySlotActions} from '../empty-slot.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld, Slot} from '../ports.ts'

interface Wanted {
  readonly id: string
  readonly title: string
  readonly slot: Slot
  readonly needs: readonly string[]
  /** The step that gave the slot its tasks: if it never began, they are the release before's, and a late switch may want them. */
  readonly filledBy: string | null
}

export function drain(input: ReleaseInput, {id, title, slot, needs, filledBy}: Wanted): Step<ReleaseWorld> {
  return {
    id,
    title,
    needs,
    calls: call(input, 'elasticloadbalancing:DescribeRules', ...emptySlotActions),
    deadlineMs: minutes(30),
    atDeadline: 'halt',
    observe: async (world, context) => {
      if (filledBy !== null && !hasBegun(context, filledBy)) return {kind: 'done', note: `slot ${slot} was never touched`}
      const service = await world.slots.read(slot, context.signal)
      return service.desired === 0 ? {kind: 'done', note: `slot ${slot} is at 0 tasks`} : {kind: 'not-done'}
    },
    start: async (world, context) => {
      const rule = await world.rule.read(context.signal)
      if (rule.weights[slot] === 0) await emptySlot(world, slot, context.signal)
    },
    poll: async (world, context) => {
      const service = await world.slots.read(slot, context.signal)
      if (service.desired === 0) return {kind: 'done', note: `slot ${slot} goes to 0 tasks as they drain`}
      const rule = await world.rule.read(context.signal)
      if (rule.weights[slot] > 0) {
        return {
          kind: 'failed',
          because: `slot ${slot} has weight again (${rule.words}): not scaled in`,
          then: 'halt',
          cause: 'foreign',
        }
      }
      await emptySlot(world, slot, context.signal)
      return {kind: 'pending', waitsFor: `slot ${slot} to scale in`, lookAgainAt: context.now + seconds(2)}
    },
  }
}

const hasBegun = (context: StepContext, step: string): boolean =>
  context.events.some((event) => event.kind === 'step-started' && event.data.step === step)

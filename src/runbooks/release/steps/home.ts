/** A rollback begins here: one ModifyRule that sends all weight to stable, stickiness off, and reads it back. */
import type {Step} from '../../engine/step.ts'
import {allOn} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {ruleMemory} from '../rule-memory.ts'
import {writeRule} from './shift.ts'

export function home(input: ReleaseInput): Step<ReleaseWorld> {
  const weights = allOn(input.stableSlot)
  return {
    ...writeRule(input, weights),
    id: 'home',
    title: `all weight to slot ${input.stableSlot}`,
    needs: [],
    atDeadline: 'halt',
    observe: async (world, context) => {
      if (ruleMemory(context.events).asked === null) return {kind: 'done', note: 'it never left'}
      const reading = await world.rule.read(context.signal)
      // Already home without our having asked for it in this plan: the switch was faster.
      return reading.actionsHash === world.rule.preview(reading, weights).actionsHash
        ? {kind: 'done', note: `rule reads ${reading.words}`}
        : {kind: 'not-done'}
    },
  }
}

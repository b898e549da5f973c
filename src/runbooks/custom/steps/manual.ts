/** Something that a person does. Done when they say so, with what shows it. */
import type {Doing} from '../../../config/runbook.ts'
import {seconds} from '../../engine/clock.ts'
import {filled} from '../filled.ts'
import {refused} from '../own-step.ts'
import type {Doer, Ground} from '../own-step.ts'
import {answersTo, counts} from './answers.ts'

export function manualStep(id: string, does: Extract<Doing, {kind: 'manual'}>, {place}: Ground): Doer {
  return {
    calls: [],
    async poll(_world, context) {
      const instructions = filled(does.instructions, place, context)
      if (instructions.kind === 'unknown') return refused(instructions.because)
      const answer = answersTo(id, context.events).findLast(
        ({accepts, by}) =>
          accepts['done'] === true
          && counts(does.by, by, context.events)
          && (does.evidence === 'optional' || evidenceOf(accepts['evidence']) !== null),
      )
      if (answer !== undefined)
        return {
          kind: 'done',
          facts: {evidence: evidenceOf(answer.accepts['evidence']), by: answer.by, at: answer.at},
          note: evidenceOf(answer.accepts['evidence']) ?? '',
        }
      return {
        kind: 'pending',
        waitsFor: `a person${does.by === 'another' ? ' who did not begin this run' : ''}: ${instructions.value.trim()}`,
        lookAgainAt: context.now + seconds(10),
      }
    },
  }
}

const evidenceOf = (said: unknown): string | null => (typeof said === 'string' && said.trim() !== '' ? said : null)

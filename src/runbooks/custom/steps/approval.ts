/** A person's yes. Somebody else's doesn't count where names are given, and it says so. */
import type {Doing} from '../../../config/runbook.ts'
import {seconds} from '../../engine/clock.ts'
import {filled} from '../filled.ts'
import {refused} from '../own-step.ts'
import type {Doer, Ground} from '../own-step.ts'
import {answersTo, counts as mayCount, isOneOf} from './answers.ts'

export function approvalStep(id: string, does: Extract<Doing, {kind: 'approval'}>, {place}: Ground): Doer {
  return {
    calls: [],
    async poll(_world, context) {
      const question = filled(does.question, place, context)
      if (question.kind === 'unknown') return refused(question.because)
      const yes = answersTo(id, context.events).filter(({accepts}) => accepts['approved'] === true)
      const counts = yes.find(({by}) => isOneOf(by, does.names) && mayCount(does.by, by, context.events))
      if (counts !== undefined) return {kind: 'done', facts: {by: counts.by, at: counts.at}, note: `yes, says ${counts.by}`}
      const another = does.by === 'another' ? ' of somebody who did not begin this run' : ''
      const whose =
        does.names.length === 0 ? `a yes${another}` : `a yes of ${does.names.join(' or ')}${another === '' ? '' : `,${another}`}`
      const other = yes.at(-1)
      return {
        kind: 'pending',
        waitsFor: `${whose}: ${question.value.trim()}${other === undefined ? '' : ` (${other.by} said yes, and ${isOneOf(other.by, does.names) ? 'began this run' : "isn't one of them"})`}`,
        lookAgainAt: context.now + seconds(10),
      }
    },
  }
}

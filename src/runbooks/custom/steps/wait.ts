/** A length of time, from when the step began. */
import type {Doing} from '../../../config/runbook.ts'
import type {Doer} from '../own-step.ts'

export function waitStep({ms}: Extract<Doing, {kind: 'wait'}>): Doer {
  return {
    calls: [],
    async poll(_world, {now, startedAt}) {
      const until = startedAt + ms
      return now >= until
        ? {kind: 'done', facts: {until}}
        : {kind: 'pending', waitsFor: `until ${new Date(until).toISOString().slice(11, 19)}Z`, lookAgainAt: until}
    },
  }
}

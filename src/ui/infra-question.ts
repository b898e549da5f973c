/**
 * How a person is asked before a stack is changed: by what it costs if they are wrong. Data that would be lost, and a stack that
 * has to be deleted, take the environment's name; any other change a y/N; no change no question. Pure.
 */
import type {InfraPlan, PlannedStack} from '../runbooks/provision/infra-plan.ts'
import {account} from './format.ts'
import type {Question} from './confirm.ts'
import {placed} from './infra-place.ts'

export interface Asked {
  readonly question: Question
  /** What is at stake, a sentence each; said before a name has to be typed. */
  readonly because: readonly string[]
}

/** null: nothing is asked. */
export function infraQuestion(plan: InfraPlan): Asked | null {
  if (!plan.changes) return null
  const {service, environment, region} = plan.config
  const losses = plan.stacks.flatMap(lossesOf)
  if (losses.length > 0)
    return {question: {kind: 'type-the-name', name: environment, text: "That can't be taken back."}, because: losses}
  return {
    question: {kind: 'yes-no', text: `  go on with ${service} ${environment} in ${account(plan.account)}, ${region}?`},
    because: [],
  }
}

function lossesOf({id, verdict}: PlannedStack): readonly string[] {
  switch (verdict.kind) {
    case 'update':
      return verdict.changes
        .filter(({dangers}) => dangers.includes('stateful') && dangers.some((danger) => losing.has(danger)))
        .map(
          ({path, dangers}) =>
            `${path} of ${placed(id)} holds data and ${dangers.includes('removed') ? 'is removed' : 'is, or may be, replaced'}`,
        )
    case 'repair':
      return verdict.how === 'delete-and-create' ? [`${placed(id)} (${verdict.status}) is deleted and made anew`] : []
    case 'create':
    case 'unchanged':
    case 'later':
    case 'in-progress':
    case 'blocked':
      return []
  }
}

const losing: ReadonlySet<string> = new Set(['replaced', 'maybe-replaced', 'removed'])

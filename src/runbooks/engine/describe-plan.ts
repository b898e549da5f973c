import {createHash} from 'node:crypto'
import type {EventOf} from './event.ts'
import type {Plan} from './step.ts'

/** What the journal says of a plan: its shape, and a hash that a resume can hold against the plan it rebuilds. */
export function describePlan(plan: Plan<never>): Pick<EventOf<'planned'>['data'], 'plan' | 'planHash' | 'steps'> {
  const steps = plan.steps.map(({id, title, needs, pointOfNoReturn, usual}) => ({
    id,
    title,
    needs,
    ...(pointOfNoReturn === true && {pointOfNoReturn}),
    ...(usual !== undefined && {usual}),
  }))
  const shape = steps.map(({id, needs}) => ({id, needs}))
  const planHash = createHash('sha256')
    .update(JSON.stringify({name: plan.name, steps: shape}))
    .digest('hex')
    .slice(0, 16)
  return {plan: plan.name, planHash, steps}
}

/**
 * Which plan belongs to which input: the one place that knows all kinds of recovery. Rebuilt from event 0 alone, on any machine,
 * with the team's own steps where the input holds an extension. Pure.
 */
import type {Runbook} from '../engine/step.ts'
import {drillPlan, firstDrillPlan} from './drill-plan.ts'
import {extendPlan} from './extend-plan.ts'
import {failbackPlan, failbackPlanName} from './failback-plan.ts'
import type {RecoveryInput} from './input.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {promotePlan, promotePlanName} from './promote-plan.ts'
import {settlePlan, settlePlanName} from './settle-plan.ts'

export function recoveryRunbook(input: RecoveryInput): Runbook<RecoveryWorld> {
  const bare = bareRunbook(input)
  const {extension = null, place, settings} = input
  return {first: bare.first, plan: (name, events) => extendPlan(bare.plan(name, events), extension, {place, settings})}
}

function bareRunbook(input: RecoveryInput): Runbook<RecoveryWorld> {
  switch (input.kind) {
    case 'promote':
      return {first: promotePlanName, plan: () => promotePlan(input)}
    case 'drill':
      return {first: firstDrillPlan(input), plan: (name) => drillPlan(input, name)}
    case 'failback':
      return {first: failbackPlanName, plan: () => failbackPlan(input)}
    case 'settle':
      return {first: settlePlanName, plan: () => settlePlan(input)}
  }
}

/** Every call that a command declares: those of the steps and guards of its plans, and those outside of steps. Pure. */
import type {Call, Plan, Runbook} from '../engine/step.ts'
import {downRunbook} from '../provision/down-plan.ts'
import {upRunbook} from '../provision/up-plan.ts'
import {drillPlan} from '../recovery/drill-plan.ts'
import {failbackPlan} from '../recovery/failback-plan.ts'
import {promotePlan} from '../recovery/promote-plan.ts'
import {settlePlan} from '../recovery/settle-plan.ts'
import {releaseRunbook} from '../release/plan.ts'
import {outsideCalls} from './outside-steps.ts'
import type {PolicyCommand} from './outside-steps.ts'
import {sampleDown, sampleRelease, sampleUp} from './sample-inputs.ts'
import {sampleDrills, sampleFailbacks, sampleFailovers, sampleSettlings} from './sample-recoveries.ts'
import type {Where} from './where.ts'

export const callsOfPlan = ({steps, guards}: Plan<never>): readonly Call[] => [...steps, ...guards].flatMap(({calls}) => calls)

const releasePlans = ['release', 'rollback', 'halt', 'retire'] as const

export function callsOfRunbook<W>(runbook: Runbook<W>, plans: readonly string[]): readonly Call[] {
  return plans.flatMap((name) => callsOfPlan(runbook.plan(name, [])))
}

export function declaredCalls(command: PolicyCommand, where: Where): readonly Call[] {
  const all = [...plannedCalls(command, where), ...outsideCalls(command, where)].filter(({region}) => region !== '')
  return [...new Map(all.map((call) => [`${call.action} ${call.region}`, call])).values()]
}

/** A run that is aborted or resumed may go through any of its plans. */
function plannedCalls(command: PolicyCommand, where: Where): readonly Call[] {
  switch (command) {
    case 'release':
    case 'release resume':
    case 'release abort':
      return callsOfRunbook(releaseRunbook(sampleRelease(where)), releasePlans)
    case 'infra up':
      return callsOfRunbook(upRunbook(sampleUp(where)), ['up'])
    case 'infra down':
      return callsOfRunbook(downRunbook(sampleDown(where)), ['down'])
    case 'dr promote':
      return sampleFailovers(where).flatMap((input) => callsOfPlan(promotePlan(input)))
    case 'dr drill':
      return sampleDrills(where).flatMap((input) =>
        (['drill', 'drill-cleanup', 'drill-clean'] as const).flatMap((name) => callsOfPlan(drillPlan(input, name))),
      )
    // Whoever goes on with a run does what is left of it, whatever it is.
    case 'dr resume':
      return (['dr promote', 'dr drill', 'dr failback', 'dr settle'] as const).flatMap((one) => plannedCalls(one, where))
    case 'dr failback':
      return sampleFailbacks(where).flatMap((input) => callsOfPlan(failbackPlan(input)))
    case 'dr settle':
      return sampleSettlings(where).flatMap((input) => callsOfPlan(settlePlan(input)))
    case 'init':
    case 'doctor':
    case 'release plan':
    case 'release status':
    case 'release watch':
    case 'release history':
    case 'release pause':
    case 'release promote':
    case 'infra plan':
    case 'infra status':
    case 'infra drift':
    case 'dr status':
    case 'dr check':
    case 'dr history':
    case 'dr report':
    // What their steps call the runbook says.
    case 'runbook run':
    case 'runbook resume':
      return []
  }
}

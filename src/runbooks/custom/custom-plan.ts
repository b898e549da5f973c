/** A runbook of the team's own as a plan. Pure: the same input gives the same plan on any machine. */
import type {Runbook} from '../engine/step.ts'
import {customPlanName} from './input.ts'
import type {RunbookInput} from './input.ts'
import {ownStep} from './own-step.ts'
import type {OwnWorld} from './ports.ts'

export function customRunbook({runbook, place, settings}: RunbookInput): Runbook<OwnWorld> {
  const ground = {place, settings, region: runbook.region ?? place.recovery}
  return {
    first: customPlanName,
    plan: (name) => {
      if (name !== customPlanName) throw new Error(`a runbook has no plan ${name}`)
      return {
        name,
        steps: runbook.steps.map((step) => ownStep(step, ground)),
        guards: [],
        ends: 'done',
        onRollBack: null,
        onHalt: null,
        undoes: 'all-begun',
      }
    },
  }
}

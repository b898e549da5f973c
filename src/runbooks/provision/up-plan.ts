/**
 * The whole of `infra up`, in order: reading `upPlan` tells what happens. Pure: from the plan a person saw to steps. Both Regions
 * and us-east-1 are one graph, and whatever doesn't wait for another goes on at once. A failed step starts nothing more; what
 * CloudFormation has under way goes on there, and the next `up` attaches to it.
 */
import type {Plan, Runbook, Step} from '../engine/step.ts'
import type {WantedStack} from './infra-plan.ts'
import type {ProvisionWorld} from './ports.ts'
import {makeServiceRoles, putAlive, putSite, uploadTemplates} from './steps/ground-steps.ts'
import {awaitHealthy, makeLiveRule, makeScaling, makeSlot} from './steps/slot-steps.ts'
import {createStack, guardStack, updateStack} from './steps/stack-steps.ts'
import {slotImage} from './plan-slots.ts'
import {servingRegions} from './up-input.ts'
import type {UpInput} from './up-input.ts'

export function upPlan(input: UpInput): Plan<ProvisionWorld> {
  const {chosen, plan} = input
  const regions = servingRegions(input)
  const mains = chosen.filter(({kind}) => kind === 'main')
  return {
    name: 'up',
    steps: [
      makeServiceRoles(input),
      ...chosen.map((stack) => createStack(input, stack)),
      ...regions.map((region) => uploadTemplates(input, region)),
      ...chosen.map((stack) => updateStack(input, stack)),
      ...regions.map((region) => putAlive(input, region)),
      ...mains.flatMap((main) => slotSteps(input, main)),
      ...(regions.includes(plan.config.region) ? [putSite(input)] : []),
      ...chosen.map((stack) => guardStack(input, stack)),
    ],
    guards: [],
    ends: 'done',
    onRollBack: null,
    onHalt: null,
  }
}

/** Without an image there is nothing that slots could run. */
function slotSteps(input: UpInput, main: WantedStack): readonly Step<ProvisionWorld>[] {
  const rule = makeLiveRule(input, main)
  if (slotImage(input.plan.config, input.plan.served ?? null) === '') return [rule]
  return [
    rule,
    makeSlot(input, main, 'a'),
    makeSlot(input, main, 'b'),
    makeScaling(input, main, 'a'),
    makeScaling(input, main, 'b'),
    awaitHealthy(input, main),
  ]
}

export function upRunbook(input: UpInput): Runbook<ProvisionWorld> {
  return {
    first: 'up',
    plan(name) {
      if (name !== 'up') throw new Error(`no plan is called ${name}`)
      return upPlan(input)
    },
  }
}

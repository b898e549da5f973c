/**
 * CloudFormation brought to where users are. After a failback there is nothing to bring, only to look at; after a long stay the stacks
 * learn which Region is active, and the promoted database becomes one of its own in its stack. Nothing here promotes anything. Pure.
 */
import type {Plan} from '../engine/step.ts'
import type {SettleInput} from './input.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {activeRegionStep, promotedStep, replicaSteps} from './settle-steps/long-stay.ts'
import {surgeStays} from './settle-steps/surge-stays.ts'
import {settled, stacksMatch} from './settle-steps/stacks-match.ts'
import type {RecoveryStep} from './way.ts'

export const settlePlanName = 'settle'

export function settlePlan(input: SettleInput): Plan<RecoveryWorld> {
  const {place, active} = input
  const steps: readonly RecoveryStep[] =
    active === place.home
      ? [stacksMatch(place, {needs: []}), settled(place, active, {needs: ['stacks-match']})]
      : [
          promotedStep(input, {needs: []}),
          forwardOnly(activeRegionStep(input, place.recovery, {needs: ['promoted']})),
          forwardOnly(activeRegionStep(input, place.home, {needs: ['promoted']})),
          ...replicaSteps(input, {needs: ['active-away', 'active-home']}),
          settled(place, active, {needs: ['policy-back']}),
          ...(place.shape === 'pilot-light' ? [surgeStays(input, {needs: ['settled']})] : []),
        ]
  return {name: settlePlanName, steps, guards: [], ends: 'done', onRollBack: null, onHalt: null, undoes: 'all-begun'}
}

/** Half of it taken back would be neither: from the first stack that is changed on, what fails pauses, and a resume goes on. */
const forwardOnly = (step: RecoveryStep): RecoveryStep => ({...step, pointOfNoReturn: true, consent: 'promoted'})

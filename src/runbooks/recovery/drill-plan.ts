/**
 * A rehearsal that can't touch production: a database from a recovery point, tasks of the version that serves, a host name that no
 * record leads to. Whatever goes wrong leads to the plan that removes it again; a drill that failed still leaves nothing. Pure.
 */
import type {Plan, Step} from '../engine/step.ts'
import {databaseStep, leftoversStep, removeStep, stackStep, tasksStep} from './drill-steps/drill-stack.ts'
import {hostsStep} from './drill-steps/drill-hosts.ts'
import {drillHosts} from './drill-steps/drill-names.ts'
import {drillReportStep} from './drill-steps/drill-report.ts'
import {untouchedStep} from './drill-steps/production-picture.ts'
import {recoveryPointStep} from './drill-steps/recovery-point.ts'
import {readsStep, writesStep} from './drill-steps/synthetic-requests.ts'
import type {DrillInput} from './input.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {residueStep} from './residue.ts'

export type DrillPlanName = 'drill' | 'drill-cleanup' | 'drill-clean'

/** Plan a drill begins with. */
export const firstDrillPlan = ({clean}: DrillInput): DrillPlanName => (clean ? 'drill-clean' : 'drill')

export function drillPlan(input: DrillInput, name: string = firstDrillPlan(input)): Plan<RecoveryWorld> {
  const plan = (
    steps: readonly Step<RecoveryWorld>[],
    ends: 'done' | 'failed',
    onRollBack: DrillPlanName | null,
  ): Plan<RecoveryWorld> => ({name, steps, guards: [], ends, onRollBack, onHalt: null, undoes: 'all-begun'})
  switch (name) {
    case 'drill':
      return plan(
        [
          leftoversStep(input, 'fail'),
          recoveryPointStep(input),
          stackStep(input),
          ...(drillHosts(input) > 0 ? [hostsStep(input)] : []),
          databaseStep(input),
          tasksStep(input),
          readsStep(input),
          writesStep(input),
          untouchedStep(input),
          removeStep(input, ['untouched'], 'roll-back'),
          residueStep(input, 'roll-back'),
          drillReportStep(input),
        ],
        'done',
        'drill-cleanup',
      )
    case 'drill-cleanup':
      return plan([removeStep(input, [], 'halt'), residueStep(input, 'halt')], 'failed', null)
    case 'drill-clean':
      return plan([leftoversStep(input, 'halt'), residueStep(input, 'halt')], 'done', null)
    default:
      throw new Error(`a drill has no plan ${name}`)
  }
}

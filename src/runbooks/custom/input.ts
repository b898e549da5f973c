/** What a run of a team's own runbook is made from. Plain JSON: event 0 holds it, the runbook itself with it, and `resume` needs no file. */
import type {RecoverySettings} from '../../config/recovery-config.ts'
import type {OwnRunbook} from '../../config/runbook.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import type {Place} from '../recovery/place.ts'
import type {CustomInput} from '../recovery/input.ts'

export interface RunbookInput extends CustomInput {
  readonly runbook: OwnRunbook
}

export interface RunbookAsked {
  readonly config: StackConfig
  readonly place: Place
  readonly settings: RecoverySettings
  readonly by: string
}

export const runbookInput = (asked: RunbookAsked, runbook: OwnRunbook): RunbookInput => ({kind: 'custom', ...asked, runbook})

/** What a runbook's lease belongs to, in the recovery Region's state. */
export const runbookTarget = (name: string, {service, environment}: Pick<Place, 'service' | 'environment'>): string =>
  `runbook.${name}.${service}.${environment}`
/** Name of the plan that such a journal begins with. */
export const customPlanName = 'runbook'

/** What a run of a team's own runbook is made from. Plain JSON: event 0 holds it, the runbook itself with it, and `resume` needs no file. */
import {recoverySettings} from '../../config/recovery-config.ts'
import type {OwnRunbook} from '../../config/runbook.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {recoveryPlace} from '../recovery/place.ts'
import type {Place} from '../recovery/place.ts'
import type {CustomInput} from '../recovery/input.ts'

export interface RunbookInput extends CustomInput {
  /** Without a recovery Region `place.recovery` is the home Region, and nothing may refer to it. */
  readonly regions: 'one' | 'two'
  readonly runbook: OwnRunbook
}

export function runbookPlace(config: StackConfig, account: string): {readonly place: Place; readonly regions: RunbookInput['regions']} {
  const place = recoveryPlace(config, account)
  if (place !== null) return {place, regions: 'two'}
  const alone = recoveryPlace({...config, recovery: {region: config.region, shape: 'warm-standby', network: config.network, parameters: {}}}, account)
  if (alone === null) throw new Error('a configuration with a recovery Region has a place')
  return {place: alone, regions: 'one'}
}

export function runbookInput(config: StackConfig, account: string, by: string, runbook: OwnRunbook): RunbookInput {
  return {kind: 'custom', config, settings: recoverySettings(config), by, runbook, ...runbookPlace(config, account)}
}

/** What a runbook's lease belongs to, in the recovery Region's state (or the only one's). */
export const runbookTarget = (name: string, {service, environment}: Pick<Place, 'service' | 'environment'>): string => `runbook.${name}.${service}.${environment}`
/** Name of the plan that such a journal begins with. */
export const customPlanName = 'runbook'

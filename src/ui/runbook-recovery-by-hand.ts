/**
 * The steps of the built-in recoveries as a person does them with the AWS CLI, dig and curl: what is printed in peace, for the
 * day when this tool can't run. The names are the place's. Pure.
 */
import type {RecoveryName} from '../config/runbook.ts'
import type {RecoverySettings} from '../config/recovery-config.ts'
import type {Place} from '../runbooks/recovery/place.ts'
import type {Hand} from './runbook-commands-by-hand.ts'
import {drillByHand} from './runbook-drill-by-hand.ts'
import {failbackByHand} from './runbook-failback-by-hand.ts'
import {promoteByHand} from './runbook-promote-by-hand.ts'

export function byHand(recovery: RecoveryName, step: string, place: Place, settings: RecoverySettings): Hand {
  const table =
    recovery === 'dr promote'
      ? promoteByHand(place, settings)
      : recovery === 'dr drill'
        ? drillByHand(place, settings)
        : failbackByHand(place, settings)
  return table[step] ?? {words: [], commands: []}
}

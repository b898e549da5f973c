/**
 * How far each action's permission reaches: tables of resources and conditions by action, as IAM's service authorization reference
 * knows them. What has no form known beforehand reaches everything, and `because` says why; docs/permissions.md repeats it. An action
 * that is in no table is a bug of ours, never `*`. Pure.
 */
import type {Where} from '../where.ts'
import {computeRows} from './compute-rows.ts'
import {dataRows} from './data-rows.ts'
import type {Reach} from './reach.ts'
import {stackRows} from './stack-rows.ts'
import {trafficRows} from './traffic-rows.ts'

const rows = [...stackRows, ...computeRows, ...trafficRows, ...dataRows]

/** `passedTo`: services that roles are passed to. A row that names the action goes before one of its whole service. */
export function reachOf(action: string, where: Where, passedTo: readonly string[]): Reach {
  const prefix = `${action.split(':')[0] ?? ''}:*`
  const row = rows.find(({actions}) => actions.includes(action)) ?? rows.find(({actions}) => actions.includes(prefix))
  if (row === undefined) throw new Error(`${action} has no row in the table of resources`)
  return row.reach(where, passedTo)
}

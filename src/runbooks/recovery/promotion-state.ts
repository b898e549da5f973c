/**
 * What a description of the database means for a promotion: whether a replica can be promoted, and whether a promotion is through.
 * RDS's status lags behind a call by up to a minute, so `available` alone never means done. Pure.
 */
import {SluiceError} from '../../errors.ts'
import {seconds} from '../engine/clock.ts'
import type {DatabaseState} from './ports/database-port.ts'
import {iso} from './situation.ts'

/** So long a status may still say what it said before a call. */
export const statusLagsMs = seconds(90)

/** Statuses that don't end by waiting; `storage-full` isn't one of them. */
const terminal = new Set([
  'failed',
  'inaccessible-encryption-credentials',
  'inaccessible-encryption-credentials-recoverable',
  'incompatible-create',
  'incompatible-credentials',
  'incompatible-network',
  'incompatible-parameters',
  'incompatible-restore',
  'modify-failed',
  'upgrade-failed',
  'restore-error',
  'stopped',
  'deleting',
])

/** Why waiting won't help, in words; null: it may. */
export function hopeless({id, region, status, kmsKey}: DatabaseState): string | null {
  if (!terminal.has(status)) return null
  if (status.startsWith('inaccessible-encryption-credentials')) {
    return `${id} in ${region} can't be opened: its KMS key (${kmsKey ?? 'unknown'}) is disabled or out of reach. Enable the key, then start the instance`
  }
  if (status === 'stopped') return `${id} in ${region} is stopped: start it first`
  return `${id} in ${region} is ${status}: RDS doesn't get it out of that by itself`
}

/** What a replica that could be promoted later is waited for; null: nothing. */
export function notYet({id, region, status, pending}: DatabaseState): string | null {
  if (status === 'backing-up') return `${id} to be backed up: RDS promotes nothing while it is backing-up`
  if (status === 'storage-full') return growing(id)
  if (status !== 'available') return `${id} to be available (${status})`
  return pending.length > 0 ? pendingOf({id, region, pending}) : null
}

const growing = (id: string): string => `${id} to have storage again (storage-full: grow it by 10 % at least)`
/** RDS keeps what wasn't asked for at once until its maintenance window: nobody can wait for that. */
const pendingOf = ({id, region, pending}: Pick<DatabaseState, 'id' | 'region' | 'pending'>): string =>
  `pending changes of ${id} (${pending.join(', ')}); to have them now: aws rds modify-db-instance --region ${region} --db-instance-identifier ${id} --apply-immediately`

/** Its data ended long ago: it would be promoted into the past. */
export function endedReplication({id, replication, latestRestorableAt}: DatabaseState): string | null {
  if (replication?.status !== 'terminated') return null
  const until = latestRestorableAt === null ? '' : ` Its data may end ${iso(latestRestorableAt)}.`
  return `replication of ${id} was terminated (${replication.message === '' ? 'RDS ends it after 30 days' : replication.message}).${until} Restore the newest recovery point instead`
}

export const isReplica = ({source, replication}: DatabaseState): boolean => source !== null || replication !== null

/** Source gone, available, nothing pending, no replication named: then only a write can still prove more. */
export const isPromoted = (database: DatabaseState): boolean =>
  !isReplica(database) && database.status === 'available' && database.pending.length === 0

export function promotionWaits({id, region, source, status, replication, pending}: DatabaseState): string {
  if (status === 'storage-full') return growing(id)
  if (source !== null) return `${id} to let go of its source (${status})`
  if (status !== 'available') return `${id} to be available (${status})`
  return replication === null ? pendingOf({id, region, pending}) : `${id} to stop naming its replication (${replication.status})`
}

const failing = /fail|insufficient|unable to|exceeded|error/i
/** A standby that takes over, and replication that ends with its source, are part of losing a Region and of promoting. */
const expected = /failover|failed over|replication/i

/** Whether RDS tells in an event, and perhaps nowhere else, that what was asked of the instance has failed. */
export const tellsFailure = (message: string): boolean =>
  failing.test(message) && (!expected.test(message) || promoting.test(message))

const promoting = /promot/i
export const tellsPromotion = (message: string): boolean => promoting.test(message) && !failing.test(message)

/** RDS is at something else, which its status may not show for a minute: asked again once it is over. */
export const isBusy = (error: unknown): error is SluiceError =>
  error instanceof SluiceError && `${error.code} ${error.message}`.includes('InvalidDBInstanceState')

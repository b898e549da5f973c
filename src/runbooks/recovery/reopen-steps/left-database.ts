/**
 * The database that users left when a failback brought them home: under its final name still, or set aside, and what stands beside it. It
 * only reads.
 */
import type {Reopens} from '../input.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless, isReplica} from '../promotion-state.ts'
import type {Way} from '../way.ts'

export interface LeftDatabase {
  /** null: neither name has it. */
  readonly database: DatabaseState | null
  /** A replica under the final name, half made perhaps; null: none. */
  readonly inTheWay: DatabaseState | null
}

export async function leftDatabase(
  {place, to}: Way,
  {aside}: Reopens,
  world: RecoveryWorld,
  signal: AbortSignal,
): Promise<LeftDatabase> {
  const [named, renamed] = await Promise.all([
    world.database.describe(to.region, place.database, signal),
    world.database.describe(to.region, aside, signal),
  ])
  const inTheWay = named !== null && isReplica(named) ? named : null
  return {database: renamed ?? (inTheWay === null ? named : null), inTheWay}
}

/** A replica that is whole has what users wrote at home, too: promoting it loses less. null: there is none. */
export function madeAfterAll({inTheWay}: LeftDatabase): string | null {
  if (inTheWay === null || ['creating', 'deleting'].includes(inTheWay.status) || hopeless(inTheWay) !== null) return null
  return `the new replica ${inTheWay.id} in ${inTheWay.region} is there after all, and has more: begin again with sluice dr promote --unplanned`
}

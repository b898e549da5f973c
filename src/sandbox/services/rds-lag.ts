/**
 * `ReplicaLag` of AWS/RDS, once a minute in the replica's Region, with what is known to mislead: PostgreSQL counts from the last
 * transaction that was replayed, so an idle source looks up to five minutes behind, and a dead one a second more every second.
 * MySQL says −1 when nothing is replicated. Whoever measures a loss must not do it by this.
 */
import {databasesOf} from '../plane/databases.ts'
import type {AccountRecord, Fault, World} from '../world/contract.ts'
import {DATABASE} from './rds-databases.ts'
import {attribute} from './records/lookup.ts'

const MINUTE_MS = 60_000
/** PostgreSQL writes to its log at least this often, even when nobody else does. */
const PHANTOM_MS = 300_000

export function publishLag(world: World): void {
  world.clock.every(MINUTE_MS, () => {
    for (const region of world.regions) {
      for (const record of world.records.list(region, DATABASE))
        if (attribute(record, 'ReplicaOf') !== '' && record.status !== 'creating') publish(world, record)
    }
  })
}

function publish(world: World, record: AccountRecord): void {
  const trap = trapOf(world, record)
  if (trap === 'none') forget(world, record)
  if (trap === 'none' || trap === 'stale') return
  world.metrics.observe({...nameOf(record), value: trap === 'minus-one' ? -1 : lagSeconds(world, record)})
}

const nameOf = ({region, id}: AccountRecord) => ({
  region,
  namespace: 'AWS/RDS',
  metric: 'ReplicaLag',
  dimensions: {DBInstanceIdentifier: id},
})

export function lagSeconds(world: World, record: AccountRecord): number {
  const {lastAppliedAt, linked} = databasesOf(world).lag(record)
  if (!attribute(record, 'Engine').includes('postgres') && !linked) return -1
  const now = world.clock.now()
  const sinceMs = now - (lastAppliedAt ?? record.createdAt)
  return Math.round((linked && sinceMs > PHANTOM_MS ? sinceMs % PHANTOM_MS : sinceMs) / 10) / 100
}

function trapOf(world: World, record: AccountRecord): Fault['message'] | null {
  return (
    world
      .faults('lag-metric')
      .find(
        (fault) =>
          (fault.target === undefined || fault.target === record.id)
          && (fault.region === undefined || fault.region === record.region),
      )?.message ?? null
  )
}

/** A metric that was never published has no history either. */
function forget(world: World, record: AccountRecord): void {
  const {find} = world.metrics as Partial<{
    find(name: ReturnType<typeof nameOf>): {readonly minutes: Map<number, unknown>} | undefined
  }>
  find?.(nameOf(record))?.minutes.clear()
}

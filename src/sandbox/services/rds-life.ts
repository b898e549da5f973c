/**
 * What happens to an instance in time: its status by the clock, whatever it is called by then. Only one thing happens to an
 * instance at once, because RDS refuses the second; a status that somebody else wrote in between is not overwritten.
 */
import {databasesOf} from '../plane/databases.ts'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, World} from '../world/contract.ts'
import {DATABASE} from './rds-databases.ts'
import {attribute, recordOf} from './records/lookup.ts'

export function requireInstance(world: World, call: Pick<CallContext, 'region'>, idOrArn: string | undefined): AccountRecord {
  const id = (idOrArn ?? '').split(':').at(-1)?.toLowerCase() ?? ''
  const found = recordOf(world, DATABASE, call.region, id)
  if (found === undefined) throw new AwsFault('DBInstanceNotFound', `DBInstance ${id} not found.`, 404)
  return found
}

/** As it shows: a backup that a person switched on covers `available`. */
export function statusOf(world: World, record: AccountRecord): string {
  if (record.status !== 'available') return record.status
  const backing = world
    .faults('backing-up')
    .some(
      (fault) =>
        (fault.target === undefined || fault.target === record.id)
        && (fault.region === undefined || fault.region === record.region),
    )
  return backing ? 'backing-up' : 'available'
}

export function requireAvailable(world: World, record: AccountRecord): void {
  const status = statusOf(world, record)
  if (status !== 'available') {
    throw new AwsFault('InvalidDBInstanceState', `DB instance ${record.id} is not in available state. Its state is ${status}.`)
  }
}

export interface Stage {
  /** Virtual ms after the one before it. */
  readonly afterMs: number
  readonly status: string
  /** Runs before the status is written; answers what else of the record changes. */
  readonly effect?: (record: AccountRecord) => Partial<AccountRecord>
}

/** Stage by stage; ends early when the instance is gone, or is being deleted. */
export function passThrough(world: World, record: AccountRecord, stages: readonly Stage[]): void {
  const [stage, ...rest] = stages
  if (stage === undefined) return
  const {region} = record
  const resource = attribute(record, 'DbiResourceId')
  world.clock.at(world.clock.now() + stage.afterMs, () => {
    const present = byResource(world, region, resource)
    if (present === undefined || present.status === 'deleting') return
    const changes = stage.effect?.(present) ?? {}
    const after = world.records.change(region, DATABASE, present.id, {...changes, status: stage.status})
    passThrough(world, after, rest)
  })
}

export const byResource = (world: World, region: string, resource: string): AccountRecord | undefined =>
  world.records.list(region, DATABASE).find((one) => attribute(one, 'DbiResourceId') === resource)

/** Give or take 4 %, seeded. */
export const around = (world: World, ms: number): number => Math.round(ms * (0.96 + world.random('rds-durations')() * 0.08))

/** It stops answering for so long, from now. */
export function interrupt(world: World, record: AccountRecord, forMs: number): void {
  const now = world.clock.now()
  databasesOf(world).interrupt(record, now, now + forMs)
}

export const databaseResource = (world: World): string => `db-${world.hex(26).toUpperCase()}`

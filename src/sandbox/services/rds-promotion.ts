/**
 * PromoteReadReplica as it goes on AWS: the call is accepted while the status still reads `available`, then the instance is
 * modified, restarts, and is a primary of its own under the same address. Nothing it hadn't received comes any more.
 * It is never undone.
 */
import type {PromoteReadReplicaMessage} from '@aws-sdk/client-rds'
import {databasesOf, sourceOf} from '../plane/databases.ts'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {tellEvent} from './rds-events.ts'
import {around, interrupt, passThrough, requireAvailable} from './rds-life.ts'
import {attribute} from './records/lookup.ts'

const WHOLE_MS = 240_000
const REBOOT_MS = 40_000
/** Attribute of an instance from the accepted call until it is a primary. */
export const PROMOTING = 'Promoting'
const DEFAULT_DAYS = 1

export function promoteReplica(
  world: World,
  record: AccountRecord,
  {
    BackupRetentionPeriod: days = DEFAULT_DAYS,
    PreferredBackupWindow: window,
  }: Omit<PromoteReadReplicaMessage, 'DBInstanceIdentifier'>,
): AccountRecord {
  requireAvailable(world, record)
  if (attribute(record, 'ReplicaOf') === '' || attribute(record, PROMOTING) !== '') {
    throw new AwsFault(
      'InvalidDBInstanceState',
      `DB Instance is not a read replica. Specify a read replica to promote: ${record.id}`,
    )
  }
  if (days < 0 || days > 35) {
    throw new AwsFault(
      'InvalidParameterValue',
      `Invalid backup retention period: ${days}. Retention period must be between 0 and 35.`,
    )
  }
  const wholeMs = around(world, WHOLE_MS)
  const stillAvailableMs = 30_000 + world.random('rds-promotion')() * 30_000
  passThrough(world, record, [
    {
      afterMs: stillAvailableMs,
      status: 'modifying',
      effect: (present) => {
        databasesOf(world).detach(present)
        return {}
      },
    },
    {
      afterMs: wholeMs - stillAvailableMs - REBOOT_MS,
      status: 'rebooting',
      effect: (present) => {
        interrupt(world, present, REBOOT_MS)
        tellEvent(world, present, 'DB instance shutdown', 'availability')
        return {
          properties: {...inheritedBy(world, present), ...present.properties},
          attributes: {...present.attributes, ReplicaOf: ''},
        }
      },
    },
    {
      afterMs: REBOOT_MS,
      status: 'available',
      effect: (present) => {
        tellEvent(world, present, 'DB instance restarted', 'availability')
        tellEvent(world, present, 'Promoted Read Replica instance to stand-alone database instance', 'read replica')
        return {
          attributes: {...present.attributes, [PROMOTING]: ''},
          properties: {
            ...present.properties,
            BackupRetentionPeriod: days,
            ...(window !== undefined && {PreferredBackupWindow: window}),
          },
        }
      },
    },
  ])
  return world.records.change(record.region, record.type, record.id, {attributes: {...record.attributes, [PROMOTING]: 'true'}})
}

/** What it answered for its source until now is its own from now on. */
function inheritedBy(world: World, record: AccountRecord): AccountRecord['properties'] {
  const theirs = sourceOf(world, record)?.properties ?? {}
  return Object.fromEntries(
    ['AllocatedStorage', 'MasterUsername', 'DBName', 'StorageEncrypted'].flatMap((name) =>
      theirs[name] === undefined ? [] : [[name, theirs[name]]],
    ),
  )
}

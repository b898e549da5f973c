/**
 * Snapshots: taken in their time (the instance is `backing-up` meanwhile, a replica too), found by type, restored into instances
 * of their own. What a snapshot holds is what was committed when it began.
 */
import type {
  CreateDBSnapshotMessage,
  DBSnapshot,
  DBSnapshotMessage,
  DescribeDBSnapshotsMessage,
  RestoreDBInstanceFromDBSnapshotMessage,
} from '@aws-sdk/client-rds'
import {databasesOf, RESTORED_FROM} from '../plane/databases.ts'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, World} from '../world/contract.ts'
import {checkPlace, freshInstance} from './rds-creation.ts'
import {DATABASE} from './rds-databases.ts'
import {tellEvent} from './rds-events.ts'
import {around, byResource, requireAvailable, requireInstance} from './rds-life.ts'
import {describeSnapshot} from './rds-shapes.ts'
import {attribute, putRecord, recordOf, recordsOf, tagsFrom} from './records/lookup.ts'
import {page} from './records/page.ts'
import {text} from './records/properties.ts'

export const SNAPSHOT = 'AWS::RDS::DBSnapshot'
const TAKEN_AFTER_MS = 120_000
const RESTORED_AFTER_MS = 480_000
/** Attribute of a snapshot: key of the rows it holds; a copy has its original's. */
const ROWS_KEY = 'RowsKey'

export type SnapshotKind = 'manual' | 'automated' | 'awsbackup'

export function snapshotArn(world: World, region: string, id: string): string {
  return `arn:aws:rds:${region}:${world.account}:snapshot:${id}`
}

export function createSnapshot(world: World, input: CreateDBSnapshotMessage, call: CallContext): {DBSnapshot: DBSnapshot} {
  const source = requireInstance(world, call, input.DBInstanceIdentifier)
  requireAvailable(world, source)
  const taken = takeSnapshot(world, source, {name: input.DBSnapshotIdentifier ?? '', kind: 'manual', tags: tagsFrom(input.Tags)})
  return {DBSnapshot: describeSnapshot(world, taken)}
}

export interface WantedSnapshot {
  readonly name: string
  readonly kind: SnapshotKind
  readonly tags?: AccountRecord['tags']
}

/** The instance is `backing-up` until it is done, unless it is on its way out. `done` hears of the finished one. */
export function takeSnapshot(
  world: World,
  source: AccountRecord,
  wanted: WantedSnapshot & {readonly done?: (snapshot: AccountRecord) => void},
): AccountRecord {
  const {region} = source
  const taken = enterSnapshot(world, source, wanted, 'creating')
  const resource = attribute(source, 'DbiResourceId')
  if (source.status === 'available') world.records.change(region, DATABASE, source.id, {status: 'backing-up'})
  tellEvent(world, source, 'Backing up DB instance', 'backup')
  world.clock.at(world.clock.now() + around(world, TAKEN_AFTER_MS), () => {
    const instance = byResource(world, region, resource)
    if (instance?.status === 'backing-up') world.records.change(region, DATABASE, instance.id, {status: 'available'})
    if (instance !== undefined) tellEvent(world, instance, 'Finished DB Instance backup', 'backup')
    if (recordOf(world, SNAPSHOT, region, taken.id) === undefined) return
    const complete = world.records.change(region, SNAPSHOT, taken.id, {status: 'available'})
    wanted.done?.(complete)
  })
  return taken
}

/** What a stack leaves of a database is complete with it. */
export function enterSnapshot(
  world: World,
  source: AccountRecord,
  {name, kind, tags = {}}: WantedSnapshot,
  status: 'creating' | 'available',
): AccountRecord {
  const {region, properties, attributes} = source
  const id = name.toLowerCase()
  if (recordOf(world, SNAPSHOT, region, id) !== undefined) {
    throw new AwsFault(
      'DBSnapshotAlreadyExists',
      `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
    )
  }
  const arn = snapshotArn(world, region, id)
  databasesOf(world).keep(arn, source)
  return putRecord(world, {
    type: SNAPSHOT,
    region,
    id,
    status,
    tags: {...(text(properties, 'CopyTagsToSnapshot') === 'true' && source.tags), ...tags},
    properties: {
      ...snapshotted(properties),
      DBSnapshotIdentifier: id,
      DBInstanceIdentifier: source.id,
      Engine: attributes['Engine'],
      EngineVersion: attributes['EngineVersion'],
      SnapshotType: kind,
      Port: attributes['Endpoint.Port'],
    },
    attributes: {Arn: arn, [ROWS_KEY]: arn},
  })
}

const KEPT_OF_SOURCE = [
  'AllocatedStorage',
  'MasterUsername',
  'StorageEncrypted',
  'KmsKeyId',
  'DBName',
  'DBInstanceClass',
  'StorageType',
] as const

const snapshotted = (properties: AccountRecord['properties']): AccountRecord['properties'] =>
  Object.fromEntries(KEPT_OF_SOURCE.flatMap((name) => (properties[name] === undefined ? [] : [[name, properties[name]]])))

/** In another Region, with the key of there. */
export function copySnapshot(
  world: World,
  original: AccountRecord,
  {region, id, kmsKey}: {readonly region: string; readonly id: string; readonly kmsKey: string | undefined},
): AccountRecord {
  return putRecord(world, {
    type: SNAPSHOT,
    region,
    id,
    tags: original.tags,
    properties: {...original.properties, DBSnapshotIdentifier: id, ...(kmsKey !== undefined && {KmsKeyId: kmsKey})},
    attributes: {Arn: snapshotArn(world, region, id), [ROWS_KEY]: attribute(original, ROWS_KEY), OriginalAt: original.createdAt},
  })
}

export function findSnapshot(world: World, region: string, idOrArn: string): AccountRecord | undefined {
  const id = idOrArn.startsWith('arn:') ? idOrArn.split(':').slice(6).join(':') : idOrArn
  if (idOrArn.startsWith('arn:') && idOrArn.split(':')[3] !== region) return undefined
  return recordOf(world, SNAPSHOT, region, id.toLowerCase())
}

/** Without a type AWS Backup's aren't among them. */
export function describeSnapshots(world: World, input: DescribeDBSnapshotsMessage, call: CallContext): DBSnapshotMessage {
  const {DBSnapshotIdentifier: name, DBInstanceIdentifier: instance, SnapshotType: kind} = input
  const one = name === undefined ? undefined : findSnapshot(world, call.region, name)
  if (name !== undefined && one === undefined) throw snapshotNotFound(name)
  const wanted = ({properties}: AccountRecord): boolean => {
    const type = text(properties, 'SnapshotType') ?? 'manual'
    return (
      (instance === undefined || text(properties, 'DBInstanceIdentifier') === instance.toLowerCase())
      && (kind === undefined ? type !== 'awsbackup' || name !== undefined : type === kind)
    )
  }
  const found = (one === undefined ? recordsOf(world, SNAPSHOT, call.region) : [one]).filter(wanted)
  const {items, next} = page(found, input.Marker, input.MaxRecords ?? 100)
  return {DBSnapshots: items.map((record): DBSnapshot => describeSnapshot(world, record)), Marker: next}
}

export const snapshotNotFound = (name: string): AwsFault =>
  new AwsFault('DBSnapshotNotFound', `DBSnapshot not found: ${name}`, 404)

export function deleteSnapshot(world: World, name: string, call: CallContext): {DBSnapshot: DBSnapshot} {
  const found = findSnapshot(world, call.region, name)
  if (found === undefined) throw snapshotNotFound(name)
  if (text(found.properties, 'SnapshotType') === 'awsbackup') {
    throw new AwsFault('InvalidParameterValue', `The snapshot ${found.id} is managed by AWS Backup and can't be deleted here.`)
  }
  if (found.status === 'creating') throw new AwsFault('InvalidDBSnapshotState', `Snapshot ${found.id} is not in available state.`)
  world.records.remove(call.region, SNAPSHOT, found.id)
  return {DBSnapshot: describeSnapshot(world, {...found, status: 'deleted'})}
}

export function restorable(world: World, region: string, name: string): AccountRecord {
  const snapshot = findSnapshot(world, region, name)
  if (snapshot === undefined) throw snapshotNotFound(name)
  if (snapshot.status !== 'available')
    throw new AwsFault('InvalidDBSnapshotState', `Snapshot ${snapshot.id} is not in available state.`)
  return snapshot
}

/** What an instance that is restored from it takes from it. */
export const restoredFrom = (
  snapshot: AccountRecord,
): {readonly properties: AccountRecord['properties']; readonly attributes: AccountRecord['attributes']} => ({
  properties: snapshotted(snapshot.properties),
  attributes: {
    [RESTORED_FROM]: attribute(snapshot, ROWS_KEY),
    Engine: snapshot.properties['Engine'],
    EngineVersion: snapshot.properties['EngineVersion'],
  },
})

/** What is left out becomes the default of the Region, groups too. */
export function restoreInstance(world: World, input: RestoreDBInstanceFromDBSnapshotMessage, call: CallContext): AccountRecord {
  const snapshot = restorable(world, call.region, input.DBSnapshotIdentifier ?? '')
  const from = restoredFrom(snapshot)
  checkPlace(world, call, input)
  const {DBInstanceIdentifier: _id, DBSnapshotIdentifier: _snapshot, VpcSecurityGroupIds: groups, Tags, Port, ...rest} = input
  return freshInstance(world, call, {
    id: input.DBInstanceIdentifier ?? '',
    tags: tagsFrom(Tags),
    afterMs: around(world, RESTORED_AFTER_MS),
    properties: {...from.properties, ...rest, ...(groups !== undefined && {VPCSecurityGroups: groups})},
    attributes: {...from.attributes, 'Endpoint.Port': String(Port ?? text(snapshot.properties, 'Port') ?? '5432')},
    said: `Restored from snapshot ${snapshot.id}`,
  })
}

/**
 * ModifyDBInstance: what applies at once, what takes its time, and what waits for the maintenance window. Until it is applied a
 * change is pending and nothing else; a class that isn't to be had is refused, or told in an event alone, as RDS does.
 */
import type {ModifyDBInstanceMessage, PendingModifiedValues} from '@aws-sdk/client-rds'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {DATABASE, databaseArn, endpointOf} from './rds-databases.ts'
import {tellEvent} from './rds-events.ts'
import {around, interrupt, passThrough, requireAvailable} from './rds-life.ts'
import {attribute, recordOf} from './records/lookup.ts'
import {text, texts} from './records/properties.ts'
import {offersClass, zonesOf} from './records/zones.ts'

/** Attribute of an instance: PendingModifiedValues. */
export const PENDING = 'PendingModifiedValues'
/** Attribute of an instance: ParameterApplyStatus of its group. */
export const PARAMETER_STATUS = 'ParameterApplyStatus'

/** They change a property of the same name at once, whenever they are asked for. */
const AT_ONCE = [
  'MaxAllocatedStorage',
  'DeletionProtection',
  'BackupRetentionPeriod',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'CopyTagsToSnapshot',
  'MonitoringInterval',
  'MonitoringRoleArn',
  'CACertificateIdentifier',
] as const

/** They take this long, virtual ms; how long of it nobody gets in. */
const IN_TIME = {
  DBInstanceClass: {ms: 720_000, outageMs: 75_000},
  MultiAZ: {ms: 900_000, outageMs: 0},
  AllocatedStorage: {ms: 300_000, outageMs: 0},
  EngineVersion: {ms: 600_000, outageMs: 180_000},
  Iops: {ms: 300_000, outageMs: 0},
  StorageType: {ms: 300_000, outageMs: 0},
} as const
type Slow = keyof typeof IN_TIME

const RENAMED_AFTER_MS = 60_000
const TOLD_AFTER_MS = 90_000
const PARAMETERS_AFTER_MS = 20_000

export function modifyInstance(
  world: World,
  record: AccountRecord,
  input: Omit<ModifyDBInstanceMessage, 'DBInstanceIdentifier'>,
): AccountRecord {
  requireAvailable(world, record)
  const {NewDBInstanceIdentifier: newId} = input
  checkClass(world, record, input.DBInstanceClass)
  if (newId !== undefined) checkName(world, record, newId)
  checkReplicaBackups(record, input)
  const after = applyAtOnce(world, record, input)
  const slow = slowChanges(after, input)
  const pending = {...pendingOf(after), ...slow, ...(newId !== undefined && {DBInstanceIdentifier: newId.toLowerCase()})}
  if (Object.keys(pending).length === 0) return after
  const waiting = world.records.change(after.region, DATABASE, after.id, {attributes: {...after.attributes, [PENDING]: pending}})
  if (input.ApplyImmediately !== true) return waiting
  if (newId !== undefined) return rename(world, waiting, newId.toLowerCase())
  return applyInTime(world, waiting, pending)
}

export function pendingOf(record: AccountRecord): PendingModifiedValues {
  return record.attributes[PENDING] ?? {}
}

function applyAtOnce(
  world: World,
  record: AccountRecord,
  input: Omit<ModifyDBInstanceMessage, 'DBInstanceIdentifier'>,
): AccountRecord {
  const changes = Object.fromEntries(AT_ONCE.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]))
  const {VpcSecurityGroupIds: groups, DBParameterGroupName: parameters} = input
  for (const group of groups ?? []) {
    if (recordOf(world, 'AWS::EC2::SecurityGroup', record.region, group) !== undefined) continue
    throw new AwsFault('InvalidParameterValue', `Invalid security group , groupId= ${group}, groupName=.`)
  }
  const others =
    parameters !== undefined && parameters.toLowerCase() !== text(record.properties, 'DBParameterGroupName')?.toLowerCase()
  if (others) applyParameters(world, record)
  return world.records.change(record.region, record.type, record.id, {
    properties: {
      ...record.properties,
      ...changes,
      ...(groups !== undefined && {VPCSecurityGroups: groups}),
      ...(parameters !== undefined && {DBParameterGroupName: parameters}),
    },
    ...(others && {attributes: {...record.attributes, [PARAMETER_STATUS]: 'applying'}}),
  })
}

/** Of another group only a restart makes everything true. */
function applyParameters(world: World, record: AccountRecord): void {
  passThrough(world, record, [
    {
      afterMs: PARAMETERS_AFTER_MS,
      status: record.status,
      effect: ({attributes}) => ({
        attributes: {...attributes, ...(attributes[PARAMETER_STATUS] === 'applying' && {[PARAMETER_STATUS]: 'pending-reboot'})},
      }),
    },
  ])
}

function slowChanges(record: AccountRecord, input: Omit<ModifyDBInstanceMessage, 'DBInstanceIdentifier'>): PendingModifiedValues {
  return Object.fromEntries(
    (Object.keys(IN_TIME) as Slow[]).flatMap((name) => {
      const [wanted, present] = [input[name], name === 'EngineVersion' ? attribute(record, name) : text(record.properties, name)]
      return wanted === undefined || String(wanted) === (present ?? (name === 'MultiAZ' ? 'false' : '')) ? [] : [[name, wanted]]
    }),
  )
}

function applyInTime(world: World, record: AccountRecord, pending: PendingModifiedValues): AccountRecord {
  const names = (Object.keys(IN_TIME) as Slow[]).filter((name) => pending[name] !== undefined)
  const ms = around(world, Math.max(...names.map((name) => IN_TIME[name].ms)))
  const outageMs = Math.max(...names.map((name) => IN_TIME[name].outageMs))
  const doneAfter = (applied: AccountRecord): Partial<AccountRecord> => ({
    properties: {...applied.properties, ...Object.fromEntries(names.map((name) => [name, pending[name]]))},
    attributes: {
      ...applied.attributes,
      [PENDING]: {},
      ...(pending.EngineVersion !== undefined && {EngineVersion: pending.EngineVersion}),
    },
  })
  tellEvent(
    world,
    record,
    `Applying modification to ${names.includes('DBInstanceClass') ? 'database instance class' : names.join(', ')}`,
    'configuration change',
  )
  const after = world.records.change(record.region, record.type, record.id, {status: 'modifying'})
  if (pending.DBInstanceClass !== undefined && lacksCapacity(world, record, pending.DBInstanceClass)?.message === 'event') {
    passThrough(world, after, [
      {
        afterMs: TOLD_AFTER_MS,
        status: 'available',
        effect: (present) => {
          tellEvent(
            world,
            present,
            'Unable to modify database instance class. There is insufficient instance capacity for the requested class '
              + 'in this Availability Zone.',
            'failure',
          )
          return {attributes: {...present.attributes, [PENDING]: {}}}
        },
      },
    ])
    return after
  }
  passThrough(world, after, [
    {
      afterMs: ms * 0.6,
      status: 'modifying',
      effect: (present) => {
        if (outageMs > 0) interrupt(world, present, outageMs)
        return {}
      },
    },
    {
      afterMs: ms * 0.4,
      status: 'available',
      effect: (present) => {
        tellEvent(
          world,
          present,
          `Finished applying modification to ${names.includes('DBInstanceClass') ? 'DB instance class' : names.join(', ')}`,
          'configuration change',
        )
        return doneAfter(present)
      },
    },
  ])
  return after
}

/** The instance answers to its new name once it has restarted; the old one is free then, and its stack knows nothing of it. */
function rename(world: World, record: AccountRecord, id: string): AccountRecord {
  const resource = attribute(record, 'DbiResourceId')
  const after = world.records.change(record.region, record.type, record.id, {status: 'renaming'})
  interrupt(world, after, RENAMED_AFTER_MS)
  world.clock.at(world.clock.now() + around(world, RENAMED_AFTER_MS), () => {
    const present = recordOf(world, DATABASE, record.region, record.id)
    if (present === undefined || attribute(present, 'DbiResourceId') !== resource || present.status !== 'renaming') return
    const [before, now] = [attribute(present, 'DBInstanceArn'), databaseArn(world, present.region, id)]
    world.records.remove(present.region, DATABASE, present.id)
    const renamed: AccountRecord = {
      ...present,
      id,
      status: 'available',
      stack: null,
      properties: {...present.properties, DBInstanceIdentifier: id},
      attributes: {
        ...present.attributes,
        DBInstanceArn: now,
        'Endpoint.Address': endpointOf(world, present.region, id),
        [PENDING]: {},
      },
    }
    world.records.put(renamed)
    followNewName(world, {region: present.region, before, id: present.id}, {arn: now, id})
    tellEvent(world, renamed, `Renamed instance from ${present.id} to ${id}`, 'configuration change')
  })
  return after
}

function followNewName(
  world: World,
  old: {readonly region: string; readonly before: string; readonly id: string},
  now: {readonly arn: string; readonly id: string},
): void {
  for (const one of [...world.records.all()]) {
    if (one.type !== DATABASE) continue
    const source = attribute(one, 'ReplicaOf')
    const follows = source === old.before ? now.arn : source === old.id && one.region === old.region ? now.id : null
    if (follows !== null)
      world.records.change(one.region, DATABASE, one.id, {attributes: {...one.attributes, ReplicaOf: follows}})
  }
}

function checkName(world: World, record: AccountRecord, name: string): void {
  if (!/^[a-z](?!.*--)[a-z0-9-]{0,62}$/i.test(name) || name.endsWith('-')) {
    throw new AwsFault('InvalidParameterValue', `The parameter DBInstanceIdentifier is not a valid identifier: ${name}`)
  }
  if (recordOf(world, DATABASE, record.region, name.toLowerCase()) !== undefined)
    throw new AwsFault('DBInstanceAlreadyExists', 'DB instance already exists')
}

/** A PostgreSQL replica has no backups of its own before it is promoted. */
function checkReplicaBackups(
  record: AccountRecord,
  {BackupRetentionPeriod: days = 0}: Omit<ModifyDBInstanceMessage, 'DBInstanceIdentifier'>,
): void {
  if (days === 0 || attribute(record, 'ReplicaOf') === '' || !attribute(record, 'Engine').includes('postgres')) return
  throw new AwsFault(
    'InvalidParameterCombination',
    `DB Backups not supported on a read replica for engine ${attribute(record, 'Engine')}`,
  )
}

function checkClass(world: World, record: AccountRecord, wanted: string | undefined): void {
  if (wanted === undefined || wanted === text(record.properties, 'DBInstanceClass')) return
  if (!zonesOfInstance(world, record).some((zone) => offersClass(zone, wanted))) {
    throw new AwsFault(
      'InvalidParameterCombination',
      `RDS does not support creating a DB instance with the following combination: DBInstanceClass=${wanted}, `
        + `Engine=${attribute(record, 'Engine')}, EngineVersion=${attribute(record, 'EngineVersion')}.`,
    )
  }
  if (lacksCapacity(world, record, wanted) !== null && lacksCapacity(world, record, wanted)?.message !== 'event')
    throw insufficientCapacity(wanted)
}

export const insufficientCapacity = (wanted: string): AwsFault =>
  new AwsFault(
    'InsufficientDBInstanceCapacity',
    `The requested DB instance class ${wanted} isn't available in this Availability Zone at present. Try another class or zone.`,
  )

export const lacksCapacity = (world: World, {region}: Pick<AccountRecord, 'region'>, wanted: string) =>
  world
    .faults('no-database-capacity')
    .find(
      (fault) =>
        (fault.target === undefined || fault.target === wanted) && (fault.region === undefined || fault.region === region),
    ) ?? null

function zonesOfInstance(world: World, {region, properties}: AccountRecord): readonly string[] {
  const group = recordOf(world, 'AWS::RDS::DBSubnetGroup', region, text(properties, 'DBSubnetGroupName')?.toLowerCase() ?? '')
  const zones = texts(group?.properties ?? {}, 'SubnetIds')
    .map((id) => attributeOf(recordOf(world, 'AWS::EC2::Subnet', region, id)))
    .filter((zone) => zone !== '')
  return zones.length === 0 ? zonesOf(region) : zones
}

const attributeOf = (subnet: AccountRecord | undefined): string =>
  subnet === undefined ? '' : attribute(subnet, 'AvailabilityZone')

/** RDS: databases, groups and snapshots of the account, and the small changes a person makes without a stack. No replication yet. */
import type {
  CreateDBSnapshotMessage,
  DeleteDBInstanceMessage,
  DescribeOrderableDBInstanceOptionsMessage,
  OrderableDBInstanceOptionsMessage,
  DBInstance,
  DBInstanceMessage,
  DBParameterGroupsMessage,
  DBSnapshot,
  DBSnapshotMessage,
  DBSubnetGroup,
  DBSubnetGroupMessage,
  DescribeDBInstancesMessage,
  DescribeDBParameterGroupsMessage,
  DescribeDBSnapshotsMessage,
  DescribeDBSubnetGroupsMessage,
  ListTagsForResourceMessage,
  ModifyDBInstanceMessage,
  TagListMessage,
} from '@aws-sdk/client-rds'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {DATABASE} from './rds-databases.ts'
import {describeSnapshot, instanceShape, subnetGroupShape} from './rds-shapes.ts'
import {allOrNamed, attribute, putRecord, recordOf, recordsOf, tagList} from './records/lookup.ts'
import {page} from './records/page.ts'
import {flag, text} from './records/properties.ts'
import {offersClass, zonesOf} from './records/zones.ts'

const SNAPSHOT = 'AWS::RDS::DBSnapshot'
const PAGE = 100

const doesNotExist = (code: string, what: string) => (name: string): AwsFault => new AwsFault(code, `${what} '${name}' does not exist.`)

export function createRds(world: World): Service {
  return {
    name: 'rds',
    operations: {
      DescribeDBInstances: (input: DescribeDBInstancesMessage, call: CallContext): DBInstanceMessage =>
        describeInstances(world, input, call),
      ModifyDBInstance: (input: ModifyDBInstanceMessage, call: CallContext) => modify(world, input, call),
      DeleteDBInstance: (input: DeleteDBInstanceMessage, call: CallContext) =>
        remove(world, requireInstance(world, call, input.DBInstanceIdentifier), input),
      DescribeOrderableDBInstanceOptions: (input: DescribeOrderableDBInstanceOptionsMessage, call: CallContext) =>
        orderable(input, call),
      DescribeDBSubnetGroups: (input: DescribeDBSubnetGroupsMessage, call: CallContext): DBSubnetGroupMessage => {
        const found = allOrNamed(
          world, 'AWS::RDS::DBSubnetGroup', call.region, input.DBSubnetGroupName, doesNotExist('DBSubnetGroupNotFoundFault', 'DB subnet group'),
        )
        const {items, next} = page(found, input.Marker, input.MaxRecords ?? PAGE)
        return {DBSubnetGroups: items.map((one): DBSubnetGroup => subnetGroupShape(world, one)), Marker: next}
      },
      DescribeDBParameterGroups: (input: DescribeDBParameterGroupsMessage, call: CallContext): DBParameterGroupsMessage => {
        const found = allOrNamed(
          world, 'AWS::RDS::DBParameterGroup', call.region, input.DBParameterGroupName, doesNotExist('DBParameterGroupNotFound', 'DBParameterGroup'),
        )
        const {items, next} = page(found, input.Marker, input.MaxRecords ?? PAGE)
        return {
          DBParameterGroups: items.map(({id, properties, attributes}) => ({
            DBParameterGroupName: id,
            DBParameterGroupFamily: text(properties, 'Family'),
            Description: text(properties, 'Description'),
            DBParameterGroupArn: text(attributes, 'Arn'),
          })),
          Marker: next,
        }
      },
      ListTagsForResource: ({ResourceName}: ListTagsForResourceMessage): TagListMessage => {
        const found = [...world.records.all()].find(
          (one) =>
            one.type.startsWith('AWS::RDS::')
            && [attribute(one, 'DBInstanceArn'), attribute(one, 'Arn')].includes(ResourceName ?? '-'),
        )
        if (found === undefined) {
          throw new AwsFault('DBInstanceNotFound', `DBInstance ${(ResourceName ?? '').split(':').at(-1) ?? ''} not found.`)
        }
        return {TagList: tagList(found)}
      },
      DescribeDBSnapshots: (input: DescribeDBSnapshotsMessage, call: CallContext) => describeSnapshots(world, input, call),
      CreateDBSnapshot: (input: CreateDBSnapshotMessage, call: CallContext) => snapshot(world, input, call),
      DeleteDBSnapshot: ({DBSnapshotIdentifier}: {readonly DBSnapshotIdentifier?: string}, call: CallContext) => {
        const found = recordOf(world, SNAPSHOT, call.region, DBSnapshotIdentifier ?? '')
        if (found === undefined) throw new AwsFault('DBSnapshotNotFound', `DBSnapshot not found: ${DBSnapshotIdentifier ?? ''}`)
        world.records.remove(call.region, SNAPSHOT, found.id)
        return {DBSnapshot: describeSnapshot(world, found)}
      },
    },
  }
}

function requireInstance(world: World, call: CallContext, idOrArn: string | undefined): AccountRecord {
  const id = (idOrArn ?? '').split(':').at(-1)?.toLowerCase() ?? ''
  const found = recordOf(world, DATABASE, call.region, id)
  if (found === undefined) throw new AwsFault('DBInstanceNotFound', `DBInstance ${id} not found.`)
  return found
}

function describeInstances(world: World, input: DescribeDBInstancesMessage, call: CallContext): DBInstanceMessage {
  const all =
    input.DBInstanceIdentifier === undefined
      ? recordsOf(world, DATABASE, call.region)
      : [requireInstance(world, call, input.DBInstanceIdentifier)]
  const found = all.filter((one) =>
    (input.Filters ?? []).every(({Name, Values = []}) => {
      if (Name === 'db-instance-id') return Values.includes(one.id) || Values.includes(attribute(one, 'DBInstanceArn'))
      if (Name === 'engine') return Values.includes(attribute(one, 'Engine'))
      if (Name === 'dbi-resource-id') return Values.includes(attribute(one, 'DbiResourceId'))
      throw new AwsFault('InvalidParameterValue', `Unrecognized filter name: ${Name ?? ''}`)
    }),
  )
  const {items, next} = page(found, input.Marker, input.MaxRecords ?? PAGE)
  return {DBInstances: items.map((one): DBInstance => instanceShape(world, one)), Marker: next}
}

/** Of ModifyDBInstance's members: those that change a property of the same name. */
const MODIFIABLE = [
  'DBInstanceClass',
  'AllocatedStorage',
  'MaxAllocatedStorage',
  'MultiAZ',
  'DeletionProtection',
  'BackupRetentionPeriod',
  'PreferredBackupWindow',
  'PreferredMaintenanceWindow',
  'EngineVersion',
  'DBParameterGroupName',
  'CopyTagsToSnapshot',
  'MonitoringInterval',
  'CACertificateIdentifier',
  'Iops',
  'StorageType',
] as const

function modify(world: World, input: ModifyDBInstanceMessage, call: CallContext): {DBInstance: DBInstance} {
  const known = requireInstance(world, call, input.DBInstanceIdentifier)
  if (known.status !== 'available') {
    throw new AwsFault('InvalidDBInstanceState', `Database instance is not in available state.`)
  }
  const changes = Object.fromEntries(MODIFIABLE.filter((name) => input[name] !== undefined).map((name) => [name, input[name]]))
  const groups = input.VpcSecurityGroupIds
  const after = world.records.change(known.region, known.type, known.id, {
    properties: {...known.properties, ...changes, ...(groups !== undefined && {VPCSecurityGroups: groups})},
    ...(input.EngineVersion !== undefined && {attributes: {...known.attributes, EngineVersion: input.EngineVersion}}),
  })
  return {DBInstance: instanceShape(world, after)}
}

const REMOVED_AFTER_MS = 240_000

/** Like CloudFormation's own: what is protected stays, a primary goes with the snapshot that was asked for, and it takes its minutes. */
function remove(world: World, known: AccountRecord, input: DeleteDBInstanceMessage): {DBInstance: DBInstance} {
  if (known.status === 'deleting') throw new AwsFault('InvalidDBInstanceState', `Instance ${known.id} is already being deleted.`)
  if (flag(known.properties, 'DeletionProtection')) {
    throw new AwsFault(
      'InvalidParameterCombination',
      'Cannot delete protected DB Instance, please disable deletion protection and try again.',
    )
  }
  const name = input.FinalDBSnapshotIdentifier
  if (input.SkipFinalSnapshot !== true && name === undefined) {
    throw new AwsFault(
      'InvalidParameterCombination',
      'FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.',
    )
  }
  if (name !== undefined && attribute(known, 'ReplicaOf') !== '') {
    throw new AwsFault(
      'InvalidParameterCombination',
      'FinalDBSnapshotIdentifier can not be specified when deleting a replica instance',
    )
  }
  if (name !== undefined) takeSnapshot(world, known, name)
  const after = world.records.change(known.region, known.type, known.id, {status: 'deleting'})
  world.clock.at(world.clock.now() + REMOVED_AFTER_MS, () => { world.records.remove(known.region, known.type, known.id) })
  return {DBInstance: instanceShape(world, after)}
}

/** One option per class: where it is offered. Storage and licences aren't told apart. */
function orderable(input: DescribeOrderableDBInstanceOptionsMessage, call: CallContext): OrderableDBInstanceOptionsMessage {
  const classes =
    input.DBInstanceClass === undefined
      ? ['db.t4g.medium', 'db.m7g.large', 'db.m7g.xlarge', 'db.r7g.large']
      : [input.DBInstanceClass]
  const options = classes.map((DBInstanceClass) => ({
    Engine: input.Engine, DBInstanceClass, MultiAZCapable: true, ReadReplicaCapable: true, StorageType: 'gp3', Vpc: true,
    AvailabilityZones: zonesOf(call.region).filter((zone) => offersClass(zone, DBInstanceClass)).map((Name) => ({Name})),
  }))
  return {OrderableDBInstanceOptions: options.filter(({AvailabilityZones}) => AvailabilityZones.length > 0)}
}

function describeSnapshots(world: World, input: DescribeDBSnapshotsMessage, call: CallContext): DBSnapshotMessage {
  const found = recordsOf(world, SNAPSHOT, call.region).filter(
    ({id, properties}) =>
      (input.DBSnapshotIdentifier === undefined || id === input.DBSnapshotIdentifier)
      && (input.DBInstanceIdentifier === undefined || text(properties, 'DBInstanceIdentifier') === input.DBInstanceIdentifier),
  )
  if (input.DBSnapshotIdentifier !== undefined && found.length === 0) {
    throw new AwsFault('DBSnapshotNotFound', `DBSnapshot ${input.DBSnapshotIdentifier} not found.`)
  }
  const {items, next} = page(found, input.Marker, input.MaxRecords ?? PAGE)
  return {DBSnapshots: items.map((one): DBSnapshot => describeSnapshot(world, one)), Marker: next}
}

function snapshot(world: World, input: CreateDBSnapshotMessage, call: CallContext): {DBSnapshot: DBSnapshot} {
  const source = requireInstance(world, call, input.DBInstanceIdentifier)
  return {DBSnapshot: describeSnapshot(world, takeSnapshot(world, source, input.DBSnapshotIdentifier ?? ''))}
}

function takeSnapshot(world: World, source: AccountRecord, name: string): AccountRecord {
  const id = name.toLowerCase()
  if (recordOf(world, SNAPSHOT, source.region, id) !== undefined) {
    throw new AwsFault(
      'DBSnapshotAlreadyExists',
      `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
    )
  }
  return putRecord(world, {
    type: SNAPSHOT,
    region: source.region,
    id,
    tags: source.tags,
    properties: {
      DBSnapshotIdentifier: id,
      DBInstanceIdentifier: source.id,
      Engine: source.attributes['Engine'],
      AllocatedStorage: source.properties['AllocatedStorage'],
    },
  })
}

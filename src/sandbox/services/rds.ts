/**
 * RDS, composed: instances with what happens to them in time, groups and snapshots of the account, events. A change that a person
 * or a run asks for takes as long as it does on AWS, and is refused when it would be.
 */
import type * as R from '@aws-sdk/client-rds'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {lacksCapacity, modifyInstance, PARAMETER_STATUS} from './rds-change.ts'
import {DATABASE} from './rds-databases.ts'
import {describeEvents, tellEvent} from './rds-events.ts'
import {publishLag} from './rds-lag.ts'
import {around, byResource, interrupt, passThrough, requireAvailable, requireInstance} from './rds-life.ts'
import {promoteReplica} from './rds-promotion.ts'
import {createReplica} from './rds-replicas.ts'
import {instanceShape, subnetGroupShape} from './rds-shapes.ts'
import {createSnapshot, deleteSnapshot, describeSnapshots, restoreInstance, takeSnapshot} from './rds-snapshots.ts'
import {allOrNamed, attribute, recordsOf, tagList, tagsFrom} from './records/lookup.ts'
import {page} from './records/page.ts'
import {flag, text} from './records/properties.ts'
import {offersClass, zonesOf} from './records/zones.ts'

const PAGE = 100

const doesNotExist =
  (code: string, what: string) =>
  (name: string): AwsFault =>
    new AwsFault(code, `${what} '${name}' does not exist.`)

export function createRds(world: World): Service {
  publishLag(world)
  const instance = (
    {DBInstanceIdentifier}: {readonly DBInstanceIdentifier?: string | undefined},
    call: CallContext,
  ): AccountRecord => requireInstance(world, call, DBInstanceIdentifier)
  const one = (record: AccountRecord): {DBInstance: R.DBInstance} => ({DBInstance: instanceShape(world, record)})
  return {
    name: 'rds',
    operations: {
      DescribeDBInstances: (input: R.DescribeDBInstancesMessage, call: CallContext): R.DBInstanceMessage =>
        describeInstances(world, input, call),
      ModifyDBInstance: (input: R.ModifyDBInstanceMessage, call: CallContext) =>
        one(modifyInstance(world, instance(input, call), input)),
      PromoteReadReplica: (input: R.PromoteReadReplicaMessage, call: CallContext) =>
        one(promoteReplica(world, instance(input, call), input)),
      CreateDBInstanceReadReplica: (input: R.CreateDBInstanceReadReplicaMessage, call: CallContext) =>
        one(createReplica(world, input, call)),
      RestoreDBInstanceFromDBSnapshot: (input: R.RestoreDBInstanceFromDBSnapshotMessage, call: CallContext) =>
        one(restoreInstance(world, input, call)),
      RebootDBInstance: (input: R.RebootDBInstanceMessage, call: CallContext) => one(reboot(world, instance(input, call))),
      DeleteDBInstance: (input: R.DeleteDBInstanceMessage, call: CallContext) => one(remove(world, instance(input, call), input)),
      DescribeEvents: (input: R.DescribeEventsMessage, call: CallContext) => describeEvents(world, input, call),
      DescribeOrderableDBInstanceOptions: (input: R.DescribeOrderableDBInstanceOptionsMessage, call: CallContext) =>
        orderable(world, input, call),
      DescribeDBSubnetGroups: (input: R.DescribeDBSubnetGroupsMessage, call: CallContext): R.DBSubnetGroupMessage => {
        const found = allOrNamed(
          world,
          'AWS::RDS::DBSubnetGroup',
          call.region,
          input.DBSubnetGroupName,
          doesNotExist('DBSubnetGroupNotFoundFault', 'DB subnet group'),
        )
        const {items, next} = page(found, input.Marker, input.MaxRecords ?? PAGE)
        return {DBSubnetGroups: items.map((one): R.DBSubnetGroup => subnetGroupShape(world, one)), Marker: next}
      },
      DescribeDBParameterGroups: (input: R.DescribeDBParameterGroupsMessage, call: CallContext): R.DBParameterGroupsMessage => {
        const found = allOrNamed(
          world,
          'AWS::RDS::DBParameterGroup',
          call.region,
          input.DBParameterGroupName,
          doesNotExist('DBParameterGroupNotFound', 'DBParameterGroup'),
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
      ListTagsForResource: ({ResourceName}: R.ListTagsForResourceMessage): R.TagListMessage => ({
        TagList: tagList(tagged(world, ResourceName)),
      }),
      AddTagsToResource: ({ResourceName, Tags}: R.AddTagsToResourceMessage) => {
        const {region, type, id, tags} = tagged(world, ResourceName)
        world.records.change(region, type, id, {tags: {...tags, ...tagsFrom(Tags)}})
      },
      RemoveTagsFromResource: ({ResourceName, TagKeys}: R.RemoveTagsFromResourceMessage) => {
        const {region, type, id, tags} = tagged(world, ResourceName)
        world.records.change(region, type, id, {
          tags: Object.fromEntries(Object.entries(tags).filter(([key]) => TagKeys?.includes(key) !== true)),
        })
      },
      DescribeDBSnapshots: (input: R.DescribeDBSnapshotsMessage, call: CallContext) => describeSnapshots(world, input, call),
      CreateDBSnapshot: (input: R.CreateDBSnapshotMessage, call: CallContext) => createSnapshot(world, input, call),
      DeleteDBSnapshot: (input: R.DeleteDBSnapshotMessage, call: CallContext) =>
        deleteSnapshot(world, input.DBSnapshotIdentifier ?? '', call),
    },
  }
}

/** By ARN, whatever of RDS it is. */
function tagged(world: World, arn: string | undefined): AccountRecord {
  const found = [...world.records.all()].find(
    (one) => one.type.startsWith('AWS::RDS::') && [attribute(one, 'DBInstanceArn'), attribute(one, 'Arn')].includes(arn ?? '-'),
  )
  if (found === undefined)
    throw new AwsFault('DBInstanceNotFound', `DBInstance ${(arn ?? '').split(':').at(-1) ?? ''} not found.`, 404)
  return found
}

const REBOOTED_AFTER_MS = 60_000

/** Only now are parameters that wait for it in force. */
function reboot(world: World, record: AccountRecord): AccountRecord {
  requireAvailable(world, record)
  interrupt(world, record, REBOOTED_AFTER_MS)
  tellEvent(world, record, 'DB instance shutdown', 'availability')
  passThrough(world, record, [
    {
      afterMs: REBOOTED_AFTER_MS,
      status: 'available',
      effect: (present) => {
        tellEvent(world, present, 'DB instance restarted', 'availability')
        return {attributes: {...present.attributes, [PARAMETER_STATUS]: 'in-sync'}}
      },
    },
  ])
  return world.records.change(record.region, record.type, record.id, {status: 'rebooting'})
}

function describeInstances(world: World, input: R.DescribeDBInstancesMessage, call: CallContext): R.DBInstanceMessage {
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
  return {DBInstances: items.map((one): R.DBInstance => instanceShape(world, one)), Marker: next}
}

const REMOVED_AFTER_MS = 240_000

/**
 * Like CloudFormation's own: what is protected stays, a primary goes with the snapshot that was asked for,
 * and it takes its minutes.
 */
function remove(world: World, known: AccountRecord, input: R.DeleteDBInstanceMessage): AccountRecord {
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
  if (name !== undefined) takeSnapshot(world, known, {name, kind: 'manual'})
  const resource = attribute(known, 'DbiResourceId')
  const after = world.records.change(known.region, known.type, known.id, {status: 'deleting'})
  world.clock.at(world.clock.now() + around(world, REMOVED_AFTER_MS), () => {
    if (byResource(world, known.region, resource)?.id === known.id) world.records.remove(known.region, known.type, known.id)
    tellEvent(world, after, 'DB instance deleted', 'deletion')
  })
  return after
}

/** One option per class: where it is offered and to be had. Storage and licences aren't told apart. */
function orderable(
  world: World,
  input: R.DescribeOrderableDBInstanceOptionsMessage,
  call: CallContext,
): R.OrderableDBInstanceOptionsMessage {
  const classes =
    input.DBInstanceClass === undefined
      ? ['db.t4g.medium', 'db.m7g.large', 'db.m7g.xlarge', 'db.r7g.large']
      : [input.DBInstanceClass]
  const options = classes
    .filter((one) => lacksCapacity(world, call, one) === null || lacksCapacity(world, call, one)?.message === 'event')
    .map((DBInstanceClass) => ({
      Engine: input.Engine,
      EngineVersion: input.EngineVersion,
      DBInstanceClass,
      MultiAZCapable: true,
      ReadReplicaCapable: true,
      StorageType: 'gp3',
      Vpc: true,
      AvailabilityZones: zonesOf(call.region)
        .filter((zone) => offersClass(zone, DBInstanceClass))
        .map((Name) => ({Name})),
    }))
  return {OrderableDBInstanceOptions: options.filter(({AvailabilityZones}) => AvailabilityZones.length > 0)}
}

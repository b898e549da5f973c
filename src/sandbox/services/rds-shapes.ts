/** Databases, subnet groups and snapshots in RDS's own shapes, from their records. */
import type {DatabaseInsightsMode, DBInstance, DBSnapshot, DBSubnetGroup} from '@aws-sdk/client-rds'
import type {AccountRecord, World} from '../world/contract.ts'
import {databaseGroups} from '../plane/database-access.ts'
import {databasesOf, sourceOf} from '../plane/databases.ts'
import {DATABASE, databaseArn} from './rds-databases.ts'
import {statusOf} from './rds-life.ts'
import {attribute, recordOf, tagList} from './records/lookup.ts'
import {flag, number, text, texts} from './records/properties.ts'

/** What the record's status says is RDS's own word. */
export function instanceShape(world: World, record: AccountRecord): DBInstance {
  const {id, region, properties, attributes} = record
  const status = statusOf(world, record)
  const source = attribute(record, 'ReplicaOf')
  const origin = sourceOf(world, record)
  const inherited = origin?.properties ?? {}
  const group = recordOf(world, 'AWS::RDS::DBSubnetGroup', region, text(properties, 'DBSubnetGroupName')?.toLowerCase() ?? '')
  const zones =
    group === undefined ? [] : (subnetGroupShape(world, group).Subnets?.map((one) => one.SubnetAvailabilityZone?.Name) ?? [])
  return {
    DBInstanceIdentifier: id,
    DBInstanceArn: attribute(record, 'DBInstanceArn'),
    DbiResourceId: attribute(record, 'DbiResourceId'),
    DBInstanceStatus: status,
    DBInstanceClass: text(properties, 'DBInstanceClass'),
    Engine: attribute(record, 'Engine'),
    EngineVersion: attribute(record, 'EngineVersion'),
    DBName: text(properties, 'DBName') ?? text(inherited, 'DBName'),
    MasterUsername: text(properties, 'MasterUsername') ?? text(inherited, 'MasterUsername'),
    // A database that is being made has no address yet.
    ...(status !== 'creating' && {
      Endpoint: {
        Address: attribute(record, 'Endpoint.Address'),
        Port: number(attributes, 'Endpoint.Port'),
        HostedZoneId: attribute(record, 'Endpoint.HostedZoneId'),
      },
    }),
    AllocatedStorage: number(properties, 'AllocatedStorage') ?? number(inherited, 'AllocatedStorage'),
    MaxAllocatedStorage: number(properties, 'MaxAllocatedStorage'),
    StorageType: text(properties, 'StorageType') ?? 'gp3',
    StorageEncrypted: flag(properties, 'StorageEncrypted') || flag(inherited, 'StorageEncrypted'),
    KmsKeyId: text(properties, 'KmsKeyId'),
    InstanceCreateTime: status === 'creating' ? undefined : new Date(record.createdAt),
    BackupRetentionPeriod: number(properties, 'BackupRetentionPeriod') ?? (origin === undefined ? 1 : 0),
    PreferredBackupWindow: text(properties, 'PreferredBackupWindow'),
    PreferredMaintenanceWindow: text(properties, 'PreferredMaintenanceWindow'),
    AvailabilityZone: text(properties, 'AvailabilityZone') ?? zones[0],
    MultiAZ: flag(properties, 'MultiAZ'),
    ...(flag(properties, 'MultiAZ') && {SecondaryAvailabilityZone: zones.find((zone) => zone !== zones[0])}),
    AutoMinorVersionUpgrade: text(properties, 'AutoMinorVersionUpgrade') !== 'false',
    PubliclyAccessible: flag(properties, 'PubliclyAccessible'),
    DeletionProtection: flag(properties, 'DeletionProtection'),
    IAMDatabaseAuthenticationEnabled: flag(properties, 'EnableIAMDatabaseAuthentication'),
    CopyTagsToSnapshot: flag(properties, 'CopyTagsToSnapshot'),
    CACertificateIdentifier: text(properties, 'CACertificateIdentifier') ?? 'rds-ca-rsa2048-g1',
    MonitoringInterval: number(properties, 'MonitoringInterval') ?? 0,
    MonitoringRoleArn: text(properties, 'MonitoringRoleArn'),
    PerformanceInsightsEnabled: flag(properties, 'EnablePerformanceInsights'),
    PerformanceInsightsKMSKeyId: text(properties, 'PerformanceInsightsKMSKeyId'),
    PerformanceInsightsRetentionPeriod: number(properties, 'PerformanceInsightsRetentionPeriod'),
    DatabaseInsightsMode: text(properties, 'DatabaseInsightsMode') as DatabaseInsightsMode | undefined,
    EnabledCloudwatchLogsExports: [...texts(properties, 'EnableCloudwatchLogsExports')],
    VpcSecurityGroups: databaseGroups(world, record).map((one) => ({VpcSecurityGroupId: one, Status: 'active'})),
    DBParameterGroups: [
      {
        DBParameterGroupName: text(properties, 'DBParameterGroupName') ?? `default.${engineFamily(record)}`,
        ParameterApplyStatus: attribute(record, 'ParameterApplyStatus') || 'in-sync',
      },
    ],
    OptionGroupMemberships: [
      {
        OptionGroupName:
          text(properties, 'OptionGroupName')
          ?? `default:${attribute(record, 'Engine')}-${attribute(record, 'EngineVersion').split('.')[0] ?? ''}`,
        Status: 'in-sync',
      },
    ],
    PendingModifiedValues: attributes['PendingModifiedValues'] ?? {},
    ...restorableUntil(world, record, status),
    ...statusInfos(world, record),
    ...(group !== undefined && {DBSubnetGroup: subnetGroupShape(world, group)}),
    ...(source !== '' && {ReadReplicaSourceDBInstanceIdentifier: origin?.region === region ? origin.id : source}),
    ReadReplicaDBInstanceIdentifiers: replicasOf(world, record),
    TagList: tagList(record),
  }
}

/** `postgres17`, `mysql8.4` */
function engineFamily(record: AccountRecord): string {
  const [engine, version] = [attribute(record, 'Engine'), attribute(record, 'EngineVersion')]
  return `${engine}${engine === 'postgres' ? (version.split('.')[0] ?? '') : version.split('.').slice(0, 2).join('.')}`
}

/** With backups a primary can be brought back to five minutes ago. */
function restorableUntil(world: World, record: AccountRecord, status: string): Pick<DBInstance, 'LatestRestorableTime'> {
  if (status === 'creating' || attribute(record, 'ReplicaOf') !== '' || number(record.properties, 'BackupRetentionPeriod') === 0)
    return {}
  return {
    LatestRestorableTime: new Date(Math.max(record.createdAt, Math.floor((world.clock.now() - 60_000) / 300_000) * 300_000)),
  }
}

function statusInfos(world: World, record: AccountRecord): Pick<DBInstance, 'StatusInfos'> {
  if (attribute(record, 'ReplicaOf') === '' || record.status === 'creating') return {}
  const replication = databasesOf(world).replication(record)
  if (replication === null) return {}
  const {status, message} = replication
  return {
    StatusInfos: [
      {
        StatusType: 'read replication',
        Status: status,
        Normal: status === 'replicating',
        ...(message !== '' && {Message: message}),
      },
    ],
  }
}

/** Replicas of the same Region by id, of another by ARN. */
function replicasOf(world: World, primary: AccountRecord): string[] {
  const arn = attribute(primary, 'DBInstanceArn')
  return [...world.records.all()]
    .filter(
      (one) =>
        one.type === DATABASE
        && one.id !== ''
        && [arn, ...(one.region === primary.region ? [primary.id] : [])].includes(attribute(one, 'ReplicaOf')),
    )
    .map((one) => (one.region === primary.region ? one.id : databaseArn(world, one.region, one.id)))
}

export function subnetGroupShape(world: World, {id, region, properties, attributes}: AccountRecord): DBSubnetGroup {
  const subnets = texts(properties, 'SubnetIds').map((subnet) => recordOf(world, 'AWS::EC2::Subnet', region, subnet))
  return {
    DBSubnetGroupName: id,
    DBSubnetGroupDescription: text(properties, 'DBSubnetGroupDescription'),
    DBSubnetGroupArn: text(attributes, 'Arn'),
    VpcId: text(subnets[0]?.properties ?? {}, 'VpcId'),
    SubnetGroupStatus: 'Complete',
    Subnets: subnets
      .filter((one) => one !== undefined)
      .map((one) => ({
        SubnetIdentifier: one.id,
        SubnetAvailabilityZone: {Name: attribute(one, 'AvailabilityZone')},
        SubnetStatus: 'Active',
      })),
  }
}

export function describeSnapshot(
  world: World,
  {id, region, properties, attributes, status, createdAt, tags}: AccountRecord,
): DBSnapshot {
  return {
    DBSnapshotIdentifier: id,
    DBInstanceIdentifier: text(properties, 'DBInstanceIdentifier'),
    DBSnapshotArn: `arn:aws:rds:${region}:${world.account}:snapshot:${id}`,
    SnapshotCreateTime: new Date(createdAt),
    OriginalSnapshotCreateTime: new Date(number(attributes, 'OriginalAt') ?? createdAt),
    Engine: text(properties, 'Engine'),
    EngineVersion: text(properties, 'EngineVersion'),
    AllocatedStorage: number(properties, 'AllocatedStorage'),
    MasterUsername: text(properties, 'MasterUsername'),
    Encrypted: flag(properties, 'StorageEncrypted'),
    KmsKeyId: text(properties, 'KmsKeyId'),
    Port: number(properties, 'Port'),
    Status: status,
    SnapshotType: text(properties, 'SnapshotType') ?? 'manual',
    PercentProgress: status === 'creating' ? 0 : 100,
    TagList: tagList({tags}),
  }
}

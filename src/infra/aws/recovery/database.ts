/**
 * RDS for recoveries. A promotion is sent once: an answer that got lost is never tried again, whoever asked looks at the instance
 * instead. It decides nothing about states; an instance that isn't there is null.
 */
import type {CreateDBInstanceReadReplicaCommandInput, DBInstance, ModifyDBInstanceCommandInput, Tag} from '@aws-sdk/client-rds'
import type {DatabaseChange, DatabasePort, ReplicaSpec} from '../../../runbooks/recovery/ports/database-port.ts'
import {paged} from '../paged.ts'
import type {AwsSession} from '../session.ts'
import {unlessMissing} from '../unless-missing.ts'
import {databaseState} from './database-state.ts'
import {backupRunning, recoveryPoints, snapshotStatus} from './recovery-points.ts'
import {replicaLag} from './replica-lag.ts'

/** RDS keeps events for 14 days, and refuses to be asked for older ones. */
const eventsKeptMs = 14 * 24 * 3_600_000

export function databases(session: AwsSession, account: string): DatabasePort {
  const rds = (region: string): AwsSession => session.inRegion(region)
  return {
    async describe(region, id, signal) {
      const answer = await unlessMissing(
        rds(region).call('rds', 'DescribeDBInstances', {DBInstanceIdentifier: id}, {signal, resource: id}),
      )
      const found = answer?.DBInstances?.[0]
      return found === undefined ? null : databaseState(found, region)
    },
    async promote(region, id, backups, signal) {
      await rds(region).call(
        'rds',
        'PromoteReadReplica',
        {
          DBInstanceIdentifier: id,
          BackupRetentionPeriod: backups.days,
          ...(backups.window !== '' && {PreferredBackupWindow: backups.window}),
        },
        {signal, resource: id, once: true},
      )
    },
    async modify(region, id, change, signal) {
      await rds(region).call(
        'rds',
        'ModifyDBInstance',
        {DBInstanceIdentifier: id, ApplyImmediately: true, ...changeInput(change)},
        {signal, resource: id},
      )
    },
    async createReplica(spec, signal) {
      const there = rds(spec.region)
      const answer =
        spec.like === undefined
          ? null
          : await unlessMissing(
              there.call('rds', 'DescribeDBInstances', {DBInstanceIdentifier: spec.like}, {signal, resource: spec.like}),
            )
      await there.call(
        'rds',
        'CreateDBInstanceReadReplica',
        {...replicaInput(spec), ...settingsOf(answer?.DBInstances?.[0])},
        {signal, resource: spec.id},
      )
    },
    async reboot(region, id, signal) {
      await rds(region).call('rds', 'RebootDBInstance', {DBInstanceIdentifier: id}, {signal, resource: id, once: true})
    },
    async remove(region, id, finalSnapshot, signal) {
      await unlessMissing(
        rds(region).call(
          'rds',
          'DeleteDBInstance',
          {
            DBInstanceIdentifier: id,
            SkipFinalSnapshot: finalSnapshot === null,
            ...(finalSnapshot !== null && {FinalDBSnapshotIdentifier: finalSnapshot}),
          },
          {signal, resource: id},
        ),
      )
    },
    async setTags(region, ResourceName, tags, signal) {
      await rds(region).call('rds', 'AddTagsToResource', {ResourceName, Tags: rdsTags(tags)}, {signal, resource: ResourceName})
    },
    async removeTags(region, ResourceName, names, signal) {
      await rds(region).call(
        'rds',
        'RemoveTagsFromResource',
        {ResourceName, TagKeys: [...names]},
        {signal, resource: ResourceName},
      )
    },
    events: (region, id, since, signal) => events(rds(region), id, since, signal),
    lag: (region, id, signal) => replicaLag(rds(region), id, signal),
    orderable: (region, spec, signal) => orderable(rds(region), spec, signal),
    recoveryPoints: (region, vault, id, signal) => recoveryPoints(rds(region), vault, id, signal),
    backupRunning: (region, id, signal) => backupRunning(rds(region), account, id, signal),
    snapshot: (region, name, signal) => snapshotStatus(rds(region), name, signal),
  }
}

const rdsTags = (tags: Readonly<Record<string, string>>): Tag[] => Object.entries(tags).map(([Key, Value]) => ({Key, Value}))

function changeInput(change: DatabaseChange): Omit<ModifyDBInstanceCommandInput, 'DBInstanceIdentifier'> {
  return {
    ...(change.class !== undefined && {DBInstanceClass: change.class}),
    ...(change.multiAz !== undefined && {MultiAZ: change.multiAz}),
    ...(change.backupDays !== undefined && {BackupRetentionPeriod: change.backupDays}),
    ...(change.backupWindow !== undefined && change.backupWindow !== '' && {PreferredBackupWindow: change.backupWindow}),
    ...(change.maintenanceWindow !== undefined && {PreferredMaintenanceWindow: change.maintenanceWindow}),
    ...(change.id !== undefined && {NewDBInstanceIdentifier: change.id}),
    ...(change.protected !== undefined && {DeletionProtection: change.protected}),
    ...(change.parameterGroup !== undefined && {DBParameterGroupName: change.parameterGroup}),
  }
}

/** The SDK signs the request for the source's Region too, which it reads from the ARN. */
function replicaInput(spec: ReplicaSpec): CreateDBInstanceReadReplicaCommandInput {
  return {
    DBInstanceIdentifier: spec.id,
    SourceDBInstanceIdentifier: spec.sourceArn,
    DBInstanceClass: spec.class,
    MultiAZ: spec.multiAz,
    DBSubnetGroupName: spec.subnetGroup,
    DBParameterGroupName: spec.parameterGroup,
    ...(spec.optionGroup !== null && {OptionGroupName: spec.optionGroup}),
    VpcSecurityGroupIds: [...spec.securityGroups],
    ...(spec.kmsKey !== null && {KmsKeyId: spec.kmsKey}),
    Port: spec.port,
    ...(spec.monitoringRole !== null && {MonitoringRoleArn: spec.monitoringRole, MonitoringInterval: 60}),
    DeletionProtection: spec.protected,
    PubliclyAccessible: false,
    CopyTagsToSnapshot: true,
    AutoMinorVersionUpgrade: true,
    EnableIAMDatabaseAuthentication: true,
    Tags: rdsTags(spec.tags),
  }
}

/** What a replica doesn't take from its source: without it the stack that knows it by name would find other settings. */
function settingsOf(old: DBInstance | undefined): Partial<CreateDBInstanceReadReplicaCommandInput> {
  if (old === undefined) return {}
  const {
    MaxAllocatedStorage,
    CACertificateIdentifier,
    EnabledCloudwatchLogsExports: logs,
    DatabaseInsightsMode,
    PerformanceInsightsEnabled: insights,
  } = old
  return {
    ...(MaxAllocatedStorage !== undefined && {MaxAllocatedStorage}),
    ...(CACertificateIdentifier !== undefined && {CACertificateIdentifier}),
    ...(logs !== undefined && logs.length > 0 && {EnableCloudwatchLogsExports: logs}),
    ...(DatabaseInsightsMode !== undefined && {DatabaseInsightsMode}),
    ...(insights === true && {
      EnablePerformanceInsights: true,
      ...(old.PerformanceInsightsKMSKeyId !== undefined && {PerformanceInsightsKMSKeyId: old.PerformanceInsightsKMSKeyId}),
      ...(old.PerformanceInsightsRetentionPeriod !== undefined && {
        PerformanceInsightsRetentionPeriod: old.PerformanceInsightsRetentionPeriod,
      }),
    }),
  }
}

type Events = Awaited<ReturnType<DatabasePort['events']>>

async function events(session: AwsSession, id: string, since: number, signal: AbortSignal | undefined): Promise<Events> {
  const now = session.awsTime()
  const all = await paged(async (Marker) => {
    const page = await session.call(
      'rds',
      'DescribeEvents',
      {
        SourceType: 'db-instance',
        SourceIdentifier: id,
        Marker,
        StartTime: new Date(Math.max(since, now - eventsKeptMs + 60_000)),
        EndTime: new Date(now + 60_000),
      },
      {signal, resource: id},
    )
    return {items: page.Events, next: page.Marker}
  })
  return all
    .map(({Date: at, Message}) => ({at: at?.getTime() ?? 0, message: Message ?? ''}))
    .filter(({at}) => at >= since)
    .toSorted((x, y) => x.at - y.at)
}

async function orderable(
  session: AwsSession,
  spec: {readonly engine: string; readonly version: string; readonly class: string},
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const all = await paged(async (Marker) => {
    const page = await session.call(
      'rds',
      'DescribeOrderableDBInstanceOptions',
      {
        Engine: spec.engine,
        EngineVersion: spec.version,
        DBInstanceClass: spec.class,
        Vpc: true,
        Marker,
      },
      {signal, resource: spec.class},
    )
    return {items: page.OrderableDBInstanceOptions, next: page.Marker}
  })
  const zones = all.flatMap(({AvailabilityZones}) => (AvailabilityZones ?? []).flatMap(({Name}) => Name ?? []))
  return [...new Set(zones)].toSorted()
}

import {BackupClient, ListBackupJobsCommand, ListRecoveryPointsByBackupVaultCommand} from '@aws-sdk/client-backup'
import {CloudWatchClient, GetMetricDataCommand} from '@aws-sdk/client-cloudwatch'
import {
  CreateDBInstanceReadReplicaCommand,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  DescribeEventsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
  ModifyDBInstanceCommand,
  PromoteReadReplicaCommand,
  RDSClient,
} from '@aws-sdk/client-rds'
import type {DBInstance} from '@aws-sdk/client-rds'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {databases} from '../../../../src/infra/aws/recovery/database.ts'
import {aSession, awsError, standingClock} from '../a-session.ts'

const rds = mockClient(RDSClient)
const cloudwatch = mockClient(CloudWatchClient)
const backup = mockClient(BackupClient)
const mocks = [rds, cloudwatch, backup] as unknown as readonly (typeof rds)[]
beforeEach(() => mocks.forEach((mock) => mock.reset().onAnyCommand().resolves({})))

const now = Date.UTC(2026, 10, 23, 12, 0, 30)
const region = 'eu-central-1'
const port = databases(aSession({region, clock: standingClock(now)}), '111122223333')

const instance: DBInstance = {
  DBInstanceIdentifier: 'shop-production',
  DBInstanceArn: 'arn:aws:rds:eu-central-1:111122223333:db:shop-production',
  DBInstanceStatus: 'available',
  DBInstanceClass: 'db.m7g.large',
  Engine: 'postgres',
  EngineVersion: '17.4',
  MultiAZ: false,
  AllocatedStorage: 100,
  ReadReplicaSourceDBInstanceIdentifier: 'arn:aws:rds:eu-west-1:111122223333:db:shop-production',
  StatusInfos: [{StatusType: 'read replication', Normal: true, Status: 'replicating'}],
  PendingModifiedValues: {},
  BackupRetentionPeriod: 0,
  PreferredBackupWindow: '03:00-03:30',
  PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
  DBParameterGroups: [{DBParameterGroupName: 'shop', ParameterApplyStatus: 'pending-reboot'}],
  OptionGroupMemberships: [{OptionGroupName: 'default:postgres-17'}],
  DBSubnetGroup: {
    DBSubnetGroupName: 'shop',
    Subnets: [{SubnetAvailabilityZone: {Name: 'eu-central-1b'}}, {SubnetAvailabilityZone: {Name: 'eu-central-1a'}}],
  },
  AvailabilityZone: 'eu-central-1a',
  VpcSecurityGroups: [{VpcSecurityGroupId: 'sg-1', Status: 'active'}],
  KmsKeyId: 'arn:key',
  DeletionProtection: true,
  Endpoint: {Address: 'shop.x.rds.amazonaws.com', Port: 5433},
  TagList: [{Key: 'service', Value: 'shop'}],
}

describe('a database', () => {
  const described = async (changes: Partial<DBInstance>) => {
    rds.on(DescribeDBInstancesCommand).resolves({DBInstances: [{...instance, ...changes}]})
    return port.describe(region, 'shop-production')
  }

  test('is told in full', async () => {
    expect(await described({})).toEqual({
      id: 'shop-production',
      arn: instance.DBInstanceArn,
      region,
      status: 'available',
      class: 'db.m7g.large',
      engine: 'postgres',
      engineVersion: '17.4',
      multiAz: false,
      storageGiB: 100,
      source: instance.ReadReplicaSourceDBInstanceIdentifier,
      replicas: [],
      replication: {status: 'replicating', message: ''},
      pending: [],
      backupDays: 0,
      backupWindow: '03:00-03:30',
      maintenanceWindow: 'sun:03:00-sun:04:00',
      latestRestorableAt: null,
      parameterGroup: {name: 'shop', apply: 'pending-reboot'},
      optionGroup: 'default:postgres-17',
      subnetGroup: 'shop',
      securityGroups: ['sg-1'],
      zones: ['eu-central-1a', 'eu-central-1b'],
      kmsKey: 'arn:key',
      protected: true,
      endpoint: {host: 'shop.x.rds.amazonaws.com', port: 5433},
      monitoringRole: null,
      tags: {service: 'shop'},
    })
  })

  test("whose source is an empty text is nobody's replica", async () => {
    expect(await described({ReadReplicaSourceDBInstanceIdentifier: '', StatusInfos: []})).toMatchObject({
      source: null,
      replication: null,
    })
  })

  test('names what is pending, and takes an empty structure for nothing', async () => {
    expect(
      await described({
        PendingModifiedValues: {
          DBInstanceClass: 'db.m7g.xlarge',
          MultiAZ: false,
          PendingCloudwatchLogsExports: {},
          ProcessorFeatures: [],
        },
      }),
    ).toMatchObject({pending: ['DBInstanceClass', 'MultiAZ']})
  })

  test('without an address yet has none', async () => {
    const {Endpoint: _none, ...creating} = instance
    rds.on(DescribeDBInstancesCommand).resolves({DBInstances: [{...creating, DBInstanceStatus: 'creating'}]})
    expect(await port.describe(region, 'shop-production')).toMatchObject({status: 'creating', endpoint: null})
  })

  test("that isn't there is null", async () => {
    rds.on(DescribeDBInstancesCommand).rejects(awsError('DBInstanceNotFoundFault', 404))
    expect(await port.describe(region, 'shop-production')).toBeNull()
  })
})

describe('changes', () => {
  test('a promotion says days and window outright: RDS would keep one day', async () => {
    await port.promote(region, 'shop-production', {days: 14, window: '02:00-02:30'})
    expect(rds.commandCalls(PromoteReadReplicaCommand)[0]?.args[0].input).toEqual({
      DBInstanceIdentifier: 'shop-production',
      BackupRetentionPeriod: 14,
      PreferredBackupWindow: '02:00-02:30',
    })
  })

  test('are applied at once, and only what is asked for', async () => {
    await port.modify(region, 'shop-production', {
      class: 'db.m7g.xlarge',
      id: 'shop-production-fenced-1',
      protected: false,
      maintenanceWindow: 'sun:03:00-sun:04:00',
    })
    expect(rds.commandCalls(ModifyDBInstanceCommand)[0]?.args[0].input).toEqual({
      DBInstanceIdentifier: 'shop-production',
      ApplyImmediately: true,
      DBInstanceClass: 'db.m7g.xlarge',
      PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
      NewDBInstanceIdentifier: 'shop-production-fenced-1',
      DeletionProtection: false,
    })
  })

  test("a replica is made with its groups, key, port and tags: what is left out would be the Region's default", async () => {
    await port.createReplica({
      id: 'shop-production',
      region,
      sourceArn: 'arn:aws:rds:eu-west-1:111122223333:db:shop-production',
      class: 'db.m7g.large',
      multiAz: true,
      subnetGroup: 'subnets',
      parameterGroup: 'parameters',
      optionGroup: 'options',
      securityGroups: ['sg-1'],
      kmsKey: 'key',
      port: 5433,
      monitoringRole: 'arn:role',
      protected: true,
      tags: {service: 'shop'},
    })
    expect(rds.commandCalls(CreateDBInstanceReadReplicaCommand)[0]?.args[0].input).toMatchObject({
      DBInstanceIdentifier: 'shop-production',
      SourceDBInstanceIdentifier: 'arn:aws:rds:eu-west-1:111122223333:db:shop-production',
      DBInstanceClass: 'db.m7g.large',
      MultiAZ: true,
      DBSubnetGroupName: 'subnets',
      DBParameterGroupName: 'parameters',
      OptionGroupName: 'options',
      VpcSecurityGroupIds: ['sg-1'],
      KmsKeyId: 'key',
      Port: 5433,
      MonitoringRoleArn: 'arn:role',
      MonitoringInterval: 60,
      DeletionProtection: true,
      PubliclyAccessible: false,
      Tags: [{Key: 'service', Value: 'shop'}],
    })
  })

  test("a replica that takes another instance's place gets the rest of its settings too", async () => {
    rds.on(DescribeDBInstancesCommand).resolves({
      DBInstances: [
        {
          DBInstanceIdentifier: 'shop-production-fenced-1',
          MaxAllocatedStorage: 500,
          CACertificateIdentifier: 'rds-ca-rsa2048-g1',
          EnabledCloudwatchLogsExports: ['postgresql'],
          DatabaseInsightsMode: 'advanced',
          PerformanceInsightsEnabled: true,
          PerformanceInsightsKMSKeyId: 'key',
          PerformanceInsightsRetentionPeriod: 465,
        },
      ],
    })
    await port.createReplica({
      id: 'shop-production',
      region,
      sourceArn: 'arn',
      class: 'db.m7g.large',
      multiAz: true,
      subnetGroup: 'subnets',
      parameterGroup: 'parameters',
      optionGroup: null,
      securityGroups: [],
      kmsKey: null,
      port: 5433,
      monitoringRole: null,
      protected: true,
      tags: {},
      like: 'shop-production-fenced-1',
    })
    expect(rds.commandCalls(CreateDBInstanceReadReplicaCommand)[0]?.args[0].input).toMatchObject({
      DBInstanceIdentifier: 'shop-production',
      MaxAllocatedStorage: 500,
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      EnableCloudwatchLogsExports: ['postgresql'],
      DatabaseInsightsMode: 'advanced',
      EnablePerformanceInsights: true,
      PerformanceInsightsKMSKeyId: 'key',
      PerformanceInsightsRetentionPeriod: 465,
    })
  })

  test.each([
    ['with a final snapshot', 'final-1', {SkipFinalSnapshot: false, FinalDBSnapshotIdentifier: 'final-1'}],
    ['without one, where RDS takes none', null, {SkipFinalSnapshot: true}],
  ])('it is removed %s', async (_, finalSnapshot, expected) => {
    await port.remove(region, 'shop-production', finalSnapshot)
    expect(rds.commandCalls(DeleteDBInstanceCommand)[0]?.args[0].input).toEqual({
      DBInstanceIdentifier: 'shop-production',
      ...expected,
    })
  })

  test('removed twice is removed once', async () => {
    rds.on(DeleteDBInstanceCommand).rejects(awsError('DBInstanceNotFoundFault', 404))
    await expect(port.remove(region, 'shop-production', null)).resolves.toBeUndefined()
  })
})

describe('the lag that CloudWatch tells', () => {
  const published = (Timestamps: Date[], Values: number[]) =>
    cloudwatch.on(GetMetricDataCommand).resolves({MetricDataResults: [{Id: 'lag', Timestamps, Values}]})

  test("is the newest minute's, at the end of that minute", async () => {
    published([new Date(now - 90_000), new Date(now - 150_000)], [7, 3])
    expect(await port.lag(region, 'shop-production')).toEqual({seconds: 7, at: now - 30_000})
  })

  test("of −1 isn't 0: nothing is replicated", async () => {
    published([new Date(now - 60_000)], [-1])
    expect((await port.lag(region, 'shop-production'))?.seconds).toBe(-1)
  })

  test("without a datapoint isn't 0 either", async () => {
    published([], [])
    expect(await port.lag(region, 'shop-production')).toBeNull()
  })

  test('is asked for of 15 minutes, as raw minutes', async () => {
    published([], [])
    await port.lag(region, 'shop-production')
    const sent = cloudwatch.commandCalls(GetMetricDataCommand)[0]?.args[0].input
    expect(now - (sent?.StartTime?.getTime() ?? 0)).toBeGreaterThanOrEqual(15 * 60_000)
    expect(sent?.MetricDataQueries?.[0]?.MetricStat).toMatchObject({
      Metric: {
        Namespace: 'AWS/RDS',
        MetricName: 'ReplicaLag',
        Dimensions: [{Name: 'DBInstanceIdentifier', Value: 'shop-production'}],
      },
      Period: 60,
    })
  })
})

describe('what is found out', () => {
  test('events come oldest first, none from before', async () => {
    const at = (ms: number, Message: string) => ({Date: new Date(now + ms), Message})
    rds
      .on(DescribeEventsCommand)
      .resolvesOnce({Events: [at(-10, 'later')], Marker: 'm'})
      .resolvesOnce({Events: [at(-20, 'first'), at(-999, 'before')]})
    expect(await port.events(region, 'shop-production', now - 20)).toEqual([
      {at: now - 20, message: 'first'},
      {at: now - 10, message: 'later'},
    ])
  })

  test('events older than RDS keeps are never asked for', async () => {
    await port.events(region, 'shop-production', 0)
    expect(rds.commandCalls(DescribeEventsCommand)[0]?.args[0].input.StartTime?.getTime()).toBeGreaterThan(
      now - 14 * 24 * 3_600_000,
    )
  })

  test('a class is had in the zones that any offer names', async () => {
    const zones = (...names: string[]) => ({OrderableDBInstanceOptions: [{AvailabilityZones: names.map((Name) => ({Name}))}]})
    rds
      .on(DescribeOrderableDBInstanceOptionsCommand)
      .resolvesOnce({...zones('c', 'a'), Marker: 'm'})
      .resolvesOnce(zones('b', 'a'))
    expect(await port.orderable(region, {engine: 'postgres', version: '17.4', class: 'db.m7g.large'})).toEqual(['a', 'b', 'c'])
  })
})

describe('recovery points', () => {
  const snapshot = (name: string) => `arn:aws:rds:${region}:111122223333:snapshot:${name}`
  const source = 'arn:aws:rds:eu-west-1:111122223333:db:shop-production'

  test("are AWS Backup's and RDS's own, newest first, each once, completed ones only", async () => {
    const inVault = (name: string, ms: number, Status: 'COMPLETED' | 'PARTIAL' = 'COMPLETED', ResourceArn = source) => ({
      RecoveryPointArn: snapshot(name),
      ResourceArn,
      Status,
      CreationDate: new Date(now - ms),
    })
    backup.on(ListRecoveryPointsByBackupVaultCommand).resolves({
      RecoveryPoints: [
        inVault('awsbackup:job-1', 3000),
        inVault('awsbackup:job-2', 1000),
        inVault('awsbackup:job-3', 10, 'PARTIAL'),
        inVault('awsbackup:job-4', 10, 'COMPLETED', `${source}-other`),
        {
          RecoveryPointArn: 'arn:aws:backup:eu-central-1:111122223333:recovery-point:continuous:db-1',
          ResourceArn: source,
          Status: 'COMPLETED',
          CreationDate: new Date(now),
        },
      ],
    })
    rds.on(DescribeDBSnapshotsCommand).resolves({
      DBSnapshots: [
        {
          DBSnapshotArn: snapshot('awsbackup:job-2'),
          Status: 'available',
          SnapshotCreateTime: new Date(now - 1000),
          EngineVersion: '17.4',
        },
        {
          DBSnapshotArn: snapshot('copied'),
          Status: 'available',
          SnapshotCreateTime: new Date(now - 5),
          OriginalSnapshotCreateTime: new Date(now - 2000),
          EngineVersion: '17.4',
        },
        {DBSnapshotArn: snapshot('under-way'), Status: 'creating', SnapshotCreateTime: new Date(now)},
      ],
    })
    expect(await port.recoveryPoints(region, 'vault', 'shop-production')).toEqual([
      {snapshot: snapshot('awsbackup:job-2'), createdAt: now - 1000, engineVersion: '17.4', from: 'aws-backup'},
      {snapshot: snapshot('copied'), createdAt: now - 2000, engineVersion: '17.4', from: 'rds'},
      {snapshot: snapshot('awsbackup:job-1'), createdAt: now - 3000, engineVersion: null, from: 'aws-backup'},
    ])
  })

  test("there are RDS's own without a vault", async () => {
    backup.on(ListRecoveryPointsByBackupVaultCommand).rejects(awsError('ResourceNotFoundException'))
    rds.on(DescribeDBSnapshotsCommand).resolves({DBSnapshots: []})
    expect(await port.recoveryPoints(region, 'vault', 'shop-production')).toEqual([])
  })

  test.each([
    ['a job runs', [{State: 'RUNNING' as const}], [], true],
    ['a job may begin at any moment', [{State: 'PENDING' as const}], [], true],
    ['a snapshot is being taken', [], [{Status: 'creating'}], true],
    ['everything has ended', [{State: 'COMPLETED' as const}], [{Status: 'available'}], false],
  ])('a backup is under way or not: %s', async (_, BackupJobs, DBSnapshots, expected) => {
    backup.on(ListBackupJobsCommand).resolves({BackupJobs})
    rds.on(DescribeDBSnapshotsCommand).resolves({DBSnapshots})
    expect(await port.backupRunning(region, 'shop-production')).toBe(expected)
    expect(backup.commandCalls(ListBackupJobsCommand)[0]?.args[0].input.ByResourceArn).toBe(
      `arn:aws:rds:${region}:111122223333:db:shop-production`,
    )
  })

  test("a snapshot that isn't there is null", async () => {
    rds.on(DescribeDBSnapshotsCommand).rejects(awsError('DBSnapshotNotFoundFault', 404))
    expect(await port.snapshot(region, 'final-1')).toBeNull()
  })
})

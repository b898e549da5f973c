import type * as B from '@aws-sdk/client-backup'
import type * as R from '@aws-sdk/client-rds'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {runBackupPlans} from '../../src/sandbox/services/backup-jobs.ts'
import {aPair, AWAY, HOME, NAME} from './a-pair.ts'
import type {Pair} from './a-pair.ts'
import {aResource} from './a-resource.ts'

let pair: Pair
const backup = async <Output>(operation: string, input: object, region = HOME): Promise<Output> =>
  (await pair.world.invoke('backup', operation, input, region)) as Output
const points = async (region: string): Promise<B.RecoveryPointByBackupVault[]> =>
  (
    await backup<B.ListRecoveryPointsByBackupVaultOutput>(
      'ListRecoveryPointsByBackupVault',
      {BackupVaultName: NAME, ByResourceType: 'RDS'},
      region,
    )
  ).RecoveryPoints ?? []
const jobs = async (): Promise<(string | undefined)[]> =>
  ((await backup<B.ListBackupJobsOutput>('ListBackupJobs', {})).BackupJobs ?? []).map(({State}) => State)

beforeEach(async () => {
  pair = await aPair()
  for (const {region, key} of [pair.home, pair.away]) {
    await aResource(pair.world, 'AWS::Backup::BackupVault', {BackupVaultName: NAME, EncryptionKeyArn: key}, {region})
  }
  const plan = await aResource(pair.world, 'AWS::Backup::BackupPlan', {
    BackupPlan: {
      BackupPlanName: NAME,
      BackupPlanRule: [
        {
          RuleName: 'daily',
          TargetBackupVault: NAME,
          RecoveryPointTags: {'sluice:backup': NAME},
          CopyActions: [{DestinationBackupVaultArn: `arn:aws:backup:${AWAY}:111122223333:backup-vault:${NAME}`}],
        },
      ],
    },
  })
  await aResource(pair.world, 'AWS::Backup::BackupSelection', {
    BackupPlanId: plan.id,
    BackupSelection: {
      SelectionName: 'tagged',
      IamRoleArn: 'arn:aws:iam::111122223333:role/backup',
      ListOfTags: [{ConditionType: 'STRINGEQUALS', ConditionKey: 'sluice:backup', ConditionValue: NAME}],
    },
  })
})
afterEach(async () => {
  await pair.close()
})

describe('a backup plan that runs', () => {
  it('takes the tagged database and not its replica, which is backing up meanwhile', async () => {
    expect(runBackupPlans(pair.world)).toMatchObject([
      {region: HOME, state: 'RUNNING', resource: pair.home.database.attributes['DBInstanceArn']},
    ])
    expect((await pair.instance(HOME)).DBInstanceStatus).toBe('backing-up')
    expect((await pair.instance(AWAY)).DBInstanceStatus).toBe('available')
    expect(await jobs()).toEqual(['RUNNING'])
    expect(await points(HOME)).toEqual([])
    await pair.leap(130)
    expect(await jobs()).toEqual(['COMPLETED'])
    expect(await points(HOME)).toMatchObject([
      {RecoveryPointArn: expect.stringContaining(':snapshot:awsbackup:job-') as string, Status: 'COMPLETED', ResourceType: 'RDS'},
    ])
  })

  it('copies to the other vault with the key of there, and the copy restores with the rows of when it began', async () => {
    pair.ask(pair.home.task(), {what: 'count', id: 1})
    runBackupPlans(pair.world)
    pair.ask(pair.home.task(), {what: 'count', id: 2})
    await pair.leap(140)
    expect(await points(AWAY)).toEqual([])
    await pair.leap(180)
    const [copy] = await points(AWAY)
    const arn = copy?.RecoveryPointArn ?? ''
    expect(arn).toContain(`:${AWAY}:111122223333:snapshot:awsbackup:copyjob-`)
    const {DBSnapshots} = await pair.rds<R.DBSnapshotMessage>('DescribeDBSnapshots', {SnapshotType: 'awsbackup'}, AWAY)
    expect(DBSnapshots).toMatchObject([
      {DBSnapshotArn: arn, DBInstanceIdentifier: NAME, Status: 'available', KmsKeyId: pair.away.key},
    ])
    await pair.rds(
      'RestoreDBInstanceFromDBSnapshot',
      {DBInstanceIdentifier: 'drill', DBSnapshotIdentifier: arn, DBSubnetGroupName: pair.away.subnets},
      AWAY,
    )
    await pair.leap(520)
    expect((await pair.instance(AWAY, 'drill')).DBInstanceStatus).toBe('available')
    expect(pair.databases.rows(AWAY, 'drill').map(({id}) => id)).toEqual([1])
  })

  it('is in no list of manual snapshots, and nobody deletes what it took there', async () => {
    runBackupPlans(pair.world)
    await pair.leap(140)
    expect((await pair.rds<R.DBSnapshotMessage>('DescribeDBSnapshots', {})).DBSnapshots).toEqual([])
    const id = (await points(HOME))[0]?.RecoveryPointArn?.split(':snapshot:')[1]
    expect(await pair.refusal('DeleteDBSnapshot', {DBSnapshotIdentifier: id})).toContain('managed by AWS Backup')
  })

  it('fails where the database is not available, and says why', async () => {
    pair.world.setFault({kind: 'backing-up', target: NAME})
    runBackupPlans(pair.world)
    expect(await jobs()).toEqual(['FAILED'])
  })

  it('copies nothing into a Region that is down', async () => {
    runBackupPlans(pair.world)
    await pair.leap(140)
    pair.world.setFault({kind: 'region-down', region: AWAY})
    await pair.leap(200)
    expect(await points(AWAY)).toEqual([])
    expect((await backup<B.ListCopyJobsOutput>('ListCopyJobs', {})).CopyJobs).toMatchObject([{State: 'FAILED'}])
  })
})

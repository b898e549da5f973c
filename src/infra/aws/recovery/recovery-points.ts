/**
 * From what a database could be restored in a Region: AWS Backup's vault and RDS's own snapshots, completed ones only. It only
 * reads, and never begins a backup: one of a replica would make it unpromotable while it lasts.
 */
import type {RecoveryPointByBackupVault} from '@aws-sdk/client-backup'
import type {DBSnapshot} from '@aws-sdk/client-rds'
import type {RecoveryPoint} from '../../../runbooks/recovery/ports/database-port.ts'
import {paged} from '../paged.ts'
import type {AwsSession} from '../session.ts'
import {unlessMissing} from '../unless-missing.ts'

type Signal = AbortSignal | undefined

const dayMs = 24 * 3_600_000

export async function recoveryPoints(
  session: AwsSession,
  vault: string,
  id: string,
  signal: Signal,
): Promise<readonly RecoveryPoint[]> {
  const [ofVault, snapshots] = await Promise.all([pointsOfVault(session, vault, signal), snapshotsOf(session, id, signal)])
  const byBackup = ofVault
    .filter((point) => point.Status === 'COMPLETED' && point.ResourceArn?.endsWith(`:db:${id}`) === true)
    .flatMap(pointOf)
  const byRds = snapshots.filter(({Status}) => Status === 'available').flatMap(snapshotPoint)
  // What both tell of is one; RDS knows its engine version.
  const all = new Map([...byBackup, ...byRds].map((point) => [point.snapshot, point]))
  const fromBackup = new Set(byBackup.map(({snapshot}) => snapshot))
  return [...all.values()]
    .map((point): RecoveryPoint => (fromBackup.has(point.snapshot) ? {...point, from: 'aws-backup'} : point))
    .toSorted((x, y) => y.createdAt - x.createdAt)
}

/** A vault that isn't there holds nothing. */
async function pointsOfVault(
  session: AwsSession,
  BackupVaultName: string,
  signal: Signal,
): Promise<readonly RecoveryPointByBackupVault[]> {
  const all = await unlessMissing(
    paged(async (NextToken) => {
      const page = await session.call(
        'backup',
        'ListRecoveryPointsByBackupVault',
        {BackupVaultName, ByResourceType: 'RDS', NextToken},
        {signal, resource: BackupVaultName},
      )
      return {items: page.RecoveryPoints, next: page.NextToken}
    }),
  )
  return all ?? []
}

async function snapshotsOf(session: AwsSession, DBInstanceIdentifier: string, signal: Signal): Promise<readonly DBSnapshot[]> {
  return paged(async (Marker) => {
    const page = await session.call(
      'rds',
      'DescribeDBSnapshots',
      {DBInstanceIdentifier, Marker},
      {signal, resource: DBInstanceIdentifier},
    )
    return {items: page.DBSnapshots, next: page.Marker}
  })
}

/** A continuous backup's point is no snapshot and can't be restored as one. */
function pointOf({RecoveryPointArn, CompletionDate, CreationDate}: RecoveryPointByBackupVault): readonly RecoveryPoint[] {
  const createdAt = (CreationDate ?? CompletionDate)?.getTime()
  if (RecoveryPointArn?.includes(':snapshot:') !== true || createdAt === undefined) return []
  return [{snapshot: RecoveryPointArn, createdAt, engineVersion: null, from: 'aws-backup'}]
}

function snapshotPoint({
  DBSnapshotArn,
  SnapshotCreateTime,
  OriginalSnapshotCreateTime,
  EngineVersion,
}: DBSnapshot): readonly RecoveryPoint[] {
  // A copy's own time says when it was copied; what it holds is as old as the original.
  const createdAt = (OriginalSnapshotCreateTime ?? SnapshotCreateTime)?.getTime()
  return DBSnapshotArn === undefined || createdAt === undefined
    ? []
    : [{snapshot: DBSnapshotArn, createdAt, engineVersion: EngineVersion ?? null, from: 'rds'}]
}

/** One that waits counts: it may begin at any moment. */
const unfinished = new Set<string | undefined>(['CREATED', 'PENDING', 'RUNNING'])

export async function backupRunning(session: AwsSession, account: string, id: string, signal: Signal): Promise<boolean> {
  const ByResourceArn = `arn:${session.partition}:rds:${session.region}:${account}:db:${id}`
  const [jobs, snapshots] = await Promise.all([
    paged(async (NextToken) => {
      const page = await session.call(
        'backup',
        'ListBackupJobs',
        {
          ByResourceArn,
          ByCreatedAfter: new Date(session.awsTime() - dayMs),
          NextToken,
        },
        {signal, resource: ByResourceArn},
      )
      return {items: page.BackupJobs, next: page.NextToken}
    }),
    snapshotsOf(session, id, signal),
  ])
  return jobs.some(({State}) => unfinished.has(State)) || snapshots.some(({Status}) => Status === 'creating')
}

export async function snapshotStatus(
  session: AwsSession,
  name: string,
  signal: Signal,
): Promise<{readonly status: string} | null> {
  const asked = session.call('rds', 'DescribeDBSnapshots', {DBSnapshotIdentifier: name}, {signal, resource: name})
  const found = (await unlessMissing(asked))?.DBSnapshots?.[0]
  return found === undefined ? null : {status: found.Status ?? ''}
}

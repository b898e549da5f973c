/**
 * What AWS Backup's plans do when they run: a job per database that a plan selects by tag, its snapshot in the vault, and then a
 * copy in each other vault. Volumes have no content here and are left out. Nothing runs by the plan's own schedule:
 * a day is long.
 */
import {canReach} from '../world/region-down.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {uuid} from '../world/uuid.ts'
import {DATABASE} from './rds-databases.ts'
import {statusOf} from './rds-life.ts'
import {copySnapshot, takeSnapshot} from './rds-snapshots.ts'
import {attribute, putRecord, recordOf, recordsOf} from './records/lookup.ts'
import {bag, bags, text, texts} from './records/properties.ts'
import type {Bag} from './records/properties.ts'

export const BACKUP_JOB = 'AWS::Backup::BackupJob'
export const COPY_JOB = 'AWS::Backup::CopyJob'
export const RECOVERY_POINT = 'AWS::Backup::RecoveryPoint'
const COPIED_AFTER_MS = 180_000

export interface StartedJob {
  readonly region: string
  readonly job: string
  readonly resource: string
  readonly state: 'RUNNING' | 'FAILED'
}

/** Every plan of the account, now. What it takes goes on by the clock: about 2 virtual minutes, and 3 more for the copy. */
export function runBackupPlans(world: World): readonly StartedJob[] {
  return world.regions.flatMap((region) =>
    recordsOf(world, 'AWS::Backup::BackupPlan', region).flatMap((plan) =>
      bags(bag(plan.properties, 'BackupPlan'), 'BackupPlanRule').flatMap((rule) =>
        selected(world, plan).map((database) => startJob(world, database, rule)),
      ),
    ),
  )
}

function selected(world: World, plan: AccountRecord): readonly AccountRecord[] {
  const selections = recordsOf(world, 'AWS::Backup::BackupSelection', plan.region)
    .filter(({properties}) => text(properties, 'BackupPlanId') === plan.id)
    .map(({properties}) => bag(properties, 'BackupSelection'))
  return recordsOf(world, DATABASE, plan.region).filter((database) => selections.some((one) => selects(one, database)))
}

/** Any of the tags will do. */
function selects(selection: Bag, database: AccountRecord): boolean {
  return (
    texts(selection, 'Resources').includes(attribute(database, 'DBInstanceArn'))
    || bags(selection, 'ListOfTags').some((one) => database.tags[text(one, 'ConditionKey') ?? ''] === text(one, 'ConditionValue'))
  )
}

function startJob(world: World, database: AccountRecord, rule: Bag): StartedJob {
  const {region} = database
  const id = uuid(world)
  const resource = attribute(database, 'DBInstanceArn')
  const vault = text(rule, 'TargetBackupVault') ?? ''
  const status = statusOf(world, database)
  const state =
    status === 'available' && recordOf(world, 'AWS::Backup::BackupVault', region, vault) !== undefined ? 'RUNNING' : 'FAILED'
  putRecord(world, {
    type: BACKUP_JOB,
    region,
    id,
    status: state,
    properties: {
      ResourceArn: resource,
      BackupVaultName: vault,
      ResourceType: 'RDS',
      ...(state === 'FAILED' && {
        StatusMessage: `Instance ${database.id} is not in available state. Its state is ${status}.`,
        CompletedAt: world.clock.now(),
      }),
    },
  })
  if (state === 'FAILED') return {region, job: id, resource, state}
  takeSnapshot(world, database, {
    name: `awsbackup:job-${id}`,
    kind: 'awsbackup',
    done: (snapshot) => {
      const tags = bag(rule, 'RecoveryPointTags') as Record<string, string>
      enterVault(world, {snapshot, vault, resource, tags})
      settle(world, BACKUP_JOB, region, id, 'COMPLETED', {RecoveryPointArn: attribute(snapshot, 'Arn')})
      for (const action of bags(rule, 'CopyActions'))
        startCopy(world, {snapshot, resource, tags, to: text(action, 'DestinationBackupVaultArn') ?? ''})
    },
  })
  return {region, job: id, resource, state}
}

function startCopy(
  world: World,
  {
    snapshot,
    resource,
    tags,
    to,
  }: {readonly snapshot: AccountRecord; readonly resource: string; readonly tags: AccountRecord['tags']; readonly to: string},
): void {
  const [, , , region = '', , , vault = ''] = to.split(':')
  const id = uuid(world)
  putRecord(world, {
    type: COPY_JOB,
    region: snapshot.region,
    id,
    status: 'RUNNING',
    properties: {
      ResourceArn: resource,
      DestinationBackupVaultArn: to,
      SourceRecoveryPointArn: attribute(snapshot, 'Arn'),
      ResourceType: 'RDS',
    },
  })
  world.clock.at(world.clock.now() + COPIED_AFTER_MS, () => {
    const there = recordOf(world, 'AWS::Backup::BackupVault', region, vault)
    if (there === undefined || !canReach(world, snapshot.region, region)) {
      settle(world, COPY_JOB, snapshot.region, id, 'FAILED', {
        StatusMessage: `Copy job failed: the vault ${to} can't be reached.`,
      })
      return
    }
    const copy = copySnapshot(world, snapshot, {
      region,
      id: `awsbackup:copyjob-${id}`,
      kmsKey: text(there.properties, 'EncryptionKeyArn'),
    })
    enterVault(world, {snapshot: copy, vault, resource, tags})
    settle(world, COPY_JOB, snapshot.region, id, 'COMPLETED', {DestinationRecoveryPointArn: attribute(copy, 'Arn')})
  })
}

/** A recovery point is the snapshot's own ARN. */
function enterVault(
  world: World,
  {
    snapshot,
    vault,
    resource,
    tags,
  }: {readonly snapshot: AccountRecord; readonly vault: string; readonly resource: string; readonly tags: AccountRecord['tags']},
): void {
  putRecord(world, {
    type: RECOVERY_POINT,
    region: snapshot.region,
    id: attribute(snapshot, 'Arn'),
    status: 'COMPLETED',
    tags,
    properties: {BackupVaultName: vault, ResourceArn: resource, ResourceType: 'RDS', StartedAt: snapshot.createdAt},
  })
}

function settle(world: World, type: string, region: string, id: string, status: string, more: Bag): void {
  const job = recordOf(world, type, region, id)
  if (job !== undefined)
    world.records.change(region, type, id, {status, properties: {...job.properties, ...more, CompletedAt: world.clock.now()}})
}

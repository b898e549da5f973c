/**
 * AWS Backup: vaults, plans, selections and restore tests as they were declared,
 * and the jobs and recovery points of plans that ran.
 */
import type * as B from '@aws-sdk/client-backup'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {BACKUP_JOB, COPY_JOB, RECOVERY_POINT} from './backup-jobs.ts'
import {attribute, recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {bag, bags, number, text, texts} from './records/properties.ts'
import type {Bag} from './records/properties.ts'

const VAULT = 'AWS::Backup::BackupVault'
const PLAN = 'AWS::Backup::BackupPlan'
const SELECTION = 'AWS::Backup::BackupSelection'
const TEST = 'AWS::Backup::RestoreTestingPlan'

export function createBackup(world: World): Service {
  const find = (type: string, call: CallContext, id: string | undefined): AccountRecord => {
    const found = recordOf(world, type, call.region, id ?? '')
    if (found === undefined) {
      throw new AwsFault(
        'ResourceNotFoundException',
        `Cannot find ${(type.split('::')[2] ?? '').replace(/([a-z])([A-Z])/g, '$1 $2')} with ID ${id ?? ''}`,
      )
    }
    return found
  }
  return {
    name: 'backup',
    operations: {
      ListBackupVaults: (input: B.ListBackupVaultsInput, call: CallContext): B.ListBackupVaultsOutput => {
        const {items, next} = page(recordsOf(world, VAULT, call.region), input.NextToken, input.MaxResults ?? 1000)
        return {BackupVaultList: items.map((one) => vault(world, one)), NextToken: next}
      },
      DescribeBackupVault: ({BackupVaultName}: B.DescribeBackupVaultInput, call: CallContext): B.DescribeBackupVaultOutput => {
        const found = recordOf(world, VAULT, call.region, BackupVaultName ?? '')
        // As AWS does: that a vault isn't there is nobody's business who may not look.
        if (found === undefined) {
          throw new AwsFault('AccessDeniedException', 'Insufficient privileges to perform this action.', 403)
        }
        return vault(world, found)
      },
      DeleteBackupVault: ({BackupVaultName}: B.DeleteBackupVaultInput, call: CallContext): object => {
        const found = find(VAULT, call, BackupVaultName)
        if (recoveryPoints(world, found).length > 0) {
          throw new AwsFault('InvalidRequestException', 'Backup vault cannot be deleted because it contains recovery points')
        }
        world.records.remove(call.region, VAULT, found.id)
        return {}
      },
      ListRecoveryPointsByBackupVault: (
        input: B.ListRecoveryPointsByBackupVaultInput,
        call: CallContext,
      ): B.ListRecoveryPointsByBackupVaultOutput => {
        const found = recoveryPoints(world, find(VAULT, call, input.BackupVaultName)).filter(
          ({createdAt, properties}) =>
            (input.ByResourceArn === undefined || text(properties, 'ResourceArn') === input.ByResourceArn)
            && (input.ByResourceType === undefined || text(properties, 'ResourceType') === input.ByResourceType)
            && isBetween(createdAt, input.ByCreatedAfter, input.ByCreatedBefore),
        )
        const {items, next} = page(found, input.NextToken, input.MaxResults ?? 1000)
        return {RecoveryPoints: items.map((one) => recoveryPoint(world, one)), NextToken: next}
      },
      ListRecoveryPointsByResource: (
        input: B.ListRecoveryPointsByResourceInput,
        call: CallContext,
      ): B.ListRecoveryPointsByResourceOutput => {
        const found = recordsOf(world, RECOVERY_POINT, call.region).filter(
          ({properties}) => text(properties, 'ResourceArn') === input.ResourceArn,
        )
        const {items, next} = page(found, input.NextToken, input.MaxResults ?? 1000)
        return {
          RecoveryPoints: items.map((one) => ({
            RecoveryPointArn: one.id,
            BackupVaultName: text(one.properties, 'BackupVaultName'),
            Status: 'COMPLETED',
            CreationDate: new Date(one.createdAt),
          })),
          NextToken: next,
        }
      },
      DescribeRecoveryPoint: (input: B.DescribeRecoveryPointInput, call: CallContext): B.DescribeRecoveryPointOutput => {
        const found = recoveryPoints(world, find(VAULT, call, input.BackupVaultName)).find(
          ({id}) => id === input.RecoveryPointArn,
        )
        if (found === undefined)
          throw new AwsFault('ResourceNotFoundException', `Recovery point not found: ${input.RecoveryPointArn ?? ''}`)
        return recoveryPoint(world, found)
      },
      ListBackupJobs: (input: B.ListBackupJobsInput, call: CallContext): B.ListBackupJobsOutput => {
        const found = recordsOf(world, BACKUP_JOB, call.region).filter(
          ({createdAt, status, properties}) =>
            (input.ByResourceArn === undefined || text(properties, 'ResourceArn') === input.ByResourceArn)
            && (input.ByResourceType === undefined || text(properties, 'ResourceType') === input.ByResourceType)
            && (input.ByBackupVaultName === undefined || text(properties, 'BackupVaultName') === input.ByBackupVaultName)
            && (input.ByState === undefined || status === input.ByState)
            && isBetween(createdAt, input.ByCreatedAfter, input.ByCreatedBefore),
        )
        const {items, next} = page(found, input.NextToken, input.MaxResults ?? 1000)
        return {BackupJobs: items.map((one) => backupJob(world, one)), NextToken: next}
      },
      ListCopyJobs: (input: B.ListCopyJobsInput, call: CallContext): B.ListCopyJobsOutput => {
        const found = recordsOf(world, COPY_JOB, call.region).filter(
          ({status, properties}) =>
            (input.ByResourceArn === undefined || text(properties, 'ResourceArn') === input.ByResourceArn)
            && (input.ByState === undefined || status === input.ByState),
        )
        const {items, next} = page(found, input.NextToken, input.MaxResults ?? 1000)
        return {CopyJobs: items.map((one) => copyJob(world, one)), NextToken: next}
      },
      ListBackupPlans: (input: B.ListBackupPlansInput, call: CallContext): B.ListBackupPlansOutput => {
        const {items, next} = page(recordsOf(world, PLAN, call.region), input.NextToken, input.MaxResults ?? 1000)
        return {
          BackupPlansList: items.map((one) => ({
            ...planIdentity(one),
            BackupPlanName: text(bag(one.properties, 'BackupPlan'), 'BackupPlanName'),
          })),
          NextToken: next,
        }
      },
      GetBackupPlan: ({BackupPlanId}: B.GetBackupPlanInput, call: CallContext): B.GetBackupPlanOutput => {
        const found = find(PLAN, call, BackupPlanId)
        const plan = bag(found.properties, 'BackupPlan')
        return {
          ...planIdentity(found),
          BackupPlan: {BackupPlanName: text(plan, 'BackupPlanName'), Rules: bags(plan, 'BackupPlanRule').map(planRule)},
        }
      },
      ListBackupSelections: (input: B.ListBackupSelectionsInput, call: CallContext): B.ListBackupSelectionsOutput => {
        const plan = find(PLAN, call, input.BackupPlanId)
        const found = recordsOf(world, SELECTION, call.region).filter(
          ({properties}) => text(properties, 'BackupPlanId') === plan.id,
        )
        const {items, next} = page(found, input.NextToken, input.MaxResults ?? 1000)
        return {
          BackupSelectionsList: items.map((one) => {
            const selection = bag(one.properties, 'BackupSelection')
            return {
              SelectionId: attribute(one, 'SelectionId'),
              SelectionName: text(selection, 'SelectionName'),
              BackupPlanId: plan.id,
              CreationDate: new Date(one.createdAt),
              IamRoleArn: text(selection, 'IamRoleArn'),
            }
          }),
          NextToken: next,
        }
      },
      GetBackupSelection: (
        {BackupPlanId, SelectionId}: B.GetBackupSelectionInput,
        call: CallContext,
      ): B.GetBackupSelectionOutput => {
        const found = find(SELECTION, call, `${SelectionId ?? ''}_${BackupPlanId ?? ''}`)
        return {
          BackupPlanId,
          SelectionId,
          CreationDate: new Date(found.createdAt),
          BackupSelection: selectionShape(bag(found.properties, 'BackupSelection')),
        }
      },
      ListRestoreTestingPlans: (input: B.ListRestoreTestingPlansInput, call: CallContext): B.ListRestoreTestingPlansOutput => {
        const {items, next} = page(recordsOf(world, TEST, call.region), input.NextToken, input.MaxResults ?? 100)
        return {RestoreTestingPlans: items.map(testPlan), NextToken: next}
      },
      ListRestoreTestingSelections: (
        input: B.ListRestoreTestingSelectionsInput,
        call: CallContext,
      ): B.ListRestoreTestingSelectionsOutput => ({
        RestoreTestingSelections: recordsOf(world, 'AWS::Backup::RestoreTestingSelection', call.region)
          .filter(
            ({properties}) => text(properties, 'RestoreTestingPlanName') === find(TEST, call, input.RestoreTestingPlanName).id,
          )
          .map(({properties, createdAt}) => ({
            CreationTime: new Date(createdAt),
            IamRoleArn: text(properties, 'IamRoleArn'),
            ProtectedResourceType: text(properties, 'ProtectedResourceType'),
            RestoreTestingPlanName: text(properties, 'RestoreTestingPlanName'),
            RestoreTestingSelectionName: text(properties, 'RestoreTestingSelectionName'),
            ValidationWindowHours: number(properties, 'ValidationWindowHours'),
          })),
      }),
    },
  }
}

function recoveryPoints(world: World, of: AccountRecord): readonly AccountRecord[] {
  return recordsOf(world, RECOVERY_POINT, of.region).filter(({properties}) => text(properties, 'BackupVaultName') === of.id)
}

const isBetween = (at: number, after: Date | undefined, before: Date | undefined): boolean =>
  at >= (after?.getTime() ?? -Infinity) && at <= (before?.getTime() ?? Infinity)

function recoveryPoint(world: World, {id, region, properties, createdAt}: AccountRecord): B.RecoveryPointByBackupVault {
  const vaultName = text(properties, 'BackupVaultName') ?? ''
  return {
    RecoveryPointArn: id,
    BackupVaultName: vaultName,
    BackupVaultArn: attribute(recordOf(world, VAULT, region, vaultName) ?? NO_VAULT, 'BackupVaultArn'),
    Status: 'COMPLETED',
    CreationDate: new Date(number(properties, 'StartedAt') ?? createdAt),
    CompletionDate: new Date(createdAt),
    ResourceArn: text(properties, 'ResourceArn'),
    ResourceName: text(properties, 'ResourceArn')?.split(':').at(-1),
    ResourceType: text(properties, 'ResourceType'),
    IsEncrypted: true,
  }
}

const NO_VAULT = {
  region: '',
  type: VAULT,
  id: '',
  properties: {},
  attributes: {},
  tags: {},
  status: '',
  createdAt: 0,
  stack: null,
}

function completion(properties: Bag): {readonly CompletionDate?: Date} {
  const at = number(properties, 'CompletedAt')
  return at === undefined ? {} : {CompletionDate: new Date(at)}
}

function backupJob(world: World, {id, status, properties, createdAt}: AccountRecord): B.BackupJob {
  return {
    AccountId: world.account,
    BackupJobId: id,
    BackupVaultName: text(properties, 'BackupVaultName'),
    RecoveryPointArn: text(properties, 'RecoveryPointArn'),
    ResourceArn: text(properties, 'ResourceArn'),
    ResourceType: text(properties, 'ResourceType'),
    State: status as B.BackupJobState,
    StatusMessage: text(properties, 'StatusMessage'),
    PercentDone: status === 'COMPLETED' ? '100.0' : '0.0',
    CreationDate: new Date(createdAt),
    ...completion(properties),
  }
}

function copyJob(world: World, {id, status, properties, createdAt}: AccountRecord): B.CopyJob {
  return {
    AccountId: world.account,
    CopyJobId: id,
    SourceRecoveryPointArn: text(properties, 'SourceRecoveryPointArn'),
    DestinationBackupVaultArn: text(properties, 'DestinationBackupVaultArn'),
    DestinationRecoveryPointArn: text(properties, 'DestinationRecoveryPointArn'),
    ResourceArn: text(properties, 'ResourceArn'),
    ResourceType: text(properties, 'ResourceType'),
    State: status as B.CopyJobState,
    StatusMessage: text(properties, 'StatusMessage'),
    CreationDate: new Date(createdAt),
    ...completion(properties),
  }
}

/** A governance lock has no date; a compliance lock's is when it can't be undone any more. */
function vault(world: World, record: AccountRecord): B.BackupVaultListMember {
  const lock = bag(record.properties, 'LockConfiguration')
  const changeable = number(lock, 'ChangeableForDays')
  return {
    BackupVaultName: record.id,
    BackupVaultArn: attribute(record, 'BackupVaultArn'),
    CreationDate: new Date(record.createdAt),
    EncryptionKeyArn: text(record.properties, 'EncryptionKeyArn'),
    NumberOfRecoveryPoints: recoveryPoints(world, record).length,
    Locked: Object.keys(lock).length > 0,
    MinRetentionDays: number(lock, 'MinRetentionDays'),
    MaxRetentionDays: number(lock, 'MaxRetentionDays'),
    ...(changeable !== undefined && {LockDate: new Date(record.createdAt + changeable * 86_400_000)}),
  }
}

function planIdentity(
  plan: AccountRecord,
): Pick<B.BackupPlansListMember, 'BackupPlanId' | 'BackupPlanArn' | 'VersionId' | 'CreationDate'> {
  return {
    BackupPlanId: plan.id,
    BackupPlanArn: attribute(plan, 'BackupPlanArn'),
    VersionId: attribute(plan, 'VersionId'),
    CreationDate: new Date(plan.createdAt),
  }
}

function lifecycle(from: Bag): {readonly Lifecycle?: B.Lifecycle} {
  const given = bag(from, 'Lifecycle')
  if (Object.keys(given).length === 0) return {}
  return {
    Lifecycle: {
      DeleteAfterDays: number(given, 'DeleteAfterDays'),
      MoveToColdStorageAfterDays: number(given, 'MoveToColdStorageAfterDays'),
    },
  }
}

/** The API's names for what a template calls `TargetBackupVault`, `StartWindowMinutes`. */
function planRule(rule: Bag): B.BackupRule {
  return {
    RuleName: text(rule, 'RuleName'),
    TargetBackupVaultName: text(rule, 'TargetBackupVault'),
    ScheduleExpression: text(rule, 'ScheduleExpression'),
    ScheduleExpressionTimezone: text(rule, 'ScheduleExpressionTimezone'),
    StartWindowMinutes: number(rule, 'StartWindowMinutes'),
    CompletionWindowMinutes: number(rule, 'CompletionWindowMinutes'),
    EnableContinuousBackup: text(rule, 'EnableContinuousBackup') === 'true',
    ...lifecycle(rule),
    RecoveryPointTags: bag(rule, 'RecoveryPointTags') as Record<string, string>,
    CopyActions: bags(rule, 'CopyActions').map((one) => ({
      DestinationBackupVaultArn: text(one, 'DestinationBackupVaultArn'),
      ...lifecycle(one),
    })),
  }
}

function selectionShape(selection: Bag): B.BackupSelection {
  return {
    SelectionName: text(selection, 'SelectionName'),
    IamRoleArn: text(selection, 'IamRoleArn'),
    Resources: [...texts(selection, 'Resources')],
    ListOfTags: bags(selection, 'ListOfTags').map((one) => ({
      ConditionType: text(one, 'ConditionType') as 'STRINGEQUALS',
      ConditionKey: text(one, 'ConditionKey'),
      ConditionValue: text(one, 'ConditionValue'),
    })),
  }
}

function testPlan({id, properties, attributes, createdAt}: AccountRecord): B.RestoreTestingPlanForList {
  return {
    RestoreTestingPlanName: id,
    RestoreTestingPlanArn: text(attributes, 'RestoreTestingPlanArn'),
    CreationTime: new Date(createdAt),
    ScheduleExpression: text(properties, 'ScheduleExpression'),
    ScheduleExpressionTimezone: text(properties, 'ScheduleExpressionTimezone'),
    StartWindowHours: number(properties, 'StartWindowHours'),
  }
}

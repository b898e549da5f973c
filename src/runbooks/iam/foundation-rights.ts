/**
 * What CloudFormation does with the caller's own rights when it deploys or deletes a foundation stack, which can't have the
 * execution role, because it makes it. By type of resource, as the types' published handlers need it; the types are held
 * against the template by a test. A table.
 */
import type {Where} from './where.ts'

export interface Rights {
  readonly types: readonly string[]
  readonly actions: readonly string[]
  readonly resources: (where: Where) => readonly string[]
}

const own = ({service, environment}: Where): string => `${service}-${environment}`
const each = (where: Where, service: string, ...resources: readonly string[]): readonly string[] =>
  where.regions.flatMap((region) =>
    resources.map((resource) => `arn:${where.partition}:${service}:${region}:${where.account}:${resource}`),
  )

export const foundationRights: Readonly<Record<string, Rights>> = {
  FoundationKeys: {
    types: ['AWS::KMS::Key', 'AWS::KMS::Alias'],
    actions: [
      'kms:CreateKey',
      'kms:DescribeKey',
      'kms:EnableKeyRotation',
      'kms:GetKeyPolicy',
      'kms:GetKeyRotationStatus',
      'kms:ListResourceTags',
      'kms:PutKeyPolicy',
      'kms:TagResource',
      'kms:UntagResource',
      'kms:UpdateKeyDescription',
      'kms:CreateAlias',
      'kms:DeleteAlias',
      'kms:ListAliases',
      'kms:UpdateAlias',
      'kms:GenerateDataKey',
      'kms:Decrypt',
    ],
    // A key that is being made has no id, and its alias comes after it.
    resources: () => ['*'],
  },
  FoundationBuckets: {
    types: ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy'],
    actions: [
      's3:CreateBucket',
      's3:ListBucket',
      's3:GetBucket*',
      's3:PutBucket*',
      's3:DeleteBucketPolicy',
      's3:GetEncryptionConfiguration',
      's3:PutEncryptionConfiguration',
      's3:GetLifecycleConfiguration',
      's3:PutLifecycleConfiguration',
      's3:GetReplicationConfiguration',
      's3:GetAccelerateConfiguration',
      's3:GetAnalyticsConfiguration',
      's3:GetInventoryConfiguration',
      's3:GetMetricsConfiguration',
      's3:GetIntelligentTieringConfiguration',
      's3:ListTagsForResource',
      's3:TagResource',
    ],
    resources: (where) => [
      `arn:${where.partition}:s3:::${own(where)}-*`,
      ...where.regions.map((region) => `arn:${where.partition}:s3:::sluice-state-${where.account}-${region}`),
    ],
  },
  FoundationSecrets: {
    types: ['AWS::SecretsManager::Secret'],
    actions: [
      'secretsmanager:CreateSecret',
      'secretsmanager:DescribeSecret',
      'secretsmanager:UpdateSecret',
      'secretsmanager:TagResource',
      'secretsmanager:UntagResource',
    ],
    resources: (where) => each(where, 'secretsmanager', 'secret:*'),
  },
  FoundationPasswords: {
    types: ['AWS::SecretsManager::Secret'],
    actions: ['secretsmanager:GetRandomPassword'],
    resources: () => ['*'],
  },
  FoundationParameters: {
    types: ['AWS::SSM::Parameter'],
    actions: [
      'ssm:GetParameter',
      'ssm:GetParameters',
      'ssm:PutParameter',
      'ssm:DeleteParameter',
      'ssm:AddTagsToResource',
      'ssm:RemoveTagsFromResource',
      'ssm:ListTagsForResource',
    ],
    resources: (where) => each(where, 'ssm', `parameter/${where.service}/${where.environment}/*`),
  },
  FoundationRoles: {
    types: ['AWS::IAM::Role'],
    actions: [
      'iam:CreateRole',
      'iam:DeleteRole',
      'iam:GetRole',
      'iam:UpdateRole',
      'iam:UpdateRoleDescription',
      'iam:UpdateAssumeRolePolicy',
      'iam:PutRolePolicy',
      'iam:GetRolePolicy',
      'iam:DeleteRolePolicy',
      'iam:ListRolePolicies',
      'iam:AttachRolePolicy',
      'iam:DetachRolePolicy',
      'iam:ListAttachedRolePolicies',
      'iam:TagRole',
      'iam:UntagRole',
    ],
    resources: (where) => [`arn:${where.partition}:iam::${where.account}:role/${own(where)}-*`],
  },
  FoundationSwitch: {
    types: ['AWS::Scheduler::ScheduleGroup'],
    actions: [
      'scheduler:CreateScheduleGroup',
      'scheduler:GetScheduleGroup',
      'scheduler:DeleteScheduleGroup',
      'scheduler:DeleteSchedule',
      'scheduler:TagResource',
      'scheduler:UntagResource',
      'scheduler:ListTagsForResource',
    ],
    resources: (where) => each(where, 'scheduler', `schedule-group/${own(where)}-sluice`, `schedule/${own(where)}-sluice/*`),
  },
  FoundationQueues: {
    types: ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy'],
    actions: [
      'sqs:CreateQueue',
      'sqs:GetQueueAttributes',
      'sqs:SetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ListQueueTags',
      'sqs:TagQueue',
      'sqs:UntagQueue',
    ],
    resources: (where) => each(where, 'sqs', `${own(where)}-*`),
  },
  FoundationLogs: {
    types: ['AWS::Logs::LogGroup'],
    actions: [
      'logs:CreateLogGroup',
      'logs:DescribeLogGroups',
      'logs:PutRetentionPolicy',
      'logs:AssociateKmsKey',
      'logs:DisassociateKmsKey',
      'logs:ListTagsForResource',
      'logs:TagResource',
      'logs:UntagResource',
      'logs:DescribeIndexPolicies',
      'logs:GetDataProtectionPolicy',
    ],
    resources: (where) => each(where, 'logs', 'log-group:*'),
  },
  FoundationFence: {
    types: ['AWS::Lambda::Function', 'AWS::Lambda::Permission'],
    actions: [
      'lambda:CreateFunction',
      'lambda:GetFunction',
      'lambda:UpdateFunctionCode',
      'lambda:UpdateFunctionConfiguration',
      'lambda:DeleteFunction',
      'lambda:PutFunctionConcurrency',
      'lambda:AddPermission',
      'lambda:RemovePermission',
      'lambda:GetPolicy',
      'lambda:GetFunctionCodeSigningConfig',
      'lambda:ListTags',
      'lambda:TagResource',
      'lambda:UntagResource',
    ],
    resources: (where) => each(where, 'lambda', `function:${own(where)}-*`),
  },
  FoundationRules: {
    types: ['AWS::Events::Rule'],
    actions: [
      'events:PutRule',
      'events:DescribeRule',
      'events:PutTargets',
      'events:RemoveTargets',
      'events:DeleteRule',
      'events:ListTargetsByRule',
      'events:ListTagsForResource',
      'events:TagResource',
      'events:UntagResource',
    ],
    resources: (where) => each(where, 'events', `rule/${own(where)}-*`),
  },
}

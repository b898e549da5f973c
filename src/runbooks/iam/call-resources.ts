/**
 * On what a call of a team's own works, as far as its input tells: resources by action, as IAM's service authorization reference knows
 * them. An action that isn't in here is one for which IAM knows no resource, or none
 * that an input could tell. A table. Pure.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/
 */
import type {CallInput} from './call-input.ts'

export interface At {
  readonly partition: string
  readonly account: string
  readonly region: string
}

/** null: the input doesn't tell. */
export type Resources = (input: CallInput, at: At) => readonly string[] | null

export const arnAt = ({partition, account, region}: At, service: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`

const isArn = (text: string): boolean => text.startsWith('arn:')
/** Name in an ARN or by itself. */
const lastOf = (text: string): string => (isArn(text) ? (text.split(/[:/]/).at(-1) ?? text) : text)

/** ARNs as they are, names in their ARN. */
const by =
  (member: string, service: string, ...resources: readonly ((name: string) => string)[]): Resources =>
  (input, at) =>
    input.texts(member)?.flatMap((one) => (isArn(one) ? [one] : resources.map((resource) => arnAt(at, service, resource(one)))))
    ?? null

const globally =
  (member: string, service: string, resource: (name: string) => string): Resources =>
  (input, {partition}) =>
    input.texts(member)?.map((one) => `arn:${partition}:${service}:::${resource(lastOf(one))}`) ?? null

const inIam =
  (member: string, kind: string): Resources =>
  (input, {partition, account}) =>
    // Its path isn't in its name.
    input.texts(member)?.flatMap((one) => ['', '*/'].map((path) => `arn:${partition}:iam::${account}:${kind}/${path}${one}`))
    ?? null

export const clusterOf = (input: CallInput): string => lastOf(input.texts('cluster')?.[0] ?? 'default')
const inCluster =
  (member: string, kind: string): Resources =>
  (input, at) =>
    input.texts(member)?.map((one) => (isArn(one) ? one : arnAt(at, 'ecs', `${kind}/${clusterOf(input)}/${one}`))) ?? null
const clusters: Resources = (input, at) =>
  (input.texts('clusters') ?? input.texts('cluster') ?? ['default']).map((one) =>
    isArn(one) ? one : arnAt(at, 'ecs', `cluster/${one}`),
  )
const taskDefinition: Resources = (input, at) =>
  input.texts('taskDefinition')?.map((one) => {
    const versioned = /:\d+$/.test(one) ? one : `${one}:*`
    return isArn(one) ? versioned : arnAt(at, 'ecs', `task-definition/${versioned}`)
  }) ?? null

const bucket = globally('Bucket', 's3', (name) => name)
const object: Resources = (input, {partition}) => {
  const [name] = input.texts('Bucket') ?? []
  return name === undefined ? null : [`arn:${partition}:s3:::${lastOf(name)}/${input.texts('Key')?.[0] ?? '*'}`]
}
const group = by('AutoScalingGroupName', 'autoscaling', (name) => `autoScalingGroup:*:autoScalingGroupName/${name}`)
const alarms = by('AlarmNames', 'cloudwatch', (name) => `alarm:${name}`)
const vault = by('BackupVaultName', 'backup', (name) => `backup-vault:${name}`)
const stack = by('StackName', 'cloudformation', (name) => `stack/${name}/*`)
const logGroup: Resources = (input, at) =>
  (input.texts('logGroupName') ?? input.texts('logGroupIdentifier'))?.flatMap((one) => {
    const itself = isArn(one) ? one.replace(/:\*$/, '') : arnAt(at, 'logs', `log-group:${one}`)
    return [itself, `${itself}:*`]
  }) ?? null
/** Secrets Manager puts six letters behind a name; whoever writes an ARN may have left them out. */
const secret: Resources = (input, at) =>
  input.texts('SecretId')?.map((one) => {
    const itself = isArn(one) ? one : arnAt(at, 'secretsmanager', `secret:${one}`)
    return isArn(one) && /-[A-Za-z0-9]{6}$/.test(one) ? one : `${itself}-??????`
  }) ?? null
const repository = by('repositoryName', 'ecr', (name) => `repository/${name}`)
const zone = globally('HostedZoneId', 'route53', (id) => `hostedzone/${lastPart(id)}`)
/** A policy knows keys by their ids alone; an alias binds it as a condition. */
const key: Resources = (input, at) =>
  input
    .texts('KeyId')
    ?.map((one) => (aliasOf(one) !== null ? arnAt(at, 'kms', 'key/*') : isArn(one) ? one : arnAt(at, 'kms', `key/${one}`)))
  ?? null
export const aliasOf = (id: string): string | null => /(?:^|:)(alias\/.*)$/.exec(id)?.[1] ?? null
/** AWS's own documents belong to no account. */
const documents: Resources = (input, at) =>
  input.texts('DocumentName')?.flatMap((one) => {
    if (isArn(one)) return [one, arnAt(at, 'ssm', 'automation-execution/*')]
    const whose = /^(AWS|Amazon)[A-Za-z0-9]*-/.test(one) ? {...at, account: ''} : at
    return [
      arnAt(whose, 'ssm', `document/${one}`),
      arnAt(whose, 'ssm', `automation-definition/${one}:*`),
      arnAt(at, 'ssm', 'automation-execution/*'),
    ]
  }) ?? null

function lastPart(id: string): string {
  return id.split('/').at(-1) ?? id
}

export const callResources: Readonly<Record<string, Resources>> = {
  'ecs:UpdateService': inCluster('service', 'service'),
  'ecs:DescribeServices': inCluster('services', 'service'),
  'ecs:DescribeTasks': inCluster('tasks', 'task'),
  'ecs:DescribeContainerInstances': inCluster('containerInstances', 'container-instance'),
  'ecs:DescribeClusters': clusters,
  'ecs:ListContainerInstances': clusters,
  'ecs:RunTask': taskDefinition,
  'autoscaling:SetDesiredCapacity': group,
  'autoscaling:UpdateAutoScalingGroup': group,
  'autoscaling:PutScheduledUpdateGroupAction': group,
  'autoscaling:SuspendProcesses': group,
  'autoscaling:ResumeProcesses': group,
  'application-autoscaling:RegisterScalableTarget': (_, at) => [arnAt(at, 'application-autoscaling', 'scalable-target/*')],
  'cloudwatch:DisableAlarmActions': alarms,
  'cloudwatch:EnableAlarmActions': alarms,
  'ssm:StartAutomationExecution': documents,
  'ssm:GetAutomationExecution': by('AutomationExecutionId', 'ssm', (id) => `automation-execution/${id}`),
  'backup:StartBackupJob': vault,
  'backup:DescribeBackupVault': vault,
  'backup:GetBackupVaultAccessPolicy': vault,
  'backup:GetBackupVaultNotifications': vault,
  'backup:ListRecoveryPointsByBackupVault': vault,
  'rds:DescribeDBInstances': (input, at) =>
    by('DBInstanceIdentifier', 'rds', (id) => `db:${id}`)(input, at) ?? [arnAt(at, 'rds', 'db:*')],
  'rds:DescribeDBLogFiles': by('DBInstanceIdentifier', 'rds', (id) => `db:${id}`),
  'rds:DescribeDBClusters': (input, at) =>
    by('DBClusterIdentifier', 'rds', (id) => `cluster:${id}`)(input, at) ?? [arnAt(at, 'rds', 'cluster:*')],
  'secretsmanager:DescribeSecret': secret,
  'secretsmanager:GetResourcePolicy': secret,
  'secretsmanager:ListSecretVersionIds': secret,
  'ecr:DescribeRepositories': by('repositoryNames', 'ecr', (name) => `repository/${name}`),
  'ecr:DescribeImages': repository,
  'ecr:ListImages': repository,
  'ecr:BatchGetImage': repository,
  'ecr:DescribeImageScanFindings': repository,
  'ecr:GetLifecyclePolicy': repository,
  'ecr:GetRepositoryPolicy': repository,
  'elasticache:DescribeReplicationGroups': by('ReplicationGroupId', 'elasticache', (id) => `replicationgroup:${id}`),
  'elasticache:DescribeCacheClusters': by('CacheClusterId', 'elasticache', (id) => `cluster:${id}`),
  'kms:DescribeKey': key,
  'kms:GetKeyPolicy': key,
  'kms:GetKeyRotationStatus': key,
  'cloudformation:DescribeStacks': stack,
  'cloudformation:DescribeStackEvents': stack,
  'cloudformation:DescribeStackResource': stack,
  'cloudformation:DescribeStackResources': stack,
  'cloudformation:ListStackResources': stack,
  'cloudformation:GetTemplate': stack,
  'logs:FilterLogEvents': logGroup,
  'logs:GetLogEvents': logGroup,
  'logs:DescribeLogStreams': logGroup,
  'logs:DescribeMetricFilters': logGroup,
  'acm:DescribeCertificate': by('CertificateArn', 'acm', (arn) => `certificate/${arn}`),
  'acm:GetCertificate': by('CertificateArn', 'acm', (arn) => `certificate/${arn}`),
  'route53:ListResourceRecordSets': zone,
  'route53:GetHostedZone': globally('Id', 'route53', (id) => `hostedzone/${lastPart(id)}`),
  'route53:GetHealthCheck': globally('HealthCheckId', 'route53', (id) => `healthcheck/${id}`),
  'route53:GetHealthCheckStatus': globally('HealthCheckId', 'route53', (id) => `healthcheck/${id}`),
  'route53:GetChange': globally('Id', 'route53', (id) => `change/${lastPart(id)}`),
  'cloudfront:GetDistribution': (input, {partition, account}) =>
    input.texts('Id')?.map((id) => `arn:${partition}:cloudfront::${account}:distribution/${id}`) ?? null,
  'iam:GetRole': inIam('RoleName', 'role'),
  'iam:GetRolePolicy': inIam('RoleName', 'role'),
  'iam:ListRolePolicies': inIam('RoleName', 'role'),
  'iam:ListAttachedRolePolicies': inIam('RoleName', 'role'),
  'iam:GetInstanceProfile': inIam('InstanceProfileName', 'instance-profile'),
  'scheduler:GetSchedule': (input, at) =>
    by('Name', 'scheduler', (name) => `schedule/${input.texts('GroupName')?.[0] ?? 'default'}/${name}`)(input, at),
  's3:GetObject': object,
  's3:GetObjectAcl': object,
  's3:GetObjectAttributes': object,
  's3:GetObjectLegalHold': object,
  's3:GetObjectRetention': object,
  's3:GetObjectTagging': object,
  's3:ListMultipartUploadParts': object,
  ...Object.fromEntries(
    [
      'ListBucket',
      'ListBucketVersions',
      'ListBucketMultipartUploads',
      'GetBucketAcl',
      'GetBucketCORS',
      'GetBucketLocation',
      'GetBucketLogging',
      'GetBucketNotification',
      'GetBucketObjectLockConfiguration',
      'GetBucketOwnershipControls',
      'GetBucketPolicy',
      'GetBucketPolicyStatus',
      'GetBucketPublicAccessBlock',
      'GetBucketRequestPayment',
      'GetBucketTagging',
      'GetBucketVersioning',
      'GetBucketWebsite',
      'GetAccelerateConfiguration',
      'GetAnalyticsConfiguration',
      'GetEncryptionConfiguration',
      'GetIntelligentTieringConfiguration',
      'GetInventoryConfiguration',
      'GetLifecycleConfiguration',
      'GetMetricsConfiguration',
      'GetReplicationConfiguration',
    ].map((action) => [`s3:${action}`, bucket]),
  ),
}

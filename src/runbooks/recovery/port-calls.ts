/**
 * Which AWS actions each method of the recovery ports may use, as IAM names them. What steps declare is read off this table, and
 * a test holds it against what the adapters really call. What a method does by DNS or HTTP alone declares nothing. Pure.
 */
import type {Call} from '../engine/step.ts'

/** Reading a bucket without the right to list it turns `not there` into `forbidden`. */
const readsObjects = ['s3:GetObject', 's3:ListBucket'] as const
const findsRule = ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:DescribeTags'] as const
const changesRule = ['elasticloadbalancing:DescribeRules', 'elasticloadbalancing:ModifyRule'] as const
const usesKey = ['kms:Decrypt', 'kms:GenerateDataKey'] as const

/** Methods whose calls go to the Region they are given. */
const regional = {
  'database.describe': ['rds:DescribeDBInstances'],
  'database.promote': ['rds:PromoteReadReplica'],
  'database.modify': ['rds:ModifyDBInstance'],
  'database.createReplica': [
    'rds:DescribeDBInstances',
    'rds:CreateDBInstanceReadReplica',
    'rds:AddTagsToResource',
    'iam:PassRole',
    'kms:DescribeKey',
    'kms:CreateGrant',
  ],
  'database.reboot': ['rds:RebootDBInstance'],
  'database.remove': ['rds:DeleteDBInstance', 'rds:CreateDBSnapshot'],
  'database.setTags': ['rds:AddTagsToResource'],
  'database.removeTags': ['rds:RemoveTagsFromResource'],
  'database.events': ['rds:DescribeEvents'],
  'database.lag': ['cloudwatch:GetMetricData'],
  'database.orderable': ['rds:DescribeOrderableDBInstanceOptions'],
  'database.recoveryPoints': ['backup:ListRecoveryPointsByBackupVault', 'rds:DescribeDBSnapshots'],
  'database.backupRunning': ['backup:ListBackupJobs', 'rds:DescribeDBSnapshots'],
  'database.snapshot': ['rds:DescribeDBSnapshots'],

  'api.ask': [],
  'names.resolve': [],

  'switches.read': readsObjects,
  'switches.put': ['s3:PutObject'],
  'switches.remove': ['s3:DeleteObject'],

  'compute.hosts': ['autoscaling:DescribeAutoScalingGroups', 'ecs:ListContainerInstances', 'ecs:DescribeContainerInstances'],
  'compute.scalingActivities': ['autoscaling:DescribeScalingActivities'],
  'compute.sizeHosts': [
    'autoscaling:UpdateAutoScalingGroup',
    'autoscaling:DescribeScheduledActions',
    'autoscaling:PutScheduledUpdateGroupAction',
  ],
  'compute.freeHosts': [
    'autoscaling:DescribeAutoScalingGroups',
    'ecs:ListContainerInstances',
    'ecs:DescribeContainerInstances',
    'autoscaling:SetInstanceProtection',
  ],
  'compute.boundService': ['application-autoscaling:DescribeScalableTargets', 'application-autoscaling:RegisterScalableTarget'],
  'compute.sizeService': ['ecs:UpdateService'],
  'compute.rollService': ['ecs:UpdateService'],
  'compute.service': ['ecs:DescribeServices', 'application-autoscaling:DescribeScalableTargets'],
  'compute.healthyTargets': ['elasticloadbalancing:DescribeTargetHealth'],
  'compute.image': ['ecs:DescribeTaskDefinition', 'ecr:DescribeImages'],
  'compute.runTask': ['ecs:DescribeServices', 'ecs:DescribeTaskDefinition', 'ecs:RunTask', 'iam:PassRole'],
  'compute.taskResult': ['ecs:DescribeTasks', 'ecs:DescribeTaskDefinition', 'logs:GetLogEvents'],

  'fence.liveRule': findsRule,
  'fence.refuseAll': changesRule,
  'fence.forward': changesRule,
  'fence.ingress': ['ec2:DescribeSecurityGroups'],
  'fence.closeIngress': ['ec2:DescribeSecurityGroups', 'ec2:RevokeSecurityGroupIngress'],
  'fence.openIngress': ['ec2:DescribeSecurityGroups', 'ec2:AuthorizeSecurityGroupIngress'],

  'secrets.describe': ['secretsmanager:DescribeSecret'],
  'secrets.standAlone': ['secretsmanager:StopReplicationToReplica'],
  /** Of both Regions: declare it for each. */
  'secrets.copyValue': [
    'secretsmanager:GetSecretValue',
    'secretsmanager:DescribeSecret',
    'secretsmanager:PutSecretValue',
    ...usesKey,
  ],
  'secrets.replicate': ['secretsmanager:ReplicateSecretToRegions', ...usesKey],

  'cache.describe': ['elasticache:DescribeReplicationGroups'],

  'site.manifest': ['s3:ListBucket'],
  'site.pending': ['cloudwatch:ListMetrics', 'cloudwatch:GetMetricData'],

  'readiness.certificate': ['acm:DescribeCertificate'],
  'readiness.certificateOfListener': ['elasticloadbalancing:DescribeListeners'],
  'readiness.alarms': ['cloudwatch:DescribeAlarms'],
  'readiness.key': ['kms:DescribeKey'],
  'readiness.imageAge': ['ssm:GetParameters', 'ec2:DescribeImages'],
  'readiness.imageDigest': ['ecr:DescribeImages'],
  'readiness.runningDigest': ['ecs:ListTasks', 'ecs:DescribeTasks'],
  'readiness.quotas': ['servicequotas:GetServiceQuota', 'servicequotas:GetAWSDefaultServiceQuota', 'cloudwatch:GetMetricData'],
  'readiness.tagged': ['tag:GetResources', 'ec2:DescribeInstances', 'ecs:DescribeClusters'],

  'stacks.describe': ['cloudformation:DescribeStacks'],
  'stacks.template': ['cloudformation:GetTemplate'],
  'stacks.resources': ['cloudformation:ListStackResources'],
  'stacks.events': ['cloudformation:DescribeStackEvents'],
  'stacks.create': ['cloudformation:CreateStack', 'iam:PassRole', 's3:GetObject'],
  'stacks.makeChangeSet': [
    'cloudformation:DescribeStacks',
    'cloudformation:DescribeChangeSet',
    'cloudformation:DeleteChangeSet',
    'cloudformation:CreateChangeSet',
    'iam:PassRole',
    's3:GetObject',
  ],
  'stacks.changeSet': ['cloudformation:DescribeChangeSet', 'cloudformation:DescribeEvents', 'cloudformation:DescribeStacks'],
  'stacks.executeChangeSet': ['cloudformation:DescribeStacks', 'cloudformation:ExecuteChangeSet'],
  'stacks.deleteChangeSet': ['cloudformation:DeleteChangeSet'],
  'stacks.continueRollback': ['cloudformation:ContinueUpdateRollback'],
  'stacks.remove': ['cloudformation:DeleteStack', 'iam:PassRole'],
  'stacks.setPolicy': ['cloudformation:SetStackPolicy'],
  'stacks.policy': ['cloudformation:GetStackPolicy'],
  'stacks.protect': ['cloudformation:UpdateTerminationProtection'],
  'stacks.list': ['cloudformation:DescribeStacks'],

  'ground.ensureStateBucket': [
    's3:GetBucketVersioning',
    's3:CreateBucket',
    's3:PutBucketVersioning',
    's3:PutEncryptionConfiguration',
    's3:PutBucketPublicAccessBlock',
  ],
  'ground.hasObject': readsObjects,
  'ground.putObject': ['s3:PutObject'],
  'ground.parameters': ['ssm:GetParameters'],

  'slots.slot': ['ecs:DescribeServices', 'application-autoscaling:DescribeScalableTargets'],
  'slots.liveRule': findsRule,
  'slots.healthyTargets': ['elasticloadbalancing:DescribeTargetHealth'],

  'store.read': readsObjects,
  'store.write': [...readsObjects, 's3:PutObject'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Methods that ask a global service, wherever they are called from: never on the `stop` path. */
const global = {
  'names.records': ['route53:ListResourceRecordSets'],
  'names.writeRecords': ['route53:ChangeResourceRecordSets'],
  'names.inSync': ['route53:GetChange'],
  'names.healthCheck': ['route53:GetHealthCheck', 'route53:GetHealthCheckStatus'],
  'edge.distribution': ['cloudfront:ListDistributions', 'cloudfront:GetDistribution'],
  'edge.preferOrigin': ['cloudfront:GetDistributionConfig', 'cloudfront:UpdateDistribution'],
  'edge.moveAlias': ['cloudfront:UpdateDomainAssociation'],
  'readiness.role': ['iam:GetRole'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type PortMethod = keyof typeof regional | keyof typeof global

export const portCalls: Readonly<Record<PortMethod, readonly string[]>> = {...regional, ...global}

/** Where the control planes of Route 53, CloudFront and IAM live, for a Region's partition. */
export function controlPlaneOf(region: string): string {
  if (region.startsWith('cn-')) return 'cn-northwest-1'
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1'
}

/** What a step of these methods in this Region declares. Global methods are declared where their control plane is. */
export function callsOf(region: string, ...methods: readonly PortMethod[]): readonly Call[] {
  const all = methods.flatMap((method) => {
    const place = method in global ? controlPlaneOf(region) : region
    return portCalls[method].map((action) => ({action, region: place}))
  })
  return [...new Map(all.map((call) => [`${call.action} ${call.region}`, call])).values()]
}

/**
 * How far each action's permission reaches: a table of resources and conditions by action, as IAM's service authorization reference
 * knows them. What isn't in it, or has no form known beforehand, reaches everything, and `because` says why; docs/permissions.md
 * repeats it. Pure.
 */
import type {Where} from './where.ts'

export interface Reach {
  /** Statement's id: actions with the same one share a statement. */
  readonly sid: string
  readonly resources: readonly string[]
  readonly condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Why it is `*`. */
  readonly because?: string
}

interface Row {
  /** Actions, or all of a prefix: `scheduler:*`. */
  readonly actions: readonly string[]
  readonly reach: (where: Where, passedTo: readonly string[]) => Reach
}

const everything =
  (sid: string, because: string): (() => Reach) =>
  () => ({sid, resources: ['*'], because})
const arn = ({partition, account}: Where, service: string, region: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`
const inRegions = (where: Where, service: string, ...resources: readonly string[]): readonly string[] =>
  where.regions.flatMap((region) => resources.map((resource) => arn(where, service, region, resource)))
const own = ({service, environment}: Where): string => `${service}-${environment}`
const stateBuckets = ({partition, account, regions}: Where): readonly string[] =>
  regions.map((region) => `arn:${partition}:s3:::sluice-state-${account}-${region}`)
const stackBuckets = (where: Where): string => `arn:${where.partition}:s3:::${own(where)}-*`
const ours = ({service, environment}: Where) => ({
  StringEquals: {'aws:ResourceTag/service': service, 'aws:ResourceTag/environment': environment},
})

const rows: readonly Row[] = [
  {
    actions: ['cloudformation:DescribeStackDriftDetectionStatus', 'cloudformation:BatchDescribeTypeConfigurations'],
    reach: everything('DriftStatus', 'IAM knows no resource for it'),
  },
  {
    // Root stacks are found by listing, which is this call without a name.
    actions: ['cloudformation:DescribeStacks'],
    reach: everything('ListStacks', 'root stacks are found by listing them, and a list has no name'),
  },
  {
    actions: ['cloudformation:*'],
    reach: (where) => ({
      sid: 'Stacks',
      resources: [...new Set([...where.regions, 'us-east-1'])].map((region) =>
        arn(where, 'cloudformation', region, `stack/${own(where)}-*`),
      ),
    }),
  },
  {
    actions: ['s3:GetObject', 's3:PutObject'],
    reach: (where) => ({sid: 'Objects', resources: [...stateBuckets(where), stackBuckets(where)].map((bucket) => `${bucket}/*`)}),
  },
  {
    // The bucket of state is not in here: its history is deleted by nobody's `down`.
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    reach: (where) => ({sid: 'DeletedObjects', resources: [`${stackBuckets(where)}/*`]}),
  },
  {actions: ['s3:DeleteBucket'], reach: (where) => ({sid: 'DeletedBuckets', resources: [stackBuckets(where)]})},
  {
    actions: ['s3:ListBucket', 's3:ListBucketVersions', 's3:GetBucketVersioning'],
    reach: (where) => ({sid: 'Buckets', resources: [...stateBuckets(where), stackBuckets(where)]}),
  },
  {actions: ['s3:*'], reach: (where) => ({sid: 'StateBuckets', resources: stateBuckets(where)})},
  {
    actions: ['ecs:CreateService', 'ecs:DeleteService', 'ecs:UpdateService', 'ecs:DescribeServices'],
    reach: (where) => ({
      sid: 'SlotServices',
      resources: inRegions(where, 'ecs', `service/*/${own(where)}-*`, `service/${own(where)}-*`),
    }),
  },
  {
    actions: ['ecs:RegisterTaskDefinition'],
    reach: (where) => ({sid: 'TaskDefinitions', resources: inRegions(where, 'ecs', `task-definition/${own(where)}-*:*`)}),
  },
  {
    actions: ['ecs:TagResource'],
    reach: (where) => ({
      sid: 'TagsAtCreation',
      resources: inRegions(where, 'ecs', `service/*/${own(where)}-*`, `task-definition/${own(where)}-*:*`),
      condition: {StringEquals: {'ecs:CreateAction': ['CreateService', 'RegisterTaskDefinition']}},
    }),
  },
  {
    actions: ['ecs:RunTask'],
    reach: (where) => ({sid: 'OneShotTasks', resources: inRegions(where, 'ecs', `task-definition/${own(where)}-*:*`)}),
  },
  {
    actions: ['ecs:DescribeTasks'],
    reach: (where) => ({sid: 'Tasks', resources: inRegions(where, 'ecs', `task/${own(where)}-*/*`)}),
  },
  {
    actions: [
      'ecs:DescribeTaskDefinition',
      'ecs:ListTaskDefinitions',
      'ecs:ListTasks',
      'ecs:ListClusters',
      'ecs:ListServices',
      'ecs:ListContainerInstances',
      'ecs:DescribeContainerInstances',
    ],
    reach: everything('EcsReads', 'IAM knows no resource for it, or only one whose id nobody knows beforehand; it reads'),
  },
  {
    actions: ['elasticloadbalancing:ModifyRule', 'elasticloadbalancing:DeleteRule'],
    reach: (where) => ({
      sid: 'LiveRules',
      resources: inRegions(where, 'elasticloadbalancing', 'listener-rule/app/*'),
      condition: {Null: {'aws:ResourceTag/sluice:live': false}},
    }),
  },
  {
    actions: ['elasticloadbalancing:CreateRule'],
    reach: (where) => ({
      sid: 'LiveRuleMade',
      resources: inRegions(where, 'elasticloadbalancing', 'listener/app/*'),
      condition: {Null: {'aws:RequestTag/sluice:live': false}},
    }),
  },
  {
    actions: ['elasticloadbalancing:AddTags'],
    reach: (where) => ({
      sid: 'LiveRuleTagged',
      resources: inRegions(where, 'elasticloadbalancing', 'listener-rule/app/*'),
      condition: {StringEquals: {'elasticloadbalancing:CreateAction': 'CreateRule'}},
    }),
  },
  {
    actions: ['elasticloadbalancing:ModifyLoadBalancerAttributes'],
    reach: (where) => ({
      sid: 'LoadBalancers',
      resources: inRegions(where, 'elasticloadbalancing', 'loadbalancer/app/*'),
      condition: ours(where),
    }),
  },
  {actions: ['elasticloadbalancing:*'], reach: everything('LoadBalancerReads', 'IAM knows no resource for the describing calls')},
  {
    actions: [
      'application-autoscaling:RegisterScalableTarget',
      'application-autoscaling:DeregisterScalableTarget',
      'application-autoscaling:PutScalingPolicy',
      'application-autoscaling:TagResource',
    ],
    reach: (where) => ({
      sid: 'ServiceScaling',
      resources: inRegions(where, 'application-autoscaling', 'scalable-target/*'),
      condition: {StringEquals: {'application-autoscaling:service-namespace': 'ecs'}},
    }),
  },
  {actions: ['application-autoscaling:*'], reach: everything('ScalingReads', 'IAM knows no resource for the describing calls')},
  {
    // Whatever group is configured: the names of the schedules are fixed.
    actions: ['scheduler:CreateScheduleGroup'],
    reach: (where) => ({sid: 'ScheduleGroups', resources: inRegions(where, 'scheduler', `schedule-group/${own(where)}-sluice`)}),
  },
  {
    actions: ['scheduler:*'],
    reach: (where) => ({sid: 'DeadMansSwitch', resources: inRegions(where, 'scheduler', `schedule/*/sluice-${where.service}*`)}),
  },
  {
    actions: ['iam:PassRole'],
    reach: (where, passedTo) => ({
      sid: 'PassedRoles',
      resources: [`${own(where)}-*`, 'sluice-switch'].map((role) => `arn:${where.partition}:iam::${where.account}:role/${role}`),
      condition: {StringEquals: {'iam:PassedToService': passedTo}},
    }),
  },
  {
    actions: ['iam:CreateServiceLinkedRole'],
    reach: (where) => ({
      sid: 'ServiceLinkedRoles',
      resources: [`arn:${where.partition}:iam::${where.account}:role/aws-service-role/*`],
    }),
  },
  {
    actions: ['iam:SimulatePrincipalPolicy', 'iam:GetRole', 'iam:ListRoles'],
    reach: everything('WhoMayWhat', "who asks isn't known beforehand, and listing roles knows no resource"),
  },
  {
    actions: [
      'autoscaling:SetInstanceProtection',
      'autoscaling:UpdateAutoScalingGroup',
      'autoscaling:PutScheduledUpdateGroupAction',
    ],
    reach: (where) => ({
      sid: 'Hosts',
      resources: inRegions(where, 'autoscaling', `autoScalingGroup:*:autoScalingGroupName/${own(where)}-*`),
    }),
  },
  {actions: ['autoscaling:*'], reach: everything('HostReads', 'IAM knows no resource for the describing calls')},
  {
    actions: [
      'rds:ModifyDBInstance',
      'rds:DeleteDBInstance',
      'rds:CreateDBSnapshot',
      'rds:DescribeDBInstances',
      'rds:PromoteReadReplica',
      'rds:RebootDBInstance',
      'rds:AddTagsToResource',
      'rds:RemoveTagsFromResource',
    ],
    reach: (where) => ({sid: 'Databases', resources: inRegions(where, 'rds', `db:${own(where)}*`, `snapshot:${own(where)}*`)}),
  },
  {
    // A replica is made into groups that were there before it, whatever they are called.
    actions: ['rds:CreateDBInstanceReadReplica'],
    reach: (where) => ({sid: 'Replicas', resources: inRegions(where, 'rds', `db:${own(where)}*`, 'subgrp:*', 'pg:*', 'og:*')}),
  },
  {actions: ['rds:*'], reach: everything('DatabaseOffers', 'IAM knows no resource for what a Region offers')},
  {
    actions: ['ssm:GetParameters'],
    reach: (where) => ({
      sid: 'Parameters',
      resources: where.regions.flatMap((region) => [
        `arn:${where.partition}:ssm:${region}::parameter/aws/service/*`,
        arn(where, 'ssm', region, `parameter/${where.service}/${where.environment}/*`),
      ]),
    }),
  },
  {
    actions: ['acm:DescribeCertificate'],
    reach: (where) => ({
      sid: 'Certificates',
      resources: [...new Set([...where.regions, 'us-east-1'])].map((region) => arn(where, 'acm', region, 'certificate/*')),
    }),
  },
  {
    actions: ['logs:GetLogEvents'],
    reach: (where) => ({
      sid: 'Logs',
      resources: inRegions(where, 'logs', `log-group:${own(where)}-*:log-stream:*`, `log-group:/*${own(where)}*:log-stream:*`),
    }),
  },
  {
    actions: ['route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'],
    reach: ({partition}) => ({sid: 'Records', resources: [`arn:${partition}:route53:::hostedzone/*`]}),
  },
  {
    actions: ['route53:GetChange', 'route53:GetHealthCheck', 'route53:GetHealthCheckStatus'],
    reach: ({partition}) => ({
      sid: 'RecordReads',
      resources: [`arn:${partition}:route53:::change/*`, `arn:${partition}:route53:::healthcheck/*`],
    }),
  },
  {
    actions: ['cloudfront:ListDistributions'],
    reach: everything('Distributions', 'a distribution is found by its alias, and a list has no name'),
  },
  {
    actions: [
      'cloudfront:GetDistribution',
      'cloudfront:GetDistributionConfig',
      'cloudfront:UpdateDistribution',
      'cloudfront:UpdateDomainAssociation',
    ],
    reach: ({partition, account}) => ({sid: 'Edge', resources: [`arn:${partition}:cloudfront::${account}:distribution/*`]}),
  },
  {
    actions: ['route53:GetHostedZone'],
    reach: ({partition}) => ({sid: 'Zone', resources: [`arn:${partition}:route53:::hostedzone/*`]}),
  },
  {
    actions: ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
    reach: (where) => ({
      sid: 'ScalingAlarms',
      resources: inRegions(where, 'cloudwatch', `alarm:TargetTracking-service/${own(where)}-*`),
    }),
  },
  {
    actions: ['cloudwatch:DescribeAlarms'],
    reach: everything('AlarmReads', 'alarms are found by how their names begin, and a list has no name'),
  },
  {
    actions: ['cloudwatch:GetMetricData', 'cloudwatch:ListMetrics'],
    reach: everything('Metrics', 'IAM knows no resource for metrics'),
  },
  {
    actions: ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
    reach: (where) => ({sid: 'DatabaseDoors', resources: inRegions(where, 'ec2', 'security-group/*'), condition: ours(where)}),
  },
  {actions: ['ec2:*'], reach: everything('Offers', 'IAM knows no resource for what a Region offers')},
  {
    actions: ['ecr:DescribeRepositories', 'ecr:DeleteRepository'],
    reach: (where) => ({sid: 'Repositories', resources: inRegions(where, 'ecr', `repository/${own(where)}/*`)}),
  },
  {
    actions: [
      'secretsmanager:DescribeSecret',
      'secretsmanager:DeleteSecret',
      'secretsmanager:RemoveRegionsFromReplication',
      'secretsmanager:StopReplicationToReplica',
      'secretsmanager:ReplicateSecretToRegions',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
    ],
    reach: (where) => ({
      sid: 'Secrets',
      resources: inRegions(where, 'secretsmanager', `secret:${where.service}/${where.environment}/*`),
    }),
  },
  {
    actions: ['elasticache:DescribeReplicationGroups'],
    reach: (where) => ({sid: 'Caches', resources: inRegions(where, 'elasticache', 'replicationgroup:*')}),
  },
  {actions: ['ecr:DescribeImages'], reach: (where) => ({sid: 'Images', resources: inRegions(where, 'ecr', 'repository/*')})},
  {actions: ['kms:DescribeKey'], reach: (where) => ({sid: 'Keys', resources: inRegions(where, 'kms', 'key/*')})},
  {
    actions: ['kms:CreateGrant'],
    reach: (where) => ({
      sid: 'KeyGrants',
      resources: inRegions(where, 'kms', 'key/*'),
      condition: {Bool: {'kms:GrantIsForAWSResource': true}},
    }),
  },
  {
    // Only ever through Secrets Manager: with these nobody decrypts anything by hand.
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    reach: (where) => ({
      sid: 'SecretKeys',
      resources: inRegions(where, 'kms', 'key/*'),
      condition: {
        StringEquals: {
          'kms:ViaService': where.regions.map(
            (region) => `secretsmanager.${region}.amazonaws.com${where.partition === 'aws-cn' ? '.cn' : ''}`,
          ),
        },
      },
    }),
  },
  {
    actions: ['tag:GetResources'],
    reach: everything('Tagged', "what carries a tag isn't known beforehand, and IAM knows no resource for it"),
  },
  {
    actions: ['backup:ListRecoveryPointsByBackupVault'],
    reach: (where) => ({sid: 'RecoveryPoints', resources: inRegions(where, 'backup', `backup-vault:${own(where)}`)}),
  },
  {actions: ['backup:ListBackupJobs'], reach: everything('BackupJobs', 'IAM knows no resource for it')},
  {
    actions: ['backup:DeleteBackupVault'],
    reach: (where) => ({sid: 'EmptyVaults', resources: inRegions(where, 'backup', `backup-vault:${own(where)}`)}),
  },
  {
    actions: ['backup:ListBackupVaults'],
    reach: everything('Vaults', "a vault that isn't there is found out by listing, and a list has no name"),
  },
  {actions: ['servicequotas:*'], reach: everything('Quotas', 'a quota that AWS applies by default has no ARN')},
]

/** `passedTo`: services that roles are passed to. */
export function reachOf(action: string, where: Where, passedTo: readonly string[]): Reach {
  const prefix = `${action.split(':')[0] ?? ''}:*`
  const row = rows.find(({actions}) => actions.includes(action)) ?? rows.find(({actions}) => actions.includes(prefix))
  if (row === undefined) throw new Error(`${action} has no row in the table of resources`)
  return row.reach(where, passedTo)
}

/**
 * What commands ask of AWS outside of any step: finding out who we are, state and leases, what must be known before a plan can be
 * made. Declared by hand beside the commands, because no step does it; a test on the sandbox finds what was forgotten. A table.
 */
import type {Call} from '../engine/step.ts'
import type {Where} from './where.ts'

/** Where an action is needed: `all` is every Region of the stack, `recovery` the second one, `global` is where a global service is asked. */
type Place = 'home' | 'recovery' | 'all' | 'global'

export interface Outside {
  readonly place: Place
  readonly actions: readonly string[]
}

const state: Outside = {place: 'home', actions: ['s3:GetBucketVersioning', 's3:ListBucket', 's3:GetObject']}
/** A wish, a lease, an event. */
const writesState: Outside = {place: 'home', actions: ['s3:PutObject']}
const makesState: Outside = {
  place: 'home',
  actions: [
    's3:PutObject',
    's3:CreateBucket',
    's3:PutBucketVersioning',
    's3:PutEncryptionConfiguration',
    's3:PutBucketPublicAccessBlock',
  ],
}
/** A `sluice.yaml` with `stack:` names no load balancer: the stack's outputs do. */
const stackOutputs: Outside = {place: 'all', actions: ['cloudformation:DescribeStacks']}
const releaseReads: Outside = {
  place: 'home',
  actions: [
    'elasticloadbalancing:DescribeRules',
    'elasticloadbalancing:DescribeTargetHealth',
    'ecs:DescribeServices',
    'ecs:DescribeTaskDefinition',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'application-autoscaling:DescribeScalableTargets',
    'scheduler:GetSchedule',
    'cloudwatch:GetMetricData',
  ],
}
const surroundings: Outside = {
  place: 'home',
  actions: [
    'elasticloadbalancing:DescribeListeners',
    'elasticloadbalancing:DescribeTags',
    'elasticloadbalancing:DescribeTargetGroupAttributes',
  ],
}
const traffic: Outside = {
  place: 'all',
  actions: [
    'elasticloadbalancing:DescribeRules',
    'elasticloadbalancing:DescribeTags',
    'ecs:DescribeServices',
    'application-autoscaling:DescribeScalableTargets',
  ],
}
const tree: Outside = {place: 'all', actions: ['cloudformation:DescribeStacks', 'cloudformation:ListStackResources']}
/** A change set is made with the rights of the role it will be executed with; its templates are read with ours. */
const planning: Outside = {
  place: 'all',
  actions: [
    'cloudformation:GetTemplate',
    'cloudformation:CreateChangeSet',
    'cloudformation:DescribeChangeSet',
    'cloudformation:DeleteChangeSet',
    'cloudformation:DescribeEvents',
    'cloudformation:DescribeStackEvents',
    'ssm:GetParameters',
    's3:GetBucketVersioning',
    's3:ListBucket',
    's3:GetObject',
    's3:PutObject',
    's3:CreateBucket',
    's3:PutBucketVersioning',
    's3:PutEncryptionConfiguration',
    's3:PutBucketPublicAccessBlock',
    'iam:PassRole',
  ],
}
const preflight: readonly Outside[] = [
  {
    place: 'all',
    actions: [
      'ec2:DescribeAvailabilityZones',
      'ec2:DescribeInstanceTypeOfferings',
      'rds:DescribeOrderableDBInstanceOptions',
      'servicequotas:GetServiceQuota',
      'servicequotas:GetAWSDefaultServiceQuota',
      'cloudwatch:GetMetricData',
      's3:ListBucket',
      's3:GetObject',
      'rds:DescribeDBInstances',
      'ecr:DescribeRepositories',
      'secretsmanager:DescribeSecret',
      'backup:ListBackupVaults',
    ],
  },
  {place: 'global', actions: ['iam:SimulatePrincipalPolicy', 'iam:GetRole', 'iam:ListRoles', 'route53:GetHostedZone']},
]
const drift: Outside = {
  place: 'all',
  actions: [
    'cloudformation:DetectStackDrift',
    'cloudformation:DetectStackResourceDrift',
    'cloudformation:DescribeStackDriftDetectionStatus',
    'cloudformation:DescribeStackResourceDrifts',
    'cloudformation:BatchDescribeTypeConfigurations',
  ],
}
const downReads: Outside = {
  place: 'all',
  actions: [
    'rds:DescribeDBInstances',
    'elasticloadbalancing:DescribeLoadBalancerAttributes',
    's3:ListBucketVersions',
    'backup:ListBackupVaults',
    'ecr:DescribeRepositories',
    'secretsmanager:DescribeSecret',
  ],
}

/** Journal, lease and capacity of recoveries are in the recovery Region. */
const recoveryState: Outside = {place: 'recovery', actions: state.actions}
const writesRecoveryState: Outside = {place: 'recovery', actions: ['s3:PutObject']}
const makesRecoveryState: Outside = {place: 'recovery', actions: makesState.actions}
/** What stands in a Region: the sides of a recovery. Of the home Region nothing is needed when it is dead. */
const sides: Outside = {
  place: 'all',
  actions: [
    'cloudformation:DescribeStacks',
    'ssm:GetParameters',
    'secretsmanager:DescribeSecret',
    'elasticloadbalancing:DescribeRules',
    'elasticloadbalancing:DescribeTags',
    'rds:DescribeDBInstances',
    's3:ListBucket',
    's3:GetObject',
  ],
}
const readiness: readonly Outside[] = [
  {
    place: 'all',
    actions: [
      'rds:DescribeOrderableDBInstanceOptions',
      'rds:DescribeDBSnapshots',
      'cloudwatch:GetMetricData',
      'cloudwatch:ListMetrics',
      'cloudwatch:DescribeAlarms',
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeScalingActivities',
      'ecs:ListContainerInstances',
      'ecs:DescribeContainerInstances',
      'ecs:DescribeServices',
      'ecs:DescribeTaskDefinition',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'application-autoscaling:DescribeScalableTargets',
      'ecr:DescribeImages',
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeTargetHealth',
      'acm:DescribeCertificate',
      'kms:DescribeKey',
      'ec2:DescribeImages',
      'servicequotas:GetServiceQuota',
      'servicequotas:GetAWSDefaultServiceQuota',
      'backup:ListRecoveryPointsByBackupVault',
      'backup:ListBackupJobs',
      'cloudformation:GetTemplate',
      'cloudformation:ListStackResources',
      'elasticache:DescribeReplicationGroups',
    ],
  },
  {
    place: 'global',
    actions: [
      'iam:GetRole',
      'route53:ListResourceRecordSets',
      'route53:GetHealthCheck',
      'route53:GetHealthCheckStatus',
      'cloudfront:ListDistributions',
      'cloudfront:GetDistribution',
      'acm:DescribeCertificate',
    ],
  },
]

/** What production needs is written down after `infra up`. */
const capacity: Outside = {
  place: 'all',
  actions: [
    'secretsmanager:DescribeSecret',
    'autoscaling:DescribeAutoScalingGroups',
    'ecs:ListContainerInstances',
    'ecs:DescribeContainerInstances',
    'ecs:DescribeTaskDefinition',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'ecr:DescribeImages',
    'rds:DescribeDBInstances',
    's3:PutObject',
  ],
}
const recoveries = [recoveryState, makesRecoveryState, sides, ...readiness] as const
const releases = [state, stackOutputs] as const
/** Whether a recovery is under way, or users are elsewhere: a release asks before it begins. */
const recoverySigns: Outside = {place: 'recovery', actions: ['s3:ListBucket', 's3:GetObject']}
const runs = [...releases, makesState, releaseReads, recoverySigns] as const

export const outside = {
  init: [
    {place: 'home', actions: ['elasticloadbalancing:DescribeLoadBalancers', 'ecs:ListClusters', 'ecs:ListServices']},
    surroundings,
    releaseReads,
  ],
  doctor: [...releases, releaseReads, surroundings, tree, ...preflight],
  release: runs,
  'release plan': [...releases, releaseReads, recoverySigns],
  'release status': releases,
  'release watch': releases,
  'release history': releases,
  'release pause': [...releases, writesState],
  'release promote': [...releases, writesState],
  'release resume': runs,
  'release abort': runs,
  'infra plan': [state, tree, traffic, planning, ...preflight],
  'infra up': [state, makesState, tree, traffic, planning, ...preflight, capacity],
  'infra status': [state, tree, traffic],
  'infra drift': [state, tree, traffic, drift],
  'infra down': [state, writesState, tree, downReads],
  'dr status': [recoveryState, sides, ...readiness],
  // The capacity snapshot is kept by whoever has looked.
  'dr check': [recoveryState, writesRecoveryState, sides, ...readiness],
  'dr history': [recoveryState],
  'dr report': [recoveryState],
  'dr promote': recoveries,
  'dr resume': [recoveryState, makesRecoveryState, sides],
  'dr drill': recoveries,
  'dr failback': recoveries,
  'dr settle': recoveries,
  'runbook run': [recoveryState, makesRecoveryState],
  'runbook resume': [recoveryState, makesRecoveryState],
} as const satisfies Readonly<Record<string, readonly Outside[]>>

export type PolicyCommand = keyof typeof outside

export const policyCommands = Object.keys(outside) as readonly PolicyCommand[]

/** CloudFront's certificate has its stack in us-east-1, whatever the home Region is. */
export function outsideCalls(command: PolicyCommand, {regions}: Where): readonly Call[] {
  const [home = '', recovery = ''] = regions
  const withCertificate = command.startsWith('infra') || command === 'doctor' ? [...new Set([...regions, 'us-east-1'])] : regions
  const placesOf: Readonly<Record<Place, readonly string[]>> = {
    home: [home],
    recovery: [recovery],
    all: withCertificate,
    global: [home],
  }
  return (outside[command] as readonly Outside[]).flatMap(({place, actions}) =>
    actions.flatMap((action) => placesOf[place].map((region) => ({action, region}))),
  )
}

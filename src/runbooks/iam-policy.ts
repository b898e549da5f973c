/**
 * The IAM policy that lets somebody run these commands and nothing else: read off the calls that plans declare, gathered by how far
 * each reaches. Pure. Least privilege is only as good as the declarations; tests on the sandbox hold them against what was called.
 */
import {certificateRights} from './iam/certificate-rights.ts'
import {declaredCalls} from './iam/declared-calls.ts'
import {foundationRights} from './iam/foundation-rights.ts'
import type {PolicyCommand} from './iam/outside-steps.ts'
import type {OwnRights} from './iam/own-rights.ts'
import type {PolicyDocument, Statement} from './iam/policy-document.ts'
import type {Reach} from './iam/reach/reach.ts'
import {reachOf} from './iam/reach/reach-of.ts'
import type {Where} from './iam/where.ts'

/** Rights that AWS asks for beside the call itself. */
const implied: Readonly<Record<string, readonly string[]>> = {
  'cloudformation:CreateStack': ['cloudformation:TagResource'],
  'cloudformation:CreateChangeSet': ['cloudformation:TagResource'],
  'cloudformation:ExecuteChangeSet': ['cloudformation:CreateStack', 'cloudformation:UpdateStack'],
  'ecs:RegisterTaskDefinition': ['ecs:TagResource'],
  // Whoever has a service scaled needs what the scaling does: https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
  'application-autoscaling:RegisterScalableTarget': ['ecs:DescribeServices', 'ecs:UpdateService'],
  'application-autoscaling:PutScalingPolicy': [
    'cloudwatch:PutMetricAlarm',
    'cloudwatch:DescribeAlarms',
    'cloudwatch:DeleteAlarms',
  ],
  'application-autoscaling:DeregisterScalableTarget': ['cloudwatch:DeleteAlarms'],
}

/** CloudFormation compares what a stack says with what is there by reading it as whoever asks. */
const driftReads = [
  'acm',
  'application-autoscaling',
  'autoscaling',
  'backup',
  'cloudfront',
  'cloudwatch',
  'ec2',
  'ecr',
  'ecs',
  'elasticache',
  'elasticloadbalancing',
  'events',
  'iam',
  'imagebuilder',
  'kms',
  'lambda',
  'logs',
  'rds',
  'route53',
  's3',
  'scheduler',
  'secretsmanager',
  'sns',
  'sqs',
  'ssm',
  'wafv2',
] as const

const noOwnRights: OwnRights = {calls: [], statements: [], notes: []}

const deploys: readonly PolicyCommand[] = ['infra up', 'infra plan', 'infra down']
const recoveries: readonly PolicyCommand[] = ['dr promote', 'dr resume', 'dr drill', 'dr failback', 'dr settle']
const releases: readonly PolicyCommand[] = ['release', 'release resume', 'release abort']

/** `own`: what steps of the team's own need, of its runbooks or beside a recovery's. */
export function iamPolicy(commands: readonly PolicyCommand[], where: Where, own: OwnRights = noOwnRights): PolicyDocument {
  const calls = [...commands.flatMap((command) => declaredCalls(command, where)), ...own.calls]
  const actions = [...new Set(calls.flatMap(({action}) => [action, ...(implied[action] ?? [])]))]
  const passedTo = passedToBy(commands)
  const reaches = new Map<string, {readonly reach: Reach; readonly actions: string[]}>()
  for (const action of actions) {
    const reach = reachOf(action, where, passedTo)
    const known = reaches.get(reach.sid) ?? {reach, actions: []}
    known.actions.push(action)
    reaches.set(reach.sid, known)
  }
  return {
    Version: '2012-10-17',
    Statement: [
      ...[...reaches.values()].map(({reach, actions: names}) => statement(reach, names)),
      ...(commands.some((command) => command === 'infra up' || command === 'infra down') ? callersOwn(where) : []),
      ...(commands.includes('infra drift') ? [readsEverything()] : []),
      ...own.statements,
    ],
  }
}

const statement = ({sid, resources, condition}: Reach, actions: readonly string[]): Statement => ({
  Sid: sid,
  Effect: 'Allow',
  Action: [...actions].toSorted(),
  Resource: resources,
  ...(condition !== undefined && {Condition: condition}),
})

/** A role is only ever handed to the services that these commands hand one to. */
function passedToBy(commands: readonly PolicyCommand[]): readonly string[] {
  const services = [
    ...(commands.some((command) => releases.includes(command)) ? ['ecs-tasks.amazonaws.com', 'scheduler.amazonaws.com'] : []),
    ...(commands.some((command) => deploys.includes(command)) ? ['cloudformation.amazonaws.com'] : []),
    // A surge and a drill are stacks; a one-shot task and a drill's tasks have the roles of the service's.
    ...(commands.some((command) => recoveries.includes(command))
      ? ['cloudformation.amazonaws.com', 'ecs-tasks.amazonaws.com']
      : []),
    // A replica has the role by which RDS watches it.
    ...(commands.some((command) => command === 'dr failback' || command === 'dr resume') ? ['monitoring.rds.amazonaws.com'] : []),
    // The slots' task definitions, and the self-fencing function of a foundation.
    ...(commands.includes('infra up') ? ['ecs-tasks.amazonaws.com', 'lambda.amazonaws.com'] : []),
  ]
  return [...new Set(services)].toSorted()
}

/** For the stacks that CloudFormation makes without the execution role. */
const callersOwn = (where: Where): readonly Statement[] =>
  Object.entries({...foundationRights, ...certificateRights}).map(([Sid, {actions, resources}]) => ({
    Sid,
    Effect: 'Allow',
    Action: actions,
    Resource: resources(where),
  }))

/** Reading how a thing is made isn't reading what is in it: not for objects, secrets, log lines and keys. */
const guarded = new Set(['secretsmanager:Get*', 's3:Get*', 'logs:Get*', 'kms:Get*'])
const instead = [
  's3:GetBucket*',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
  's3:GetReplicationConfiguration',
  's3:GetAccelerateConfiguration',
  's3:GetAnalyticsConfiguration',
  's3:GetIntelligentTieringConfiguration',
  's3:GetInventoryConfiguration',
  's3:GetMetricsConfiguration',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
]

const readsEverything = (): Statement => ({
  Sid: 'DriftReads',
  Effect: 'Allow',
  Resource: ['*'],
  Action: [
    ...driftReads
      .flatMap((service) => [`${service}:Describe*`, `${service}:Get*`, `${service}:List*`])
      .filter((action) => !guarded.has(action)),
    ...instead,
  ].toSorted(),
})

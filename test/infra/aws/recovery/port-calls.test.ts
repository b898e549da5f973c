/**
 * The table that steps declare their calls from, held against the adapters: each method is called once with every client answering, and
 * what it asked of AWS has to be declared; what is declared has to be asked, or be a right that AWS wants besides.
 */
import {ApplicationAutoScalingClient, DescribeScalableTargetsCommand} from '@aws-sdk/client-application-auto-scaling'
import {AutoScalingClient, DescribeAutoScalingGroupsCommand, DescribeScheduledActionsCommand} from '@aws-sdk/client-auto-scaling'
import {ACMClient} from '@aws-sdk/client-acm'
import {BackupClient} from '@aws-sdk/client-backup'
import {CloudFormationClient} from '@aws-sdk/client-cloudformation'
import {CloudFrontClient, GetDistributionConfigCommand, ListDistributionsCommand} from '@aws-sdk/client-cloudfront'
import {CloudWatchClient, ListMetricsCommand} from '@aws-sdk/client-cloudwatch'
import {CloudWatchLogsClient} from '@aws-sdk/client-cloudwatch-logs'
import {DescribeSecurityGroupsCommand, EC2Client} from '@aws-sdk/client-ec2'
import {DescribeImagesCommand, ECRClient} from '@aws-sdk/client-ecr'
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {ElastiCacheClient} from '@aws-sdk/client-elasticache'
import {IAMClient} from '@aws-sdk/client-iam'
import {KMSClient} from '@aws-sdk/client-kms'
import {RDSClient} from '@aws-sdk/client-rds'
import {ResourceGroupsTaggingAPIClient} from '@aws-sdk/client-resource-groups-tagging-api'
import {GetHealthCheckCommand, Route53Client} from '@aws-sdk/client-route-53'
import {S3Client} from '@aws-sdk/client-s3'
import {SecretsManagerClient} from '@aws-sdk/client-secrets-manager'
import {GetServiceQuotaCommand, ServiceQuotasClient} from '@aws-sdk/client-service-quotas'
import {GetParametersCommand, SSMClient} from '@aws-sdk/client-ssm'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeAll, describe, expect, test} from 'vitest'
import {recoveryWorld} from '../../../../src/infra/aws/recovery/recovery-world.ts'
import {callsOf, portCalls} from '../../../../src/runbooks/recovery/port-calls.ts'
import type {PortMethod} from '../../../../src/runbooks/recovery/port-calls.ts'
import type {RecoveryWorld} from '../../../../src/runbooks/recovery/ports/recovery-world.ts'
import {aSession, groups} from '../a-session.ts'

const clients = [
  ACMClient,
  ApplicationAutoScalingClient,
  AutoScalingClient,
  BackupClient,
  CloudFormationClient,
  CloudFrontClient,
  CloudWatchClient,
  CloudWatchLogsClient,
  EC2Client,
  ECRClient,
  ECSClient,
  ElasticLoadBalancingV2Client,
  ElastiCacheClient,
  IAMClient,
  KMSClient,
  RDSClient,
  ResourceGroupsTaggingAPIClient,
  Route53Client,
  S3Client,
  SecretsManagerClient,
  ServiceQuotasClient,
  SSMClient,
] as const

const definition = {
  containerDefinitions: [
    {
      name: 'api',
      essential: true,
      image: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1',
      logConfiguration: {logDriver: 'awslogs' as const, options: {'awslogs-group': 'g'}},
    },
  ],
}
const ingress = [{IpProtocol: 'tcp', FromPort: 5433, ToPort: 5433, UserIdGroupPairs: [{GroupId: 'sg-tasks'}]}]

/** An account in which there is something of everything, so that no method ends early. */
beforeAll(() => {
  for (const client of clients)
    mockClient(client as typeof RDSClient)
      .onAnyCommand()
      .resolves({})
  mockClient(ECSClient)
    .onAnyCommand()
    .resolves({})
    .on(DescribeServicesCommand)
    .resolves({
      services: [{status: 'ACTIVE', serviceName: 's', taskDefinition: 't', deployments: [{status: 'PRIMARY', id: 'd'}]}],
    })
    .on(UpdateServiceCommand)
    .resolves({service: {deployments: [{status: 'PRIMARY', id: 'd'}]}})
    .on(DescribeTaskDefinitionCommand)
    .resolves({taskDefinition: definition})
    .on(ListContainerInstancesCommand)
    .resolves({containerInstanceArns: ['i']})
    .on(ListTasksCommand)
    .resolves({taskArns: ['task']})
    .on(RunTaskCommand)
    .resolves({tasks: [{taskArn: 'task'}]})
    .on(DescribeTasksCommand)
    .resolves({
      tasks: [{taskArn: 'task', lastStatus: 'STOPPED', taskDefinitionArn: 't', containers: [{name: 'api', exitCode: 0}]}],
    })
  mockClient(AutoScalingClient)
    .onAnyCommand()
    .resolves({})
    .on(DescribeAutoScalingGroupsCommand)
    .resolves({
      AutoScalingGroups: [
        {MinSize: 1, Instances: [{InstanceId: 'i-1', LifecycleState: 'InService', ProtectedFromScaleIn: true}]} as never,
      ],
    })
    .on(DescribeScheduledActionsCommand)
    .resolves({ScheduledUpdateGroupActions: [{ScheduledActionName: 'night', DesiredCapacity: 1, MaxSize: 1}]})
  mockClient(ApplicationAutoScalingClient)
    .onAnyCommand()
    .resolves({})
    .on(DescribeScalableTargetsCommand)
    .resolves({ScalableTargets: [{ResourceId: 'service/c/s', MinCapacity: 0, MaxCapacity: 0} as never]})
  mockClient(ElasticLoadBalancingV2Client)
    .onAnyCommand()
    .resolves({})
    .on(DescribeRulesCommand)
    .resolves({Rules: [{RuleArn: 'r', Actions: []}]})
  mockClient(EC2Client)
    .onAnyCommand()
    .resolves({})
    .on(DescribeSecurityGroupsCommand)
    .resolves({SecurityGroups: [{GroupId: 'sg', IpPermissions: ingress}]})
  mockClient(CloudFrontClient)
    .onAnyCommand()
    .resolves({})
    .on(ListDistributionsCommand)
    .resolves({DistributionList: {Items: [{Id: 'D', Aliases: {Quantity: 1, Items: ['www']}} as never]} as never})
    .on(GetDistributionConfigCommand)
    .resolves({
      ETag: 'e',
      DistributionConfig: {
        Origins: {Quantity: 1, Items: [{Id: 'there', DomainName: 'x.s3.eu-central-1.amazonaws.com'}]},
        DefaultCacheBehavior: {TargetOriginId: 'here'} as never,
      } as never,
    })
  mockClient(CloudWatchClient)
    .onAnyCommand()
    .resolves({})
    .on(ListMetricsCommand)
    .resolves({Metrics: [{MetricName: 'm'}]})
  mockClient(Route53Client)
    .onAnyCommand()
    .resolves({})
    .on(GetHealthCheckCommand)
    .resolves({HealthCheck: {HealthCheckConfig: {Type: 'HTTPS'}} as never})
  mockClient(ResourceGroupsTaggingAPIClient)
    .onAnyCommand()
    .resolves({
      ResourceTagMappingList: [
        {ResourceARN: 'arn:aws:ec2:eu-central-1:111122223333:instance/i-1'},
        {ResourceARN: 'arn:aws:ecs:eu-central-1:111122223333:cluster/c'},
      ],
    })
  mockClient(SSMClient)
    .onAnyCommand()
    .resolves({})
    .on(GetParametersCommand)
    .resolves({Parameters: [{Name: 'p', Value: 'ami-1'}]})
  mockClient(ECRClient)
    .onAnyCommand()
    .resolves({})
    .on(DescribeImagesCommand)
    .resolves({imageDetails: [{imageDigest: 'sha256:1'}]})
  mockClient(ServiceQuotasClient)
    .onAnyCommand()
    .resolves({})
    .on(GetServiceQuotaCommand)
    .resolves({Quota: {Value: 1, UsageMetric: {MetricName: 'm', MetricNamespace: 'n'}}})
    .on(GetServiceQuotaCommand, {QuotaCode: 'L-0263D0A3'})
    .resolves({})
})

const region = 'eu-central-1'
const stack = {name: 'main', region}
const stackInput = {stack, template: {kind: 'body' as const, body: '{}'}, parameters: {}, tags: {}, role: null, token: 't'}
const replica = {
  id: 'shop',
  region,
  sourceArn: 'arn:aws:rds:eu-west-1:111122223333:db:shop',
  class: 'db.m7g.large',
  multiAz: false,
  subnetGroup: 's',
  parameterGroup: 'p',
  optionGroup: null,
  securityGroups: ['sg'],
  kmsKey: 'k',
  port: 5433,
  monitoringRole: null,
  protected: true,
  tags: {service: 'shop'},
  like: 'shop-fenced-1',
}
const closed = '[{"IpProtocol":"tcp","FromPort":5433,"ToPort":5433,"UserIdGroupPairs":[{"GroupId":"sg-other"}]}]'

const methods: Readonly<Record<Exclude<PortMethod, 'api.ask' | 'names.resolve'>, (world: RecoveryWorld) => Promise<unknown>>> = {
  'database.describe': ({database}) => database.describe(region, 'shop'),
  'database.promote': ({database}) => database.promote(region, 'shop', {days: 7, window: '03:00-03:30'}),
  'database.modify': ({database}) => database.modify(region, 'shop', {multiAz: true}),
  'database.createReplica': ({database}) => database.createReplica(replica),
  'database.reboot': ({database}) => database.reboot(region, 'shop'),
  'database.remove': ({database}) => database.remove(region, 'shop', 'final'),
  'database.setTags': ({database}) => database.setTags(region, 'arn', {backup: 'daily'}),
  'database.removeTags': ({database}) => database.removeTags(region, 'arn', ['backup']),
  'database.events': ({database}) => database.events(region, 'shop', 0),
  'database.lag': ({database}) => database.lag(region, 'shop'),
  'database.orderable': ({database}) => database.orderable(region, {engine: 'postgres', version: '17', class: 'db.m7g.large'}),
  'database.recoveryPoints': ({database}) => database.recoveryPoints(region, 'vault', 'shop'),
  'database.backupRunning': ({database}) => database.backupRunning(region, 'shop'),
  'database.snapshot': ({database}) => database.snapshot(region, 'final'),
  'names.records': ({names}) => names.records('Z', 'api.example.com'),
  'names.writeRecords': ({names}) => names.writeRecords('Z', []),
  'names.inSync': ({names}) => names.inSync('C'),
  'names.healthCheck': ({names}) => names.healthCheck('H'),
  'edge.distribution': ({edge}) => edge.distribution({alias: 'www'}),
  'edge.preferOrigin': ({edge}) => edge.preferOrigin('D', region, 'e'),
  'edge.moveAlias': ({edge}) => edge.moveAlias('www', 'D', 'e'),
  'switches.read': ({switches}) => switches.read(region, 'b', 'stop'),
  'switches.put': ({switches}) => switches.put(region, 'b', 'stop', ''),
  'switches.remove': ({switches}) => switches.remove(region, 'b', 'stop'),
  'compute.hosts': ({compute}) => compute.hosts(region, 'g', 'c'),
  'compute.scalingActivities': ({compute}) => compute.scalingActivities(region, 'g'),
  'compute.freeHosts': ({compute}) => compute.freeHosts(region, 'g', 'c', 1),
  'compute.sizeHosts': ({compute}) => compute.sizeHosts(region, 'g', {min: 4, max: 8, desired: 4}),
  'compute.boundService': ({compute}) => compute.boundService(region, 'c', 's', {min: 4, max: 8}),
  'compute.sizeService': ({compute}) => compute.sizeService(region, 'c', 's', 4),
  'compute.rollService': ({compute}) => compute.rollService(region, 'c', 's'),
  'compute.service': ({compute}) => compute.service(region, 'c', 's'),
  'compute.healthyTargets': ({compute}) => compute.healthyTargets(region, groups.a),
  'compute.image': ({compute}) => compute.image(region, 't'),
  'compute.runTask': ({compute}) => compute.runTask(region, 'c', 's', {}),
  'compute.taskResult': ({compute}) => compute.taskResult(region, 'c', 'task'),
  'fence.liveRule': ({fence}) => fence.liveRule(region, 'l', groups),
  'fence.refuseAll': ({fence}) => fence.refuseAll(region, 'r'),
  'fence.forward': ({fence}) => fence.forward(region, 'r', groups, {a: 100, b: 0}),
  'fence.ingress': ({fence}) => fence.ingress(region, 'sg'),
  'fence.closeIngress': ({fence}) => fence.closeIngress(region, 'sg'),
  'fence.openIngress': ({fence}) => fence.openIngress(region, 'sg', closed),
  'secrets.describe': ({secrets}) => secrets.describe(region, 's'),
  'secrets.standAlone': ({secrets}) => secrets.standAlone(region, 's'),
  'secrets.copyValue': ({secrets}) => secrets.copyValue({region, secret: 's'}, {region, secret: 't'}),
  'secrets.replicate': ({secrets}) => secrets.replicate(region, 's', {region: 'eu-west-1', kmsKey: null}),
  'cache.describe': ({cache}) => cache.describe(region, 'c'),
  'site.manifest': ({site}) => site.manifest(region, 'b'),
  'site.pending': ({site}) => site.pending(region, 'b'),
  'readiness.certificate': ({readiness}) => readiness.certificate(region, 'arn'),
  'readiness.certificateOfListener': ({readiness}) => readiness.certificateOfListener(region, 'l'),
  'readiness.alarms': ({readiness}) => readiness.alarms(region, 'shop'),
  'readiness.key': ({readiness}) => readiness.key(region, 'alias/shop'),
  'readiness.role': ({readiness}) => readiness.role('break-glass'),
  'readiness.imageAge': ({readiness}) => readiness.imageAge(region, '/ami'),
  'readiness.imageDigest': ({readiness}) => readiness.imageDigest(region, '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1'),
  'readiness.runningDigest': ({readiness}) => readiness.runningDigest(region, 'cluster', 'service'),
  'readiness.quotas': ({readiness}) => readiness.quotas(region),
  'readiness.tagged': ({readiness}) => readiness.tagged(region, {service: 'shop'}),
  'stacks.describe': ({stacks}) => stacks.describe(stack),
  'stacks.template': ({stacks}) => stacks.template(stack),
  'stacks.resources': ({stacks}) => stacks.resources(stack),
  'stacks.events': ({stacks}) => stacks.events(stack, 0),
  'stacks.create': ({stacks}) => stacks.create(stackInput),
  'stacks.makeChangeSet': ({stacks}) => stacks.makeChangeSet({...stackInput, changeSet: 'c'}),
  'stacks.changeSet': ({stacks}) => stacks.changeSet(stack, 'c'),
  'stacks.executeChangeSet': ({stacks}) => stacks.executeChangeSet(stack, 'c', 't'),
  'stacks.deleteChangeSet': ({stacks}) => stacks.deleteChangeSet(stack, 'c'),
  'stacks.continueRollback': ({stacks}) => stacks.continueRollback(stack, 't'),
  'stacks.remove': ({stacks}) => stacks.remove(stack, {token: 't', role: null}),
  'stacks.setPolicy': ({stacks}) => stacks.setPolicy(stack, '{}'),
  'stacks.policy': ({stacks}) => stacks.policy(stack),
  'stacks.protect': ({stacks}) => stacks.protect(stack, 'on'),
  'stacks.list': ({stacks}) => stacks.list(region, 'shop'),
  'ground.ensureStateBucket': ({ground}) => ground.ensureStateBucket(region),
  'ground.hasObject': ({ground}) => ground.hasObject(region, 'b', 'k'),
  'ground.putObject': ({ground}) => ground.putObject(region, 'b', 'k', '', 'text/plain'),
  'ground.parameters': ({ground}) => ground.parameters(region, ['p']),
  'slots.slot': ({slots}) => slots.slot(region, 'c', 's'),
  'slots.liveRule': ({slots}) => slots.liveRule(region, 'l', groups),
  'slots.healthyTargets': ({slots}) => slots.healthyTargets(region, groups.a),
  'store.read': (world) => Promise.all([world.store(region).get('k'), world.store(region).list('k')]),
  'store.write': (world) => world.store(region).create('k', ''),
}

/** Operations that IAM calls something else. */
const iamNames: Readonly<Record<string, string>> = {
  's3:ListObjectsV2': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
}
/** Rights that AWS wants of a caller besides the operation's own. */
const besides = new Set([
  'iam:PassRole',
  'kms:CreateGrant',
  'kms:DescribeKey',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'rds:AddTagsToResource',
  'rds:CreateDBSnapshot',
  's3:GetObject',
  's3:ListBucket',
  'cloudformation:DescribeEvents',
  'cloudformation:DescribeStacks',
])

async function asked(method: keyof typeof methods): Promise<readonly string[]> {
  const seen: string[] = []
  const session = aSession({
    region,
    onCall: ({action, region: where}) => void seen.push(`${iamNames[action] ?? action} ${where}`),
  })
  await methods[method](recoveryWorld(session, {account: '111122223333', arn: 'arn', regionHeader: 'x-region'}))
  return [...new Set(seen)].toSorted()
}

const names = Object.keys(methods) as (keyof typeof methods)[]

describe('what steps declare', () => {
  test.each(names)("%s asks for nothing that isn't declared", async (method) => {
    const declared = new Set(callsOf(region, method).map((call) => `${call.action} ${call.region}`))
    expect((await asked(method)).filter((call) => !declared.has(call))).toEqual([])
  })

  test.each(names.filter((method) => portCalls[method].length > 0))('%s asks for what is declared', async (method) => {
    const seen = new Set(await asked(method))
    const unused = callsOf(region, method)
      .filter(({action}) => !besides.has(action))
      .map((call) => `${call.action} ${call.region}`)
      .filter((call) => !seen.has(call))
    expect(unused).toEqual([])
  })

  test('every method of the table is held against its adapter; DNS and HTTP need no right', () => {
    expect(Object.keys(portCalls).filter((method) => !(method in methods))).toEqual(['api.ask', 'names.resolve'])
    expect(callsOf(region, 'api.ask', 'names.resolve')).toEqual([])
  })

  test('global services are declared where their control plane is, in each partition', () => {
    expect(['eu-west-1', 'cn-north-1', 'us-gov-east-1'].map((where) => callsOf(where, 'names.inSync'))).toEqual([
      [{action: 'route53:GetChange', region: 'us-east-1'}],
      [{action: 'route53:GetChange', region: 'cn-northwest-1'}],
      [{action: 'route53:GetChange', region: 'us-gov-west-1'}],
    ])
  })
})

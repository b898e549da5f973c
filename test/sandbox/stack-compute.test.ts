import {
  DescribeAutoScalingGroupsCommand,
  DescribePoliciesCommand,
  DescribeScheduledActionsCommand,
  SetInstanceProtectionCommand,
} from '@aws-sdk/client-auto-scaling'
import {DescribeAlarmsCommand, GetDashboardCommand} from '@aws-sdk/client-cloudwatch'
import {DescribeClustersCommand, DescribeServicesCommand, DescribeTaskDefinitionCommand} from '@aws-sdk/client-ecs'
import {
  CreateRuleCommand,
  DescribeListenerAttributesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ModifyListenerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Made, Properties, ResourceHandler} from '../../src/sandbox/stacks/contract.ts'
import {computeHandlers} from '../../src/sandbox/stacks/resources/compute.ts'
import {aComputeWire, launchTemplateData, REGION, refusal, SUBNETS} from './a-compute-wire.ts'
import type {ComputeWire} from './a-compute-wire.ts'

interface Resource extends Made {
  readonly type: string
  readonly logicalId: string
  readonly properties: Properties
}

let the: ComputeWire
beforeEach(async () => {
  the = await aComputeWire()
})
afterEach(async () => {
  await the.close()
})

const handlerOf = (type: string): ResourceHandler => {
  const handler = computeHandlers[`AWS::${type}`]
  if (handler === undefined) throw new Error(`no handler of ${type}`)
  return handler
}
const request = (type: string, logicalId: string, properties: Properties, region = REGION) => ({
  world: the.world,
  region,
  type: `AWS::${type}`,
  logicalId,
  properties,
  token: 't-1',
  stackId: `arn:aws:cloudformation:${region}:111122223333:stack/shop/1`,
  stackName: 'shop',
  tags: {
    service: 'shop',
    ...Object.fromEntries(
      ((properties['Tags'] ?? []) as readonly {Key: string; Value: string}[]).map((tag) => [tag.Key, tag.Value]),
    ),
  },
})
const changeOf = (resource: Resource, properties = resource.properties, updatePolicy?: Properties) => ({
  ...request(resource.type, resource.logicalId, properties),
  physicalId: resource.physicalId,
  previous: resource.properties,
  updatePolicy,
})

/** As the engine does it: create, enter the record, wait until it is stable. */
async function make(type: string, logicalId: string, properties: Properties, region = REGION): Promise<Resource> {
  const made = await handlerOf(type).create(request(type, logicalId, properties, region))
  the.record(`AWS::${type}`, made.physicalId, properties, made.attributes, region)
  const resource = {...made, type, logicalId, properties}
  await waitFor(resource, 'stable')
  return resource
}

async function waitFor(resource: Resource, what: 'stable' | 'gone', atMostSeconds = 900): Promise<void> {
  for (let waited = 0; ; waited += 5) {
    const reason = (await handlerOf(resource.type)[what]?.(changeOf(resource))) ?? null
    if (reason === null) return
    if (waited >= atMostSeconds) throw new Error(`still waits for ${reason}`)
    await the.seconds(5)
  }
}

async function change(resource: Resource, changes: Properties, updatePolicy?: Properties): Promise<Resource> {
  const properties = {...resource.properties, ...changes}
  const made = await handlerOf(resource.type).update(changeOf(resource, properties, updatePolicy))
  const next = {...resource, ...made, properties}
  await waitFor(next, 'stable')
  return next
}

async function remove(resource: Resource): Promise<void> {
  await handlerOf(resource.type).remove(changeOf(resource))
  await waitFor(resource, 'gone')
}

const drift = async (resource: Resource): Promise<Properties | undefined> => handlerOf(resource.type).read?.(changeOf(resource))

describe('load balancing of a stack', () => {
  const aBalancer = async (properties: Properties = {}): Promise<Resource> =>
    make('ElasticLoadBalancingV2::LoadBalancer', 'LoadBalancer', {
      Type: 'application',
      Scheme: 'internet-facing',
      IpAddressType: 'ipv4',
      Subnets: SUBNETS,
      SecurityGroups: ['sg-1'],
      LoadBalancerAttributes: [
        {Key: 'access_logs.s3.enabled', Value: 'true'},
        {Key: 'access_logs.s3.bucket', Value: 'logs'},
        {Key: 'access_logs.s3.prefix', Value: 'load-balancer'},
        {Key: 'deletion_protection.enabled', Value: 'true'},
        {Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true'},
        {Key: 'routing.http.desync_mitigation_mode', Value: 'strictest'},
        {Key: 'routing.http2.enabled', Value: 'true'},
        {Key: 'idle_timeout.timeout_seconds', Value: '60'},
      ],
      ...properties,
    })
  // A parameter's value is text: ports and counts come as the template engine gives them.
  const aGroup = async (slot: string): Promise<Resource> =>
    make('ElasticLoadBalancingV2::TargetGroup', `TargetGroup${slot}`, {
      VpcId: 'vpc-1',
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: '8080',
      HealthCheckPath: '/healthz',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 5,
      HealthyThresholdCount: '2',
      UnhealthyThresholdCount: 3,
      Matcher: {HttpCode: '200'},
      TargetGroupAttributes: [
        {Key: 'deregistration_delay.timeout_seconds', Value: '30'},
        {Key: 'target_group_health.dns_failover.minimum_healthy_targets.count', Value: 'off'},
      ],
    })
  const fixed = [
    {
      Type: 'fixed-response',
      FixedResponseConfig: {StatusCode: '503', ContentType: 'text/plain', MessageBody: 'No version is live.'},
    },
  ]
  const aListener = async (balancer: Resource, properties: Properties = {}): Promise<Resource> =>
    make('ElasticLoadBalancingV2::Listener', 'HttpsListener', {
      LoadBalancerArn: balancer.physicalId,
      Protocol: 'HTTPS',
      Port: 443,
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
      Certificates: [{CertificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1'}],
      DefaultActions: fixed,
      ...properties,
    })

  it('is an active load balancer in two zones, with its attributes, and what GetAtt asks for', async () => {
    const balancer = await aBalancer()
    const lb = (await the.elb.send(new DescribeLoadBalancersCommand({LoadBalancerArns: [balancer.physicalId]})))
      .LoadBalancers?.[0]
    expect(lb).toMatchObject({State: {Code: 'active'}, Scheme: 'internet-facing', VpcId: 'vpc-1', SecurityGroups: ['sg-1']})
    expect(lb?.AvailabilityZones?.map((zone) => zone.ZoneName)).toEqual([`${REGION}a`, `${REGION}b`])
    const {Attributes = []} = await the.elb.send(
      new DescribeLoadBalancerAttributesCommand({LoadBalancerArn: balancer.physicalId}),
    )
    expect(Attributes).toContainEqual({Key: 'routing.http.desync_mitigation_mode', Value: 'strictest'})
    expect(balancer.attributes).toMatchObject({
      DNSName: lb?.DNSName,
      CanonicalHostedZoneID: 'Z32O12XQLNTSW2',
      LoadBalancerName: lb?.LoadBalancerName,
    })
    expect(balancer.attributes['LoadBalancerFullName']).toMatch(/^app\/shop-LoadBalancer-[0-9A-F]{12}\/[0-9a-f]{16}$/)
  })

  it('leaves the live rule as it is when it changes the listener and its own rules, and takes it along only with the listener', async () => {
    const [balancer, a, b] = [await aBalancer({LoadBalancerAttributes: []}), await aGroup('A'), await aGroup('B')]
    const https = await aListener(balancer)
    const own = await make('ElasticLoadBalancingV2::ListenerRule', 'PreviewA', {
      ListenerArn: https.physicalId,
      Priority: '1',
      Actions: [{Type: 'forward', TargetGroupArn: a.physicalId}],
      Conditions: [{Field: 'path-pattern', Values: ['/preview']}],
    })
    const weights = [
      {TargetGroupArn: a.physicalId, Weight: 75},
      {TargetGroupArn: b.physicalId, Weight: 25},
    ]
    const {Rules: [live] = []} = await the.elb.send(
      new CreateRuleCommand({
        ListenerArn: https.physicalId,
        Priority: 40_000,
        Conditions: [{Field: 'path-pattern', Values: ['/*']}],
        Actions: [{Type: 'forward', ForwardConfig: {TargetGroups: weights}}],
        Tags: [{Key: 'sluice:live', Value: 'api'}],
      }),
    )
    const rules = async () => (await the.elb.send(new DescribeRulesCommand({ListenerArn: https.physicalId}))).Rules ?? []
    await change(https, {DefaultActions: [{Type: 'fixed-response', FixedResponseConfig: {StatusCode: '404'}}]})
    await change(own, {Priority: '2'})
    await change(a, {HealthCheckPath: '/other'})
    const kept = (await rules()).find((one) => one.RuleArn === live?.RuleArn)
    expect(kept).toMatchObject({Priority: '40000', Actions: [{ForwardConfig: {TargetGroups: weights}}]})
    await remove(own)
    expect((await rules()).map((one) => one.Priority)).toEqual(['40000', 'default'])
    await expect(remove(a)).rejects.toThrow(/in use/)
    await remove(https)
    await expect(rules()).rejects.toThrow()
  })

  it('has listeners that end TLS and redirect, and two preview rules that guard by header and source', async () => {
    const [balancer, a] = [await aBalancer(), await aGroup('A')]
    const https = await aListener(balancer)
    await aListener(balancer, {
      Protocol: 'HTTP',
      Port: '80',
      SslPolicy: undefined,
      Certificates: undefined,
      DefaultActions: [{Type: 'redirect', RedirectConfig: {Protocol: 'HTTPS', Port: 443, StatusCode: 'HTTP_301'}}],
    })
    await make('ElasticLoadBalancingV2::ListenerRule', 'PreviewA', {
      ListenerArn: https.physicalId,
      Priority: '1',
      Actions: [{Type: 'forward', TargetGroupArn: a.physicalId}],
      Conditions: [
        {Field: 'http-header', HttpHeaderConfig: {HttpHeaderName: 'x-sluice-preview', Values: ['secret']}},
        {Field: 'http-header', HttpHeaderConfig: {HttpHeaderName: 'x-sluice-slot', Values: ['a']}},
        {Field: 'source-ip', SourceIpConfig: {Values: ['127.0.0.0/8']}},
      ],
    })
    const {Listeners = []} = await the.elb.send(new DescribeListenersCommand({LoadBalancerArn: balancer.physicalId}))
    expect(Listeners.map((one) => [one.Port, one.Protocol, one.SslPolicy, one.Certificates?.length])).toEqual([
      [443, 'HTTPS', 'ELBSecurityPolicy-TLS13-1-2-2021-06', 1],
      [80, 'HTTP', undefined, 0],
    ])
    expect(Listeners[1]?.DefaultActions?.[0]).toMatchObject({
      Type: 'redirect',
      RedirectConfig: {Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301'},
    })
    const {Rules = []} = await the.elb.send(new DescribeRulesCommand({ListenerArn: https.physicalId}))
    expect(Rules.map((one) => [one.Priority, one.Conditions?.map((condition) => condition.Field)])).toEqual([
      ['1', ['http-header', 'http-header', 'source-ip']],
      ['default', []],
    ])
    const groups = (await the.elb.send(new DescribeTargetGroupsCommand({TargetGroupArns: [a.physicalId]}))).TargetGroups
    expect(groups?.[0]).toMatchObject({
      Port: 8080,
      HealthCheckPath: '/healthz',
      HealthyThresholdCount: 2,
      TargetType: 'ip',
      LoadBalancerArns: [balancer.physicalId],
    })
    expect(a.attributes['TargetGroupFullName']).toMatch(/^targetgroup\/shop-TargetGroupA-[0-9A-F]{12}\/[0-9a-f]{16}$/)
  })

  it('answers on loopback: a fixed 503 on 443, a redirect to https on 80', async () => {
    const balancer = await aBalancer()
    await aListener(balancer)
    await aListener(balancer, {
      Protocol: 'HTTP',
      Port: 80,
      SslPolicy: undefined,
      Certificates: undefined,
      DefaultActions: [{Type: 'redirect', RedirectConfig: {Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301'}}],
    })
    const [https, http] = the.plane.endpoints()
    expect((await fetch(https?.url ?? '')).status).toBe(503)
    const redirect = await fetch(`${http?.url}/a?b=1`, {redirect: 'manual'})
    expect([redirect.status, redirect.headers.get('location')]).toEqual([301, 'https://127.0.0.1:443/a?b=1'])
  })

  it('isn’t deleted while deletion protection holds it, nor a target group that a rule names, in AWS’s words', async () => {
    const [balancer, a] = [await aBalancer(), await aGroup('A')]
    const listener = await aListener(balancer, {DefaultActions: [{Type: 'forward', TargetGroupArn: a.physicalId}]})
    expect(await refusal(remove(balancer))).toBe(
      `AwsFault: Load balancer '${balancer.physicalId}' cannot be deleted because deletion protection is enabled`,
    )
    expect(await refusal(remove(a))).toBe(`AwsFault: Target group '${a.physicalId}' is currently in use by a listener or a rule`)
    const open = await change(balancer, {LoadBalancerAttributes: [{Key: 'deletion_protection.enabled', Value: 'false'}]})
    await remove(listener)
    await remove(a)
    await remove(open)
    expect((await the.elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers).toEqual([])
  })

  it('changes security groups, subnets, health checks, listener attributes, priorities and tags in place', async () => {
    const [balancer, a] = [await aBalancer(), await aGroup('A')]
    const listener = await aListener(balancer)
    const rule = await make('ElasticLoadBalancingV2::ListenerRule', 'PreviewA', {
      ListenerArn: listener.physicalId,
      Priority: 1,
      Actions: [{Type: 'forward', TargetGroupArn: a.physicalId}],
      Conditions: [{Field: 'path-pattern', Values: ['/x']}],
    })
    expect((await change(balancer, {SecurityGroups: ['sg-2']})).physicalId).toBe(balancer.physicalId)
    await change(a, {HealthCheckPath: '/ready'})
    await change(listener, {ListenerAttributes: [{Key: 'routing.http.response.server.enabled', Value: 'false'}]})
    await change(rule, {Priority: 3})
    expect((await the.elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers?.[0]?.SecurityGroups).toEqual(['sg-2'])
    expect((await the.elb.send(new DescribeTargetGroupsCommand({}))).TargetGroups?.[0]?.HealthCheckPath).toBe('/ready')
    expect(
      (await the.elb.send(new DescribeListenerAttributesCommand({ListenerArn: listener.physicalId}))).Attributes,
    ).toContainEqual({Key: 'routing.http.response.server.enabled', Value: 'false'})
    expect((await the.elb.send(new DescribeRulesCommand({RuleArns: [rule.physicalId]}))).Rules?.[0]?.Priority).toBe('3')
    expect((await the.elb.send(new DescribeTagsCommand({ResourceArns: [a.physicalId]}))).TagDescriptions?.[0]?.Tags).toEqual([
      {Key: 'service', Value: 'shop'},
    ])
  })

  it('has no drift as it was made, and has it where somebody changed or deleted it', async () => {
    const balancer = await aBalancer()
    const listener = await aListener(balancer)
    expect(await drift(balancer)).toEqual(balancer.properties)
    expect(await drift(listener)).toEqual(listener.properties)
    await the.elb.send(
      new ModifyListenerCommand({
        ListenerArn: listener.physicalId,
        DefaultActions: [{Type: 'fixed-response', FixedResponseConfig: {StatusCode: '404'}}],
      }),
    )
    expect(await drift(listener)).toMatchObject({DefaultActions: [{FixedResponseConfig: {StatusCode: '404'}}]})
    await remove(listener)
    expect(await refusal(Promise.resolve(drift(listener)))).toMatch(/was not found\.$/)
  })
})

describe('hosts and services of a stack', () => {
  const sizes = {MinSize: '4', MaxSize: '12'}
  const theCluster = async (): Promise<Resource> =>
    make('ECS::Cluster', 'Cluster', {ClusterSettings: [{Name: 'containerInsights', Value: 'enhanced'}]})
  const theTemplate = async (cluster: Resource): Promise<Resource> =>
    make('EC2::LaunchTemplate', 'LaunchTemplate', {LaunchTemplateData: launchTemplateData(cluster.physicalId)})
  const theHosts = async (template: Resource, properties: Properties = {}): Promise<Resource> =>
    make('AutoScaling::AutoScalingGroup', 'Hosts', {
      VPCZoneIdentifier: SUBNETS,
      ...sizes,
      NewInstancesProtectedFromScaleIn: 'true',
      DefaultInstanceWarmup: '120',
      InstanceMaintenancePolicy: {MinHealthyPercentage: 100, MaxHealthyPercentage: '125'},
      MixedInstancesPolicy: {
        InstancesDistribution: {OnDemandPercentageAboveBaseCapacity: 100, OnDemandAllocationStrategy: 'prioritized'},
        LaunchTemplate: {
          LaunchTemplateSpecification: {
            LaunchTemplateId: template.physicalId,
            Version: template.attributes['LatestVersionNumber'],
          },
          Overrides: [{InstanceType: 'm7g.large'}, {InstanceType: 'm7gd.large'}],
        },
      },
      MetricsCollection: [{Granularity: '1Minute'}],
      Tags: [{Key: 'AmazonECSManaged', Value: 'true', PropagateAtLaunch: true}],
      ...properties,
    })
  const present = async (hosts: Resource) =>
    (await the.autoScaling.send(new DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: [hosts.physicalId]})))
      .AutoScalingGroups?.[0]

  it('are four hosts over two zones of the cluster, with a provider, policies and planned actions', async () => {
    const cluster = await theCluster()
    const hosts = await theHosts(await theTemplate(cluster))
    const provider = await make('ECS::CapacityProvider', 'CapacityProvider', {
      AutoScalingGroupProvider: {
        AutoScalingGroupArn: hosts.physicalId,
        ManagedDraining: 'ENABLED',
        ManagedTerminationProtection: 'ENABLED',
        ManagedScaling: {
          Status: 'ENABLED',
          TargetCapacity: '90',
          InstanceWarmupPeriod: 120,
          MinimumScalingStepSize: 1,
          MaximumScalingStepSize: 4,
        },
      },
    })
    await make('ECS::ClusterCapacityProviderAssociations', 'Association', {
      Cluster: cluster.physicalId,
      CapacityProviders: [provider.physicalId],
      DefaultCapacityProviderStrategy: [{CapacityProvider: provider.physicalId, Weight: 1, Base: 0}],
    })
    await make('AutoScaling::ScalingPolicy', 'ScaleByCpu', {
      AutoScalingGroupName: hosts.physicalId,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        PredefinedMetricSpecification: {PredefinedMetricType: 'ASGAverageCPUUtilization'},
        TargetValue: '55',
      },
    })
    await make('AutoScaling::ScheduledAction', 'DayBegins', {
      AutoScalingGroupName: hosts.physicalId,
      MinSize: '6',
      Recurrence: '30 7 * * MON-FRI',
      TimeZone: 'Etc/UTC',
    })
    const group = await present(hosts)
    expect(group?.Instances?.map((one) => one.AvailabilityZone).sort()).toEqual([
      `${REGION}a`,
      `${REGION}a`,
      `${REGION}b`,
      `${REGION}b`,
    ])
    expect(group).toMatchObject({
      NewInstancesProtectedFromScaleIn: true,
      DefaultInstanceWarmup: 120,
      InstanceMaintenancePolicy: {MaxHealthyPercentage: 125},
    })
    expect(group?.EnabledMetrics?.length).toBeGreaterThan(0)
    expect(group?.Tags).toContainEqual(expect.objectContaining({Key: 'AmazonECSManaged', PropagateAtLaunch: true}))
    await the.seconds(80)
    expect((await the.ecs.send(new DescribeClustersCommand({clusters: [cluster.physicalId]}))).clusters?.[0]).toMatchObject({
      registeredContainerInstancesCount: 4,
      capacityProviders: [provider.physicalId],
      settings: [{name: 'containerInsights', value: 'enhanced'}],
    })
    expect((await the.autoScaling.send(new DescribePoliciesCommand({}))).ScalingPolicies?.[0]).toMatchObject({
      TargetTrackingConfiguration: {TargetValue: 55},
    })
    expect((await the.autoScaling.send(new DescribeScheduledActionsCommand({}))).ScheduledUpdateGroupActions?.[0]).toMatchObject({
      MinSize: 6,
    })
    expect(await drift(hosts)).toEqual(hosts.properties)
  })

  it('fail the group’s creation with the reason of its activities when there is no capacity', async () => {
    the.world.setFault({kind: 'no-capacity', target: 'Hosts'})
    expect(await refusal(theHosts(await theTemplate(await theCluster())))).toMatch(
      /^AwsFault: Group did not stabilize\. \{current\/minSize\/maxSize\} group size = \{0\/4\/12\}\. Failed Scaling Activity: We currently do not have sufficient m7g\.large capacity/,
    )
  })

  it('hold up the group’s deletion while they are protected from scale-in', async () => {
    const hosts = await theHosts(await theTemplate(await theCluster()))
    await expect(remove(hosts)).rejects.toThrow(/still waits for 4 instances that are protected from scale-in/)
    const InstanceIds = (await present(hosts))?.Instances?.map((one) => one.InstanceId ?? '')
    await the.autoScaling.send(
      new SetInstanceProtectionCommand({AutoScalingGroupName: hosts.physicalId, InstanceIds, ProtectedFromScaleIn: false}),
    )
    await waitFor(hosts, 'gone')
    expect(await present(hosts)).toBeUndefined()
  })

  it('keep the sizes that scaling has given the group when an update changes something else, if the update policy says so', async () => {
    const hosts = await theHosts(await theTemplate(await theCluster()))
    await the.world.invoke(
      'autoscaling',
      'SetDesiredCapacity',
      {AutoScalingGroupName: hosts.physicalId, DesiredCapacity: 7},
      REGION,
    )
    await the.world.invoke('autoscaling', 'UpdateAutoScalingGroup', {AutoScalingGroupName: hosts.physicalId, MinSize: 6}, REGION)
    const same = await change(hosts, {MaxSize: '14'}, {AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: 'true'}})
    expect(await present(hosts)).toMatchObject({MinSize: 6, MaxSize: 14, DesiredCapacity: 7})
    await change(same, {MaxSize: '15'})
    expect(await present(hosts)).toMatchObject({MinSize: 4, MaxSize: 15, DesiredCapacity: 7})
  })

  it('have the tags of the template, and lose those it drops', async () => {
    const hosts = await theHosts(await theTemplate(await theCluster()))
    await change(hosts, {Tags: [{Key: 'sluice:role', Value: 'hosts', PropagateAtLaunch: false}]})
    expect((await present(hosts))?.Tags?.map((tag) => [tag.Key, tag.PropagateAtLaunch])).toEqual([
      ['service', true],
      ['sluice:role', false],
    ])
  })

  it.each([
    [
      'replaced one part after the other by an instance refresh',
      {AutoScalingInstanceRefresh: {Preferences: {ScaleInProtectedInstances: 'Refresh', SkipMatching: 'true'}}},
      '2',
    ],
    ['replaced by a rolling update', {AutoScalingRollingUpdate: {MinInstancesInService: 0, MaxBatchSize: 1}}, '2'],
    ['left as they are without an update policy', undefined, '1'],
  ])('with a new version of the launch template are %s', async (_what, updatePolicy, version) => {
    const template = await theTemplate(await theCluster())
    const hosts = await theHosts(template, {NewInstancesProtectedFromScaleIn: true})
    const before = (await present(hosts))?.Instances?.map((one) => one.InstanceId) ?? []
    const next = await change(template, {LaunchTemplateData: {...launchTemplateData('x'), ImageId: 'ami-patched'}})
    expect(next.attributes['LatestVersionNumber']).toBe('2')
    the.record('AWS::EC2::LaunchTemplate', template.physicalId, next.properties, next.attributes)
    const second = {
      LaunchTemplate: {
        LaunchTemplateSpecification: {LaunchTemplateId: template.physicalId, Version: '2'},
        Overrides: [{InstanceType: 'm7g.large'}],
      },
    }
    await change(hosts, {MixedInstancesPolicy: second}, updatePolicy)
    const after = (await present(hosts))?.Instances ?? []
    const seen = version === '1' ? after.filter((one) => before.includes(one.InstanceId)) : after
    expect(seen.map((one) => one.LaunchTemplate?.Version)).toEqual([version, version, version, version])
  })

  it('hold up an update whose refresh wasn’t told to take them although they are protected', async () => {
    const template = await theTemplate(await theCluster())
    const hosts = await theHosts(template, {NewInstancesProtectedFromScaleIn: true})
    the.record('AWS::EC2::LaunchTemplate', template.physicalId, template.properties, {
      ...template.attributes,
      LatestVersionNumber: '2',
    })
    const second = {
      LaunchTemplate: {
        LaunchTemplateSpecification: {LaunchTemplateId: template.physicalId, Version: '2'},
        Overrides: [{InstanceType: 'm7g.large'}],
      },
    }
    await expect(
      change(hosts, {MixedInstancesPolicy: second}, {AutoScalingInstanceRefresh: {Strategy: 'Rolling'}}),
    ).rejects.toThrow(/^still waits for instance refresh .* to replace 4 more hosts$/)
  })

  const theDefinition = async (): Promise<Resource> =>
    make('ECS::TaskDefinition', 'PrometheusTask', {
      Family: 'shop-production-prometheus',
      NetworkMode: 'awsvpc',
      RequiresCompatibilities: ['EC2'],
      RuntimePlatform: {CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX'},
      Volumes: [{Name: 'data', Host: {SourcePath: '/data/prometheus'}}],
      ContainerDefinitions: [
        {
          Name: 'prometheus',
          Image: 'registry/prometheus:3',
          Essential: true,
          StopTimeout: '120',
          MemoryReservation: 1024,
          Memory: 3072,
          PortMappings: [{ContainerPort: '9090', Protocol: 'tcp'}],
          Environment: [{Name: 'CONFIG', Value: 'x'}],
          MountPoints: [{SourceVolume: 'data', ContainerPath: '/prometheus', ReadOnly: 'false'}],
          LogConfiguration: {LogDriver: 'awslogs', Options: {'awslogs-group': 'logs', mode: 'non-blocking'}},
        },
      ],
    })
  const theService = async (cluster: Resource, definition: Resource): Promise<Resource> =>
    make('ECS::Service', 'Prometheus', {
      Cluster: cluster.physicalId,
      TaskDefinition: definition.physicalId,
      LaunchType: 'EC2',
      DesiredCount: '1',
      PropagateTags: 'SERVICE',
      NetworkConfiguration: {AwsvpcConfiguration: {Subnets: ['subnet-a'], SecurityGroups: ['sg-1']}},
      AvailabilityZoneRebalancing: 'DISABLED',
      DeploymentConfiguration: {
        MinimumHealthyPercent: 0,
        MaximumPercent: '100',
        DeploymentCircuitBreaker: {Enable: 'true', Rollback: true},
      },
    })

  it('run a service that is stable once its task runs, and gone once it has stopped', async () => {
    const cluster = await theCluster()
    await theHosts(await theTemplate(cluster))
    const definition = await theDefinition()
    const service = await theService(cluster, definition)
    const described = (
      await the.ecs.send(new DescribeServicesCommand({cluster: cluster.physicalId, services: [service.physicalId]}))
    ).services?.[0]
    expect(described).toMatchObject({
      desiredCount: 1,
      runningCount: 1,
      propagateTags: 'SERVICE',
      availabilityZoneRebalancing: 'DISABLED',
      launchType: 'EC2',
      deploymentConfiguration: {
        minimumHealthyPercent: 0,
        maximumPercent: 100,
        deploymentCircuitBreaker: {enable: true, rollback: true},
      },
    })
    expect(described?.serviceName).toMatch(/^shop-Prometheus-[0-9A-F]{12}$/)
    const {taskDefinition} = await the.ecs.send(new DescribeTaskDefinitionCommand({taskDefinition: definition.physicalId}))
    expect(taskDefinition?.containerDefinitions?.[0]).toMatchObject({
      stopTimeout: 120,
      portMappings: [{containerPort: 9090}],
      mountPoints: [{readOnly: false}],
      logConfiguration: {options: {'awslogs-group': 'logs'}},
    })
    expect(await drift(service)).toEqual(service.properties)
    await remove(service)
    expect(
      (await the.ecs.send(new DescribeServicesCommand({cluster: cluster.physicalId, services: [service.physicalId]})))
        .services?.[0]?.status,
    ).toBe('INACTIVE')
  })

  it('fail a service whose circuit breaker tripped, in CloudFormation’s words', async () => {
    the.world.setFault({kind: 'never-stable', target: 'Prometheus'})
    const cluster = await theCluster()
    await theHosts(await theTemplate(cluster))
    expect(await refusal(theService(cluster, await theDefinition()))).toBe(
      "AwsFault: Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
    )
  })
})

describe('buckets of a stack', () => {
  const OTHER = 'eu-central-1'
  const aBucket = async (properties: Properties = {}, region = REGION): Promise<Resource> =>
    make(
      'S3::Bucket',
      'SiteBucket',
      {
        BucketName: `shop-site-${region}`,
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {ServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key-1'}, BucketKeyEnabled: 'true'},
          ],
        },
        OwnershipControls: {Rules: [{ObjectOwnership: 'BucketOwnerEnforced'}]},
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: 'true',
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: {Status: 'Enabled'},
        NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: true}},
        LifecycleConfiguration: {
          Rules: [
            {
              Id: 'old-versions',
              Status: 'Enabled',
              ExpirationInDays: '90',
              NoncurrentVersionExpiration: {NoncurrentDays: '30'},
              AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7},
            },
          ],
        },
        ...properties,
      },
      region,
    )
  const replication = {
    ReplicationConfiguration: {
      Role: 'arn:aws:iam::111122223333:role/copy',
      Rules: [
        {
          Id: 'peer',
          Status: 'Enabled',
          Priority: '1',
          Filter: {Prefix: ''},
          DeleteMarkerReplication: {Status: 'Enabled'},
          SourceSelectionCriteria: {SseKmsEncryptedObjects: {Status: 'Enabled'}, ReplicaModifications: {Status: 'Enabled'}},
          Destination: {
            Bucket: `arn:aws:s3:::shop-site-${OTHER}`,
            EncryptionConfiguration: {ReplicaKmsKeyID: 'alias/site'},
            ReplicationTime: {Status: 'Enabled', Time: {Minutes: '15'}},
            Metrics: {Status: 'Enabled', EventThreshold: {Minutes: 15}},
          },
        },
      ],
    },
  }

  it('answer their settings by S3’s own calls, and GetAtt its names', async () => {
    const logs = await make('S3::Bucket', 'LogBucket', {})
    const bucket = await aBucket({LoggingConfiguration: {DestinationBucketName: logs.physicalId, LogFilePrefix: 'site/'}})
    const Bucket = bucket.physicalId
    const s3 = the.s3()
    expect((await s3.send(new GetBucketVersioningCommand({Bucket}))).Status).toBe('Enabled')
    expect((await s3.send(new GetBucketEncryptionCommand({Bucket}))).ServerSideEncryptionConfiguration?.Rules).toEqual([
      {ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key-1'}, BucketKeyEnabled: true},
    ])
    expect((await s3.send(new GetPublicAccessBlockCommand({Bucket}))).PublicAccessBlockConfiguration).toMatchObject({
      IgnorePublicAcls: true,
    })
    expect((await s3.send(new GetBucketLoggingCommand({Bucket}))).LoggingEnabled).toMatchObject({
      TargetBucket: logs.physicalId,
      TargetPrefix: 'site/',
    })
    expect((await s3.send(new GetBucketLifecycleConfigurationCommand({Bucket}))).Rules?.[0]).toMatchObject({
      ID: 'old-versions',
      Expiration: {Days: 90},
      NoncurrentVersionExpiration: {NoncurrentDays: 30},
    })
    expect(bucket.attributes).toMatchObject({
      Arn: `arn:aws:s3:::${Bucket}`,
      RegionalDomainName: `${Bucket}.s3.${REGION}.amazonaws.com`,
      DomainName: `${Bucket}.s3.amazonaws.com`,
    })
    expect(logs.physicalId).toMatch(/^shop-logbucket-[0-9a-f]{12}$/)
    expect(await drift(bucket)).toEqual(bucket.properties)
  })

  it('have a policy that names only them', async () => {
    const bucket = await aBucket()
    const policy = (Resource: string): Properties => ({
      Bucket: bucket.physicalId,
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [{Sid: 'TlsOnly', Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [Resource, `${Resource}/*`]}],
      },
    })
    const made = await make('S3::BucketPolicy', 'Policy', policy(String(bucket.attributes['Arn'])))
    expect((await the.s3().send(new GetBucketPolicyCommand({Bucket: bucket.physicalId}))).Policy).toContain('TlsOnly')
    expect(await refusal(make('S3::BucketPolicy', 'Other', policy('arn:aws:s3:::somebody-else')))).toBe(
      'AwsFault: Policy has invalid resource',
    )
    await remove(made)
    expect(await refusal(the.s3().send(new GetBucketPolicyCommand({Bucket: bucket.physicalId})))).toBe(
      'NoSuchBucketPolicy: The bucket policy does not exist',
    )
  })

  it('replicate only to a bucket that is there and versioned, and are not left behind half made', async () => {
    expect(await refusal(aBucket(replication))).toBe('AwsFault: Destination bucket must exist.')
    await the
      .s3(OTHER)
      .send(new CreateBucketCommand({Bucket: `shop-site-${OTHER}`, CreateBucketConfiguration: {LocationConstraint: OTHER}}))
    expect(await refusal(aBucket(replication))).toBe('AwsFault: Destination bucket must have versioning enabled.')
    await the
      .s3(OTHER)
      .send(new PutBucketVersioningCommand({Bucket: `shop-site-${OTHER}`, VersioningConfiguration: {Status: 'Enabled'}}))
    const bucket = await aBucket(replication)
    const {ReplicationConfiguration} = await the.s3().send(new GetBucketReplicationCommand({Bucket: bucket.physicalId}))
    expect(ReplicationConfiguration?.Rules?.[0]).toMatchObject({
      ID: 'peer',
      Priority: 1,
      Destination: {Bucket: `arn:aws:s3:::shop-site-${OTHER}`, ReplicationTime: {Time: {Minutes: 15}}},
    })
  })

  it('copy what is written, and delete markers, to the other Region a few seconds later, in both directions without an echo', async () => {
    const there = await aBucket({}, OTHER)
    const here = await aBucket(replication)
    const s3Back = {
      ReplicationConfiguration: {
        ...replication.ReplicationConfiguration,
        Rules: [
          {
            ...replication.ReplicationConfiguration.Rules[0],
            Destination: {Bucket: `arn:aws:s3:::${here.physicalId}`},
          },
        ],
      },
    }
    await handlerOf('S3::Bucket').update({
      ...request('S3::Bucket', 'SiteBucket', {...there.properties, ...s3Back}, OTHER),
      physicalId: there.physicalId,
      previous: there.properties,
    })
    const written = await the.s3().send(new PutObjectCommand({Bucket: here.physicalId, Key: 'index.html', Body: 'hello'}))
    const get = async (): Promise<string> =>
      refusal(the.s3(OTHER).send(new GetObjectCommand({Bucket: there.physicalId, Key: 'index.html'})))
    expect(await get()).toBe('NoSuchKey: The specified key does not exist.')
    await the.seconds(10)
    const copy = await the.s3(OTHER).send(new GetObjectCommand({Bucket: there.physicalId, Key: 'index.html'}))
    expect([await copy.Body?.transformToString(), copy.VersionId, copy.ReplicationStatus]).toEqual([
      'hello',
      written.VersionId,
      'REPLICA',
    ])
    await the.s3().send(new DeleteObjectCommand({Bucket: here.physicalId, Key: 'index.html'}))
    await the.seconds(30)
    expect(await get()).toBe('NoSuchKey: The specified key does not exist.')
    for (const [region, Bucket] of [
      [REGION, here.physicalId],
      [OTHER, there.physicalId],
    ] as const) {
      const {Versions, DeleteMarkers} = await the.s3(region).send(new ListObjectVersionsCommand({Bucket}))
      expect([Versions?.length, DeleteMarkers?.length]).toEqual([1, 1])
    }
  })

  it('are not deleted while anything, even an old version, is in them; names are global', async () => {
    const bucket = await aBucket()
    await the.s3().send(new PutObjectCommand({Bucket: bucket.physicalId, Key: 'k', Body: 'v'}))
    await the.s3().send(new DeleteObjectCommand({Bucket: bucket.physicalId, Key: 'k'}))
    expect(await refusal(remove(bucket))).toBe(
      'AwsFault: The bucket you tried to delete is not empty. You must delete all versions in the bucket.',
    )
    const taken = the
      .s3(OTHER)
      .send(new CreateBucketCommand({Bucket: bucket.physicalId, CreateBucketConfiguration: {LocationConstraint: OTHER}}))
    expect(await refusal(taken)).toMatch(/^BucketAlreadyOwnedByYou/)
  })

  it('stop replicating when an update takes the rule away', async () => {
    await aBucket({}, OTHER)
    const here = await aBucket(replication)
    await change(here, {ReplicationConfiguration: undefined})
    expect(await refusal(the.s3().send(new GetBucketReplicationCommand({Bucket: here.physicalId})))).toMatch(
      /^ReplicationConfigurationNotFoundError/,
    )
  })
})

describe('alarms, dashboards and schedules of a stack', () => {
  const errors = {
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: '3',
    Threshold: '5',
    TreatMissingData: 'notBreaching',
    AlarmActions: ['arn:topic'],
    Metrics: [
      {Id: 'bad', Expression: 'a + b', Label: 'Errors', ReturnData: 'true'},
      {
        Id: 'a',
        ReturnData: 'false',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/ApplicationELB',
            MetricName: 'HTTPCode_Target_5XX_Count',
            Dimensions: [{Name: 'LoadBalancer', Value: 'app/x/1'}],
          },
          Stat: 'Sum',
          Period: '60',
        },
      },
      {
        Id: 'b',
        ReturnData: false,
        MetricStat: {
          Metric: {Namespace: 'AWS/ApplicationELB', MetricName: 'HTTPCode_ELB_5XX_Count', Dimensions: []},
          Stat: 'Sum',
          Period: 60,
        },
      },
    ],
  }

  it('are described as they were made, without a state yet', async () => {
    const alarm = await make('CloudWatch::Alarm', 'Errors', errors)
    const page = await make('CloudWatch::CompositeAlarm', 'Page', {
      AlarmRule: `ALARM("${alarm.physicalId}")`,
      AlarmActions: ['arn:topic'],
    })
    const {MetricAlarms, CompositeAlarms} = await the.cloudWatch.send(
      new DescribeAlarmsCommand({AlarmTypes: ['MetricAlarm', 'CompositeAlarm']}),
    )
    expect(MetricAlarms?.[0]).toMatchObject({
      AlarmName: alarm.physicalId,
      AlarmArn: alarm.attributes['Arn'],
      StateValue: 'INSUFFICIENT_DATA',
      Threshold: 5,
      EvaluationPeriods: 3,
    })
    expect(MetricAlarms?.[0]?.Metrics?.map((one) => one.ReturnData)).toEqual([true, false, false])
    expect(CompositeAlarms?.[0]).toMatchObject({AlarmName: page.physicalId, AlarmRule: `ALARM("${alarm.physicalId}")`})
    expect(await drift(alarm)).toEqual(alarm.properties)
  })

  it('go in the order of their dependence: an alarm stays while a composite one names it', async () => {
    const alarm = await make('CloudWatch::Alarm', 'Errors', errors)
    const page = await make('CloudWatch::CompositeAlarm', 'Page', {AlarmRule: `ALARM("${alarm.physicalId}")`})
    expect(await refusal(remove(alarm))).toMatch(/cannot be deleted as there are other alarms that depend on it/)
    await remove(page)
    await remove(alarm)
    expect((await the.cloudWatch.send(new DescribeAlarmsCommand({}))).MetricAlarms).toEqual([])
    expect(await refusal(Promise.resolve(drift(alarm)))).toMatch(/was not found/)
  })

  it('have a dashboard with the body of the template, refused when it is none', async () => {
    const DashboardBody = '{"widgets": [{"type": "metric", "properties": {"region": "eu-west-1"}}]}'
    const dashboard = await make('CloudWatch::Dashboard', 'Dashboard', {DashboardBody})
    expect((await the.cloudWatch.send(new GetDashboardCommand({DashboardName: dashboard.physicalId}))).DashboardBody).toBe(
      DashboardBody,
    )
    expect(await refusal(make('CloudWatch::Dashboard', 'Broken', {DashboardBody: '{"widgets": '}))).toMatch(
      /dashboard body is invalid/,
    )
    await remove(dashboard)
  })

  it('have a schedule group that takes its schedules with it', async () => {
    const group = await make('Scheduler::ScheduleGroup', 'ScheduleGroup', {Name: 'shop-production-sluice'})
    expect(group).toMatchObject({
      physicalId: 'shop-production-sluice',
      attributes: {Arn: `arn:aws:scheduler:${REGION}:111122223333:schedule-group/shop-production-sluice`},
    })
    await the.world.invoke(
      'scheduler',
      'CreateSchedule',
      {
        Name: 'switch',
        GroupName: group.physicalId,
        ScheduleExpression: 'at(2027-01-01T00:00:00)',
        FlexibleTimeWindow: {Mode: 'OFF'},
        Target: {
          Arn: 'arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyRule',
          RoleArn: 'arn:aws:iam::111122223333:role/x',
          Input: '{}',
        },
      },
      REGION,
    )
    await remove(group)
    expect(await the.world.invoke('scheduler', 'ListSchedules', {}, REGION)).toMatchObject({Schedules: []})
  })
})

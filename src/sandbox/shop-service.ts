/** One service of the shop: its load balancer with the live rule, its two slots, their scaling; and its copy in recovery. */
import type {World} from './world/contract.ts'
import {CAPACITY_PROVIDER, CLUSTER, STABLE_IMAGE} from './shop-names.ts'
import type {ShopService} from './shop-names.ts'

const CONTAINER = {name: 'app', port: 8080}
const NETWORK = {
  awsvpcConfiguration: {
    subnets: ['subnet-0a1b2c3d4e5f60718', 'subnet-18f7e6d5c4b3a2910'],
    securityGroups: ['sg-0123456789abcdef0'],
    assignPublicIp: 'DISABLED',
  },
}

type Call = <Answer>(service: string, operation: string, input: object) => Promise<Answer>

export async function shopService(world: World, service: string, loadBalancer: string, region: string): Promise<ShopService> {
  const call: Call = async <Answer>(name: string, operation: string, input: object) =>
    (await world.invoke(name, operation, input, region)) as Answer
  const balancer = await call<{LoadBalancers: {LoadBalancerArn: string}[]}>('elasticloadbalancingv2', 'CreateLoadBalancer', {
    Name: loadBalancer,
    Subnets: NETWORK.awsvpcConfiguration.subnets,
    SecurityGroups: NETWORK.awsvpcConfiguration.securityGroups,
    Scheme: 'internet-facing',
    Type: 'application',
  })
  const targetGroups = {a: await targetGroup(call, `${service}-a`), b: await targetGroup(call, `${service}-b`)}
  const listener = await call<{Listeners: {ListenerArn: string}[]}>('elasticloadbalancingv2', 'CreateListener', {
    LoadBalancerArn: balancer.LoadBalancers[0]?.LoadBalancerArn,
    Port: 443,
    // HTTPS on AWS; loopback has no certificate, so the sandbox's port 443 speaks plain HTTP.
    Protocol: 'HTTP',
    DefaultActions: [
      {
        Type: 'fixed-response',
        FixedResponseConfig: {StatusCode: '503', ContentType: 'text/plain', MessageBody: 'No rule matches.'},
      },
    ],
  })
  const listenerArn = listener.Listeners[0]?.ListenerArn ?? ''
  const ruleArn = await liveRule(call, service, listenerArn, targetGroups)
  await slots(call, service, targetGroups)
  return {service, loadBalancer, listenerArn, ruleArn, targetGroups}
}

async function targetGroup(call: Call, Name: string): Promise<string> {
  const made = await call<{TargetGroups: {TargetGroupArn: string}[]}>('elasticloadbalancingv2', 'CreateTargetGroup', {
    Name,
    Protocol: 'HTTP',
    Port: CONTAINER.port,
    VpcId: 'vpc-0123456789abcdef0',
    TargetType: 'ip',
    HealthCheckPath: '/health',
    HealthCheckIntervalSeconds: 10,
    HealthCheckTimeoutSeconds: 5,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
    Matcher: {HttpCode: '200'},
  })
  const TargetGroupArn = made.TargetGroups[0]?.TargetGroupArn ?? ''
  await call('elasticloadbalancingv2', 'ModifyTargetGroupAttributes', {
    TargetGroupArn,
    Attributes: [{Key: 'deregistration_delay.timeout_seconds', Value: '30'}],
  })
  return TargetGroupArn
}

async function liveRule(call: Call, service: string, ListenerArn: string, groups: ShopService['targetGroups']): Promise<string> {
  const TargetGroups = [
    {TargetGroupArn: groups.a, Weight: 100},
    {TargetGroupArn: groups.b, Weight: 0},
  ]
  const rule = await call<{Rules: {RuleArn: string}[]}>('elasticloadbalancingv2', 'CreateRule', {
    ListenerArn,
    Priority: 40_000,
    Conditions: [{Field: 'path-pattern', PathPatternConfig: {Values: ['/*']}}],
    Actions: [{Type: 'forward', Order: 1, ForwardConfig: {TargetGroups, TargetGroupStickinessConfig: {Enabled: false}}}],
    Tags: [{Key: 'sluice:live', Value: service}],
  })
  return rule.Rules[0]?.RuleArn ?? ''
}

async function slots(call: Call, service: string, groups: ShopService['targetGroups']): Promise<void> {
  const taskDefinition = await registerTaskDefinition(call, service)
  for (const slot of ['a', 'b'] as const) {
    await createService(call, `${service}-${slot}`, taskDefinition, slot === 'a' ? 2 : 0, groups[slot])
    await call('application-autoscaling', 'RegisterScalableTarget', {
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId: `service/${CLUSTER}/${service}-${slot}`,
      MinCapacity: slot === 'a' ? 2 : 0,
      MaxCapacity: 4,
    })
  }
}

/** A smaller copy without a load balancer: it follows every promotion and is scaled up by a failover. */
export async function shopRecovery(world: World, service: string, region: string): Promise<void> {
  const call: Call = async <Answer>(name: string, operation: string, input: object) =>
    (await world.invoke(name, operation, input, region)) as Answer
  await createService(call, `${service}-a`, await registerTaskDefinition(call, service), 1, null)
}

async function registerTaskDefinition(call: Call, family: string): Promise<string> {
  const made = await call<{taskDefinition: {taskDefinitionArn: string}}>('ecs', 'RegisterTaskDefinition', {
    family,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['EC2'],
    cpu: '256',
    memory: '512',
    containerDefinitions: [
      {
        name: CONTAINER.name,
        image: STABLE_IMAGE,
        essential: true,
        cpu: 256,
        memory: 512,
        portMappings: [{containerPort: CONTAINER.port, protocol: 'tcp'}],
      },
    ],
  })
  return made.taskDefinition.taskDefinitionArn
}

async function createService(
  call: Call,
  serviceName: string,
  taskDefinition: string,
  desiredCount: number,
  targetGroupArn: string | null,
): Promise<void> {
  const balanced =
    targetGroupArn === null
      ? {}
      : {
          loadBalancers: [{targetGroupArn, containerName: CONTAINER.name, containerPort: CONTAINER.port}],
          healthCheckGracePeriodSeconds: 30,
        }
  await call('ecs', 'CreateService', {
    cluster: CLUSTER,
    serviceName,
    taskDefinition,
    desiredCount,
    ...balanced,
    capacityProviderStrategy: [{capacityProvider: CAPACITY_PROVIDER, weight: 1, base: 0}],
    deploymentConfiguration: {
      deploymentCircuitBreaker: {enable: true, rollback: false},
      minimumHealthyPercent: 100,
      maximumPercent: 200,
    },
    networkConfiguration: NETWORK,
  })
}

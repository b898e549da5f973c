/**
 * The smallest shop that a release needs, on a world of its own: a load balancer whose live rule names two target groups, and
 * a cluster. Operations are called as the wire would call them; everything that moves is real.
 */
import {setTimeout as pause} from 'node:timers/promises'
import type * as Ecs from '@aws-sdk/client-ecs'
import type * as Elb from '@aws-sdk/client-elastic-load-balancing-v2'
import {createPlane} from '../../src/sandbox/plane/plane.ts'
import type {Plane} from '../../src/sandbox/plane/plane.ts'
import {createWorld} from '../../src/sandbox/world/world.ts'
import type {SandboxWorld} from '../../src/sandbox/world/world.ts'

export const REGION = 'eu-west-1'

export interface Shop {
  readonly world: SandboxWorld
  readonly plane: Plane
  readonly loadBalancer: string
  readonly listener: string
  readonly rule: string
  /** Target groups of the two slots. */
  readonly a: string
  readonly b: string
  elb<Output>(operation: string, input: unknown): Promise<Output>
  ecs<Output>(operation: string, input: unknown): Promise<Output>
  /** Registers a revision of `api` with this image and environment. */
  revision(image: string, env?: Readonly<Record<string, string>>): Promise<string>
  slot(name: 'a' | 'b', options: Partial<Ecs.CreateServiceCommandInput>): Promise<Ecs.Service>
  service(name: string): Promise<Ecs.Service>
  health(group: string): Promise<string[]>
  weigh(a: number, b: number): Promise<void>
  /** Sum and count over all minutes; undefined when nothing was ever observed. */
  metric(name: string, group?: string): {readonly sum: number; readonly count: number} | undefined
  url(): string
  close(): Promise<void>
}

export const forward = (a: string, b: string, weights: readonly [number, number], stickySeconds?: number): Elb.Action => ({
  Type: 'forward',
  ForwardConfig: {
    TargetGroups: [
      {TargetGroupArn: a, Weight: weights[0]},
      {TargetGroupArn: b, Weight: weights[1]},
    ],
    TargetGroupStickinessConfig: stickySeconds === undefined ? {Enabled: false} : {Enabled: true, DurationSeconds: stickySeconds},
  },
})

export async function aShop({speed = 60, seed = 1}: {readonly speed?: number; readonly seed?: number} = {}): Promise<Shop> {
  const world = createWorld({speed, seed, regions: [REGION, 'eu-central-1']})
  const plane = createPlane(world)
  for (const service of plane.services) world.register(service)
  const elb = async <Output>(operation: string, input: unknown): Promise<Output> =>
    (await world.invoke('elasticloadbalancingv2', operation, input, REGION)) as Output
  const ecs = async <Output>(operation: string, input: unknown): Promise<Output> =>
    (await world.invoke('ecs', operation, input, REGION)) as Output

  const lb = (
    await elb<Elb.CreateLoadBalancerCommandOutput>('CreateLoadBalancer', {Name: 'shop', Subnets: ['subnet-1', 'subnet-2']})
  ).LoadBalancers?.[0]
  const groups: string[] = []
  for (const name of ['shop-api-a', 'shop-api-b']) {
    const input = {
      Name: name,
      Protocol: 'HTTP',
      Port: 80,
      TargetType: 'ip',
      VpcId: 'vpc-1',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
    }
    const group =
      (await elb<Elb.CreateTargetGroupCommandOutput>('CreateTargetGroup', input)).TargetGroups?.[0]?.TargetGroupArn ?? ''
    groups.push(group)
    const Attributes = [{Key: 'deregistration_delay.timeout_seconds', Value: '10'}]
    await elb('ModifyTargetGroupAttributes', {TargetGroupArn: group, Attributes})
  }
  const [a = '', b = ''] = groups
  const listener =
    (
      await elb<Elb.CreateListenerCommandOutput>('CreateListener', {
        LoadBalancerArn: lb?.LoadBalancerArn,
        Port: 443,
        Protocol: 'HTTPS',
        DefaultActions: [
          {Type: 'fixed-response', FixedResponseConfig: {StatusCode: '503', ContentType: 'text/plain', MessageBody: 'closed'}},
        ],
      })
    ).Listeners?.[0]?.ListenerArn ?? ''
  const rule =
    (
      await elb<Elb.CreateRuleCommandOutput>('CreateRule', {
        ListenerArn: listener,
        Priority: 40_000,
        Conditions: [{Field: 'path-pattern', Values: ['/*']}],
        Actions: [forward(a, b, [100, 0])],
      })
    ).Rules?.[0]?.RuleArn ?? ''
  await ecs('CreateCluster', {clusterName: 'shop'})
  // The rule takes up to three virtual seconds to reach traffic.
  const written = world.clock.now()
  await until('the live rule is live', () => world.clock.now() > written + 3100)

  const suffix = (arn: string): string => arn.split(':').at(-1) ?? ''
  return {
    world,
    plane,
    loadBalancer: lb?.LoadBalancerArn ?? '',
    listener,
    rule,
    a,
    b,
    elb,
    ecs,
    revision: async (image, env = {}) =>
      (
        await ecs<Ecs.RegisterTaskDefinitionCommandOutput>('RegisterTaskDefinition', {
          family: 'api',
          containerDefinitions: [
            {
              name: 'api',
              image,
              stopTimeout: 10,
              portMappings: [{containerPort: 80}],
              environment: Object.entries(env).map(([name, value]) => ({name, value})),
            },
          ],
        })
      ).taskDefinition?.taskDefinitionArn ?? '',
    slot: async (name, options) => {
      const loadBalancers = [{targetGroupArn: name === 'a' ? a : b, containerName: 'api', containerPort: 80}]
      const input = {
        cluster: 'shop',
        serviceName: `api-${name}`,
        desiredCount: 1,
        loadBalancers,
        healthCheckGracePeriodSeconds: 30,
        ...options,
      }
      return (await ecs<Ecs.CreateServiceCommandOutput>('CreateService', input)).service as Ecs.Service
    },
    service: async (name) =>
      (await ecs<Ecs.DescribeServicesCommandOutput>('DescribeServices', {cluster: 'shop', services: [name]}))
        .services?.[0] as Ecs.Service,
    health: async (group) => {
      const answer = await elb<Elb.DescribeTargetHealthCommandOutput>('DescribeTargetHealth', {TargetGroupArn: group})
      return (answer.TargetHealthDescriptions ?? []).map((one) =>
        [one.TargetHealth?.State, one.TargetHealth?.Reason].filter(Boolean).join(' '),
      )
    },
    weigh: async (weightA, weightB) => {
      await elb('ModifyRule', {RuleArn: rule, Actions: [forward(a, b, [weightA, weightB])]})
    },
    metric: (metric, group) => {
      const LoadBalancer = (lb?.LoadBalancerArn ?? '').split(':loadbalancer/')[1] ?? ''
      const dimensions: Record<string, string> = group === undefined ? {LoadBalancer} : {LoadBalancer, TargetGroup: suffix(group)}
      const series = world.metrics.find({region: REGION, namespace: 'AWS/ApplicationELB', metric, dimensions})
      if (series === undefined) return undefined
      const minutes = [...series.minutes.values()]
      return {sum: minutes.reduce((sum, one) => sum + one.sum, 0), count: minutes.reduce((sum, one) => sum + one.count, 0)}
    },
    url: () => plane.endpoints()[0]?.url ?? '',
    close: async () => {
      await plane.close()
      await world.close()
    },
  }
}

/** Looks until it holds: what moves here is real, so its end is waited for, not its duration. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 25_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}`)
    await pause(20)
  }
}

/** Status codes of `count` requests, 0 for one that got no answer. */
export async function ask(url: string, count: number, init: RequestInit = {}): Promise<Map<number, number>> {
  const seen = new Map<number, number>()
  const one = async (): Promise<void> => {
    const status = await fetch(url, {redirect: 'manual', ...init}).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status
      },
      () => 0,
    )
    seen.set(status, (seen.get(status) ?? 0) + 1)
  }
  for (let sent = 0; sent < count; sent += 20) await Promise.all(Array.from({length: Math.min(20, count - sent)}, one))
  return seen
}

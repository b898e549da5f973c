import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {startSandbox} from '../../src/sandbox/server.ts'
import type {Sandbox} from '../../src/sandbox/server.ts'
import type {SandboxStatus} from '../../src/sandbox/status.ts'

describe('a service that somebody made beside the shop', () => {
  let sandbox: Sandbox
  const make = async <Answer>(service: string, operation: string, input: object): Promise<Answer> =>
    (await sandbox.world.invoke(service, operation, input, 'eu-west-1')) as Answer
  const elb = <Answer>(operation: string, input: object): Promise<Answer> =>
    make<Answer>('elasticloadbalancingv2', operation, input)
  const admin = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> =>
    (await (
      await fetch(`${sandbox.endpoint}/_sluice/${path}`, {method, ...(body !== undefined && {body: JSON.stringify(body)})})
    ).json()) as Record<string, unknown>
  const group = async (Name: string): Promise<string> =>
    (
      await elb<{TargetGroups: {TargetGroupArn: string}[]}>('CreateTargetGroup', {
        Name,
        Protocol: 'HTTP',
        Port: 8080,
        VpcId: 'vpc-1',
        TargetType: 'ip',
      })
    ).TargetGroups[0]?.TargetGroupArn ?? ''

  beforeAll(async () => {
    sandbox = await startSandbox({speed: 60, seed: 1, world: 'shop', services: ['api'], trafficPerMinute: 60})
    const {LoadBalancers} = await elb<{LoadBalancers: {LoadBalancerArn: string}[]}>('CreateLoadBalancer', {
      Name: 'orders',
      Subnets: ['subnet-1', 'subnet-2'],
      Type: 'application',
    })
    const {Listeners} = await elb<{Listeners: {ListenerArn: string}[]}>('CreateListener', {
      LoadBalancerArn: LoadBalancers[0]?.LoadBalancerArn,
      Port: 443,
      Protocol: 'HTTP',
      DefaultActions: [{Type: 'fixed-response', FixedResponseConfig: {StatusCode: '503'}}],
    })
    const rule = async (Priority: number, arns: readonly string[], tags: object): Promise<unknown> =>
      elb('CreateRule', {
        ListenerArn: Listeners[0]?.ListenerArn,
        Priority,
        Conditions: [{Field: 'path-pattern', PathPatternConfig: {Values: [`/${Priority}/*`]}}],
        ...tags,
        Actions: [
          {
            Type: 'forward',
            ForwardConfig: {TargetGroups: arns.map((TargetGroupArn, index) => ({TargetGroupArn, Weight: index === 0 ? 30 : 70}))},
          },
        ],
      })
    const [first, second] = [await group('orders-1'), await group('orders-2')]
    await rule(1, [first], {})
    await rule(2, [first, second], {Tags: [{Key: 'sluice:live', Value: 'orders'}]})
    const {taskDefinition} = await make<{taskDefinition: {taskDefinitionArn: string}}>('ecs', 'RegisterTaskDefinition', {
      family: 'orders',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      requiresCompatibilities: ['EC2'],
      containerDefinitions: [{name: 'app', image: 'shop/api:1.8.2', essential: true, portMappings: [{containerPort: 8080}]}],
    })
    await make('ecs', 'CreateCluster', {clusterName: 'orders'})
    // The first group of the rule is slot b's: its service says so.
    for (const [slot, targetGroupArn] of [
      ['b', first],
      ['a', second],
    ] as const) {
      await make('ecs', 'CreateService', {
        cluster: 'orders',
        serviceName: `orders-${slot}`,
        taskDefinition: taskDefinition.taskDefinitionArn,
        desiredCount: slot === 'b' ? 1 : 0,
        loadBalancers: [{targetGroupArn, containerName: 'app', containerPort: 8080}],
        networkConfiguration: {awsvpcConfiguration: {subnets: ['subnet-1'], securityGroups: ['sg-1']}},
      })
    }
  }, 30_000)
  afterAll(async () => {
    await sandbox.close()
  })

  it('is in the status by its live rule, with its slots, weights and counts', async () => {
    const {services} = (await admin('GET', 'status')) as unknown as SandboxStatus
    expect(services).toMatchObject([
      {
        service: 'api',
        loadBalancer: 'shop',
        weights: {a: 100, b: 0},
        slots: [
          {slot: 'a', desired: 2},
          {slot: 'b', desired: 0},
        ],
      },
      {
        service: 'orders',
        loadBalancer: 'orders',
        weights: {a: 70, b: 30},
        slots: [
          {slot: 'a', desired: 0},
          {slot: 'b', desired: 1},
        ],
      },
    ])
  })

  it('gets traffic by its name alone', async () => {
    expect(await admin('POST', 'traffic', {service: 'orders', perMinute: 120})).toEqual({services: ['orders'], perMinute: 120})
    const {traffic} = (await admin('GET', 'traffic')) as {traffic: readonly {loadBalancer: string; perMinute: number}[]}
    expect(traffic.map(({loadBalancer, perMinute}) => [loadBalancer, perMinute])).toEqual([
      ['shop', 60],
      ['orders', 120],
    ])
  })

  it('gets the same as all the others when nobody is named', async () => {
    expect(await admin('POST', 'traffic', {perMinute: 0})).toEqual({services: ['api', 'orders'], perMinute: 0})
  })

  it('stands in the sentence that says whom there is', async () => {
    expect(await admin('POST', 'traffic', {service: 'nope', perMinute: 1})).toEqual({
      message: 'There is no service nope here; there is api, orders.',
    })
  })
})

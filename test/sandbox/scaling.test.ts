import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import type {RegisterScalableTargetCommandInput, ScalableTarget} from '@aws-sdk/client-application-auto-scaling'
import {afterAll, beforeAll, beforeEach, describe, expect, it} from 'vitest'
import {createApplicationAutoScaling} from '../../src/sandbox/services/application-autoscaling.ts'
import {aWire} from './a-wire.ts'
import type {AWire} from './a-wire.ts'

describe('Application Auto Scaling as the unmodified SDK sees it', () => {
  let wire: AWire
  let client: ApplicationAutoScalingClient
  let number = 0
  let names: {ServiceNamespace: 'ecs'; ScalableDimension: 'ecs:service:DesiredCount'; ResourceId: string}

  beforeAll(async () => {
    const services = (name: string) => (name === 'gone' ? [] : [{serviceName: name, status: 'ACTIVE'}])
    wire = await aWire([
      createApplicationAutoScaling,
      () => ({
        name: 'ecs',
        operations: {DescribeServices: (input: {services: string[]}) => ({services: services(input.services[0] ?? '')})},
      }),
    ])
    client = new ApplicationAutoScalingClient(wire.client())
  })
  beforeEach(() => {
    number += 1
    names = {ServiceNamespace: 'ecs', ScalableDimension: 'ecs:service:DesiredCount', ResourceId: `service/shop/s${number}`}
  })
  afterAll(async () => {
    client.destroy()
    await wire.close()
  })
  const register = async (more: Partial<RegisterScalableTargetCommandInput>): Promise<unknown> =>
    client.send(new RegisterScalableTargetCommand({...names, ...more}))
  const read = async (): Promise<ScalableTarget | undefined> =>
    (await client.send(new DescribeScalableTargetsCommand({ServiceNamespace: 'ecs', ResourceIds: [names.ResourceId]})))
      .ScalableTargets?.[0]

  it('keeps what a partial update leaves out', async () => {
    await register({MinCapacity: 2, MaxCapacity: 4})
    await register({SuspendedState: {DynamicScalingInSuspended: true}})
    await register({MaxCapacity: 8})
    expect(await read()).toMatchObject({
      MinCapacity: 2,
      MaxCapacity: 8,
      SuspendedState: {DynamicScalingInSuspended: true, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false},
    })
  })

  const putPolicy = async (TargetValue: number): Promise<unknown> =>
    client.send(
      new PutScalingPolicyCommand({
        ...names,
        PolicyName: 'cpu',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue,
          PredefinedMetricSpecification: {PredefinedMetricType: 'ECSServiceAverageCPUUtilization'},
        },
      }),
    )
  const policies = async () =>
    (await client.send(new DescribeScalingPoliciesCommand({ServiceNamespace: 'ecs', ResourceId: names.ResourceId})))
      .ScalingPolicies

  it('keeps one policy of a name, which goes by itself or with its target', async () => {
    await expect(putPolicy(50)).rejects.toThrow(/^No scalable target registered for/)
    await register({MinCapacity: 2, MaxCapacity: 4})
    await putPolicy(50)
    const [first] = (await policies()) ?? []
    await putPolicy(60)
    expect(await policies()).toMatchObject([
      {PolicyName: 'cpu', PolicyARN: first?.PolicyARN, TargetTrackingScalingPolicyConfiguration: {TargetValue: 60}},
    ])
    await client.send(new DeleteScalingPolicyCommand({...names, PolicyName: 'cpu'}))
    expect(await policies()).toEqual([])
    await putPolicy(50)
    await client.send(new DeregisterScalableTargetCommand(names))
    expect(await policies()).toEqual([])
  })

  it('gives scale-in back', async () => {
    await register({MinCapacity: 0, MaxCapacity: 4, SuspendedState: {DynamicScalingInSuspended: true}})
    await register({SuspendedState: {DynamicScalingInSuspended: false}})
    expect((await read())?.SuspendedState?.DynamicScalingInSuspended).toBe(false)
    expect((await read())?.MinCapacity).toBe(0)
  })

  it.each<[string, Partial<RegisterScalableTargetCommandInput>]>([
    ['a first registration without capacities', {}],
    ['a minimum above the maximum', {MinCapacity: 5, MaxCapacity: 4}],
    ['a service that is not there', {MinCapacity: 0, MaxCapacity: 1, ResourceId: 'service/shop/gone'}],
    [
      'another dimension',
      {MinCapacity: 0, MaxCapacity: 1, ScalableDimension: 'dynamodb:table:ReadCapacityUnits', ServiceNamespace: 'dynamodb'},
    ],
  ])('refuses %s', async (_, more) => {
    await expect(register(more)).rejects.toMatchObject({name: 'ValidationException'})
    expect(await read()).toBeUndefined()
  })

  it('keeps Regions apart', async () => {
    await register({MinCapacity: 1, MaxCapacity: 2})
    const elsewhere = new ApplicationAutoScalingClient(wire.client('eu-central-1'))
    expect((await elsewhere.send(new DescribeScalableTargetsCommand({ServiceNamespace: 'ecs'}))).ScalableTargets).toEqual([])
    elsewhere.destroy()
  })

  it('pages, and forgets what was deregistered', async () => {
    await register({MinCapacity: 1, MaxCapacity: 2})
    await client.send(new DeregisterScalableTargetCommand(names))
    expect(await read()).toBeUndefined()
    await expect(client.send(new DeregisterScalableTargetCommand(names))).rejects.toMatchObject({name: 'ObjectNotFoundException'})
    const first = await client.send(new DescribeScalableTargetsCommand({ServiceNamespace: 'ecs', MaxResults: 1}))
    const second = await client.send(
      new DescribeScalableTargetsCommand({ServiceNamespace: 'ecs', MaxResults: 1, NextToken: first.NextToken}),
    )
    expect(second.ScalableTargets?.[0]?.ResourceId).not.toBe(first.ScalableTargets?.[0]?.ResourceId)
  })
})

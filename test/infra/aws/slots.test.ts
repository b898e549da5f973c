import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {
  CreateRuleCommand,
  DeleteRuleCommand,
  DescribeRulesCommand,
  DescribeTagsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {slots} from '../../../src/infra/aws/slots.ts'
import type {SlotSpec} from '../../../src/runbooks/provision/ports.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {aSession, arns, awsError, groups} from './a-session.ts'

const ecs = mockClient(ECSClient)
const elb = mockClient(ElasticLoadBalancingV2Client)
const scaling = mockClient(ApplicationAutoScalingClient)
beforeEach(() => [ecs, elb, scaling].forEach((mock) => mock.reset()))
const port = slots(aSession())
const definitionArn = 'arn:aws:ecs:eu-west-1:111122223333:task-definition/shop-production-api:1'
const spec: SlotSpec = {
  region: 'eu-west-1',
  cluster: 'shop',
  service: 'shop-production-a',
  slot: 'a',
  targetGroup: arns.a,
  capacityProvider: 'hosts',
  subnets: ['subnet-1', 'subnet-2'],
  securityGroup: 'sg-1',
  count: 2,
  scaling: {min: 2, max: 8, cpuPercent: 60},
  taskDefinition: {
    family: 'shop-production-api',
    image: 'shop:1',
    container: 'api',
    port: 8080,
    cpu: 256,
    memoryMiB: 512,
    executionRole: 'arn:execution',
    taskRole: 'arn:task',
    logGroup: '/shop/api',
    environment: {REGION: 'eu-west-1'},
    secrets: {CACHE: 'arn:secret'},
  },
  tags: {service: 'shop', environment: 'production'},
}
function nothingThere(): void {
  ecs.on(DescribeServicesCommand).resolves({services: [], failures: [{reason: 'MISSING'}]})
  ecs.on(ListTaskDefinitionsCommand).resolves({taskDefinitionArns: []})
  ecs.on(RegisterTaskDefinitionCommand).resolves({taskDefinition: {taskDefinitionArn: definitionArn}})
  ecs.on(CreateServiceCommand).resolves({})
}

describe('making a slot', () => {
  test("the service names its capacity provider, keeps the circuit breaker's rollback off, and passes its tags on", async () => {
    nothingThere()
    await port.createSlot(spec)
    expect(ecs.commandCalls(CreateServiceCommand)[0]?.args[0].input).toEqual({
      cluster: 'shop',
      serviceName: 'shop-production-a',
      taskDefinition: definitionArn,
      desiredCount: 2,
      capacityProviderStrategy: [{capacityProvider: 'hosts', weight: 1, base: 0}],
      deploymentConfiguration: {
        deploymentCircuitBreaker: {enable: true, rollback: false},
        minimumHealthyPercent: 100,
        maximumPercent: 200,
      },
      availabilityZoneRebalancing: 'ENABLED',
      placementStrategy: [
        {type: 'spread', field: 'attribute:ecs.availability-zone'},
        {type: 'spread', field: 'instanceId'},
      ],
      healthCheckGracePeriodSeconds: 60,
      loadBalancers: [{targetGroupArn: arns.a, containerName: 'api', containerPort: 8080}],
      networkConfiguration: {
        awsvpcConfiguration: {subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED'},
      },
      propagateTags: 'SERVICE',
      enableECSManagedTags: true,
      tags: [
        {key: 'service', value: 'shop'},
        {key: 'environment', value: 'production'},
        {key: 'sluice:slot', value: 'a'},
      ],
    })
  })

  test("its tasks run as nobody in particular on a file system they can't write, and a slow log holds nothing up", async () => {
    nothingThere()
    await port.createSlot(spec)
    const sent = ecs.commandCalls(RegisterTaskDefinitionCommand)[0]?.args[0].input
    expect(sent).toMatchObject({
      family: 'shop-production-api',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      executionRoleArn: 'arn:execution',
      taskRoleArn: 'arn:task',
    })
    expect(sent?.containerDefinitions?.[0]).toMatchObject({
      name: 'api',
      image: 'shop:1',
      user: '10001:10001',
      readonlyRootFilesystem: true,
      environment: [{name: 'REGION', value: 'eu-west-1'}],
      secrets: [{name: 'CACHE', valueFrom: 'arn:secret'}],
      logConfiguration: {
        logDriver: 'awslogs',
        options: {'awslogs-group': '/shop/api', 'awslogs-region': 'eu-west-1', mode: 'non-blocking'},
      },
    })
    expect(sent?.tags).toEqual([
      {key: 'service', value: 'shop'},
      {key: 'environment', value: 'production'},
    ])
  })

  test('a revision that says the same is used again', async () => {
    nothingThere()
    await port.createSlot(spec)
    const registered = ecs.commandCalls(RegisterTaskDefinitionCommand)[0]?.args[0].input
    const {tags: _tags, ...content} = registered ?? {}
    ecs.on(ListTaskDefinitionsCommand).resolves({taskDefinitionArns: [definitionArn]})
    ecs.on(DescribeTaskDefinitionCommand).resolves({
      taskDefinition: {...content, taskDefinitionArn: definitionArn, revision: 1, status: 'ACTIVE', volumes: []} as never,
    })
    await port.createSlot({...spec, service: 'shop-production-b', slot: 'b'})
    expect(ecs.commandCalls(RegisterTaskDefinitionCommand)).toHaveLength(1)
  })

  test('what is there is left as it is', async () => {
    ecs.on(DescribeServicesCommand).resolves({services: [{status: 'ACTIVE', serviceName: spec.service}]})
    await port.createSlot(spec)
    expect(
      [
        ecs.commandCalls(RegisterTaskDefinitionCommand),
        ecs.commandCalls(CreateServiceCommand),
        ecs.commandCalls(UpdateServiceCommand),
      ].flat(),
    ).toEqual([])
  })

  test('a service that is still draining is waited for', async () => {
    ecs.on(DescribeServicesCommand).resolves({services: [{status: 'DRAINING'}]})
    await expect(port.createSlot(spec)).rejects.toBeInstanceOf(Unavailable)
  })

  test('a first try whose answer was lost is done', async () => {
    nothingThere()
    ecs.on(CreateServiceCommand).rejects(awsError('InvalidParameterException', 400, 'Creation of service was not idempotent.'))
    await expect(port.createSlot(spec)).resolves.toBeUndefined()
  })
})

describe('a slot', () => {
  test('is told with its bounds', async () => {
    ecs.on(DescribeServicesCommand).resolves({
      services: [
        {
          status: 'ACTIVE',
          desiredCount: 3,
          runningCount: 2,
          taskDefinition: definitionArn,
          loadBalancers: [{targetGroupArn: arns.a}],
        },
      ],
    })
    scaling
      .on(DescribeScalableTargetsCommand)
      .resolves({ScalableTargets: [{ResourceId: 'service/shop/shop-production-a', MinCapacity: 2, MaxCapacity: 8} as never]})
    expect(await port.slot('eu-west-1', 'shop', 'shop-production-a')).toEqual({
      status: 'ACTIVE',
      desired: 3,
      running: 2,
      taskDefinition: definitionArn,
      targetGroup: arns.a,
      scaling: {min: 2, max: 8},
    })
  })

  test.each([
    ['that was never there', {services: []}],
    ['that ECS only remembers', {services: [{status: 'INACTIVE'}]}],
  ])('%s is null', async (_, answer) => {
    ecs.on(DescribeServicesCommand).resolves(answer)
    expect(await port.slot('eu-west-1', 'shop', 'x')).toBeNull()
  })

  test("of a cluster that isn't there is null", async () => {
    ecs.on(DescribeServicesCommand).rejects(awsError('ClusterNotFoundException'))
    expect(await port.slot('eu-west-1', 'shop', 'x')).toBeNull()
  })

  test('is removed without force, and twice is once', async () => {
    ecs.on(DeleteServiceCommand).resolvesOnce({}).rejectsOnce(awsError('ServiceNotActiveException'))
    await port.removeSlot('eu-west-1', 'shop', 'x')
    await port.removeSlot('eu-west-1', 'shop', 'x')
    expect(ecs.commandCalls(DeleteServiceCommand)[0]?.args[0].input).toEqual({cluster: 'shop', service: 'x'})
  })
})

describe('scaling', () => {
  test('is made with its policy', async () => {
    scaling.on(DescribeScalableTargetsCommand).resolves({ScalableTargets: []})
    scaling.on(DescribeScalingPoliciesCommand).resolves({ScalingPolicies: []})
    await port.createScaling(spec)
    expect(scaling.commandCalls(RegisterScalableTargetCommand)[0]?.args[0].input).toMatchObject({
      ResourceId: 'service/shop/shop-production-a',
      MinCapacity: 2,
      MaxCapacity: 8,
    })
    expect(scaling.commandCalls(PutScalingPolicyCommand)[0]?.args[0].input).toMatchObject({
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {TargetValue: 60},
    })
  })

  test('that is there keeps its bounds and its policy', async () => {
    scaling
      .on(DescribeScalableTargetsCommand)
      .resolves({ScalableTargets: [{ResourceId: 'service/shop/shop-production-a'} as never]})
    scaling.on(DescribeScalingPoliciesCommand).resolves({ScalingPolicies: [{} as never]})
    await port.createScaling(spec)
    expect([scaling.commandCalls(RegisterScalableTargetCommand), scaling.commandCalls(PutScalingPolicyCommand)].flat()).toEqual(
      [],
    )
  })

  test('that is gone is removed', async () => {
    scaling.on(DeregisterScalableTargetCommand).rejects(awsError('ObjectNotFoundException'))
    await expect(port.removeScaling('eu-west-1', 'shop', 'x')).resolves.toBeUndefined()
  })
})

describe('the live rule', () => {
  const forward = (a: number, b: number) => [
    {
      Type: 'forward' as const,
      ForwardConfig: {
        TargetGroups: [
          {TargetGroupArn: arns.a, Weight: a},
          {TargetGroupArn: arns.b, Weight: b},
        ],
      },
    },
  ]

  test('is the tagged one, on whatever page, with its weights', async () => {
    const rules = Array.from({length: 21}, (_, index) => ({RuleArn: `r-${index}`, Actions: forward(100, 0)}))
    elb
      .on(DescribeRulesCommand)
      .resolvesOnce({Rules: [...rules, {RuleArn: 'r-default', IsDefault: true}], NextMarker: 'm'})
      .resolvesOnce({Rules: [{RuleArn: arns.rule, Actions: forward(75, 25)}]})
    elb.on(DescribeTagsCommand).callsFake((input: {ResourceArns: string[]}) => ({
      TagDescriptions: input.ResourceArns.map((ResourceArn) => ({
        ResourceArn,
        Tags: ResourceArn === arns.rule ? [{Key: 'sluice:live', Value: 'shop'}] : [],
      })),
    }))
    expect(await port.liveRule('eu-west-1', arns.listener, groups)).toEqual({arn: arns.rule, weights: {a: 75, b: 25}})
    expect(elb.commandCalls(DescribeTagsCommand).map(({args}) => args[0].input.ResourceArns?.length)).toEqual([20, 2])
  })

  test("isn't there on a listener without one, or without a listener", async () => {
    elb
      .on(DescribeRulesCommand)
      .resolvesOnce({Rules: [{RuleArn: 'r-default', IsDefault: true}]})
      .rejectsOnce(awsError('ListenerNotFoundException'))
    expect([
      await port.liveRule('eu-west-1', arns.listener, groups),
      await port.liveRule('eu-west-1', arns.listener, groups),
    ]).toEqual([null, null])
  })

  const rule = {
    region: 'eu-west-1',
    listener: arns.listener,
    targetGroups: groups,
    serving: 'a',
    priority: 40_000,
    tags: {'sluice:live': 'shop'},
  } as const
  test('is made with its tag in one call, all weight on slot a', async () => {
    elb.on(DescribeRulesCommand).resolves({Rules: []})
    elb.on(CreateRuleCommand).resolves({})
    await port.createLiveRule(rule)
    expect(elb.commandCalls(CreateRuleCommand)[0]?.args[0].input).toEqual({
      ListenerArn: arns.listener,
      Priority: 40_000,
      Conditions: [{Field: 'path-pattern', PathPatternConfig: {Values: ['/*']}}],
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              {TargetGroupArn: arns.a, Weight: 100},
              {TargetGroupArn: arns.b, Weight: 0},
            ],
            TargetGroupStickinessConfig: {Enabled: false},
          },
        },
      ],
      Tags: [{Key: 'sluice:live', Value: 'shop'}],
    })
  })

  test('that has to be made anew after a release sends everybody to the slot that serves', async () => {
    elb.on(DescribeRulesCommand).resolves({Rules: []})
    elb.on(CreateRuleCommand).resolves({})
    await port.createLiveRule({...rule, serving: 'b'})
    const [action] = elb.commandCalls(CreateRuleCommand)[0]?.args[0].input.Actions ?? []
    expect(action?.ForwardConfig?.TargetGroups).toEqual([
      {TargetGroupArn: arns.a, Weight: 0},
      {TargetGroupArn: arns.b, Weight: 100},
    ])
  })

  test('that is there is never made again, nor changed', async () => {
    elb.on(DescribeRulesCommand).resolves({Rules: [{RuleArn: arns.rule, Actions: forward(5, 95)}]})
    elb
      .on(DescribeTagsCommand)
      .resolves({TagDescriptions: [{ResourceArn: arns.rule, Tags: [{Key: 'sluice:live', Value: 'shop'}]}]})
    await port.createLiveRule(rule)
    expect(elb.commandCalls(CreateRuleCommand)).toHaveLength(0)
  })

  test('removed twice is removed once', async () => {
    elb.on(DeleteRuleCommand).rejects(awsError('RuleNotFoundException'))
    await expect(port.removeLiveRule('eu-west-1', arns.rule)).resolves.toBeUndefined()
  })
})

test('only healthy targets count', async () => {
  elb.on(DescribeTargetHealthCommand).resolves({
    TargetHealthDescriptions: [
      {TargetHealth: {State: 'healthy'}},
      {TargetHealth: {State: 'initial'}},
      {TargetHealth: {State: 'draining'}},
    ],
  })
  expect(await port.healthyTargets('eu-west-1', arns.a)).toBe(1)
})

import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScheduledActionsCommand,
  PutScheduledUpdateGroupActionCommand,
  SetInstanceProtectionCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {CloudWatchLogsClient, GetLogEventsCommand} from '@aws-sdk/client-cloudwatch-logs'
import {DescribeImagesCommand, ECRClient} from '@aws-sdk/client-ecr'
import {
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {compute} from '../../../../src/infra/aws/recovery/compute.ts'
import {Unavailable} from '../../../../src/runbooks/engine/unavailable.ts'
import {aSession, arns, awsError} from '../a-session.ts'

const ecs = mockClient(ECSClient)
const groupsOf = mockClient(AutoScalingClient)
const scaling = mockClient(ApplicationAutoScalingClient)
const ecr = mockClient(ECRClient)
const logs = mockClient(CloudWatchLogsClient)
const mocks = [ecs, groupsOf, scaling, ecr, logs] as unknown as readonly (typeof ecs)[]
beforeEach(() => mocks.forEach((mock) => mock.reset().onAnyCommand().resolves({})))
const region = 'eu-west-1'
const port = compute(aSession())

describe('hosts', () => {
  const instance = (InstanceId: string, LifecycleState: 'InService' | 'Pending') =>
    ({InstanceId, LifecycleState, InstanceType: 'm7g.large'}) as never

  test('are counted in the group, and in ECS where their agent is connected', async () => {
    groupsOf.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        {
          MinSize: 2,
          MaxSize: 6,
          DesiredCapacity: 3,
          Instances: [instance('i-1', 'InService'), instance('i-2', 'InService'), instance('i-3', 'Pending')],
          MixedInstancesPolicy: {LaunchTemplate: {Overrides: [{InstanceType: 'm7g.large'}, {InstanceType: 'm7gd.large'}]}},
        } as never,
      ],
    })
    ecs
      .on(ListContainerInstancesCommand)
      .resolvesOnce({containerInstanceArns: ['a'], nextToken: 'n'})
      .resolvesOnce({containerInstanceArns: ['b']})
    ecs.on(DescribeContainerInstancesCommand).resolves({
      containerInstances: [
        {status: 'ACTIVE', agentConnected: true},
        {status: 'ACTIVE', agentConnected: false},
      ],
    })
    expect(await port.hosts(region, 'hosts', 'shop')).toEqual({
      group: 'hosts',
      min: 2,
      max: 6,
      desired: 3,
      inService: 2,
      registered: 1,
      instanceTypes: ['m7g.large', 'm7gd.large'],
    })
  })

  test("of a group that isn't there are null, and a cluster that isn't there has none", async () => {
    groupsOf.on(DescribeAutoScalingGroupsCommand).resolves({AutoScalingGroups: []})
    ecs.on(ListContainerInstancesCommand).rejects(awsError('ClusterNotFoundException'))
    expect(await port.hosts(region, 'hosts', 'shop')).toBeNull()
  })

  test('get least, most and wanted in one call', async () => {
    await port.sizeHosts(region, 'hosts', {min: 4, max: 12, desired: 4})
    expect(groupsOf.commandCalls(UpdateAutoScalingGroupCommand)[0]?.args[0].input).toEqual({
      AutoScalingGroupName: 'hosts',
      MinSize: 4,
      MaxSize: 12,
      DesiredCapacity: 4,
    })
  })

  test('that are too many lose their protection, the emptiest first; others keep theirs', async () => {
    const held = (id: string, isHeld = true) =>
      ({...(instance(id, 'InService') as object), ProtectedFromScaleIn: isHeld}) as never
    groupsOf
      .on(DescribeAutoScalingGroupsCommand)
      .resolves({AutoScalingGroups: [{Instances: [held('i-1'), held('i-2'), held('i-3'), held('i-4', false)]} as never]})
    ecs.on(ListContainerInstancesCommand).resolves({containerInstanceArns: ['a']})
    ecs.on(DescribeContainerInstancesCommand).resolves({
      containerInstances: [
        {ec2InstanceId: 'i-1', runningTasksCount: 2},
        {ec2InstanceId: 'i-2', pendingTasksCount: 1},
        {ec2InstanceId: 'i-3'},
      ],
    })
    expect(await port.freeHosts(region, 'hosts', 'shop', 2)).toBe(2)
    expect(groupsOf.commandCalls(SetInstanceProtectionCommand).map(({args}) => args[0].input)).toEqual([
      {AutoScalingGroupName: 'hosts', InstanceIds: ['i-3', 'i-2'], ProtectedFromScaleIn: false},
    ])
  })

  test('a schedule that would take them away is raised; one of the least size alone stays', async () => {
    groupsOf.on(DescribeScheduledActionsCommand).resolves({
      ScheduledUpdateGroupActions: [
        {ScheduledActionName: 'night', Recurrence: '0 20 * * *', TimeZone: 'Etc/UTC', MinSize: 1, DesiredCapacity: 2},
        {ScheduledActionName: 'day', Recurrence: '0 6 * * *', MinSize: 2},
      ],
    })
    await port.sizeHosts(region, 'hosts', {min: 4, max: 12, desired: 4})
    expect(groupsOf.commandCalls(PutScheduledUpdateGroupActionCommand).map(({args}) => args[0].input)).toEqual([
      {
        AutoScalingGroupName: 'hosts',
        ScheduledActionName: 'night',
        Recurrence: '0 20 * * *',
        TimeZone: 'Etc/UTC',
        MinSize: 1,
        DesiredCapacity: 4,
      },
    ])
  })
})

describe('a service', () => {
  const target = {
    ResourceId: 'service/shop/api-a',
    MinCapacity: 2,
    MaxCapacity: 4,
    SuspendedState: {DynamicScalingInSuspended: true},
  } as never

  test('is told with its bounds and its newest deployment', async () => {
    ecs.on(DescribeServicesCommand).resolves({
      services: [
        {
          status: 'ACTIVE',
          serviceName: 'api-a',
          desiredCount: 2,
          runningCount: 1,
          taskDefinition: 't:1',
          loadBalancers: [{targetGroupArn: arns.a}],
          createdAt: new Date(5),
          deployments: [
            {id: 'old', status: 'ACTIVE'},
            {id: 'new', status: 'PRIMARY', rolloutState: 'FAILED', rolloutStateReason: 'circuit breaker'},
          ],
        },
      ],
    })
    scaling.on(DescribeScalableTargetsCommand).resolves({ScalableTargets: [target]})
    expect(await port.service(region, 'shop', 'api-a')).toEqual({
      name: 'api-a',
      desired: 2,
      running: 1,
      taskDefinition: 't:1',
      targetGroup: arns.a,
      bounds: {min: 2, max: 4},
      createdAt: 5,
      deployment: {id: 'new', state: 'FAILED', reason: 'circuit breaker'},
    })
  })

  test('that ECS only remembers is null', async () => {
    ecs.on(DescribeServicesCommand).resolves({services: [{status: 'INACTIVE'}]})
    expect(await port.service(region, 'shop', 'api-a')).toBeNull()
  })

  test('gets bounds; what is suspended stays suspended', async () => {
    scaling.on(DescribeScalableTargetsCommand).resolves({ScalableTargets: [target]})
    await port.boundService(region, 'shop', 'api-a', {min: 0, max: 0})
    expect(scaling.commandCalls(RegisterScalableTargetCommand)[0]?.args[0].input).toMatchObject({
      MinCapacity: 0,
      MaxCapacity: 0,
      SuspendedState: {DynamicScalingInSuspended: true},
    })
  })

  test.each([
    ['without a scalable target', [], {min: 0, max: 0}],
    ['that has them already', [target], {min: 2, max: 4}],
  ])('%s is left alone', async (_, ScalableTargets, bounds) => {
    scaling.on(DescribeScalableTargetsCommand).resolves({ScalableTargets})
    await port.boundService(region, 'shop', 'api-a', bounds)
    expect(scaling.commandCalls(RegisterScalableTargetCommand)).toHaveLength(0)
  })

  test('rolls by force, the same revision, and says which deployment that is', async () => {
    ecs.on(UpdateServiceCommand).resolves({service: {deployments: [{id: 'd-9', status: 'PRIMARY'}]}})
    expect(await port.rollService(region, 'shop', 'api-a')).toEqual({deployment: 'd-9'})
    expect(ecs.commandCalls(UpdateServiceCommand)[0]?.args[0].input).toEqual({
      cluster: 'shop',
      service: 'api-a',
      forceNewDeployment: true,
    })
  })

  test("that doesn't show its new deployment is asked again", async () => {
    ecs.on(UpdateServiceCommand).resolves({service: {deployments: []}})
    await expect(port.rollService(region, 'shop', 'api-a')).rejects.toBeInstanceOf(Unavailable)
  })
})

describe('the image that serves', () => {
  const registry = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop'
  const runs = (image: string) =>
    ecs
      .on(DescribeTaskDefinitionCommand)
      .resolves({taskDefinition: {containerDefinitions: [{name: 'api', essential: true, image}]}})

  test.each([
    ['has the digest that its tag means in this Region', `${registry}:1.2.3`, `${registry}@sha256:ab`],
    ['is its digest already', `${registry}@sha256:cd`, `${registry}@sha256:cd`],
    ['of another registry is what it is called', 'quay.io/shop/api:1', 'quay.io/shop/api:1'],
  ])('%s', async (_, image, expected) => {
    runs(image)
    ecr.on(DescribeImagesCommand).resolves({imageDetails: [{imageDigest: 'sha256:ab'}]})
    expect(await port.image(region, 't:1')).toBe(expected)
  })

  test("is looked up in the Region's own registry, never in the one of its name", async () => {
    runs(`${registry}:1.2.3`)
    await port.image(region, 't:1')
    expect(ecr.commandCalls(DescribeImagesCommand)[0]?.args[0].input).toEqual({
      registryId: '111122223333',
      repositoryName: 'shop',
      imageIds: [{imageTag: '1.2.3'}],
    })
    expect(
      await (
        ecr.commandCalls(DescribeImagesCommand)[0]?.thisValue as {readonly config: {region(): Promise<string>}}
      ).config.region(),
    ).toBe(region)
  })
})

describe('one task that answers a question', () => {
  const network = {awsvpcConfiguration: {subnets: ['s'], securityGroups: ['sg']}}
  const container = {
    name: 'api',
    essential: true,
    logConfiguration: {logDriver: 'awslogs' as const, options: {'awslogs-group': '/shop', 'awslogs-stream-prefix': 'shop'}},
  }
  beforeEach(() => {
    ecs.on(DescribeServicesCommand).resolves({
      services: [
        {
          status: 'ACTIVE',
          taskDefinition: 't:1',
          networkConfiguration: network,
          capacityProviderStrategy: [{capacityProvider: 'hosts', weight: 1}],
        },
      ],
    })
    ecs
      .on(DescribeTaskDefinitionCommand)
      .resolves({taskDefinition: {containerDefinitions: [{name: 'sidecar', essential: false}, container]}})
  })

  test("runs the service's revision in its network, with the question in its environment", async () => {
    ecs.on(RunTaskCommand).resolves({tasks: [{taskArn: 'arn:task/shop/1'}]})
    expect(await port.runTask(region, 'shop', 'api-a', {SLUICE_ASK: 'writes-after:5'})).toEqual({task: 'arn:task/shop/1'})
    expect(ecs.commandCalls(RunTaskCommand)[0]?.args[0].input).toMatchObject({
      cluster: 'shop',
      taskDefinition: 't:1',
      count: 1,
      networkConfiguration: network,
      capacityProviderStrategy: [{capacityProvider: 'hosts', weight: 1}],
      overrides: {containerOverrides: [{name: 'api', environment: [{name: 'SLUICE_ASK', value: 'writes-after:5'}]}]},
    })
  })

  test('that finds no room is tried again', async () => {
    ecs.on(RunTaskCommand).resolves({tasks: [], failures: [{reason: 'RESOURCE:MEMORY'}]})
    await expect(port.runTask(region, 'shop', 'api-a', {})).rejects.toThrow(/RESOURCE:MEMORY/)
    await expect(port.runTask(region, 'shop', 'api-a', {})).rejects.toBeInstanceOf(Unavailable)
  })

  test('has no result while it runs', async () => {
    ecs.on(DescribeTasksCommand).resolves({tasks: [{lastStatus: 'RUNNING'}]})
    expect(await port.taskResult(region, 'shop', 'arn:task/shop/1')).toBeNull()
  })

  test('has an exit code and all its lines when it has ended', async () => {
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [
        {
          taskArn: 'arn:task/shop/1',
          lastStatus: 'STOPPED',
          taskDefinitionArn: 't:1',
          stoppedReason: 'Essential container exited',
          containers: [
            {name: 'sidecar', exitCode: 1},
            {name: 'api', exitCode: 0},
          ],
        },
      ],
    })
    logs
      .on(GetLogEventsCommand)
      .resolvesOnce({events: [{message: 'one'}], nextForwardToken: 'f1'})
      .resolvesOnce({events: [{message: 'two'}], nextForwardToken: 'f2'})
      .resolves({events: [], nextForwardToken: 'f2'})
    expect(await port.taskResult(region, 'shop', 'arn:task/shop/1')).toEqual({
      exitCode: 0,
      reason: 'Essential container exited',
      lines: ['one', 'two'],
    })
    expect(logs.commandCalls(GetLogEventsCommand)[0]?.args[0].input).toMatchObject({
      logGroupName: '/shop',
      logStreamName: 'shop/api/1',
    })
  })

  test('that never got to log has no lines', async () => {
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [
        {
          taskArn: 'arn:task/shop/1',
          lastStatus: 'STOPPED',
          taskDefinitionArn: 't:1',
          stoppedReason: 'CannotPullContainerError',
          containers: [{name: 'api'}],
        },
      ],
    })
    logs.on(GetLogEventsCommand).rejects(awsError('ResourceNotFoundException'))
    expect(await port.taskResult(region, 'shop', 'arn:task/shop/1')).toEqual({
      exitCode: null,
      reason: 'CannotPullContainerError',
      lines: [],
    })
  })

  test("that ECS has forgotten isn't taken for one that went well", async () => {
    ecs.on(DescribeTasksCommand).resolves({tasks: [], failures: [{reason: 'MISSING'}]})
    await expect(port.taskResult(region, 'shop', 'arn:task/shop/1')).rejects.toThrow(/doesn't know the task/)
  })
})

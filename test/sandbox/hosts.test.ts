import {
  CreateAutoScalingGroupCommand,
  CreateOrUpdateTagsCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  DescribeInstanceRefreshesCommand,
  DescribePoliciesCommand,
  DescribeScalingActivitiesCommand,
  DescribeScheduledActionsCommand,
  PutScalingPolicyCommand,
  PutScheduledUpdateGroupActionCommand,
  SetDesiredCapacityCommand,
  SetInstanceProtectionCommand,
  StartInstanceRefreshCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import type {CreateAutoScalingGroupCommandInput} from '@aws-sdk/client-auto-scaling'
import {
  CreateCapacityProviderCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteCapacityProviderCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import type {CreateServiceCommandInput} from '@aws-sdk/client-ecs'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {aComputeWire, REGION, refusal, SUBNETS} from './a-compute-wire.ts'
import type {ComputeWire} from './a-compute-wire.ts'

let the: ComputeWire
beforeEach(async () => {
  the = await aComputeWire()
})
afterEach(async () => {
  await the.close()
})

const aGroup = async (input: Partial<CreateAutoScalingGroupCommandInput> = {}): Promise<unknown> =>
  the.autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'hosts',
      MinSize: 4,
      MaxSize: 12,
      VPCZoneIdentifier: SUBNETS.join(','),
      LaunchTemplate: {LaunchTemplateId: 'lt-1', Version: '1'},
      ...input,
    }),
  )
const group = async () =>
  (await the.autoScaling.send(new DescribeAutoScalingGroupsCommand({AutoScalingGroupNames: ['hosts']}))).AutoScalingGroups?.[0]
const hosts = async (state: string) => ((await group())?.Instances ?? []).filter((one) => one.LifecycleState === state)
const activities = async () =>
  (await the.autoScaling.send(new DescribeScalingActivitiesCommand({AutoScalingGroupName: 'hosts'}))).Activities ?? []
const protect = async (ProtectedFromScaleIn: boolean): Promise<unknown> =>
  the.autoScaling.send(
    new SetInstanceProtectionCommand({
      AutoScalingGroupName: 'hosts',
      InstanceIds: (await hosts('InService')).map((one) => one.InstanceId ?? ''),
      ProtectedFromScaleIn,
    }),
  )

describe('an Auto Scaling group', () => {
  it('has four hosts in service over two zones soon after it is made', async () => {
    await aGroup()
    expect(await hosts('Pending')).toHaveLength(4)
    await the.seconds(30)
    expect((await hosts('InService')).map((one) => one.AvailabilityZone).sort()).toEqual(
      ['a', 'a', 'b', 'b'].map((zone) => `${REGION}${zone}`),
    )
    expect(await group()).toMatchObject({
      MinSize: 4,
      MaxSize: 12,
      DesiredCapacity: 4,
      AvailabilityZones: [`${REGION}a`, `${REGION}b`],
    })
    expect((await activities()).map((one) => one.StatusCode)).toEqual(Array(4).fill('Successful'))
  })

  it('leaves records of its hosts and of their volumes, tagged as the launch template says', async () => {
    await aGroup({
      Tags: [
        {Key: 'team', Value: 'shop', PropagateAtLaunch: true},
        {Key: 'own', Value: 'x', PropagateAtLaunch: false},
      ],
    })
    await the.seconds(30)
    const [instance] = the.world.records.list(REGION, 'AWS::EC2::Instance')
    expect(instance).toMatchObject({
      status: 'running',
      properties: {
        InstanceType: 'm7g.large',
        ImageId: 'ami-0123456789abcdef0',
        SubnetId: 'subnet-a',
        AvailabilityZone: `${REGION}a`,
      },
    })
    expect(instance?.tags).toEqual({Name: 'api-host', team: 'shop', 'aws:autoscaling:groupName': 'hosts'})
    expect(the.world.records.list(REGION, 'AWS::EC2::Volume').map((one) => one.tags)).toEqual(
      Array(4).fill({'sluice:backup': 'shop-production'}),
    )
  })

  it('grows and shrinks to the desired capacity, and keeps the zones even', async () => {
    await aGroup()
    await the.seconds(30)
    await the.autoScaling.send(new SetDesiredCapacityCommand({AutoScalingGroupName: 'hosts', DesiredCapacity: 6}))
    await the.seconds(30)
    expect(await hosts('InService')).toHaveLength(6)
    await the.autoScaling.send(new UpdateAutoScalingGroupCommand({AutoScalingGroupName: 'hosts', MinSize: 2, DesiredCapacity: 2}))
    await the.seconds(60)
    expect((await hosts('InService')).map((one) => one.AvailabilityZone).sort()).toEqual([`${REGION}a`, `${REGION}b`])
    expect((await group())?.Instances).toHaveLength(2)
  })

  it.for([
    ['above the maximum', 13, 'ValidationError: New SetDesiredCapacity value 13 is above max value 12 for the AutoScalingGroup.'],
    ['below the minimum', 3, 'ValidationError: New SetDesiredCapacity value 3 is below min value 4 for the AutoScalingGroup.'],
  ] as const)('refuses a desired capacity %s', async ([, DesiredCapacity, words]) => {
    await aGroup()
    expect(
      await refusal(the.autoScaling.send(new SetDesiredCapacityCommand({AutoScalingGroupName: 'hosts', DesiredCapacity}))),
    ).toBe(words)
  })

  it('refuses a second group of its name, and a launch template that isn’t there', async () => {
    await aGroup()
    expect(await refusal(aGroup())).toBe(
      'AlreadyExistsFault: AutoScalingGroup by this name already exists - A group with the name hosts already exists',
    )
    expect(await refusal(aGroup({AutoScalingGroupName: 'others', LaunchTemplate: {LaunchTemplateId: 'lt-2'}}))).toMatch(
      /^ValidationError: You must use a valid fully-formed launch template\. The specified launch template, with template ID lt-2, does not exist\.$/,
    )
  })

  it('replaces a host that was terminated, and doesn’t when it may be smaller', async () => {
    await aGroup({DesiredCapacity: 5})
    await the.seconds(30)
    const [first, second] = await hosts('InService')
    await the.autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({InstanceId: first?.InstanceId, ShouldDecrementDesiredCapacity: false}),
    )
    await the.seconds(60)
    expect(await hosts('InService')).toHaveLength(5)
    await the.autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({InstanceId: second?.InstanceId, ShouldDecrementDesiredCapacity: true}),
    )
    await the.seconds(60)
    expect(await group()).toMatchObject({DesiredCapacity: 4})
    expect((await group())?.Instances?.map((one) => one.InstanceId)).not.toContain(second?.InstanceId)
  })

  it('never takes away hosts that are protected from scale-in, says so, and goes on when they are given free', async () => {
    await aGroup({NewInstancesProtectedFromScaleIn: true})
    await the.seconds(30)
    await the.autoScaling.send(new UpdateAutoScalingGroupCommand({AutoScalingGroupName: 'hosts', MinSize: 0, DesiredCapacity: 0}))
    await the.seconds(600)
    expect(await hosts('InService')).toHaveLength(4)
    expect((await activities())[0]).toMatchObject({
      StatusCode: 'Cancelled',
      StatusMessage: 'Could not scale to desired capacity because all remaining instances are protected from scale-in.',
    })
    await protect(false)
    await the.seconds(60)
    expect((await group())?.Instances).toEqual([])
  })

  it('is deleted only when it has no hosts, or by force, which protection doesn’t stop', async () => {
    await aGroup({NewInstancesProtectedFromScaleIn: true})
    await the.seconds(30)
    expect(await refusal(the.autoScaling.send(new DeleteAutoScalingGroupCommand({AutoScalingGroupName: 'hosts'})))).toBe(
      'ResourceInUseFault: You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    )
    await the.autoScaling.send(new DeleteAutoScalingGroupCommand({AutoScalingGroupName: 'hosts', ForceDelete: true}))
    expect((await group())?.Status).toBe('Delete in progress')
    await the.seconds(60)
    expect(await group()).toBeUndefined()
    expect(the.world.records.list(REGION, 'AWS::EC2::Volume')).toEqual([])
  })

  it('fails its launches in AWS’s words while there is no capacity, and has its hosts once there is', async () => {
    the.world.setFault({kind: 'no-capacity', target: 'hosts', times: 2})
    await aGroup()
    expect((await activities())[0]).toMatchObject({
      StatusCode: 'Failed',
      StatusMessage:
        'We currently do not have sufficient m7g.large capacity in the Availability Zone you requested (eu-west-1a). Our system will be working on '
        + 'provisioning additional capacity. You can currently get m7g.large capacity by not specifying an Availability Zone in your request or choosing '
        + 'eu-west-1b. Launching EC2 instance failed.',
    })
    await the.seconds(20)
    expect((await group())?.Instances).toEqual([])
    await the.seconds(120)
    expect(await hosts('InService')).toHaveLength(4)
  })

  it('replaces its hosts one part after the other when a refresh is started, never with fewer than desired', async () => {
    await aGroup({NewInstancesProtectedFromScaleIn: true})
    await the.seconds(30)
    const before = (await hosts('InService')).map((one) => one.InstanceId)
    the.record(
      'AWS::EC2::LaunchTemplate',
      'lt-1',
      {LaunchTemplateData: {ImageId: 'ami-new', InstanceType: 'm7g.large'}},
      {LatestVersionNumber: '2', DefaultVersionNumber: '1'},
    )
    await the.autoScaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: 'hosts',
        LaunchTemplate: {LaunchTemplateId: 'lt-1', Version: '2'},
      }),
    )
    await the.autoScaling.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: 'hosts',
        Preferences: {SkipMatching: true, MaxHealthyPercentage: 125, ScaleInProtectedInstances: 'Refresh'},
      }),
    )
    for (let round = 0; round < 40; round += 1) {
      await the.seconds(10)
      expect((await hosts('InService')).length).toBeGreaterThanOrEqual(4)
    }
    const refresh = (await the.autoScaling.send(new DescribeInstanceRefreshesCommand({AutoScalingGroupName: 'hosts'})))
      .InstanceRefreshes?.[0]
    expect(refresh).toMatchObject({Status: 'Successful', PercentageComplete: 100})
    expect((await hosts('InService')).map((one) => one.LaunchTemplate?.Version)).toEqual(['2', '2', '2', '2'])
    expect((await hosts('InService')).filter((one) => before.includes(one.InstanceId))).toEqual([])
  })

  it.each([
    ['waits an hour for protected hosts and fails then, when it was told nothing of them', {}, 'InProgress', 'Failed'],
    [
      'leaves protected hosts alone when it was told to',
      {ScaleInProtectedInstances: 'Ignore'} as const,
      'Successful',
      'Successful',
    ],
  ])('refreshed, %s', async (_what, preferences, soon, late) => {
    await aGroup({NewInstancesProtectedFromScaleIn: true})
    await the.seconds(30)
    const before = (await hosts('InService')).map((one) => one.InstanceId)
    the.record(
      'AWS::EC2::LaunchTemplate',
      'lt-1',
      {LaunchTemplateData: {ImageId: 'ami-new', InstanceType: 'm7g.large'}},
      {LatestVersionNumber: '2', DefaultVersionNumber: '2', LaunchTemplateName: 'hosts'},
    )
    await the.autoScaling.send(
      new UpdateAutoScalingGroupCommand({
        AutoScalingGroupName: 'hosts',
        LaunchTemplate: {LaunchTemplateId: 'lt-1', Version: '2'},
      }),
    )
    await the.autoScaling.send(new StartInstanceRefreshCommand({AutoScalingGroupName: 'hosts', Preferences: preferences}))
    const status = async () =>
      (await the.autoScaling.send(new DescribeInstanceRefreshesCommand({AutoScalingGroupName: 'hosts'}))).InstanceRefreshes?.[0]
        ?.Status
    await the.seconds(600)
    expect(await status()).toBe(soon)
    await the.seconds(3600)
    expect(await status()).toBe(late)
    expect((await hosts('InService')).map((one) => one.InstanceId)).toEqual(expect.arrayContaining(before))
  })

  it('goes on with a refresh once its hosts are given free', async () => {
    await aGroup({NewInstancesProtectedFromScaleIn: true})
    await the.seconds(30)
    const before = (await hosts('InService')).map((one) => one.InstanceId)
    await the.autoScaling.send(
      new UpdateAutoScalingGroupCommand({AutoScalingGroupName: 'hosts', NewInstancesProtectedFromScaleIn: false}),
    )
    await the.autoScaling.send(new StartInstanceRefreshCommand({AutoScalingGroupName: 'hosts'}))
    await the.seconds(300)
    await protect(false)
    await the.seconds(900)
    expect((await hosts('InService')).filter((one) => before.includes(one.InstanceId))).toEqual([])
  })

  it('keeps policies, planned actions and tags', async () => {
    await aGroup()
    await the.autoScaling.send(
      new PutScalingPolicyCommand({
        AutoScalingGroupName: 'hosts',
        PolicyName: 'cpu',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingConfiguration: {
          PredefinedMetricSpecification: {PredefinedMetricType: 'ASGAverageCPUUtilization'},
          TargetValue: 55,
        },
      }),
    )
    await the.autoScaling.send(
      new PutScheduledUpdateGroupActionCommand({
        AutoScalingGroupName: 'hosts',
        ScheduledActionName: 'day',
        MinSize: 6,
        Recurrence: '30 7 * * MON-FRI',
        TimeZone: 'Europe/Berlin',
      }),
    )
    await the.autoScaling.send(
      new CreateOrUpdateTagsCommand({
        Tags: [{ResourceId: 'hosts', ResourceType: 'auto-scaling-group', Key: 'k', Value: 'v', PropagateAtLaunch: true}],
      }),
    )
    expect(
      (await the.autoScaling.send(new DescribePoliciesCommand({AutoScalingGroupName: 'hosts'}))).ScalingPolicies?.[0],
    ).toMatchObject({
      PolicyName: 'cpu',
      TargetTrackingConfiguration: {TargetValue: 55},
    })
    expect(
      (await the.autoScaling.send(new DescribeScheduledActionsCommand({AutoScalingGroupName: 'hosts'})))
        .ScheduledUpdateGroupActions?.[0],
    ).toMatchObject({
      ScheduledActionName: 'day',
      MinSize: 6,
      Recurrence: '30 7 * * MON-FRI',
      TimeZone: 'Europe/Berlin',
    })
    expect((await group())?.Tags).toMatchObject([{Key: 'k', Value: 'v', PropagateAtLaunch: true}])
  })
})

const cluster = async () => (await the.ecs.send(new DescribeClustersCommand({clusters: ['api']}))).clusters?.[0]
const registered = async () => {
  const {containerInstanceArns = []} = await the.ecs.send(new ListContainerInstancesCommand({cluster: 'api'}))
  if (containerInstanceArns.length === 0) return []
  return (
    (await the.ecs.send(new DescribeContainerInstancesCommand({cluster: 'api', containerInstances: containerInstanceArns})))
      .containerInstances ?? []
  )
}
const service = async (name: string) =>
  (await the.ecs.send(new DescribeServicesCommand({cluster: 'api', services: [name]}))).services?.[0]
const tasks = async (serviceName: string, desiredStatus: 'RUNNING' | 'STOPPED' = 'RUNNING') => {
  const {taskArns = []} = await the.ecs.send(new ListTasksCommand({cluster: 'api', serviceName, desiredStatus}))
  return taskArns.length === 0
    ? []
    : ((await the.ecs.send(new DescribeTasksCommand({cluster: 'api', tasks: taskArns}))).tasks ?? [])
}
const aService = async (input: Partial<CreateServiceCommandInput>): Promise<void> => {
  await the.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'exporter',
      networkMode: 'host',
      containerDefinitions: [{name: 'exporter', image: 'registry.example/node-exporter:1', memory: 64}],
    }),
  )
  await the.ecs.send(
    new CreateServiceCommand({cluster: 'api', serviceName: 'exporter', taskDefinition: 'exporter', launchType: 'EC2', ...input}),
  )
}
const daemon: Partial<CreateServiceCommandInput> = {
  schedulingStrategy: 'DAEMON',
  deploymentConfiguration: {minimumHealthyPercent: 0, maximumPercent: 100},
}

describe('hosts in a cluster', () => {
  beforeEach(async () => {
    await the.ecs.send(new CreateClusterCommand({clusterName: 'api'}))
  })

  it('register about a minute after their launch, with instance and zone, and leave when they are terminated', async () => {
    await aGroup({DesiredCapacity: 4})
    await the.seconds(40)
    expect(await registered()).toEqual([])
    await the.seconds(40)
    const instances = await registered()
    expect(instances.map((one) => one.ec2InstanceId).sort()).toEqual(
      (await hosts('InService')).map((one) => one.InstanceId).sort(),
    )
    const zones = instances.map((one) => one.attributes?.find((attribute) => attribute.name === 'ecs.availability-zone')?.value)
    expect(zones.sort()).toEqual([`${REGION}a`, `${REGION}a`, `${REGION}b`, `${REGION}b`])
    expect((await cluster())?.registeredContainerInstancesCount).toBe(4)
    expect(await refusal(the.ecs.send(new DeleteClusterCommand({cluster: 'api'})))).toBe(
      'ClusterContainsContainerInstancesException: The Cluster cannot be deleted while Container Instances are active or draining.',
    )
    await the.autoScaling.send(new UpdateAutoScalingGroupCommand({AutoScalingGroupName: 'hosts', MinSize: 0, DesiredCapacity: 0}))
    await the.seconds(60)
    expect(await registered()).toEqual([])
    await the.ecs.send(new DeleteClusterCommand({cluster: 'api'}))
    expect((await cluster())?.status).toBe('INACTIVE')
  })

  it('each run one task of a daemon, which follows them', async () => {
    await aService(daemon)
    await the.seconds(5)
    expect(await service('exporter')).toMatchObject({
      desiredCount: 0,
      schedulingStrategy: 'DAEMON',
      deployments: [{rolloutState: 'COMPLETED'}],
    })
    await aGroup()
    await the.seconds(90)
    expect(await service('exporter')).toMatchObject({desiredCount: 4, runningCount: 4})
    const placed = (await tasks('exporter')).map((one) => one.containerInstanceArn)
    expect(new Set(placed).size).toBe(4)
    await the.autoScaling.send(new UpdateAutoScalingGroupCommand({AutoScalingGroupName: 'hosts', MinSize: 2, DesiredCapacity: 2}))
    await the.seconds(60)
    expect(await service('exporter')).toMatchObject({desiredCount: 2, runningCount: 2})
  })

  it('are waited for by a service on EC2, which says why it can’t place its task', async () => {
    await aService({desiredCount: 1})
    await the.seconds(120)
    expect(await service('exporter')).toMatchObject({
      runningCount: 0,
      pendingCount: 0,
      deployments: [{rolloutState: 'IN_PROGRESS'}],
    })
    expect((await service('exporter'))?.events?.[0]?.message).toMatch(
      /was unable to place a task because no container instance met all of its requirements/,
    )
    await aGroup()
    await the.seconds(120)
    expect(await service('exporter')).toMatchObject({runningCount: 1, deployments: [{rolloutState: 'COMPLETED'}]})
  })

  it('run placeholders for images that the sandbox doesn’t have, until the service is gone', async () => {
    await aGroup()
    await aService({desiredCount: 2})
    await the.seconds(120)
    expect((await tasks('exporter')).map((one) => one.lastStatus)).toEqual(['RUNNING', 'RUNNING'])
    expect(the.plane.tasks()[0]?.lines[0]).toMatch(/nothing runs here, the task only counts as running/)
    expect(await refusal(the.ecs.send(new DeleteServiceCommand({cluster: 'api', service: 'exporter'})))).toBe(
      'InvalidParameterException: The service cannot be stopped while it is scaled above 0.',
    )
    await the.ecs.send(new DeleteServiceCommand({cluster: 'api', service: 'exporter', force: true}))
    await the.seconds(10)
    expect((await service('exporter'))?.status).toBe('INACTIVE')
  })

  it('lose the tasks of a service that never becomes stable, until its circuit breaker trips', async () => {
    the.world.setFault({kind: 'never-stable', target: 'exporter'})
    await aGroup()
    await aService({
      desiredCount: 1,
      deploymentConfiguration: {
        minimumHealthyPercent: 0,
        maximumPercent: 100,
        deploymentCircuitBreaker: {enable: true, rollback: true},
      },
    })
    await the.seconds(300)
    expect((await service('exporter'))?.deployments?.[0]).toMatchObject({rolloutState: 'FAILED', failedTasks: 3})
    expect((await tasks('exporter', 'STOPPED'))[0]).toMatchObject({
      stoppedReason: 'Essential container in task exited',
      containers: [{exitCode: 1}],
    })
  })
})

describe('a capacity provider', () => {
  const provider = async (managedTerminationProtection: 'ENABLED' | 'DISABLED' = 'ENABLED'): Promise<unknown> =>
    the.ecs.send(
      new CreateCapacityProviderCommand({
        name: 'hosts',
        autoScalingGroupProvider: {
          autoScalingGroupArn: 'hosts',
          managedTerminationProtection,
          managedDraining: 'ENABLED',
          managedScaling: {status: 'ENABLED', targetCapacity: 90},
        },
      }),
    )
  beforeEach(async () => {
    await the.ecs.send(new CreateClusterCommand({clusterName: 'api'}))
  })

  it('needs a group that is there, and one that protects its hosts when it manages their protection', async () => {
    expect(await refusal(provider())).toBe(
      'ClientException: The specified Auto Scaling group ARN is not valid. Specify a valid ARN and try again.',
    )
    await aGroup()
    expect(await refusal(provider())).toMatch(/the Auto Scaling group must have instance protection from scale in enabled\.$/)
    await the.autoScaling.send(
      new UpdateAutoScalingGroupCommand({AutoScalingGroupName: 'hosts', NewInstancesProtectedFromScaleIn: true}),
    )
    expect(await refusal(provider())).toBe('accepted')
    const described = await the.ecs.send(new DescribeCapacityProvidersCommand({capacityProviders: ['hosts']}))
    expect(described.capacityProviders?.[0]).toMatchObject({
      status: 'ACTIVE',
      autoScalingGroupProvider: {
        autoScalingGroupArn: (await group())?.AutoScalingGroupARN,
        managedDraining: 'ENABLED',
        managedTerminationProtection: 'ENABLED',
      },
    })
  })

  it('leaves its cluster only when no service uses it, and is deleted only when no cluster does', async () => {
    await aGroup()
    await provider('DISABLED')
    const put = async (capacityProviders: string[]): Promise<unknown> =>
      the.ecs.send(
        new PutClusterCapacityProvidersCommand({
          cluster: 'api',
          capacityProviders,
          defaultCapacityProviderStrategy: capacityProviders.map((capacityProvider) => ({capacityProvider, weight: 1})),
        }),
      )
    await put(['hosts'])
    expect(await cluster()).toMatchObject({
      capacityProviders: ['hosts'],
      defaultCapacityProviderStrategy: [{capacityProvider: 'hosts', weight: 1}],
    })
    await aService({launchType: undefined, desiredCount: 0})
    expect(await refusal(put([]))).toBe(
      'ResourceInUseException: The specified capacity provider is in use and cannot be removed.',
    )
    expect(await refusal(the.ecs.send(new DeleteCapacityProviderCommand({capacityProvider: 'hosts'})))).toMatch(
      /^ClientException: The specified capacity provider is associated with cluster/,
    )
    await the.ecs.send(new DeleteServiceCommand({cluster: 'api', service: 'exporter', force: true}))
    await the.seconds(10)
    await put([])
    expect(await refusal(the.ecs.send(new DeleteCapacityProviderCommand({capacityProvider: 'hosts'})))).toBe('accepted')
  })

  it('empties a host before it goes: the service never has fewer tasks than it wants', async () => {
    await aGroup({MinSize: 2, DesiredCapacity: 2})
    await provider('DISABLED')
    await the.ecs.send(
      new PutClusterCapacityProvidersCommand({cluster: 'api', capacityProviders: ['hosts'], defaultCapacityProviderStrategy: []}),
    )
    await aService({launchType: undefined, capacityProviderStrategy: [{capacityProvider: 'hosts', weight: 1}], desiredCount: 2})
    await the.seconds(120)
    const [first] = await hosts('InService')
    await the.autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({InstanceId: first?.InstanceId, ShouldDecrementDesiredCapacity: false}),
    )
    for (let round = 0; round < 20; round += 1) {
      await the.seconds(5)
      expect((await service('exporter'))?.runningCount).toBeGreaterThanOrEqual(2)
    }
    expect((await group())?.Instances?.map((one) => one.InstanceId)).not.toContain(first?.InstanceId)
    expect(await service('exporter')).toMatchObject({runningCount: 2})
    expect((await registered()).map((one) => one.status)).toEqual(['ACTIVE', 'ACTIVE'])
  })

  it('grows an empty group to two hosts when tasks wait for one', async () => {
    await aGroup({MinSize: 0, DesiredCapacity: 0})
    await provider('DISABLED')
    await the.ecs.send(
      new PutClusterCapacityProvidersCommand({cluster: 'api', capacityProviders: ['hosts'], defaultCapacityProviderStrategy: []}),
    )
    await aService({launchType: undefined, capacityProviderStrategy: [{capacityProvider: 'hosts', weight: 1}], desiredCount: 2})
    await the.seconds(180)
    expect(await group()).toMatchObject({DesiredCapacity: 2})
    expect(await service('exporter')).toMatchObject({runningCount: 2})
    expect((await the.autoScaling.send(new DescribeAutoScalingInstancesCommand({}))).AutoScalingInstances).toHaveLength(2)
  })
})

/**
 * Hosts and services of a Region, sized and rolled. A size is written whole (least, most, wanted), so that nothing scales it away
 * again; what runs in a service is never changed here, only how many and from when.
 */
import type {AutoScalingGroup, ScheduledUpdateGroupAction} from '@aws-sdk/client-auto-scaling'
import type {ContainerInstance, Deployment, Service} from '@aws-sdk/client-ecs'
import {Unavailable} from '../../../runbooks/engine/unavailable.ts'
import type {ComputePort, HostsState, ServiceState} from '../../../runbooks/recovery/ports/compute-port.ts'
import {paged, portions} from '../paged.ts'
import {releasedContainer} from '../revisions.ts'
import {scalingActivities} from '../scaling-activities.ts'
import type {AwsSession} from '../session.ts'
import {resourceId, scalableTarget} from '../slot-scaling-creation.ts'
import {unlessMissing} from '../unless-missing.ts'
import {imageDigest} from './image-digest.ts'
import {runTask, taskResult} from './one-shot-task.ts'

type Signal = AbortSignal | undefined
type Size = Parameters<ComputePort['sizeHosts']>[2]

export function compute(session: AwsSession): ComputePort {
  const there = (region: string): AwsSession => session.inRegion(region)
  return {
    hosts: (region, group, cluster, signal) => hosts(there(region), group, cluster, signal),
    scalingActivities: (region, group, signal) => scalingActivities(there(region), group, signal),
    sizeHosts: (region, group, size, signal) => sizeHosts(there(region), group, size, signal),
    freeHosts: (region, group, cluster, tooMany, signal) => freeHosts(there(region), group, cluster, tooMany, signal),
    boundService: (region, cluster, service, bounds, signal) => boundService(there(region), cluster, service, bounds, signal),
    async sizeService(region, cluster, service, desiredCount, signal) {
      await there(region).call('ecs', 'UpdateService', {cluster, service, desiredCount}, {signal, resource: service})
    },
    async rollService(region, cluster, service, signal) {
      const answer = await there(region).call(
        'ecs',
        'UpdateService',
        {cluster, service, forceNewDeployment: true},
        {signal, resource: service},
      )
      const deployment = primaryOf(answer.service)?.id
      if (deployment === undefined)
        throw new Unavailable('ecs:UpdateService', `${service} in ${region} doesn't show its new deployment yet`)
      return {deployment}
    },
    service: (region, cluster, service, signal) => serviceState(there(region), cluster, service, signal),
    async healthyTargets(region, TargetGroupArn, signal) {
      const answer = await there(region).call(
        'elasticloadbalancing',
        'DescribeTargetHealth',
        {TargetGroupArn},
        {signal, resource: TargetGroupArn},
      )
      return (answer.TargetHealthDescriptions ?? []).filter(({TargetHealth}) => TargetHealth?.State === 'healthy').length
    },
    async image(region, taskDefinition, signal) {
      const answer = await unlessMissing(
        there(region).call('ecs', 'DescribeTaskDefinition', {taskDefinition}, {signal, resource: taskDefinition}),
      )
      if (answer?.taskDefinition === undefined) return null
      const image = releasedContainer(answer.taskDefinition, null).image ?? ''
      if (image.includes('@')) return image
      const digest = await imageDigest(there(region), image, signal)
      return digest === null ? image : `${image.replace(/:[^:/]+$/, '')}@${digest}`
    },
    runTask: (region, cluster, service, environment, signal) => runTask(there(region), cluster, service, environment, signal),
    taskResult: (region, cluster, task, signal) => taskResult(there(region), cluster, task, signal),
  }
}

async function groupOf(session: AwsSession, group: string, signal: Signal): Promise<AutoScalingGroup | null> {
  const answer = await session.call(
    'autoscaling',
    'DescribeAutoScalingGroups',
    {AutoScalingGroupNames: [group]},
    {signal, resource: group},
  )
  return answer.AutoScalingGroups?.[0] ?? null
}

async function hosts(session: AwsSession, group: string, cluster: string, signal: Signal): Promise<HostsState | null> {
  const [found, registered] = await Promise.all([groupOf(session, group, signal), registeredHosts(session, cluster, signal)])
  if (found === null) return null
  const running = (found.Instances ?? []).map(({InstanceType}) => InstanceType)
  const allowed = (found.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []).map(({InstanceType}) => InstanceType)
  return {
    group,
    min: found.MinSize ?? 0,
    max: found.MaxSize ?? 0,
    desired: found.DesiredCapacity ?? 0,
    inService: (found.Instances ?? []).filter(({LifecycleState}) => LifecycleState === 'InService').length,
    registered,
    instanceTypes: [...new Set([...allowed, ...running].flatMap((type) => type ?? []))],
  }
}

/** DescribeContainerInstances takes no more. */
const instancesPerCall = 100

/** ACTIVE alone isn't enough: ECS places nothing on a host whose agent doesn't answer. */
async function registeredHosts(session: AwsSession, cluster: string, signal: Signal): Promise<number> {
  return (await containerInstances(session, cluster, signal)).filter(
    (one) => one.status === 'ACTIVE' && one.agentConnected === true,
  ).length
}

async function containerInstances(session: AwsSession, cluster: string, signal: Signal): Promise<readonly ContainerInstance[]> {
  const arns = await unlessMissing(
    paged(async (nextToken) => {
      const page = await session.call(
        'ecs',
        'ListContainerInstances',
        {cluster, status: 'ACTIVE', nextToken},
        {signal, resource: cluster},
      )
      return {items: page.containerInstanceArns, next: page.nextToken}
    }),
  )
  const answers = await Promise.all(
    portions(arns ?? [], instancesPerCall).map((containerInstances) =>
      session.call(
        'ecs',
        'DescribeContainerInstances',
        {cluster, containerInstances: [...containerInstances]},
        {signal, resource: cluster},
      ),
    ),
  )
  return answers.flatMap(({containerInstances}) => containerInstances ?? [])
}

/** SetInstanceProtection takes no more. */
const protectedPerCall = 50

async function freeHosts(
  session: AwsSession,
  AutoScalingGroupName: string,
  cluster: string,
  tooMany: number,
  signal: Signal,
): Promise<number> {
  const [found, known] = await Promise.all([
    groupOf(session, AutoScalingGroupName, signal),
    containerInstances(session, cluster, signal),
  ])
  const tasksOn = new Map(
    known.map(({ec2InstanceId, runningTasksCount = 0, pendingTasksCount = 0}) => [
      ec2InstanceId,
      runningTasksCount + pendingTasksCount,
    ]),
  )
  const held = (found?.Instances ?? [])
    .filter(({ProtectedFromScaleIn, LifecycleState}) => ProtectedFromScaleIn === true && LifecycleState === 'InService')
    .flatMap(({InstanceId}) => InstanceId ?? [])
    .toSorted((one, other) => (tasksOn.get(one) ?? 0) - (tasksOn.get(other) ?? 0))
    .slice(0, Math.max(0, tooMany))
  for (const InstanceIds of portions(held, protectedPerCall)) {
    await session.call(
      'autoscaling',
      'SetInstanceProtection',
      {AutoScalingGroupName, InstanceIds: [...InstanceIds], ProtectedFromScaleIn: false},
      {signal, resource: AutoScalingGroupName},
    )
  }
  return held.length
}

async function sizeHosts(session: AwsSession, group: string, size: Size, signal: Signal): Promise<void> {
  const options = {signal, resource: group}
  await raiseSchedule(session, group, size, signal)
  await session.call(
    'autoscaling',
    'UpdateAutoScalingGroup',
    {
      AutoScalingGroupName: group,
      MinSize: size.min,
      MaxSize: size.max,
      DesiredCapacity: size.desired,
    },
    options,
  )
}

/** A scheduled size that would take hosts away again is raised. One that sets the least size alone takes none away, and stays. */
async function raiseSchedule(session: AwsSession, AutoScalingGroupName: string, size: Size, signal: Signal): Promise<void> {
  const options = {signal, resource: AutoScalingGroupName}
  const planned = await paged(async (NextToken) => {
    const page = await session.call('autoscaling', 'DescribeScheduledActions', {AutoScalingGroupName, NextToken}, options)
    return {items: page.ScheduledUpdateGroupActions, next: page.NextToken}
  })
  for (const action of planned.filter((one) => takesHostsAway(one, size))) {
    const {ScheduledActionName, Recurrence, StartTime, EndTime, TimeZone, MinSize, MaxSize, DesiredCapacity} = action
    await session.call(
      'autoscaling',
      'PutScheduledUpdateGroupAction',
      {
        AutoScalingGroupName,
        ScheduledActionName,
        Recurrence,
        StartTime,
        EndTime,
        TimeZone,
        ...(MinSize !== undefined && {MinSize}),
        ...(MaxSize !== undefined && {MaxSize: Math.max(MaxSize, size.max)}),
        ...(DesiredCapacity !== undefined && {DesiredCapacity: Math.max(DesiredCapacity, size.desired)}),
      },
      options,
    )
  }
}

const takesHostsAway = ({MaxSize, DesiredCapacity}: ScheduledUpdateGroupAction, size: Size): boolean =>
  (MaxSize !== undefined && MaxSize < size.desired) || (DesiredCapacity !== undefined && DesiredCapacity < size.desired)

/** Where a service has no scalable target there is nothing that would scale it away. Suspensions stay as they are. */
async function boundService(
  session: AwsSession,
  cluster: string,
  service: string,
  bounds: {readonly min: number; readonly max: number},
  signal: Signal,
): Promise<void> {
  const ResourceId = resourceId(cluster, service)
  const present = await scalableTarget(session, ResourceId, signal)
  if (present === null || (present.MinCapacity === bounds.min && present.MaxCapacity === bounds.max)) return
  await session.call(
    'application-autoscaling',
    'RegisterScalableTarget',
    {
      ServiceNamespace: 'ecs',
      ScalableDimension: 'ecs:service:DesiredCount',
      ResourceId,
      MinCapacity: bounds.min,
      MaxCapacity: bounds.max,
      ...(present.SuspendedState !== undefined && {SuspendedState: present.SuspendedState}),
    },
    {signal, resource: ResourceId},
  )
}

const primaryOf = (service: Service | undefined): Deployment | undefined =>
  service?.deployments?.find(({status}) => status === 'PRIMARY')

async function serviceState(session: AwsSession, cluster: string, service: string, signal: Signal): Promise<ServiceState | null> {
  const answer = await unlessMissing(
    session.call('ecs', 'DescribeServices', {cluster, services: [service]}, {signal, resource: service}),
  )
  const found = answer?.services?.[0]
  if (found === undefined || found.status === 'INACTIVE') return null
  const bounds = await scalableTarget(session, resourceId(cluster, service), signal)
  const primary = primaryOf(found)
  return {
    name: found.serviceName ?? service,
    desired: found.desiredCount ?? 0,
    running: found.runningCount ?? 0,
    taskDefinition: found.taskDefinition ?? '',
    targetGroup: found.loadBalancers?.[0]?.targetGroupArn ?? null,
    bounds: bounds === null ? null : {min: bounds.MinCapacity ?? 0, max: bounds.MaxCapacity ?? 0},
    deployment: {id: primary?.id ?? '', state: primary?.rolloutState ?? 'IN_PROGRESS', reason: primary?.rolloutStateReason ?? ''},
    createdAt: found.createdAt?.getTime() ?? 0,
  }
}

/**
 * Hosts as ECS knows them: an agent registers one (RegisterContainerInstance, which only hosts call), tasks are placed on it, and
 * whoever ends the host deregisters it. A task whose host is gone is stopped.
 */
import type * as E from '@aws-sdk/client-ecs'
import type {CallContext, World} from '../world/contract.ts'
import {clientFault, clusterOf, invalidParameter, lastPart, pageOf} from './ecs-state.ts'
import type {ContainerInstance, EcsRegion, EcsService, Task} from './ecs-state.ts'
import type {TaskLife} from './ecs-task-life.ts'

interface Identity {
  readonly instanceId?: string
  readonly instanceType?: string
  readonly availabilityZone?: string
  readonly imageId?: string
}

export function containerInstanceOperations(world: World, stateOf: (region: string) => EcsRegion, life: TaskLife) {
  const found = (state: EcsRegion, cluster: string | undefined, nameOrArn: string | undefined): ContainerInstance => {
    const instance = state.containerInstances.get(lastPart(nameOrArn ?? ''))
    if (instance?.cluster !== clusterOf(state, cluster)) throw invalidParameter('The specified container instance was not found.')
    return instance
  }
  return {
    RegisterContainerInstance: (
      input: E.RegisterContainerInstanceCommandInput,
      call: CallContext,
    ): Partial<E.RegisterContainerInstanceCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const identity = JSON.parse(input.instanceIdentityDocument ?? '{}') as Identity
      const ec2InstanceId = identity.instanceId ?? ''
      const known = [...state.containerInstances.values()].find((one) => one.ec2InstanceId === ec2InstanceId)
      if (known !== undefined) return {containerInstance: instanceShape(state, known)}
      const id = world.hex(32)
      const instance: ContainerInstance = {
        arn: `${cluster.arn.replace(':cluster/', ':container-instance/')}/${id}`,
        id,
        cluster,
        ec2InstanceId,
        zone: identity.availabilityZone ?? `${call.region}a`,
        type: identity.instanceType ?? '',
        imageId: identity.imageId ?? '',
        registeredAt: world.clock.now(),
        status: 'ACTIVE',
      }
      state.containerInstances.set(id, instance)
      return {containerInstance: instanceShape(state, instance)}
    },

    DeregisterContainerInstance: (
      input: E.DeregisterContainerInstanceCommandInput,
      call: CallContext,
    ): Partial<E.DeregisterContainerInstanceCommandOutput> => {
      const state = stateOf(call.region)
      const instance = found(state, input.cluster, input.containerInstance)
      const tasks = tasksOn(state, instance)
      if (tasks.length > 0 && input.force !== true) {
        throw invalidParameter('Found running tasks on the instance.')
      }
      state.containerInstances.delete(instance.id)
      const reason = `Host EC2 (instance ${instance.ec2InstanceId}) terminated.`
      for (const task of tasks) life.stop(task, {code: 'TerminationNotice', reason, drain: 'first'})
      return {containerInstance: {...instanceShape(state, instance), status: 'INACTIVE', agentConnected: false}}
    },

    ListContainerInstances: (
      input: E.ListContainerInstancesCommandInput,
      call: CallContext,
    ): Partial<E.ListContainerInstancesCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const chosen = [...state.containerInstances.values()].filter(
        (one) => one.cluster === cluster && (input.status === undefined || one.status === input.status),
      )
      const page = pageOf(
        chosen.map((one) => one.arn),
        input.nextToken,
        input.maxResults,
      )
      return {containerInstanceArns: page.items, nextToken: page.nextToken}
    },

    DescribeContainerInstances: (
      input: E.DescribeContainerInstancesCommandInput,
      call: CallContext,
    ): Partial<E.DescribeContainerInstancesCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      if ((input.containerInstances?.length ?? 0) === 0) throw invalidParameter('Container instances cannot be empty.')
      const containerInstances: E.ContainerInstance[] = []
      const failures: E.Failure[] = []
      for (const name of input.containerInstances ?? []) {
        const instance = state.containerInstances.get(lastPart(name))
        if (instance?.cluster === cluster) containerInstances.push(instanceShape(state, instance))
        else failures.push({arn: name, reason: 'MISSING'})
      }
      return {containerInstances, failures}
    },

    UpdateContainerInstancesState: (
      input: E.UpdateContainerInstancesStateCommandInput,
      call: CallContext,
    ): Partial<E.UpdateContainerInstancesStateCommandOutput> => {
      const state = stateOf(call.region)
      const {status} = input
      if (status !== 'ACTIVE' && status !== 'DRAINING') {
        throw clientFault('Container instance status should be one of [ACTIVE, DRAINING].')
      }
      const chosen = (input.containerInstances ?? []).map((name) => found(state, input.cluster, name))
      for (const instance of chosen) instance.status = status
      return {containerInstances: chosen.map((one) => instanceShape(state, one)), failures: []}
    },
  }
}

/** Those that still drain, too: the host can't go before they have. */
const tasksOn = (state: EcsRegion, instance: ContainerInstance): readonly Task[] =>
  [...state.tasks.values()].filter((task) => task.host === instance && task.status !== 'STOPPED')

function instanceShape(state: EcsRegion, instance: ContainerInstance): E.ContainerInstance {
  const tasks = tasksOn(state, instance)
  const running = tasks.filter((task) => task.status !== 'PROVISIONING' && task.status !== 'PENDING').length
  return {
    containerInstanceArn: instance.arn,
    ec2InstanceId: instance.ec2InstanceId,
    capacityProviderName: instance.cluster.capacityProviders.find((name) => state.capacityProviders.has(name)),
    status: instance.status,
    agentConnected: true,
    runningTasksCount: running,
    pendingTasksCount: tasks.length - running,
    registeredAt: new Date(instance.registeredAt),
    versionInfo: {agentVersion: '1.98.0', dockerVersion: 'DockerVersion: 25.0.8'},
    attributes: [
      {name: 'ecs.availability-zone', value: instance.zone},
      {name: 'ecs.instance-type', value: instance.type},
      {name: 'ecs.ami-id', value: instance.imageId},
      {name: 'ecs.os-type', value: 'linux'},
      {name: 'ecs.cpu-architecture', value: 'arm64'},
    ],
    attachments: [],
    tags: [],
    version: 1,
  }
}

/** Where one more task of a service may go. */
export type Placement =
  {readonly kind: 'anywhere'} | {readonly kind: 'on'; readonly host: ContainerInstance} | {readonly kind: 'nowhere'}

/**
 * Services on EC2, and those whose provider stands on a group, need a host. Everything else runs somewhere that isn't modelled
 * (Fargate, or a provider nobody has created, as in a shop built without hosts).
 */
export function needsHost(state: EcsRegion, service: EcsService): boolean {
  if (service.schedulingStrategy === 'DAEMON' || service.launchType === 'EC2') return true
  const provider = service.strategy[0]?.capacityProvider
  return provider !== undefined && state.capacityProviders.has(provider)
}

/** The zone with the fewest tasks of the service, and in it the host with the fewest of all. */
export function placementFor(state: EcsRegion, service: EcsService): Placement {
  if (!needsHost(state, service)) return {kind: 'anywhere'}
  const live = [...state.tasks.values()].filter((task) => task.desired === 'RUNNING')
  const own = live.filter((task) => task.service === service)
  const isFree = (host: ContainerInstance): boolean =>
    service.schedulingStrategy === 'REPLICA' || !own.some((task) => task.host === host)
  const ready = activeHosts(state, service).filter(isFree)
  const rank = (host: ContainerInstance): number =>
    1000 * own.filter((task) => task.host?.zone === host.zone).length + live.filter((task) => task.host === host).length
  const [best] = [...ready].sort((a, b) => rank(a) - rank(b))
  return best === undefined ? {kind: 'nowhere'} : {kind: 'on', host: best}
}

export const activeHosts = (state: EcsRegion, service: EcsService): readonly ContainerInstance[] =>
  [...state.containerInstances.values()].filter((one) => one.cluster === service.cluster && one.status === 'ACTIVE')

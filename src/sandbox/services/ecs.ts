/**
 * ECS, composed: clusters, task definitions, services with rolling deployments, and tasks as local processes. It must never
 * say something runs that doesn't: counts and states come from the processes and their targets.
 */
import type * as E from '@aws-sdk/client-ecs'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Service, World} from '../world/contract.ts'
import type {Image} from '../plane/images.ts'
import {createScheduler} from './ecs-scheduler.ts'
import {serviceOperations} from './ecs-services.ts'
import {clientFault, clusterOf, emptyEcs, invalidParameter, lastPart, setTags, tagList} from './ecs-state.ts'
import type {Cluster, EcsRegion, Task} from './ecs-state.ts'
import {taskDefinitionOperations} from './ecs-task-definitions.ts'
import {createTaskLife} from './ecs-task-life.ts'
import type {TargetRegistry, TaskLife, TaskLifeOptions} from './ecs-task-life.ts'
import {taskOperations} from './ecs-tasks.ts'

/** How often the scheduler looks, virtual ms. */
const LOOK_EVERY_MS = 1000

export interface EcsOptions {
  readonly world: World
  readonly targets: TargetRegistry
  readonly image: (reference: string) => Image | undefined
  readonly start: TaskLifeOptions['start']
}

export interface Ecs {
  readonly service: Service
  readonly life: TaskLife
  tasks(): Iterable<Task>
}

export function createEcs({world, targets, image, start}: EcsOptions): Ecs {
  const regions = new Map(world.regions.map((name) => [name, emptyEcs(name)]))
  const stateOf = (name: string): EcsRegion => {
    const state = regions.get(name)
    if (state === undefined) throw new AwsFault('InvalidParameterException', `The sandbox has no Region '${name}'`)
    return state
  }
  const scheduler = createScheduler(world, targets, () => life)
  const life = createTaskLife({world, targets, image, start, running: scheduler.taskRunning, failed: scheduler.taskFailed})
  const stopLooking = world.clock.every(LOOK_EVERY_MS, () => { for (const state of regions.values()) scheduler.reconcile(state) })
  let closing: Promise<void> | undefined
  const service: Service = {
    name: 'ecs',
    operations: {
      ...clusterOperations(stateOf),
      ...taskDefinitionOperations(world, stateOf),
      ...serviceOperations(world, stateOf, targets),
      ...taskOperations(stateOf, life),
      ...tagOperations(stateOf),
    },
    close: async () => {
      stopLooking()
      closing ??= life.close()
      await closing
    },
  }
  return {
    service,
    life,
    tasks: function* () { for (const state of regions.values()) yield* state.tasks.values() },
  }
}

function clusterOperations(stateOf: (region: string) => EcsRegion) {
  const shapeOf = (state: EcsRegion, cluster: Cluster): E.Cluster => {
    const tasks = [...state.tasks.values()].filter((task) => task.service.cluster === cluster && task.desired === 'RUNNING')
    const running = tasks.filter((task) => task.status === 'RUNNING').length
    return {
      clusterArn: cluster.arn,
      clusterName: cluster.name,
      status: cluster.status,
      registeredContainerInstancesCount: 0,
      runningTasksCount: running,
      pendingTasksCount: tasks.length - running,
      activeServicesCount: [...state.services.values()].filter(
        (one) => one.cluster === cluster && one.status === 'ACTIVE',
      ).length,
      capacityProviders: [...cluster.capacityProviders],
      defaultCapacityProviderStrategy: [...cluster.defaultStrategy],
      statistics: [],
      settings: [],
      tags: tagList(state.tags.get(cluster.arn)),
    }
  }
  return {
    CreateCluster: (input: E.CreateClusterCommandInput, call: CallContext): Partial<E.CreateClusterCommandOutput> => {
      const state = stateOf(call.region)
      const name = input.clusterName ?? 'default'
      const known = state.clusters.get(name)
      if (known?.status === 'ACTIVE') return {cluster: shapeOf(state, known)}
      const cluster: Cluster = {
        arn: `arn:aws:ecs:${call.region}:${call.account}:cluster/${name}`,
        name,
        status: 'ACTIVE',
        capacityProviders: input.capacityProviders ?? [],
        defaultStrategy: input.defaultCapacityProviderStrategy ?? [],
      }
      state.clusters.set(name, cluster)
      setTags(state, cluster.arn, input.tags)
      return {cluster: shapeOf(state, cluster)}
    },
    ListClusters: (_input: E.ListClustersCommandInput, call: CallContext): Partial<E.ListClustersCommandOutput> => ({
      clusterArns: [
        ...stateOf(call.region).clusters.values()
      ].filter((cluster) => cluster.status === 'ACTIVE').map((cluster) => cluster.arn),
    }),
    DescribeClusters: (input: E.DescribeClustersCommandInput, call: CallContext): Partial<E.DescribeClustersCommandOutput> => {
      const state = stateOf(call.region)
      const clusters: E.Cluster[] = []
      const failures: E.Failure[] = []
      for (const name of input.clusters ?? ['default']) {
        const cluster = state.clusters.get(lastPart(name))
        if (cluster !== undefined) clusters.push(shapeOf(state, cluster))
        else failures.push({arn: `arn:aws:ecs:${call.region}:${call.account}:cluster/${lastPart(name)}`, reason: 'MISSING'})
      }
      return {clusters, failures}
    },
    DeleteCluster: (input: E.DeleteClusterCommandInput, call: CallContext): Partial<E.DeleteClusterCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      if ([...state.services.values()].some((one) => one.cluster === cluster && one.status !== 'INACTIVE')) {
        throw new AwsFault('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.')
      }
      cluster.status = 'INACTIVE'
      return {cluster: shapeOf(state, cluster)}
    },
  }
}

function tagOperations(stateOf: (region: string) => EcsRegion) {
  const tagsOf = (state: EcsRegion, arn: string | undefined): Map<string, string> => {
    const exists = [
      ...state.services.values(), ...state.tasks.values(), ...state.clusters.values(), ...state.definitions.values(),
    ]
      .some((one) => one.arn === arn)
    if (arn === undefined || !exists) throw invalidParameter('The specified resource is not available.')
    setTags(state, arn, [])
    return state.tags.get(arn) ?? new Map<string, string>()
  }
  return {
    TagResource: (input: E.TagResourceCommandInput, call: CallContext): object => {
      const state = stateOf(call.region)
      if ((input.tags?.length ?? 0) > 50) throw clientFault('A resource can have at most 50 tags.')
      tagsOf(state, input.resourceArn)
      setTags(state, input.resourceArn ?? '', input.tags)
      return {}
    },
    UntagResource: (input: E.UntagResourceCommandInput, call: CallContext): object => {
      const tags = tagsOf(stateOf(call.region), input.resourceArn)
      for (const key of input.tagKeys ?? []) tags.delete(key)
      return {}
    },
    ListTagsForResource: (input: E.ListTagsForResourceCommandInput, call: CallContext): Partial<E.ListTagsForResourceCommandOutput> =>
      ({tags: tagList(tagsOf(stateOf(call.region), input.resourceArn))}),
  }
}

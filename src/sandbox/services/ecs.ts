/**
 * ECS, composed: clusters, task definitions, services with rolling deployments, and tasks as local processes. It must never
 * say something runs that doesn't: counts and states come from the processes and their targets.
 */
import type * as E from '@aws-sdk/client-ecs'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Service, World} from '../world/contract.ts'
import type {Image} from '../plane/images.ts'
import {capacityProviderOperations, growForWaitingTasks} from './ecs-capacity-providers.ts'
import {clusterOperations} from './ecs-clusters.ts'
import {containerInstanceOperations} from './ecs-container-instances.ts'
import {createScheduler} from './ecs-scheduler.ts'
import {runTaskOperations} from './ecs-run-task.ts'
import {serviceOperations} from './ecs-services.ts'
import {clientFault, emptyEcs, invalidParameter, setTags, tagList} from './ecs-state.ts'
import type {CapacityProvider, EcsRegion, Task} from './ecs-state.ts'
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
  const growing = new Set<CapacityProvider>()
  const grow = (state: EcsRegion, provider: CapacityProvider): void => {
    if (growing.has(provider)) return
    growing.add(provider)
    // The group may be on its way out: then nobody grows it, and the tasks wait.
    void growForWaitingTasks(world, state.region, provider)
      .catch(() => {})
      .finally(() => {
        growing.delete(provider)
      })
  }
  const scheduler = createScheduler({world, targets, life: () => life, grow})
  const life = createTaskLife({world, targets, image, start, running: scheduler.taskRunning, failed: scheduler.taskFailed})
  const stopLooking = world.clock.every(LOOK_EVERY_MS, () => {
    for (const state of regions.values()) scheduler.reconcile(state)
  })
  let closing: Promise<void> | undefined
  const service: Service = {
    name: 'ecs',
    operations: {
      ...clusterOperations(stateOf),
      ...capacityProviderOperations(world, stateOf),
      ...containerInstanceOperations(world, stateOf, life),
      ...taskDefinitionOperations(world, stateOf),
      ...serviceOperations(world, stateOf, targets),
      ...taskOperations(stateOf, life),
      ...runTaskOperations({world, stateOf, life, grow}),
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
    tasks: function* () {
      for (const state of regions.values()) yield* state.tasks.values()
    },
  }
}

function tagOperations(stateOf: (region: string) => EcsRegion) {
  const tagsOf = (state: EcsRegion, arn: string | undefined): Map<string, string> => {
    const exists = [
      ...state.services.values(),
      ...state.tasks.values(),
      ...state.clusters.values(),
      ...state.definitions.values(),
      ...state.capacityProviders.values(),
      ...state.containerInstances.values(),
    ].some((one) => one.arn === arn)
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
    ListTagsForResource: (
      input: E.ListTagsForResourceCommandInput,
      call: CallContext,
    ): Partial<E.ListTagsForResourceCommandOutput> => ({tags: tagList(tagsOf(stateOf(call.region), input.resourceArn))}),
  }
}

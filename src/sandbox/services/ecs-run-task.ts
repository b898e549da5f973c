/** RunTask: tasks for themselves, of a revision, with an environment of their own. No service brings them back when they end. */
import type * as E from '@aws-sdk/client-ecs'
import type {CallContext, World} from '../world/contract.ts'
import {placementFor} from './ecs-container-instances.ts'
import {taskShape} from './ecs-shapes.ts'
import {clientFault, clusterOf, invalidParameter, runnableDefinition, setTags} from './ecs-state.ts'
import type {CapacityProvider, Cluster, Deployment, EcsRegion, EcsService, TaskDefinition} from './ecs-state.ts'
import type {OwnWay, TaskLife} from './ecs-task-life.ts'

const MOST_AT_ONCE = 10

export interface RunTaskOptions {
  readonly world: World
  readonly stateOf: (region: string) => EcsRegion
  readonly life: TaskLife
  readonly grow: (state: EcsRegion, provider: CapacityProvider) => void
}

export function runTaskOperations({world, stateOf, life, grow}: RunTaskOptions) {
  return {
    RunTask: (input: E.RunTaskCommandInput, call: CallContext): Partial<E.RunTaskCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const definition = runnableDefinition(state, input.taskDefinition)
      const count = input.count ?? 1
      if (count < 1 || count > MOST_AT_ONCE) throw invalidParameter(`Count must be between 1 and ${MOST_AT_ONCE}.`)
      checkOverrides(definition, input.overrides)
      if (definition.shape.networkMode === 'awsvpc' && input.networkConfiguration?.awsvpcConfiguration === undefined) {
        throw invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
      }
      const service = nobodysService(world, cluster, definition, input)
      const [deployment] = service.deployments
      const provider = state.capacityProviders.get(service.strategy[0]?.capacityProvider ?? '')
      if (provider === undefined && placementFor(state, service).kind === 'nowhere') {
        throw invalidParameter('No Container Instances were found in your cluster.')
      }
      const way: OwnWay = {
        group: input.group ?? `family:${definition.family}`,
        startedBy: input.startedBy,
        overrides: input.overrides ?? {},
        place: () => {
          const place = placementFor(state, service)
          if (place.kind === 'nowhere' && provider !== undefined) grow(state, provider)
          return place.kind === 'on' ? place.host : place.kind === 'anywhere' ? 'anywhere' : 'waiting'
        },
      }
      const tasks = Array.from({length: count}, () => life.launch(state, service, deployment as Deployment, way))
      for (const task of tasks) setTags(state, task.arn, input.tags)
      return {tasks: tasks.map((task) => taskShape(state, task, 'with-tags')), failures: []}
    },
  }
}

function checkOverrides({shape}: TaskDefinition, overrides: E.TaskOverride | undefined): void {
  for (const {name} of overrides?.containerOverrides ?? []) {
    if (shape.containerDefinitions?.some((one) => one.name === name) === true) continue
    throw clientFault(`Override for container named ${name ?? ''} is not a container in the TaskDefinition.`)
  }
}

/** What a task needs of a service and has for itself here. It stands in no list, so nobody schedules it. */
function nobodysService(world: World, cluster: Cluster, definition: TaskDefinition, input: E.RunTaskCommandInput): EcsService {
  const now = world.clock.now()
  const deployment: Deployment = {
    id: input.startedBy ?? '',
    definition,
    createdAt: now,
    updatedAt: now,
    status: 'PRIMARY',
    rolloutState: 'COMPLETED',
    rolloutStateReason: '',
    failedTasks: 0,
    hasRun: true,
    setbacks: 0,
    nextLaunchAt: 0,
  }
  const [, , , region = ''] = cluster.arn.split(':')
  return {
    arn: '',
    name: `family:${definition.family}`,
    region,
    cluster,
    createdAt: now,
    status: 'ACTIVE',
    desired: input.count ?? 1,
    loadBalancers: [],
    minimumHealthyPercent: 0,
    maximumPercent: 100,
    circuitBreaker: {enable: false, rollback: false},
    graceSeconds: 0,
    launchType: input.launchType,
    strategy: input.capacityProviderStrategy ?? (input.launchType === undefined ? cluster.defaultStrategy : []),
    networkConfiguration: input.networkConfiguration,
    schedulingStrategy: 'REPLICA',
    kept: {},
    deployments: [deployment],
    events: [],
    steady: true,
    unplaced: false,
  }
}

/** What exists in ECS, Region by Region, and how it is looked up. It starts and stops nothing. */
import type * as E from '@aws-sdk/client-ecs'
import {AwsFault} from '../world/contract.ts'
import {page} from './records/page.ts'

export interface Cluster {
  readonly arn: string
  readonly name: string
  status: 'ACTIVE' | 'INACTIVE'
  capacityProviders: readonly string[]
  defaultStrategy: readonly E.CapacityProviderStrategyItem[]
  settings: readonly E.ClusterSetting[]
  configuration: E.ClusterConfiguration | undefined
}

export interface CapacityProvider {
  readonly arn: string
  readonly name: string
  group: E.AutoScalingGroupProvider
}

/** A host, as its agent has registered it. */
export interface ContainerInstance {
  readonly arn: string
  readonly id: string
  readonly cluster: Cluster
  readonly ec2InstanceId: string
  readonly zone: string
  readonly type: string
  readonly imageId: string
  readonly registeredAt: number
  status: 'ACTIVE' | 'DRAINING'
}

export interface TaskDefinition {
  readonly arn: string
  readonly family: string
  readonly revision: number
  readonly shape: E.TaskDefinition
  active: boolean
}

export interface Deployment {
  readonly id: string
  readonly definition: TaskDefinition
  readonly createdAt: number
  updatedAt: number
  status: 'PRIMARY' | 'ACTIVE'
  rolloutState: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED'
  rolloutStateReason: string
  failedTasks: number
  /** One of its tasks was RUNNING once: failures before that don't count on. */
  hasRun: boolean
  /** Failures in a row, for the back-off. */
  setbacks: number
  nextLaunchAt: number
}

export interface EcsService {
  readonly arn: string
  readonly name: string
  readonly region: string
  readonly cluster: Cluster
  readonly createdAt: number
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  desired: number
  loadBalancers: readonly E.LoadBalancer[]
  minimumHealthyPercent: number
  maximumPercent: number
  circuitBreaker: {readonly enable: boolean; readonly rollback: boolean}
  graceSeconds: number
  launchType: E.LaunchType | undefined
  strategy: readonly E.CapacityProviderStrategyItem[]
  networkConfiguration: E.NetworkConfiguration | undefined
  readonly schedulingStrategy: 'REPLICA' | 'DAEMON'
  /** What is only kept and answered: propagation of tags, exec, placement, … */
  kept: ServiceKeeps
  /** The primary one first. */
  deployments: readonly Deployment[]
  /** Newest first, at most 100. */
  events: readonly E.ServiceEvent[]
  steady: boolean
  /** No host could take a task: said once, until one can. */
  unplaced: boolean
}

export type ServiceKeeps = Pick<
  E.Service,
  | 'availabilityZoneRebalancing'
  | 'enableECSManagedTags'
  | 'enableExecuteCommand'
  | 'placementConstraints'
  | 'placementStrategy'
  | 'propagateTags'
  | 'serviceRegistries'
>

export type TaskStatus = 'PROVISIONING' | 'PENDING' | 'RUNNING' | 'DEACTIVATING' | 'STOPPING' | 'STOPPED'

export interface TaskContainer {
  readonly name: string
  readonly image: string
  digest: string | undefined
  exitCode: number | undefined
  reason: string | undefined
}

export interface Alone {
  readonly group: string
  readonly startedBy: string | undefined
  readonly overrides: E.TaskOverride
}

export interface Task {
  readonly arn: string
  readonly id: string
  readonly region: string
  readonly service: EcsService
  readonly deployment: Deployment
  readonly containers: readonly TaskContainer[]
  /** The container that really runs: the one behind the load balancer, else the first essential one. */
  readonly main: TaskContainer
  /** Where it was placed; undefined where that isn't modelled, or not yet. */
  host: ContainerInstance | undefined
  /** Started by RunTask, for itself; its service is nobody's then, and in no list. */
  readonly alone: Alone | undefined
  readonly createdAt: number
  status: TaskStatus
  desired: 'RUNNING' | 'STOPPED'
  startedAt: number | undefined
  stoppingAt: number | undefined
  stoppedAt: number | undefined
  stopCode: E.TaskStopCode | undefined
  stoppedReason: string | undefined
  /** Loopback port, once it listens. */
  port: number | undefined
}

export interface EcsRegion {
  readonly region: string
  readonly clusters: Map<string, Cluster>
  readonly capacityProviders: Map<string, CapacityProvider>
  /** By the last part of their ARN. */
  readonly containerInstances: Map<string, ContainerInstance>
  readonly definitions: Map<string, TaskDefinition>
  /** By ARN; a service that was deleted stays as INACTIVE until one of its name is created. */
  readonly services: Map<string, EcsService>
  readonly tasks: Map<string, Task>
  readonly tags: Map<string, Map<string, string>>
}

export const emptyEcs = (region: string): EcsRegion => ({
  region,
  clusters: new Map(),
  capacityProviders: new Map(),
  containerInstances: new Map(),
  definitions: new Map(),
  services: new Map(),
  tasks: new Map(),
  tags: new Map(),
})

export const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1)
export const invalidParameter = (message: string): AwsFault => new AwsFault('InvalidParameterException', message)
export const clientFault = (message: string): AwsFault => new AwsFault('ClientException', message)

export function clusterOf(state: EcsRegion, nameOrArn: string | undefined): Cluster {
  const cluster = state.clusters.get(lastPart(nameOrArn ?? 'default'))
  if (cluster?.status !== 'ACTIVE') throw new AwsFault('ClusterNotFoundException', 'Cluster not found.')
  return cluster
}

export function findService(state: EcsRegion, cluster: Cluster, nameOrArn: string | undefined): EcsService | undefined {
  return state.services.get(serviceArn(cluster, lastPart(nameOrArn ?? '')))
}

export function serviceOf(state: EcsRegion, cluster: Cluster, nameOrArn: string | undefined): EcsService {
  const service = findService(state, cluster, nameOrArn)
  if (service === undefined) throw new AwsFault('ServiceNotFoundException', 'Service not found.')
  return service
}

export const serviceArn = (cluster: Cluster, name: string): string => `${cluster.arn.replace(':cluster/', ':service/')}/${name}`

/** By ARN, `family:revision`, or `family` (the newest active revision). */
export function findDefinition(state: EcsRegion, reference: string | undefined): TaskDefinition | undefined {
  const name = lastPart(reference ?? '')
  const byRevision = state.definitions.get(name)
  if (byRevision !== undefined || name.includes(':')) return byRevision
  return [...state.definitions.values()].filter((one) => one.family === name && one.active).at(-1)
}

/** The revision a service is to run: it must be active. */
export function runnableDefinition(state: EcsRegion, reference: string | undefined): TaskDefinition {
  const definition = findDefinition(state, reference)
  if (definition === undefined) throw clientFault('Unable to describe task definition.')
  if (!definition.active) throw clientFault('TaskDefinition is inactive')
  return definition
}

export const tagList = (tags: ReadonlyMap<string, string> | undefined): E.Tag[] =>
  [...(tags ?? [])].map(([key, value]) => ({key, value}))

export function setTags(state: EcsRegion, arn: string, tags: readonly E.Tag[] | undefined): void {
  const known = state.tags.get(arn) ?? new Map<string, string>()
  for (const tag of tags ?? []) known.set(tag.key ?? '', tag.value ?? '')
  state.tags.set(arn, known)
}

/** One page of a list; the token is the number of items already answered. */
export function pageOf<T>(
  items: readonly T[],
  token: string | undefined,
  size: number | undefined,
): {items: T[]; nextToken: string | undefined} {
  const {items: found, next} = page(items, token, size ?? 100, () => invalidParameter('Invalid token'))
  return {items: found, nextToken: next}
}

export function say(service: EcsService, at: number, id: string, text: string): void {
  const event = {id, createdAt: new Date(at), message: `(service ${service.name}) ${text}`}
  service.events = [event, ...service.events].slice(0, 100)
}

/**
 * What Auto Scaling holds, Region by Region: groups with their instances, activities, policies and planned actions. It is looked
 * up and written here; hosts come and go in `autoscaling-life.ts`, and nothing in this file starts anything.
 */
import type * as A from '@aws-sdk/client-auto-scaling'
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import {uuid} from '../world/uuid.ts'
import {page} from './records/page.ts'
import type {Page} from './records/page.ts'

export type Lifecycle = 'Pending' | 'InService' | 'Terminating' | 'Terminated'

export interface Host {
  readonly id: string
  readonly zone: string
  readonly subnet: string
  readonly type: string
  readonly imageId: string
  readonly template: {readonly id: string; readonly name: string; readonly version: string} | null
  readonly volumes: readonly string[]
  readonly networkInterface: string
  readonly publicIp: string | null
  readonly launchedAt: number
  lifecycle: Lifecycle
  protected: boolean
  /** ARN of the ECS container instance, once its agent has registered. */
  containerInstance: {readonly cluster: string; readonly arn: string} | null
}

export interface Activity {
  readonly id: string
  readonly description: string
  readonly cause: string
  readonly startedAt: number
  readonly details: string
  endedAt: number | undefined
  status: A.ScalingActivityStatusCode
  message: string | undefined
  progress: number
}

export interface PlannedAction {
  readonly arn: string
  readonly fields: A.PutScheduledUpdateGroupActionType
}

export interface Group {
  readonly arn: string
  readonly name: string
  readonly region: string
  readonly createdAt: number
  min: number
  max: number
  desired: number
  /** Everything else as it was last asked for. */
  settings: Omit<A.CreateAutoScalingGroupType, 'AutoScalingGroupName' | 'MinSize' | 'MaxSize' | 'DesiredCapacity' | 'Tags'>
  readonly hosts: Map<string, Host>
  /** Newest first, at most 100. */
  activities: readonly Activity[]
  readonly tags: Map<string, {readonly value: string; readonly atLaunch: boolean}>
  readonly policies: Map<string, A.ScalingPolicy>
  readonly planned: Map<string, PlannedAction>
  readonly hooks: Map<string, A.LifecycleHook>
  refreshes: readonly Refresh[]
  /** It goes away once its last host has. */
  leaving: boolean
  /** A look at it is due after a launch that failed. */
  waiting: boolean
}

export interface Refresh {
  readonly id: string
  readonly startedAt: number
  readonly preferences: A.RefreshPreferences
  status: A.InstanceRefreshStatus
  endedAt: number | undefined
  /** Hosts that are still to be replaced. */
  readonly old: Set<string>
  readonly total: number
}

export interface ScalingRegion {
  readonly region: string
  readonly groups: Map<string, Group>
}

export const validation = (message: string): AwsFault => new AwsFault('ValidationError', message)

export function groupOf(state: ScalingRegion, name: string | undefined): Group {
  const group = state.groups.get(nameOf(name ?? ''))
  if (group === undefined) throw validation(`AutoScalingGroup name not found - AutoScalingGroup '${name ?? ''}' not found`)
  return group
}

/** One by its name, or all of the Region. */
export const groupsNamed = (state: ScalingRegion, name: string | undefined): readonly Group[] =>
  name === undefined ? [...state.groups.values()] : [groupOf(state, name)]

/** ECS takes a group by ARN or name; so do we. */
export const nameOf = (nameOrArn: string): string => nameOrArn.split(':autoScalingGroupName/').at(-1) ?? nameOrArn

export const present = (group: Group): readonly Host[] =>
  [...group.hosts.values()].filter((one) => one.lifecycle !== 'Terminated')
export const counted = (group: Group): readonly Host[] =>
  [...group.hosts.values()].filter((one) => one.lifecycle === 'Pending' || one.lifecycle === 'InService')
export const inService = (group: Group): readonly Host[] =>
  [...group.hosts.values()].filter((one) => one.lifecycle === 'InService')

/** Region-local thing with its digits: `i-0123…`, `vol-0123…`. */
export const resourceId = (world: World, prefix: string): string => `${prefix}-0${world.hex(16)}`

const KEPT_ACTIVITIES = 100

export function addActivity(
  world: World,
  group: Group,
  activity: Pick<Activity, 'description' | 'cause' | 'status' | 'message'> & {readonly details?: object},
): Activity {
  const ended = activity.status === 'Failed' || activity.status === 'Cancelled' || activity.status === 'Successful'
  const fresh: Activity = {
    ...activity,
    id: uuid(world),
    startedAt: world.clock.now(),
    details: JSON.stringify(activity.details ?? {}),
    endedAt: ended ? world.clock.now() : undefined,
    progress: ended ? 100 : 50,
  }
  group.activities = [fresh, ...group.activities].slice(0, KEPT_ACTIVITIES)
  return fresh
}

/** One page of a describe; the token is the number of items already answered. */
export const pageOf = <T>(items: readonly T[], token: string | undefined, size: number | undefined, largest: number): Page<T> =>
  page(items, token, Math.min(size ?? 50, largest), () => new AwsFault('InvalidNextToken', 'The NextToken value is not valid.'))

/**
 * Groups: created, resized, protected, refreshed and deleted. The operations write down wishes and refuse what AWS refuses;
 * hosts follow by themselves. A group with hosts is never deleted but by force.
 */
import type * as A from '@aws-sdk/client-auto-scaling'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, World} from '../world/contract.ts'
import {LONGEST_REFRESH_WAIT_MS} from './autoscaling-life.ts'
import type {GroupLife} from './autoscaling-life.ts'
import {activityShape, groupShape, hostShape, refreshShape} from './autoscaling-shapes.ts'
import {addActivity, counted, groupOf, groupsNamed, nameOf, pageOf, present, validation} from './autoscaling-state.ts'
import {uuid} from '../world/uuid.ts'
import type {Group, Host, ScalingRegion} from './autoscaling-state.ts'
import {hostSpec} from './autoscaling-template.ts'

type StateOf = (region: string) => ScalingRegion

export function groupOperations(world: World, stateOf: StateOf, life: GroupLife) {
  return {
    ...sizeOperations(world, stateOf, life),
    ...hostOperations(stateOf, life),
    ...refreshOperations(world, stateOf, life),

    DescribeAutoScalingGroups: (input: A.AutoScalingGroupNamesType, call: CallContext): A.AutoScalingGroupsType => {
      const wanted = input.AutoScalingGroupNames?.map(nameOf)
      const chosen = [...stateOf(call.region).groups.values()].filter(
        (group) => (wanted === undefined || wanted.length === 0 || wanted.includes(group.name)) && hasTags(group, input.Filters),
      )
      const page = pageOf(chosen, input.NextToken, input.MaxRecords, 100)
      return {AutoScalingGroups: page.items.map((group) => groupShape(world, group)), NextToken: page.next}
    },

    DescribeScalingActivities: (input: A.DescribeScalingActivitiesType, call: CallContext): A.ActivitiesType => {
      const groups = groupsNamed(stateOf(call.region), input.AutoScalingGroupName)
      const all = groups.flatMap((group) => group.activities.map((one) => activityShape(group, one)))
      const page = pageOf(
        all.filter((one) => input.ActivityIds?.includes(one.ActivityId ?? '') ?? true),
        input.NextToken,
        input.MaxRecords,
        100,
      )
      return {Activities: page.items, NextToken: page.next}
    },
  }
}

function hasTags(group: Group, filters: readonly A.Filter[] | undefined): boolean {
  return (filters ?? []).every(({Name = '', Values = []}) => {
    if (Name === 'tag-key') return Values.some((key) => group.tags.has(key))
    if (Name === 'tag-value') return [...group.tags.values()].some((tag) => Values.includes(tag.value))
    return Name.startsWith('tag:') && Values.includes(group.tags.get(Name.slice('tag:'.length))?.value ?? '')
  })
}

function sizeOperations(world: World, stateOf: StateOf, life: GroupLife) {
  life.onGone((group) => {
    if (group.leaving && group.hosts.size === 0) stateOf(group.region).groups.delete(group.name)
  })
  return {
    CreateAutoScalingGroup: (input: A.CreateAutoScalingGroupType, call: CallContext): object => {
      const state = stateOf(call.region)
      const {AutoScalingGroupName: name = '', MinSize: min = 0, MaxSize: max = 0, DesiredCapacity, Tags, ...settings} = input
      if (state.groups.has(name)) {
        throw new AwsFault(
          'AlreadyExists',
          `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
        )
      }
      const desired = DesiredCapacity ?? min
      checkSizes(min, max, desired)
      if (settings.VPCZoneIdentifier === undefined && settings.AvailabilityZones === undefined) {
        throw validation('At least one Availability Zone or VPC Subnet is required.')
      }
      hostSpec(world, call.region, settings)
      const group: Group = {
        arn: `arn:aws:autoscaling:${call.region}:${call.account}:autoScalingGroup:${uuid(world)}:autoScalingGroupName/${name}`,
        name,
        region: call.region,
        createdAt: world.clock.now(),
        min,
        max,
        desired,
        settings,
        hosts: new Map(),
        activities: [],
        policies: new Map(),
        planned: new Map(),
        hooks: new Map(),
        refreshes: [],
        leaving: false,
        waiting: false,
        tags: new Map(
          (Tags ?? []).map(({Key = '', Value = '', PropagateAtLaunch: atLaunch = false}) => [Key, {value: Value, atLaunch}]),
        ),
      }
      state.groups.set(name, group)
      life.converge(group, 'a user request created an AutoScalingGroup')
      return {}
    },

    UpdateAutoScalingGroup: (input: A.UpdateAutoScalingGroupType, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const {AutoScalingGroupName: _name, MinSize, MaxSize, DesiredCapacity, ...settings} = input
      const [min, max] = [MinSize ?? group.min, MaxSize ?? group.max]
      if (min > max) throw maxBelowMin(min, max)
      const desired = DesiredCapacity ?? Math.min(max, Math.max(min, group.desired))
      checkSizes(min, max, desired)
      const next = {...group.settings, ...settings}
      if (settings.LaunchTemplate !== undefined) delete next.MixedInstancesPolicy
      if (settings.MixedInstancesPolicy !== undefined) delete next.LaunchTemplate
      if (settings.LaunchTemplate !== undefined || settings.MixedInstancesPolicy !== undefined) hostSpec(world, call.region, next)
      Object.assign(group, {min, max, desired, settings: next})
      life.converge(group, 'a user request updated the AutoScalingGroup')
      return {}
    },

    SetDesiredCapacity: (input: A.SetDesiredCapacityType, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const wanted = input.DesiredCapacity ?? group.desired
      if (wanted > group.max) {
        throw validation(`New SetDesiredCapacity value ${wanted} is above max value ${group.max} for the AutoScalingGroup.`)
      }
      if (wanted < group.min) {
        throw validation(`New SetDesiredCapacity value ${wanted} is below min value ${group.min} for the AutoScalingGroup.`)
      }
      group.desired = wanted
      life.converge(group, 'a user request explicitly set group desired capacity')
      return {}
    },

    DeleteAutoScalingGroup: (input: A.DeleteAutoScalingGroupType, call: CallContext): object => {
      const state = stateOf(call.region)
      const group = groupOf(state, input.AutoScalingGroupName)
      if (group.hosts.size > 0 && input.ForceDelete !== true) {
        throw new AwsFault(
          'ResourceInUse',
          'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the '
            + 'group.',
        )
      }
      if (group.hosts.size === 0) state.groups.delete(group.name)
      Object.assign(group, {leaving: true, min: 0, desired: 0})
      life.converge(group, 'a user request deleted the AutoScalingGroup')
      return {}
    },

    // Instances and settings only: metrics of groups are stored as asked for.
    EnableMetricsCollection: (input: A.EnableMetricsCollectionQuery, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const names = input.Metrics?.length ? input.Metrics : GROUP_METRICS
      group.settings = {...group.settings, ...{EnabledMetrics: names.map((Metric) => ({Metric, Granularity: input.Granularity}))}}
      return {}
    },
    DisableMetricsCollection: (input: A.DisableMetricsCollectionQuery, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      group.settings = {...group.settings, ...{EnabledMetrics: []}}
      return {}
    },
  }
}

const GROUP_METRICS: readonly string[] = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupPendingInstances',
  'GroupStandbyInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
]

function checkSizes(min: number, max: number, desired: number): void {
  if (min < 0 || max < 0) throw validation('Group sizes must not be negative.')
  if (min > max) throw maxBelowMin(min, max)
  if (desired < min || desired > max) {
    throw validation(`Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`)
  }
}

const maxBelowMin = (min: number, max: number): AwsFault =>
  validation(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`)

function hostOperations(stateOf: StateOf, life: GroupLife) {
  const hostOf = (state: ScalingRegion, id: string | undefined): {readonly group: Group; readonly host: Host} => {
    for (const group of state.groups.values()) {
      const host = group.hosts.get(id ?? '')
      if (host !== undefined) return {group, host}
    }
    throw validation(`Instance Id not found - No managed instance found for instance ID: ${id ?? ''}`)
  }
  return {
    DescribeAutoScalingInstances: (input: A.DescribeAutoScalingInstancesType, call: CallContext): A.AutoScalingInstancesType => {
      const all = [...stateOf(call.region).groups.values()].flatMap((group) =>
        present(group).map((host) => hostShape(group, host)),
      )
      const chosen = all.filter((one) => input.InstanceIds?.includes(one.InstanceId ?? '') ?? true)
      const page = pageOf(chosen, input.NextToken, input.MaxRecords, 50)
      return {AutoScalingInstances: page.items, NextToken: page.next}
    },

    SetInstanceProtection: (input: A.SetInstanceProtectionQuery, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const ids = input.InstanceIds ?? []
      const strange = ids.find((id) => !group.hosts.has(id))
      if (strange !== undefined) throw validation(`The instance ${strange} is not part of Auto Scaling group ${group.name}.`)
      for (const id of ids) {
        const host = group.hosts.get(id)
        if (host !== undefined) host.protected = input.ProtectedFromScaleIn ?? false
      }
      life.converge(group, 'instance protection was changed')
      return {}
    },

    TerminateInstanceInAutoScalingGroup: (
      input: A.TerminateInstanceInAutoScalingGroupType,
      call: CallContext,
    ): A.ActivityType => {
      const {group, host} = hostOf(stateOf(call.region), input.InstanceId)
      if (input.ShouldDecrementDesiredCapacity === true) {
        if (group.desired <= group.min) {
          throw validation(
            `Currently, desiredSize equals minSize (${group.min}). Terminating instance without replacement will violate `
              + "group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
          )
        }
        group.desired -= 1
      }
      life.terminate(group, host, 'instance was taken out of service in response to a user request')
      life.converge(group, 'an instance was terminated by a user request')
      const [activity] = group.activities
      return {Activity: activity === undefined ? undefined : activityShape(group, activity)}
    },
  }
}

function refreshOperations(world: World, stateOf: StateOf, life: GroupLife) {
  return {
    StartInstanceRefresh: (input: A.StartInstanceRefreshType, call: CallContext): A.StartInstanceRefreshAnswer => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      if (group.refreshes[0]?.status === 'InProgress') {
        throw new AwsFault(
          'InstanceRefreshInProgress',
          'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
        )
      }
      const {template, type, imageId} = hostSpec(world, call.region, group.settings)
      const matches = (host: Host): boolean =>
        input.Preferences?.SkipMatching === true
        && host.template?.id === template.id
        && host.template.version === template.version
        && host.type === type
        && host.imageId === imageId
      const leftAlone = (host: Host): boolean => host.protected && input.Preferences?.ScaleInProtectedInstances === 'Ignore'
      const old = new Set(
        counted(group)
          .filter((host) => !matches(host) && !leftAlone(host))
          .map((host) => host.id),
      )
      const id = uuid(world)
      group.refreshes = [
        {
          id,
          startedAt: world.clock.now(),
          preferences: input.Preferences ?? {},
          status: old.size === 0 ? 'Successful' : 'InProgress',
          endedAt: old.size === 0 ? world.clock.now() : undefined,
          old,
          total: old.size,
        },
        ...group.refreshes,
      ]
      const cause = 'a user request started an instance refresh'
      addActivity(world, group, {description: `Instance refresh ${id}`, cause, status: 'Successful', message: undefined})
      life.converge(group, 'an instance refresh was started')
      world.clock.at(world.clock.now() + LONGEST_REFRESH_WAIT_MS, () => {
        life.converge(group, 'an instance refresh waited long enough')
      })
      return {InstanceRefreshId: id}
    },
    DescribeInstanceRefreshes: (input: A.DescribeInstanceRefreshesType, call: CallContext): A.DescribeInstanceRefreshesAnswer => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const chosen = group.refreshes.filter((one) => input.InstanceRefreshIds?.includes(one.id) ?? true)
      const page = pageOf(chosen, input.NextToken, input.MaxRecords, 100)
      return {InstanceRefreshes: page.items.map((one) => refreshShape(group, one)), NextToken: page.next}
    },
  }
}

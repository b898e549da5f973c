/** Groups, hosts and activities in the shapes that AWS answers. Reads only. */
import type * as A from '@aws-sdk/client-auto-scaling'
import type {World} from '../world/contract.ts'
import {present} from './autoscaling-state.ts'
import type {Activity, Group, Host, PlannedAction, Refresh} from './autoscaling-state.ts'
import {subnetsOf} from './autoscaling-hosts.ts'
import {zoneOf} from './zones.ts'

const dateOf = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at))
const templateOf = (host: Host): A.LaunchTemplateSpecification | undefined =>
  host.template === null
    ? undefined
    : {LaunchTemplateId: host.template.id, LaunchTemplateName: host.template.name, Version: host.template.version}

export function groupShape(world: World, group: Group): A.AutoScalingGroup {
  const {settings} = group
  const {
    MetricsCollection: _metrics,
    LifecycleHookSpecificationList: _hooks,
    InstanceId: _instance,
    ...told
  } = settings as typeof settings & {readonly MetricsCollection?: unknown}
  const subnets = subnetsOf(group)
  return {
    ...told,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: settings.DefaultCooldown ?? 300,
    AvailabilityZones:
      subnets.length > 0
        ? [...new Set(subnets.map((subnet, turn) => zoneOf(world, group.region, subnet, turn)))]
        : [...(settings.AvailabilityZones ?? [])],
    LoadBalancerNames: [...(settings.LoadBalancerNames ?? [])],
    TargetGroupARNs: [...(settings.TargetGroupARNs ?? [])],
    HealthCheckType: settings.HealthCheckType ?? 'EC2',
    HealthCheckGracePeriod: settings.HealthCheckGracePeriod ?? 0,
    Instances: present(group).map((host): A.Instance => ({
      InstanceId: host.id,
      InstanceType: host.type,
      AvailabilityZone: host.zone,
      LifecycleState: host.lifecycle,
      HealthStatus: 'Healthy',
      LaunchTemplate: templateOf(host),
      ProtectedFromScaleIn: host.protected,
    })),
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: [],
    EnabledMetrics: enabledMetrics(settings),
    ...(group.leaving ? {Status: 'Delete in progress'} : {}),
    Tags: tagShapes(group),
    TerminationPolicies: [...(settings.TerminationPolicies ?? ['Default'])],
    NewInstancesProtectedFromScaleIn: settings.NewInstancesProtectedFromScaleIn ?? false,
    ServiceLinkedRoleARN:
      settings.ServiceLinkedRoleARN
      ?? `arn:aws:iam::${world.account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    TrafficSources: [...(settings.TrafficSources ?? [])],
  }
}

function enabledMetrics(settings: object): A.EnabledMetric[] {
  const collected = (settings as {readonly EnabledMetrics?: readonly A.EnabledMetric[]}).EnabledMetrics
  return [...(collected ?? [])]
}

export function tagShapes(group: Group): A.TagDescription[] {
  return [...group.tags].map(([Key, {value, atLaunch}]) => ({
    ResourceId: group.name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value: value,
    PropagateAtLaunch: atLaunch,
  }))
}

export const hostShape = (group: Group, host: Host): A.AutoScalingInstanceDetails => ({
  InstanceId: host.id,
  InstanceType: host.type,
  AutoScalingGroupName: group.name,
  AvailabilityZone: host.zone,
  LifecycleState: host.lifecycle,
  HealthStatus: 'HEALTHY',
  LaunchTemplate: templateOf(host),
  ProtectedFromScaleIn: host.protected,
})

export const activityShape = (group: Group, one: Activity): A.Activity => ({
  ActivityId: one.id,
  AutoScalingGroupName: group.name,
  AutoScalingGroupARN: group.arn,
  Description: one.description,
  Cause: one.cause,
  StartTime: new Date(one.startedAt),
  EndTime: dateOf(one.endedAt),
  StatusCode: one.status,
  StatusMessage: one.message,
  Progress: one.progress,
  Details: one.details,
})

export const plannedShape = (group: Group, {arn, fields}: PlannedAction): A.ScheduledUpdateGroupAction => ({
  AutoScalingGroupName: group.name,
  ScheduledActionName: fields.ScheduledActionName,
  ScheduledActionARN: arn,
  Time: fields.StartTime ?? fields.Time,
  StartTime: fields.StartTime,
  EndTime: fields.EndTime,
  Recurrence: fields.Recurrence,
  MinSize: fields.MinSize,
  MaxSize: fields.MaxSize,
  DesiredCapacity: fields.DesiredCapacity,
  TimeZone: fields.TimeZone,
})

export const refreshShape = (group: Group, one: Refresh): A.InstanceRefresh => ({
  InstanceRefreshId: one.id,
  AutoScalingGroupName: group.name,
  Status: one.status,
  StartTime: new Date(one.startedAt),
  EndTime: dateOf(one.endedAt),
  InstancesToUpdate: one.old.size,
  PercentageComplete: one.total === 0 ? 100 : Math.floor((100 * (one.total - one.old.size)) / one.total),
  Preferences: one.preferences,
})

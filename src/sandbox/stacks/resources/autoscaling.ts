/**
 * Auto Scaling groups, their policies and planned actions. A group is stable once it has the hosts it
 * wants, and gone once its last host is: hosts protected from scale-in hold its deletion up, as on AWS.
 */
import type * as A from '@aws-sdk/client-auto-scaling'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, Properties, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {replacementOf} from './host-replacement.ts'
import {launchTemplate} from './launch-template.ts'
import {drifted, flag, list, means, only, record, text, withKinds} from './property-values.ts'
import {generatedName} from './record-handler.ts'
import {call, missing} from './service-call.ts'

const scaling = async <Output>(
  request: Pick<ResourceRequest, 'world' | 'region'>,
  operation: string,
  input: object,
): Promise<Output> => call<Output>(request, 'autoscaling', operation, input)

/** Launches that fail for longer than this fail the creation, virtual ms. */
const PATIENCE_MS = 300_000

const SAME_NAMES = [
  'AvailabilityZones',
  'MixedInstancesPolicy',
  'LaunchTemplate',
  'NewInstancesProtectedFromScaleIn',
  'CapacityRebalance',
  'DefaultCooldown',
  'DefaultInstanceWarmup',
  'HealthCheckGracePeriod',
  'HealthCheckType',
  'MaxInstanceLifetime',
  'InstanceMaintenancePolicy',
  'AvailabilityZoneDistribution',
  'AvailabilityZoneImpairmentPolicy',
  'TargetGroupARNs',
  'TerminationPolicies',
  'PlacementGroup',
  'Context',
  'DesiredCapacityType',
  'ServiceLinkedRoleARN',
  'SkipZonalShiftValidation',
]
const KINDS = {
  numbers: [
    'DefaultCooldown',
    'DefaultInstanceWarmup',
    'HealthCheckGracePeriod',
    'MaxInstanceLifetime',
    'MinHealthyPercentage',
    'MaxHealthyPercentage',
    'OnDemandBaseCapacity',
    'OnDemandPercentageAboveBaseCapacity',
    'TargetValue',
    'EstimatedInstanceWarmup',
    'Cooldown',
    'ScalingAdjustment',
    'MinAdjustmentMagnitude',
  ],
  flags: ['NewInstancesProtectedFromScaleIn', 'CapacityRebalance', 'DisableScaleIn'],
  texts: ['Version'],
}

function groupInput(properties: Properties): Properties {
  const subnets = properties['VPCZoneIdentifier']
  return {
    ...withKinds(only(properties, SAME_NAMES), KINDS),
    ...(subnets === undefined ? {} : {VPCZoneIdentifier: list(subnets).join(',')}),
    ...sized(properties),
  }
}

function sized(properties: Properties): Properties {
  const names = ['MinSize', 'MaxSize', 'DesiredCapacity']
  return withKinds(only(properties, names), {numbers: names})
}

/** A stack's own tags reach the hosts; a resource's say for themselves. */
function groupTags(request: ResourceRequest, name: string): A.Tag[] {
  const own = new Map(
    list(request.properties['Tags']).map((one) => [
      text(record(one)['Key']) ?? '',
      flag(record(one)['PropagateAtLaunch']) ?? false,
    ]),
  )
  return Object.entries(request.tags).map(([Key, Value]) => ({
    Key,
    Value,
    PropagateAtLaunch: own.get(Key) ?? true,
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
  }))
}

const group: ResourceHandler = {
  create: async (request) => {
    const name = text(request.properties['AutoScalingGroupName']) ?? generatedName(request, 255)
    await scaling(request, 'CreateAutoScalingGroup', {
      AutoScalingGroupName: name,
      ...groupInput(request.properties),
      Tags: groupTags(request, name),
    })
    await collectMetrics(request, name)
    return groupMade(request, name)
  },
  update: async (request) => {
    const {physicalId: name, previous, properties} = request
    const scheduled = record(request.updatePolicy?.['AutoScalingScheduledAction'])
    // Without that word the template's sizes come back, whatever scaling has made of them since.
    const keeps = flag(scheduled['IgnoreUnmodifiedGroupSizeProperties']) === true
    const sizes = Object.fromEntries(
      Object.entries(sized(properties)).filter(([key, value]) => !keeps || !means(value, previous[key])),
    )
    const {MinSize: _min, MaxSize: _max, DesiredCapacity: _desired, ...settings} = groupInput(properties)
    await scaling(request, 'UpdateAutoScalingGroup', {AutoScalingGroupName: name, ...settings, ...sizes})
    await retag(request)
    await collectMetrics(request, name)
    await refreshed(request, settings)
    return groupMade(request, name)
  },
  remove: async (request) => {
    await groupOf(request)
    await scaling(request, 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: request.physicalId,
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    })
  },
  stable: async (request) => {
    const present = await groupOf(request)
    const serving = (present.Instances ?? []).filter((one) => one.LifecycleState === 'InService').length
    const wanted = present.DesiredCapacity ?? 0
    if (serving >= wanted) return await refreshing(request)
    await failWhenNothingStarts(request, present, serving)
    return `group to have ${wanted} instances in service: it has ${serving}`
  },
  gone: async (request) => {
    const present = await findGroup(request)
    if (present === undefined) return null
    const left = present.Instances ?? []
    const held = left.filter((one) => one.ProtectedFromScaleIn === true && one.LifecycleState === 'InService')
    if (held.length > 0) {
      return `${held.length} instances that are protected from scale-in: ${held.map((one) => one.InstanceId).join(', ')}`
    }
    if (left.length > 0) return `${left.length} instances to end`
    await scaling(request, 'DeleteAutoScalingGroup', {AutoScalingGroupName: request.physicalId})
    return null
  },
  read: async (request) => {
    const present = await groupOf(request)
    return drifted(request.properties, {
      ...only(present, [
        'MinSize',
        'MaxSize',
        'DesiredCapacity',
        'NewInstancesProtectedFromScaleIn',
        'CapacityRebalance',
        'DefaultInstanceWarmup',
        'HealthCheckGracePeriod',
        'MaxInstanceLifetime',
      ]),
      VPCZoneIdentifier: (present.VPCZoneIdentifier ?? '').split(','),
    })
  },
}

async function retag(request: ChangeRequest): Promise<void> {
  const {physicalId: name} = request
  const wanted = groupTags(request, name)
  const {Tags = []} = await groupOf(request)
  const gone = Tags.filter(({Key = ''}) => !Key.startsWith('aws:') && !wanted.some((one) => one.Key === Key))
  await scaling(request, 'CreateOrUpdateTags', {Tags: wanted})
  if (gone.length > 0) await scaling(request, 'DeleteTags', {Tags: gone})
}

async function collectMetrics(request: ResourceRequest, AutoScalingGroupName: string): Promise<void> {
  for (const one of list(request.properties['MetricsCollection'])) {
    await scaling(request, 'EnableMetricsCollection', {AutoScalingGroupName, ...record(one)})
  }
}

/** A new version of the launch template replaces the hosts, one part after the other, where the update policy wants that. */
async function refreshed(request: ChangeRequest, settings: Properties): Promise<void> {
  const before = groupInput(request.previous)
  const same = ['LaunchTemplate', 'MixedInstancesPolicy'].every((name) => means(before[name], settings[name]))
  const Preferences = same ? null : replacementOf(request.updatePolicy, settings)
  if (Preferences === null) return
  await scaling(request, 'StartInstanceRefresh', {AutoScalingGroupName: request.physicalId, Preferences})
}

async function refreshing(request: ChangeRequest): Promise<string | null> {
  const {InstanceRefreshes: [newest] = []} = await scaling<A.DescribeInstanceRefreshesAnswer>(
    request,
    'DescribeInstanceRefreshes',
    {AutoScalingGroupName: request.physicalId},
  )
  return newest?.Status === 'InProgress'
    ? `instance refresh ${newest.InstanceRefreshId} to replace ${newest.InstancesToUpdate} more hosts`
    : null
}

async function failWhenNothingStarts(request: ChangeRequest, present: A.AutoScalingGroup, serving: number): Promise<void> {
  const {Activities = []} = await scaling<A.ActivitiesType>(request, 'DescribeScalingActivities', {
    AutoScalingGroupName: request.physicalId,
  })
  const failures = Activities.filter((one) => one.StatusCode === 'Failed')
  const first = failures.at(-1)
  if (first?.StartTime === undefined || request.world.clock.now() - first.StartTime.getTime() < PATIENCE_MS) return
  const {MinSize: min = 0, MaxSize: max = 0} = present
  throw new AwsFault(
    'NotStabilized',
    `Group did not stabilize. {current/minSize/maxSize} group size = {${serving}/${min}/${max}}. `
      + `Failed Scaling Activity: ${failures[0]?.StatusMessage ?? ''}`,
  )
}

async function findGroup(request: ChangeRequest): Promise<A.AutoScalingGroup | undefined> {
  const answer = await scaling<A.AutoScalingGroupsType>(request, 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: [request.physicalId],
  })
  return answer.AutoScalingGroups?.[0]
}

async function groupOf(request: ChangeRequest): Promise<A.AutoScalingGroup> {
  const present = await findGroup(request)
  if (present === undefined) throw missing(request)
  return present
}

async function groupMade(request: ResourceRequest, name: string): Promise<Made> {
  const answer = await scaling<A.AutoScalingGroupsType>(request, 'DescribeAutoScalingGroups', {AutoScalingGroupNames: [name]})
  return {physicalId: name, attributes: {AutoScalingGroupARN: answer.AutoScalingGroups?.[0]?.AutoScalingGroupARN}}
}

const policy: ResourceHandler = {
  create: async (request) => putPolicy(request, text(request.properties['PolicyName']) ?? generatedName(request, 255)),
  update: async (request) => putPolicy(request, policyName(request.physicalId)),
  remove: async (request) => {
    const AutoScalingGroupName = text(request.properties['AutoScalingGroupName'])
    const {AutoScalingGroups = []} = await scaling<A.AutoScalingGroupsType>(request, 'DescribeAutoScalingGroups', {
      AutoScalingGroupNames: [AutoScalingGroupName],
    })
    const input = {AutoScalingGroupName, PolicyName: policyName(request.physicalId)}
    if (AutoScalingGroups.length > 0) await scaling(request, 'DeletePolicy', input)
  },
}

const policyName = (arn: string): string => arn.split(':policyName/').at(-1) ?? arn

async function putPolicy(request: ResourceRequest, PolicyName: string): Promise<Made> {
  const answer = await scaling<A.PolicyARNType>(request, 'PutScalingPolicy', {
    ...withKinds(request.properties, KINDS),
    PolicyName,
  })
  return {physicalId: answer.PolicyARN ?? '', attributes: {Arn: answer.PolicyARN, PolicyName}}
}

const planned: ResourceHandler = {
  create: async (request) => putPlanned(request, text(request.properties['ScheduledActionName']) ?? generatedName(request, 255)),
  update: async (request) => putPlanned(request, request.physicalId),
  remove: async (request) => {
    const input = {
      AutoScalingGroupName: text(request.properties['AutoScalingGroupName']),
      ScheduledActionName: request.physicalId,
    }
    const {AutoScalingGroups = []} = await scaling<A.AutoScalingGroupsType>(request, 'DescribeAutoScalingGroups', {
      AutoScalingGroupNames: [input.AutoScalingGroupName],
    })
    if (AutoScalingGroups.length > 0) await scaling(request, 'DeleteScheduledAction', input)
  },
}

async function putPlanned(request: ResourceRequest, ScheduledActionName: string): Promise<Made> {
  const {StartTime, EndTime, ...rest} = request.properties
  const time = (value: unknown): Date | undefined => (text(value) === undefined ? undefined : new Date(text(value) ?? ''))
  await scaling(request, 'PutScheduledUpdateGroupAction', {
    ...rest,
    ...sized(rest),
    StartTime: time(StartTime),
    EndTime: time(EndTime),
    ScheduledActionName,
  })
  return {physicalId: ScheduledActionName, attributes: {ScheduledActionName}}
}

export const autoScalingHandlers: ResourceHandlers = {
  'AWS::AutoScaling::AutoScalingGroup': group,
  'AWS::AutoScaling::ScalingPolicy': policy,
  'AWS::AutoScaling::ScheduledAction': planned,
  'AWS::EC2::LaunchTemplate': launchTemplate,
}

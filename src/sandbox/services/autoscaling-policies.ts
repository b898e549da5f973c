/**
 * What is planned for groups: scaling policies, scheduled actions, lifecycle hooks and tags. They are kept and answered; none of
 * them acts by itself, because no host has a load that could be measured.
 */
import type * as A from '@aws-sdk/client-auto-scaling'
import type {CallContext, World} from '../world/contract.ts'
import {plannedShape, tagShapes} from './autoscaling-shapes.ts'
import {groupOf, groupsNamed, nameOf, pageOf, validation} from './autoscaling-state.ts'
import {uuid} from '../world/uuid.ts'
import type {Group, ScalingRegion} from './autoscaling-state.ts'

type StateOf = (region: string) => ScalingRegion

export function policyOperations(world: World, stateOf: StateOf) {
  const arnOf = (group: Group, kind: string, name: string): string =>
    `arn:aws:autoscaling:${group.region}:${world.account}:${kind}:${uuid(world)}:autoScalingGroupName/${group.name}:${name}`
  return {
    ...plannedOperations(stateOf, arnOf),
    ...hookOperations(stateOf),
    ...tagOperations(stateOf),

    PutScalingPolicy: (input: A.PutScalingPolicyType, call: CallContext): A.PolicyARNType => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const name = input.PolicyName ?? ''
      if (input.PolicyType === 'TargetTrackingScaling' && input.TargetTrackingConfiguration === undefined) {
        throw validation('TargetTrackingConfiguration is required for policy type TargetTrackingScaling')
      }
      const known = group.policies.get(name)
      const arn = known?.PolicyARN ?? arnOf(group, 'scalingPolicy', `policyName/${name}`)
      const policy: A.ScalingPolicy = {
        ...input,
        PolicyARN: arn,
        PolicyType: input.PolicyType ?? 'SimpleScaling',
        Enabled: input.Enabled ?? true,
        Alarms: known?.Alarms ?? [],
      }
      group.policies.set(name, policy)
      return {PolicyARN: arn, Alarms: policy.Alarms}
    },
    DescribePolicies: (input: A.DescribePoliciesType, call: CallContext): A.PoliciesType => {
      const groups = groupsNamed(stateOf(call.region), input.AutoScalingGroupName)
      const chosen = groups
        .flatMap((group) => [...group.policies.values()])
        .filter(
          (one) =>
            (input.PolicyNames?.some((name) => name === one.PolicyName || name === one.PolicyARN) ?? true)
            && (input.PolicyTypes?.includes(one.PolicyType ?? '') ?? true),
        )
      const page = pageOf(chosen, input.NextToken, input.MaxRecords, 100)
      return {ScalingPolicies: page.items, NextToken: page.next}
    },
    DeletePolicy: (input: A.DeletePolicyType, call: CallContext): object => {
      for (const group of stateOf(call.region).groups.values()) {
        if (input.AutoScalingGroupName !== undefined && group.name !== nameOf(input.AutoScalingGroupName)) continue
        for (const [name, policy] of group.policies) {
          if (name !== input.PolicyName && policy.PolicyARN !== input.PolicyName) continue
          group.policies.delete(name)
          return {}
        }
      }
      throw validation(`Policy name not found: ${input.PolicyName ?? ''}`)
    },
  }
}

function plannedOperations(stateOf: StateOf, arnOf: (group: Group, kind: string, name: string) => string) {
  return {
    PutScheduledUpdateGroupAction: (input: A.PutScheduledUpdateGroupActionType, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const name = input.ScheduledActionName ?? ''
      if (input.MinSize === undefined && input.MaxSize === undefined && input.DesiredCapacity === undefined) {
        throw validation('At least one of the Desired Capacity, Min Size or Max Size must be specified.')
      }
      if (input.Recurrence !== undefined && input.Recurrence.trim().split(/\s+/).length !== 5) {
        throw validation('Given recurrence string is invalid. Please follow Unix cron syntax.')
      }
      const arn = group.planned.get(name)?.arn ?? arnOf(group, 'scheduledUpdateGroupAction', `scheduledActionName/${name}`)
      group.planned.set(name, {arn, fields: input})
      return {}
    },
    DescribeScheduledActions: (input: A.DescribeScheduledActionsType, call: CallContext): A.ScheduledActionsType => {
      const groups = groupsNamed(stateOf(call.region), input.AutoScalingGroupName)
      const chosen = groups
        .flatMap((group) => [...group.planned.values()].map((one) => plannedShape(group, one)))
        .filter((one) => input.ScheduledActionNames?.includes(one.ScheduledActionName ?? '') ?? true)
      const page = pageOf(chosen, input.NextToken, input.MaxRecords, 100)
      return {ScheduledUpdateGroupActions: page.items, NextToken: page.next}
    },
    DeleteScheduledAction: (input: A.DeleteScheduledActionType, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      if (!group.planned.delete(input.ScheduledActionName ?? '')) {
        throw validation(`Scheduled action name not found - There is no scheduled action ${input.ScheduledActionName ?? ''}`)
      }
      return {}
    },
  }
}

function hookOperations(stateOf: StateOf) {
  return {
    PutLifecycleHook: (input: A.PutLifecycleHookType, call: CallContext): object => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      const name = input.LifecycleHookName ?? ''
      group.hooks.set(name, {
        HeartbeatTimeout: 3600,
        GlobalTimeout: 172_800,
        DefaultResult: 'ABANDON',
        ...group.hooks.get(name),
        ...input,
      })
      return {}
    },
    DescribeLifecycleHooks: (input: A.DescribeLifecycleHooksType, call: CallContext): A.DescribeLifecycleHooksAnswer => {
      const group = groupOf(stateOf(call.region), input.AutoScalingGroupName)
      return {
        LifecycleHooks: [...group.hooks.values()].filter(
          (one) => input.LifecycleHookNames?.includes(one.LifecycleHookName ?? '') ?? true,
        ),
      }
    },
    DeleteLifecycleHook: (input: A.DeleteLifecycleHookType, call: CallContext): object => {
      groupOf(stateOf(call.region), input.AutoScalingGroupName).hooks.delete(input.LifecycleHookName ?? '')
      return {}
    },
  }
}

function tagOperations(stateOf: StateOf) {
  const groupsOf = (input: {readonly Tags?: readonly A.Tag[] | undefined}, call: CallContext) =>
    (input.Tags ?? []).map((tag) => {
      const group = stateOf(call.region).groups.get(tag.ResourceId ?? '')
      if (group === undefined) throw validation(`AutoScalingGroup name not found - no such group: ${tag.ResourceId ?? ''}`)
      return {tag, group}
    })
  return {
    CreateOrUpdateTags: (input: A.CreateOrUpdateTagsType, call: CallContext): object => {
      for (const {tag, group} of groupsOf(input, call)) {
        group.tags.set(tag.Key ?? '', {value: tag.Value ?? '', atLaunch: tag.PropagateAtLaunch ?? false})
      }
      return {}
    },
    DeleteTags: (input: A.DeleteTagsType, call: CallContext): object => {
      for (const {tag, group} of groupsOf(input, call)) group.tags.delete(tag.Key ?? '')
      return {}
    },
    DescribeTags: (input: A.DescribeTagsType, call: CallContext): A.TagsType => {
      const all = [...stateOf(call.region).groups.values()].flatMap(tagShapes)
      const chosen = all.filter((tag) =>
        (input.Filters ?? []).every(({Name, Values = []}) => {
          const values = new Map([
            ['auto-scaling-group', tag.ResourceId],
            ['key', tag.Key],
            ['value', tag.Value],
          ])
          const value = values.get(Name ?? '')
          return value !== undefined && Values.includes(value)
        }),
      )
      const page = pageOf(chosen, input.NextToken, input.MaxRecords, 100)
      return {Tags: page.items, NextToken: page.next}
    },
  }
}

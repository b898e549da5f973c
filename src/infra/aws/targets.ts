/**
 * Target health and target group attributes of a slot. States are AWS's, but for what only says "ask again": that is
 * `unavailable`, and must never count against a version.
 */
import type {TargetHealthDescription} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Target, Targets, TargetState} from '../../runbooks/release/ports.ts'
import type {SlotGroups} from './rule-actions.ts'
import type {AwsSession} from './session.ts'

export function targets(session: AwsSession, groups: SlotGroups): Targets {
  return {
    async health(slot, signal) {
      const TargetGroupArn = groups[slot]
      const answer = await session.call(
        'elasticloadbalancing',
        'DescribeTargetHealth',
        {TargetGroupArn},
        {signal, resource: TargetGroupArn},
      )
      return (answer.TargetHealthDescriptions ?? []).map(targetOf)
    },
    async settings(slot, signal) {
      const TargetGroupArn = groups[slot]
      const answer = await session.call(
        'elasticloadbalancing',
        'DescribeTargetGroupAttributes',
        {TargetGroupArn},
        {signal, resource: TargetGroupArn},
      )
      const values = new Map((answer.Attributes ?? []).map(({Key, Value}) => [Key, Value]))
      const number = (key: string, otherwise: number): number => Number(values.get(key) ?? otherwise)
      return {
        targetGroup: TargetGroupArn,
        slowStartSeconds: number('slow_start.duration_seconds', 0),
        deregistrationDelaySeconds: number('deregistration_delay.timeout_seconds', 300),
        stickiness: values.get('stickiness.enabled') === 'true',
        minimumHealthyTargets: number('target_group_health.unhealthy_state_routing.minimum_healthy_targets.count', 1),
      }
    },
  }
}

function targetOf({Target: target, TargetHealth: health}: TargetHealthDescription): Target {
  return {
    id: `${target?.Id ?? '?'}:${target?.Port ?? '?'}`,
    state: stateOf(health?.State, health?.Reason),
    reason: health?.Reason ?? null,
  }
}

function stateOf(state: string | undefined, reason: string | undefined): TargetState {
  // The load balancer failed, not the target: a reason to look again, not a verdict on the canary.
  if (state === 'unhealthy' && reason === 'Elb.InternalError') return 'unavailable'
  if (state === 'unhealthy.draining') return 'draining'
  switch (state) {
    case 'initial':
    case 'healthy':
    case 'unhealthy':
    case 'unused':
    case 'draining':
      return state
    default:
      return 'unavailable'
  }
}

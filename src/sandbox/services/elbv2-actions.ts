/**
 * What a rule may do and match: validation of actions and conditions, and their canonical form. AWS answers an action that
 * names one group in both of its forms; so does this. Nothing here changes anything.
 */
import type {Action, ActionTypeEnum, RuleCondition} from '@aws-sdk/client-elastic-load-balancing-v2'
import {AwsFault} from '../world/contract.ts'
import {invalid, targetGroupOf} from './elbv2-state.ts'
import type {ElbRegion, LoadBalancer} from './elbv2-state.ts'

const MAX_GROUPS = 5
const MAX_WEIGHT = 999
const BEFORE_ROUTING: readonly string[] = ['authenticate-oidc', 'authenticate-cognito', 'jwt-validation']

export function checkedActions(
  state: ElbRegion,
  loadBalancer: LoadBalancer,
  actions: readonly Action[] | undefined,
): readonly Action[] {
  if (actions === undefined || actions.length === 0) throw invalid('An action must be specified')
  const finals = actions.filter((action) => !BEFORE_ROUTING.includes(action.Type ?? ''))
  if (finals.length !== 1) {
    throw new AwsFault('InvalidLoadBalancerAction', 'A rule must have exactly one forward, redirect or fixed-response action')
  }
  return actions.map((action) => canonical(state, loadBalancer, action))
}

function canonical(state: ElbRegion, loadBalancer: LoadBalancer, action: Action): Action {
  const type: ActionTypeEnum | undefined = action.Type
  switch (type) {
    case 'forward':
      return forward(state, loadBalancer, action)
    case 'fixed-response': {
      if (!/^[245]\d\d$/.test(action.FixedResponseConfig?.StatusCode ?? '')) {
        throw invalid("A fixed-response action needs a StatusCode of the form '2XX', '4XX' or '5XX'")
      }
      return action
    }
    case 'redirect': {
      if (!/^HTTP_30[12]$/.test(action.RedirectConfig?.StatusCode ?? '')) {
        throw invalid("A redirect action needs a StatusCode of 'HTTP_301' or 'HTTP_302'")
      }
      return {
        ...action,
        RedirectConfig: {
          Protocol: '#{protocol}',
          Port: '#{port}',
          Host: '#{host}',
          Path: '/#{path}',
          Query: '#{query}',
          ...action.RedirectConfig,
        } as NonNullable<Action['RedirectConfig']>,
      }
    }
    case 'authenticate-oidc':
    case 'authenticate-cognito':
    case 'jwt-validation':
      return action
    case undefined:
    default:
      throw invalid(`Invalid action type '${String(type)}'`)
  }
}

function forward(state: ElbRegion, loadBalancer: LoadBalancer, action: Action): Action {
  const named = action.ForwardConfig?.TargetGroups ?? []
  const tuples = named.length > 0 ? named : action.TargetGroupArn === undefined ? [] : [{TargetGroupArn: action.TargetGroupArn}]
  if (tuples.length === 0) throw invalid('A target group ARN must be specified for a forward action')
  if (tuples.length > MAX_GROUPS) {
    throw new AwsFault('TooManyTargetGroups', `An action can forward to at most ${MAX_GROUPS} target groups`)
  }
  if (action.TargetGroupArn !== undefined && (tuples.length > 1 || tuples[0]?.TargetGroupArn !== action.TargetGroupArn)) {
    throw invalid('You cannot specify both a target group ARN and a different list of target groups')
  }
  const seen = new Set<string>()
  const groups = tuples.map((tuple) => {
    const group = targetGroupOf(state, tuple.TargetGroupArn)
    if (seen.has(group.arn)) throw invalid(`Duplicate target group ARN '${group.arn}'`)
    seen.add(group.arn)
    if (group.usedBy !== undefined && group.usedBy !== loadBalancer) {
      throw new AwsFault(
        'TargetGroupAssociationLimit',
        `The following target groups cannot be associated with more than one load balancer: ${group.arn}`,
      )
    }
    const weight = 'Weight' in tuple && tuple.Weight !== undefined ? tuple.Weight : 1
    if (!Number.isInteger(weight) || weight < 0 || weight > MAX_WEIGHT) {
      throw invalid(`Weight '${weight}' must be between 0 and ${MAX_WEIGHT}`)
    }
    return {TargetGroupArn: group.arn, Weight: weight}
  })
  const stickiness = action.ForwardConfig?.TargetGroupStickinessConfig
  checkStickiness(stickiness?.Enabled, stickiness?.DurationSeconds)
  const only = groups.length === 1 ? groups[0] : undefined
  return {
    Type: 'forward',
    ...(only === undefined ? {} : {TargetGroupArn: only.TargetGroupArn}),
    ...(action.Order === undefined ? {} : {Order: action.Order}),
    ForwardConfig: {
      TargetGroups: groups,
      TargetGroupStickinessConfig: {
        Enabled: stickiness?.Enabled ?? false,
        ...(stickiness?.DurationSeconds === undefined ? {} : {DurationSeconds: stickiness.DurationSeconds}),
      },
    },
  }
}

function checkStickiness(enabled: boolean | undefined, seconds: number | undefined): void {
  if (enabled === true && seconds === undefined) throw invalid('DurationSeconds must be specified when stickiness is enabled')
  if (seconds !== undefined && !(seconds >= 1 && seconds <= 604_800)) {
    throw invalid(`DurationSeconds '${seconds}' must be between 1 and 604800`)
  }
}

/** Conditions in the form AWS answers: path and host patterns in `Values` and in their own config. */
export function checkedConditions(conditions: readonly RuleCondition[] | undefined): readonly RuleCondition[] {
  if (conditions === undefined || conditions.length === 0) throw invalid('A condition must be specified')
  return conditions.map((condition) => {
    const field = condition.Field
    switch (field) {
      case 'path-pattern':
        return patterns(condition, 'PathPatternConfig')
      case 'host-header':
        return patterns(condition, 'HostHeaderConfig')
      case 'http-header':
        if (condition.HttpHeaderConfig?.HttpHeaderName === undefined) {
          throw invalid('An http-header condition needs HttpHeaderName')
        }
        return needValues(condition, condition.HttpHeaderConfig.Values)
      case 'source-ip':
        return needValues(condition, condition.SourceIpConfig?.Values)
      case 'http-request-method':
        return needValues(condition, condition.HttpRequestMethodConfig?.Values)
      case 'query-string':
        return needValues(condition, condition.QueryStringConfig?.Values)
      case undefined:
      default:
        throw invalid(
          `Condition field '${String(field)}' must be one of '[path-pattern, host-header, http-header, source-ip, `
            + "http-request-method, query-string]'",
        )
    }
  })
}

function patterns(condition: RuleCondition, config: 'PathPatternConfig' | 'HostHeaderConfig'): RuleCondition {
  const values = condition[config]?.Values ?? condition.Values
  return {...needValues(condition, values), Values: values, [config]: {Values: values}}
}

function needValues(condition: RuleCondition, values: readonly unknown[] | undefined): RuleCondition {
  if (values === undefined || values.length === 0) {
    throw invalid(`A condition value must be specified for '${condition.Field ?? ''}'`)
  }
  return condition
}

/**
 * Rules of the load balancer, besides the live one, that send ordinary traffic to a slot's target group: requests that no weight
 * of ours moves. Preview rules, which ask for a header or a source range, don't count. Reads only.
 */
import type {Rule} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {SlotGroups} from './rule-actions.ts'
import type {AwsSession} from './session.ts'

interface Where {
  readonly loadBalancer: string
  readonly rule: string
  readonly groups: SlotGroups
}

/** ARNs of the rules, oldest listener first. */
export async function otherRules(
  session: AwsSession,
  {loadBalancer, rule, groups}: Where,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const listener of await listenersOf(session, loadBalancer, signal)) {
    const rules = await rulesOf(session, listener, signal)
    found.push(
      ...rules
        .filter((one) => one.RuleArn !== rule && !isPreview(one) && forwardsTo(one, groups))
        .map(({RuleArn}) => RuleArn ?? ''),
    )
  }
  return found
}

const isPreview = ({Conditions = []}: Rule): boolean =>
  Conditions.some(({Field}) => Field === 'http-header' || Field === 'source-ip')

function forwardsTo({Actions = []}: Rule, groups: SlotGroups): boolean {
  return Actions.some(({TargetGroupArn, ForwardConfig}) =>
    [TargetGroupArn, ...(ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn)].some(
      (arn) => arn === groups.a || arn === groups.b,
    ),
  )
}

async function listenersOf(session: AwsSession, LoadBalancerArn: string, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = []
  let Marker: string | undefined
  do {
    const page = await session.call(
      'elasticloadbalancing',
      'DescribeListeners',
      {LoadBalancerArn, ...(Marker !== undefined && {Marker})},
      {signal, resource: LoadBalancerArn},
    )
    found.push(...(page.Listeners ?? []).map(({ListenerArn}) => ListenerArn ?? ''))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  return found
}

async function rulesOf(session: AwsSession, ListenerArn: string, signal: AbortSignal): Promise<readonly Rule[]> {
  const found: Rule[] = []
  let Marker: string | undefined
  do {
    const page = await session.call(
      'elasticloadbalancing',
      'DescribeRules',
      {ListenerArn, ...(Marker !== undefined && {Marker})},
      {signal, resource: ListenerArn},
    )
    found.push(...(page.Rules ?? []))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  return found
}

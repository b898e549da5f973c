/** What surrounds the live rule: its priority and tag, and what its listener does by default. Reads only. */
import type {RuleSurroundings} from '../../runbooks/doctor/ports.ts'
import type {AwsSession} from './session.ts'

export async function ruleSurroundings(
  session: AwsSession,
  arns: {readonly rule: string; readonly listener: string},
  signal: AbortSignal,
): Promise<RuleSurroundings> {
  const [rules, listeners, tags] = await Promise.all([
    session.call('elasticloadbalancing', 'DescribeRules', {RuleArns: [arns.rule]}, {signal, resource: arns.rule}),
    session.call('elasticloadbalancing', 'DescribeListeners', {ListenerArns: [arns.listener]}, {signal, resource: arns.listener}),
    session.call('elasticloadbalancing', 'DescribeTags', {ResourceArns: [arns.rule]}, {signal, resource: arns.rule}),
  ])
  const rule = rules.Rules?.[0]
  const action = listeners.Listeners?.[0]?.DefaultActions?.at(-1)
  const status = action?.FixedResponseConfig?.StatusCode
  return {
    priority: rule?.IsDefault === true ? 'default' : (rule?.Priority ?? 'default'),
    liveTag: tags.TagDescriptions?.[0]?.Tags?.find(({Key}) => Key === 'sluice:live')?.Value ?? null,
    listenerDefault: `${action?.Type ?? 'nothing'}${status === undefined ? '' : ` ${status}`}`,
  }
}

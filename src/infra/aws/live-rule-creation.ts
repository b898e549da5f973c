/**
 * The live rule: found by its tag on one listener, made once with all weight on the slot that serves. It never changes a rule: weights
 * are the releases'.
 */
import type {Rule} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {LiveRuleSpec, LiveRuleState} from '../../runbooks/provision/ports.ts'
import {liveTag} from '../../config/slot-names.ts'
import {paged, portions} from './paged.ts'
import {meaningOf} from './rule-actions.ts'
import type {AwsSession} from './session.ts'
import {isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined

/** DescribeTags takes no more ARNs. */
const arnsPerCall = 20

/** null: no such rule, or no such listener. */
export async function findLiveRule(
  session: AwsSession,
  listener: string,
  groups: LiveRuleSpec['targetGroups'],
  signal?: Signal,
): Promise<LiveRuleState | null> {
  const rule = await taggedRule(session, listener, signal)
  return rule?.RuleArn === undefined ? null : {arn: rule.RuleArn, weights: meaningOf(rule.Actions ?? [], groups).weights}
}

export async function taggedRule(session: AwsSession, ListenerArn: string, signal: Signal): Promise<Rule | null> {
  const rules = (await rulesOf(session, ListenerArn, signal)).filter((rule) => rule.IsDefault !== true)
  for (const part of portions(rules, arnsPerCall)) {
    const answer = await session.call(
      'elasticloadbalancing',
      'DescribeTags',
      {ResourceArns: part.flatMap(({RuleArn}) => RuleArn ?? [])},
      {signal, resource: ListenerArn},
    )
    const tagged = answer.TagDescriptions?.find(({Tags}) => Tags?.some(({Key}) => Key === liveTag) === true)
    if (tagged !== undefined) return part.find(({RuleArn}) => RuleArn === tagged.ResourceArn) ?? null
  }
  return null
}

async function rulesOf(session: AwsSession, ListenerArn: string, signal: Signal): Promise<readonly Rule[]> {
  try {
    return await paged(async (Marker) => {
      const page = await session.call(
        'elasticloadbalancing',
        'DescribeRules',
        {ListenerArn, Marker},
        {signal, resource: ListenerArn},
      )
      return {items: page.Rules, next: page.NextMarker}
    })
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Made with its tags in one call: a rule without its tag would be nobody's. */
export async function createLiveRule(session: AwsSession, spec: LiveRuleSpec, signal?: Signal): Promise<void> {
  if ((await taggedRule(session, spec.listener, signal)) !== null) return
  await session.call(
    'elasticloadbalancing',
    'CreateRule',
    {
      ListenerArn: spec.listener,
      Priority: spec.priority,
      Conditions: [{Field: 'path-pattern', PathPatternConfig: {Values: ['/*']}}],
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              {TargetGroupArn: spec.targetGroups.a, Weight: spec.serving === 'a' ? 100 : 0},
              {TargetGroupArn: spec.targetGroups.b, Weight: spec.serving === 'b' ? 100 : 0},
            ],
            TargetGroupStickinessConfig: {Enabled: false},
          },
        },
      ],
      Tags: Object.entries(spec.tags).map(([Key, Value]) => ({Key, Value})),
    },
    {signal, resource: spec.listener},
  )
}

/**
 * The live rule over DescribeRules and ModifyRule. AWS has no compare-and-set here: whoever writes has read before and reads
 * again after. It writes what was read with other weights, and must never invent actions.
 */
import type {Action} from '@aws-sdk/client-elastic-load-balancing-v2'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {LiveRule, RuleReading, Weights} from '../../runbooks/release/ports.ts'
import {meaningOf, withWeights} from './rule-actions.ts'
import type {SlotGroups} from './rule-actions.ts'
import type {AwsSession} from './session.ts'

/** A reading with what it was read from. The actions ride along, so that a write can carry over what a release doesn't know. */
export interface LiveRuleReading extends RuleReading {
  readonly actions: readonly Action[]
}

export function liveRule(session: AwsSession, rule: string, groups: SlotGroups): LiveRule {
  const reading = (actions: readonly Action[], isDefault: boolean): LiveRuleReading => ({
    rule,
    actions,
    ...meaningOf(actions, groups, isDefault),
  })
  return {
    async read(signal) {
      const answer = await session.call('elasticloadbalancing', 'DescribeRules', {RuleArns: [rule]}, {signal, resource: rule})
      const found = answer.Rules?.[0]
      if (found === undefined) throw noSuchRule(rule, session.region)
      return reading(found.Actions ?? [], found.IsDefault === true)
    },
    preview: (from, weights) => reading(withWeights(actionsOf(from), groups, weights), false),
    async write(from, weights: Weights, signal) {
      if (from.unusable !== null) throw unusableRule(from)
      const Actions = withWeights(actionsOf(from), groups, weights)
      await session.call('elasticloadbalancing', 'ModifyRule', {RuleArn: rule, Actions}, {signal, resource: rule})
    },
  }
}

/** The actions behind a reading; a reading that didn't come from here is a bug of ours. */
export function actionsOf(reading: RuleReading): readonly Action[] {
  const {actions} = reading as Partial<LiveRuleReading>
  if (actions === undefined) throw new Error(`the reading of ${reading.rule} has lost its actions`)
  return actions
}

function noSuchRule(rule: string, region: string): SluiceError {
  return new SluiceError({
    code: 'aws-not-found',
    exitCode: ExitCode.usage,
    message: `The live rule ${rule} doesn't exist in ${region}.`,
    suggestions: ['correct `rule` in sluice.yaml, or find it with `sluice init --import`'],
  })
}

function unusableRule(reading: RuleReading): SluiceError {
  return new SluiceError({
    code: 'rule-unusable',
    exitCode: ExitCode.halted,
    message: `The live rule ${reading.rule} can't be written: ${reading.unusable ?? ''}.`,
    suggestions: ['sluice doctor'],
  })
}

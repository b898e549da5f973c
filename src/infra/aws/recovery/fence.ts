/**
 * Keeping a Region from taking writes, and giving it back: its live rule and the rules of its database's group. Authentication
 * in front of the rule's last action stays as it is, so that nothing is lost by fencing; ingress is handed out as it was, to be
 * given back.
 */
import type {IpPermission} from '@aws-sdk/client-ec2'
import type {Action} from '@aws-sdk/client-elastic-load-balancing-v2'
import {ExitCode, SluiceError} from '../../../errors.ts'
import type {FencePort} from '../../../runbooks/recovery/ports/fence-port.ts'
import type {Weights} from '../../../runbooks/release/ports.ts'
import {taggedRule} from '../live-rule-creation.ts'
import {meaningOf, ruleWeights, withWeights} from '../rule-actions.ts'
import type {SlotGroups} from '../rule-actions.ts'
import type {AwsSession} from '../session.ts'
import {awsErrorName} from '../translate-error.ts'
import {unlessMissing} from '../unless-missing.ts'

type Signal = AbortSignal | undefined

export function fence(session: AwsSession): FencePort {
  return {
    async liveRule(region, listener, groups, signal) {
      const rule = await taggedRule(session.inRegion(region), listener, signal)
      if (rule?.RuleArn === undefined) return null
      const actions = rule.Actions ?? []
      const fixed = actions.find(({Type}) => Type === 'fixed-response')?.FixedResponseConfig?.StatusCode
      const forwards = actions.some(({Type}) => Type === 'forward')
      return {
        arn: rule.RuleArn,
        forwards: forwards ? meaningOf(actions, groups).weights : null,
        fixed: fixed === undefined ? null : Number(fixed),
      }
    },
    refuseAll: (region, rule, signal) => change(session.inRegion(region), rule, () => fenced, signal),
    forward: (region, rule, groups, weights, signal) =>
      change(session.inRegion(region), rule, () => forwarding(groups, weights), signal),
    async ingress(region, group, signal) {
      return JSON.stringify(await permissions(session.inRegion(region), group, signal))
    },
    closeIngress: (region, group, signal) => closeIngress(session.inRegion(region), group, signal),
    openIngress: (region, group, rules, signal) => openIngress(session.inRegion(region), group, rules, signal),
  }
}

/** The same words as the function with which a Region fences itself: whoever reads the rule can't tell who was first. */
const fenced: Action = {
  Type: 'fixed-response',
  FixedResponseConfig: {StatusCode: '503', ContentType: 'text/plain', MessageBody: 'This Region is fenced.'},
}

function forwarding(groups: SlotGroups, weights: Weights): Action {
  const {a, b} = ruleWeights(weights)
  return {
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        {TargetGroupArn: groups.a, Weight: a},
        {TargetGroupArn: groups.b, Weight: b},
      ],
      TargetGroupStickinessConfig: {Enabled: false},
    },
  }
}

/** The last action decides what a request gets; those before it (authentication) are kept. */
async function change(session: AwsSession, rule: string, last: () => Action, signal: Signal): Promise<void> {
  const answer = await session.call('elasticloadbalancing', 'DescribeRules', {RuleArns: [rule]}, {signal, resource: rule})
  const actions = answer.Rules?.[0]?.Actions ?? []
  const before = actions.filter(({Type}) => Type === 'authenticate-oidc' || Type === 'authenticate-cognito')
  // Passing them through the weights' own function keeps an OIDC client's secret.
  const kept = withWeights(before, {a: '', b: ''}, {a: 1, b: 0})
  await session.call(
    'elasticloadbalancing',
    'ModifyRule',
    {
      RuleArn: rule,
      Actions: [...kept, kept.length === 0 ? last() : {...last(), Order: Math.max(...kept.map(({Order}) => Order ?? 0)) + 1}],
    },
    {signal, resource: rule},
  )
}

async function permissions(session: AwsSession, group: string, signal: Signal): Promise<readonly IpPermission[]> {
  const answer = await unlessMissing(
    session.call('ec2', 'DescribeSecurityGroups', {GroupIds: [group]}, {signal, resource: group}),
  )
  const found = answer?.SecurityGroups?.[0]
  if (found === undefined) throw noSuchGroup(session.region, group)
  return (found.IpPermissions ?? []).map(asGiven)
}

/** Only what AuthorizeSecurityGroupIngress takes: names of VPCs and peerings that a describe adds are left out, empty lists too. */
function asGiven({
  IpProtocol,
  FromPort,
  ToPort,
  IpRanges,
  Ipv6Ranges,
  PrefixListIds,
  UserIdGroupPairs,
}: IpPermission): IpPermission {
  return {
    ...(IpProtocol !== undefined && {IpProtocol}),
    ...(FromPort !== undefined && {FromPort}),
    ...(ToPort !== undefined && {ToPort}),
    ...((IpRanges ?? []).length > 0 && {IpRanges}),
    ...((Ipv6Ranges ?? []).length > 0 && {Ipv6Ranges}),
    ...((PrefixListIds ?? []).length > 0 && {PrefixListIds}),
    ...((UserIdGroupPairs ?? []).length > 0 && {
      UserIdGroupPairs: UserIdGroupPairs?.map(({GroupId, UserId, Description}) => ({
        ...(GroupId !== undefined && {GroupId}),
        ...(UserId !== undefined && {UserId}),
        ...(Description !== undefined && {Description}),
      })),
    }),
  }
}

/** The Region's own fence may close it at the same moment: a rule that is gone already is what was wanted. */
async function closeIngress(session: AwsSession, GroupId: string, signal: Signal): Promise<void> {
  const present = await permissions(session, GroupId, signal)
  if (present.length === 0) return
  await unlessGone(
    session.call('ec2', 'RevokeSecurityGroupIngress', {GroupId, IpPermissions: [...present]}, {signal, resource: GroupId}),
    async () => {
      for (const permission of (await permissions(session, GroupId, signal)).flatMap(single)) {
        await unlessGone(
          session.call('ec2', 'RevokeSecurityGroupIngress', {GroupId, IpPermissions: [permission]}, {signal, resource: GroupId}),
        )
      }
    },
  )
}

async function unlessGone(revoked: Promise<unknown>, then: () => Promise<void> = async () => {}): Promise<void> {
  try {
    await revoked
  } catch (error) {
    if (awsErrorName(error) !== 'InvalidPermission.NotFound') throw error
    await then()
  }
}

/** One by one: AWS refuses the whole call for a single rule that is there. */
async function openIngress(session: AwsSession, GroupId: string, rules: string, signal: Signal): Promise<void> {
  const present = new Set((await permissions(session, GroupId, signal)).flatMap(single).map((one) => JSON.stringify(one)))
  const wanted = (JSON.parse(rules) as readonly IpPermission[]).flatMap(single)
  for (const permission of wanted.filter((one) => !present.has(JSON.stringify(one)))) {
    try {
      await session.call(
        'ec2',
        'AuthorizeSecurityGroupIngress',
        {GroupId, IpPermissions: [permission]},
        {signal, resource: GroupId},
      )
    } catch (error) {
      if (awsErrorName(error) !== 'InvalidPermission.Duplicate') throw error
    }
  }
}

/** A permission names many sources; as many permissions with one each. */
function single({IpRanges, Ipv6Ranges, PrefixListIds, UserIdGroupPairs, ...rest}: IpPermission): readonly IpPermission[] {
  return [
    ...(IpRanges ?? []).map((one) => ({...rest, IpRanges: [one]})),
    ...(Ipv6Ranges ?? []).map((one) => ({...rest, Ipv6Ranges: [one]})),
    ...(PrefixListIds ?? []).map((one) => ({...rest, PrefixListIds: [one]})),
    ...(UserIdGroupPairs ?? []).map((one) => ({...rest, UserIdGroupPairs: [one]})),
  ]
}

function noSuchGroup(region: string, group: string): SluiceError {
  return new SluiceError({
    code: 'aws-not-found',
    exitCode: ExitCode.usage,
    message: `The security group ${group} doesn't exist in ${region}.`,
    suggestions: ['sluice infra status'],
  })
}

/**
 * Rules of security groups that calls add and take away. A rule that came with its group and one that stands by itself are the
 * same to a caller; taking one away that isn't there is refused, and nothing of the request is done then.
 */
import type * as E from '@aws-sdk/client-ec2'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, World} from '../world/contract.ts'
import {ruleShape, rulesOf} from './ec2-security-shapes.ts'
import type {Rule} from './ec2-security-shapes.ts'
import {putRecord, recordOf, tagsFrom} from './records/lookup.ts'
import {bags, text} from './records/properties.ts'
import type {Bag} from './records/properties.ts'

const GROUP = 'AWS::EC2::SecurityGroup'

type Way = 'Ingress' | 'Egress'

export function ingressOperations(world: World) {
  return {
    AuthorizeSecurityGroupIngress: (input: E.AuthorizeSecurityGroupIngressRequest, call: CallContext) =>
      authorize(world, 'Ingress', input, call),
    AuthorizeSecurityGroupEgress: (input: E.AuthorizeSecurityGroupEgressRequest, call: CallContext) =>
      authorize(world, 'Egress', input, call),
    RevokeSecurityGroupIngress: (input: E.RevokeSecurityGroupIngressRequest, call: CallContext) =>
      revoke(world, 'Ingress', input, call),
    RevokeSecurityGroupEgress: (input: E.RevokeSecurityGroupEgressRequest, call: CallContext) =>
      revoke(world, 'Egress', input, call),
  }
}

function authorize(
  world: World,
  way: Way,
  input: E.AuthorizeSecurityGroupIngressRequest | E.AuthorizeSecurityGroupEgressRequest,
  call: CallContext,
): E.AuthorizeSecurityGroupIngressResult {
  const group = groupOf(world, call, input.GroupId)
  const known = ownRules(world, group, way)
  const wanted = (input.IpPermissions ?? []).flatMap((one) => single(one, way))
  if (wanted.length === 0)
    throw new AwsFault('MissingParameter', "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
  for (const one of wanted) {
    if (!known.some((rule) => same(rule.properties, one))) continue
    throw new AwsFault('InvalidPermission.Duplicate', `the specified rule "${sentence(one, way)}" already exists`)
  }
  const tags = tagsFrom(input.TagSpecifications?.find(({ResourceType}) => ResourceType === 'security-group-rule')?.Tags)
  const made = wanted.map((properties): Rule => {
    const id = `sgr-0${world.hex(16)}`
    putRecord(world, {
      type: `AWS::EC2::SecurityGroup${way}`,
      region: group.region,
      id,
      properties: {...properties, GroupId: group.id},
      attributes: {Id: id},
      tags,
    })
    return {id, group: group.id, region: group.region, isEgress: way === 'Egress', tags, properties}
  })
  return {Return: true, SecurityGroupRules: made.map((rule) => ruleShape(world, rule))}
}

function revoke(
  world: World,
  way: Way,
  input: E.RevokeSecurityGroupIngressRequest | E.RevokeSecurityGroupEgressRequest,
  call: CallContext,
): E.RevokeSecurityGroupIngressResult {
  const group = groupOf(world, call, input.GroupId)
  const known = ownRules(world, group, way)
  const byId = (input.SecurityGroupRuleIds ?? []).map((id) => {
    const rule = known.find((one) => one.id === id)
    if (rule === undefined)
      throw new AwsFault('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`)
    return rule
  })
  const byPermission = (input.IpPermissions ?? [])
    .flatMap((one) => single(one, way))
    .map((properties) => {
      const rule = known.find((one) => same(one.properties, properties))
      if (rule === undefined)
        throw new AwsFault('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.')
      return rule
    })
  const going = [...byId, ...byPermission]
  if (going.length === 0)
    throw new AwsFault('MissingParameter', "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
  for (const rule of going) takeAway(world, rule, way)
  return {Return: true}
}

function takeAway(world: World, rule: Rule, way: Way): void {
  if (world.records.remove(rule.region, `AWS::EC2::SecurityGroup${way}`, rule.id)) return
  const group = recordOf(world, GROUP, rule.region, rule.group)
  if (group === undefined) return
  const name = `SecurityGroup${way}`
  const left = bags(group.properties, name).filter((one) => !same(one, rule.properties))
  world.records.change(group.region, GROUP, group.id, {properties: {...group.properties, [name]: left}})
}

function groupOf(world: World, call: CallContext, id: string | undefined): AccountRecord {
  const group = recordOf(world, GROUP, call.region, id ?? '')
  if (group === undefined) throw new AwsFault('InvalidGroup.NotFound', `The security group '${id ?? ''}' does not exist`)
  return group
}

const ownRules = (world: World, group: AccountRecord, way: Way): readonly Rule[] =>
  rulesOf(world, group).filter(({isEgress}) => isEgress === (way === 'Egress'))

/** One rule per range, list or group that a permission names, as a template would write it. */
function single(
  {IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = []}: E.IpPermission,
  way: Way,
): readonly Bag[] {
  const side = way === 'Ingress' ? 'Source' : 'Destination'
  const base = {IpProtocol, ...(FromPort !== undefined && {FromPort}), ...(ToPort !== undefined && {ToPort})}
  const described = (Description: string | undefined): Bag => (Description === undefined ? {} : {Description})
  return [
    ...IpRanges.map((one) => ({...base, ...described(one.Description), CidrIp: one.CidrIp})),
    ...Ipv6Ranges.map((one) => ({...base, ...described(one.Description), CidrIpv6: one.CidrIpv6})),
    ...PrefixListIds.map((one) => ({...base, ...described(one.Description), [`${side}PrefixListId`]: one.PrefixListId})),
    ...UserIdGroupPairs.map((one) => ({...base, ...described(one.Description), [`${side}SecurityGroupId`]: one.GroupId})),
  ]
}

const COMPARED = [
  'IpProtocol',
  'FromPort',
  'ToPort',
  'CidrIp',
  'CidrIpv6',
  'SourceSecurityGroupId',
  'DestinationSecurityGroupId',
  'SourcePrefixListId',
  'DestinationPrefixListId',
]
const same = (one: Bag, other: Bag): boolean => COMPARED.every((name) => (text(one, name) ?? '') === (text(other, name) ?? ''))

function sentence(rule: Bag, way: Way): string {
  const peer =
    COMPARED.slice(3)
      .map((name) => text(rule, name))
      .find((one) => one !== undefined) ?? ''
  return (
    `peer: ${peer}, ${(text(rule, 'IpProtocol') ?? '').toUpperCase()}, from port: ${text(rule, 'FromPort') ?? '-1'}, `
    + `to port: ${text(rule, 'ToPort') ?? '-1'}, `
    + `ALLOW ${way.toLowerCase()}`
  )
}

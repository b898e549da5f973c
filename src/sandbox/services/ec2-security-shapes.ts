/**
 * Security groups, their rules and network ACLs in EC2's shapes. A rule has an id, whether it stands in its group or by itself.
 */
import type * as E from '@aws-sdk/client-ec2'
import type {AccountRecord, World} from '../world/contract.ts'
import type {Kind} from './ec2-network-shapes.ts'
import {digest} from './records/digest.ts'
import {attribute, recordsOf, tagList} from './records/lookup.ts'
import {bags, number, text} from './records/properties.ts'
import type {Bag} from './records/properties.ts'

export interface Rule {
  readonly id: string
  readonly group: string
  readonly region: string
  readonly isEgress: boolean
  readonly tags: AccountRecord['tags']
  readonly properties: Bag
}

/** Nothing said about what leaves means that everything may. */
const EVERYTHING: Bag = {IpProtocol: '-1', CidrIp: '0.0.0.0/0'}

export function rulesOf(world: World, group: AccountRecord): readonly Rule[] {
  const inline = (rules: readonly Bag[], isEgress: boolean): readonly Rule[] =>
    rules.map((properties) => ({
      id: `sgr-0${digest(`${group.id} ${isEgress} ${JSON.stringify(properties)}`, 16)}`,
      group: group.id,
      region: group.region,
      isEgress,
      tags: {},
      properties,
    }))
  const own = (type: string, isEgress: boolean): readonly Rule[] =>
    recordsOf(world, type, group.region)
      .filter(({properties}) => text(properties, 'GroupId') === group.id)
      .map(({id, tags, properties}) => ({id, group: group.id, region: group.region, isEgress, tags, properties}))
  const egress = [...inline(bags(group.properties, 'SecurityGroupEgress'), true), ...own('AWS::EC2::SecurityGroupEgress', true)]
  return [
    ...inline(bags(group.properties, 'SecurityGroupIngress'), false),
    ...own('AWS::EC2::SecurityGroupIngress', false),
    ...(group.properties['SecurityGroupEgress'] === undefined ? inline([EVERYTHING], true) : []),
    ...egress,
  ]
}

function nameOf(group: AccountRecord): string {
  return text(group.properties, 'GroupName') ?? attribute(group, 'GroupName')
}

export const securityGroups: Kind<E.SecurityGroup> = {
  type: 'AWS::EC2::SecurityGroup',
  missing: ['InvalidGroup.NotFound', 'security group'],
  filters: (_world, record) => ({
    'group-id': [record.id],
    'group-name': [nameOf(record)],
    'vpc-id': [text(record.properties, 'VpcId')],
    description: [text(record.properties, 'GroupDescription')],
  }),
  shape: (world, record) => ({
    GroupId: record.id,
    GroupName: nameOf(record),
    Description: text(record.properties, 'GroupDescription'),
    VpcId: text(record.properties, 'VpcId'),
    OwnerId: world.account,
    SecurityGroupArn: `arn:aws:ec2:${record.region}:${world.account}:security-group/${record.id}`,
    IpPermissions: rulesOf(world, record)
      .filter(({isEgress}) => !isEgress)
      .map((rule) => permission(world, rule)),
    IpPermissionsEgress: rulesOf(world, record)
      .filter(({isEgress}) => isEgress)
      .map((rule) => permission(world, rule)),
    Tags: tagList(record),
  }),
}

function permission(world: World, {properties}: Rule): E.IpPermission {
  const described = {...(text(properties, 'Description') !== undefined && {Description: text(properties, 'Description')})}
  const [cidr, cidr6] = [text(properties, 'CidrIp'), text(properties, 'CidrIpv6')]
  const peer = text(properties, 'SourceSecurityGroupId') ?? text(properties, 'DestinationSecurityGroupId')
  const list = text(properties, 'SourcePrefixListId') ?? text(properties, 'DestinationPrefixListId')
  return {
    IpProtocol: text(properties, 'IpProtocol'),
    FromPort: number(properties, 'FromPort'),
    ToPort: number(properties, 'ToPort'),
    IpRanges: cidr === undefined ? [] : [{CidrIp: cidr, ...described}],
    Ipv6Ranges: cidr6 === undefined ? [] : [{CidrIpv6: cidr6, ...described}],
    UserIdGroupPairs: peer === undefined ? [] : [{GroupId: peer, UserId: world.account, ...described}],
    PrefixListIds: list === undefined ? [] : [{PrefixListId: list, ...described}],
  }
}

export function ruleShape(world: World, {id, group, region, isEgress, tags, properties}: Rule): E.SecurityGroupRule {
  const peer = text(properties, 'SourceSecurityGroupId') ?? text(properties, 'DestinationSecurityGroupId')
  return {
    SecurityGroupRuleId: id,
    SecurityGroupRuleArn: `arn:aws:ec2:${region}:${world.account}:security-group-rule/${id}`,
    GroupId: group,
    GroupOwnerId: world.account,
    IsEgress: isEgress,
    IpProtocol: text(properties, 'IpProtocol'),
    FromPort: number(properties, 'FromPort') ?? -1,
    ToPort: number(properties, 'ToPort') ?? -1,
    CidrIpv4: text(properties, 'CidrIp'),
    CidrIpv6: text(properties, 'CidrIpv6'),
    PrefixListId: text(properties, 'SourcePrefixListId') ?? text(properties, 'DestinationPrefixListId'),
    ...(peer !== undefined && {ReferencedGroupInfo: {GroupId: peer, UserId: world.account}}),
    Description: text(properties, 'Description'),
    Tags: tagList({tags}),
  }
}

/** Without entries of its own an ACL has the two that deny the rest; a VPC's first one allows everything before them. */
export const networkAcls: Kind<E.NetworkAcl> = {
  type: 'AWS::EC2::NetworkAcl',
  missing: ['InvalidNetworkAclID.NotFound', 'networkAcl ID'],
  filters: (world, record) => ({
    'network-acl-id': [record.id],
    'vpc-id': [text(record.properties, 'VpcId')],
    default: [String(record.attributes['Default'] === 'true')],
    'association.subnet-id': aclAssociations(world, record).map(({SubnetId}) => SubnetId),
  }),
  shape: (world, record) => {
    const isDefault = record.attributes['Default'] === 'true'
    const entry = (RuleNumber: number, RuleAction: E.RuleAction, Egress: boolean): E.NetworkAclEntry => ({
      RuleNumber,
      RuleAction,
      Egress,
      Protocol: '-1',
      CidrBlock: '0.0.0.0/0',
    })
    return {
      NetworkAclId: record.id,
      VpcId: text(record.properties, 'VpcId'),
      IsDefault: isDefault,
      OwnerId: world.account,
      Associations: [...aclAssociations(world, record)],
      Tags: tagList(record),
      Entries: [true, false].flatMap((egress) => [
        ...(isDefault ? [entry(100, 'allow', egress)] : []),
        entry(32_767, 'deny', egress),
      ]),
    }
  },
}

const ACL_ASSOCIATION = 'AWS::EC2::SubnetNetworkAclAssociation'

/** Every subnet has one ACL: the one it was given, or its VPC's first. */
function aclAssociations(world: World, acl: AccountRecord): readonly E.NetworkAclAssociation[] {
  const given = recordsOf(world, ACL_ASSOCIATION, acl.region)
  return recordsOf(world, 'AWS::EC2::Subnet', acl.region)
    .filter((subnet) => {
      if (text(subnet.properties, 'VpcId') !== text(acl.properties, 'VpcId')) return false
      const own = given.find(({properties}) => text(properties, 'SubnetId') === subnet.id)
      return own === undefined ? acl.attributes['Default'] === 'true' : text(own.properties, 'NetworkAclId') === acl.id
    })
    .map((subnet) => ({
      SubnetId: subnet.id,
      NetworkAclId: acl.id,
      NetworkAclAssociationId: attribute(subnet, 'NetworkAclAssociationId'),
    }))
}

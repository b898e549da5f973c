/**
 * Security groups, their rules, and network ACLs. A name is taken once per VPC, a rule once per group;
 * a group that others name stays.
 */
import {requireRecord, withId} from './network.ts'
import {bags, text} from '../../services/records/properties.ts'
import type {Bag} from '../../services/records/properties.ts'
import {rulesOf} from '../../services/ec2-security-shapes.ts'
import {recordOf, recordsOf} from '../../services/records/lookup.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, Properties, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {ec2Id, generatedName, recordHandler} from './record-handler.ts'

export const ec2SecurityHandlers: ResourceHandlers = {
  'AWS::EC2::SecurityGroup': {...recordHandler({check: checkGroup, make: makeGroup, release: releaseGroup}), read: readGroup},
  'AWS::EC2::SecurityGroupIngress': recordHandler({check: checkRule, make: withId('sgr', 'Id')}),
  'AWS::EC2::SecurityGroupEgress': recordHandler({check: checkRule, make: withId('sgr', 'Id')}),
  'AWS::EC2::NetworkAcl': recordHandler({
    check: (request) => {
      requireRecord(request, 'AWS::EC2::VPC', text(request.properties, 'VpcId'))
    },
    make: withId('acl', 'Id'),
  }),
}

function checkGroup(request: ResourceRequest): void {
  const vpc = text(request.properties, 'VpcId')
  if (vpc !== undefined) requireRecord(request, 'AWS::EC2::VPC', vpc)
  const name = text(request.properties, 'GroupName')
  if (name === undefined) return
  if (name.startsWith('sg-')) throw new AwsFault('InvalidParameterValue', 'Group names may not be in the format sg-*')
  const taken = recordsOf(request.world, request.type, request.region).some(
    ({properties, attributes}) =>
      text(properties, 'VpcId') === vpc && (attributes['GroupName'] ?? text(properties, 'GroupName')) === name,
  )
  if (taken) throw new AwsFault('InvalidGroup.Duplicate', `The security group '${name}' already exists for VPC '${vpc ?? ''}'`)
}

function makeGroup(request: ResourceRequest): Made {
  const id = ec2Id(request, 'sg')
  const name = text(request.properties, 'GroupName') ?? generatedName(request, 255)
  return {physicalId: id, attributes: {GroupId: id, Id: id, VpcId: text(request.properties, 'VpcId') ?? '', GroupName: name}}
}

/** Rules that stand in the group, and those a call made since; what a stack made as a thing of its own is checked by itself. */
function readGroup({world, region, physicalId}: ChangeRequest): Properties {
  const group = recordOf(world, 'AWS::EC2::SecurityGroup', region, physicalId)
  if (group === undefined) throw new AwsFault('InvalidGroup.NotFound', `The security group '${physicalId}' does not exist`)
  const present = (egress: boolean): readonly Bag[] =>
    rulesOf(world, group)
      .filter(({isEgress, tags}) => isEgress === egress && tags['aws:cloudformation:stack-id'] === undefined)
      .map(({properties: {GroupId: _group, ...rule}}) => rule)
  return {...group.properties, SecurityGroupIngress: present(false), SecurityGroupEgress: present(true)}
}

const RULE_TYPES = ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress']

function releaseGroup(request: ChangeRequest): void {
  const {world, region, physicalId} = request
  const named = (rule: Bag): boolean =>
    text(rule, 'SourceSecurityGroupId') === physicalId || text(rule, 'DestinationSecurityGroupId') === physicalId
  const rules = RULE_TYPES.flatMap((type) => recordsOf(world, type, region)).filter(
    ({properties}) => text(properties, 'GroupId') !== physicalId,
  )
  const inline = recordsOf(world, request.type, region)
    .filter(({id}) => id !== physicalId)
    .flatMap(({properties}) => [...bags(properties, 'SecurityGroupIngress'), ...bags(properties, 'SecurityGroupEgress')])
  if (rules.some(({properties}) => named(properties)) || inline.some(named)) {
    throw new AwsFault('DependencyViolation', `resource ${physicalId} has a dependent object`)
  }
}

/** What makes two rules the same: direction, protocol, ports and peer; the description doesn't. */
function ruleKey(rule: Bag): string {
  return [
    text(rule, 'IpProtocol') ?? '-1',
    text(rule, 'FromPort') ?? '',
    text(rule, 'ToPort') ?? '',
    text(rule, 'CidrIp') ?? '',
    text(rule, 'CidrIpv6') ?? '',
    text(rule, 'SourceSecurityGroupId') ?? text(rule, 'DestinationSecurityGroupId') ?? '',
    text(rule, 'SourcePrefixListId') ?? text(rule, 'DestinationPrefixListId') ?? '',
  ].join('|')
}

function checkRule(request: ResourceRequest): void {
  const {properties, world, region, type} = request
  const group = requireRecord(request, 'AWS::EC2::SecurityGroup', text(properties, 'GroupId'))
  const peer = text(properties, 'SourceSecurityGroupId') ?? text(properties, 'DestinationSecurityGroupId')
  if (peer !== undefined) requireRecord(request, 'AWS::EC2::SecurityGroup', peer)
  const key = ruleKey(properties)
  const inline = bags(
    group.properties,
    type === 'AWS::EC2::SecurityGroupIngress' ? 'SecurityGroupIngress' : 'SecurityGroupEgress',
  )
  const others = recordsOf(world, type, region)
    .filter((one) => text(one.properties, 'GroupId') === group.id)
    .map((one) => one.properties)
  if ([...inline, ...others].some((rule) => ruleKey(rule) === key)) {
    const where =
      peer ?? text(properties, 'CidrIp') ?? text(properties, 'CidrIpv6') ?? text(properties, 'SourcePrefixListId') ?? ''
    throw new AwsFault(
      'InvalidPermission.Duplicate',
      `the specified rule "peer: ${where}, ${(text(properties, 'IpProtocol') ?? '-1').toUpperCase()}, from port: `
        + `${text(properties, 'FromPort') ?? ''}, to port: ${text(properties, 'ToPort') ?? ''}, ALLOW" already exists`,
    )
  }
}

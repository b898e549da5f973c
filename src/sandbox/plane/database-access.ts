/**
 * Whether a task gets into the database that its host name leads to: the name, the instance's status, and the ways that security
 * groups leave open. As on AWS a session that stands survives a change of rules,
 * and ends with its task or when the instance restarts.
 */
import {rulesOf} from '../services/ec2-security-shapes.ts'
import type {Rule} from '../services/ec2-security-shapes.ts'
import {DATABASE} from '../services/rds-databases.ts'
import {attribute} from '../services/records/lookup.ts'
import {number, text, texts} from '../services/records/properties.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import type {Databases} from './databases.ts'

/** Who wants in: a task, as long as its process lives. */
export interface Caller {
  readonly region: string
  /** Of its network interface; empty: its network isn't modelled, and no rule is looked at. */
  readonly securityGroups: readonly string[]
  /** What it read when it started; null: it has none. */
  readonly databaseHost: string | null
}

export interface DatabaseAccess {
  /** null: nobody answers there. */
  open(caller: Caller): AccountRecord | null
}

/** In any other one an instance answers nobody. */
const ANSWERING = new Set([
  'available',
  'backing-up',
  'modifying',
  'storage-full',
  'upgrading',
  'storage-optimization',
  'configuring-enhanced-monitoring',
])

export function createDatabaseAccess(world: World, databases: Databases): DatabaseAccess {
  const sessions = new WeakMap<Caller, {readonly resource: string; readonly since: number}>()
  return {
    open: (caller) => {
      const record = databaseAt(world, caller)
      if (record === undefined || !ANSWERING.has(record.status) || databases.isInterrupted(record)) return null
      const resource = attribute(record, 'DbiResourceId')
      const session = sessions.get(caller)
      if (session?.resource === resource && session.since > databases.interruptedAt(record)) return record
      if (!mayConnect(world, caller, record)) return null
      sessions.set(caller, {resource, since: world.clock.now()})
      return record
    },
  }
}

/** A database's name leads to an address of its own VPC: from another Region nobody gets there. */
function databaseAt(world: World, {region, databaseHost}: Caller): AccountRecord | undefined {
  if (databaseHost === null) return undefined
  return world.records.list(region, DATABASE).find((one) => attribute(one, 'Endpoint.Address') === databaseHost)
}

function mayConnect(world: World, caller: Caller, record: AccountRecord): boolean {
  if (caller.securityGroups.length === 0) return true
  const port = number(record.attributes, 'Endpoint.Port') ?? 0
  const theirs = databaseGroups(world, record)
  return (
    leads(world, caller.region, caller.securityGroups, 'out', port, theirs)
    && leads(world, caller.region, theirs, 'in', port, caller.securityGroups)
  )
}

/** What names no group has its VPC's first one, which lets in only itself. */
export function databaseGroups(world: World, record: AccountRecord): readonly string[] {
  const named = texts(record.properties, 'VPCSecurityGroups')
  if (named.length > 0) return named
  const subnets = world.records.get(
    record.region,
    'AWS::RDS::DBSubnetGroup',
    text(record.properties, 'DBSubnetGroupName')?.toLowerCase() ?? '',
  )
  const [first] = texts(subnets?.properties ?? {}, 'SubnetIds')
  const vpcId = text(world.records.get(record.region, 'AWS::EC2::Subnet', first ?? '')?.properties ?? {}, 'VpcId')
  const vpc =
    world.records.get(record.region, 'AWS::EC2::VPC', vpcId ?? '') ?? world.records.list(record.region, 'AWS::EC2::VPC')[0]
  const group = vpc === undefined ? '' : attribute(vpc, 'DefaultSecurityGroup')
  return group === '' ? [] : [group]
}

/** Whether one rule of these groups names the port and, at its other end, one of those. */
function leads(
  world: World,
  region: string,
  groups: readonly string[],
  way: 'in' | 'out',
  port: number,
  others: readonly string[],
): boolean {
  const peer = way === 'in' ? 'SourceSecurityGroupId' : 'DestinationSecurityGroupId'
  return groups.some((id) => {
    const group = world.records.get(region, 'AWS::EC2::SecurityGroup', id)
    return (
      group !== undefined
      && rulesOf(world, group).some(
        (rule) =>
          rule.isEgress === (way === 'out')
          && covers(rule, port)
          && (others.includes(text(rule.properties, peer) ?? '') || isPrivate(text(rule.properties, 'CidrIp'))),
      )
    )
  })
}

function covers({properties}: Rule, port: number): boolean {
  if (text(properties, 'IpProtocol') === '-1') return true
  return (number(properties, 'FromPort') ?? 0) <= port && port <= (number(properties, 'ToPort') ?? 65_535)
}

/** A range in which databases and tasks lie. */
const isPrivate = (cidr: string | undefined): boolean =>
  cidr === '0.0.0.0/0' || cidr?.startsWith('10.') === true || cidr?.startsWith('172.') === true

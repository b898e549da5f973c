/**
 * Zones, record sets and health checks of stacks. A record set goes through the same batch of changes as a call, so a name that
 * is taken is refused in the same words; its physical id is its name, as CloudFormation has it, even where two sets share one.
 */
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {recordsOf} from '../../services/records/lookup.ts'
import {bag, flag, number, text, texts} from '../../services/records/properties.ts'
import type {Bag} from '../../services/records/properties.ts'
import {
  addOrigins,
  canonicalName,
  changeSets,
  findSet,
  NAME_SERVERS,
  setsOf,
  ZONE,
  zoneName,
  zoneOf,
} from '../../services/route53-zones.ts'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord, World} from '../../world/contract.ts'
import type {ChangeRequest, Made, Properties, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {capitals, recordHandler} from './record-handler.ts'
import {uuid} from '../../world/uuid.ts'

const recordSet: ResourceHandler = {
  create: (request) => {
    changeSets(request.world, zoneFor(request.world, request.properties), [
      {Action: 'CREATE', ResourceRecordSet: setFrom(request.properties)},
    ])
    return {physicalId: text(request.properties, 'Name') ?? '', attributes: {}}
  },
  update: (request) => {
    const [before, after] = [setFrom(request.previous), setFrom(request.properties)]
    const zone = zoneFor(request.world, request.properties)
    const moved = before.SetIdentifier !== after.SetIdentifier && findSet(request.world, zone.id, before) !== undefined
    changeSets(request.world, zone, [
      ...(moved ? [{Action: 'DELETE' as const, ResourceRecordSet: findSet(request.world, zone.id, before)}] : []),
      {Action: 'UPSERT', ResourceRecordSet: after},
    ])
    return {physicalId: request.physicalId, attributes: {}}
  },
  remove: ({world, properties}) => {
    const zone = findZone(world, properties)
    const present = zone === undefined ? undefined : findSet(world, zone.id, setFrom(properties))
    // Gone already is what was asked for.
    if (zone !== undefined && present !== undefined) changeSets(world, zone, [{Action: 'DELETE', ResourceRecordSet: present}])
  },
  read: ({world, properties}) => {
    const zone = findZone(world, properties)
    const present = zone === undefined ? undefined : findSet(world, zone.id, setFrom(properties))
    if (present === undefined) throw new AwsFault('NotFound', "The record set isn't there.", 404)
    return asFound(properties, present)
  },
}

export const route53Handlers: ResourceHandlers = {
  'AWS::Route53::RecordSet': recordSet,
  'AWS::Route53::HealthCheck': recordHandler({check: checkHealthCheck, make: makeHealthCheck, release: releaseHealthCheck}),
  'AWS::Route53::HostedZone': recordHandler({make: makeZone, release: releaseZone}),
}

function findZone(world: World, properties: Bag): AccountRecord | undefined {
  const id = text(properties, 'HostedZoneId')
  if (id !== undefined) return zoneOf(world, id)
  const name = canonicalName(text(properties, 'HostedZoneName') ?? '')
  return recordsOf(world, ZONE, '').find((zone) => zoneName(zone) === name)
}

function zoneFor(world: World, properties: Bag): AccountRecord {
  const zone = findZone(world, properties)
  if (zone === undefined) {
    throw new AwsFault(
      'NoSuchHostedZone',
      `No hosted zone found with ID: ${text(properties, 'HostedZoneId') ?? text(properties, 'HostedZoneName') ?? ''}`,
      404,
    )
  }
  return zone
}

function setFrom(properties: Bag): ResourceRecordSet {
  const alias = bag(properties, 'AliasTarget')
  const values = texts(properties, 'ResourceRecords')
  const optional = Object.entries({
    SetIdentifier: text(properties, 'SetIdentifier'),
    Failover: text(properties, 'Failover') as ResourceRecordSet['Failover'],
    Weight: number(properties, 'Weight'),
    Region: text(properties, 'Region') as ResourceRecordSet['Region'],
    TTL: number(properties, 'TTL'),
    HealthCheckId: text(properties, 'HealthCheckId'),
    ResourceRecords: values.length === 0 ? undefined : values.map((Value) => ({Value})),
    AliasTarget:
      Object.keys(alias).length === 0
        ? undefined
        : {
            HostedZoneId: text(alias, 'HostedZoneId') ?? '',
            DNSName: canonicalName(text(alias, 'DNSName') ?? ''),
            EvaluateTargetHealth: flag(alias, 'EvaluateTargetHealth'),
          },
  }).filter(([, value]) => value !== undefined)
  return {
    Name: canonicalName(text(properties, 'Name') ?? ''),
    Type: text(properties, 'Type') as 'A',
    ...Object.fromEntries(optional),
  }
}

/** The template's properties with what is really there: as the template spells it where it means the same. */
function asFound(properties: Properties, present: ResourceRecordSet): Properties {
  const wanted = setFrom(properties)
  const really: Record<string, unknown> = {...properties}
  for (const name of ['SetIdentifier', 'Failover', 'Weight', 'TTL', 'HealthCheckId'] as const) {
    if (wanted[name] === present[name]) continue
    if (present[name] === undefined) delete really[name]
    else really[name] = present[name]
  }
  if (JSON.stringify(wanted.ResourceRecords) !== JSON.stringify(present.ResourceRecords))
    really['ResourceRecords'] = (present.ResourceRecords ?? []).map(({Value}) => Value)
  if (JSON.stringify(wanted.AliasTarget) !== JSON.stringify(present.AliasTarget)) really['AliasTarget'] = present.AliasTarget
  return really
}

function checkHealthCheck(request: ResourceRequest): void {
  const config = bag(request.properties, 'HealthCheckConfig')
  for (const child of texts(config, 'ChildHealthChecks')) {
    if (recordsOf(request.world, request.type, request.region).every(({id}) => id !== child)) {
      throw new AwsFault('InvalidInput', `Invalid parameter : No health check exists with the specified ID: ${child}`)
    }
  }
  const isCalculated = ['CALCULATED', 'CLOUDWATCH_METRIC', 'RECOVERY_CONTROL'].includes(text(config, 'Type') ?? '')
  if (!isCalculated && text(config, 'FullyQualifiedDomainName') === undefined && text(config, 'IPAddress') === undefined) {
    throw new AwsFault('InvalidInput', 'Invalid parameter : Either IPAddress or FullyQualifiedDomainName must be specified.')
  }
}

function makeHealthCheck(request: ResourceRequest): Made {
  const id = uuid(request.world)
  return {physicalId: id, attributes: {HealthCheckId: id}}
}

function releaseHealthCheck(request: ChangeRequest): void {
  const calculated = recordsOf(request.world, request.type, request.region).some(
    ({id, properties}) =>
      id !== request.physicalId && texts(bag(properties, 'HealthCheckConfig'), 'ChildHealthChecks').includes(request.physicalId),
  )
  if (calculated) throw new AwsFault('HealthCheckInUse', 'The specified health check is a child of a calculated health check.')
}

function makeZone(request: ResourceRequest): Made {
  const id = `Z${capitals(request, 20)}`
  addOrigins(request.world, id, text(request.properties, 'Name') ?? '')
  return {physicalId: id, attributes: {Id: id, NameServers: [...NAME_SERVERS]}}
}

function releaseZone(request: ChangeRequest): void {
  const others = setsOf(request.world, request.physicalId).filter(({Type}) => Type !== 'NS' && Type !== 'SOA')
  if (others.length > 0) {
    throw new AwsFault(
      'HostedZoneNotEmpty',
      'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
    )
  }
}

/** Route 53's control plane: zones, record sets, health checks. DNS itself is answered in `../plane/dns-servers.ts`. */
import type {
  ChangeResourceRecordSetsRequest,
  ChangeResourceRecordSetsResponse,
  CreateHostedZoneRequest,
  CreateHostedZoneResponse,
  GetChangeRequest,
  GetChangeResponse,
  GetHealthCheckRequest,
  GetHealthCheckResponse,
  GetHealthCheckStatusRequest,
  GetHealthCheckStatusResponse,
  GetHostedZoneRequest,
  GetHostedZoneResponse,
  HealthCheck,
  HealthCheckObservation,
  HostedZone,
  ListHealthChecksRequest,
  ListHealthChecksResponse,
  ListHostedZonesRequest,
  ListHostedZonesResponse,
  ListResourceRecordSetsRequest,
  ListResourceRecordSetsResponse,
} from '@aws-sdk/client-route-53'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, Service, World} from '../world/contract.ts'
import {recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {bag, bags, flag, number, text, texts} from './records/properties.ts'
import {CHECK, configOf, observedOf} from './route53-checks.ts'
import {addZone, canonicalName, changeSets, changeStatus, NAME_SERVERS, setsOf, ZONE, zoneName, zoneOf} from './route53-zones.ts'

export function createRoute53(world: World): Service {
  return {
    name: 'route53',
    operations: {
      ListHostedZones: ({Marker, MaxItems}: ListHostedZonesRequest): ListHostedZonesResponse => {
        const {items, next} = page(recordsOf(world, ZONE, ''), Marker, MaxItems ?? 100)
        return {
          HostedZones: items.map((zone) => zoneShape(world, zone)),
          Marker,
          IsTruncated: next !== undefined,
          NextMarker: next,
          MaxItems: MaxItems ?? 100,
        }
      },
      GetHostedZone: ({Id}: GetHostedZoneRequest): GetHostedZoneResponse => {
        const zone = requireZone(world, Id)
        return {HostedZone: zoneShape(world, zone), ...(!isPrivate(zone) && {DelegationSet: {NameServers: [...NAME_SERVERS]}})}
      },
      CreateHostedZone: (input: CreateHostedZoneRequest) => createZone(world, input),
      ListResourceRecordSets: (input: ListResourceRecordSetsRequest) => listSets(world, input),
      ChangeResourceRecordSets: ({
        HostedZoneId,
        ChangeBatch,
      }: ChangeResourceRecordSetsRequest): ChangeResourceRecordSetsResponse => {
        const change = changeSets(world, requireZone(world, HostedZoneId), ChangeBatch?.Changes ?? [])
        return {ChangeInfo: {Id: `/change/${change.id}`, Status: 'PENDING', SubmittedAt: new Date(change.createdAt)}}
      },
      GetChange: ({Id}: GetChangeRequest): GetChangeResponse => {
        const change = changeStatus(world, Id ?? '')
        if (change === null) throw new AwsFault('NoSuchChange', `Could not find resource with ID: ${Id ?? ''}`)
        return {
          ChangeInfo: {
            Id: `/change/${(Id ?? '').replace(/^\/change\//, '')}`,
            Status: change.status,
            SubmittedAt: new Date(change.at),
          },
        }
      },
      GetHealthCheck: ({HealthCheckId}: GetHealthCheckRequest): GetHealthCheckResponse => {
        const check = recordOf(world, CHECK, '', HealthCheckId ?? '')
        if (check === undefined) {
          throw new AwsFault('NoSuchHealthCheck', `No health check exists with the specified ID: ${HealthCheckId ?? ''}`)
        }
        return {HealthCheck: checkShape(check)}
      },
      GetHealthCheckStatus: ({HealthCheckId}: GetHealthCheckStatusRequest): GetHealthCheckStatusResponse => {
        const check = recordOf(world, CHECK, '', HealthCheckId ?? '')
        if (check === undefined) {
          throw new AwsFault('NoSuchHealthCheck', `No health check exists with the specified ID: ${HealthCheckId ?? ''}`)
        }
        if (text(configOf(check), 'Type') === 'CALCULATED') {
          throw new AwsFault('InvalidInput', "Invalid parameter : You can't get the status of a calculated health check.")
        }
        return {HealthCheckObservations: observations(check)}
      },
      ListHealthChecks: ({Marker, MaxItems}: ListHealthChecksRequest): ListHealthChecksResponse => {
        const {items, next} = page(recordsOf(world, CHECK, ''), Marker, MaxItems ?? 100)
        return {
          HealthChecks: items.map(checkShape),
          Marker: Marker ?? '',
          IsTruncated: next !== undefined,
          NextMarker: next,
          MaxItems: MaxItems ?? 100,
        }
      },
    },
  }
}

const CHECKERS = [
  ['eu-west-1', '15.177.0.17'],
  ['us-east-1', '15.177.4.17'],
  ['ap-southeast-2', '15.177.8.17'],
] as const

/** What each checker saw: never inverted. Nothing yet: no observations. */
function observations(check: AccountRecord): HealthCheckObservation[] {
  const {last, status} = observedOf(check)
  if (last === null || status === null) return []
  const Status = `${last.isSuccess ? 'Success' : 'Failure'}: ${last.words}`
  return CHECKERS.map(([Region, IPAddress]) => ({Region, IPAddress, StatusReport: {Status, CheckedTime: new Date(last.at)}}))
}

function requireZone(world: World, id: string | undefined): AccountRecord {
  const zone = zoneOf(world, id ?? '')
  if (zone === undefined) throw new AwsFault('NoSuchHostedZone', `No hosted zone found with ID: ${id ?? ''}`)
  return zone
}

function isPrivate(zone: AccountRecord): boolean {
  return bags(zone.properties, 'VPCs').length > 0
}

function zoneShape(world: World, zone: AccountRecord): HostedZone {
  const comment = text(bag(zone.properties, 'HostedZoneConfig'), 'Comment')
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: zoneName(zone),
    CallerReference: text(zone.properties, 'CallerReference') ?? zone.id,
    Config: {PrivateZone: isPrivate(zone), ...(comment !== undefined && {Comment: comment})},
    ResourceRecordSetCount: setsOf(world, zone.id).length,
  }
}

function createZone(world: World, input: CreateHostedZoneRequest): CreateHostedZoneResponse & {Location: string} {
  const reference = input.CallerReference ?? ''
  if (recordsOf(world, ZONE, '').some(({properties}) => properties['CallerReference'] === reference)) {
    throw new AwsFault(
      'HostedZoneAlreadyExists',
      'A hosted zone has already been created with the specified caller reference.',
      409,
    )
  }
  const id = `Z${world.hex(20).toUpperCase()}`
  const {HostedZoneConfig: config, VPC: vpc} = input
  const zone = addZone(world, id, input.Name ?? '', {
    CallerReference: reference,
    ...(config !== undefined && {HostedZoneConfig: config}),
    ...(vpc !== undefined && {VPCs: [vpc]}),
  })
  return {
    HostedZone: zoneShape(world, zone),
    ChangeInfo: {Id: `/change/${changeSets(world, zone, []).id}`, Status: 'PENDING', SubmittedAt: new Date(world.clock.now())},
    DelegationSet: {NameServers: [...NAME_SERVERS]},
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${id}`,
  }
}

/** Begins at the name (and type) asked for, as Route 53 does: that it is the name asked for is the caller's to check. */
function listSets(world: World, input: ListResourceRecordSetsRequest): ListResourceRecordSetsResponse {
  const zone = requireZone(world, input.HostedZoneId)
  const all = setsOf(world, zone.id)
  const backwards = (name: string): string => canonicalName(name).split('.').reverse().join('.')
  const wanted = input.StartRecordName === undefined ? '' : backwards(input.StartRecordName)
  const start = all.findIndex(({Name, Type, SetIdentifier}) => {
    const here = backwards(Name ?? '')
    if (here !== wanted) return here > wanted
    if (input.StartRecordType !== undefined && Type !== input.StartRecordType) return (Type ?? '') > input.StartRecordType
    return input.StartRecordIdentifier === undefined || (SetIdentifier ?? '') >= input.StartRecordIdentifier
  })
  const size = input.MaxItems ?? 300
  const from = start < 0 ? all.length : start
  const rest = all.slice(from, from + size)
  const next = all[from + size]
  return {
    ResourceRecordSets: rest,
    IsTruncated: next !== undefined,
    MaxItems: size,
    ...(next !== undefined && {NextRecordName: next.Name, NextRecordType: next.Type, NextRecordIdentifier: next.SetIdentifier}),
  }
}

function checkShape({id, properties}: AccountRecord): HealthCheck {
  const config = bag(properties, 'HealthCheckConfig')
  const children = texts(config, 'ChildHealthChecks')
  return {
    Id: id,
    CallerReference: id,
    HealthCheckVersion: 1,
    HealthCheckConfig: {
      Type: text(config, 'Type') as 'HTTPS',
      IPAddress: text(config, 'IPAddress'),
      Port: number(config, 'Port'),
      ResourcePath: text(config, 'ResourcePath'),
      FullyQualifiedDomainName: text(config, 'FullyQualifiedDomainName'),
      SearchString: text(config, 'SearchString'),
      RequestInterval: number(config, 'RequestInterval') ?? 30,
      FailureThreshold: number(config, 'FailureThreshold') ?? 3,
      MeasureLatency: flag(config, 'MeasureLatency'),
      Inverted: flag(config, 'Inverted'),
      Disabled: flag(config, 'Disabled'),
      EnableSNI:
        text(config, 'EnableSNI') === undefined ? text(config, 'Type')?.startsWith('HTTPS') === true : flag(config, 'EnableSNI'),
      ...(children.length > 0 && {ChildHealthChecks: [...children], HealthThreshold: number(config, 'HealthThreshold')}),
      ...(texts(config, 'Regions').length > 0 && {Regions: texts(config, 'Regions') as 'eu-west-1'[]}),
    },
  }
}

/**
 * Hosted zones and their record sets. A batch of changes is applied as a whole or not at all, in Route 53's words when it isn't;
 * a change is PENDING for half a virtual minute, then INSYNC everywhere.
 */
import type {Change, ResourceRecordSet} from '@aws-sdk/client-route-53'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {putRecord, recordOf, recordsOf} from './records/lookup.ts'
import {text} from './records/properties.ts'

export const ZONE = 'AWS::Route53::HostedZone'
const CHANGE = 'AWS::Route53::Change'
const SETS = 'AWS::Route53::ResourceRecordSet'
const REGION = 'aws-global'
const INSYNC_AFTER_MS = 30_000
export const NAME_SERVERS: readonly string[] = [
  'ns-1024.awsdns-00.org',
  'ns-1536.awsdns-00.co.uk',
  'ns-0.awsdns-00.com',
  'ns-512.awsdns-00.net',
]

/** Lower case, with its dot, and with Route 53's spelling of a wildcard. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase().replaceAll('\\052', '*')
  return `${lower}${lower.endsWith('.') ? '' : '.'}`.replace(/^\*/, '\\052')
}

export function zoneOf(world: World, id: string): AccountRecord | undefined {
  return recordOf(world, ZONE, REGION, id.replace(/^\/hostedzone\//, ''))
}

export function zoneName(zone: AccountRecord): string {
  return canonicalName(text(zone.properties, 'Name') ?? '')
}

/** A zone with the two record sets every zone begins with. */
export function addZone(
  world: World,
  id: string,
  name: string,
  properties: Readonly<Record<string, unknown>> = {},
): AccountRecord {
  const zone = putRecord(world, {
    type: ZONE,
    region: REGION,
    id,
    properties: {Name: canonicalName(name), ...properties},
    attributes: {Id: id, NameServers: NAME_SERVERS},
  })
  addOrigins(world, id, name)
  return zone
}

export function addOrigins(world: World, id: string, name: string): void {
  const apex = canonicalName(name)
  const soa = `${NAME_SERVERS[0] ?? ''}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`
  putSet(world, id, {Name: apex, Type: 'NS', TTL: 172_800, ResourceRecords: NAME_SERVERS.map((one) => ({Value: `${one}.`}))})
  putSet(world, id, {Name: apex, Type: 'SOA', TTL: 900, ResourceRecords: [{Value: soa}]})
}

function keyOf(zone: string, set: ResourceRecordSet): string {
  return [zone, canonicalName(set.Name ?? ''), set.Type, set.SetIdentifier ?? ''].join('|')
}

function putSet(world: World, zone: string, set: ResourceRecordSet): void {
  putRecord(world, {
    type: SETS,
    region: REGION,
    id: keyOf(zone, set),
    properties: {zone, set: {...set, Name: canonicalName(set.Name ?? '')}},
  })
}

/** In Route 53's order: by the labels of the name from its end, then type, then identifier. */
export function setsOf(world: World, zone: string): readonly ResourceRecordSet[] {
  const order = (set: ResourceRecordSet): string =>
    `${(set.Name ?? '').split('.').reverse().join('.')} ${set.Type ?? ''} ${set.SetIdentifier ?? ''}`
  return recordsOf(world, SETS, REGION)
    .filter(({properties}) => properties['zone'] === zone)
    .map(({properties}) => properties['set'] as ResourceRecordSet)
    .sort((one, other) => (order(one) < order(other) ? -1 : 1))
}

/** When a record set came to be what it is (virtual epoch ms); null: it isn't there. */
export function setSince(world: World, zone: string, set: ResourceRecordSet): number | null {
  return recordOf(world, SETS, REGION, keyOf(zone, set))?.createdAt ?? null
}

export function findSet(world: World, zone: string, set: ResourceRecordSet): ResourceRecordSet | undefined {
  return recordOf(world, SETS, REGION, keyOf(zone, set))?.properties['set'] as ResourceRecordSet | undefined
}

export function changeSets(world: World, zone: AccountRecord, changes: readonly Change[]): AccountRecord {
  const after = new Map(setsOf(world, zone.id).map((set) => [keyOf(zone.id, set), set]))
  const problems = changes.map((change) => applyTo(after, zone, change, world)).filter((problem) => problem !== null)
  if (problems.length > 0) throw new AwsFault('InvalidChangeBatch', `[${problems.join(', ')}]`)
  for (const {Action, ResourceRecordSet: set} of changes) {
    if (set === undefined) continue
    const known = findSet(world, zone.id, set)
    if (Action === 'DELETE') world.records.remove(REGION, SETS, keyOf(zone.id, set))
    // Written again as it is, it is as old as it was: a certificate that it validates needn't begin anew.
    else if (known === undefined || JSON.stringify(known) !== JSON.stringify({...set, Name: canonicalName(set.Name ?? '')}))
      putSet(world, zone.id, set)
  }
  return putRecord(world, {
    type: CHANGE,
    region: REGION,
    id: `C${world.hex(20).toUpperCase()}`,
    properties: {zone: zone.id, sets: setsOf(world, zone.id)},
  })
}

export function changeStatus(world: World, id: string): {readonly status: 'PENDING' | 'INSYNC'; readonly at: number} | null {
  const change = recordOf(world, CHANGE, REGION, id.replace(/^\/change\//, ''))
  if (change === undefined) return null
  return {status: world.clock.now() - change.createdAt >= INSYNC_AFTER_MS ? 'INSYNC' : 'PENDING', at: change.createdAt}
}

/** What the zone's servers answer from: the record sets as the newest change that is in sync everywhere left them. */
export function servedSets(world: World, zone: string): readonly ResourceRecordSet[] {
  const synced = recordsOf(world, CHANGE, REGION).findLast(
    ({properties, createdAt}) => properties['zone'] === zone && world.clock.now() - createdAt >= INSYNC_AFTER_MS,
  )
  return synced === undefined
    ? setsOf(world, zone).filter(({Type}) => Type === 'NS' || Type === 'SOA')
    : (synced.properties['sets'] as readonly ResourceRecordSet[])
}

/** What Route 53 would say against one change, or null; `sets` is what the changes before it left. */
function applyTo(
  sets: Map<string, ResourceRecordSet>,
  zone: AccountRecord,
  {Action, ResourceRecordSet: set}: Change,
  world: World,
): string | null {
  if (set === undefined) return 'Invalid request'
  const key = keyOf(zone.id, set)
  const name = canonicalName(set.Name ?? '')
  const [known, which] = [
    sets.get(key),
    `[name='${name}', `
      + `type='${set.Type ?? ''}'${set.SetIdentifier === undefined ? '' : `, set-identifier='${set.SetIdentifier}'`}]`,
  ]
  if (Action === 'DELETE') {
    if (known === undefined) return `Tried to delete resource record set ${which} but it was not found`
    if (!sameAnswer(known, set))
      return `Tried to delete resource record set ${which} but the values provided do not match the current values`
    sets.delete(key)
    return null
  }
  if (Action === 'CREATE' && known !== undefined) return `Tried to create resource record set ${which} but it already exists`
  const problem =
    misplaced(set, name, zone)
    ?? conflict(
      [...sets].filter(([other]) => other !== key).map(([, one]) => one),
      set,
      name,
      zone,
    )
    ?? unknownCheck(world, set)
  if (problem === null) sets.set(key, set)
  return problem
}

function misplaced(set: ResourceRecordSet, name: string, zone: AccountRecord): string | null {
  const apex = zoneName(zone)
  if (name !== apex && !name.endsWith(`.${apex}`)) return `RRSet with DNS name ${name} is not permitted in zone ${apex}`
  if (set.Type === 'CNAME' && name === apex)
    return `RRSet of type CNAME with DNS name ${name} is not permitted at apex in zone ${apex}`
  return null
}

function conflict(
  others: readonly ResourceRecordSet[],
  set: ResourceRecordSet,
  name: string,
  zone: AccountRecord,
): string | null {
  const here = others.filter((one) => canonicalName(one.Name ?? '') === name)
  if (here.some((one) => (one.Type === 'CNAME') !== (set.Type === 'CNAME'))) {
    return (
      `RRSet of type ${set.Type ?? ''} with DNS name ${name} is not permitted as it conflicts with other records with the `
      + `same DNS name in zone ${zoneName(zone)}`
    )
  }
  const same = here.filter((one) => one.Type === set.Type)
  const which = `RRSet with DNS name ${name}, type ${set.Type ?? ''}`
  if (same.some((one) => (one.SetIdentifier === undefined) !== (set.SetIdentifier === undefined))) {
    return (
      `${which}${set.SetIdentifier === undefined ? '' : `, SetIdentifier ${set.SetIdentifier}`} cannot be created as other `
      + 'RRSets exist with the same name and type and another routing policy'
    )
  }
  if (set.Failover !== undefined && same.some((one) => one.Failover === set.Failover)) {
    return (
      `${which}, SetIdentifier ${set.SetIdentifier ?? ''}, and failover type ${set.Failover} cannot be created as another `
      + `${set.Failover} RRSet exists with the same name and type`
    )
  }
  return null
}

function unknownCheck(world: World, set: ResourceRecordSet): string | null {
  if (set.HealthCheckId === undefined || recordOf(world, 'AWS::Route53::HealthCheck', REGION, set.HealthCheckId) !== undefined)
    return null
  return `No health check exists with the ID: ${set.HealthCheckId}`
}

function sameAnswer(one: ResourceRecordSet, other: ResourceRecordSet): boolean {
  const values = (set: ResourceRecordSet): string =>
    JSON.stringify([
      (set.ResourceRecords ?? []).map(({Value}) => Value).sort(),
      set.TTL ?? null,
      canonicalName(set.AliasTarget?.DNSName ?? ''),
      set.AliasTarget?.HostedZoneId ?? null,
    ])
  return values(one) === values(other)
}

/**
 * Names and addresses of the account, as the public DNS has them: each load balancer and distribution gets a made-up loopback
 * address that stays its own, and this says where that address really listens. Everything that goes by name (traffic, the
 * counter, health checks, CloudFront's origins, the DNS servers) looks up here;
 * nothing here opens a socket or changes the account.
 */
import type {World} from '../world/contract.ts'
import {attribute, recordsOf} from '../services/records/lookup.ts'
import {isHealthy} from '../services/route53-checks.ts'
import {servedSets, ZONE, zoneName} from '../services/route53-zones.ts'
import {canonical, lookUp} from './dns-lookup.ts'
import type {DnsAnswer} from './dns-lookup.ts'
import type {Endpoint} from './load-balancing.ts'

const DISTRIBUTION = 'AWS::CloudFront::Distribution'

/** What an address is: a load balancer's, or a distribution's. */
export interface Place {
  readonly address: string
  readonly name: string
  /** `aws-global` for distributions. */
  readonly region: string
  /** Plain HTTP on loopback; null: it has no listener. */
  readonly url: string | null
}

export interface Names {
  /** As every authoritative server answers it now. */
  readonly ask: (name: string, type: string) => DnsAnswer
  /** The first address of a name and how long (virtual s) it may be kept; null: it has none. */
  address(name: string): {readonly address: string; readonly ttl: number} | null
  /** Whose address it is; null: nobody's any more. */
  place(address: string): Place | null
  places(): readonly Place[]
  /** CloudFront's own server, once it listens. */
  serveDistributionsAt(url: string): void
}

/** `isTargetHealthy`: of a load balancer by the name AWS gave it, where a record evaluates its health. */
export function createNames(
  world: World,
  endpoints: () => readonly Endpoint[],
  isTargetHealthy: (dnsName: string) => boolean = () => true,
): Names {
  const given = new Map<string, string>()
  const dice = world.random('dns')
  let distributionsAt: string | null = null

  const addressFor = (name: string, net: number): string => {
    const known = given.get(name)
    if (known !== undefined) return known
    const number = given.size + 1
    const address = `127.${net}.${number >> 8}.${number & 255}`
    given.set(name, address)
    return address
  }
  const places = (): readonly Place[] => {
    const balancers = new Map<string, Place>()
    for (const endpoint of endpoints()) {
      const name = canonical(endpoint.dnsName)
      // Whoever comes by name comes by HTTPS; port 80 only redirects.
      if (balancers.has(name) && endpoint.protocol !== 'HTTPS' && endpoint.listenerPort !== 443) continue
      balancers.set(name, {address: addressFor(name, 10), name, region: endpoint.region, url: endpoint.url})
    }
    const distributions = recordsOf(world, DISTRIBUTION, '').map((record): Place => {
      const name = canonical(attribute(record, 'DomainName'))
      return {address: addressFor(name, 20), name, region: record.region, url: distributionsAt}
    })
    return [...balancers.values(), ...distributions]
  }
  const ask = (name: string, type: string): DnsAnswer =>
    lookUp(
      {
        zones: recordsOf(world, ZONE, '').map((zone) => ({name: zoneName(zone), sets: servedSets(world, zone.id)})),
        isHealthy: (id) => isHealthy(world, id),
        ownAddress: (own) => places().find((one) => one.name === own)?.address ?? null,
        isTargetHealthy: (own) => isTargetHealthy(own.replace(/\.$/, '')),
        dice,
      },
      name,
      type,
    )

  return {
    ask,
    places,
    place: (address) => places().find((one) => one.address === address) ?? null,
    address: (name) => {
      const answer = ask(name, 'A')
      const row = answer.kind === 'answered' ? answer.rows.find(({type}) => type === 'A') : undefined
      return row === undefined ? null : {address: row.value, ttl: row.ttl}
    },
    serveDistributionsAt: (url) => {
      distributionsAt = url
    },
  }
}

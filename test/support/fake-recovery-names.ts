/**
 * Names, the switch and the CDN of a fake recovery world. Written behaviour: an object `stop` in the recovery Region's bucket (its
 * absence, on the way back) moves the public name 30 s later; written records are in sync after 30 s; resolvers say for 60 s more what
 * they said before; a distribution takes 120 s to be deployed, and answers `stale` to another ETag than its own.
 */
import {seconds} from '../../src/runbooks/engine/clock.ts'
import {regionalName, switchBucket} from '../../src/runbooks/recovery/place.ts'
import type {Place} from '../../src/runbooks/recovery/place.ts'
import type {EdgePort} from '../../src/runbooks/recovery/ports/edge-port.ts'
import type {NamesPort, RecordState} from '../../src/runbooks/recovery/ports/names-port.ts'
import type {SwitchPort} from '../../src/runbooks/recovery/ports/switch-port.ts'
import type {LeapingClock} from './leaping-clock.ts'

export interface FakeNames {
  readonly names: NamesPort
  readonly edge: EdgePort
  readonly switches: SwitchPort
  /** `bucket/key` → body. */
  readonly objects: Map<string, string>
  readonly distribution: {
    id: string
    etag: number
    readyAt: number
    origins: string[]
    aliases: string[]
    conflict: string | null
    /** So many tries meet another writer. */ races: number
  }
  records: RecordState[]
  /** Authoritative servers that don't answer. */
  readonly silent: Set<string>
  /** Where the public name leads now: a Region. */
  leads(): string
  addressOf(region: string): string
  ttlSeconds: number
}

export const loadBalancerName = (region: string): string => `lb.${region}.elb.amazonaws.com`

export function fakeNames(clock: LeapingClock, place: Place, settled: () => void): FakeNames {
  const objects = new Map([[`${switchBucket(place, place.recovery)}/alive`, 'alive']])
  const history: {readonly at: number; readonly region: string}[] = [{at: 0, region: place.home}]
  const synced: Record<string, number> = {}
  let changes = 0
  let stopped = false
  const regionOf = (record: RecordState | undefined): string =>
    [place.home, place.recovery].find((region) => record?.aliasTo?.dnsName === loadBalancerName(region)) ?? place.home
  const move = (): void => {
    settled()
    const record = fake.records.find(({failover}) => failover === (stopped ? 'SECONDARY' : 'PRIMARY'))
    const region = regionOf(record)
    if (history.at(-1)?.region !== region) history.push({at: clock.now(), region})
  }
  const stopMoves = (bucket: string, key: string): void => {
    if (key !== 'stop' || bucket !== switchBucket(place, place.recovery)) return
    clock.at(clock.now() + seconds(30), () => {
      stopped = objects.has(`${bucket}/stop`)
      move()
    })
  }
  const addressOf = (region: string): string => (region === place.home ? '127.10.0.1' : '127.10.0.2')
  const at = (when: number): string => history.findLast((one) => one.at <= when)?.region ?? place.home
  const record = (region: string): RecordState => ({
    name: place.api,
    type: 'A',
    setIdentifier: region,
    failover: region === place.home ? 'PRIMARY' : 'SECONDARY',
    healthCheck: region === place.home ? 'stop-check' : null,
    ttlSeconds: null,
    values: [],
    aliasTo: {dnsName: loadBalancerName(region), zone: `Z-${region}`, evaluatesHealth: false},
  })
  const regional = (region: string): RecordState => ({
    ...record(region),
    name: regionalName(place, region),
    setIdentifier: null,
    failover: null,
    healthCheck: null,
  })
  const fake: FakeNames = {
    objects,
    records: [record(place.home), record(place.recovery)],
    silent: new Set(),
    ttlSeconds: 60,
    distribution: {
      id: 'E1',
      etag: 1,
      readyAt: 0,
      origins: [place.home, place.recovery],
      aliases: [place.site],
      conflict: null,
      races: 0,
    },
    leads: () => at(clock.now()),
    addressOf,
    names: {
      resolve: async (name) => {
        const alone = [place.home, place.recovery].find((region) => regionalName(place, region) === name)
        const answer = (when: number): readonly string[] =>
          alone === undefined && name !== place.api ? [] : [addressOf(alone ?? at(when))]
        const servers = ['ns-1', 'ns-2', 'ns-3', 'ns-4'].map((server) => ({
          server,
          kind: 'authoritative' as const,
          addresses: fake.silent.has(server) ? null : answer(clock.now()),
          ttlSeconds: fake.ttlSeconds,
        }))
        return [
          ...servers,
          ...['1.1.1.1', '8.8.8.8'].map((server) => ({
            server,
            kind: 'resolver' as const,
            addresses: answer(clock.now() - seconds(60)),
            ttlSeconds: fake.ttlSeconds,
          })),
        ]
      },
      records: async (_zone, name) =>
        structuredClone([...fake.records, regional(place.home), regional(place.recovery)].filter((one) => one.name === name)),
      writeRecords: async (_zone, records) => {
        for (const one of records) {
          fake.records = [...fake.records.filter((present) => present.setIdentifier !== one.setIdentifier), structuredClone(one)]
        }
        changes += 1
        const change = `C${changes}`
        synced[change] = clock.now() + seconds(30)
        clock.at(synced[change], move)
        return {change}
      },
      inSync: async (change) => clock.now() >= (synced[change] ?? Infinity),
      healthCheck: async () => ({inverted: true, healthy: !stopped}),
    },
    edge: {
      distribution: async () => {
        const {id, etag, readyAt, origins, aliases} = fake.distribution
        return {
          id,
          arn: `arn:aws:cloudfront::1:distribution/${id}`,
          domain: `${id}.cloudfront.net`,
          status: clock.now() >= readyAt ? 'Deployed' : 'InProgress',
          etag: `E${etag}`,
          aliases: [...aliases],
          certificate: 'certificate',
          siteOrigins: origins.map((region) => `site-${region}`),
          origins: origins.map((region) => ({id: `site-${region}`, domain: `site-${region}.s3.${region}.amazonaws.com`})),
        }
      },
      preferOrigin: async (_id, region, etag) => {
        const {distribution} = fake
        if (distribution.races > 0) {
          distribution.races -= 1
          distribution.etag += 1
        }
        if (etag !== `E${distribution.etag}`) return 'stale'
        distribution.etag += 1
        distribution.origins = [region, ...distribution.origins.filter((one) => one !== region)]
        distribution.readyAt = clock.now() + seconds(120)
        return 'asked'
      },
      moveAlias: async (alias, to, etag) => {
        const {distribution} = fake
        if (distribution.conflict !== null) return {conflict: distribution.conflict}
        if (etag !== `E${distribution.etag}`) return 'stale'
        distribution.etag += 1
        distribution.id = to
        if (!distribution.aliases.includes(alias)) distribution.aliases.push(alias)
        distribution.readyAt = clock.now() + seconds(120)
        return 'asked'
      },
    },
    switches: {
      read: async (_region, bucket, key) => objects.get(`${bucket}/${key}`) ?? null,
      put: async (_region, bucket, key, body) => {
        objects.set(`${bucket}/${key}`, body)
        stopMoves(bucket, key)
      },
      remove: async (_region, bucket, key) => {
        objects.delete(`${bucket}/${key}`)
        stopMoves(bucket, key)
      },
    },
  }
  return fake
}

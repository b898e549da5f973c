import type {ResourceRecordSet} from '@aws-sdk/client-route-53'
import {describe, expect, it} from 'vitest'
import {lookUp} from '../../src/sandbox/plane/dns-lookup.ts'
import type {DnsView} from '../../src/sandbox/plane/dns-lookup.ts'

const soa: ResourceRecordSet = {
  Name: 'example.com.',
  Type: 'SOA',
  TTL: 900,
  ResourceRecords: [{Value: 'ns. admin. 1 7200 900 1209600 86400'}],
}
const ns: ResourceRecordSet = {Name: 'example.com.', Type: 'NS', TTL: 172_800, ResourceRecords: [{Value: 'ns-1.example.net.'}]}
const alias = (name: string, dnsName: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: name,
  Type: 'A',
  AliasTarget: {HostedZoneId: 'Z', DNSName: dnsName, EvaluateTargetHealth: false},
  ...more,
})
const plain = (
  name: string,
  type: 'A' | 'CNAME' | 'TXT',
  value: string,
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet => ({Name: name, Type: type, TTL: 300, ResourceRecords: [{Value: value}], ...more})

interface Given {
  readonly sets?: readonly ResourceRecordSet[]
  /** Checks, and load balancers by their names. */
  readonly unhealthy?: readonly string[]
  readonly dice?: number
}
const aView = ({sets = [], unhealthy = [], dice = 0}: Given): DnsView => ({
  zones: [{name: 'example.com.', sets: [soa, ns, ...sets]}],
  isHealthy: (id) => !unhealthy.includes(id),
  isTargetHealthy: (name) => !unhealthy.includes(name),
  ownAddress: (name) => ({'home.elb.amazonaws.com.': '127.10.0.1', 'away.elb.amazonaws.com.': '127.10.0.2'})[name] ?? null,
  dice: () => dice,
})
const addresses = (view: DnsView, name: string, type = 'A'): unknown => {
  const answer = lookUp(view, name, type)
  return answer.kind === 'refused' ? 'refused' : answer.rows.map((row) => row.value)
}
const pair = [
  alias('api.example.com.', 'home.elb.amazonaws.com.', {SetIdentifier: 'home', Failover: 'PRIMARY', HealthCheckId: 'stop'}),
  alias('api.example.com.', 'away.elb.amazonaws.com.', {SetIdentifier: 'away', Failover: 'SECONDARY'}),
]
const evaluated = (EvaluateTargetHealth: boolean): readonly ResourceRecordSet[] =>
  pair.map((one) => ({...one, AliasTarget: {HostedZoneId: 'Z', DNSName: one.AliasTarget?.DNSName ?? '', EvaluateTargetHealth}}))

describe('an authoritative server', () => {
  it.each<[string, Given, string, string, unknown]>([
    [
      'answers an alias with the address it leads to',
      {sets: [alias('api.example.com.', 'home.elb.amazonaws.com.')]},
      'API.example.com',
      'A',
      ['127.10.0.1'],
    ],
    [
      'knows a load balancer by a dualstack alias too',
      {sets: [alias('api.example.com.', 'dualstack.home.elb.amazonaws.com.')]},
      'api.example.com',
      'A',
      ['127.10.0.1'],
    ],
    [
      'follows an alias to another record of the zone',
      {sets: [alias('www.example.com.', 'api.example.com.'), ...pair]},
      'www.example.com',
      'A',
      ['127.10.0.1'],
    ],
    [
      'gives a CNAME and what it leads to',
      {sets: [plain('www.example.com.', 'CNAME', 'api.example.com'), ...pair]},
      'www.example.com',
      'A',
      ['api.example.com', '127.10.0.1'],
    ],
    [
      'gives a CNAME alone when it leads out of its zones',
      {sets: [plain('www.example.com.', 'CNAME', 'shop.example.net')]},
      'www.example.com',
      'A',
      ['shop.example.net'],
    ],
    ['knows load balancers by their own names', {}, 'home.elb.amazonaws.com', 'A', ['127.10.0.1']],
    [
      'has no IPv6 address for a load balancer',
      {sets: [alias('api.example.com.', 'home.elb.amazonaws.com.', {Type: 'AAAA'})]},
      'api.example.com',
      'AAAA',
      [],
    ],
    [
      'answers a wildcard for what has no record of its own',
      {sets: [plain('\\052.example.com.', 'A', '192.0.2.7')]},
      'x.example.com',
      'A',
      ['192.0.2.7'],
    ],
    [
      'prefers the name itself to the wildcard',
      {sets: [plain('\\052.example.com.', 'A', '192.0.2.7'), plain('x.example.com.', 'A', '192.0.2.8')]},
      'x.example.com',
      'A',
      ['192.0.2.8'],
    ],
    ['refuses a name of somebody else', {}, 'example.net', 'A', 'refused'],
    ['names its name servers', {}, 'example.com', 'NS', ['ns-1.example.net.']],
    ['gives the primary while its check is healthy', {sets: pair}, 'api.example.com', 'A', ['127.10.0.1']],
    [
      "gives the secondary while the primary's check is unhealthy",
      {sets: pair, unhealthy: ['stop']},
      'api.example.com',
      'A',
      ['127.10.0.2'],
    ],
    [
      'answers as if all were healthy when none is',
      {sets: pair.map((one) => ({...one, HealthCheckId: 'stop'})), unhealthy: ['stop']},
      'api.example.com',
      'A',
      ['127.10.0.1'],
    ],
    [
      'moves users off a broken load balancer where the record evaluates its health',
      {sets: evaluated(true), unhealthy: ['home.elb.amazonaws.com.']},
      'api.example.com',
      'A',
      ['127.10.0.2'],
    ],
    [
      "leaves users on a broken load balancer where the record doesn't evaluate its health",
      {sets: evaluated(false), unhealthy: ['home.elb.amazonaws.com.']},
      'api.example.com',
      'A',
      ['127.10.0.1'],
    ],
    [
      'chooses by weight',
      {
        dice: 0.5,
        sets: [
          plain('w.example.com.', 'A', '192.0.2.1', {SetIdentifier: 'a', Weight: 1}),
          plain('w.example.com.', 'A', '192.0.2.2', {SetIdentifier: 'b', Weight: 3}),
        ],
      },
      'w.example.com',
      'A',
      ['192.0.2.2'],
    ],
    [
      'ends in an alias that leads to itself',
      {sets: [alias('a.example.com.', 'b.example.com.'), alias('b.example.com.', 'a.example.com.')]},
      'a.example.com',
      'A',
      [],
    ],
  ])('%s', (_sentence, given, name, type, expected) => {
    expect(addresses(aView(given), name, type)).toEqual(expected)
  })

  it("tells a name that isn't there from one that has none of this type, and both with the zone's SOA", () => {
    const view = aView({sets: [plain('x.example.com.', 'TXT', '"hello"'), plain('deep.under.example.com.', 'A', '192.0.2.1')]})
    expect(lookUp(view, 'nobody.example.com', 'A')).toMatchObject({exists: false, rows: [], soa: {type: 'SOA', ttl: 900}})
    expect(lookUp(view, 'x.example.com', 'A')).toMatchObject({exists: true, rows: [], soa: {type: 'SOA'}})
    // Something below it is there, so it is there too.
    expect(lookUp(view, 'under.example.com', 'A')).toMatchObject({exists: true, rows: []})
  })

  it('gives aliases of load balancers a TTL of 60, and records their own', () => {
    const view = aView({
      sets: [alias('api.example.com.', 'home.elb.amazonaws.com.'), plain('x.example.com.', 'A', '192.0.2.1', {TTL: 300})],
    })
    expect(lookUp(view, 'api.example.com', 'A')).toMatchObject({rows: [{ttl: 60}]})
    expect(lookUp(view, 'x.example.com', 'A')).toMatchObject({rows: [{ttl: 300}]})
  })
})

import {Resolver} from 'node:dns/promises'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import type {CounterReport} from '../../src/sandbox/plane/counter.ts'
import type {DnsServer} from '../../src/sandbox/plane/dns-servers.ts'
import {startSandbox} from '../../src/sandbox/server.ts'
import type {Sandbox} from '../../src/sandbox/server.ts'

const [HOME, AWAY, API] = ['eu-west-1', 'eu-central-1', 'api.example.com'] as const
const SWITCH = 'shop-switch'
let sandbox: Sandbox

const call = async <Answer>(service: string, operation: string, input: object, region: string): Promise<Answer> =>
  (await sandbox.world.invoke(service, operation, input, region)) as Answer
const admin = async <Answer>(method: string, path: string, body?: object): Promise<Answer & {readonly status: number}> => {
  const response = await fetch(`${sandbox.endpoint}/_sluice/${path}`, {
    method,
    ...(body !== undefined && {body: JSON.stringify(body)}),
  })
  return {...((await response.json()) as Answer), status: response.status}
}
const names = async (): Promise<{readonly dns: readonly DnsServer[]; readonly addresses: Readonly<Record<string, string>>}> =>
  await admin('GET', 'names')
const ask = async (
  {address}: DnsServer,
  name: string,
): Promise<readonly {readonly address: string; readonly ttl: number}[] | string> => {
  const resolver = new Resolver({timeout: 1000, tries: 2})
  resolver.setServers([address])
  return await resolver.resolve4(name, {ttl: true}).catch((error: unknown) => (error as {readonly code: string}).code)
}

/** A load balancer that answers by itself, with the words of its Region. */
async function aBalancer(region: string): Promise<string> {
  const {
    LoadBalancers: [balancer],
  } = await call<{LoadBalancers: [{LoadBalancerArn: string; DNSName: string}]}>(
    'elasticloadbalancingv2',
    'CreateLoadBalancer',
    {Name: `api-${region}`, Subnets: ['subnet-1', 'subnet-2']},
    region,
  )
  await call(
    'elasticloadbalancingv2',
    'CreateListener',
    {
      LoadBalancerArn: balancer.LoadBalancerArn,
      Protocol: 'HTTP',
      Port: 443,
      DefaultActions: [
        {Type: 'fixed-response', FixedResponseConfig: {StatusCode: '200', ContentType: 'text/plain', MessageBody: region}},
      ],
    },
    region,
  )
  return balancer.DNSName
}

async function aPair(): Promise<void> {
  await call('s3', 'CreateBucket', {Bucket: SWITCH, CreateBucketConfiguration: {LocationConstraint: AWAY}}, AWAY)
  await call(
    's3',
    'PutBucketPolicy',
    {
      Bucket: SWITCH,
      Policy: JSON.stringify({
        Statement: [
          {
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            Resource: `arn:aws:s3:::${SWITCH}/stop`,
            Condition: {IpAddress: {'aws:SourceIp': ['15.177.0.0/18']}},
          },
        ],
      }),
    },
    AWAY,
  )
  sandbox.world.records.put({
    region: 'aws-global',
    type: 'AWS::Route53::HealthCheck',
    id: 'stop-check',
    attributes: {},
    tags: {},
    status: 'available',
    createdAt: sandbox.world.clock.now(),
    stack: null,
    properties: {
      HealthCheckConfig: {
        Type: 'HTTPS',
        FullyQualifiedDomainName: `${SWITCH}.s3.${AWAY}.amazonaws.com`,
        ResourcePath: '/stop',
        Inverted: true,
        RequestInterval: 10,
        FailureThreshold: 3,
      },
    },
  })
  const alias = (DNSName: string): object => ({HostedZoneId: 'Z32O12XQLNTSW2', DNSName, EvaluateTargetHealth: false})
  const [home, away] = [await aBalancer(HOME), await aBalancer(AWAY)]
  await call(
    'route53',
    'ChangeResourceRecordSets',
    {
      HostedZoneId: 'Z0EXAMPLE0000',
      ChangeBatch: {
        Changes: [
          {
            Action: 'CREATE',
            ResourceRecordSet: {
              Name: API,
              Type: 'A',
              SetIdentifier: HOME,
              Failover: 'PRIMARY',
              HealthCheckId: 'stop-check',
              AliasTarget: alias(home),
            },
          },
          {
            Action: 'CREATE',
            ResourceRecordSet: {Name: API, Type: 'A', SetIdentifier: AWAY, Failover: 'SECONDARY', AliasTarget: alias(away)},
          },
        ],
      },
    },
    'us-east-1',
  )
}

/** What stands behind the address a server answers, in its own words. */
async function leadsTo(server: DnsServer): Promise<string> {
  const [{addresses}, answer] = [await names(), await ask(server, API)]
  const url = typeof answer === 'string' ? undefined : addresses[answer[0]?.address ?? '']
  return url === undefined ? JSON.stringify(answer) : await (await fetch(url)).text()
}
const firstOf = async (kind: DnsServer['kind']): Promise<DnsServer> => {
  const found = (await names()).dns.find((one) => one.kind === kind)
  if (found === undefined) throw new Error(`no ${kind}`)
  return found
}
const everybodyLeadsTo = async (region: string): Promise<void> => {
  const {dns} = await names()
  await vi.waitFor(
    async () => {
      expect(new Set(await Promise.all(dns.map(leadsTo)))).toEqual(new Set([region]))
    },
    {timeout: 20_000, interval: 100},
  )
}

beforeAll(async () => {
  sandbox = await startSandbox({speed: 60, seed: 3, world: 'empty'})
  await aPair()
  // A resolver that was asked too early would remember for a quarter of an hour that there is no such name.
  await vi.waitFor(
    async () => {
      expect(await leadsTo(await firstOf('authoritative'))).toBe(HOME)
    },
    {timeout: 20_000, interval: 100},
  )
}, 40_000)
afterAll(async () => {
  await sandbox.close()
})

describe('names in a sandbox', () => {
  it('are answered by the four servers of the zone and by public resolvers, over UDP', async () => {
    const {dns} = await names()
    expect(dns.map(({kind}) => kind)).toEqual([...Array<string>(4).fill('authoritative'), ...Array<string>(3).fill('resolver')])
    for (const server of dns)
      expect(await ask(server, API)).toEqual([
        {address: expect.stringMatching(/^127\.10\.0\.\d$/) as string, ttl: expect.any(Number) as number},
      ])
  })

  it("that nobody has don't exist, and those of others are refused by authoritative servers", async () => {
    expect(await ask(await firstOf('authoritative'), 'nobody.example.com')).toBe('ENOTFOUND')
    expect(await ask(await firstOf('authoritative'), 'example.net')).toBe('EREFUSED')
    expect(await ask(await firstOf('resolver'), 'example.net')).toBe('ENOTFOUND')
  })

  it("have a TTL of 60 at the zone's servers, and what is left of it at a resolver", async () => {
    expect(await ask(await firstOf('authoritative'), API)).toMatchObject([{ttl: 60}])
    const answer = await ask(await firstOf('resolver'), API)
    expect(typeof answer === 'string' ? -1 : answer[0]?.ttl).toBeLessThanOrEqual(60)
  })

  it('lead to the other Region once the object stop is put, for clients that look again; stragglers stay', async () => {
    await admin('POST', 'traffic', {host: API, perMinute: 300, stragglers: 0.5})
    const [obeying, straggling] = [`${API}`, `${API} (stragglers)`]
    const counts = async (service: string): Promise<Readonly<Record<string, number>> | undefined> =>
      (
        await admin<{readonly traffic: readonly {readonly service: string; readonly counts: Readonly<Record<string, number>>}[]}>(
          'GET',
          'traffic',
        )
      ).traffic.find((one) => one.service === service)?.counts
    await vi.waitFor(
      async () => {
        expect((await counts(straggling))?.['answered2xx']).toBeGreaterThan(10)
      },
      {timeout: 10_000},
    )
    await call('s3', 'PutObject', {Bucket: SWITCH, Key: 'stop', Body: '{}'}, AWAY)
    await everybodyLeadsTo(AWAY)
    // Nobody is left at home but those who never looked again.
    await admin('POST', 'faults', {kind: 'region-down', region: HOME})
    const before = [await counts(obeying), await counts(straggling)].map((one) => one?.['answered2xx'] ?? 0)
    await vi.waitFor(
      async () => {
        expect((await counts(obeying))?.['answered2xx']).toBeGreaterThan((before[0] ?? 0) + 50)
        expect((await counts(straggling))?.['errors']).toBeGreaterThan(10)
      },
      {timeout: 10_000},
    )
    await admin('DELETE', 'faults')
    await admin('POST', 'traffic', {host: API, perMinute: 0, stragglers: 0.5})
    await call('s3', 'DeleteObject', {Bucket: SWITCH, Key: 'stop'}, AWAY)
    await everybodyLeadsTo(HOME)
  }, 60_000)

  it('of a Region that is silent lead to somebody who never answers', async () => {
    const {addresses} = await names()
    const answer = await ask(await firstOf('authoritative'), API)
    const url = typeof answer === 'string' ? '' : (addresses[answer[0]?.address ?? ''] ?? '')
    await admin('POST', 'faults', {kind: 'region-down', region: HOME, message: 'hang'})
    await expect(fetch(url, {signal: AbortSignal.timeout(500)})).rejects.toMatchObject({name: 'TimeoutError'})
    await admin('DELETE', 'faults')
    expect(await (await fetch(url)).text()).toBe(HOME)
  })
})

describe('the counter', () => {
  it('takes an answer for an acknowledgement only when it names the number', async () => {
    await admin('POST', 'counter', {host: API, perMinute: 600})
    // What answers here says 200 to everything, and commits nothing.
    await vi.waitFor(
      async () => {
        expect((await admin<CounterReport>('GET', 'counter')).failed).toBeGreaterThan(5)
      },
      {timeout: 10_000},
    )
    await admin('POST', 'counter', {host: API, perMinute: 0})
    expect(await admin<CounterReport>('GET', 'counter')).toMatchObject({
      acknowledged: 0,
      present: null,
      lost: [],
      lastAcknowledgedAt: null,
    })
  })
})

describe('the admin routes of recoveries', () => {
  it.each<[string, string, string, object | undefined]>([
    ['a rate that is none', 'POST', 'counter', {host: API, perMinute: -1}],
    ['a counter without a name', 'POST', 'counter', {perMinute: 60}],
    ['more stragglers than clients', 'POST', 'traffic', {host: API, perMinute: 60, stragglers: 2}],
    ['a moment that is none', 'GET', 'calls?since=yesterday', undefined],
    ["a dead Region that the account doesn't have", 'POST', 'faults', {kind: 'region-down', region: 'ap-south-1'}],
  ])('refuse %s', async (_sentence, method, path, body) => {
    expect(await admin(method, path, body)).toMatchObject({status: 400})
  })

  it('take us-east-1 down, whether or not the account has anything else there', async () => {
    expect(await admin('POST', 'faults', {kind: 'region-down', region: 'us-east-1'})).toMatchObject({
      status: 200,
      region: 'us-east-1',
    })
    await admin('DELETE', 'faults')
  })

  it("run the account's backup plans now", async () => {
    expect(await admin('POST', 'backup')).toMatchObject({status: 200, jobs: []})
  })
})

import {describe, expect, test} from 'vitest'
import type {StackConfig} from '../../src/config/stack-config.ts'
import {SluiceError} from '../../src/errors.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import type {Finding, WantedStack} from '../../src/runbooks/provision/infra-plan.ts'
import type {PreflightPort, StackRef, StackStatus} from '../../src/runbooks/provision/ports.ts'
import {preflight} from '../../src/runbooks/provision/preflight.ts'
import type {PreflightWorld} from '../../src/runbooks/provision/preflight.ts'
import {vcpusOf} from '../../src/runbooks/provision/preflight-quotas.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {aStackConfig, away, home} from './down-world.ts'

const never = new AbortController().signal

const parameters = {
  HasDatabase: 'true',
  MultiAz: 'true',
  DatabaseClass: 'db.m7g.large',
  InstanceType: 'm7g.large',
  FallbackInstanceType: 'm7gd.large',
  HostsMin: '4',
  HostsMax: '12',
  PrometheusInstanceType: 'm7g.large',
  PrometheusHosts: '1',
  ZoneIndexA: '0',
  ZoneIndexB: '1',
}
const aMain = (region: string, change: Readonly<Record<string, string>> = {}): WantedStack => ({
  id: `main@${region}`,
  kind: 'main',
  name: 'shop-production-main',
  region,
  body: '',
  templateHash: '',
  first: {},
  then: {...parameters, ...change},
  needs: [],
  thenNeeds: [],
  tags: {},
  role: 'execution',
  keep: [],
  resources: ['AWS::EC2::VPC', 'AWS::EC2::EIP', 'AWS::EC2::EIP', 'AWS::RDS::DBInstance'].map((type, index) => ({
    path: `R${index}`,
    type,
    seconds: 1,
    needs: [],
  })),
})
const zonesOf = (region: string): readonly string[] => ['a', 'b', 'c'].map((zone) => `${region}${zone}`)

interface Given {
  readonly config?: Partial<StackConfig>
  readonly account?: string
  readonly wanted?: readonly WantedStack[]
  readonly actions?: readonly string[]
  readonly there?: readonly string[]
  /** Of what is there. */
  readonly status?: StackStatus
  /** Of the home Region's main stack, when it is there. */
  readonly peer?: string
  readonly missingRoles?: readonly string[]
  readonly port?: Partial<PreflightPort>
}

/** An account in which everything is as it should be, but for what a row says. */
async function found({
  config = {},
  account = '111122223333',
  wanted,
  actions = ['ecs:CreateService'],
  there = [],
  status = 'CREATE_COMPLETE',
  peer = '',
  missingRoles = [],
  port = {},
}: Given = {}): Promise<readonly Finding[]> {
  const world = {
    stacks: {
      describe: async ({name, region}: StackRef) =>
        there.includes(`${name}@${region}`)
          ? {status, parameters: {PeerRegion: peer}, outputs: {SwitchBucketName: 'shop-switch'}}
          : null,
    },
    ground: {missingServiceRoles: async () => missingRoles},
    preflight: {
      deniedActions: async () => [],
      zones: async (region) => zonesOf(region),
      quota: async () => ({name: 'Things', value: 1000, used: 0}),
      offeredTypes: async (region, types) => Object.fromEntries(types.map((type) => [type, zonesOf(region)])),
      hostedZone: async () => ({name: 'example.com', private: false}),
      existing: async () => null,
      ...port,
    } satisfies PreflightPort,
  } as unknown as PreflightWorld
  const input = {
    config: aStackConfig(config),
    wanted: wanted ?? [aMain(home), aMain(away)],
    account,
    arn: 'arn:aws:iam::111122223333:role/op',
    actions,
  }
  return preflight(world, input, leapingClock(), never)
}

const stops = (findings: readonly Finding[]): readonly Finding[] => findings.filter(({level}) => level === 'stops')
const warns = (findings: readonly Finding[]): readonly Finding[] => findings.filter(({level}) => level === 'warns')

test('in an account as it should be nothing stops and nothing warns', async () => {
  expect((await found()).filter(({level}) => level !== 'ok')).toEqual([])
})

test('whatever stops or warns says what to do', async () => {
  const bad = await found({
    config: {recovery: {region: home, shape: 'warm-standby', network: '10.40.0.0/16', parameters: {}}},
    port: {
      deniedActions: async () => ['ecs:CreateService'],
      hostedZone: async () => null,
      quota: async () => ({name: 'Things', value: 0, used: null}),
      offeredTypes: async () => ({}),
    },
  })
  expect(bad.filter(({level}) => level !== 'ok').length).toBeGreaterThan(5)
  expect(bad.filter(({level, suggestions}) => level !== 'ok' && suggestions.length === 0)).toEqual([])
})

describe('the account', () => {
  test("one that isn't in allowedAccounts stops, and nothing else is asked", async () => {
    const findings = await found({
      config: {allowedAccounts: ['999900001111']},
      port: {zones: () => Promise.reject(new Error('must not be asked'))},
    })
    expect(findings.map(({id, level}) => ({id, level}))).toEqual([{id: 'account', level: 'stops'}])
  })

  test('one that is in it is fine', async () => {
    expect(stops(await found({config: {allowedAccounts: ['111122223333']}}))).toEqual([])
  })
})

describe('the domain', () => {
  test("a zone that isn't in this account stops", async () => {
    expect(stops(await found({port: {hostedZone: async () => null}}))).toMatchObject([{id: 'domain'}])
  })

  test('a private zone stops', async () => {
    expect(stops(await found({port: {hostedZone: async () => ({name: 'example.com', private: true})}}))).toMatchObject([
      {id: 'domain'},
    ])
  })

  test('a name outside the zone stops and is named', async () => {
    const [finding] = stops(await found({config: {site: 'www.notexample.com'}}))
    expect(finding?.text).toBe("www.notexample.com isn't in the zone example.com (Z1).")
  })

  test("the zone's own name is in it", async () => {
    expect(stops(await found({config: {site: 'example.com'}}))).toEqual([])
  })

  test('without a zone, records by hand are announced', async () => {
    expect(warns(await found({config: {hostedZone: ''}}))).toMatchObject([{id: 'domain'}])
  })
})

describe('rights', () => {
  test('missing ones warn by name, because a simulation knows no resources', async () => {
    const [finding] = warns(await found({port: {deniedActions: async () => ['ecs:CreateService']}}))
    expect(finding?.text).toContain('may not: ecs:CreateService')
  })

  test("that can't be found out warn, and aren't taken for granted", async () => {
    expect(warns(await found({port: {deniedActions: async () => null}}))).toMatchObject([{id: 'permissions'}])
  })
})

describe('types', () => {
  const without = (type: string, zone: string): Partial<PreflightPort> => ({
    offeredTypes: async (region, types) =>
      Object.fromEntries(types.map((one) => [one, zonesOf(region).filter((at) => !(one === type && at === zone))])),
  })

  test('a zone that has only the second type of hosts warns', async () => {
    const findings = await found({port: without('m7g.large', `${home}b`)})
    expect(stops(findings)).toEqual([])
    expect(warns(findings)[0]?.text).toBe('eu-west-1b of eu-west-1 has no m7g.large: API hosts there are m7gd.large.')
  })

  test('a zone that has neither type stops', async () => {
    const findings = await found({
      wanted: [aMain(home, {FallbackInstanceType: 'm7g.large'})],
      port: without('m7g.large', `${home}b`),
    })
    expect(stops(findings)[0]?.text).toBe('eu-west-1b of eu-west-1 has no m7g.large for API hosts.')
  })

  test("a zone that the stack doesn't take doesn't matter", async () => {
    expect((await found({port: without('m7g.large', `${home}c`)})).filter(({level}) => level !== 'ok')).toEqual([])
  })

  test('a class that one zone lacks stops a Multi-AZ database', async () => {
    expect(stops(await found({port: without('db.m7g.large', `${home}a`)}))[0]?.text).toContain('for the database')
  })

  test('a class that one zone lacks is fine for a database in one zone', async () => {
    expect(stops(await found({wanted: [aMain(home, {MultiAz: 'false'})], port: without('db.m7g.large', `${home}a`)}))).toEqual([])
  })

  test('a Region with fewer zones than the stack counts to stops', async () => {
    expect(stops(await found({wanted: [aMain(home, {ZoneIndexB: '3'})]}))).toMatchObject([{id: 'zones'}])
  })
})

describe('quotas', () => {
  const only = (code: string, value: number, used: number | null): Partial<PreflightPort> => ({
    quota: async (_region, _service, asked) => (asked === code ? {name: 'Elastic IPs', value, used} : null),
  })
  const addresses = 'L-0263D0A3'
  const vcpus = 'L-1216C47A'

  test('no room for what will be made stops, with the command that asks for more', async () => {
    const [finding] = stops(await found({wanted: [aMain(home)], port: only(addresses, 5, 4)}))
    expect(finding).toMatchObject({
      text: 'Elastic IPs in eu-west-1: 5, 4 in use; the stack needs 2 more.',
      suggestions: [
        'aws service-quotas request-service-quota-increase --region eu-west-1 --service-code ec2 --quota-code L-0263D0A3 --desired-value 6',
      ],
    })
  })

  test("what is there already isn't counted again", async () => {
    expect(
      stops(await found({wanted: [aMain(home)], there: [`shop-production-main@${home}`], port: only(addresses, 5, 5)})),
    ).toEqual([])
  })

  test('room for the fewest hosts but not for the most warns', async () => {
    const findings = await found({wanted: [aMain(home)], port: only(vcpus, 16, 0)})
    expect(stops(findings)).toEqual([])
    expect(warns(findings)[0]?.text).toBe('Elastic IPs in eu-west-1: 16, 0 in use; the stack may grow to 26 more.')
  })

  test('no room for the fewest hosts stops', async () => {
    expect(stops(await found({wanted: [aMain(home)], port: only(vcpus, 8, 0)}))).toMatchObject([{id: 'quotas'}])
  })

  test.each([
    ['m7g.large', 2],
    ['m7g.xlarge', 4],
    ['m7g.2xlarge', 8],
    ['t4g.medium', 2],
    ['m7g.medium', 1],
  ])('%s has %i vCPUs', (type, count) => {
    expect(vcpusOf(type)).toBe(count)
  })
})

test('service-linked roles that are missing are announced, and nothing stops', async () => {
  const findings = await found({missingRoles: ['ecs.amazonaws.com']})
  expect(findings.find(({id}) => id === 'service-roles')).toMatchObject({
    level: 'ok',
    text: 'Service-linked roles that infra up makes first: ecs.amazonaws.com.',
  })
})

test('a recovery Region that is the home Region stops', async () => {
  expect(
    stops(await found({config: {recovery: {region: home, shape: 'warm-standby', network: '10.41.0.0/16', parameters: {}}}})),
  ).toMatchObject([{id: 'recovery-region'}])
})

test('a check that AWS refuses is a warning, and hides none of the others', async () => {
  const refused = new SluiceError({
    code: 'access-denied',
    exitCode: 4,
    message: 'not authorized to perform: servicequotas:GetServiceQuota',
  })
  const findings = await found({port: {quota: () => Promise.reject(refused), hostedZone: async () => null}})
  expect(findings.map(({id, level}) => `${level} ${id}`)).toContain('warns quotas')
  expect(stops(findings)).toMatchObject([{id: 'domain'}])
})

test('a throttled check waits', async () => {
  let asked = 0
  const findings = await found({
    port: {
      hostedZone: async () => {
        asked += 1
        if (asked < 4) throw new Unavailable('route53:GetHostedZone', 'Rate exceeded')
        return {name: 'example.com', private: false}
      },
    },
  })
  expect(findings.find(({id}) => id === 'domain')).toMatchObject({level: 'ok'})
})

describe('names that an earlier stack has left behind', () => {
  const bucket = {
    path: 'Edge/SiteBucket',
    type: 'AWS::S3::Bucket',
    seconds: 1,
    needs: [],
    keptAs: 'shop-site-${AWS::AccountId}-${AWS::Region}',
  }
  const secret = {
    path: 'Database/Secret',
    type: 'AWS::SecretsManager::Secret',
    seconds: 1,
    needs: [],
    keptAs: 'shop/production/database',
  }
  const main: WantedStack = {...aMain(home), resources: [bucket], thenResources: [secret]}
  const taken = (...names: readonly string[]): Partial<PreflightPort> => ({
    existing: async (_region, _type, name) => (names.includes(name) ? 'there' : null),
  })
  const site = `shop-site-111122223333-${home}`
  const stopped = async (given: Given): Promise<readonly Finding[]> => stops(await found({wanted: [main], ...given}))

  test('stop what would fail on them half way: each is named, with the command that removes it', async () => {
    expect(await stopped({port: taken(site, 'shop/production/database')})).toEqual([
      {
        id: 'names',
        level: 'stops',
        text: `The stacks of shop production can't be made while these are there: bucket ${site} in ${home}; secret shop/production/database in ${home}.`,
        suggestions: [
          expect.stringContaining(`delete-bucket --region ${home} --bucket ${site}`),
          `aws secretsmanager remove-regions-from-replication --region ${home} --remove-replica-regions ${away} --secret-id shop/production/database`,
          `aws secretsmanager delete-secret --region ${home} --force-delete-without-recovery --secret-id shop/production/database`,
          'or choose another service or environment in sluice.yaml',
        ],
      },
    ])
  })

  test('a secret that is about to go is in the way too', async () => {
    expect(
      (await stopped({port: {existing: async (_region, type) => (type === secret.type ? 'leaving' : null)}}))[0]?.text,
    ).toContain('its deletion is scheduled')
  })

  test("aren't in the way of the stack that has them", async () => {
    expect(await stopped({there: [`shop-production-main@${home}`], port: taken(site)})).toEqual([])
  })

  test.each(['ROLLBACK_COMPLETE', 'DELETE_IN_PROGRESS'] as const)(
    'are in the way of a stack that has to be made anew: %s',
    async (status) => {
      expect(await stopped({there: [`shop-production-main@${home}`], status, port: taken(site)})).toMatchObject([{id: 'names'}])
    },
  )

  test('that are free are counted', async () => {
    expect((await found({wanted: [main]})).find(({id}) => id === 'names')).toMatchObject({
      level: 'ok',
      text: '2 names that the stacks will take are free.',
    })
  })

  test("that can't be looked for are a warning, and never a pass", async () => {
    const refused = new SluiceError({code: 'access-denied', exitCode: 4, message: 'may not backup:ListBackupVaults'})
    expect(warns(await found({wanted: [main], port: {existing: () => Promise.reject(refused)}}))).toMatchObject([{id: 'names'}])
  })
})

describe('what stands already', () => {
  const replica = (): WantedStack => ({
    ...aMain(away),
    id: `replica@${away}`,
    kind: 'replica',
    name: 'shop-production-replica',
    resources: [],
    needs: [`main@${home}`, `main@${away}`],
  })
  const standing = async (given: Given): Promise<readonly string[]> => stops(await found(given)).map(({id}) => id)

  test("one part alone is refused while what it is made of isn't there", async () => {
    const [finding] = stops(await found({wanted: [aMain(away), replica()]}))
    expect(finding?.text).toBe(`replica@${away} can't be made yet: main@${home}, which isn't part of this run, is not there.`)
    expect(await standing({wanted: [aMain(away), replica()], there: [`shop-production-main@${home}`]})).toEqual([])
  })

  test("a recovery Region that still stands isn't forgotten: home would take its copies away", async () => {
    const main = `shop-production-main@${home}`
    expect(
      await standing({
        config: {recovery: null},
        wanted: [aMain(home)],
        peer: away,
        there: [main, `shop-production-main@${away}`],
      }),
    ).toEqual(['forgotten-region'])
    expect(await standing({config: {recovery: null}, wanted: [aMain(home)], peer: away, there: [main]})).toEqual([])
    expect(await standing({peer: away, there: [main, `shop-production-main@${away}`]})).toEqual([])
  })

  test('a surge is in the way of any shape but the one that has it', async () => {
    const recovery = (shape: 'warm-standby' | 'pilot-light') => ({
      recovery: {region: away, shape, network: '10.41.0.0/16', parameters: {}},
    })
    const there = [`shop-production-surge@${away}`]
    expect([
      await standing({there, config: recovery('warm-standby')}),
      await standing({there, config: recovery('pilot-light')}),
    ]).toEqual([['surge'], []])
  })
})

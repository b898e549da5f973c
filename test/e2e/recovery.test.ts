/**
 * One service's recoveries, by the built command line, in the order in which they happen: the home Region dies, comes back, is left in peace
 * and returned to, and a drill is held beside it. What is looked at is the final state: databases, rules, names, and a counter that
 * was written to all the time. Rows of one story: each begins where the one before ended.
 */
import {join} from 'node:path'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {DescribeServicesCommand, ECSClient} from '@aws-sdk/client-ecs'
import {DescribeDBInstancesCommand, RDSClient} from '@aws-sdk/client-rds'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {tidyUp} from '../support/e2e-cli.ts'
import {eventOf} from '../support/e2e-events.ts'
import {aStandingService, away, home} from '../support/e2e-recovery.ts'
import type {Counted, RecoveryAccount} from '../support/e2e-recovery.ts'

interface Told {
  readonly outcome: string
  readonly rtoSeconds: number
  readonly measuredLossSeconds: number
  readonly fence: string
  readonly residue: number
  readonly refusedCalls: number
  readonly orphans: {readonly count: number | null} | null
  readonly steps: readonly {
    readonly id: string
    readonly endedAt?: string
    readonly startedAt: string | null
    readonly seconds: number | null
  }[]
}

interface Drift {
  readonly checked: number
  readonly unchecked: readonly {readonly stack: string; readonly because: string}[]
  readonly differs: readonly {
    readonly stack: string
    readonly path: string
    readonly kind: string
    readonly properties: readonly {readonly path: string; readonly expected: string | null; readonly actual: string | null}[]
  }[]
}

let account: RecoveryAccount
const left: {home?: Region; away?: Region} = {}

interface Region {
  readonly databases: readonly string[]
  readonly follows: string | null
  readonly weights: readonly (number | undefined)[]
  readonly tasks: readonly (number | undefined)[]
}

async function regionAsItStands(region: string): Promise<Region> {
  const {ListenerArn, ClusterName} = (await account.outputs('shop-production-main', region)) as {
    readonly ListenerArn: string
    readonly ClusterName: string
  }
  const [{Rules = []}, {services = []}, {DBInstances = []}] = await Promise.all([
    account.client(ElasticLoadBalancingV2Client, region).send(new DescribeRulesCommand({ListenerArn})),
    account
      .client(ECSClient, region)
      .send(new DescribeServicesCommand({cluster: ClusterName, services: ['shop-production-a', 'shop-production-b']})),
    account.client(RDSClient, region).send(new DescribeDBInstancesCommand({})),
  ])
  const live = Rules.find(({Priority}) => Priority === '40000')
  return {
    databases: DBInstances.map(({DBInstanceIdentifier = ''}) => DBInstanceIdentifier).sort(),
    follows:
      DBInstances.find(({DBInstanceIdentifier}) => DBInstanceIdentifier === 'shop-production')
        ?.ReadReplicaSourceDBInstanceIdentifier ?? null,
    weights: live?.Actions?.[0]?.ForwardConfig?.TargetGroups?.map(({Weight}) => Weight) ?? [],
    tasks: services.map(({desiredCount}) => desiredCount),
  }
}

const dr = async (...argv: readonly string[]): Promise<{readonly code: number | null; readonly told: Told}> => {
  const {code, json, ran} = await account.told('dr', ...argv)
  if (code !== 0)
    process.stdout.write(
      `dr ${argv.join(' ')} ended with ${String(code)}:\n${ran.stderr.slice(-3000)}\n${ran.stdout.slice(0, 1500)}\n`,
    )
  return {code, told: json as unknown as Told}
}

/** What both Regions' stacks tell of what isn't as their templates have it. */
async function drifted(): Promise<readonly string[]> {
  const {differs, unchecked, checked} = (await account.told('infra', 'drift')).json as unknown as Drift
  expect(checked).toBeGreaterThan(20)
  return [
    ...unchecked.map(({stack, because}) => `${stack}: ${because}`),
    ...differs.flatMap(({stack, path, kind, properties}) => [
      `${stack} ${path} ${kind}`,
      ...properties.map((one) => `${one.path}: ${String(one.expected)}, found ${String(one.actual)}`),
    ]),
  ]
}

/** Waits until what was acknowledged has had time to be looked up. */
async function settledCount(): Promise<Counted> {
  const before = (await account.counted()).acknowledged
  await account.until('rows are written', async () => (await account.counted()).acknowledged > before + 5)
  return account.counted()
}

beforeAll(async () => {
  account = await aStandingService()
  await account.backsUp()
  Object.assign(left, {home: await regionAsItStands(home), away: await regionAsItStands(away)})
}, 240_000)
afterAll(tidyUp, 60_000)

describe('the home Region dies', () => {
  it('users are served by the other one in time, without a call to what is lost, and only the measured seconds are lost', async () => {
    await account.dies(home)
    // Nobody decides at once; the watch of the other Region knows since when home is silent.
    const decided = (await account.now()) + 5 * 60_000
    await account.until('somebody decides', async () => (await account.now()) > decided)
    const {code, told} = await dr('promote', '--unplanned', '--accept-loss', '60s', '--confirm', 'production')
    expect(code).toBe(0)
    expect(told.fence).toBe('unreachable')
    expect(told.rtoSeconds).toBeLessThanOrEqual(30 * 60)
    expect(told.measuredLossSeconds).toBeLessThanOrEqual(60)
    const fenced = told.steps.find(({id}) => id === 'fence')
    const after = Date.parse(fenced?.startedAt ?? '') + 1000 * (fenced?.seconds ?? 0)
    expect((await account.callsSince(after + 1000)).filter(({region}) => region === home || region === 'us-east-1')).toEqual([])
    expect(await account.isStopped()).toBe(true)
    const counted = await settledCount()
    expect(counted.duplicates).toBe(0)
    expect(counted.lostCount).toBeLessThanOrEqual(told.measuredLossSeconds + 1)
    expect(await account.database(away)).toMatchObject({DBInstanceStatus: 'available', BackupRetentionPeriod: 14, MultiAZ: true})
    expect((await account.database(away))?.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined()
  }, 240_000)

  it('infra up and releases leave it alone until it is settled', async () => {
    expect((await account.told('release', 'shop/api:1.9.0', '--yes')).code).not.toBe(0)
    expect((await account.database(away))?.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined()
  }, 60_000)
})

describe('the home Region returns', () => {
  it('fences itself: its load balancer refuses, nothing runs, its database takes nobody', async () => {
    await account.returns()
    await account.until('home has fenced itself', async () => {
      const {weights, tasks} = await regionAsItStands(home)
      return weights.length === 0 && tasks.every((count) => count === 0)
    })
    const {byRegion} = (await account.counted()) as unknown as {readonly byRegion: Readonly<Record<string, number>>}
    const athome = byRegion[home]
    await settledCount()
    expect(((await account.counted()) as unknown as {readonly byRegion: Readonly<Record<string, number>>}).byRegion[home]).toBe(
      athome,
    )
  }, 120_000)

  it('failback: both Regions as they were, the counter without a gap, what only the old primary had is listed', async () => {
    const before = await settledCount()
    const {code, told} = await dr('failback', '--confirm', 'production')
    expect(code).toBe(0)
    expect(told.orphans?.count).toBeGreaterThanOrEqual(0)
    expect(await account.isStopped()).toBe(false)
    const after = await settledCount()
    expect(after.lostCount).toBe(before.lostCount)
    expect(after.duplicates).toBe(0)
    expect(await regionAsItStands(home)).toEqual(left.home)
    expect(await regionAsItStands(away)).toEqual(left.away)
  }, 400_000)

  it('infra up has nothing to do then, and nothing has drifted', async () => {
    const plan = await account.told('infra', 'plan')
    const stacks = (plan.json as {readonly stacks: readonly {readonly id: string; readonly verdict: {readonly kind: string}}[]})
      .stacks
    expect(stacks.filter(({verdict}) => verdict.kind !== 'unchanged').map(({id, verdict}) => `${id} ${verdict.kind}`)).toEqual([])
    expect(await drifted()).toEqual([])
  }, 180_000)
})

describe('a switchover in peace', () => {
  it('loses no row of a counter that is written all the time', async () => {
    const before = await settledCount()
    const {code, told} = await dr('promote', '--planned', '--confirm', 'production')
    expect(code).toBe(0)
    expect(told).toMatchObject({fence: 'fenced', measuredLossSeconds: 0})
    expect((await settledCount()).lostCount).toBe(before.lostCount)
  }, 240_000)

  it('and back', async () => {
    const before = await settledCount()
    expect((await dr('failback', '--confirm', 'production')).code).toBe(0)
    expect((await settledCount()).lostCount).toBe(before.lostCount)
    expect(await regionAsItStands(home)).toEqual(left.home)
    expect(await regionAsItStands(away)).toEqual(left.away)
    expect(await drifted()).toEqual([])
  }, 400_000)
})

describe('a switchover that somebody thinks better of', () => {
  it('gives users back when the database is being promoted already, and loses no row', async () => {
    const before = await settledCount()
    const machine = await account.elsewhere()
    const events = join(machine.directory, 'events.ndjson')
    const argv = ['dr', 'promote', '--planned', '--confirm', 'production', '--json', '--events', events]
    const running = account.start(argv, machine)
    const promoting = await eventOf(
      running,
      events,
      'the promotion to begin',
      ({kind, data}) => kind === 'step-started' && data.step === 'promote-database',
    )
    expect(promoting).not.toBeNull()
    await account.told('dr', 'resume', '--withdraw')
    const ran = await running.ended
    expect(ran.code, ran.stderr).toBe(1)
    expect(await account.isStopped()).toBe(false)
    expect((await settledCount()).lostCount).toBe(before.lostCount)
    expect(await regionAsItStands(home)).toEqual(left.home)
  }, 240_000)

  it('nobody is sent to what was promoted in vain; a failback makes it a replica again, and users notice nothing', async () => {
    expect((await account.told('dr', 'promote', '--planned', '--confirm', 'production')).code).not.toBe(0)
    const before = await settledCount()
    expect((await dr('failback', '--confirm', 'production')).code).toBe(0)
    expect((await settledCount()).lostCount).toBe(before.lostCount)
    expect(await regionAsItStands(home)).toEqual(left.home)
    expect(await regionAsItStands(away)).toEqual(left.away)
    expect(await drifted()).toEqual([])
  }, 400_000)
})

describe('a drill beside production', () => {
  it('leaves nothing, touches nobody, and needs neither the home Region nor us-east-1', async () => {
    const began = await account.now()
    const {code, told} = await dr('drill', '--without-primary')
    expect(code).toBe(0)
    expect(told).toMatchObject({residue: 0, refusedCalls: 0})
    expect((await account.callsSince(began)).filter(({region}) => region === home || region === 'us-east-1')).toEqual([])
    expect(await regionAsItStands(away)).toEqual(left.away)
    const history = (await account.told('dr', 'history')).json as {readonly runs?: readonly unknown[]}
    expect(history.runs).toHaveLength(8)
  }, 400_000)
})

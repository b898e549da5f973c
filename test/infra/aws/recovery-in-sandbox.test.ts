/**
 * The adapters of recoveries against a sandbox with the real templates in both Regions: what one call changes, another reads back, and
 * requests by name get to where they should. Every call is one that the table declares.
 */
import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {completeRecovery, openRecovery} from '../../../src/compose-recovery.ts'
import {parseStack} from '../../../src/config/load-stack.ts'
import {writeHandle} from '../../../src/config/sandbox-handle.ts'
import type {StackConfig} from '../../../src/config/stack-config.ts'
import {ensureStateBucket} from '../../../src/infra/aws/ensure-state-bucket.ts'
import {provisionWorld} from '../../../src/infra/aws/provision-world.ts'
import {recoveryReach} from '../../../src/infra/aws/recovery/reach.ts'
import {readSide} from '../../../src/infra/aws/recovery/read-side.ts'
import {recoveryWorld} from '../../../src/infra/aws/recovery/recovery-world.ts'
import {awsSession} from '../../../src/infra/aws/session.ts'
import {stateBucketName, stateStore} from '../../../src/infra/aws/state-store.ts'
import {readSite, readTemplates} from '../../../src/infra/stack/templates.ts'
import {wantedStacks} from '../../../src/infra/stack/wanted-stacks.ts'
import type {Clock} from '../../../src/runbooks/engine/clock.ts'
import {runState} from '../../../src/runbooks/engine/run-state.ts'
import type {Call, Plan} from '../../../src/runbooks/engine/step.ts'
import {stateBucket} from '../../../src/runbooks/provision/deploy-stack.ts'
import {foreseeUp, runUp} from '../../../src/runbooks/provision/run-up.ts'
import type {Side} from '../../../src/runbooks/recovery/input.ts'
import {recoveryPlace, regionalName, siteBucket, switchBucket} from '../../../src/runbooks/recovery/place.ts'
import type {Place} from '../../../src/runbooks/recovery/place.ts'
import {callsOf, portCalls} from '../../../src/runbooks/recovery/port-calls.ts'
import type {PortMethod} from '../../../src/runbooks/recovery/port-calls.ts'
import type {RecoveryWorld} from '../../../src/runbooks/recovery/ports/recovery-world.ts'
import {fence} from '../../../src/runbooks/recovery/steps/fence.ts'
import {Unreachable} from '../../../src/runbooks/recovery/unreachable.ts'
import type {RecoveryStep, Way} from '../../../src/runbooks/recovery/way.ts'
import {createDatabaseAccess} from '../../../src/sandbox/plane/database-access.ts'
import {createDatabaseAsks} from '../../../src/sandbox/plane/database-asks.ts'
import {databasesOf} from '../../../src/sandbox/plane/databases.ts'
import {startSandbox} from '../../../src/sandbox/server.ts'
import type {Sandbox} from '../../../src/sandbox/server.ts'
import {driveToy} from '../../support/drive-toy.ts'
import {memoryStore} from '../../support/memory-store.ts'
import {aCapacity, aSettings} from '../../support/recovery-bench.ts'
import {undeclared} from '../../support/undeclared.ts'
import {aSession} from './a-session.ts'

const [home, away] = ['eu-west-1', 'eu-central-1'] as const
const never = new AbortController().signal
const yaml = `service: shop
region: ${home}
stack:
  api: origin.example.com
  site: www.example.com
  hostedZone: Z0EXAMPLE0000
  firstImage: shop/api:1.8.2
  recovery:
    region: ${away}
`
let sandbox: Sandbox
let clock: Clock
let config: StackConfig
let place: Place
let world: RecoveryWorld
let here: Side
let there: Side
/** When the stacks stood: calls since then are the recovery adapters'. */
let builtAt: number

beforeAll(async () => {
  sandbox = await startSandbox({speed: 60, seed: 7, world: 'empty', regions: [home, away, 'us-east-1']})
  const {clock: time, account} = sandbox.world
  clock = {
    speed: 60,
    now: () => time.now(),
    until: (at: number) => new Promise<void>((resolve) => void time.at(at, () => resolve())),
  }
  const parsed = parseStack(yaml)
  if (parsed.kind === 'problems') throw new Error(parsed.problems.join('\n'))
  config = parsed.config
  await build(account)
  const of = recoveryPlace(config, account)
  if (of === null) throw new Error('no recovery Region')
  place = of
  const session = awsSession({
    region: away,
    clock,
    sandbox: {endpoint: sandbox.endpoint},
    reach: recoveryReach({clock, own: away}),
  })
  world = recoveryWorld(session, {account, arn: `arn:aws:iam::${account}:user/op`, regionHeader: 'x-region'})
  builtAt = clock.now()
  const sides = await Promise.all([readSide(world, place, home), readSide(world, place, away)])
  if (sides[0] === null || sides[1] === null) throw new Error('a Region has no main stack')
  ;[here, there] = sides
}, 400_000)
afterAll(() => sandbox.close())

async function build(account: string): Promise<void> {
  const session = aSession({endpoint: sandbox.endpoint, clock})
  await ensureStateBucket(session, account)
  const arn = `arn:aws:iam::${account}:user/op`
  const provision = provisionWorld(session, {account, arn})
  const wanted = wantedStacks(config, await readTemplates(), {
    site: await readSite(),
    objectUrl: (region, key) => provision.ground.objectUrl(region, stateBucket(account, region), key),
  })
  let ids = 0
  const desk = {
    store: stateStore(session, stateBucketName(account, home)),
    clock,
    ids: (length: number) => String((ids += 1)).padStart(length, '0'),
    writer: 'w1',
    host: 'test',
    who: arn,
    toolVersion: '0',
  }
  const options = {config, account, arn, only: null, findings: []}
  const up = await runUp(desk, provision, wanted, await foreseeUp(desk, provision, wanted, options), options, 'from-here', {
    detach: never,
    leave: never,
  })
  expect(up.end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
}

const fault = (body: object): Promise<unknown> =>
  fetch(`${sandbox.endpoint}/_sluice/faults`, {method: 'POST', body: JSON.stringify(body)})
const healed = (): Promise<unknown> => fetch(`${sandbox.endpoint}/_sluice/faults`, {method: 'DELETE'})

async function seen(since: number): Promise<readonly Call[]> {
  const answer = await fetch(`${sandbox.endpoint}/_sluice/calls?since=${Math.ceil(since)}`)
  return ((await answer.json()) as {readonly calls: readonly Call[]}).calls
}

/** Looks every 5 virtual seconds. */
async function until<T>(what: () => Promise<T>, good: (found: T) => boolean, withinMs: number): Promise<T> {
  const deadline = clock.now() + withinMs
  for (;;) {
    const found = await what()
    if (good(found)) return found
    if (clock.now() > deadline) throw new Error(`still ${JSON.stringify(found)}`)
    await clock.until(clock.now() + 5000)
  }
}

describe("a Region's side", () => {
  test('is what its stacks say, with nothing of the other Region', () => {
    for (const [side, region] of [
      [here, home],
      [there, away],
    ] as const) {
      expect(side).toMatchObject({
        region,
        serving: 'a',
        databaseGroup: expect.stringMatching(/^sg-/) as string,
        taskGroup: expect.stringMatching(/^sg-/) as string,
      })
      expect(
        [side.listener, side.loadBalancer, side.targetGroups.a, side.targetGroups.b].map((arn) => arn.split(':')[3]),
      ).toEqual([region, region, region, region])
      expect(side.secret).toContain(`:secretsmanager:${region}:`)
      expect(side.cache).not.toBeNull()
    }
  })
})

describe('the database', () => {
  test('is a primary at home, and its replica under the same name in the other Region', async () => {
    const [primary, replica] = await Promise.all([
      world.database.describe(home, place.database),
      world.database.describe(away, place.database),
    ])
    expect(primary).toMatchObject({
      id: 'shop-production',
      region: home,
      status: 'available',
      source: null,
      replication: null,
      pending: [],
    })
    expect(replica).toMatchObject({
      id: 'shop-production',
      region: away,
      status: 'available',
      source: primary?.arn,
      replication: {status: 'replicating'},
      pending: [],
      class: primary?.class,
    })
    expect(replica?.parameterGroup.name).not.toMatch(/^default/)
    expect(replica?.securityGroups).toEqual([there.databaseGroup])
  })

  test("that isn't there is null", async () => {
    expect(await world.database.describe(away, 'nobody')).toBeNull()
    expect(await world.database.snapshot(away, 'nobody')).toBeNull()
  })

  test('has a lag of a minute that has just ended', async () => {
    const lag = await until(
      () => world.database.lag(away, place.database),
      (found) => found !== null,
      600_000,
    )
    expect(lag?.seconds).toBeGreaterThanOrEqual(0)
    expect(clock.now() - (lag?.at ?? 0)).toBeLessThan(240_000)
  })

  test('fits zones of its subnets', async () => {
    const replica = await world.database.describe(away, place.database)
    const zones = await world.database.orderable(away, {
      engine: replica?.engine ?? '',
      version: replica?.engineVersion ?? '',
      class: replica?.class ?? '',
    })
    expect(replica?.zones.length).toBeGreaterThan(0)
    expect(replica?.zones.filter((zone) => !zones.includes(zone))).toEqual([])
  })

  test("isn't being backed up, and tags can be set and taken away", async () => {
    expect(await world.database.backupRunning(away, place.database)).toBe(false)
    const arn = (await world.database.describe(away, place.database))?.arn ?? ''
    await world.database.setTags(away, arn, {backup: 'daily'})
    expect((await world.database.describe(away, place.database))?.tags).toMatchObject({backup: 'daily'})
    await world.database.removeTags(away, arn, ['backup'])
    expect((await world.database.describe(away, place.database))?.tags).not.toHaveProperty('backup')
  })

  test('has recovery points in the other Region after a backup', async () => {
    await fetch(`${sandbox.endpoint}/_sluice/backup`, {method: 'POST', body: '{}'})
    expect(await world.database.backupRunning(home, place.database)).toBe(true)
    const points = await until(
      () => world.database.recoveryPoints(away, place.vault, place.database),
      (found) => found.length > 0,
      3_600_000,
    )
    expect(points[0]).toMatchObject({from: 'aws-backup', snapshot: expect.stringContaining(`:${away}:`) as string})
    expect(clock.now() - (points[0]?.createdAt ?? 0)).toBeLessThan(3_600_000)
  }, 100_000)
})

describe('names', () => {
  test("lead home, by every server, as the Region's own name does", async () => {
    const [answers, regional] = await Promise.all([
      world.names.resolve(place.api),
      world.names.resolve(regionalName(place, home)),
    ])
    expect(answers.map(({kind}) => kind)).toEqual([
      ...Array<string>(4).fill('authoritative'),
      ...Array<string>(3).fill('resolver'),
    ])
    expect(new Set(answers.map(({addresses}) => JSON.stringify(addresses)))).toEqual(
      new Set([JSON.stringify(regional[0]?.addresses)]),
    )
    expect(answers.every(({ttlSeconds}) => ttlSeconds !== null && ttlSeconds <= 60)).toBe(true)
  })

  test("that nobody has are known to be nobody's", async () => {
    expect((await world.names.resolve('nobody.example.com')).map(({addresses}) => addresses)).toEqual(Array<string[]>(7).fill([]))
  })

  test('are records whose only switch is the inverted stop check', async () => {
    const records = await world.names.records(place.hostedZone, place.api)
    expect(records.map(({failover, aliasTo}) => [failover, aliasTo?.evaluatesHealth])).toEqual(
      expect.arrayContaining([
        ['PRIMARY', false],
        ['SECONDARY', false],
      ]),
    )
    const check = records.find(({failover}) => failover === 'PRIMARY')?.healthCheck ?? ''
    await until(
      () => world.names.healthCheck(check),
      (found) => found?.healthy === true && found.inverted,
      180_000,
    )
  })

  test('are written as they were read', async () => {
    const before = await world.names.records(place.hostedZone, place.api)
    const {change} = await world.names.writeRecords(place.hostedZone, before)
    await until(
      () => world.names.inSync(change),
      (synced) => synced,
      180_000,
    )
    expect(await world.names.records(place.hostedZone, place.api)).toEqual(before)
  })
})

describe('the API', () => {
  test("answers by its name and by each Region's, and says where it is", async () => {
    const ask = (host: string) => world.api.ask({host, path: '/heartbeat'})
    const answers = await Promise.all([place.api, regionalName(place, home), regionalName(place, away)].map(ask))
    expect(answers.map((answer) => [answer?.status, answer?.region])).toEqual([
      [200, home],
      [200, home],
      [200, away],
    ])
    expect(answers.map((answer) => (JSON.parse(answer?.body ?? '{}') as {readonly writable: boolean}).writable)).toEqual([
      true,
      true,
      false,
    ])
  })

  test('commits a write at home, and refuses one on the replica', async () => {
    const write = (host: string) => world.api.ask({host, method: 'POST', path: '/ready-write'})
    expect((await write(place.api))?.status).toBe(200)
    expect(await write(regionalName(place, away))).toMatchObject({
      status: 503,
      body: expect.stringContaining('read-only') as string,
    })
  })

  test('is nobody where there is no name', async () => {
    expect(await world.api.ask({host: 'nobody.example.com', path: '/'})).toBeNull()
  })
})

describe('the edge', () => {
  test('is found by its alias, prefers home, and changes only by the newest ETag', async () => {
    const found = await world.edge.distribution({alias: place.site})
    expect(found).toMatchObject({aliases: [place.site], siteOrigins: ['here', 'there']})
    const {id, etag} = found ?? {id: '', etag: ''}
    expect(await world.edge.preferOrigin(id, away, 'E-OLD')).toBe('stale')
    expect(await world.edge.preferOrigin(id, away, etag)).toBe('asked')
    const changed = await until(
      () => world.edge.distribution({id}),
      (now) => now?.status === 'Deployed',
      1_200_000,
    )
    expect(changed?.siteOrigins).toEqual(['there', 'here'])
    expect(await world.edge.preferOrigin(id, home, changed?.etag ?? '')).toBe('asked')
  })
})

describe('the switch', () => {
  const bucket = (): string => switchBucket(place, away)
  test('is off, is put and read back, and is off again', async () => {
    expect(await world.switches.read(away, bucket(), 'returning')).toBeNull()
    await world.switches.put(away, bucket(), 'returning', 'run r-1')
    expect(await world.switches.read(away, bucket(), 'returning')).toBe('run r-1')
    await world.switches.remove(away, bucket(), 'returning')
    expect(await world.switches.read(away, bucket(), 'returning')).toBeNull()
  })

  test("without its bucket isn't taken for off", async () => {
    await expect(world.switches.read(away, 'no-such-bucket', 'stop')).rejects.toThrow()
  })
})

describe('compute', () => {
  test('hosts are counted in the group and in ECS, and sized', async () => {
    const before = await world.compute.hosts(away, there.hosts, there.cluster)
    expect(before).toMatchObject({min: 2, desired: 2, inService: 2, registered: 2})
    await world.compute.sizeHosts(away, there.hosts, {min: 3, max: 12, desired: 3})
    await until(
      () => world.compute.hosts(away, there.hosts, there.cluster),
      (now) => now?.registered === 3,
      600_000,
    )
  })

  test('a service has its size and bounds, gets others, and rolls', async () => {
    const service = place.slots.a
    await world.compute.boundService(away, there.cluster, service, {min: 3, max: 9})
    await world.compute.sizeService(away, there.cluster, service, 3)
    expect(await world.compute.service(away, there.cluster, service)).toMatchObject({
      desired: 3,
      bounds: {min: 3, max: 9},
      targetGroup: there.targetGroups.a,
    })
    await until(
      () => world.compute.healthyTargets(away, there.targetGroups.a),
      (healthy) => healthy === 3,
      600_000,
    )
    const {deployment} = await world.compute.rollService(away, there.cluster, service)
    const rolled = await until(
      () => world.compute.service(away, there.cluster, service),
      (now) => now?.deployment.state === 'COMPLETED',
      900_000,
    )
    expect(rolled?.deployment.id).toBe(deployment)
    expect(await world.compute.service(away, there.cluster, 'nobody')).toBeNull()
  })

  test('one task of the service answers what only the VPC can ask', async () => {
    const since = clock.now()
    await until(
      () => world.api.ask({host: place.api, method: 'POST', path: '/counter', headers: {'content-type': 'application/json'}}),
      () => true,
      1,
    )
    const {task} = await world.compute.runTask(home, here.cluster, place.slots.a, {SLUICE_ASK: `writes-after:${since - 60_000}`})
    const result = await until(
      () => world.compute.taskResult(home, here.cluster, task),
      (found) => found !== null,
      600_000,
    )
    expect(result).toMatchObject({exitCode: 0})
    expect(JSON.parse(result?.lines.at(-1) ?? '{}')).toMatchObject({done: true})
  })
})

describe('the fence', () => {
  test('is a rule that refuses everyone, and takes them again', async () => {
    const rule = await world.fence.liveRule(home, here.listener, here.targetGroups)
    expect(rule).toMatchObject({forwards: {a: 100, b: 0}, fixed: null})
    await world.fence.refuseAll(home, rule?.arn ?? '')
    expect(await world.fence.liveRule(home, here.listener, here.targetGroups)).toEqual({
      arn: rule?.arn,
      forwards: null,
      fixed: 503,
    })
    const status = async () => (await world.api.ask({host: regionalName(place, home), path: '/'}))?.status
    await until(status, (now) => now === 503, 60_000)
    await world.fence.forward(home, rule?.arn ?? '', here.targetGroups, {a: 100, b: 0})
    await until(status, (now) => now === 200, 60_000)
  })

  test("closes the database's group, and gives back what it closed", async () => {
    const before = await world.fence.ingress(home, here.databaseGroup)
    expect(JSON.parse(before)).not.toEqual([])
    await world.fence.closeIngress(home, here.databaseGroup)
    expect(JSON.parse(await world.fence.ingress(home, here.databaseGroup))).toEqual([])
    await world.fence.openIngress(home, here.databaseGroup, before)
    await world.fence.openIngress(home, here.databaseGroup, before)
    expect(JSON.parse(await world.fence.ingress(home, here.databaseGroup))).toEqual(JSON.parse(before))
  })
})

describe('the fence of a switchover', () => {
  const way = (): Way => ({
    place,
    settings: aSettings(),
    mode: 'planned',
    fromRegion: home,
    from: here,
    to: there,
    capacity: aCapacity(home),
    backups: {days: 14, window: '03:00-03:30'},
  })
  /** Fails once the fence stands, so that it is taken back. */
  const thenFails: RecoveryStep = {
    id: 'then-fails',
    title: 'fails',
    needs: ['fence'],
    calls: [],
    deadlineMs: 60_000,
    atDeadline: 'fail',
    observe: () => Promise.resolve({kind: 'not-done'}),
    start: () => Promise.resolve(),
    poll: () => Promise.resolve({kind: 'failed', because: 'as it should', then: 'fail'}),
  }
  const plan = (): Plan<RecoveryWorld> => ({
    name: 'fences',
    steps: [fence(way(), {needs: []}), thenFails],
    guards: [],
    ends: 'done',
    onRollBack: null,
    onHalt: null,
    undoes: 'all-begun',
  })

  test('leaves a session that was open until the restart, when every task has stopped, and not after; taken back, all is as it was', async () => {
    const databases = databasesOf(sandbox.world)
    const asks = createDatabaseAsks(sandbox.world, databases, createDatabaseAccess(sandbox.world, databases))
    const host = (await world.database.describe(home, place.database))?.endpoint?.host ?? ''
    const person = {region: home, securityGroups: [here.taskGroup], databaseHost: host}
    const wrote: number[] = []
    const stop = sandbox.world.clock.every(1000, () => {
      if (asks.answer(person, {what: 'count', id: 9_000_000 + wrote.length}).status === 200) wrote.push(clock.now())
    })
    const before = await world.fence.ingress(home, here.databaseGroup)
    const {end, journal} = await driveToy({
      store: memoryStore(),
      clock,
      writer: 'f1',
      runbook: {first: 'fences', plan},
      world,
    })
    stop()
    expect(end).toMatchObject({
      kind: 'ended',
      outcome: {outcome: 'failed', because: expect.stringContaining('as it should') as string},
    })
    const {refusedAt, fencedAt, left, sessions} = runState(journal.events).facts.get('fence') ?? {}
    expect({left, sessions}).toEqual({left: 0, sessions: 'ended'})
    const told = await world.database.events(home, place.database, Number(refusedAt))
    const downAt = told.find(({message}) => message === 'DB instance shutdown')?.at ?? NaN
    expect(told.filter(({message}) => message === 'DB instance restarted')).toHaveLength(1)
    expect(wrote.some((at) => at > Number(refusedAt) + 5000)).toBe(true)
    expect(wrote.filter((at) => at > downAt && at < Number(fencedAt))).toEqual([])
    expect(JSON.parse(await world.fence.ingress(home, here.databaseGroup))).toEqual(JSON.parse(before))
    await until(
      async () => (await world.api.ask({host: regionalName(place, home), method: 'POST', path: '/ready-write'}))?.status,
      (now) => now === 200,
      600_000,
    )
  })
})

describe('secrets, cache, site and readiness', () => {
  test("the secret is home's, and a replica in the other Region until it stands alone", async () => {
    const [primary, replica] = await Promise.all([
      world.secrets.describe(home, here.secret ?? ''),
      world.secrets.describe(away, there.secret ?? ''),
    ])
    expect(primary).toMatchObject({primaryRegion: null, replicas: [{region: away, status: 'InSync'}]})
    expect(replica).toMatchObject({primaryRegion: home, version: primary?.version})
    await world.secrets.standAlone(away, there.secret ?? '')
    expect((await world.secrets.describe(away, there.secret ?? ''))?.primaryRegion).toBeNull()
    await world.secrets.copyValue({region: away, secret: there.secret ?? ''}, {region: home, secret: here.secret ?? ''})
    await world.secrets.replicate(home, here.secret ?? '', {region: away, kmsKey: 'alias/shop-production-data'})
    await until(
      () => world.secrets.describe(away, there.secret ?? ''),
      (now) => now?.primaryRegion === home,
      300_000,
    )
    expect(await world.secrets.describe(away, 'nobody')).toBeNull()
  })

  test("the cache is there, and the site's buckets hold the same", async () => {
    expect(await world.cache.describe(away, there.cache ?? '')).toMatchObject({status: 'available'})
    expect(await world.cache.describe(away, 'nobody')).toBeNull()
    const read = (region: string) => world.site.manifest(region, siteBucket(place, region))
    const homeSite = await read(home)
    expect(Object.keys(homeSite)).toContain('index.html')
    await until(
      () => read(away),
      (now) => JSON.stringify(now) === JSON.stringify(homeSite),
      1_200_000,
    )
  })

  test('what readiness asks is answered', async () => {
    const {readiness} = world
    const certificate = await readiness.certificateOfListener(away, there.listener)
    expect(await readiness.certificate(away, certificate ?? '')).toMatchObject({
      status: 'ISSUED',
      days: expect.any(Number) as number,
    })
    expect(await readiness.key(away, 'alias/shop-production-data')).toEqual({enabled: true, state: 'Enabled'})
    expect(await readiness.key(away, 'alias/nobody')).toBeNull()
    expect(await readiness.role('nobody')).toBeNull()
    expect((await readiness.alarms(away, '')).length).toBeGreaterThan(0)
    expect((await readiness.quotas(away)).map(({code}) => code)).toContain('L-1216C47A')
    expect(await readiness.tagged(away, {'sluice:drill': 'nobody'})).toEqual([])
    expect((await readiness.tagged(away, {service: 'shop'})).length).toBeGreaterThan(0)
    expect(await readiness.certificate(away, `${certificate ?? ''}0`)).toBeNull()
  })
})

describe('opened as `sluice dr` does', () => {
  let env: NodeJS.ProcessEnv
  beforeAll(async () => {
    env = {XDG_STATE_HOME: await mkdtemp(join(tmpdir(), 'recovery-'))}
    const {
      endpoint,
      world: {account},
    } = sandbox
    await writeHandle(
      'dr',
      {endpoint, pid: process.pid, speed: 60, seed: 7, world: 'empty', regions: [home, away], services: [], account},
      env,
    )
  })
  afterAll(() => rm(env['XDG_STATE_HOME'] ?? '', {recursive: true}))

  test("state and identity are the recovery Region's, and both sides are known", async () => {
    const before = clock.now()
    const opened = await openRecovery({config, sandbox: 'dr', env}, 'make-state')
    expect([opened.session.region, opened.place, opened.arn]).toEqual([away, place, `arn:aws:iam::${place.account}:user/sandbox`])
    await opened.desk.store.create('recovery/test.json', '{}')
    expect(await opened.world.store(away).get('recovery/test.json')).toMatchObject({body: '{}'})
    expect((await seen(before)).filter(({region}) => region !== away)).toEqual([])
    expect(await completeRecovery(opened)).toMatchObject({home: {region: home}, homeMissing: null, recovery: {region: away}})
    expect(await (await opened.homeStore()).get('recovery/test.json')).toBeNull()
  })

  test("without home, which doesn't answer, it opens all the same and says so", async () => {
    await fault({kind: 'region-down', region: home, message: 'hang'})
    const opened = await openRecovery({config, sandbox: 'dr', env}, 'make-state')
    const sides = await completeRecovery(opened)
    await healed()
    expect(sides).toMatchObject({home: null, recovery: {region: away}})
    expect(sides.homeMissing).toMatch(/^eu-west-1 doesn't answer/)
  })

  test('without the primary nothing is sent to it, and what would have been is counted', async () => {
    const before = clock.now()
    const opened = await openRecovery({config, sandbox: 'dr', env, without: [home, 'us-east-1']}, 'make-state')
    const sides = await completeRecovery(opened)
    await expect(opened.world.names.records(place.hostedZone, place.api)).rejects.toMatchObject({code: 'denied-by-drill'})
    expect(sides).toMatchObject({home: null, recovery: {region: away}})
    expect(opened.refused()).toBe(1)
    expect((await seen(before)).filter(({region}) => region !== away)).toEqual([])
  })
})

describe('a Region that is lost', () => {
  test.each(['refused', 'hang'] as const)('(%s) is unreachable by API and by name, and is there when it is back', async (how) => {
    await fault({kind: 'region-down', region: home, ...(how === 'hang' && {message: 'hang'})})
    // Slow once may be anybody.
    const look = () => world.database.describe(home, place.database).catch((error: unknown) => error)
    await until(look, (found) => found instanceof Unreachable, 300_000)
    expect(await world.api.ask({host: regionalName(place, home), path: '/'})).toBeNull()
    expect((await world.api.ask({host: regionalName(place, away), path: '/'}))?.region).toBe(away)
    await healed()
    await clock.until(clock.now() + 16_000)
    expect((await world.database.describe(home, place.database))?.id).toBe(place.database)
  })

  test('is gone without: stop sends users to the other Region, whose replica is promoted once and takes their writes', async () => {
    await fault({kind: 'region-down', region: home})
    await world.database.promote(away, place.database, {days: 14, window: '03:00-03:30'})
    await world.switches.put(away, switchBucket(place, away), 'stop', 'test')
    const promoted = await until(
      () => world.database.describe(away, place.database),
      (now) => now?.source === null && now.status === 'available' && now.replication === null && now.pending.length === 0,
      1_800_000,
    )
    expect(promoted?.backupDays).toBe(14)
    await world.compute.rollService(away, there.cluster, place.slots.a)
    const answer = await until(
      () => world.api.ask({host: place.api, method: 'POST', path: '/ready-write'}),
      (now) => now?.status === 200,
      900_000,
    )
    expect(answer?.region).toBe(away)
    await expect(world.database.promote(away, place.database, {days: 14, window: '03:00-03:30'})).rejects.toMatchObject({
      code: 'aws-refused',
    })
    expect((await world.database.events(away, place.database, builtAt)).map(({message}) => message).join('\n')).toMatch(/promot/i)
    await healed()
  })
})

test("no call was made that the table doesn't declare", async () => {
  const declared = [home, away].flatMap((region) => callsOf(region, ...(Object.keys(portCalls) as PortMethod[])))
  expect(undeclared(await seen(builtAt), declared)).toEqual([])
})

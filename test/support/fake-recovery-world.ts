/**
 * Two Regions in memory, on a leaping clock, as recoveries see them: its parts say what they do (fake-recovery-*.ts beside it). A dead
 * Region (`kill`) answers nothing from outside and goes on inside; the fence of each Region looks once a minute at the other's `stop`.
 * `around` runs before and after every call, so that a test can be killed there, throw, or lose an answer; `calls` counts them all.
 */
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import {StoreUnavailable} from '../../src/runbooks/engine/store.ts'
import {databaseArn, otherRegion, regionalName, siteBucket, switchBucket} from '../../src/runbooks/recovery/place.ts'
import type {Place} from '../../src/runbooks/recovery/place.ts'
import type {ApiPort, Heartbeat, ProbeAnswer, ProbeTarget} from '../../src/runbooks/recovery/ports/api-port.ts'
import type {ReadinessPort} from '../../src/runbooks/recovery/ports/readiness-port.ts'
import type {RecoveryWorld} from '../../src/runbooks/recovery/ports/recovery-world.ts'
import type {SecretState} from '../../src/runbooks/recovery/ports/secrets-port.ts'
import {Unreachable} from '../../src/runbooks/recovery/unreachable.ts'
import {fakeProvisionWorld} from './fake-provision-world.ts'
import type {FakeProvision, FakeProvisionOptions} from './fake-provision-world.ts'
import {fakeCompute, openIngress} from './fake-recovery-compute.ts'
import type {FakeCompute, FakeService} from './fake-recovery-compute.ts'
import {aDatabase, fakeDatabases, replicaOf} from './fake-recovery-databases.ts'
import type {FakeDatabase, FakeDatabases} from './fake-recovery-databases.ts'
import {fakeNames} from './fake-recovery-names.ts'
import type {FakeNames} from './fake-recovery-names.ts'
import type {LeapingClock} from './leaping-clock.ts'
import {memoryStore} from './memory-store.ts'
import type {MemoryStore} from './memory-store.ts'

export interface FakeRecoveryOptions {
  readonly clock: LeapingClock
  readonly place: Place
  /** How long a call to a dead Region takes to find that out; 5 s. */
  readonly deadCallMs?: number
  /** What stacks and those nested in them take; the provisioning fake's own times. */
  readonly stackSeconds?: FakeProvisionOptions['seconds']
  /** `database.promote`, `store.create runs/…/000003.json`. */
  readonly around?: (moment: 'before' | 'after', call: string, region: string) => void
}

export interface FakeRecovery {
  readonly world: RecoveryWorld
  readonly clock: LeapingClock
  readonly place: Place
  readonly databases: FakeDatabases
  readonly compute: FakeCompute
  readonly names: FakeNames
  readonly provision: FakeProvision
  /** By Region; what they hold outlives every death. */
  readonly stores: Readonly<Record<string, MemoryStore>>
  readonly secrets: Map<string, SecretState>
  readonly manifests: Map<string, Record<string, string>>
  /** What a test says instead of the port's default. */
  readonly readiness: Partial<ReadinessPort>
  /** Every call, in order: `database.promote eu-central-1`; those that a dead Region didn't answer too. */
  readonly calls: string[]
  /** An answer of a test's own for a path or host; null: the world's. */
  answers: (target: ProbeTarget) => ProbeAnswer | null
  database(region: string): FakeDatabase
  service(region: string, slot?: 'a' | 'b'): FakeService
  kill(region: string): void
  revive(region: string): void
  readonly isDead: (region: string) => boolean
  /** A user writes row `id` through the public name. True: it was committed. */
  write(id: number): boolean
  /** Everything up to now has happened. */
  settle(): void
}

const size = {min: 2, max: 8, desired: 4} as const

export function fakeRecovery({clock, place, around, deadCallMs = seconds(5), stackSeconds}: FakeRecoveryOptions): FakeRecovery {
  const dead = new Set<string>()
  const calls: string[] = []
  let settledAt = clock.now()
  const databases: FakeDatabases = fakeDatabases(clock, () => settle())
  const present = (region: string): FakeDatabase | undefined => databases.find(region, place.database)
  const compute: FakeCompute = fakeCompute(
    clock,
    () => settle(),
    (region) => {
      const database = present(region)
      const isOpen = [...compute.ingress].some(([key, rules]) => key.startsWith(`${region}/`) && rules !== '[]')
      if (database === undefined || !isOpen || !['available', 'modifying', 'backing-up'].includes(database.status)) return 'no'
      return databases.writable(database) ? 'read-write' : 'read-only'
    },
  )
  const names: FakeNames = fakeNames(clock, place, () => settle())
  const provision = fakeProvisionWorld({
    clock,
    account: place.account,
    ...(stackSeconds !== undefined && {seconds: stackSeconds}),
  })
  const writes = (region: string): boolean =>
    compute.services.some((one) => one.region === region && one.running > 0 && one.connected === 'read-write')

  function settle(): void {
    const now = clock.now()
    if (now <= settledAt) return
    databases.settle(
      settledAt,
      now,
      (one) => (one === present(one.region) && databases.writable(one) && writes(one.region) ? one.region : null),
      (region) => !dead.has(region),
    )
    settledAt = now
  }

  const api = fakeApi({
    place,
    clock,
    compute,
    databases,
    present,
    names,
    isDead: (region) => dead.has(region),
    ask: (target) => fake.answers(target),
  })
  const stores = Object.fromEntries(
    [place.home, place.recovery].map((region) => [
      region,
      memoryStore(new Map(), {
        before: (operation, key) => {
          calls.push(`store.${operation} ${region}`)
          around?.('before', `store.${operation} ${key}`, region)
          if (dead.has(region)) throw new StoreUnavailable(`${region} doesn't answer`)
        },
        after: (operation, key) => around?.('after', `store.${operation} ${key}`, region),
      }),
    ]),
  )
  const fake: FakeRecovery = {
    clock,
    place,
    databases,
    compute,
    names,
    provision,
    stores,
    calls,
    secrets: new Map(),
    manifests: new Map(),
    readiness: {},
    answers: () => null,
    world: {} as RecoveryWorld,
    database: (region) => present(region) ?? fail(`no database in ${region}`),
    service: (region, slot = 'a') =>
      compute.services.find((one) => one.region === region && one.slot === slot) ?? fail(`no service in ${region}`),
    kill: (region) => {
      settle()
      dead.add(region)
    },
    revive: (region) => {
      settle()
      dead.delete(region)
    },
    isDead: (region) => dead.has(region),
    write: (id) => {
      settle()
      const region = names.leads()
      const database = present(region)
      const answer = api.answer({host: place.api, path: '/counter', method: 'POST'})
      if (answer?.status !== 200 || database === undefined) return false
      database.written = [...database.written, {id, at: clock.now()}]
      return true
    },
    settle,
  }
  const ports: Omit<RecoveryWorld, 'store'> = {
    database: databases.port,
    api,
    names: names.names,
    edge: names.edge,
    switches: names.switches,
    compute: compute.compute,
    fence: compute.fence,
    secrets: fakeSecrets(fake),
    cache: {describe: async () => ({status: 'available', nodes: 2, nodeType: 'cache.t4g.small'})},
    site: {
      manifest: async (_region, bucket) => ({...fake.manifests.get(bucket)}),
      pending: async () => ({operations: 0, bytes: 0}),
    },
    readiness: fakeReadiness(fake),
    stacks: provision.world.stacks,
    ground: provision.world.ground,
    slots: provision.world.slots,
    preflight: provision.world.preflight,
  }
  Object.assign(fake.world, asked(ports), {store: (region: string) => stores[region] ?? fail(`no store in ${region}`)})
  furnish(fake)
  watchStops(fake)
  return fake

  /** Every method of every port: counted, killed at, refused by a dead Region. */
  function asked(all: Omit<RecoveryWorld, 'store'>): Omit<RecoveryWorld, 'store'> {
    return Object.fromEntries(
      Object.entries(all).map(([port, methods]) => [
        port,
        Object.fromEntries(
          Object.entries(methods as unknown as Record<string, (...args: unknown[]) => unknown>).map(([method, run]) => [
            method,
            method === 'objectUrl'
              ? run
              : async (...args: unknown[]) => {
                  await Promise.resolve()
                  const regions = regionsOf(port, method, args, place)
                  const call = `${port}.${method}`
                  for (const region of regions) calls.push(`${call} ${region}`)
                  const where = regions[0] ?? ''
                  around?.('before', call, where)
                  const gone = port === 'api' ? undefined : regions.find((region) => dead.has(region))
                  if (gone !== undefined) {
                    clock.leap(clock.now() + deadCallMs)
                    throw new Unreachable(call, gone, `${gone} doesn't answer`)
                  }
                  settle()
                  const result = await run(...args)
                  around?.('after', call, where)
                  return result
                },
          ]),
        ),
      ]),
    ) as unknown as Omit<RecoveryWorld, 'store'>
  }
}

const fail = (what: string): never => {
  throw new Error(what)
}

function regionsOf(port: string, method: string, args: readonly unknown[], place: Place): readonly string[] {
  const first = args[0]
  if (port === 'edge' || `${port}.${method}` === 'readiness.role' || (port === 'names' && method !== 'resolve'))
    return ['us-east-1']
  if (port === 'names') return ['dns']
  if (port === 'api')
    return [[place.home, place.recovery].find((region) => (first as ProbeTarget).host === regionalName(place, region)) ?? 'name']
  if (`${port}.${method}` === 'secrets.copyValue') return args.slice(0, 2).map((side) => (side as {region: string}).region)
  if (typeof first === 'string') return [first]
  if (typeof first === 'object' && first !== null) {
    const {region, stack} = first as {region?: string; stack?: {region: string}}
    return [region ?? stack?.region ?? 'account']
  }
  return ['account']
}

interface Answering {
  readonly place: Place
  readonly clock: LeapingClock
  readonly compute: FakeCompute
  readonly databases: FakeDatabases
  readonly names: FakeNames
  readonly present: (region: string) => FakeDatabase | undefined
  readonly isDead: (region: string) => boolean
  readonly ask: (target: ProbeTarget) => ProbeAnswer | null
}

/** The demo image's paths, as docs/recovery.md has them. */
function fakeApi({
  place,
  clock,
  compute,
  databases,
  names,
  present,
  isDead,
  ask,
}: Answering): ApiPort & {answer(target: ProbeTarget): ProbeAnswer | null} {
  const answer = (target: ProbeTarget): ProbeAnswer | null => {
    const own = ask(target)
    if (own !== null) return own
    const region =
      [place.home, place.recovery].find((one) => target.host === regionalName(place, one))
      ?? (target.host === place.api ? names.leads() : null)
    if (region === null || isDead(region)) return null
    const at = clock.now()
    const rule = compute.rules.get(region)
    const weights = rule?.forwards
    if (rule === undefined || weights === null || weights === undefined) return {status: 503, region: null, body: '', at}
    const serving = compute.services.find((one) => one.region === region && (weights[one.slot] ?? 0) > 0 && one.running > 0)
    if (serving === undefined) return {status: 503, region: null, body: '', at}
    const say = (status: number, body: unknown): ProbeAnswer => ({status, region, body: JSON.stringify(body), at})
    const database = present(region)
    const canWrite = database !== undefined && serving.connected === 'read-write' && databases.writable(database)
    if (target.path === '/heartbeat') {
      if (database === undefined || serving.connected === 'no') return say(503, {})
      return say(200, {
        region,
        writable: canWrite,
        drained: database.drained,
        last: databases.heartbeat(database),
      } satisfies Heartbeat)
    }
    if (target.method === 'POST')
      return canWrite ? say(200, {committed: true, seq: 1}) : say(503, {committed: false, because: 'read-only'})
    return say(200, {})
  }
  return {answer, ask: async (target) => answer(target)}
}

function fakeSecrets({secrets}: FakeRecovery): RecoveryWorld['secrets'] {
  return {
    describe: async (region, secret) => secrets.get(`${region}/${secret}`) ?? null,
    standAlone: async (region, secret) => {
      const key = `${region}/${secret}`
      const present = secrets.get(key)
      if (present !== undefined) secrets.set(key, {...present, primaryRegion: null})
    },
    copyValue: async (from, to) => {
      const source = secrets.get(`${from.region}/${from.secret}`)
      const target = secrets.get(`${to.region}/${to.secret}`)
      if (source !== undefined && target !== undefined)
        secrets.set(`${to.region}/${to.secret}`, {...target, version: source.version})
    },
    replicate: async (region, secret, to) => {
      const source = secrets.get(`${region}/${secret}`)
      if (source === undefined) return
      secrets.set(`${region}/${secret}`, {...source, replicas: [{region: to.region, status: 'InSync', message: ''}]})
      const copy = [...secrets].find(([key]) => key.startsWith(`${to.region}/`))
      if (copy !== undefined) secrets.set(copy[0], {...copy[1], primaryRegion: region, version: source.version})
    },
  }
}

function fakeReadiness(fake: FakeRecovery): ReadinessPort {
  const defaults: ReadinessPort = {
    certificate: async () => ({days: 200, status: 'ISSUED', names: [fake.place.api]}),
    certificateOfListener: async (region) => `certificate-${region}`,
    alarms: async () => [],
    key: async () => ({enabled: true, state: 'Enabled'}),
    role: async (name) => ({arn: `arn:aws:iam::1:role/${name}`}),
    imageAge: async () => ({ami: 'ami-1', createdAt: fake.clock.now() - minutes(60 * 24 * 10)}),
    imageDigest: async () => 'sha256:1111',
    runningDigest: async () => null,
    quotas: async () => [],
    tagged: async () => [],
  }
  return Object.fromEntries(
    Object.entries(defaults).map(([name, run]) => [
      name,
      (...args: unknown[]) => {
        const own = fake.readiness[name as keyof ReadinessPort] as ((...args: unknown[]) => unknown) | undefined
        return own === undefined ? (run as (...args: unknown[]) => unknown)(...args) : own(...args)
      },
    ]),
  ) as unknown as ReadinessPort
}

/** Home serves with two tasks to a host; the recovery Region is small, its replica a second behind. */
function furnish({place, compute, databases, secrets, manifests, clock}: FakeRecovery): void {
  const primary = aDatabase(place.home, {
    id: place.database,
    arn: databaseArn(place, place.home),
    tags: {'sluice:backup': `${place.service}-${place.environment}`},
  })
  databases.all.push(primary)
  const replica = replicaOf(primary, place.recovery, clock.now(), {arn: databaseArn(place, place.recovery)})
  databases.all.push(replica)
  primary.replicas = [replica.arn]
  primary.rows.push({
    region: place.home,
    fromAt: clock.now() - minutes(10),
    toAt: Math.floor(clock.now() / 1000) * 1000,
    fromSeq: 1,
  })
  for (const region of [place.home, place.recovery]) {
    const isHome = region === place.home
    const none = place.shape === 'pilot-light' && !isHome
    const count = isHome ? size.desired : none ? 0 : 1
    compute.hosts.set(region, {
      group: `hosts-${region}`,
      min: none ? 0 : 1,
      max: isHome ? 6 : 2,
      desired: isHome ? 2 : count,
      registered: isHome ? 2 : count,
      protected: isHome ? 2 : count,
      refusal: null,
      activities: [],
    })
    compute.rules.set(region, {arn: `rule-${region}`, forwards: {a: 100, b: 0}, fixed: null})
    compute.ingress.set(`${region}/sg-database-${region}`, openIngress)
    for (const slot of ['a', 'b'] as const) {
      const running = slot === 'a' ? count : 0
      compute.services.push({
        name: place.slots[slot],
        region,
        slot,
        desired: running,
        running,
        bounds:
          slot === 'a' ? (isHome ? {min: size.min, max: size.max} : {min: count, max: Math.max(1, count)}) : {min: 0, max: 0},
        deployment: {id: `first-${slot}`, state: 'COMPLETED', reason: ''},
        connected: running === 0 ? 'no' : isHome ? 'read-write' : 'read-only',
        image: 'shop/api@sha256:1111',
      })
    }
    secrets.set(`${region}/secret-${region}`, {
      arn: `secret-${region}`,
      primaryRegion: isHome ? null : place.home,
      replicas: isHome ? [{region: place.recovery, status: 'InSync', message: ''}] : [],
      version: 'v1',
    })
    manifests.set(siteBucket(place, region), {'index.html': 'e1'})
  }
}

/** The function of each Region: `stop` in the other one's bucket, and no `returning`, means: nobody here may write. */
function watchStops({clock, place, names, compute, databases, isDead}: FakeRecovery): void {
  const look = (): void => {
    for (const region of [place.home, place.recovery]) {
      const other = otherRegion(place, region)
      const bucket = switchBucket(place, other)
      const returning = [...names.objects.keys()].some((key) => key.endsWith('/returning'))
      if (isDead(region) || isDead(other) || !names.objects.has(`${bucket}/stop`) || returning) continue
      if (compute.selfFence(region)) void databases.port.reboot(region, place.database).catch(() => undefined)
    }
    clock.at(clock.now() + minutes(1), look)
  }
  clock.at(clock.now() + minutes(1), look)
}

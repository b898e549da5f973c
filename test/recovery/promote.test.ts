/** A failover and a switchover from beginning to end, over two Regions in memory. */
import {describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {measuredPath} from '../../src/runbooks/recovery/critical-path.ts'
import {findRecovery, recoveryRuns} from '../../src/runbooks/recovery/find-recovery.ts'
import {switchBucket} from '../../src/runbooks/recovery/place.ts'
import {askRecovery} from '../../src/runbooks/recovery/run-recovery.ts'
import {readStanding} from '../../src/runbooks/recovery/standing.ts'
import {shapeOf} from '../support/dying-recovery.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aPlace, aPromoteInput, aSettings, aSurge} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, factsOf, goOn} from '../support/recovery-drive.ts'
import {aDesk} from '../support/release-bench.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'

/** Home lives for a minute, is gone for 20 s, then somebody decides. */
function lost(fake: FakeRecovery): FakeRecovery {
  fake.clock.leap(fake.clock.now() + minutes(1))
  fake.kill(home)
  fake.clock.leap(fake.clock.now() + seconds(20))
  return fake
}

const asked = ({calls}: FakeRecovery, region: string): readonly string[] => [
  ...new Set(calls.filter((call) => call.endsWith(` ${region}`) && !call.startsWith('api.'))),
]

describe('an unplanned failover of a dead Region', () => {
  it('that was decided on ten minutes late loses what was lost when home fell silent, where the watch saw it', async () => {
    const fake = lost(aRecovery())
    const diedAt = fake.clock.now() - seconds(20)
    fake.clock.leap(fake.clock.now() + minutes(10))
    const silence = {since: diedAt + seconds(9), answeredAt: diedAt - seconds(4), by: away}
    const ran = await begin(fake, aPromoteInput(fake.place, {silence, acceptLossMs: seconds(15)}))
    expect(endOf(ran)).toBe('done')
    expect(Number(factsOf(ran.events, 'approve')['lossMs'])).toBeGreaterThanOrEqual(seconds(9))
    expect(factsOf(ran.events, 'approve')['text']).toContain(`by the watch of ${away}`)
  })
  it('counts until it was declared when rows came in after the watch had heard the last answer', async () => {
    const fake = lost(aRecovery())
    const silence = {since: fake.clock.now() - minutes(1), answeredAt: null, by: away}
    const ran = await begin(fake, aPromoteInput(fake.place, {silence}))
    expect(Number(factsOf(ran.events, 'approve')['lossMs'])).toBeGreaterThanOrEqual(seconds(20))
    expect(factsOf(ran.events, 'approve')['text']).toContain('silent since at least')
  })

  it('ends with users served by the recovery Region, by right and in fact', async () => {
    const fake = lost(aRecovery())
    const ran = await begin(fake, aPromoteInput(fake.place))
    expect(endOf(ran)).toBe('done')
    expect(fake.names.leads()).toBe(away)
    expect(fake.write(1)).toBe(true)
    expect(await readStanding(fake.world.store(away), fake.place)).toMatchObject({
      region: away,
      run: ran.run,
      settled: false,
      fence: 'unreachable',
    })
  })

  it('asks nothing of us-east-1, and of the lost Region nothing but whether its fence can be closed', async () => {
    const fake = lost(aRecovery())
    await begin(fake, aPromoteInput(fake.place))
    expect(asked(fake, 'us-east-1')).toEqual([])
    expect(asked(fake, home)).toEqual(['fence.liveRule eu-west-1'])
  })

  it('names the loss: last replicated row to the moment the old Region was found silent', async () => {
    const fake = lost(aRecovery())
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(factsOf(events, 'approve')).toMatchObject({consent: true, lossMs: 21_000, source: 'heartbeat'})
    expect(factsOf(events, 'report')).toMatchObject({lossMs: 21_000, fence: 'unreachable'})
  })

  it('is within 30 minutes, and within 5 % of its own critical path', async () => {
    const fake = lost(aRecovery())
    const {events} = await begin(fake, aPromoteInput(fake.place))
    const rto = Number(factsOf(events, 'report')['rtoSeconds'])
    const path = measuredPath(events, 'serving')
    expect(rto).toBeLessThan(1800)
    expect(rto).toBeLessThanOrEqual(1.05 * path.seconds)
    expect(path.ids).toEqual(['declare', 'fence', 'approve', 'promote-database', 'roll', 'flip', 'serving'])
  })

  it('grows hosts and tasks to the capacity snapshot beside the database, from the beginning', async () => {
    const fake = lost(aRecovery())
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(fake.compute.hosts.get(away)).toMatchObject({min: 2, desired: 2, registered: 2})
    expect(fake.service(away)).toMatchObject({desired: 4, running: 4, bounds: {min: 4, max: 8}})
    const began = (step: string) => events.findIndex((event) => event.kind === 'step-started' && event.data.step === step)
    expect(began('hosts')).toBeLessThan(began('approve'))
  })

  it('brings class, Multi-AZ, backups and their tag to what the old primary had, once users are served', async () => {
    const fake = lost(aRecovery())
    Object.assign(fake.database(away), {class: 'db.m7g.medium', multiAz: false})
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(fake.database(away)).toMatchObject({class: 'db.m7g.large', multiAz: true, backupDays: 14, backupWindow: '03:00-03:30'})
    expect(fake.database(away).tags).toEqual({'sluice:backup': 'shop-production'})
    expect(Number(factsOf(events, 'report')['rtoSeconds'])).toBeLessThan(600)
  })

  it('leaves the smaller class with a word when RDS says only in an event that it has none', async () => {
    const fake = lost(aRecovery())
    Object.assign(fake.database(away), {class: 'db.m7g.medium', noCapacity: {class: 'db.m7g.large', how: 'event'}})
    const {events, ...ran} = await begin(fake, aPromoteInput(fake.place))
    expect(endOf({events, ...ran})).toBe('done')
    expect(factsOf(events, 'backups')['kept']).toContain('it stays db.m7g.medium: RDS has no db.m7g.large now')
  })

  it('leaves the smaller class with a word when RDS refuses it at once', async () => {
    const fake = lost(aRecovery())
    Object.assign(fake.database(away), {class: 'db.m7g.medium', noCapacity: {class: 'db.m7g.large', how: 'refused'}})
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(factsOf(events, 'backups')['kept']).toContain('RDS has no db.m7g.large now')
  })

  it("leaves the smaller class with a word where the zones don't offer it", async () => {
    const fake = lost(aRecovery())
    Object.assign(fake.database(away), {class: 'db.m7g.medium'})
    fake.databases.orderable = () => []
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(factsOf(events, 'backups')['kept']).toContain("db.m7g.large isn't offered in eu-central-1a, eu-central-1b")
  })

  it('creates the surge of a pilot light and grows everything from nothing', async () => {
    const fake = lost(aRecovery({place: aPlace('pilot-light')}))
    const {events, ...ran} = await begin(fake, aPromoteInput(fake.place, {surge: aSurge}))
    expect(endOf({events, ...ran})).toBe('done')
    expect(fake.provision.stack('shop-production-surge', away)?.status).toBe('CREATE_COMPLETE')
    expect(fake.service(away).running).toBe(4)
  })
})

describe('the flip by record', () => {
  const byRecord = (fake: FakeRecovery, distribution: string | null = null) =>
    aPromoteInput(fake.place, {settings: aSettings({flip: 'record', distribution})})

  it('leads both failover records to the new Region, prefers its origin, and puts the object that fences the old one', async () => {
    const fake = lost(aRecovery())
    const ran = await begin(fake, byRecord(fake))
    expect(endOf(ran)).toBe('done')
    expect(new Set(fake.names.records.map(({aliasTo}) => aliasTo?.dnsName))).toEqual(
      new Set(['lb.eu-central-1.elb.amazonaws.com']),
    )
    expect(fake.names.distribution.origins[0]).toBe(away)
    expect(fake.names.objects.has(`${switchBucket(fake.place, away)}/stop`)).toBe(true)
  })

  it('reads a stale ETag again', async () => {
    const fake = lost(aRecovery())
    fake.names.distribution.races = 1
    expect(endOf(await begin(fake, byRecord(fake)))).toBe('done')
    expect(fake.names.distribution.origins[0]).toBe(away)
  })

  it("pauses with CloudFront's own words when the alias is another distribution's", async () => {
    const fake = lost(aRecovery())
    fake.names.distribution.aliases = []
    fake.names.distribution.conflict = 'CNAMEAlreadyExists: www.example.com is on E9'
    const end = endOf(await begin(fake, byRecord(fake, 'E2')))
    expect(end).toContain('CNAMEAlreadyExists: www.example.com is on E9')
    expect(end).toContain('sluice dr resume')
  })

  it('is refused past the point of no return in words when the zone is elsewhere', async () => {
    const fake = lost(aRecovery())
    const input = byRecord(fake)
    const end = endOf(await begin(fake, {...input, place: {...input.place, hostedZone: ''}}))
    expect(end).toContain('the zone of origin-api.example.com is elsewhere')
  })
})

describe('a planned switchover', () => {
  it('loses no row of a user who writes throughout', async () => {
    const fake = aRecovery()
    fake.database(home).lagMs = seconds(4)
    fake.database(away).lagMs = seconds(4)
    const committed: number[] = []
    let id = 0
    const user = (): void => {
      id += 1
      if (fake.write(id)) committed.push(id)
      fake.clock.at(fake.clock.now() + 700, user)
    }
    fake.clock.at(fake.clock.now() + 100, user)
    fake.clock.leap(fake.clock.now() + minutes(1))
    const ran = await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null}))
    expect(endOf(ran)).toBe('done')
    fake.clock.leap(fake.clock.now() + minutes(1))
    const there = new Set(fake.database(away).written.map((row) => row.id))
    expect(committed.length).toBeGreaterThan(50)
    expect(committed.filter((one) => !there.has(one))).toEqual([])
    expect(factsOf(ran.events, 'drained')).toMatchObject({lossMs: 0})
  })

  it('serves users at home until everything is there to take them over', async () => {
    const fake = aRecovery()
    const {events} = await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null}))
    const at = (kind: Event['kind'], step: string) =>
      events.find((event) => event.kind === kind && (event.data as {step?: string}).step === step)?.at ?? 0
    expect(at('step-started', 'fence')).toBeGreaterThanOrEqual(at('step-ended', 'tasks'))
    expect(Number(factsOf(events, 'report')['outageSeconds'])).toBeLessThan(Number(factsOf(events, 'report')['rtoSeconds']) - 120)
  })

  it('of a pilot light loses nothing either', async () => {
    const fake = aRecovery({place: aPlace('pilot-light')})
    const ran = await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null, surge: aSurge}))
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'drained')).toMatchObject({lossMs: 0})
  })

  it('leaves the old Region fenced: 503, no tasks, nobody let in', async () => {
    const fake = aRecovery()
    const {events} = await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null}))
    expect(fake.compute.rules.get(home)).toMatchObject({fixed: 503, forwards: null})
    expect(fake.service(home)).toMatchObject({desired: 0, running: 0})
    expect(fake.compute.ingress.get(`${home}/sg-database-${home}`)).toBe('[]')
    expect(factsOf(events, 'fence')).toMatchObject({how: 'fenced'})
    expect(factsOf(events, 'serving')['lastOldAnswerAt']).toBe(factsOf(events, 'fence')['refusedAt'])
  })

  it('gives everything back when the replica never catches up', async () => {
    const fake = aRecovery()
    fake.database(away).drained = false
    const end = endOf(await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null})))
    expect(end).toContain('what was received to be applied')
    expect(fake.compute.rules.get(home)).toMatchObject({fixed: null, forwards: {a: 100, b: 0}})
    expect(fake.service(home)).toMatchObject({desired: 4, bounds: {min: 2, max: 8}})
    expect(fake.databases.accepted).toEqual([])
  })

  it.each([
    [
      "a Region that doesn't answer",
      (fake: FakeRecovery) => fake.kill(home),
      "eu-west-1 doesn't answer: a planned switchover needs it",
    ],
    [
      'a primary without a replica',
      (fake: FakeRecovery) => Object.assign(fake.database(home), {replicas: []}),
      'replicates to nobody',
    ],
    [
      'a release at work at home',
      (fake: FakeRecovery) =>
        fake.stores[home]?.objects.set('leases/shop.json', {
          etag: 'x',
          body: JSON.stringify({
            run: 'r-1',
            owner: 'w9',
            host: 'ci',
            operation: 'release',
            epoch: 1,
            since: 0,
            expiresAt: fake.clock.now() + minutes(3),
            released: false,
          }),
        }),
      'release r-1 by w9 on ci is at work',
    ],
  ])('refuses %s, and has changed nothing', async (_what, prepare, words) => {
    const fake = aRecovery()
    prepare(fake)
    expect(endOf(await begin(fake, aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null})))).toContain(words)
    expect(fake.compute.rules.get(home)).toMatchObject({fixed: null})
  })
})

describe("a replica that can't be promoted", () => {
  it.each([
    ["isn't there", (fake: FakeRecovery) => fake.databases.all.pop(), 'there is no database shop-production in eu-central-1'],
    [
      'was promoted before',
      (fake: FakeRecovery) => Object.assign(fake.database(away), {source: null, from: null, replication: null}),
      'is no replica: it has been promoted before',
    ],
    [
      'ended its replication',
      (fake: FakeRecovery) => Object.assign(fake.database(away), {replication: {status: 'terminated', message: ''}}),
      'replication of shop-production was terminated',
    ],
    [
      'has lost its key',
      (fake: FakeRecovery) => Object.assign(fake.database(away), {status: 'inaccessible-encryption-credentials'}),
      'its KMS key (key-eu-central-1) is disabled',
    ],
    [
      'has failed',
      (fake: FakeRecovery) => Object.assign(fake.database(away), {status: 'incompatible-network'}),
      "is incompatible-network: RDS doesn't get it out of that by itself",
    ],
    ['is stopped', (fake: FakeRecovery) => Object.assign(fake.database(away), {status: 'stopped'}), 'is stopped: start it first'],
    [
      'is backed up for too long',
      (fake: FakeRecovery) => Object.assign(fake.database(away), {status: 'backing-up'}),
      'RDS promotes nothing while it is backing-up',
    ],
    [
      'is out of storage',
      (fake: FakeRecovery) => Object.assign(fake.database(away), {status: 'storage-full'}),
      'grow it by 10 % at least',
    ],
    [
      'has a change pending',
      (fake: FakeRecovery) => Object.assign(fake.database(away), {pending: ['DBInstanceClass']}),
      'pending changes of shop-production (DBInstanceClass)',
    ],
  ])('because it %s ends the run before anything is changed, in its own words', async (_what, prepare, words) => {
    const fake = lost(aRecovery())
    prepare(fake)
    expect(endOf(await begin(fake, aPromoteInput(fake.place)))).toMatch(/^failed: /)
    expect(endOf(await begin(fake, aPromoteInput(fake.place), {}, 'w2'))).toContain(words)
    expect(fake.databases.accepted).toEqual([])
  })

  it('is waited for while a backup of it ends', async () => {
    const fake = lost(aRecovery())
    fake.database(away).status = 'backing-up'
    fake.clock.at(fake.clock.now() + minutes(2), () => Object.assign(fake.database(away), {status: 'available'}))
    expect(endOf(await begin(fake, aPromoteInput(fake.place)))).toBe('done')
  })

  it('is waited for when a backup of it begins after the question', async () => {
    const fake = lost(aRecovery())
    fake.clock.at(fake.clock.now() + seconds(5), () => Object.assign(fake.database(away), {status: 'backing-up'}))
    fake.clock.at(fake.clock.now() + minutes(3), () => Object.assign(fake.database(away), {status: 'available'}))
    expect(endOf(await begin(fake, aPromoteInput(fake.place)))).toBe('done')
    expect(fake.databases.accepted.filter((one) => one.startsWith('promote'))).toHaveLength(1)
  })
})

describe('the question before the point of no return', () => {
  const promotions = (fake: FakeRecovery) => fake.databases.accepted.filter((one) => one.startsWith('promote'))

  it('stays open when less was accepted than is lost, then pauses, and the database is as it was', async () => {
    const fake = lost(aRecovery())
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: seconds(10)}))
    expect(endOf(ran)).toContain('at most 21 s lost')
    expect(endOf(ran)).toContain('10 s accepted so far is too little')
    expect(promotions(fake)).toEqual([])
  })

  it('goes on when a resume accepts enough', async () => {
    const fake = lost(aRecovery())
    const {run} = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: null}))
    expect(promotions(fake)).toEqual([])
    const ran = await goOn(fake, run, {accepts: {lossMs: seconds(30)}})
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'approve')).toMatchObject({acceptedLossMs: 30_000, accepted: 'arn:aws:iam::1:role/w2'})
  })

  it('hears a wish while it is asked', async () => {
    const fake = lost(aRecovery())
    let wished = false
    const onEvent = (event: Event): void => {
      if (wished || event.kind !== 'step-started' || event.data.step !== 'approve') return
      wished = true
      const desk = aDesk(fake.world.store(away), fake.clock, 'w8')
      fake.clock.at(
        fake.clock.now() + seconds(20),
        () => void askRecovery(desk, runOf(fake), 'promote', 'agreed', {lossMs: 25_000}),
      )
    }
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: null}), {onEvent})
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'approve')).toMatchObject({accepted: 'arn:aws:iam::1:role/w8'})
  })

  it("takes no number for a loss that can't be told", async () => {
    const fake = lost(aRecovery())
    Object.assign(fake.database(away), {rows: [], lagMetric: 'none'})
    fake.database(home).rows = []
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: minutes(60)}))
    expect(endOf(ran)).toContain('it needs --accept-unknown-loss')
    expect(endOf(await goOn(fake, ran.run, {accepts: {unknown: true}}))).toBe('done')
  })

  it.each([
    ['−1', 'minus-one', "ReplicaLag is −1: the replica isn't replicating"],
    ['no datapoint', 'none', 'CloudWatch has no datapoint of ReplicaLag'],
    ['a stale datapoint', 'stale', 'the newest datapoint of ReplicaLag is'],
  ] as const)('says of %s what it means', async (_what, lagMetric, words) => {
    const fake = lost(aRecovery())
    fake.database(home).rows = []
    fake.database(away).lagMetric = lagMetric
    expect(endOf(await begin(fake, aPromoteInput(fake.place)))).toContain(words)
  })

  it('goes by ReplicaLag where no heartbeat can be read', async () => {
    const fake = lost(aRecovery())
    fake.database(home).rows = []
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(factsOf(events, 'approve')).toMatchObject({source: 'replica-lag'})
    expect(Number(factsOf(events, 'approve')['lossMs'])).toBeGreaterThanOrEqual(20_000)
  })

  it('withdrawn, gives everything back', async () => {
    const fake = lost(aRecovery())
    const before = shapeOf(aRecovery())
    const {run} = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: null}))
    expect(fake.service(away).desired).toBe(4)
    expect(endOf(await goOn(fake, run, {withdraw: 'the Region is back'}))).toBe(
      'failed: aborted by arn:aws:iam::1:role/w2: the Region is back',
    )
    expect(shapeOf(fake)).toEqual(before)
  })

  it("can't be withdrawn once the promotion has begun and home wasn't fenced", async () => {
    const fake = lost(aRecovery())
    fake.compute.sick.add('shop-production-a')
    const ran = await begin(fake, aPromoteInput(fake.place))
    expect(endOf(ran)).toMatch(/^paused: 4 tasks healthy in eu-central-1: not done within 20 min/)
    await expect(goOn(fake, ran.run, {withdraw: 'no'})).rejects.toThrow(
      "users can't go back to eu-west-1: this run couldn't fence eu-west-1",
    )
    fake.compute.sick.clear()
    await fake.world.compute.sizeService(away, 'shop-production', 'shop-production-a', 4)
    expect(endOf(await goOn(fake, ran.run))).toBe('done')
  })
})

describe('split brain', () => {
  it('a primary that comes back in mid-failover is fenced by its own Region once the switch is put, and users stay', async () => {
    const fake = lost(aRecovery())
    fake.clock.at(fake.clock.now() + minutes(3), () => fake.revive(home))
    const ran = await begin(fake, aPromoteInput(fake.place))
    fake.clock.leap(fake.clock.now() + minutes(2))
    expect(endOf(ran)).toBe('done')
    expect(fake.compute.rules.get(home)).toMatchObject({fixed: 503})
    expect(fake.service(home).running).toBe(0)
    expect(fake.names.leads()).toBe(away)
  })

  it("nothing is promoted while a Region that couldn't be fenced answers again", async () => {
    const fake = lost(aRecovery())
    fake.clock.at(fake.clock.now() + seconds(30), () => fake.revive(home))
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: seconds(1)}))
    expect(endOf(ran)).toContain("eu-west-1 to be silent: it answers again, takes writes, and isn't fenced")
    expect(endOf(await goOn(fake, ran.run, {accepts: {lossMs: minutes(60)}}))).toMatch(/^paused/)
    expect(fake.databases.accepted).toEqual([])
    expect(endOf(await goOn(fake, ran.run, {withdraw: 'it is back'}, 'w3'))).toMatch(/^failed: aborted/)
  })

  it('what it answered in between counts as loss when it goes silent again', async () => {
    const fake = lost(aRecovery())
    fake.clock.at(fake.clock.now() + seconds(30), () => fake.revive(home))
    fake.clock.at(fake.clock.now() + seconds(90), () => fake.kill(home))
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: seconds(5)}))
    expect(endOf(ran)).toBe('done')
    expect(Number(factsOf(ran.events, 'approve')['replicatedUntil'])).toBeGreaterThan(
      Number(factsOf(ran.events, 'declare')['declaredAt']),
    )
    expect(Number(factsOf(ran.events, 'approve')['lossMs'])).toBeLessThanOrEqual(5000)
  })

  it('a Region that answers is fenced before its replica is promoted, though nobody planned it', async () => {
    const fake = aRecovery()
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(factsOf(events, 'fence')).toMatchObject({how: 'fenced'})
    expect(factsOf(events, 'approve')).toMatchObject({source: 'heartbeat'})
    expect(fake.service(home).desired).toBe(0)
  })
})

describe('one at a time', () => {
  it("a second run is refused while the first isn't finished, with the way on", async () => {
    const fake = lost(aRecovery())
    const {run} = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: null}))
    await expect(begin(fake, aPromoteInput(fake.place), {}, 'w3')).rejects.toMatchObject({
      code: 'run-unfinished',
      exitCode: 7,
      suggestions: [`sluice dr resume ${run}`, `sluice dr resume ${run} --withdraw`],
    })
  })

  it('a run that is over answers its end when it is resumed', async () => {
    const fake = lost(aRecovery())
    const {run} = await begin(fake, aPromoteInput(fake.place))
    expect(endOf(await goOn(fake, run))).toBe('done')
  })

  it('finds its runs among journals of others, newest first', async () => {
    const fake = lost(aRecovery())
    fake.stores[away]?.objects.set('runs/r-20270101-000000-zzzz/000000.json', {
      etag: 'x',
      body: '{"kind":"planned","data":{"plan":"release","input":{}}}',
    })
    const {run} = await begin(fake, aPromoteInput(fake.place))
    const desk = aDesk(fake.world.store(away), fake.clock, 'w5')
    expect((await recoveryRuns(desk, fake.place)).map((one) => [one.run, one.isFinished])).toEqual([[run, true]])
    expect(await findRecovery(desk, fake.place)).toBeNull()
    await expect(findRecovery(desk, fake.place, 'r-none')).rejects.toMatchObject({code: 'run-unknown', exitCode: 2})
  })
})

const runOf = (fake: FakeRecovery): string =>
  [...(fake.stores[away]?.objects.keys() ?? [])].find((key) => key.startsWith('runs/'))?.split('/')[1] ?? ''

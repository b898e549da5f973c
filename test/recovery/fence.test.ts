/** The fence's last rung: whoever was connected when the database's group was closed. */
import {describe, expect, it} from 'vitest'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {shapeOf} from '../support/dying-recovery.ts'
import {aFailback, failback, away as goneAway} from '../support/failback-bench.ts'
import {openIngress} from '../support/fake-recovery-compute.ts'
import {restartMs} from '../support/fake-recovery-databases.ts'
import type {FakeRecovery, FakeRecoveryOptions} from '../support/fake-recovery-world.ts'
import {aPromoteInput} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, factsOf} from '../support/recovery-drive.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'
const group = `${home}/sg-database-${home}`
const planned = (fake: FakeRecovery) => aPromoteInput(fake.place, {mode: 'planned', acceptLossMs: null})
const unplanned = (fake: FakeRecovery) => aPromoteInput(fake.place, {acceptLossMs: minutes(60)})

/** A person's session that was open before: it writes a row a second for as long as it stands, whatever the group's rules are. */
function aSession(fake: FakeRecovery): {readonly committed: readonly number[]; readonly lastAt: () => number} {
  const database = fake.database(home)
  const openedAt = fake.clock.now()
  const committed: number[] = []
  let lastAt = openedAt
  const write = (): void => {
    fake.settle()
    const isEnded = database.sessionsEndedAt !== null && database.sessionsEndedAt >= openedAt
    if (isEnded) return
    if (fake.databases.writable(database)) {
      lastAt = fake.clock.now()
      committed.push(1_000_000 + committed.length)
      database.written = [...database.written, {id: committed.at(-1) ?? 0, at: lastAt}]
    }
    fake.clock.at(fake.clock.now() + seconds(1), write)
  }
  fake.clock.at(openedAt + seconds(1), write)
  return {committed, lastAt: () => lastAt}
}

const at = (events: readonly Event[], kind: Event['kind'], step: string): number =>
  events.find((event) => event.kind === kind && (event.data as {step?: string}).step === step)?.at ?? NaN
const told = (fake: FakeRecovery, message: string): number =>
  fake.databases.events.findLast((one) => one.region === home && one.message === message)?.at ?? NaN

/** A world in which `does` runs at the first `moment` of `call`. */
function when(call: string, moment: 'before' | 'after', does: (fake: FakeRecovery) => void): FakeRecovery {
  let isDone = false
  const around: FakeRecoveryOptions['around'] = (then, what, region) => {
    if (isDone || then !== moment || what !== call || region !== home) return
    isDone = true
    does(fake)
  }
  const fake: FakeRecovery = aRecovery({around})
  return fake
}
const refuse = (): never => {
  throw new SluiceError({code: 'aws-forbidden', exitCode: ExitCode.unexpected, message: 'may not restart it', suggestions: []})
}
const throttle = (): never => {
  throw new Unavailable('rds:RebootDBInstance', 'throttled')
}

describe('in peace', () => {
  it('a session that was open writes until the restart, and not one of its rows is lost', async () => {
    const fake = aRecovery()
    fake.database(away).lagMs = seconds(4)
    const session = aSession(fake)
    const ran = await begin(fake, planned(fake))
    expect(endOf(ran)).toBe('done')
    expect(session.lastAt()).toBeGreaterThan(at(ran.events, 'step-started', 'fence') + seconds(10))
    expect(session.lastAt()).toBeLessThan(told(fake, 'DB instance shutdown'))
    const there = new Set(fake.database(away).written.map(({id}) => id))
    expect(session.committed.filter((id) => !there.has(id))).toEqual([])
    expect(factsOf(ran.events, 'fence')).toMatchObject({how: 'fenced', sessions: 'ended', left: 0})
  })

  it('the restart is asked for once: after the tasks have stopped and the group is closed, and seen before the last row is read', async () => {
    const fake = when('database.reboot', 'before', () => {
      expect(fake.service(home)).toMatchObject({running: 0})
      expect(fake.compute.ingress.get(group)).toBe('[]')
    })
    const {events} = await begin(fake, planned(fake))
    expect(fake.databases.restarts).toEqual([`shop-production@${home}`])
    expect(at(events, 'step-started', 'drained')).toBeGreaterThanOrEqual(told(fake, 'DB instance restarted'))
  })

  it("users are served while a backup of the primary ends, because the restart couldn't be had before", async () => {
    const fake = aRecovery()
    fake.database(home).status = 'backing-up'
    let backedUpAt = NaN
    fake.clock.at(fake.clock.now() + minutes(6), () => {
      fake.database(home).status = 'available'
      backedUpAt = fake.clock.now()
    })
    const ran = await begin(fake, planned(fake))
    expect(endOf(ran)).toBe('done')
    expect(Number(factsOf(ran.events, 'fence')['refusedAt'])).toBeGreaterThanOrEqual(backedUpAt)
  })

  it("a primary that isn't available in time fails the run before anybody is refused, and in words", async () => {
    const fake = aRecovery()
    fake.database(home).status = 'backing-up'
    const {events, ...ran} = await begin(fake, planned(fake))
    expect(endOf({events, ...ran})).toMatch(/^failed: nobody was refused.*shop-production to be available \(backing-up\)/)
    expect(events.some(({kind}) => kind === 'rule-written')).toBe(false)
    expect(fake.service(home)).toMatchObject({desired: 4, running: 4})
    expect(fake.databases.restarts).toEqual([])
  })

  it('everything is given back when the restart never ends', async () => {
    const fake = when('database.reboot', 'after', () => {
      fake.clock.at(fake.clock.now() + restartMs, () => void (fake.database(home).status = 'rebooting'))
      fake.databases.events.push = () => 0
    })
    expect(endOf(await begin(fake, planned(fake)))).toMatch(/^failed: .*shop-production to restart \(rebooting\)/)
    expect(fake.compute.rules.get(home)).toMatchObject({fixed: null, forwards: {a: 100, b: 0}})
    expect(fake.compute.ingress.get(group)).toBe(openIngress)
  })

  it('everything is given back when the restart is refused', async () => {
    const before = shapeOf(aRecovery())
    const fake = when('database.reboot', 'before', refuse)
    expect(endOf(await begin(fake, planned(fake)))).toContain('may not restart it')
    expect(shapeOf(fake)).toEqual(before)
  })

  it('a group that somebody opened meanwhile is closed again, and who got in is ended by a restart of its own', async () => {
    const fake = when('database.reboot', 'after', () => {
      fake.clock.at(fake.clock.now() + seconds(20), () => void fake.compute.ingress.set(group, '[{"from":"sg-other"}]'))
    })
    const ran = await begin(fake, planned(fake))
    expect(endOf(ran)).toBe('done')
    expect(fake.compute.ingress.get(group)).toBe('[]')
    expect(fake.databases.restarts).toHaveLength(2)
  })

  it('a restart whose answer was lost is waited for, not asked for again', async () => {
    const fake = when('database.reboot', 'after', () => {
      throw new Unavailable('rds:RebootDBInstance', 'timed out')
    })
    expect(endOf(await begin(fake, planned(fake)))).toBe('done')
    expect(fake.databases.restarts).toHaveLength(1)
  })

  it('a restart that never got there is asked for again', async () => {
    const fake = when('database.reboot', 'before', throttle)
    expect(endOf(await begin(fake, planned(fake)))).toBe('done')
    expect(fake.databases.restarts).toHaveLength(1)
  })
})

describe('in an outage of a Region that still answers', () => {
  it('a session that was open is ended within the bound, and no row is taken for replicated that it wrote later', async () => {
    const fake = aRecovery()
    const session = aSession(fake)
    const ran = await begin(fake, unplanned(fake))
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'fence')).toMatchObject({how: 'fenced', sessions: 'ended'})
    expect(session.lastAt()).toBeLessThanOrEqual(Number(factsOf(ran.events, 'fence')['fencedAt']))
    expect(at(ran.events, 'step-ended', 'fence') - at(ran.events, 'step-started', 'fence')).toBeLessThan(minutes(1))
    expect(fake.databases.restarts).toEqual([`shop-production@${home}`])
  })

  it.each([
    ['is refused', () => never(refuse), 'may not restart it'],
    ["can't be had while it is backed up", () => backedUp(), 'to be available (backing-up)'],
    ['is throttled for good', () => never(throttle), 'shop-production to restart'],
  ] as const)(
    'goes on without a restart that %s, says so to whoever consents, and within the bound',
    async (_what, world, words) => {
      const fake = world()
      const ran = await begin(fake, unplanned(fake))
      expect(endOf(ran)).toBe('done')
      expect(factsOf(ran.events, 'fence')).toMatchObject({how: 'fenced', sessions: 'open'})
      expect(factsOf(ran.events, 'fence')['because']).toContain(words)
      expect(factsOf(ran.events, 'approve')['text']).toContain('whoever was connected then may go on writing')
      expect(at(ran.events, 'step-ended', 'fence') - at(ran.events, 'step-started', 'fence')).toBeLessThan(
        minutes(1) + seconds(15),
      )
      expect(fake.compute.ingress.get(group)).toBe('[]')
    },
  )

  it.each([
    ['before the restart is asked for', 'before'],
    ['before its answer comes', 'after'],
  ] as const)("isn't held up by a Region that falls silent %s", async (_what, moment) => {
    const fake = when('database.reboot', moment, (it) => it.kill(home))
    const ran = await begin(fake, unplanned(fake))
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'fence')).toMatchObject({how: 'unreachable', fencedAt: null})
    expect(at(ran.events, 'step-ended', 'fence') - at(ran.events, 'step-started', 'fence')).toBeLessThan(minutes(1))
  })
})

describe('on the way home', () => {
  it('a Region that comes back ends its sessions by itself, and goes on with nothing of it while a failback lists rows', async () => {
    const gone = await goneAway('unplanned')
    expect(gone.fake.databases.restarts).toEqual([`shop-production@${home}`])
    let opened = 0
    gone.watch((moment, call, region) => {
      if (moment === 'after' && call === 'fence.openIngress' && region === home) opened += 1
    })
    const {events, end} = await failback(gone, aFailback(gone))
    expect(end).toBe('done')
    expect(opened).toBeGreaterThan(0)
    // One of the failback's own look at home, and one of its fence.
    expect(gone.fake.databases.restarts.slice(1)).toEqual([`shop-production@${home}`, `shop-production@${away}`])
    expect(factsOf(events, 'report')).toMatchObject({orphans: 0})
  })

  it('whoever still is in the old primary is out before its rows are listed, and users leave only after a restart of their own', async () => {
    const gone = await goneAway('unplanned')
    const before = gone.fake.databases.restarts.length
    const {events, end} = await failback(gone, aFailback(gone))
    expect(end).toBe('done')
    expect(gone.fake.databases.restarts.slice(before)).toEqual([`shop-production@${home}`, `shop-production@${away}`])
    expect(told(gone.fake, 'DB instance restarted')).toBeLessThanOrEqual(at(events, 'step-started', 'orphans'))
    expect(factsOf(events, 'fence-away')).toMatchObject({how: 'fenced', sessions: 'ended'})
  })

  it.each(['stopped', 'inaccessible-encryption-credentials', 'incompatible-parameters'])(
    'an old primary that is %s has no sessions, and is not waited for',
    async (status) => {
      const gone = await goneAway('unplanned')
      gone.fake.database(home).status = status
      const {events} = await failback(gone, aFailback(gone), 'stays')
      expect(factsOf(events, 'ready-home')).toMatchObject({how: 'fenced', sessions: 'ended'})
    },
  )
})

function backedUp(): FakeRecovery {
  const fake = aRecovery()
  fake.database(home).status = 'backing-up'
  return fake
}

function never(fails: () => never): FakeRecovery {
  return aRecovery({
    around: (moment, call, region) => {
      if (moment === 'before' && call === 'database.reboot' && region === home) fails()
    },
  })
}

/** What RDS, ECS and Route 53 do to a failover at the worst moment, one trap a row. */
import {describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import type {PromoteInput} from '../../src/runbooks/recovery/input.ts'
import {regionalName} from '../../src/runbooks/recovery/place.ts'
import {hopeless, isPromoted, promotionWaits} from '../../src/runbooks/recovery/promotion-state.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aPromoteInput, aSettings} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, factsOf, goOn} from '../support/recovery-drive.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'

function lost(fake: FakeRecovery): FakeRecovery {
  fake.clock.leap(fake.clock.now() + minutes(1))
  fake.kill(home)
  fake.clock.leap(fake.clock.now() + seconds(20))
  return fake
}

/** Acts so long after a step has begun, once. */
const after = (fake: FakeRecovery, step: string, ms: number, act: () => void): ((event: Event) => void) => {
  let done = false
  return (event) => {
    if (done || event.kind !== 'step-started' || event.data.step !== step) return
    done = true
    fake.clock.at(fake.clock.now() + ms, act)
  }
}
const tell = (fake: FakeRecovery, message: string): void =>
  void fake.databases.events.push({id: fake.place.database, region: away, at: fake.clock.now(), message})
const byRecord = (fake: FakeRecovery) => aPromoteInput(fake.place, {mode: 'planned', settings: aSettings({flip: 'record'})})
const promotions = (fake: FakeRecovery) => fake.databases.accepted.filter((one) => one.startsWith('promote'))

describe('what RDS tells while it promotes', () => {
  it.each([
    'Multi-AZ instance failover started.',
    'Multi-AZ failover to standby complete; DNS propagation may take a few minutes.',
    'Replication has stopped: error connecting to the primary',
    'Finished applying modification to allocated storage',
  ])("that isn't about the promotion doesn't end it: %s", async (message) => {
    const fake = lost(aRecovery())
    const onEvent = after(fake, 'promote-database', seconds(60), () => tell(fake, message))
    expect(endOf(await begin(fake, aPromoteInput(fake.place), {onEvent}))).toBe('done')
  })

  it('pauses the run with its words and the next command, and a resume goes on though RDS still remembers them', async () => {
    const fake = lost(aRecovery())
    const onEvent = after(fake, 'promote-database', seconds(60), () =>
      tell(fake, 'Unable to promote: insufficient instance capacity'),
    )
    const ran = await begin(fake, aPromoteInput(fake.place), {onEvent})
    expect(endOf(ran)).toContain('Unable to promote: insufficient instance capacity')
    expect(endOf(await goOn(fake, ran.run))).toBe('done')
    expect(promotions(fake)).toHaveLength(1)
  })

  it('that its storage is full is no end: it is waited out, and says how it is grown', () => {
    const full = {...aRecovery().database(away), source: null, replication: null, status: 'storage-full'}
    expect(hopeless(full)).toBeNull()
    expect(isPromoted(full)).toBe(false)
    expect(promotionWaits(full)).toContain('grow it by 10 % at least')
  })
})

describe('a class that RDS has no capacity for', () => {
  it('and keeps as pending for ever is told; users are served and the run ends', async () => {
    const fake = lost(aRecovery())
    fake.database(away).class = 'db.m7g.medium'
    fake.database(away).noCapacity = {class: 'db.m7g.large', how: 'event'}
    const {database} = fake.world
    // RDS gives up, and goes on naming what was asked for.
    const describe = database.describe.bind(database)
    database.describe = async (region, id, signal) => {
      const state = await describe(region, id, signal)
      const gaveUp = fake.databases.events.some(({message}) => message.startsWith('Unable to modify'))
      return state !== null && gaveUp ? {...state, pending: ['DBInstanceClass']} : state
    }
    const ran = await begin(fake, aPromoteInput(fake.place))
    expect(endOf(ran)).toBe('done')
    const kept = JSON.stringify(factsOf(ran.events, 'backups')['kept'])
    expect(kept).toContain('RDS has no db.m7g.large now')
    expect(kept).toContain(`aws rds modify-db-instance --region ${away} --db-instance-identifier shop-production`)
  })
})

describe('a change that RDS has begun and does not show yet', () => {
  it('is refused when it is asked for again, and that is no failure', async () => {
    const fake = lost(aRecovery())
    fake.database(away).class = 'db.m7g.medium'
    const {database} = fake.world
    const [describe, modify] = [database.describe.bind(database), database.modify.bind(database)]
    let asked = 0
    let shownAt = 0
    database.modify = async (...change) => {
      asked += 1
      await modify(...change)
      shownAt = fake.clock.now() + seconds(60)
    }
    database.describe = async (region, id, signal) => {
      const state = await describe(region, id, signal)
      return state !== null && fake.clock.now() < shownAt ? {...state, status: 'available', pending: []} : state
    }
    const ran = await begin(fake, aPromoteInput(fake.place))
    expect(endOf(ran)).toBe('done')
    expect(asked).toBeGreaterThan(1)
    expect(fake.database(away).class).toBe('db.m7g.large')
  })
})

describe('new tasks that never begin', () => {
  it('pause the run with the reason; a resume begins them anew', async () => {
    const fake = lost(aRecovery())
    const onEvent = after(fake, 'roll', seconds(2), () => {
      fake.service(away).deployment = {...fake.service(away).deployment, state: 'FAILED', reason: 'tasks failed to start'}
    })
    const ran = await begin(fake, aPromoteInput(fake.place), {onEvent})
    expect(endOf(ran)).toMatch(/^paused: .*tasks failed to start/)
    expect(endOf(ran)).toContain('dr resume begins them anew')
    expect(endOf(await goOn(fake, ran.run))).toBe('done')
  })
})

describe('the flip by record', () => {
  it.each([
    [
      "the API's own name has no record",
      (fake: FakeRecovery) => {
        fake.names.records = []
      },
    ],
    [
      "the Region's own name leads nowhere",
      (fake: FakeRecovery) => {
        const records = fake.names.names.records.bind(fake.names.names)
        fake.world.names.records = async (zone, name) => (name.startsWith(away) ? [] : records(zone, name))
      },
    ],
  ])('is never told as done where %s', async (_what, prepare) => {
    const fake = aRecovery()
    prepare(fake)
    const ran = await begin(fake, byRecord(fake))
    expect(endOf(ran)).toMatch(/^paused: /)
    expect(ran.events.some((event) => event.kind === 'step-ended' && event.data.step === 'flip')).toBe(false)
    expect(endOf(ran)).toContain('has no A record')
  })
})

describe('a flip', () => {
  it("by record isn't told before the records are INSYNC and the distribution is deployed", async () => {
    const fake = aRecovery()
    let syncedAt = Infinity
    const inSync = fake.world.names.inSync.bind(fake.world.names)
    fake.world.names.inSync = async (change, signal) => {
      const is = await inSync(change, signal)
      if (is) syncedAt = Math.min(syncedAt, fake.clock.now())
      return is
    }
    const {events} = await begin(fake, byRecord(fake))
    const ended = events.find((event) => event.kind === 'step-ended' && event.data.step === 'flip')
    expect(ended?.at).toBeGreaterThanOrEqual(syncedAt)
    expect(ended?.at).toBeGreaterThanOrEqual(fake.names.distribution.readyAt)
  })

  it('is proven by the names and the answers alone: the object stop asks nothing of Route 53', async () => {
    const fake = lost(aRecovery())
    const {events} = await begin(fake, aPromoteInput(fake.place))
    expect(fake.calls.filter((call) => /^names\.(?!resolve)|^edge\./.test(call))).toEqual([])
    const {servingAt} = factsOf(events, 'serving')
    const flippedAt = Number(factsOf(events, 'flip')['flippedAt'])
    expect(Number(servingAt)).toBeGreaterThan(flippedAt)
  })
})

describe('a load balancer that is growing', () => {
  it('answers with some of its addresses at a time, and that is no old Region', async () => {
    const fake = lost(aRecovery())
    const resolve = fake.world.names.resolve.bind(fake.world.names)
    let asked = 0
    fake.world.names.resolve = async (name, signal) =>
      (await resolve(name, signal)).map((answer) => {
        asked += 1
        const [only] = answer.addresses ?? []
        if (only !== fake.names.addressOf(away)) return answer
        return {...answer, addresses: name === fake.place.api ? [only] : [only, `${only}${asked % 2}`]}
      })
    expect(endOf(await begin(fake, aPromoteInput(fake.place)))).toBe('done')
  })
})

describe('an old Region that goes on taking writes', () => {
  const approving = (fake: FakeRecovery, change: Partial<PromoteInput> = {}) =>
    begin(fake, aPromoteInput(fake.place, {acceptLossMs: minutes(5), from: null, ...change}))
  /** Users and the watch reach home; the machine that runs this doesn't. */
  const withoutWayHome = (fake: FakeRecovery): FakeRecovery => {
    const ask = fake.world.api.ask.bind(fake.world.api)
    fake.world.api.ask = async (target, signal) => (target.host === regionalName(fake.place, home) ? null : ask(target, signal))
    return fake
  }

  it('unseen by a machine without a way to it is known by its rows: no number of seconds is enough', async () => {
    const fake = withoutWayHome(aRecovery())
    const ran = await approving(fake)
    expect(endOf(ran)).toMatch(/^paused: /)
    expect(endOf(ran)).toContain("the loss can't be told: rows of the old Region still arrive")
    expect(endOf(ran)).toContain('it needs --accept-unknown-loss')
    expect(promotions(fake)).toEqual([])
    expect(endOf(await goOn(fake, ran.run, {accepts: {unknown: true}}))).toBe('done')
  })

  it("isn't made harmless by a person's earlier last answer", async () => {
    const fake = withoutWayHome(aRecovery())
    expect(endOf(await approving(fake, {lastAnswerAt: fake.clock.now() - minutes(1)}))).toContain('still arrive')
  })

  it("and can't be fenced makes a loss that nobody can tell", async () => {
    const fake = aRecovery()
    const ran = await approving(fake)
    expect(endOf(ran)).toContain("the loss can't be told: the old Region still answers and isn't fenced")
    expect(promotions(fake)).toEqual([])
  })

  it('until it is gone is counted to the first look without an answer', async () => {
    const fake = aRecovery()
    const onEvent = after(fake, 'approve', seconds(40), () => fake.kill(home))
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: seconds(10), from: null}), {onEvent})
    expect(endOf(ran)).toBe('done')
    const {lossMs, text} = factsOf(ran.events, 'approve')
    expect(Number(lossMs)).toBeLessThanOrEqual(seconds(10))
    expect(text).toContain('silent since at least')
  })

  it('whose rows only arrive late was dead all the same: it is waited for until they end', async () => {
    const fake = withoutWayHome(aRecovery())
    const onEvent = after(fake, 'approve', seconds(20), () => fake.kill(home))
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: minutes(3), from: null}), {onEvent})
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'approve')).toMatchObject({source: 'heartbeat'})
  })
})

describe('the promotion itself', () => {
  it('is asked for with the retention and window of the old primary: left out, RDS gives one day', async () => {
    const fake = lost(aRecovery())
    const promote = fake.world.database.promote.bind(fake.world.database)
    const given: unknown[] = []
    fake.world.database.promote = async (region, id, backups, signal) => {
      given.push(backups)
      return promote(region, id, backups, signal)
    }
    await begin(fake, aPromoteInput(fake.place))
    expect(given).toEqual([{days: 14, window: '03:00-03:30'}])
  })

  it('that RDS refuses because a backup began at that moment is asked for again once it is over, and nobody has to resume', async () => {
    const fake = lost(aRecovery())
    const promote = fake.world.database.promote.bind(fake.world.database)
    let refused = 0
    fake.world.database.promote = async (region, id, backups, signal) => {
      if (refused === 0) {
        Object.assign(fake.database(away), {status: 'backing-up'})
        fake.clock.at(fake.clock.now() + minutes(2), () => Object.assign(fake.database(away), {status: 'available'}))
        refused += 1
      }
      return promote(region, id, backups, signal)
    }
    const ran = await begin(fake, aPromoteInput(fake.place))
    expect(endOf(ran)).toBe('done')
    expect(refused).toBe(1)
    expect(promotions(fake)).toHaveLength(1)
    expect(ran.events.some((event) => event.kind === 'asked')).toBe(false)
  })

  it("isn't through while RDS still says available and names the source, nor while anything is pending", () => {
    const promoted = {...aRecovery().database(away), source: null, replication: null}
    expect(isPromoted(promoted)).toBe(true)
    expect(isPromoted({...promoted, source: 'arn'})).toBe(false)
    expect(isPromoted({...promoted, status: 'rebooting'})).toBe(false)
    expect(isPromoted({...promoted, pending: ['BackupRetentionPeriod']})).toBe(false)
    expect(isPromoted({...promoted, replication: {status: 'replicating', message: ''}})).toBe(false)
  })
})

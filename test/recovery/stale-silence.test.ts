/**
 * A person is asked for the loss, and nobody looks for a while: what was measured before may not hold any more. The Region that users
 * left may have come back, taken writes that were never replicated, and gone again.
 */
import {beforeEach, describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {StoreUnavailable} from '../../src/runbooks/engine/store.ts'
import {regionalName, watchKey} from '../../src/runbooks/recovery/place.ts'
import type {RecoveryRan} from '../../src/runbooks/recovery/run-recovery.ts'
import type {Watch} from '../../src/runbooks/recovery/watch.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aPromoteInput, aSettings} from '../support/recovery-bench.ts'
import {aRecovery, begin, endOf, factsOf, goOn} from '../support/recovery-drive.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'

let fake: FakeRecovery
let diedAt: number
beforeEach(() => {
  fake = aRecovery()
  fake.clock.leap(fake.clock.now() + minutes(1))
  fake.kill(home)
  diedAt = fake.clock.now()
  fake.clock.leap(fake.clock.now() + seconds(20))
})

/** The recovery Region's watch looks from now on, every minute, and finds this. */
function watches(finds: (now: number) => Partial<Watch>): void {
  const look = (): void => {
    const now = fake.clock.now()
    const watch = {
      schema: 1,
      region: home,
      lookedAt: now,
      answeredAt: diedAt,
      silentSince: diedAt + seconds(9),
      misses: 30,
      ...finds(now),
    }
    fake.stores[away]?.objects.set(watchKey(fake.place), {body: JSON.stringify(watch), etag: `"${now}"`})
    fake.clock.at(now + minutes(1), look)
  }
  look()
}
const asking = (change = {}): Promise<RecoveryRan> => begin(fake, aPromoteInput(fake.place, {acceptLossMs: null, ...change}))
const sleeps = (ms: number): void => fake.clock.leap(fake.clock.now() + ms)
const resumed = ({run}: RecoveryRan, lossMs: number, writer = 'w2') => goOn(fake, run, {accepts: {lossMs}}, writer)
const promotions = () => fake.databases.accepted.filter((one) => one.startsWith('promote'))

describe('a consent that comes when nobody has looked for long', () => {
  it('to the loss of before the pause promotes nothing: home may have come back meanwhile', async () => {
    const asked = await asking()
    expect(endOf(asked)).toContain('consent: at most 21 s lost')
    sleeps(minutes(40))
    const ran = await resumed(asked, seconds(30))
    expect(endOf(ran)).toMatch(/^paused: .*consent: at most \d{4} s lost/)
    expect(promotions()).toEqual([])
  })

  it('is enough when the watch saw the same silence all the time', async () => {
    const silence = {since: diedAt + seconds(9), answeredAt: diedAt, by: away}
    const asked = await asking({silence})
    sleeps(minutes(40))
    watches(() => ({}))
    const ran = await resumed(asked, seconds(15))
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'approve')['text']).toContain(`by the watch of ${away}`)
  })

  it('is measured to the end of the last silence, when the watch heard home in between', async () => {
    const asked = await asking({silence: {since: diedAt + seconds(9), answeredAt: diedAt, by: away}})
    sleeps(minutes(40))
    watches(() => ({answeredAt: diedAt + minutes(20), silentSince: diedAt + minutes(20) + seconds(9)}))
    const ran = await resumed(asked, seconds(30))
    expect(endOf(ran)).toContain('consent: at most 1210 s lost')
    expect(endOf(ran)).toContain(`by the watch of ${away}`)
    expect(promotions()).toEqual([])
    expect(endOf(await resumed(ran, seconds(1215), 'w3'))).toBe('done')
  })

  it('is no consent to what nobody can tell: the watch hears home, and this machine does not', async () => {
    const asked = await asking({silence: {since: diedAt + seconds(9), answeredAt: diedAt, by: away}})
    sleeps(minutes(40))
    watches((now) => ({answeredAt: now, silentSince: null, misses: 0}))
    const ran = await resumed(asked, minutes(60))
    expect(endOf(ran)).toContain("consent: the loss can't be told: the old Region still answers")
    expect(promotions()).toEqual([])
  })

  it('given right away counts as it was measured: it was looked at all the time', async () => {
    const asked = await asking()
    sleeps(minutes(2))
    const ran = await resumed(asked, seconds(30))
    expect(endOf(ran)).toBe('done')
    expect(factsOf(ran.events, 'approve')).toMatchObject({lossMs: 21_000})
  })

  it('is asked for again once, and the larger loss then stays what it is', async () => {
    const asked = await asking()
    sleeps(minutes(40))
    const again = await resumed(asked, seconds(30))
    const needed = Number(/at most (\d+) s lost/.exec(endOf(again))?.[1])
    sleeps(minutes(2))
    const ran = await resumed(again, seconds(needed), 'w3')
    expect(endOf(ran)).toBe('done')
    expect(Math.ceil(Number(factsOf(ran.events, 'approve')['lossMs']) / 1000)).toBe(needed)
  })
})

describe('a consent that was given, and then nobody was at the run until much later', () => {
  /** Whoever ticks it is gone as soon as the consent is written. */
  const leftThere = async (change = {}): Promise<RecoveryRan> => {
    const gone = new AbortController()
    const onEvent = ({kind, data}: Event): void => {
      if (kind === 'step-ended' && data.step === 'approve') gone.abort()
    }
    const watching = {onEvent, detach: gone.signal, leave: gone.signal}
    const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: seconds(30), ...change}), watching)
    expect(factsOf(ran.events, 'approve')).toMatchObject({consent: true, lossMs: 21_000})
    expect(promotions()).toEqual([])
    return ran
  }

  it('is gone on with when the same holds: it was a moment ago', async () => {
    const left = await leftThere()
    sleeps(minutes(2))
    expect(endOf(await goOn(fake, left.run))).toBe('done')
    expect(promotions()).toHaveLength(1)
  })

  it('was to less than may be lost by now: nothing is promoted before that is accepted, too', async () => {
    const left = await leftThere()
    sleeps(minutes(40))
    const ran = await goOn(fake, left.run)
    expect(endOf(ran)).toMatch(
      /^paused: .*the consent of \S+ was to less: at most \d{4} s lost.* sluice dr resume r-\S+ --accept-loss \d{4}s/,
    )
    expect(promotions()).toEqual([])
    const needed = Number(/--accept-loss (\d+)s/.exec(endOf(ran))?.[1])
    const accepted = await resumed(ran, seconds(needed), 'w3')
    expect(endOf(accepted)).toBe('done')
    expect(Math.ceil(Number(factsOf(accepted.events, 'approve')['lossMs']) / 1000)).toBe(needed)
    expect(promotions()).toHaveLength(1)
  })

  it('holds when the watch saw home silent all the time', async () => {
    const left = await leftThere()
    sleeps(minutes(40))
    watches(() => ({}))
    expect(endOf(await goOn(fake, left.run))).toBe('done')
  })

  it('holds nothing when home has come back and takes writes', async () => {
    const left = await leftThere()
    sleeps(minutes(40))
    fake.answers = ({host, path}) =>
      host === regionalName(fake.place, home) && path === '/heartbeat'
        ? {
            status: 200,
            region: home,
            at: fake.clock.now(),
            body: JSON.stringify({region: home, writable: true, drained: true, last: null}),
          }
        : null
    expect(endOf(await goOn(fake, left.run))).toMatch(/^paused: .*it answers again, takes writes, and isn't fenced/)
    expect(promotions()).toEqual([])
  })
})

describe('what a run has heard itself', () => {
  /** Home answers this machine again from here to there, isn't fenced, and nothing of it is replicated. */
  const lives = (from: number, to: number): void => {
    const [begins, ends] = [fake.clock.now() + from, fake.clock.now() + to]
    fake.answers = ({host, path}) => {
      const at = fake.clock.now()
      if (host !== regionalName(fake.place, home) || path !== '/heartbeat' || at < begins || at > ends) return null
      return {status: 200, region: home, at, body: JSON.stringify({region: home, writable: true, drained: true, last: null})}
    }
  }

  it("isn't forgotten by a resume: home answered while the question stood, and was gone again", async () => {
    lives(minutes(2), minutes(4))
    const asked = await asking()
    sleeps(minutes(1))
    const ran = await resumed(asked, seconds(30))
    expect(endOf(ran)).toMatch(/consent: at most \d+ s lost/)
    expect(promotions()).toEqual([])
    const until = Number((factsOf(ran.events, 'approve')['silence'] as {from: number}).from)
    expect(until - diedAt).toBeGreaterThanOrEqual(minutes(4))
    expect(until - diedAt).toBeLessThan(minutes(5))
  })

  it('stands above a watch that knew of a silence before', async () => {
    lives(minutes(2), minutes(4))
    watches(() => ({}))
    const asked = await asking({silence: {since: diedAt + seconds(9), answeredAt: diedAt, by: away}})
    sleeps(minutes(1))
    const ran = await resumed(asked, seconds(30))
    expect(endOf(ran)).toContain('silent since at least')
    expect(promotions()).toEqual([])
  })

  it('on a machine that slept in the middle of it counts from when it woke', async () => {
    let naps = 1
    const onTick = (): void => {
      if (naps === 0 || fake.clock.now() < diedAt + minutes(3)) return
      naps -= 1
      sleeps(minutes(10))
    }
    const ran = await begin(
      fake,
      aPromoteInput(fake.place, {acceptLossMs: null, settings: aSettings({approvalMs: minutes(30)})}),
      {onTick},
    )
    expect(endOf(ran)).toMatch(/consent: at most [67]\d\d s lost .*nobody looked from/)
  })

  it('does not end a silence that rows of before it are only read of', async () => {
    const asked = await asking()
    sleeps(minutes(1))
    const again = await resumed(asked, seconds(1))
    sleeps(minutes(1))
    expect(factsOf((await resumed(again, seconds(30), 'w3')).events, 'approve')).toMatchObject({consent: true, lossMs: 21_000})
  })
})

describe('what the watch hears while the question stands', () => {
  it('makes the loss untellable, though it knew of a silence when the run began', async () => {
    fake.clock.at(diedAt + minutes(2), () => watches((now) => ({answeredAt: now, silentSince: null, misses: 0})))
    const ran = await asking({silence: {since: diedAt + seconds(9), answeredAt: diedAt, by: away}})
    expect(endOf(ran)).toContain("the loss can't be told: the old Region still answers")
  })

  it('is a last answer that nobody knew of, once it is silent again', async () => {
    fake.clock.at(diedAt + minutes(2), () =>
      watches(() => ({answeredAt: diedAt + minutes(1), silentSince: diedAt + minutes(1) + seconds(9)})),
    )
    const ran = await asking({lastAnswerAt: diedAt})
    expect(endOf(ran)).toContain('consent: at most 70 s lost')
  })

  it('from before it was declared lost says nothing of now: the watch looks once a minute', async () => {
    watches(() => ({answeredAt: diedAt - seconds(1), silentSince: null, misses: 0}))
    expect(endOf(await asking())).toContain('consent: at most 21 s lost')
  })

  it("isn't known where its state can't be read, and holds up nothing", async () => {
    const around = (moment: 'before' | 'after', call: string): void => {
      if (moment === 'before' && call === `store.get ${watchKey(fake.place)}`) throw new StoreUnavailable('away')
    }
    fake = aRecovery({around})
    fake.clock.leap(fake.clock.now() + minutes(1))
    fake.kill(home)
    fake.clock.leap(fake.clock.now() + seconds(20))
    expect(endOf(await asking({acceptLossMs: seconds(30)}))).toBe('done')
  })
})

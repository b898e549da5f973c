import {describe, expect, it} from 'vitest'
import {defaultSettings} from '../../src/judge/default-settings.ts'
import {seededRandom} from '../../src/judge/random.ts'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import {openJournal} from '../../src/runbooks/engine/journal.ts'
import {takeLease} from '../../src/runbooks/engine/lease.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {abortRelease} from '../../src/runbooks/release/abort-release.ts'
import {findRun} from '../../src/runbooks/release/find-run.ts'
import {leftOver} from '../../src/runbooks/release/left-over.ts'
import {askRun, claimRelease} from '../../src/runbooks/release/run-release.ts'
import {fakeAws} from '../support/fake-world.ts'
import type {FakeOptions} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk, alone, aReleaseConfig, release, resume} from '../support/release-bench.ts'

function aBench(options: Omit<FakeOptions, 'clock'> = {}) {
  const clock = leapingClock()
  const store = memoryStore()
  return {clock, store, aws: fakeAws({clock, ...options}), desk: aDesk(store, clock, 'w1')}
}

const broken = {'shop/api:1.9.0': 0.05}

describe('a release', () => {
  it('promotes a healthy version: the proven slot is stable, the old one warm, the switch gone, scaling swapped', async () => {
    const {aws, desk} = aBench()
    const ran = await release(desk, aws)
    expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'promoted'}})
    expect(aws.rule.weights).toEqual({a: 0, b: 100})
    expect(aws.slots.b).toMatchObject({
      taskDefinition: 'td:1.9.0',
      desired: 2,
      scaling: {min: 2, max: 4, scaleInSuspended: false},
    })
    expect(aws.slots.a).toMatchObject({taskDefinition: 'td:1.8.2', desired: 2})
    expect(aws.schedule()).toBeNull()
    expect(leftOver(ran.events)).toBe('retire')
  })

  it('shifts the weights of its steps in order and never skips one', async () => {
    const {aws, desk} = aBench()
    await release(desk, aws)
    expect(aws.weightHistory.map(({weights}) => weights.b)).toEqual([0, 20, 60, 100])
  })

  it.each([
    ['everything on the canary, after a promotion', {}, 'observe-100', 'observed 100 %'],
    ['nothing on the canary, after a rollback', {errorRates: broken}, 'observe-home', 'observed 0 %'],
  ])("says what it observed, as the canary's share: %s", async (_, options, step, note) => {
    const {aws, desk} = aBench(options)
    const {events} = await release(desk, aws)
    expect(events.find((event) => event.kind === 'step-ended' && event.data.step === step)?.data).toMatchObject({note})
  })

  it('rolls a bad version back by evidence, with everything as it was before', async () => {
    const {aws, desk} = aBench({errorRates: broken})
    const ran = await release(desk, aws)
    expect(ran.end).toMatchObject({
      kind: 'ended',
      outcome: {outcome: 'rolled-back', cause: 'verdict', because: expect.stringContaining('errors') as string},
    })
    expect(aws.rule.weights).toEqual({a: 100, b: 0})
    expect(aws.slots.b).toMatchObject({desired: 0, scaling: {min: 0}})
    expect(aws.slots.a.scaling).toMatchObject({min: 2, scaleInSuspended: false})
    expect(aws.schedule()).toBeNull()
  })

  it('sends all weight home with one mutating call, in the tick after the verdict', async () => {
    const {aws, desk} = aBench({errorRates: broken})
    const ran = await release(desk, aws)
    const verdict = ran.events.find((event) => event.kind === 'verdict' && event.data.verdict === 'fail')
    const home = aws.weightHistory.at(-1)
    expect(home?.weights).toEqual({a: 100, b: 0})
    expect((home?.at ?? Infinity) - (verdict?.at ?? 0)).toBeLessThan(seconds(1))
    expect(aws.weightHistory.map(({weights}) => weights.b)).toEqual([0, 20, 0])
  })

  it('does not roll back for an incident on both versions', async () => {
    const {aws, desk} = aBench({errorRates: {'shop/api:1.8.2': 0.05, 'shop/api:1.9.0': 0.05}})
    expect((await release(desk, aws)).end).toMatchObject({outcome: {outcome: 'promoted'}})
  })

  it('waits, and does not fail, when there are no requests; and pauses with need-data in the end', async () => {
    const {aws, desk} = aBench({requestsPerMinute: 0})
    const ran = await release(desk, aws)
    expect(ran.end.kind).toBe('paused')
    expect(aws.rule.weights).toEqual({a: 80, b: 20})
    expect((aws.schedule()?.dueAt ?? 0) - desk.clock.now()).toBeGreaterThan(minutes(30))
  })

  it('halts without overwriting when somebody else changes the rule, disarms, and says what changed', async () => {
    const {aws, desk, clock} = aBench()
    clock.at(clock.now() + minutes(6), () => aws.modifyRule({a: 50, b: 50}))
    const ran = await release(desk, aws)
    expect(ran.end).toMatchObject({
      outcome: {outcome: 'halted', cause: 'foreign', because: expect.stringContaining('a 50 / b 50') as string},
    })
    expect(aws.rule.weights).toEqual({a: 50, b: 50})
    expect(aws.weightHistory.at(-1)?.by).toBe('somebody')
    expect(aws.schedule()).toBeNull()
  })

  it('refuses a second release of the same service, naming owner, host, since and what to run', async () => {
    const {aws, desk, store, clock} = aBench()
    await takeLease({store, clock, target: 'api', run: 'r-1', owner: 'ann', host: 'ci-7', operation: 'release'})
    await expect(release(desk, aws)).rejects.toMatchObject({
      exitCode: 7,
      message: expect.stringMatching(/r-1 .*ann on ci-7, since 2026-/) as string,
      suggestions: ['sluice release watch r-1', 'sluice release abort r-1'],
    })
  })

  it('fails with nothing changed when stable is not healthy', async () => {
    const {aws, desk} = aBench()
    aws.slots.a.healthyAt = Infinity
    const ran = await release(desk, aws)
    expect(ran.end).toMatchObject({outcome: {outcome: 'failed'}})
    expect(aws.calls.filter((call) => /write|arm|deploy|resize/i.test(call))).toEqual([])
  })

  it('keeps at least half of the switch’s window all the way, by AWS’s time', async () => {
    const {aws, desk} = aBench()
    const left: number[] = []
    await release(desk, aws, undefined, {
      watching: alone({
        onTick: () => {
          const schedule = aws.schedule()
          if (schedule !== null) left.push(schedule.dueAt - desk.clock.now())
        },
      }),
    })
    expect(Math.min(...left)).toBeGreaterThanOrEqual(minutes(5) - seconds(10))
  })

  it('a steady tick takes at most eight calls, state included, as the average over a bake', async () => {
    const counted = {store: 0, ticks: 0, inBake: false}
    const clock = leapingClock()
    const store = memoryStore(new Map(), {
      before: () => {
        if (counted.inBake) counted.store += 1
      },
    })
    const aws = fakeAws({clock})
    const before = {calls: 0, ticks: 0}
    const after = {calls: 0, ticks: 0}
    await release(aDesk(store, clock, 'w1'), aws, undefined, {
      watching: alone({
        onEvent(event) {
          if (event.kind === 'step-started' && event.data.step === 'bake-20') {
            counted.inBake = true
            Object.assign(before, {calls: aws.calls.length, ticks: counted.ticks})
          }
          if (event.kind === 'step-ended' && event.data.step === 'bake-20') {
            counted.inBake = false
            Object.assign(after, {calls: aws.calls.length, ticks: counted.ticks})
          }
        },
        onTick: () => {
          counted.ticks += 1
        },
      }),
    })
    expect((after.calls - before.calls + counted.store) / (after.ticks - before.ticks)).toBeLessThanOrEqual(8)
  })

  it('is slowed down by throttling and never changed by it', async () => {
    const random = seededRandom(5)
    let throttling = false
    const throttled = aBench({
      around(moment) {
        if (throttling && moment === 'before' && random.uniform() < 0.3)
          throw new Unavailable('elasticloadbalancing:DescribeRules', 'Throttling')
      },
    })
    const slow = await release(throttled.desk, throttled.aws, undefined, {
      watching: alone({
        onEvent: () => {
          throttling = true
        },
      }),
    })
    const straight = aBench()
    await release(straight.desk, straight.aws)
    expect(slow.end).toMatchObject({outcome: {outcome: 'promoted'}})
    expect(throttled.aws.weightHistory.map(({weights}) => weights)).toEqual(
      straight.aws.weightHistory.map(({weights}) => weights),
    )
  })
})

describe('a push of the switch', () => {
  it('whose confirmation is lost for longer than its window is read from AWS, and is not taken for a firing', async () => {
    const clock = leapingClock()
    const store = memoryStore()
    let silent = false
    const aws = fakeAws({
      clock,
      around(moment, call) {
        if (silent && moment === 'before' && call === 'switch.read') throw new Unavailable('scheduler:GetSchedule', 'Throttling')
      },
    })
    clock.at(clock.now() + minutes(6), () => {
      silent = true
    })
    clock.at(clock.now() + minutes(17), () => {
      silent = false
    })
    const ran = await release(aDesk(store, clock, 'w1'), aws)
    expect(ran.end).toMatchObject({outcome: {outcome: 'promoted'}})
    expect(aws.weightHistory.map(({by}) => by)).not.toContain('switch')
  })
})

describe('a preflight', () => {
  it('refuses when another rule sends traffic to a slot: shift all or none', async () => {
    const {aws, desk} = aBench()
    const ran = await release(desk, {...aws, world: {...aws.world, otherRules: async () => ['arn:other']}})
    expect(ran.end).toMatchObject({
      outcome: {outcome: 'failed', because: expect.stringContaining('arn:other forwards to a slot') as string},
    })
  })

  it('refuses a gate whose metric shows nothing although there is traffic', async () => {
    const {aws, desk} = aBench()
    const source = {namespace: 'Shop', metric: 'chekouts', stat: 'Sum', dimensions: {}}
    const both = {a: source, b: source}
    const gate = {kind: 'counts', name: 'checkout', requests: both, bad: both, settings: defaultSettings(2)} as const
    const config = aReleaseConfig({gates: [...aReleaseConfig().gates, gate]})
    const ran = await release(desk, aws, undefined, {config})
    expect(ran.end).toMatchObject({
      outcome: {outcome: 'failed', because: expect.stringContaining('nothing is published for checkout') as string},
    })
    expect(aws.schedule()).toBeNull()
  })
})

describe('a person', () => {
  it('aborts: weight 0 is observed, and the run says who and why', async () => {
    const {aws, desk, store, clock} = aBench()
    clock.at(
      clock.now() + minutes(6),
      () =>
        void openJournal({store, run: runOf(store), writer: 'ann', clock}).then((journal) =>
          journal.append(1, 'asked', {wish: 'abort', by: 'ann', why: 'wrong image'}),
        ),
    )
    const ran = await release(desk, aws)
    expect(ran.end).toMatchObject({outcome: {outcome: 'rolled-back', cause: 'abort', because: 'aborted by ann: wrong image'}})
    expect(
      ran.events.some((event) => event.kind === 'step-ended' && event.data.step === 'observe-home' && event.data.how === 'done'),
    ).toBe(true)
  })

  it('promotes now: no more judging, all weight, roles swapped', async () => {
    const {aws, desk, store, clock} = aBench({requestsPerMinute: 40})
    clock.at(
      clock.now() + minutes(6),
      () =>
        void openJournal({store, run: runOf(store), writer: 'ann', clock}).then((journal) =>
          journal.append(1, 'asked', {wish: 'promote', by: 'ann', why: 'hotfix'}),
        ),
    )
    const ran = await release(desk, aws)
    expect(ran.end).toMatchObject({outcome: {outcome: 'promoted'}})
    expect(aws.weightHistory.map(({weights}) => weights.b)).toEqual([0, 20, 100])
  })

  it('pauses: the weight stays, the switch waits an hour, and a resume goes on', async () => {
    const {aws, desk, store, clock} = aBench()
    clock.at(
      clock.now() + minutes(6),
      () =>
        void openJournal({store, run: runOf(store), writer: 'ann', clock}).then((journal) =>
          journal.append(1, 'asked', {wish: 'pause', by: 'ann', why: 'lunch'}),
        ),
    )
    const paused = await release(desk, aws)
    expect(paused.end).toMatchObject({kind: 'paused', because: 'lunch'})
    expect(aws.rule.weights).toEqual({a: 80, b: 20})
    clock.leap(clock.now() + minutes(40))
    expect((await resume(aDesk(store, clock, 'w2'), paused.run, aws)).end).toMatchObject({outcome: {outcome: 'promoted'}})
  })

  it('aborts a run that nobody ticks any more', async () => {
    const {aws, desk, store, clock} = aBench()
    const detach = new AbortController()
    clock.at(clock.now() + minutes(6), () => detach.abort())
    const left = await release(desk, aws, undefined, {watching: alone({detach: detach.signal})})
    expect(left.end.kind).toBe('detached')
    const ran = await abortRelease(aDesk(store, clock, 'w2'), left.run, 'no', () => Promise.resolve(aws.world), alone())
    expect(ran.end).toMatchObject({outcome: {outcome: 'rolled-back', cause: 'abort'}})
    expect(aws.rule.weights).toEqual({a: 100, b: 0})
  })

  it('who promotes a run that nobody ticked is overruled by harm that the judge has seen proven meanwhile', async () => {
    const {aws, desk, store, clock} = aBench({errorRates: {'shop/api:1.9.0': 0.3}})
    const detach = new AbortController()
    const left = await release(desk, aws, undefined, {
      watching: alone({
        detach: detach.signal,
        onEvent(event) {
          if (event.kind === 'step-started' && event.data.step === 'bake-20') detach.abort()
        },
      }),
    })
    clock.leap(clock.now() + minutes(4))
    await askRun(aDesk(store, clock, 'ann'), left.run, 'promote', 'hotfix')
    expect((await resume(aDesk(store, clock, 'w2'), left.run, aws)).end).toMatchObject({
      outcome: {outcome: 'rolled-back', cause: 'verdict'},
    })
  })

  it('is told that a run is unfinished before a new one may begin', async () => {
    const {aws, desk, clock} = aBench({requestsPerMinute: 0})
    const paused = await release(desk, aws)
    await expect(release(aDesk(desk.store, clock, 'w2'), aws)).rejects.toMatchObject({
      code: 'run-unfinished',
      exitCode: 7,
      suggestions: [`sluice release resume ${paused.run}`, `sluice release abort ${paused.run}`],
    })
  })
})

describe('after a promotion', () => {
  it('the old version is scaled down after the warm window, by whoever ticks, only with weight 0 read', async () => {
    const {aws, desk, store, clock} = aBench()
    const promoted = await release(desk, aws)
    const tidied = await resume(aDesk(store, clock, 'w2'), promoted.run, aws, alone({until: 'tidied'}))
    expect(tidied.end).toMatchObject({kind: 'ended', outcome: {outcome: 'promoted'}})
    expect(aws.slots.a).toMatchObject({desired: 0, scaling: {min: 0}})
    expect(aws.slots.b.desired).toBe(2)
    expect(leftOver(tidied.events)).toBe('nothing')
  })

  it('the next release leaves the old slot its tasks until a late switch can not want them any more', async () => {
    const {aws, desk, clock} = aBench()
    const first = await release(desk, aws)
    const disarmed = first.events.find((event) => event.kind === 'disarmed')?.at ?? 0
    let deployedAt = 0
    const watched = {
      ...aws,
      world: {
        ...aws.world,
        slots: {
          ...aws.world.slots,
          deploy: (...args: Parameters<typeof aws.world.slots.deploy>) => {
            deployedAt = clock.now()
            return aws.world.slots.deploy(...args)
          },
        },
      },
    }
    const second = await release(desk, watched, 'shop/api:1.10.0', {previous: first})
    expect(second.end).toMatchObject({outcome: {outcome: 'promoted'}})
    expect(deployedAt - disarmed).toBeGreaterThanOrEqual(minutes(7))
    expect(aws.rule.weights).toEqual({a: 100, b: 0})
  })

  it('a release that came to nothing before its journal began does not hide the one before', async () => {
    const {aws, desk, store, clock} = aBench()
    const first = await release(desk, aws)
    aws.rule.weights = {a: 50, b: 50}
    await expect(release(aDesk(store, clock, 'w2'), aws, 'shop/api:1.10.0', {previous: first})).rejects.toMatchObject({
      code: 'rule-not-at-rest',
    })
    expect(await findRun(desk, {run: undefined, service: 'api'})).toMatchObject({run: first.run, left: 'retire'})
    expect((await claimRelease(desk, 'api')).previous?.run).toBe(first.run)
  })

  it('a run of provisioning or of a recovery is none of the releases, though its journal lies beside theirs', async () => {
    const {desk, store, clock} = aBench()
    const journal = await openJournal({store, run: 'r-infra', writer: 'w1', clock})
    await journal.append(1, 'planned', {plan: 'up', planHash: '', steps: []})
    for (const run of ['r-infra', 'r-none'])
      await expect(findRun(desk, {run, service: undefined})).rejects.toMatchObject({code: 'run-unknown', exitCode: 2})
  })

  it('what an older release left behind is not resumed once a newer one has begun', async () => {
    const {aws, desk, store, clock} = aBench()
    const first = await release(desk, aws)
    clock.leap(clock.now() + minutes(10))
    await release(desk, aws, 'shop/api:1.10.0', {previous: first})
    await expect(resume(aDesk(store, clock, 'w2'), first.run, aws, alone({until: 'tidied'}))).rejects.toMatchObject({
      code: 'run-superseded',
      exitCode: 2,
    })
  })

  it('an abort of the next release, before it has tasks of its own, leaves the old slot alone', async () => {
    const {aws, desk, store, clock} = aBench()
    const first = await release(desk, aws)
    clock.at(clock.now() + minutes(1), () => void askRun(aDesk(store, clock, 'ann'), lastRunOf(store), 'abort', 'not now'))
    const second = await release(desk, aws, 'shop/api:1.10.0', {previous: first})
    expect(second.end).toMatchObject({outcome: {outcome: 'rolled-back', cause: 'abort'}})
    expect(aws.slots.a).toMatchObject({taskDefinition: 'td:1.8.2', desired: 2})
  })

  it.each([
    ['alert', 'paused'],
    ['roll-back', 'ended'],
  ] as const)(
    'a regression that shows only at full weight, with afterPromotion %s; a person who has seen the alert may go on',
    async (afterPromotion, kind) => {
      const {aws, desk, store, clock} = aBench()
      const promoted = await release(desk, aws, undefined, {config: aReleaseConfig({afterPromotion})})
      const sick = {
        ...aws,
        world: {
          ...aws.world,
          metrics: {
            counts: async (from: number, to: number, signal: AbortSignal) =>
              (await aws.world.metrics.counts(from, to, signal)).map((minute) =>
                minute.at < (promoted.events.at(-1)?.at ?? 0) || minute.b.requests === null
                  ? minute
                  : {...minute, b: {...minute.b, answered5xx: Math.round((minute.b.requests ?? 0) * 0.05)}},
              ),
          },
        },
      }
      const tidied = await resume(aDesk(store, clock, 'w2'), promoted.run, sick, alone({until: 'tidied'}))
      expect(tidied.end.kind).toBe(kind)
      expect(aws.slots.a.desired).toBe(2)
      expect(aws.rule.weights).toEqual(afterPromotion === 'alert' ? {a: 0, b: 100} : {a: 100, b: 0})
      if (afterPromotion === 'alert') {
        const seen = await resume(aDesk(store, clock, 'w3'), promoted.run, sick, alone({until: 'tidied'}))
        expect(seen.end).toMatchObject({kind: 'ended', outcome: {outcome: 'promoted'}})
        expect(aws.slots.a.desired).toBe(0)
      }
      if (afterPromotion === 'roll-back') expect(tidied.end).toMatchObject({outcome: {outcome: 'rolled-back', cause: 'verdict'}})
    },
  )
})

describe('wishes', () => {
  it('abort beats promote', async () => {
    const {aws, desk, clock, store} = aBench()
    clock.at(
      clock.now() + minutes(6),
      () =>
        void (async () => {
          const run = runOf(store)
          await askRun(aDesk(store, clock, 'ann'), run, 'promote', 'go')
          await askRun(aDesk(store, clock, 'bob'), run, 'abort', 'stop')
        })(),
    )
    expect((await release(desk, aws)).end).toMatchObject({outcome: {outcome: 'rolled-back', cause: 'abort'}})
  })
})

const runOf = (store: ReturnType<typeof memoryStore>): string =>
  [...store.objects.keys()].find((key) => key.startsWith('runs/'))?.split('/')[1] ?? ''
const lastRunOf = (store: ReturnType<typeof memoryStore>): string =>
  [...store.objects.keys()].findLast((key) => key.startsWith('runs/'))?.split('/')[1] ?? ''

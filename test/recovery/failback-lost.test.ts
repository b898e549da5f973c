import {describe, expect, it} from 'vitest'
import {ExitCode} from '../../src/errors.ts'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import {failbackStamp} from '../../src/runbooks/recovery/failback-input.ts'
import type {FailbackInput, PromoteInput, Standing} from '../../src/runbooks/recovery/input.ts'
import {findRecovery} from '../../src/runbooks/recovery/find-recovery.ts'
import {readReadiness} from '../../src/runbooks/recovery/readiness/read-readiness.ts'
import {findReopens} from '../../src/runbooks/recovery/reopening.ts'
import type {RecoveryRan} from '../../src/runbooks/recovery/run-recovery.ts'
import {recoveryView} from '../../src/ui/recovery-view.ts'
import {nextCommands, recoverySentence} from '../../src/ui/recovery-words.ts'
import {aFailback, away, Killed} from '../support/failback-bench.ts'
import type {Away} from '../support/failback-bench.ts'
import {aPromoteInput, aSettings, aSide, aStackConfig} from '../support/recovery-bench.ts'
import {begin, endOf, factsOf, goOn} from '../support/recovery-drive.ts'
import {aDesk} from '../support/release-bench.ts'

const home = 'eu-west-1'
const fled = 'eu-central-1'

const standingOf = ({fake}: Away): Standing =>
  JSON.parse(fake.stores[fled]?.objects.get('recovery/shop.production/standing.json')?.body ?? 'null') as Standing

const failbackNow = (gone: Away): FailbackInput => {
  const standing = standingOf(gone)
  return aFailback(gone, {standing, stamp: failbackStamp(standing)})
}

/** As `dr promote --unplanned` makes it. */
async function promoteNow(gone: Away, change: Partial<PromoteInput> = {}): Promise<PromoteInput> {
  const {fake} = gone
  const desk = aDesk(fake.world.store(fled), fake.clock, 'p1')
  const stood = standingOf(gone)
  const found = await findReopens({desk, place: fake.place, world: fake.world}, stood)
  return aPromoteInput(fake.place, {
    acceptLossMs: minutes(60),
    lastAnswerAt: fake.clock.now(),
    from: null,
    to: {...aSide(fled), serving: found?.serving ?? 'b'},
    stood,
    reopens: found?.reopens ?? null,
    ...change,
  })
}

/** Calls behind the flip, the first time of each. */
function watchBehindFlip(gone: Away, at: (label: string) => void): void {
  const times = new Map<string, number>()
  let flipped = false
  gone.watch((moment, call, region) => {
    if (
      call === 'switches.remove'
      && moment === 'after'
      && ![...gone.fake.names.objects.keys()].some((key) => key.endsWith('/stop'))
    )
      flipped = true
    if (!flipped || call.startsWith('store.')) return
    const key = `${moment} ${call} ${region}`
    times.set(key, (times.get(key) ?? 0) + 1)
    if ((times.get(key) ?? 0) === 1) at(key)
  })
}

async function momentsBehindFlip(): Promise<readonly string[]> {
  const gone = await away('planned')
  const seen: string[] = []
  watchBehindFlip(gone, (label) => seen.push(label))
  await begin(gone.fake, failbackNow(gone), {}, 'f1')
  return [...new Set(seen)]
}

/** Home is lost at that moment, row 50 written there just before; the failback as it was left. */
async function lostAt(gone: Away, at: string): Promise<RecoveryRan> {
  let died = false
  watchBehindFlip(gone, (label) => {
    if (died || label !== at) return
    died = true
    gone.fake.write(50)
    gone.fake.kill(home)
  })
  const ran = await begin(gone.fake, failbackNow(gone), {}, 'f1')
  gone.watch(() => undefined)
  return ran
}

const written = ({fake}: Away, region: string): readonly number[] =>
  fake.databases.find(region, fake.place.database)?.written.map(({id}) => id) ?? []

/** Home is there again: fenced by itself, and a failback brings both Regions to what they were. */
async function afterwards(gone: Away): Promise<readonly string[]> {
  const {fake} = gone
  fake.revive(home)
  fake.clock.leap(fake.clock.now() + minutes(10))
  const wrong: string[] = []
  if (fake.compute.ingress.get(`${home}/sg-database-${home}`) !== '[]') wrong.push('the database of home is open')
  if (fake.compute.rules.get(home)?.fixed === null) wrong.push('home serves')
  if (!fake.write(100)) wrong.push('nobody writes')
  const again = await begin(fake, failbackNow(gone), {}, 'f2')
  if (endOf(again) !== 'done') wrong.push(`again: ${endOf(again)}`)
  const left = fake.databases.all.map(({id, region, source}) => `${id}@${region}${source === null ? '' : ' replica'}`).toSorted()
  if (left.join() !== [`shop-production@${fled} replica`, `shop-production@${home}`].join()) wrong.push(left.join())
  if (fake.databases.all.some((one) => !one.protected)) wrong.push('one can be deleted')
  fake.clock.leap(fake.clock.now() + minutes(10))
  if (fake.names.leads() !== home || !fake.write(101)) wrong.push('home takes no writes after all')
  if (![1, 3, 99, 100, 101].every((id) => written(gone, home).includes(id))) wrong.push(`rows ${written(gone, home).join()}`)
  if (standingOf(gone).region !== home || !standingOf(gone).settled) wrong.push('not settled')
  return wrong
}

const newestRun = ({fake}: Away): string =>
  [
    ...new Set(
      [...(fake.stores[fled]?.objects.keys() ?? [])]
        .filter((key) => key.startsWith('runs/'))
        .map((key) => key.split('/')[1] ?? ''),
    ),
  ]
    .toSorted()
    .at(-1) ?? ''

const outcomeOf = async (gone: Away, run: string): Promise<string> => {
  const ran = await goOn(gone.fake, run, {}, 'f9')
  return endOf(ran)
}

describe('home is lost behind the flip of a failback', () => {
  it(
    'whenever that is, an unplanned promote gives users back what they left, and both Regions can be what they were',
    {timeout: 300_000},
    async () => {
      const wrong: string[] = []
      const seen = new Set<string>()
      const labels = await momentsBehindFlip()
      for (const at of labels) {
        const gone = await away('planned')
        const {fake} = gone
        const ran = await lostAt(gone, at)
        if (endOf(ran) === 'done') continue
        const before = fake.databases.accepted.filter((call) => call.startsWith('promote')).length
        const input = await promoteNow(gone)
        const what = input.reopens?.what ?? 'nothing'
        seen.add(what)
        const done = await begin(fake, input, {}, 'p1')
        if (endOf(done) !== 'done') {
          wrong.push(`${at} (${what}): failback ${endOf(ran)}; promote ${endOf(done)}`)
          continue
        }
        const promotions = fake.databases.accepted.filter((call) => call.startsWith('promote')).length - before
        fake.clock.leap(fake.clock.now() + minutes(1))
        const found = [
          ...(endOf(ran).startsWith("paused: eu-west-1 hasn't answered") ? [] : [`failback ${endOf(ran)}`]),
          ...(promotions === (what === 'opens' ? 0 : 1) ? [] : [`${promotions} promotions`]),
          ...(fake.names.leads() === fled && fake.write(99) ? [] : ['not served']),
          ...([1, 3].every((id) => written(gone, fled).includes(id)) ? [] : [`rows ${written(gone, fled).join()}`]),
          ...(fake.database(fled).protected ? [] : ['what serves can be deleted']),
          ...(fake.database(fled).maintenanceWindow === 'sun:03:00-sun:04:00' ? [] : ['another maintenance window']),
          ...((await outcomeOf(gone, ran.run)).startsWith(`halted: superseded by ${done.run}`) ? [] : ['the failback goes on']),
          ...(await afterwards(gone)),
        ]
        if (found.length > 0) wrong.push(`${at} (${what}): ${found.join('; ')}`)
      }
      expect(wrong).toEqual([])
      expect([...seen].toSorted()).toEqual(['opens', 'promotes'])
      expect(labels.length).toBeGreaterThan(25)
    },
  )
})

/** Set aside, and nothing is made in its place yet. */
const renamed = `after database.modify ${fled}`

/** While the new replica is being made: home is lost, and the failback has paused. */
async function lostHalfMade(
  at = `after database.createReplica ${fled}`,
): Promise<{readonly gone: Away; readonly left: RecoveryRan}> {
  const gone = await away('planned')
  const left = await lostAt(gone, at)
  return {gone, left}
}

describe('what it costs to go back to the database that users left', () => {
  const approved = (ran: RecoveryRan) => factsOf(ran.events, 'approve')

  it('is everything written at home since the flip, up to its last answer, and is told as such', async () => {
    const {gone, left} = await lostHalfMade()
    const input = await promoteNow(gone)
    const flippedAt = input.reopens?.flippedAt ?? 0
    const done = await begin(gone.fake, {...input, lastAnswerAt: flippedAt + seconds(372)}, {}, 'p1')
    expect(approved(done)).toMatchObject({lossMs: seconds(372), source: 'flip'})
    expect(approved(done)['text']).toMatch(
      /^everything users wrote in eu-west-1 since \d\d:\d\d:\d\dZ is lost, at most 6 min 12 s of it \(it last answered /,
    )
    expect(standingOf(gone).replicatedUntil).toBe(factsOf(left.events, 'drained')['replicatedUntil'])
  })

  it('is never less than to the last answer that the failback itself saw, whatever a watch or a person says', async () => {
    const {gone} = await lostHalfMade()
    const input = await promoteNow(gone)
    const {flippedAt = 0, answeredAt = 0} = input.reopens ?? {}
    const done = await begin(gone.fake, {...input, lastAnswerAt: flippedAt - minutes(5)}, {}, 'p1')
    expect(answeredAt).toBeGreaterThan(flippedAt)
    expect(approved(done)['lossMs']).toBe(answeredAt - flippedAt)
  })

  it('is nothing that is done without being asked: less than that accepted waits, then pauses, and the database stays closed', async () => {
    const {gone} = await lostHalfMade(renamed)
    const ran = await begin(gone.fake, await promoteNow(gone, {acceptLossMs: 1000}), {}, 'p1')
    expect(endOf(ran)).toMatch(/^paused: What users wrote at home since then is given up: .* 1 s accepted so far is too little$/)
    expect(gone.fake.compute.ingress.get(`${fled}/sg-database-${fled}`)).toBe('[]')
    expect(endOf(await goOn(gone.fake, ran.run, {accepts: {lossMs: minutes(60)}}))).toBe('done')
  })

  it("can't be told where only this machine hears nothing of home: no number of seconds is enough, the words for any are", async () => {
    const {gone} = await lostHalfMade(renamed)
    const ran = await begin(gone.fake, await promoteNow(gone, {lastAnswerAt: null}), {}, 'p1')
    expect(endOf(ran)).toMatch(/can't be told: only this machine hears nothing of it.*it needs --accept-unknown-loss$/)
    expect(endOf(await goOn(gone.fake, ran.run, {accepts: {unknown: true}}))).toBe('done')
  })

  it('is bounded by the watch of the other Region', async () => {
    const {gone} = await lostHalfMade()
    const input = await promoteNow(gone, {lastAnswerAt: null})
    const since = (input.reopens?.answeredAt ?? 0) + seconds(30)
    const done = await begin(gone.fake, {...input, silence: {since, answeredAt: since - seconds(12), by: fled}}, {}, 'p1')
    expect(approved(done)).toMatchObject({lossMs: since - (input.reopens?.flippedAt ?? 0)})
  })

  it('is bounded by the fence where home can still be fenced, and what it took is listed by the next failback', async () => {
    const {gone} = await lostHalfMade()
    gone.fake.revive(home)
    const done = await begin(gone.fake, await promoteNow(gone, {from: aSide(home), lastAnswerAt: null}), {}, 'p1')
    expect(endOf(done)).toBe('done')
    expect(factsOf(done.events, 'fence')).toMatchObject({how: 'fenced'})
    expect(written(gone, fled)).not.toContain(50)
    const asked: string[] = []
    gone.fake.compute.taskLines = (_region, {SLUICE_ASK: ask}) => {
      asked.push(ask ?? '')
      return ['{"id":50,"at":1}', '{"done":true,"rows":1}']
    }
    const again = await begin(gone.fake, failbackNow(gone), {}, 'f2')
    expect(factsOf(again.events, 'report')).toMatchObject({orphans: 1, orphanRows: [{id: 50, at: 1}]})
    expect(asked).toEqual([`writes-after:${Number(factsOf(done.events, 'approve')['replicatedUntil'])}`])
  })
})

describe('going back to the database that users left', () => {
  it('killed anywhere and resumed ends the same: nothing promoted, one database, that run over', {timeout: 240_000}, async () => {
    const seen: string[] = []
    const first = await lostHalfMade()
    first.gone.watch((moment, call, region) => void seen.push(`${moment} ${call} ${region}`))
    await begin(first.gone.fake, await promoteNow(first.gone), {}, 'p1')
    const wrong: string[] = []
    const labels = [...new Set(seen)].filter((label) => !label.includes(' store.') || label.includes('standing'))
    for (const at of labels) {
      const {gone, left} = await lostHalfMade()
      const {fake} = gone
      const input = await promoteNow(gone)
      const before = fake.databases.accepted.length
      let killed = false
      gone.watch((moment, call, region) => {
        if (killed || `${moment} ${call} ${region}` !== at) return
        killed = true
        throw new Killed()
      })
      await begin(fake, input, {}, 'p1').catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error
      })
      if (!killed) continue
      const ran = await goOn(fake, newestRun(gone), {}, 'p2')
      const accepted = fake.databases.accepted.slice(before).filter((call) => call.startsWith('promote'))
      const found = [
        ...(endOf(ran) === 'done' ? [] : [endOf(ran)]),
        ...(accepted.length === 0 ? [] : accepted),
        ...(fake.write(99) ? [] : ['not served']),
        ...(fake.databases.all.filter(({region}) => region === fled).length === 1 ? [] : ['another database is left']),
        ...((await outcomeOf(gone, left.run)).startsWith('halted: superseded by') ? [] : ['the failback goes on']),
      ]
      if (found.length > 0) wrong.push(`${at}: ${found.join('; ')}`)
    }
    expect(wrong).toEqual([])
    expect(labels.length).toBeGreaterThan(25)
  })

  it('withdrawn before it takes effect leaves the failback as it was: it can be gone on with once home is there again', async () => {
    const {gone, left} = await lostHalfMade()
    const ran = await begin(gone.fake, await promoteNow(gone, {acceptLossMs: 0}), {}, 'p1')
    expect(endOf(await goOn(gone.fake, ran.run, {withdraw: 'home is back'}))).toMatch(/^failed: aborted by/)
    gone.fake.revive(home)
    gone.fake.clock.leap(gone.fake.clock.now() + minutes(5))
    const open = await findRecovery(aDesk(gone.fake.world.store(fled), gone.fake.clock, 'w'), gone.fake.place)
    expect(open?.run).toBe(left.run)
    expect(endOf(await goOn(gone.fake, left.run, {}, 'f3'))).toBe('done')
    expect(gone.fake.names.leads()).toBe(home)
  })

  it('withdrawn before the flip, where home is fenced and has everything, leaves users at home, and a failback makes the standby', async () => {
    const {gone} = await lostHalfMade()
    const {fake} = gone
    fake.revive(home)
    fake.compute.sick.add('shop-production-a')
    const ran = await begin(fake, await promoteNow(gone, {from: aSide(home)}), {}, 'p1')
    expect(endOf(ran)).toMatch(/^paused: /)
    fake.compute.sick.clear()
    expect(endOf(await goOn(fake, ran.run, {withdraw: 'home is well'}))).toMatch(/^failed: aborted by/)
    fake.clock.leap(fake.clock.now() + minutes(5))
    expect(standingOf(gone)).toMatchObject({region: home, withdrawn: {setAside: [expect.stringContaining('-fenced-')]}})
    expect(fake.compute.ingress.get(`${fled}/sg-database-${fled}`)).toBe('[]')
    expect(fake.names.leads() === home && fake.write(98)).toBe(true)
    const mended = await begin(fake, failbackNow(gone), {}, 'f2')
    expect(endOf(mended)).toBe('done')
    expect(
      fake.databases.all.map(({id, region, source}) => `${id}@${region} ${source === null ? 'primary' : 'replica'}`).toSorted(),
    ).toEqual([`shop-production@${fled} replica`, `shop-production@${home} primary`])
    expect(written(gone, home)).toEqual([1, 3, 50, 98])
  })

  it('is taken back when the new replica is there after all before it is agreed to: the same command promotes that one, which has more', async () => {
    const {gone} = await lostHalfMade()
    const ran = await begin(gone.fake, await promoteNow(gone, {acceptLossMs: 0}), {}, 'p1')
    gone.fake.clock.leap(gone.fake.clock.now() + minutes(10))
    expect(endOf(await goOn(gone.fake, ran.run, {accepts: {lossMs: minutes(60)}}))).toMatch(
      /^failed: the new replica shop-production in eu-central-1 is there after all, and has more: begin again with sluice dr promote --unplanned/,
    )
    const input = await promoteNow(gone)
    expect(input.reopens?.what).toBe('promotes')
    expect(endOf(await begin(gone.fake, input, {}, 'p2'))).toBe('done')
    expect(written(gone, fled)).toContain(50)
    // That failback couldn't finish it.
    expect(gone.fake.database(fled)).toMatchObject({protected: true, maintenanceWindow: 'sun:03:00-sun:04:00'})
  })

  it('is refused where somebody opened that database since: what it has is no longer known', async () => {
    const {gone, left} = await lostHalfMade()
    gone.fake.compute.ingress.set(`${fled}/sg-database-${fled}`, '[{"IpProtocol":"tcp"}]')
    const ran = await begin(gone.fake, await promoteNow(gone), {}, 'p1')
    expect(endOf(ran)).toMatch(/^failed: eu-central-1 was opened since r-.* fenced it \(its database's group lets somebody in\)/)
    expect(standingOf(gone).run).toBe(left.run)
  })

  it('is what whoever would withdraw that failback is told of: its flip has begun', async () => {
    const {gone, left} = await lostHalfMade()
    await expect(goOn(gone.fake, left.run, {withdraw: 'home is gone'})).rejects.toMatchObject({
      suggestions: [`sluice dr resume ${left.run}`, 'sluice dr promote --unplanned (once eu-west-1 is lost)'],
    })
  })

  it('is nothing for a planned one, nor for anything else: that run is gone on with first', async () => {
    const {gone, left} = await lostHalfMade()
    await expect(begin(gone.fake, aPromoteInput(gone.fake.place, {mode: 'planned'}), {}, 'p1')).rejects.toThrow(
      `${left.run} (failback) isn't finished`,
    )
  })
})

describe('what is said of it', () => {
  it('the paused failback names the command first, and the way on for a home that answers again', async () => {
    const {left} = await lostHalfMade()
    const view = recoveryView(left.events, {run: left.run}, left.events.at(-1)?.at ?? 0)
    expect(recoverySentence(view)).toMatch(
      /is paused: eu-west-1 hasn't answered for 3 min, and users are there. When it is lost, sluice dr promote --unplanned sends them back to eu-central-1, whose database has everything up to \d\d:\d\d:\d\dZ/,
    )
    expect(nextCommands(view)).toEqual(['sluice dr promote --unplanned', `sluice dr resume ${left.run}`])
    expect(view.exitCode).toBe(ExitCode.halted)
  })

  it('dr check leads to that run, and to the failover: nothing may be made in the place of what users left', async () => {
    const {gone, left} = await lostHalfMade(renamed)
    gone.fake.revive(home)
    const {place, world, clock} = gone.fake
    const {findings} = await readReadiness(world, {
      config: aStackConfig(),
      place,
      settings: aSettings(),
      sides: {home: aSide(home), recovery: aSide(fled)},
      standing: standingOf(gone),
      lastDrillAt: null,
      now: clock.now(),
      signal: new AbortController().signal,
      forecast: {p50Seconds: 0, p90Seconds: 0},
    })
    expect(findings.filter(({id}) => id === 'replica-state')).toMatchObject([
      {
        level: 'fail',
        text: `shop-production in eu-central-1 is no replica of eu-west-1 again yet: ${left.run} is making it one, after users went home.`,
        suggestions: [`sluice dr resume ${left.run}`, 'sluice dr promote --unplanned (once eu-west-1 is lost)'],
      },
    ])
  })

  it('the failback whose place was taken is over, and asks nothing of anybody', async () => {
    const {gone, left} = await lostHalfMade()
    const done = await begin(gone.fake, await promoteNow(gone), {}, 'p1')
    const {events} = await goOn(gone.fake, left.run, {}, 'f9')
    const view = recoveryView(events, {run: left.run}, gone.fake.clock.now())
    expect(recoverySentence(view)).toContain(
      `is over: superseded by ${done.run}: eu-west-1 was lost after users had gone back to it`,
    )
    expect(nextCommands(view)).toEqual(['sluice dr status', `sluice dr report ${left.run} --html ${left.run}.html`])
  })
})

/** The commit window of a promote: between the fence and the flip nobody's write is accepted, and home has everything. */
import {describe, expect, it} from 'vitest'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {FailbackInput, PromoteInput, Standing} from '../../src/runbooks/recovery/input.ts'
import {failbackStamp} from '../../src/runbooks/recovery/failback-input.ts'
import {findRecovery} from '../../src/runbooks/recovery/find-recovery.ts'
import {standingKey} from '../../src/runbooks/recovery/place.ts'
import {askRecovery} from '../../src/runbooks/recovery/run-recovery.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import type {FakeRecovery} from '../support/fake-recovery-world.ts'
import {aCapacity, aPromoteInput, aSettings, aSide, aStackConfig} from '../support/recovery-bench.ts'
import {Killed, stacksStand} from '../support/failback-bench.ts'
import {aRecovery, begin, endOf, goOn} from '../support/recovery-drive.ts'
import {aDesk} from '../support/release-bench.ts'

const home = 'eu-west-1'
const away = 'eu-central-1'

type Moment = 'before' | 'after'

/** Calls between the first refused user and the flip, each the first and the second time it is made. */
function inWindow(at: (label: string, fake: FakeRecovery, call: string, region: string, moment: Moment) => void) {
  const times = new Map<string, number>()
  const state = {refused: false, over: false}
  const fake: FakeRecovery = aRecovery({
    around(moment, call, region) {
      if (call === 'fence.refuseAll' && moment === 'after') state.refused = true
      if (call === 'switches.put') state.over = true
      if (!state.refused || state.over || call.startsWith('store.')) return
      const key = `${moment} ${call} ${region}`
      times.set(key, (times.get(key) ?? 0) + 1)
      if ((times.get(key) ?? 0) <= 2) at(`${key} ${times.get(key) ?? 0}`, fake, call, region, moment)
    },
  })
  fake.write(1)
  return fake
}

const planned = ({place}: FakeRecovery): PromoteInput => aPromoteInput(place, {mode: 'planned', acceptLossMs: null})

async function moments(): Promise<readonly string[]> {
  const labels = new Set<string>()
  const fake = inWindow((label) => labels.add(label))
  expect(endOf(await begin(fake, planned(fake)))).toBe('done')
  return [...labels]
}

const standingOf = ({stores, place}: FakeRecovery): Standing | null =>
  JSON.parse(stores[place.recovery]?.objects.get(standingKey(place))?.body ?? 'null') as Standing | null

const promotions = ({databases}: FakeRecovery): number => databases.accepted.filter((one) => one.startsWith('promote')).length

/** What is wrong with an end after which users should be where they were. */
function atHome(fake: FakeRecovery): readonly string[] {
  fake.clock.leap(fake.clock.now() + minutes(5))
  const wrong: string[] = []
  if (fake.names.leads() !== home) wrong.push('users are sent away')
  if (!fake.write(2)) wrong.push('home takes no writes')
  const ids = fake.database(home).written.map(({id}) => id)
  if (![1, 2].every((id) => ids.includes(id))) wrong.push(`rows ${ids.join()}`)
  const standing = standingOf(fake)
  if (standing !== null && (standing.region !== home || !standing.settled)) wrong.push(`by right in ${standing.region}`)
  if (fake.secrets.get(`${away}/secret-${away}`)?.primaryRegion === null) wrong.push('the secret stands alone')
  if (promotions(fake) > 1) wrong.push('promoted twice')
  return wrong
}

/** Nobody is ever sent to a database that was promoted in vain; a failback mends it, and then a promote works. */
async function mended(fake: FakeRecovery): Promise<readonly string[]> {
  const wrong: string[] = []
  const wasReplica = fake.database(away).source !== null
  const again = await begin(fake, {...planned(fake), stood: standingOf(fake)}, {}, 'w5')
  if (wasReplica) return endOf(again) === 'done' ? [] : [`again: ${endOf(again)}`]
  if (!endOf(again).startsWith('failed')) wrong.push(`a stale database: ${endOf(again)}`)
  wrong.push(...atHome(fake))
  return wrong
}

const refusal = (call: string) =>
  new SluiceError({code: 'aws-refused', exitCode: ExitCode.unexpected, message: `${call} was refused`, suggestions: []})

describe('a planned promote that fails between the fence and the flip', () => {
  it.each(['is refused', 'is never answered again'] as const)(
    'whichever call %s, users are served at home again, with every row',
    {timeout: 240_000},
    async (how) => {
      const wrong: string[] = []
      const labels = await moments()
      for (const at of labels) {
        let stuck: string | null = null
        const fake = inWindow((label, _fake, call, region) => {
          if (label === at && stuck === null) {
            stuck = `${call} ${region}`
            if (how === 'is refused') throw refusal(call)
          }
          // Its own undo is another story: what is never answered is what leads away.
          if (how === 'is never answered again' && stuck === `${call} ${region}` && region === away)
            throw new Unavailable(call, 'no answer')
        })
        const ran = await begin(fake, planned(fake))
        const end = endOf(ran)
        const found = end === 'done' ? [] : [...(end.startsWith('failed') ? [] : [end]), ...atHome(fake), ...(await mended(fake))]
        if (found.length > 0) wrong.push(`${at}: ${found.join('; ')}`)
      }
      expect(wrong).toEqual([])
      expect(labels.some((label) => label.includes('database.promote'))).toBe(true)
      expect(labels.length).toBeGreaterThan(25)
    },
  )

  const ends: readonly (readonly [string, (fake: FakeRecovery) => void, string])[] = [
    [
      'tasks that never write',
      (fake) => {
        fake.answers = ({host, path}) =>
          host.startsWith(away) && path.includes('write') ? {status: 503, region: away, body: '', at: fake.clock.now()} : null
      },
      'not done within 15 min',
    ],
    [
      'a promotion that RDS never ends',
      (fake) => void fake.clock.at(fake.clock.now() + minutes(1), () => void (fake.database(away).pending = ['Something'])),
      'not done within 30 min',
    ],
  ]
  it.each(ends)('%s: it fails by name within a bound, and goes back', async (_name, breaks, words) => {
    let broken = false
    const fake = inWindow((_label, world, call, _region, moment) => {
      if (call !== 'database.promote' || moment !== 'after' || broken) return
      broken = true
      breaks(world)
    })
    const ran = await begin(fake, planned(fake))
    expect(endOf(ran)).toContain('failed: ')
    expect(endOf(ran)).toContain(words)
    fake.answers = () => null
    expect(atHome(fake)).toEqual([])
    expect(standingOf(fake)).toMatchObject({region: home, settled: true, withdrawn: {setAside: []}})
  })

  it('killed at any moment while it goes back, whoever resumes ends the same', {timeout: 240_000}, async () => {
    const wrong: string[] = []
    let kills = 0
    for (let left = 0; ; left += 1) {
      let count = left
      let going = false
      let dead = false
      const fake: FakeRecovery = aRecovery({
        around(moment, call, region) {
          if (call === 'compute.rollService' && region === away && moment === 'before' && !going) {
            going = true
            throw refusal(call)
          }
          if (dead) throw new Killed()
          if (!going || count < 0) return
          count -= 1
          if (count >= 0) return
          dead = true
          throw new Killed()
        },
      })
      fake.write(1)
      const first = await begin(fake, planned(fake)).catch((error: unknown) => {
        if (error instanceof Killed) return null
        throw error
      })
      if (first !== null) break
      kills += 1
      dead = false
      fake.clock.leap(fake.clock.now() + minutes(left % 2 === 0 ? 4 : 90))
      const run = [...(fake.stores[away]?.objects.keys() ?? [])].find((key) => key.startsWith('runs/'))?.split('/')[1] ?? ''
      const ran = await goOn(fake, run)
      // Killed before its failure was written down, the roll is made again, and it goes through.
      if (endOf(ran) === 'done') continue
      const found = [...(endOf(ran).startsWith('failed') ? [] : [endOf(ran)]), ...atHome(fake)]
      if (found.length > 0) wrong.push(`${left}: ${found.join('; ')}`)
    }
    expect(wrong).toEqual([])
    expect(kills).toBeGreaterThan(15)
  })
})

/** Fenced, promoted, and its tasks don't begin. */
async function stuckInOutage(
  prepare: (fake: FakeRecovery) => void | Promise<void> = () => undefined,
  around: () => void = () => undefined,
) {
  const fake = aRecovery({around})
  await prepare(fake)
  fake.write(1)
  fake.compute.sick.add('shop-production-a')
  const ran = await begin(fake, aPromoteInput(fake.place, {acceptLossMs: minutes(30)}))
  expect(endOf(ran)).toMatch(/^paused: /)
  expect(promotions(fake)).toBe(1)
  return {fake, ran}
}

describe('an unplanned promote after the promotion', () => {
  it('goes back by nobody but a person, who sees that home has everything', async () => {
    const {fake, ran} = await stuckInOutage()
    fake.compute.sick.clear()
    expect(endOf(await goOn(fake, ran.run, {withdraw: 'home is well'}))).toMatch(/^failed: aborted by .*home is well$/)
    expect(atHome(fake)).toEqual([])
    expect(standingOf(fake)).toMatchObject({region: home, settled: true, withdrawn: {setAside: []}})
  })

  it.each<readonly [string, (fake: FakeRecovery) => void, RegExp]>([
    ['home is silent', (fake) => fake.kill(home), /doesn't answer/],
    [
      'somebody opened home',
      (fake) => void fake.compute.ingress.set(`${home}/sg-database-${home}`, '[1]'),
      /isn't fenced any more/,
    ],
  ])('is refused when %s, and nothing is changed', async (_name, breaks, words) => {
    const {fake, ran} = await stuckInOutage()
    breaks(fake)
    const before = standingOf(fake)
    await expect(goOn(fake, ran.run, {withdraw: 'no'})).rejects.toThrow(words)
    const desk = aDesk(fake.world.store(away), fake.clock, 'bob')
    await expect(askRecovery(desk, ran.run, 'abort', 'no', undefined, fake.world)).rejects.toThrow(words)
    expect(standingOf(fake)).toEqual(before)
  })

  it('is refused when this run never fenced home', async () => {
    const {fake, ran} = await stuckInOutage((world) => {
      world.kill(home)
      world.clock.leap(world.clock.now() + seconds(20))
    })
    fake.revive(home)
    await expect(goOn(fake, ran.run, {withdraw: 'no'})).rejects.toThrow("couldn't fence eu-west-1")
  })

  it.each(['planned', 'unplanned'] as const)('is refused after the flip of a %s one: users write there', async (mode) => {
    const fake = aRecovery()
    let put = false
    const own = aRecovery({
      around(_moment, call, region) {
        if (call === 'switches.put') put = true
        if (put && call === 'names.resolve' && region === 'dns') throw refusal(call)
      },
    })
    own.answers = ({host}) => (put && host === fake.place.api ? {status: 500, region: null, body: '', at: own.clock.now()} : null)
    const ran = await begin(own, aPromoteInput(own.place, {mode, acceptLossMs: mode === 'planned' ? null : minutes(30)}))
    expect(endOf(ran)).toMatch(/^paused: /)
    await expect(goOn(own, ran.run, {withdraw: 'no'})).rejects.toThrow(
      /users have been sent to eu-central-1 since .*Z and write there. The way back is a failback, which loses nothing/,
    )
  })
})

const aMend = (fake: FakeRecovery, standing: Standing): FailbackInput => ({
  kind: 'failback',
  config: aStackConfig(),
  place: fake.place,
  settings: aSettings(),
  by: 'arn:aws:iam::1:role/w1',
  from: aSide(away),
  to: aSide(home),
  capacity: aCapacity(home),
  standing,
  stamp: failbackStamp(standing),
  readiness: null,
})

describe('what was promoted in vain', () => {
  async function inVain(around: () => void = () => undefined): Promise<FakeRecovery> {
    const {fake, ran} = await stuckInOutage(stacksStand, around)
    fake.compute.sick.clear()
    await goOn(fake, ran.run, {withdraw: 'home is well'})
    expect(atHome(fake)).toEqual([])
    return fake
  }

  it.each(['planned', 'unplanned'] as const)('is refused by a %s promote before anything begins', async (mode) => {
    const fake = await inVain()
    const ran = await begin(fake, aPromoteInput(fake.place, {mode, stood: standingOf(fake), acceptLossMs: minutes(30)}), {}, 'w7')
    expect(endOf(ran)).toMatch(/^failed: .*promoted in vain .*sluice dr failback/)
    expect(atHome(fake)).toEqual([])
  })

  it.each([0, 30, 60, 150, 230])(
    'that RDS is still at, %i s after it was taken back, is never taken for a replica',
    async (after) => {
      const broken = {yet: false}
      const fake: FakeRecovery = aRecovery({
        around(moment, call) {
          if (call !== 'database.promote' || moment !== 'after' || broken.yet) return
          broken.yet = true
          throw refusal(call)
        },
      })
      await stacksStand(fake)
      fake.write(1)
      expect(endOf(await begin(fake, planned(fake)))).toMatch(/^failed: /)
      fake.clock.leap(fake.clock.now() + seconds(after))
      const standing = standingOf(fake)
      if (standing === null) throw new Error('no record')
      const again = await begin(fake, {...planned(fake), stood: standing}, {}, 'w5')
      expect(endOf(again)).toMatch(/^failed: .*promoted in vain/)
      fake.clock.leap(fake.clock.now() + seconds(5))
      expect(endOf(await begin(fake, aMend(fake, standing), {}, 'w6'))).toBe('done')
      expect(fake.database(away).source).not.toBeNull()
      expect(promotions(fake)).toBe(1)
      expect(atHome(fake)).toEqual([])
    },
  )

  it.each([0, 30, 60, 150])('is mended %i s after it was taken back, while RDS is still at it, too', async (after) => {
    const broken = {yet: false}
    const fake: FakeRecovery = aRecovery({
      around(moment, call) {
        if (call !== 'database.promote' || moment !== 'after' || broken.yet) return
        broken.yet = true
        throw refusal(call)
      },
    })
    await stacksStand(fake)
    fake.write(1)
    expect(endOf(await begin(fake, planned(fake)))).toMatch(/^failed: /)
    fake.clock.leap(fake.clock.now() + seconds(after))
    const standing = standingOf(fake)
    if (standing === null) throw new Error('no record')
    expect(endOf(await begin(fake, aMend(fake, standing), {}, 'w6'))).toBe('done')
    fake.clock.leap(fake.clock.now() + minutes(10))
    expect(fake.database(away).source).not.toBeNull()
    expect(standingOf(fake)?.withdrawn).toBeUndefined()
  })

  it('is never taken for the promotion of another run, whatever its first look said', async () => {
    const fake = aRecovery({
      around(moment, call) {
        if (call !== 'fence.refuseAll' || moment !== 'after') return
        Object.assign(fake.database(away), {source: null, from: null, replication: null})
      },
    })
    fake.write(1)
    const ran = await begin(fake, planned(fake))
    expect(endOf(ran)).toMatch(/^failed: /)
    expect(atHome(fake)).toEqual([])
  })

  it(
    'is made a replica again by a failback, killed anywhere or not, which users notice nothing of',
    {timeout: 240_000},
    async () => {
      const wrong: string[] = []
      let kills = 0
      for (let left = 0; ; left += 4) {
        const state = {left: Infinity, dead: false}
        const fake = await inVain(() => {
          if (state.dead) throw new Killed()
          state.left -= 1
          if (state.left >= 0) return
          state.dead = true
          throw new Killed()
        })
        const standing = standingOf(fake)
        if (standing === null) throw new Error('no record')
        const input = aMend(fake, standing)
        const refusals = () => fake.calls.filter((call) => call === `fence.refuseAll ${home}`).length
        const refused = refusals()
        state.left = left
        const first = await begin(fake, input, {}, 'm1').catch((error: unknown) => {
          if (error instanceof Killed) return null
          throw error
        })
        Object.assign(state, {left: Infinity, dead: false})
        if (first === null) kills += 1
        fake.clock.leap(fake.clock.now() + minutes(4))
        const open = await findRecovery(aDesk(fake.world.store(away), fake.clock, 'm2'), fake.place)
        const ran = first ?? (open === null ? await begin(fake, input, {}, 'm2') : await goOn(fake, open.run, {}, 'm2'))
        const found = [
          ...(endOf(ran) === 'done' ? [] : [endOf(ran)]),
          ...(standingOf(fake)?.withdrawn === undefined ? [] : ['still in vain']),
          ...(refusals() === refused ? [] : ['users were refused']),
          ...(fake.database(away).source === null ? ['no replica'] : []),
          ...(fake.databases.all.length === 2 ? [] : ['something is left']),
          ...(fake.databases.accepted.includes(`remove shop-production@${home}`) ? ['home was removed'] : []),
          ...(promotions(fake) === 1 ? [] : ['promoted twice']),
        ]
        fake.clock.leap(fake.clock.now() + minutes(20))
        const again = await begin(fake, {...planned(fake), stood: standingOf(fake)}, {}, 'm3')
        if (endOf(again) !== 'done') found.push(`again: ${endOf(again)}`)
        if (found.length > 0) wrong.push(`${left}: ${found.join('; ')}`)
        if (first !== null) break
      }
      expect(wrong).toEqual([])
      expect(kills).toBeGreaterThan(10)
    },
  )
})

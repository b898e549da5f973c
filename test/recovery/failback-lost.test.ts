import {describe, expect, it} from 'vitest'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import {failbackStamp} from '../../src/runbooks/recovery/failback-input.ts'
import type {FailbackInput, PromoteInput, Standing} from '../../src/runbooks/recovery/input.ts'
import {findReopens} from '../../src/runbooks/recovery/reopening.ts'
import type {RecoveryRan} from '../../src/runbooks/recovery/run-recovery.ts'
import {aFailback, away} from '../support/failback-bench.ts'
import type {Away} from '../support/failback-bench.ts'
import {aPromoteInput, aSide} from '../support/recovery-bench.ts'
import {begin, endOf, goOn} from '../support/recovery-drive.ts'
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

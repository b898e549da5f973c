import {describe, expect, it} from 'vitest'
import {minutes} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {failbackStamp} from '../../src/runbooks/recovery/failback-input.ts'
import type {FailbackInput, Standing} from '../../src/runbooks/recovery/input.ts'
import {Unreachable} from '../../src/runbooks/recovery/unreachable.ts'
import {aFailback, away, failback, Killed} from '../support/failback-bench.ts'
import type {Away} from '../support/failback-bench.ts'

const home = 'eu-west-1'
const fled = 'eu-central-1'

/** Every call between the first refused user and the flip, with how often it was made before. */
async function refusedMoments(): Promise<readonly string[]> {
  const gone = await away('planned')
  const seen: string[] = []
  watchRefused(gone, (label) => seen.push(label))
  await failback(gone, aFailback(gone))
  return [...new Set(seen)]
}

/** The first and the second time of each call: a poll that is repeated ends no other way. */
function watchRefused(gone: Away, at: (label: string, moment: 'before' | 'after', call: string, region: string) => void): void {
  const times = new Map<string, number>()
  let refused = false
  let over = false
  gone.watch((moment, call, region) => {
    if (call === 'fence.refuseAll' && region === fled && moment === 'after') refused = true
    if (call === 'switches.remove' && moment === 'before' && refused) over = true
    if (!refused || over || call.startsWith('store.')) return
    const key = `${moment} ${call} ${region}`
    times.set(key, (times.get(key) ?? 0) + 1)
    if ((times.get(key) ?? 0) <= 2) at(`${key} ${times.get(key) ?? 0}`, moment, call, region)
  })
}

const becauseOf = (events: readonly Event[]): string => {
  const ended = events.findLast((event) => event.kind === 'ended')
  return ended?.kind === 'ended' ? ended.data.because : ''
}

const begun = (gone: Away): FailbackInput => {
  const standing = standingOf(gone)
  return aFailback(gone, {standing, stamp: failbackStamp(standing)})
}

const standingOf = ({fake}: Away): Standing =>
  JSON.parse(fake.stores[fled]?.objects.get('recovery/shop.production/standing.json')?.body ?? 'null') as Standing

/** Once tasks have begun. */
function servedThere({fake}: Away): boolean {
  fake.clock.leap(fake.clock.now() + minutes(3))
  return fake.names.leads() === fled && fake.write(99)
}

/** Home is there again: it must be fenced, and a failback begun anew must end as one that nothing happened to. */
async function afterwards(gone: Away): Promise<readonly string[]> {
  const {fake} = gone
  gone.watch(() => undefined)
  fake.revive(home)
  fake.clock.leap(fake.clock.now() + minutes(10))
  const wrong: string[] = []
  const standing = standingOf(gone)
  if (standing.region !== fled) wrong.push(`users are by right in ${standing.region}`)
  if (fake.compute.ingress.get(`${home}/sg-database-${home}`) !== '[]') wrong.push('the database of home is open')
  if (fake.compute.rules.get(home)?.fixed === null) wrong.push('home serves')
  if (!fake.write(100)) wrong.push('nobody writes')
  const again = await failback(gone, begun(gone))
  if (again.end !== 'done') wrong.push(`again: ${again.end} ${becauseOf(again.events)}`)
  const left = fake.databases.all.map(({id, region, source}) => `${id}@${region}${source === null ? '' : ' replica'}`).toSorted()
  if (left.join() !== [`shop-production@${fled} replica`, `shop-production@${home}`].join()) wrong.push(left.join())
  fake.clock.leap(fake.clock.now() + minutes(10))
  if (fake.names.leads() !== home || !fake.write(101)) wrong.push('home takes no writes after all')
  const rows = fake.database(home).written.map(({id}) => id)
  if (![1, 3, 99, 100, 101].every((id) => rows.includes(id))) wrong.push(`rows ${rows.join()}`)
  return wrong
}

describe('home dies while users are refused', () => {
  it(
    'whenever it is before the flip, users are served by the Region that has the data, without anybody, and can go home later',
    {timeout: 300_000},
    async () => {
      const wrong: string[] = []
      const labels = await refusedMoments()
      for (const at of labels) {
        const gone = await away('planned')
        const {fake} = gone
        let diedAt: number | null = null
        watchRefused(gone, (label, moment, call, region) => {
          if (label !== at || diedAt !== null) return
          diedAt = fake.clock.now()
          fake.kill(home)
          // Its answer is lost on the way, too.
          if (moment === 'after' && region === home) throw new Unreachable(call, region, `${region} doesn't answer`)
        })
        const {end, events} = await failback(gone, begun(gone), 'stays')
        const because = becauseOf(events)
        const tookMs = (events.at(-1)?.at ?? Infinity) - (diedAt ?? 0)
        const promotions = fake.databases.accepted.filter((call) => call === `promote shop-production@${home}`).length
        const found = [
          ...(end === 'failed' ? [] : [end]),
          ...(because.includes('sluice dr failback') || because.includes('not done within') ? [] : [`because ${because}`]),
          ...(tookMs < minutes(12) ? [] : [`refused for ${Math.round(tookMs / 1000)} s`]),
          ...(servedThere(gone) ? [] : ['not served']),
          ...(promotions <= 1 ? [] : [`${promotions} promotions`]),
          ...(await afterwards(gone)),
        ]
        if (found.length > 0) wrong.push(`${at}: ${found.join('; ')}`)
      }
      expect(wrong).toEqual([])
      expect(labels.filter((label) => label.includes('database.promote')).length).toBe(2)
      expect(labels.length).toBeGreaterThan(25)
    },
  )

  it(
    'and the machine that ticks it dies with it: whoever goes on, some calls later or much later, gives users back',
    {timeout: 300_000},
    async () => {
      const wrong: string[] = []
      let killedInAll = 0
      for (const [index, at] of (await refusedMoments()).entries()) {
        const gone = await away('planned')
        const {fake} = gone
        let callsLeft: number | null = null
        let killed = 0
        watchRefused(gone, (label) => {
          if (label === at && callsLeft === null) {
            fake.kill(home)
            callsLeft = index % 5
          }
          if (callsLeft === null || callsLeft < 0) return
          callsLeft -= 1
          if (callsLeft >= 0) return
          killed += 1
          if (index % 2 === 0) fake.clock.leap(fake.clock.now() + minutes(90))
          throw new Killed()
        })
        const {end, kills} = await failback(gone, begun(gone), 'stays')
        killedInAll += kills
        const found = [
          ...(end === 'failed' ? [] : [end]),
          ...(kills === killed ? [] : ['the killing failed']),
          ...(servedThere(gone) ? [] : ['not served']),
          ...(await afterwards(gone)),
        ]
        if (found.length > 0) wrong.push(`${at}: ${found.join('; ')}`)
      }
      expect(wrong).toEqual([])
      expect(killedInAll).toBeGreaterThan(25)
    },
  )
})

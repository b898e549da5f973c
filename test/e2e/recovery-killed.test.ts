/**
 * `kill -9` of real recoveries, a drawn moment after a drawn step was seen to begin; each time another computer resumes. In the end
 * users are where they were to go, nothing was promoted twice, and no more rows are lost than without a kill.
 *
 * Every kill is printed with the seed; SLUICE_KILL_SEED repeats the draw (moments are real, so they differ by milliseconds).
 */
import {join} from 'node:path'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {tidyUp} from '../support/e2e-cli.ts'
import type {Running} from '../support/e2e-cli.ts'
import {dice} from '../support/e2e-dice.ts'
import {eventOf} from '../support/e2e-events.ts'
import {aStandingService, away, home} from '../support/e2e-recovery.ts'
import type {RecoveryAccount} from '../support/e2e-recovery.ts'

const seed = Number(process.env['SLUICE_KILL_SEED'] ?? 1)
const drawn = dice(seed)
const kills: string[] = []
let account: RecoveryAccount

/** Steps in the order in which they come to be; of each group one is died in. */
const promote = [['declare', 'fence'], ['hosts', 'tasks'], ['approve', 'promote-database'], ['promote-database'], ['secret', 'roll'], ['flip'], ['serving'], ['backups']]
const failback = [
  ['ready-home', 'orphans'], ['keep', 'set-aside'], ['reverse-replica'], ['returning', 'secrets', 'site'], ['open-home', 'caught-up'], ['fence-away', 'drained'],
  ['promote-database'], ['roll', 'flip'], ['serving', 'standing'], ['away-set-aside', 'away-replica'], ['away-open', 'remove-left'],
]
const drill = [['stack'], ['stack', 'database'], ['tasks'], ['reads', 'writes'], ['untouched', 'remove'], ['residue', 'report']]

beforeAll(async () => {
  account = await aStandingService({seed})
  await account.backsUp()
  await account.told('dr', 'check')
}, 240_000)
afterAll(async () => {
  process.stdout.write(`SLUICE_KILL_SEED=${seed}: ${kills.length} kills\n${kills.map((kill) => `  ${kill}\n`).join('')}`)
  await tidyUp()
}, 60_000)

interface Attempt {
  readonly running: Running
  readonly events: string
}

/** On a computer that has never seen the run: its state comes from the bucket. */
async function attempt(argv: readonly string[]): Promise<Attempt> {
  const machine = await account.elsewhere()
  const events = join(machine.directory, 'events.ndjson')
  return {events, running: account.start([...argv, '--json', '--events', events], machine)}
}

const begins = (step: string) => (event: Event): boolean => event.kind === 'step-started' && event.data.step === step

/** Dies in one step of each group, in order; whoever comes next resumes, and the last one comes to the end. */
async function killedOnItsWay(name: string, argv: readonly string[], groups: readonly (readonly string[])[]): Promise<Readonly<Record<string, unknown>>> {
  let present = await attempt(argv)
  for (const steps of groups) {
    const step = drawn.shuffled([...steps])[0] ?? ''
    const delayMs = Math.round(drawn.next() * 1500)
    if (await eventOf(present.running, present.events, `step ${step}`, begins(step)) === null) break
    await pause(delayMs)
    present.running.signal('SIGKILL')
    const {signal} = await present.running.ended
    if (signal !== 'SIGKILL') break
    kills.push(`${name}: ${step} + ${delayMs} ms`)
    present = await attempt(['dr', 'resume'])
  }
  const ran = await present.running.ended
  // Nothing left to resume: the killed one had written its end.
  if (ran.code === 2 && ran.stdout.includes('nothing-to-resume')) return {outcome: 'done'}
  if (ran.code !== 0 && ran.code !== 9) process.stdout.write(`${name} ended with ${String(ran.code)}:\n${ran.stderr.slice(-3000)}\n${ran.stdout.slice(0, 1500)}\n`)
  expect([0, 9]).toContain(ran.code)
  return ran.json() as Readonly<Record<string, unknown>>
}

async function promotions(since: number, region: string): Promise<number> {
  const calls = (await account.callsSince(since)) as unknown as readonly {readonly action: string; readonly region: string; readonly count: number}[]
  return calls.filter((call) => call.action === 'rds:PromoteReadReplica' && call.region === region).reduce((sum, {count}) => sum + count, 0)
}

describe('killed again and again, resumed from other computers', () => {
  it('an unplanned failover promotes once and serves', async () => {
    const began = await account.now()
    await account.dies(home)
    const told = await killedOnItsWay('promote', ['dr', 'promote', '--unplanned', '--accept-loss', '2h', '--confirm', 'production'], promote)
    expect(told['outcome']).toBe('done')
    expect(await promotions(began, away)).toBe(1)
    expect((await account.counted()).duplicates).toBe(0)
    await account.returns()
  }, 400_000)

  it('a failback promotes once, and both Regions are as they were', async () => {
    const began = await account.now()
    const before = (await account.counted()).lostCount
    const told = await killedOnItsWay('failback', ['dr', 'failback', '--confirm', 'production'], failback)
    expect(told['outcome']).toBe('done')
    expect(await promotions(began, home)).toBe(1)
    expect((await account.counted()).lostCount).toBe(before)
    expect((await account.database(away))?.ReadReplicaSourceDBInstanceIdentifier).toContain(home)
  }, 600_000)

  it('a drill leaves nothing', async () => {
    const told = await killedOnItsWay('drill', ['dr', 'drill'], drill)
    expect(told['outcome']).toBe('done')
    expect(kills.length).toBeGreaterThanOrEqual(25)
  }, 600_000)
})

/**
 * `kill -9` of real recoveries, a drawn moment after a drawn event of the journal was seen; each time another computer resumes. In the end
 * users are where they were to go, nothing was promoted twice, and no more rows are lost than without a kill.
 */
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {tidyUp} from '../support/e2e-cli.ts'
import type {Running} from '../support/e2e-cli.ts'
import {eventOf, eventsIn} from '../support/e2e-events.ts'
import {seededKills} from '../support/e2e-kills.ts'
import {aStandingService, away, home} from '../support/e2e-recovery.ts'
import type {RecoveryAccount} from '../support/e2e-recovery.ts'

const kills = seededKills()
const {seed, drawn} = kills
let account: RecoveryAccount

/** How often each is died in, and how many events of the journal there are at most between two deaths. */
const plans = {promote: {deaths: 10, apart: 2}, failback: {deaths: 16, apart: 3}, drill: {deaths: 9, apart: 2}} as const

beforeAll(async () => {
  account = await aStandingService({seed})
  await account.told('dr', 'check')
}, 240_000)
afterAll(async () => {
  kills.print()
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

/** Dies again and again, some events further each time; whoever comes next resumes, and the last one comes to the end. */
async function killedOnItsWay(name: keyof typeof plans, argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const {deaths, apart} = plans[name]
  let present = await attempt(argv)
  let from = 0
  for (let death = 0; death < deaths; death += 1) {
    // A takeover writes three events of its own.
    const seq = from + (death === 0 ? 2 : 3) + Math.floor(drawn.next() * apart)
    const delayMs = Math.round(drawn.next() * 1200)
    if ((await eventOf(present.running, present.events, `event ${seq}`, (event) => event.seq >= seq)) === null) break
    const struck = await kills.strike(present, delayMs, (last) => `${name}: ${whereIn(last)} + ${delayMs} ms`)
    if (!struck) break
    const last = (await eventsIn(present.events)).at(-1)
    from = last?.seq ?? from
    if (last?.kind === 'ended') return {outcome: 'done'}
    present = await attempt(['dr', 'resume'])
  }
  const ran = await present.running.ended
  if (ran.code !== 0 && ran.code !== 9)
    process.stdout.write(`${name} ended with ${String(ran.code)}:\n${ran.stderr.slice(-3000)}\n${ran.stdout.slice(0, 1500)}\n`)
  expect([0, 9]).toContain(ran.code)
  return ran.json()
}

const whereIn = (last: Event | undefined): string =>
  `event ${last?.seq ?? '?'} (${last?.kind ?? ''}${last !== undefined && 'step' in last.data ? ` ${last.data.step}` : ''})`

async function promotions(since: number, region: string): Promise<number> {
  const calls = (await account.callsSince(since)) as unknown as readonly {
    readonly action: string
    readonly region: string
    readonly count: number
  }[]
  return calls
    .filter((call) => call.action === 'rds:PromoteReadReplica' && call.region === region)
    .reduce((sum, {count}) => sum + count, 0)
}

describe('killed again and again, resumed from other computers', () => {
  it('an unplanned failover promotes once and serves', async () => {
    const began = await account.now()
    await account.dies(home)
    const told = await killedOnItsWay('promote', [
      'dr',
      'promote',
      '--unplanned',
      '--accept-loss',
      '2h',
      '--confirm',
      'production',
    ])
    expect(told['outcome']).toBe('done')
    expect(await promotions(began, away)).toBe(1)
    expect((await account.counted()).duplicates).toBe(0)
    await account.returns()
  }, 400_000)

  it('a failback promotes once, and both Regions are as they were', async () => {
    const began = await account.now()
    const before = (await account.counted()).lostCount
    const told = await killedOnItsWay('failback', ['dr', 'failback', '--confirm', 'production'])
    expect(told['outcome']).toBe('done')
    expect(await promotions(began, home)).toBe(1)
    expect((await account.counted()).lostCount).toBe(before)
    expect((await account.database(away))?.ReadReplicaSourceDBInstanceIdentifier).toContain(home)
  }, 600_000)

  it('a drill leaves nothing', async () => {
    await account.backsUp()
    const told = await killedOnItsWay('drill', ['dr', 'drill'])
    expect(told['outcome']).toBe('done')
    kills.wereAtLeast(25)
  }, 600_000)
})

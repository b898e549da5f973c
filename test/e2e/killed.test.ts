/**
 * `kill -9` of real release processes, at every kind of step, a drawn moment after the step was seen to begin. Resumed in time from
 * another computer they end as if nothing had happened; with nobody there, all traffic is on the stable version by itself.
 */
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {tidyUp, until} from '../support/e2e-cli.ts'
import type {Machine, Ran, Running} from '../support/e2e-cli.ts'
import {aboutStep, eventOf, eventsIn} from '../support/e2e-events.ts'
import {after, seededKills} from '../support/e2e-kills.ts'
import {aSandbox} from '../support/e2e-sandbox.ts'
import type {ServiceState, TestSandbox} from '../support/e2e-sandbox.ts'

// Releases wait most of the time; many at once make it short, and few requests each make it bearable for two cores.
vi.setConfig({maxConcurrency: 6})
const speed = 24
const perMinute = 120

const kills = seededKills()
const {seed, drawn} = kills

/** Steps of a healthy release in order, `warm` and `retire` being what follows its promotion. */
const forward = [
  'preflight',
  'finish-previous',
  'arm',
  'register',
  'hold-scale-in',
  'canary-tasks',
  'shift-50',
  'share-50',
  'bake-50',
  'size-100',
  'shift-100',
  'observe-100',
  'swap',
  'repoint',
  'disarm',
  'release-scale-in',
  'carry',
  'warm',
  'retire',
] as const
/** Steps of a rollback by verdict that are worth dying in, in order. */
const back = ['share-50', 'bake-50', 'home', 'observe-home', 'release-scale-in', 'drain', 'disarm'] as const
const long: readonly string[] = ['canary-tasks', 'share-50', 'bake-50', 'observe-100', 'observe-home', 'warm']
/** A release that isn't watched through its warm window ends so soon after these that it may be quicker than its killer. */
const last: readonly string[] = ['disarm', 'release-scale-in', 'carry']

type Version = 'healthy' | 'bad'

interface Moment {
  readonly step: string
  /** Real milliseconds after the step was seen. */
  readonly delayMs: number
}

interface Life {
  readonly service: string
  readonly version: Version
  readonly moments: readonly Moment[]
}

const longestDelayMs = (step: string): number => (long.includes(step) ? 2500 : last.includes(step) ? 20 : 120)
const moment = (step: string): Moment => ({step, delayMs: Math.round(drawn.next() * longestDelayMs(step))})

/** Every step of `steps` once, dealt to `hands` lives, each in the plan's order. */
function deal(version: Version, prefix: string, steps: readonly string[], hands: number): readonly Life[] {
  const shuffled = drawn.shuffled(steps)
  return Array.from({length: hands}, (_, hand) => ({
    service: `${prefix}${hand}`,
    version,
    moments: shuffled
      .filter((_step, index) => index % hands === hand)
      .toSorted((x, y) => steps.indexOf(x) - steps.indexOf(y))
      .map(moment),
  }))
}

const resumed = [...deal('healthy', 'h', forward, 5), ...deal('bad', 'b', back, 2)]
const forsaken: readonly Life[] = [
  ...['preflight', 'arm', 'canary-tasks', 'shift-50', 'bake-50', 'shift-100', 'observe-100', 'repoint', 'disarm'].map(
    (step, index) => ({service: `n${index}`, version: 'healthy' as const, moments: [moment(step)]}),
  ),
  ...['home', 'observe-home'].map((step, index) => ({service: `m${index}`, version: 'bad' as const, moments: [moment(step)]})),
]

const minute = 60_000
/** Of a schedule: Scheduler is exact to the minute. */
const latenessMs = minute
const window = {resumed: 20, forsaken: 6}
const images = {healthy: 'shop/api:1.9.0', bad: 'shop/api:1.10.0'} as const
const atRest: ServiceState = {weights: {a: 100, b: 0}, desired: {a: 2, b: 0}, scaling: {a: '2–4', b: '0–4'}, schedules: []}

let sandbox: TestSandbox

beforeAll(async () => {
  sandbox = await aSandbox({speed, rate: 0, seed, services: [...resumed, ...forsaken].map(({service}) => service)})
  await sandbox.image(images.bad, {ERROR_RATE: 0.05})
}, 180_000)
afterAll(async () => {
  kills.print()
  await tidyUp()
}, 60_000)

interface Attempt {
  readonly running: Running
  readonly machine: Machine
  readonly events: string
}

async function begin({service, version, moments}: Life, windowMinutes: number): Promise<Attempt> {
  const config = await sandbox.configFor(service, {
    gates: {errors: {budget: '2%', minMinutes: 2}},
    steps: [{weight: 50, hold: '1m', atMost: '20m'}],
    warm: '7m',
    switch: {window: `${windowMinutes}m`},
  })
  const machine = await sandbox.elsewhere()
  const stay = moments.some(({step}) => step === 'warm' || step === 'retire') ? ['--through-warm-window'] : []
  return attempt(machine, ['release', images[version], '--config', config, '--yes', ...stay])
}

/** On a computer that has never seen the run: its state comes from the bucket. */
const resume = async ({service, moments}: Life): Promise<Attempt> => {
  const stay = moments.some(({step}) => step === 'warm' || step === 'retire') ? ['--through-warm-window'] : []
  return attempt(await sandbox.elsewhere(), ['release', 'resume', await sandbox.runOf(service), ...stay])
}

function attempt(machine: Machine, argv: readonly string[]): Attempt {
  const events = join(machine.directory, 'events.ndjson')
  return {machine, events, running: machine.start([...argv, '--sandbox', sandbox.name, '--events', events, '--json'])}
}

/** Kills at the moment, if the process lives to see it; `from` is the first event that counts. */
async function killAt(
  {service, version}: Life,
  {step, delayMs}: Moment,
  {running, events}: Attempt,
  from: number,
): Promise<boolean> {
  const seen = await eventOf(running, events, `step ${step} of ${service}`, aboutStep(step), from)
  if (seen === null) return false
  return kills.strike({running, events}, delayMs, (last) => `${service} ${version}: ${step} + ${delayMs} ms, ${after(last)}`)
}

const journalOf = async (service: string): Promise<readonly Event[]> => sandbox.journal(await sandbox.runOf(service))

const about = (life: Life): string =>
  `seed ${seed}, ${life.service} (${life.version}) killed at ${life.moments.map(({step, delayMs}) => `${step}+${delayMs}ms`).join(', ')}`

describe.concurrent('killed and resumed in time from another computer', () => {
  it.each(resumed)('$service, $version, ends as an uninterrupted release does', (life) =>
    sandbox.withTraffic(life.service, perMinute, async () => {
      let present = await begin(life, window.resumed)
      for (const at of life.moments) {
        const from = (await eventsIn(present.events)).at(-1)?.seq ?? 0
        if (!(await killAt(life, at, present, from))) break
        present = await resume(life)
      }
      const ran = await present.running.ended
      const [journal, state] = await Promise.all([journalOf(life.service), sandbox.state(life.service)])
      const retired = journal.some((event) => event.kind === 'step-ended' && event.data.step === 'retire')
      if (life.version === 'bad') {
        expect(endOf(ran), `${about(life)}: ${ran.stdout}`).toMatchObject({code: 5, outcome: 'rolled-back', because: 'verdict'})
        expect(state, about(life)).toEqual(atRest)
      } else {
        expect(endOf(ran), `${about(life)}: ${ran.stdout}`).toMatchObject({code: 0, outcome: 'promoted'})
        expect(state, about(life)).toMatchObject({
          weights: {a: 0, b: 100},
          desired: {a: retired ? 0 : 2, b: 2},
          scaling: {b: '2–4'},
          schedules: [],
        })
      }
      expect(
        journal.map(({seq}) => seq),
        about(life),
      ).toEqual(journal.map((_, index) => index))
    }),
  )
})

describe.concurrent('killed with nobody there', () => {
  it.each(forsaken)(
    '$service, $version: all traffic is on the stable version within the window, and a later resume says so',
    (life) =>
      sandbox.withTraffic(life.service, perMinute, async () => {
        const [at] = life.moments
        const begun = await begin(life, window.forsaken)
        const died = at !== undefined && (await killAt(life, at, begun, 0))
        if (!died && last.includes(at?.step ?? '')) {
          expect(endOf(await begun.running.ended), about(life)).toMatchObject({code: 0, outcome: 'promoted'})
          return
        }
        expect(died, about(life)).toBe(true)
        const killedAt = await sandbox.now()
        const before = await journalOf(life.service)
        const due = dueAt(before)
        expect((due ?? killedAt) - killedAt, about(life)).toBeLessThanOrEqual(window.forsaken * minute)
        await until('the switch to have come due', async () =>
          (await sandbox.now()) > (due ?? killedAt) + latenessMs ? true : null,
        )
        const home = await sandbox.weights(life.service)
        expect(homesOf(before), about(life)).toContainEqual(home)
        const ran = await (await resume(life)).running.ended
        const state = await sandbox.state(life.service)
        if (endsPromoted(before, home)) {
          expect(endOf(ran), `${about(life)}: ${ran.stdout}`).toMatchObject({code: 0, outcome: 'promoted'})
          expect(state, about(life)).toMatchObject({weights: {a: 0, b: 100}, desired: {b: 2}, scaling: {b: '2–4'}, schedules: []})
        } else {
          const because = planOf(before) === 'rollback' ? 'verdict' : 'unattended'
          expect(endOf(ran), `${about(life)}: ${ran.stdout}`).toMatchObject({code: 5, outcome: 'rolled-back', because})
          expect(state, about(life)).toEqual(atRest)
        }
      }),
  )
})

describe('the kills', () => {
  it('were at least 25', () => {
    kills.wereAtLeast(25)
  })
})

function endOf(ran: Ran): Record<string, unknown> {
  const said = ran.stdout === '' ? {stderr: ran.stderr, signal: ran.signal} : ran.json()
  return {code: ran.code, ...said}
}

const planOf = (events: readonly Event[]): string | undefined => events.findLast((event) => event.kind === 'planned')?.data.plan

/** What the journal knows of the switch: armings since it was last deleted. */
function armings(events: readonly Event[]) {
  const since = events.findLastIndex(({kind}) => kind === 'disarmed')
  return events.slice(since + 1).filter((event) => event.kind === 'armed')
}

const dueAt = (events: readonly Event[]): number | null => armings(events).at(-1)?.data.dueAt ?? null

/** Where all weight may be when nobody was there: stable, which is the new version once the switch points at it. */
function homesOf(events: readonly Event[]): readonly ServiceState['weights'][] {
  const [old, fresh] = [
    {a: 100, b: 0},
    {a: 0, b: 100},
  ]
  const last = armings(events).at(-1)?.data
  if (planOf(events) === 'rollback') return [old]
  if (last === undefined) return events.some(({kind}) => kind === 'disarmed') ? [fresh] : [old]
  if (last.home === 'b') return last.phase === 'confirmed' ? [fresh] : [old, fresh]
  return [old]
}

/** Not armed yet: nothing had happened, and the resume releases. Roles swapped: the new version is stable. */
function endsPromoted(events: readonly Event[], home: ServiceState['weights']): boolean {
  if (planOf(events) === 'rollback') return false
  return home.b === 100 || (armings(events).length === 0 && !events.some(({kind}) => kind === 'disarmed'))
}

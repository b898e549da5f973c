/**
 * A release as a person runs it: the built command line against a sandbox, one service for each row. What counts is how things
 * stand afterwards (rule, sizes, schedules, journal), what was said, and the exit code.
 */
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {aMachine, tidyUp} from '../support/e2e-cli.ts'
import type {Machine, Ran, Running} from '../support/e2e-cli.ts'
import {aSandbox} from '../support/e2e-sandbox.ts'
import type {ServiceState, TestSandbox} from '../support/e2e-sandbox.ts'
import './rough-weather.ts'
import {aboutStep, eventOf} from '../support/e2e-events.ts'

const services = [
  'healthy',
  'errors',
  'silent',
  'slow',
  'crash',
  'exits',
  'unknown',
  'foreign',
  'held',
  'aborted',
  'paused',
  'left',
  'asking',
] as const
type Service = (typeof services)[number]

// Releases wait most of the time; many at once make it short, and few requests each make it bearable for two cores.
vi.setConfig({maxConcurrency: 9})
const speed = 24
const perMinute = 180
const quick = {
  gates: {errors: {budget: '2%', minMinutes: 2}},
  steps: [{weight: 50, hold: '1m', atMost: '20m'}],
  warm: '7m',
}
const atRest: ServiceState = {weights: {a: 100, b: 0}, desired: {a: 2, b: 0}, scaling: {a: '2–4', b: '0–4'}, schedules: []}
const promoted = {weights: {a: 0, b: 100}, desired: {a: 2, b: 2}, scaling: {b: '2–4'}, schedules: []}

let sandbox: TestSandbox

beforeAll(async () => {
  sandbox = await aSandbox({speed, rate: 0, services})
}, 120_000)
afterAll(tidyUp, 60_000)

interface Begun {
  readonly running: Running
  readonly machine: Machine
  readonly events: string
  /** Waits until the run tells of this step. */
  reaches(step: string): Promise<void>
}

/** A release of its own service, on a machine of its own. */
async function begin(
  service: Service,
  env: Readonly<Record<string, string | number>>,
  changes: object = {},
  more: readonly string[] = ['--json'],
): Promise<Begun> {
  const [machine, config] = await Promise.all([sandbox.elsewhere(), sandbox.configFor(service, {...quick, ...changes})])
  const tag = `shop/${service}:2.0.0`
  await sandbox.image(tag, env)
  return start(machine, config, tag, more)
}

function start(machine: Machine, config: string, tag: string, more: readonly string[]): Begun {
  const events = join(machine.directory, 'events.ndjson')
  const running = machine.start([
    'release',
    tag,
    '--config',
    config,
    '--sandbox',
    sandbox.name,
    '--yes',
    '--events',
    events,
    ...more,
  ])
  const reaches = async (step: string): Promise<void> => {
    if ((await eventOf(running, events, `step ${step}`, aboutStep(step))) !== null) return
    throw new Error(`it ended before ${step}: ${JSON.stringify(running.output())}`)
  }
  return {running, machine, events, reaches}
}

async function toEnd(service: Service, {running}: Begun): Promise<Ran & {readonly state: ServiceState}> {
  const ran = await running.ended
  return {...ran, state: await sandbox.state(service)}
}

const release = (...given: Parameters<typeof begin>): Promise<Ran & {readonly state: ServiceState}> =>
  sandbox.withTraffic(given[0], perMinute, async () => toEnd(given[0], await begin(...given)))

describe.concurrent('a release', () => {
  it('of a healthy version is promoted: its slot is stable, its switch is gone, and the old slot is scaled down by whoever stays', () =>
    sandbox.withTraffic('healthy', perMinute, async () => {
      const begun = await begin('healthy', {})
      const ran = await toEnd('healthy', begun)
      expect(ran.json(), ran.stdout).toMatchObject({
        schema: 1,
        command: 'release',
        outcome: 'promoted',
        service: 'healthy',
        to: '2.0.0',
        weights: {actual: 100},
      })
      expect([ran.code, ran.state]).toEqual([
        0,
        expect.objectContaining({...promoted, scaling: expect.objectContaining(promoted.scaling) as unknown}),
      ])
      const status = (
        await begun.machine.sluice('release', 'status', '--service', 'healthy', '--sandbox', sandbox.name, '--json')
      ).json()
      expect(status).toMatchObject({command: 'release status', outcome: 'promoted', run: ran.json()['run']})
      const stayed = await begun.machine.sluice('release', 'resume', '--service', 'healthy', '--sandbox', sandbox.name, '--json')
      expect([stayed.code, await sandbox.state('healthy')]).toMatchObject([
        0,
        {weights: {a: 0, b: 100}, desired: {a: 0, b: 2}, schedules: []},
      ])
    }))

  it('of a version that fails 5 % of its requests is rolled back by the gate errors', async () => {
    const ran = await release('errors', {ERROR_RATE: 0.05})
    expect(ran.json(), ran.stdout).toMatchObject({
      outcome: 'rolled-back',
      because: 'verdict',
      gate: 'errors',
      weights: {actual: 0},
    })
    expect([ran.code, ran.state]).toEqual([5, atRest])
  })

  it('of a version that never answers half of its requests is rolled back by the gate errors', async () => {
    const ran = await release('silent', {RESET_FRACTION: 0.5})
    expect(ran.json(), ran.stdout).toMatchObject({
      outcome: 'rolled-back',
      because: 'verdict',
      gate: 'errors',
      gates: {errors: {canary: {rate: expect.closeTo(0.5, 0) as unknown}}},
    })
    expect([ran.code, ran.state]).toEqual([5, atRest])
  })

  it('of a version that is slow for a fifth of its requests is rolled back by the gate latency', async () => {
    const gates = {...quick.gates, latency: {bound: '500ms', budget: '2%', minMinutes: 2}}
    const ran = await release('slow', {SLOW_FRACTION: 0.2, SLOW_MS: 900}, {gates})
    expect(ran.json(), ran.stdout).toMatchObject({outcome: 'rolled-back', because: 'verdict', gate: 'latency'})
    expect([ran.code, ran.state]).toEqual([5, atRest])
  })

  it('of a version whose tasks die after a while is rolled back by the gate tasks, with the exit it saw', async () => {
    const ran = await release('crash', {CRASH_AFTER_MS: 75_000, CRASH_EXIT: 137})
    expect(ran.json(), ran.stdout).toMatchObject({outcome: 'rolled-back', because: 'tasks'})
    expect([ran.code, ran.state]).toEqual([5, atRest])
  })

  it('of a version that exits at start never gets a request, and says how its tasks ended', async () => {
    const ran = await release('exits', {EXIT_ON_START: 1, CRASH_EXIT: 3})
    expect(ran.json(), ran.stdout).toMatchObject({
      outcome: 'rolled-back',
      because: 'tasks',
      canaryRequests: 0,
      reason: expect.stringMatching(/don't stay up.*exit.* 3/i) as unknown,
    })
    expect([ran.code, ran.state]).toEqual([5, atRest])
  })

  it('of an image that the registry does not have is rolled back, and says that it could not be pulled', async () => {
    const [machine, config] = await Promise.all([sandbox.elsewhere(), sandbox.configFor('unknown', quick)])
    const ran = await toEnd('unknown', start(machine, config, 'shop/unknown:9.9.9', ['--json']))
    expect(ran.json(), ran.stdout).toMatchObject({
      outcome: 'rolled-back',
      because: 'tasks',
      canaryRequests: 0,
      reason: expect.stringMatching(/pull|not found/i) as unknown,
    })
    expect([ran.code, ran.state]).toEqual([5, atRest])
  })

  it('whose rule somebody else changes halts: nothing is overwritten, the switch is gone, and it says what changed', () =>
    sandbox.withTraffic('foreign', perMinute, async () => {
      const begun = await begin('foreign', {})
      await begun.reaches('bake-50')
      await sandbox.modifyRule('foreign', {a: 90, b: 10})
      const ran = await toEnd('foreign', begun)
      expect(ran.json(), ran.stdout).toMatchObject({
        outcome: 'halted',
        cause: 'foreign',
        reason: expect.stringMatching(/a 90 \/ b 10.*expected a 50 \/ b 50.*nothing was overwritten/) as unknown,
      })
      expect(ran.code).toBe(6)
      expect(ran.state.weights).toEqual({a: 90, b: 10})
      expect(ran.state.schedules.filter((name) => name.endsWith('-home'))).toEqual([])
    }))

  it('of a service that is being released is refused with owner, host, since and the command to watch it; watching exits as the run does', () =>
    sandbox.withTraffic('held', perMinute, async () => {
      const begun = await begin('held', {ERROR_RATE: 0.05})
      await begun.reaches('shift-50')
      const [second, run] = await Promise.all([sandbox.elsewhere(), sandbox.runOf('held')])
      const watching = second.start(['release', 'watch', '--service', 'held', '--sandbox', sandbox.name, '--json'])
      const config = await sandbox.configFor('held', quick)
      const refused = await second.sluice(
        'release',
        'shop/api:1.9.0',
        '--config',
        config,
        '--sandbox',
        sandbox.name,
        '--yes',
        '--json',
      )
      expect(refused.json()).toMatchObject({
        schema: 1,
        command: 'release',
        error: {
          code: 'lease-held',
          message: expect.stringMatching(
            /^release r-\S+ has the lease: \S+ on \S+, since \d{4}-\d\d-\d\dT[\d:.]+Z\.$/,
          ) as unknown,
          suggestions: expect.arrayContaining([
            `sluice release watch ${run} --config ${config} --sandbox ${sandbox.name}`,
          ]) as unknown,
        },
      })
      expect(refused.code).toBe(7)
      const history = (await second.sluice('release', 'history', '--service', 'held', '--sandbox', sandbox.name, '--json')).json()
      expect(history).toMatchObject({command: 'release history', outcome: 'listed', runs: [{run, outcome: 'running'}]})
      const ran = await toEnd('held', begun)
      const watched = await watching.ended
      expect([ran.code, watched.code, watched.json()]).toMatchObject([
        5,
        5,
        {command: 'release watch', outcome: 'rolled-back', run},
      ])
      expect(ran.state).toEqual(atRest)
    }))

  it('that is aborted from another machine goes home: exit 0 there, exit 5 for who ran it', () =>
    sandbox.withTraffic('aborted', perMinute, async () => {
      const begun = await begin('aborted', {})
      await begun.reaches('share-50')
      const abort = await (
        await sandbox.elsewhere()
      ).sluice('release', 'abort', '--service', 'aborted', '--sandbox', sandbox.name, '--why', 'wrong image', '--json')
      const ran = await toEnd('aborted', begun)
      expect(abort.json()).toMatchObject({
        command: 'release abort',
        outcome: 'rolled-back',
        because: 'abort',
        reason: expect.stringContaining('wrong image') as unknown,
      })
      expect(ran.json(), ran.stdout).toMatchObject({command: 'release', outcome: 'rolled-back', because: 'abort'})
      expect([abort.code, ran.code, ran.state]).toEqual([0, 5, atRest])
      const again = await begun.machine.sluice('release', 'abort', '--service', 'aborted', '--sandbox', sandbox.name, '--json')
      expect([again.code, again.json()]).toMatchObject([0, {outcome: 'nothing-to-abort'}])
    }))

  it('that is paused keeps its weight and says when traffic would go home; resumed and promoted by a person it is promoted', () =>
    sandbox.withTraffic('paused', perMinute, async () => {
      const begun = await begin('paused', {}, {steps: [{weight: 50, hold: '15m', atMost: '20m'}]})
      const {machine} = begun
      await begun.reaches('bake-50')
      const ask = (...argv: readonly string[]) =>
        machine.sluice('release', ...argv, '--service', 'paused', '--sandbox', sandbox.name, '--json')
      expect([(await ask('pause')).code, (await begun.running.ended).code]).toEqual([0, 8])
      const paused = (await begun.running.ended).json()
      expect(paused).toMatchObject({outcome: 'paused', weights: {actual: 50}})
      expect(Date.parse(String(paused['trafficGoesHomeAt'])) - (await sandbox.now())).toBeGreaterThan(20 * 60_000)
      expect((await sandbox.state('paused')).weights).toEqual({a: 50, b: 50})
      const events = join(machine.directory, 'resumed.ndjson')
      const resumed = machine.start([
        'release',
        'resume',
        '--service',
        'paused',
        '--sandbox',
        sandbox.name,
        '--events',
        events,
        '--json',
      ])
      await eventOf(resumed, events, 'the resume', ({kind, data}) => kind === 'asked' && data.wish === 'resume')
      expect((await ask('promote', '--why', 'I know it is good')).code).toBe(0)
      const ran = await resumed.ended
      expect([ran.code, ran.json(), await sandbox.state('paused')]).toMatchObject([0, {outcome: 'promoted'}, promoted])
    }))

  it('that is interrupted once is left to itself with exit 130 and what to do next; an abort without an owner ends it', () =>
    sandbox.withTraffic('left', perMinute, async () => {
      const begun = await begin('left', {}, {}, [])
      await begun.reaches('share-50')
      begun.running.signal('SIGINT')
      const {code, stdout} = await begun.running.ended
      const run = await sandbox.runOf('left')
      expect(code).toBe(130)
      expect(stdout).toMatch(new RegExp(`sluice release resume ${run}\\b[\\s\\S]*sluice release abort ${run}\\b`))
      expect((await sandbox.state('left')).weights).toEqual({a: 50, b: 50})
      const abort = await begun.machine.sluice('release', 'abort', run, '--sandbox', sandbox.name, '--json')
      expect([abort.code, abort.json(), await sandbox.state('left')]).toMatchObject([
        0,
        {outcome: 'rolled-back', because: 'abort'},
        atRest,
      ])
    }))
})

describe('what is said', () => {
  it('without a terminal and without --yes is the exact command to run, exit 3, and nothing is begun', async () => {
    const machine = await sandbox.elsewhere()
    const config = await sandbox.configFor('asking', quick)
    const asked = await machine.sluice('release', 'shop/api:1.9.0', '--config', config, '--sandbox', sandbox.name, '--json')
    expect(asked.json()).toMatchObject({
      command: 'release',
      error: {
        code: 'confirmation-needed',
        suggestions: [`sluice release shop/api:1.9.0 --config ${config} --sandbox ${sandbox.name} --json --yes`],
      },
    })
    expect([asked.code, await sandbox.state('asking')]).toEqual([3, atRest])
  })

  it.each([
    ['a misspelt subcommand', 'statsu', 'sluice release status'],
    ['an image without a tag', 'shop/api', 'sluice release IMAGE:TAG'],
    ['a word that means nothing', 'nonsense', 'sluice release --help'],
  ])('for %s names the nearest command, exit 2', async (_, word, nearest) => {
    const {code, ...ran} = await (await aMachine()).sluice('release', word, '--json')
    expect([code, ran.json()]).toMatchObject([
      2,
      {command: 'release', error: {code: 'image-expected', suggestions: expect.arrayContaining([nearest]) as unknown}},
    ])
  })

  it('with --events - is the journal and nothing else on stdout', async () => {
    const [machine, config] = await Promise.all([sandbox.elsewhere(), sandbox.configFor('asking', quick)])
    const {code, stdout} = await machine.sluice(
      'release',
      'shop/unknown:9.9.9',
      '--config',
      config,
      '--sandbox',
      sandbox.name,
      '--yes',
      '--events',
      '-',
    )
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as {readonly seq: number}).seq)
    expect([code, lines]).toEqual([5, lines.map((_, index) => index)])
  })
})

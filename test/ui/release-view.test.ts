import {describe, expect, test} from 'vitest'
import {aReading, aRun, startOfRun} from '../support/run-events.ts'
import {eventKinds} from '../../src/runbooks/engine/event.ts'
import type {Live} from '../../src/ui/live.ts'
import {releaseView} from '../../src/ui/release-view.ts'
import * as runs from './a-release-run.ts'
import {seen} from './a-release-run.ts'

const states = (run: ReturnType<typeof aRun>) => Object.fromEntries(seen(run).lines.map(({label, state}) => [label, state]))

describe('the state of a run', () => {
  test.each([
    ['a release under way runs', runs.baking, 'running', 8],
    ['a rollback under way still runs', runs.rejected, 'running', 8],
    ['a promoted one is done', runs.promoted, 'promoted', 0],
    ['a rejected one exits 5', runs.rolledBack, 'rolled-back', 5],
    ['an aborted one was rolled back cleanly too', runs.aborted, 'rolled-back', 5],
    ['one that went home by itself exits 5', runs.unattended, 'rolled-back', 5],
    ['a foreign change halts', runs.halted, 'halted', 6],
    ['a pause can be resumed', runs.paused, 'paused', 8],
    ['a failure before any change is an ordinary failure', runs.failed, 'failed', 1],
  ] as const)('%s', (_, run, state, exitCode) => expect(seen(run())).toMatchObject({state, exitCode}))

  test.each(['resume', 'promote', 'abort'] as const)('%s ends a pause', (wish) =>
    expect(seen(runs.paused().asked(wish, 'mira', 'go')).state).toBe('running'),
  )

  test('a rollback that takes over ends a pause', () =>
    expect(seen(runs.paused().rollingBack('tasks', 'no healthy target')).state).toBe('running'))

  test('tidying up after a promotion leaves it promoted', () => expect(seen(runs.promoted().retiring()).state).toBe('promoted'))

  test('a rollback out of the warm window takes the promotion back', () =>
    expect(seen(runs.promoted().retiring().rollingBack('verdict', 'errors')).state).toBe('running'))

  test('the run ends when it ends, not when its warm window does', () => {
    const run = runs.promoted()
    const took = seen(run).elapsedMs
    expect(seen(run.retiring(), 1000).elapsedMs).toBe(took)
  })
})

describe('lines', () => {
  test('steps of one weight are one line', () =>
    expect(seen(aRun()).lines.map(({label}) => label)).toEqual([
      'preflight',
      'canary tasks',
      '5 %',
      '25 %',
      '50 %',
      '100 %',
      'wrap up',
    ]))

  test('a line whose first step is done and whose next waits is running', () =>
    expect(states(aRun().step('preflight', 1))['preflight']).toBe('running'))

  test('the weight that was rejected failed, what came after was not reached', () =>
    expect(states(runs.rejected())).toEqual({
      preflight: 'done',
      'canary tasks': 'done',
      '5 %': 'done',
      '25 %': 'failed',
      '50 %': 'skipped',
      '100 %': 'skipped',
      'wrap up': 'skipped',
      'traffic home': 'waiting',
      'clean up': 'waiting',
    }))

  test('an aborted weight was stopped, not failed', () => expect(states(runs.aborted())['5 %']).toBe('stopped'))

  test('disarming in the rollback is not the disarming of the release', () => {
    expect(states(runs.rolledBack())).toMatchObject({'wrap up': 'skipped', 'clean up': 'done'})
  })

  test('a step nobody has heard of is a line of its own', () =>
    expect(seen(aRun().plan('rollback', ['home', 'warm-cache'])).lines.at(-1)).toMatchObject({
      label: 'warm cache',
      state: 'waiting',
    }))

  test('a step started again by a later owner keeps its first start', () => {
    const run = aRun().started('preflight').after(60).started('preflight').after(5)
    expect(seen(run).lines[0]).toMatchObject({state: 'running', durationMs: 65_000})
  })
})

describe("the dead-man's switch", () => {
  test('is off before it was armed', () => expect(seen(aRun()).deadMansSwitch.state).toBe('off'))

  test('is being armed while nobody has read it back', () =>
    expect(seen(aRun().put('armed', {phase: 'asked', dueAt: startOfRun, home: 'a'})).deadMansSwitch.state).toBe('arming'))

  test('counts down to the confirmed time while a push forward is on its way', () => {
    const run = aRun().armed().after(300)
    run.put('armed', {phase: 'asked', dueAt: run.now + 600_000, home: 'a'})
    expect(seen(run).deadMansSwitch).toMatchObject({state: 'armed', leftMs: 299_000})
  })

  test('is off once deleted', () =>
    expect(seen(aRun().armed().put('disarmed', {at: 1})).deadMansSwitch).toMatchObject({state: 'off', dueAt: null}))
})

describe('weights', () => {
  test('what was asked is desired before it is actual', () => {
    const run = aRun()
      .prepared()
      .put('rule-written', {phase: 'asked', rule: 'r', weights: {a: 95, b: 5}, actionsHash: 'h'})
    expect(seen(run).weights).toEqual({desired: 5, actual: null, observed: null})
  })

  test('tenths of a percent are parts of a thousand', () => {
    const run = aRun().put('rule-written', {phase: 'read-back', rule: 'r', weights: {a: 995, b: 5}, actionsHash: 'h'})
    expect(seen(run).weights.actual).toBe(0.5)
  })

  test('a share counted before the last write is not the share of now', () => {
    expect(seen(runs.baking()).weights.observed).toBeCloseTo(25.1)
    expect(seen(runs.baking().ruleWritten(0)).weights.observed).toBeNull()
  })

  test('the share that a step counted holds until the next write', () => {
    const run = aRun().prepared().shifted(5)
    run.put('step-ended', {step: 'share-5', how: 'done', facts: {share: 0.052}})
    expect(seen(run).weights.observed).toBeCloseTo(5.2)
    expect(seen(run.ruleWritten(25)).weights.observed).toBeNull()
  })

  test('what a step shows counts while the step runs, and not after', () => {
    const live = {step: 'share-5', observed: 3.1}
    const run = aRun()
      .prepared()
      .started('shift-5')
      .ruleWritten(5)
      .put('step-ended', {step: 'shift-5', how: 'done'})
      .started('share-5')
    expect(releaseView(run.events, live, run.now).weights).toEqual({desired: 5, actual: 5, observed: 3.1})
    run.rollingBack('abort', 'mira').ruleWritten(0)
    expect(releaseView(run.events, live, run.now).weights).toEqual({desired: 0, actual: 0, observed: null})
  })

  test('a guard that shows something between two looks does not blank what a step waits for', () => {
    const run = aRun().started('preflight')
    const waits = (live: Live) => releaseView(run.events, live, run.now).lines[0]!.waitsFor
    expect(waits({step: 'preflight', waitsFor: '1 of 2 healthy'})).toBe('1 of 2 healthy')
    expect(waits({step: 'drift', waitsFor: '1 of 2 healthy'})).toBe('1 of 2 healthy')
    expect(waits({step: 'canary-tasks', waitsFor: '1 of 2 healthy'})).toBeNull()
  })

  test('after a foreign change the weight is what was read, or unknown, never what we once wrote', () => {
    const run = runs.halted()
    expect(seen(run).weights.actual).toBeNull()
    expect(releaseView(run.events, {step: 'drift', actual: 20}, run.now).weights.actual).toBe(20)
  })
})

describe('gates', () => {
  const position = (change: Parameters<typeof aReading>[0]) =>
    seen(
      aRun()
        .prepared()
        .shifted(5)
        .verdict({gates: [aReading(change)]}),
    ).gates[0]!.position

  test('knowing nothing is the middle of the scale', () => expect(position({logHarm: 0, logFit: 0})).toBe(0.5))
  test('evidence of harm moves it to the left', () => expect(position({logHarm: Math.log(200) / 2, logFit: 0})).toBe(0.25))
  test('evidence of fitness moves it to the right', () => expect(position({logHarm: 0, logFit: Math.log(20) / 2})).toBe(0.75))
  test('evidence for the opposite is not evidence', () => expect(position({logHarm: -9, logFit: -9})).toBe(0.5))
  test('more than proof is proof', () => expect(position({logHarm: 0, logFit: 99})).toBe(1))
  test('a verdict is the end of the scale, whatever led to it', () =>
    expect(position({verdict: 'fail', logHarm: 0, logFit: 0})).toBe(0))

  test('what a step shows is newer than the last verdict', () => {
    const run = runs.baking()
    const view = releaseView(run.events, {step: 'bake-25', gates: [aReading({canary: {requests: 2500, bad: 3}})]}, run.now)
    expect(view.exposed).toEqual({requests: 2500, bad: 3})
  })

  test('what a step showed last does not hide the verdict that fell', () => {
    const run = runs.rejected()
    const view = releaseView(run.events, {step: 'bake-25', gates: [aReading()]}, run.now)
    expect(view.exposed).toEqual({requests: 3091, bad: 34})
  })

  test('the rejecting gate, minute and weight are named', () =>
    expect(seen(runs.rolledBack()).rejectedBy).toMatchObject({gate: {gate: 'errors'}, minute: 10, weight: 25}))
})

test('the forecast adds what the present step needs and what later ones hold', () => {
  const view = seen(runs.baking())
  // 25 %: 11 min with settling, 4 of which have passed; 50 %: 13 min.
  expect(Math.round((view.forecastEnd! - view.now) / 60_000)).toBe(20)
})

test('there is no forecast while a gate cannot tell', () => {
  const run = aRun()
    .prepared()
    .shifted(5)
    .verdict({gates: [aReading({etaMinutes: null})]})
  expect(seen(run).forecastEnd).toBeNull()
})

test('a journal without configuration can still be looked at', () => {
  const run = aRun()
  const [first] = run.events
  if (first?.kind !== 'planned') throw new Error('event 0 is a plan')
  const bare = {...first, data: {plan: 'release', planHash: 'h', steps: []}}
  expect(releaseView([bare], {}, run.now)).toMatchObject({run: '–', input: {service: '–', from: '–'}, state: 'running'})
})

test('an empty journal can be looked at', () =>
  expect(releaseView([], {}, 5)).toMatchObject({state: 'running', lines: [], startedAt: 5}))

test('every prefix of every run can be looked at, and the runs together hold every kind of event', () => {
  const lost = runs.baking().put('lease-lost', {to: 'ci', epoch: 2})
  const everything = [...Object.values(runs.all).map((run) => run()), lost]
  for (const {events, now} of everything) {
    for (let length = 0; length <= events.length; length += 1)
      expect(() => releaseView(events.slice(0, length), {}, now)).not.toThrow()
  }
  const kinds = new Set(everything.flatMap(({events}) => events.map(({kind}) => kind)))
  expect([...kinds].sort()).toEqual([...eventKinds].sort())
})

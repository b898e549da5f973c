import {describe, expect, test} from 'vitest'
import {aReading, aRun, runId} from '../support/run-events.ts'
import {eventLines} from '../../src/ui/event-lines.ts'
import {rate} from '../../src/ui/format.ts'
import {outcomeJson} from '../../src/ui/outcome-json.ts'
import {releaseOutcomeText} from '../../src/ui/release-outcome-text.ts'
import {frame} from '../../src/ui/terminal-frame.ts'
import * as runs from './a-release-run.ts'
import {seen} from './a-release-run.ts'

const text = (run: ReturnType<typeof aRun>) => `\n${releaseOutcomeText(seen(run))}`

test('a verdict that says no', () =>
  expect(text(runs.rolledBack())).toMatchInlineSnapshot(`
    "
    ✖ 1.9.0 rejected at 25 % in judged minute 10, rolled back. All weight is on
      1.8.2 (observed 0 % after 41 s)

      errors  canary 1.10 % (34 of 3,091)   stable 0.10 % (9 of 9,240)   11× worse
              odds that chance alone did this: under 1 in 6,000 (limit 1 in 200)
              28 of the 34 bad requests were never answered

      exposed 3,091 judged requests, 34 bad ones
      what happened when: sluice release status r-20261122-183210-ab12
    "
  `))
test('promoted', () =>
  expect(text(runs.promoted())).toMatchInlineSnapshot(`
    "
    ✔ 1.9.0 promoted: it serves all traffic of api in production, eu-west-1, after
      21m22s

      errors       pass: canary 0.11 % (2 of 1,812): within the budget of 0.5 %
      slow >500ms  pass: canary 0.11 % (2 of 1,812): within the budget of 0.5 %

      exposed 1,812 judged requests, 2 bad ones
      1.8.2 is kept warm for 30 min, then scaled down by whoever ticks the run:
        sluice release resume r-20261122-183210-ab12
    "
  `))
test('aborted', () =>
  expect(text(runs.aborted())).toMatchInlineSnapshot(`
  "
  ✖ 1.9.0 rolled back (abort): wrong image. All weight is on 1.8.2 (observed 0 %
    after 41 s)
    no judged request was exposed to the canary
    what happened when: sluice release status r-20261122-183210-ab12
  "
`))
test('gone home by itself', () =>
  expect(text(runs.unattended())).toMatchInlineSnapshot(`
  "
  ✖ 1.9.0 rolled back (unattended): nobody ticked, the switch sent traffic home.
    All weight is on 1.8.2
    no judged request was exposed to the canary
    what happened when: sluice release status r-20261122-183210-ab12
  "
`))
test('halted', () =>
  expect(text(runs.halted())).toMatchInlineSnapshot(`
    "
    ✖ 1.9.0 halted: the live rule was changed outside sluice: a 80 / b 20, expected
      a 95 / b 5. Nothing more is changed, traffic goes where the rule sends it: a
      person is needed now
      look: sluice release status r-20261122-183210-ab12
      all weight back to 1.8.2: sluice release abort r-20261122-183210-ab12
    "
  `))
test('paused', () =>
  expect(text(runs.paused())).toMatchInlineSnapshot(`
    "
    ■ 1.9.0 paused: no verdict after 12 min; 1.9.0 at 5 % of requests

      errors       need-data: canary 0.11 % (2 of 1,812) against stable 0.11 % (6 of
                   5,440): too little to tell; ~3 min more at 310 requests/min
      slow >500ms  need-data: canary 0.11 % (2 of 1,812) against stable 0.11 % (6 of
                   5,440): too little to tell; ~3 min more at 310 requests/min

      if nobody goes on, all traffic goes home to 1.8.2 at 18:42:19Z
      look: sluice release status r-20261122-183210-ab12
      go on: sluice release resume r-20261122-183210-ab12
      give up: sluice release abort r-20261122-183210-ab12
    "
  `))
test('failed', () =>
  expect(text(runs.failed())).toMatchInlineSnapshot(`
  "
  ✖ 1.9.0 not released: target group b has no health check. Nothing of consequence
    was changed, all traffic is on 1.8.2
    look: sluice release status r-20261122-183210-ab12
  "
`))

test('a fail by the ceiling gives its reason, not odds it does not have', () => {
  const run = aRun()
    .prepared()
    .shifted(5)
    .rejected(2, {logHarm: 1, reason: 'over the ceiling of 20 %'})
    .home('verdict', 'ceiling')
  expect(text(run)).toContain('over the ceiling of 20 %')
  expect(text(run)).not.toContain('odds')
})

test('the last lines of a container that stopped are shown without their escape codes', () =>
  expect(releaseOutcomeText(seen(runs.rolledBack()), {lastLines: ['fatal: \u001b[31mout of memory\u001b[0m']})).toContain(
    '  │ fatal: out of memory\n',
  ))

test.each(['halted', 'paused', 'baking'] as const)('%s names the commands that go on', (name) =>
  expect(text(runs.all[name]())).toContain(`sluice release abort ${runId}`),
)

describe('the same fact is the same everywhere', () => {
  const run = runs.rolledBack()
  const view = seen(run)
  const json = outcomeJson(view) as {
    gates: {errors: {canary: {rate: number}}}
    canaryRequests: number
    reason: string
    minute: number
  }
  const screen = frame(view, 80).join('\n')
  const log = run.events.flatMap((_, index) => eventLines(run.events, index)).join('\n')
  const words = releaseOutcomeText(view)

  test('the rejecting rate', () => {
    const written = rate(json.gates.errors.canary.rate)
    for (const told of [screen, log, words]) expect(told).toContain(written)
  })
  test('the minute', () => {
    expect(screen).toContain(`at minute ${json.minute}`)
    expect(log).toContain(`at minute ${json.minute}`)
    expect(words).toContain(`minute ${json.minute}`)
  })
  test('the requests exposed', () => {
    expect(json.canaryRequests).toBe(3091)
    for (const told of [log, words]) expect(told).toContain('3,091')
  })
  test('the reason', () => {
    expect(log).toContain(json.reason)
  })
})

test('a rejected release for machines', () =>
  expect(outcomeJson(seen(runs.rolledBack()))).toMatchObject({
    run: runId,
    service: 'api',
    region: 'eu-west-1',
    from: '1.8.2',
    to: '1.9.0',
    outcome: 'rolled-back',
    because: 'verdict',
    cause: 'verdict',
    gate: 'errors',
    minute: 10,
    canaryRequests: 3091,
    badRequests: 34,
    weights: {desired: 0, actual: 0},
    startedAt: '2026-11-22T18:32:10Z',
    endedAt: '2026-11-22T18:46:17Z',
    durationSeconds: 847,
    gates: {errors: {verdict: 'fail', canary: {requests: 3091, bad: 34}, unanswered: 28}},
  }))

test('a promoted release for machines names no gate', () => {
  const json = outcomeJson(seen(runs.promoted()))
  expect(json).toMatchObject({outcome: 'promoted', gates: {errors: {verdict: 'pass'}}})
  expect(json).not.toHaveProperty('gate')
  expect(json).not.toHaveProperty('cause')
})

test('a fail in the warm window does not make a promoted release a rejected one', () => {
  const run = runs.promoted().retiring()
  const gates = [aReading({verdict: 'fail'})]
  run.put('verdict', {
    step: 'warm',
    weight: 100,
    verdict: 'fail',
    minute: 3,
    gates,
    observedShare: 1,
    reason: 'worse than before',
  })
  expect(outcomeJson(seen(run))).toMatchObject({outcome: 'promoted'})
  expect(outcomeJson(seen(run))).not.toHaveProperty('gate')
})

test('JSON has no number that JSON cannot write', () => {
  for (const run of Object.values(runs.all)) {
    const json = outcomeJson(seen(run()))
    expect(JSON.parse(JSON.stringify(json))).toEqual(json)
  }
})

import {expect, test} from 'vitest'
import type {RunBuilder} from '../support/run-events.ts'
import {aRun} from '../support/run-events.ts'
import {eventKinds} from '../../src/runbooks/engine/event.ts'
import {eventLines} from '../../src/ui/event-lines.ts'
import {linesRenderer} from '../../src/ui/render-lines.ts'
import {eventsRenderer} from '../../src/ui/render-events.ts'
import * as runs from './a-release-run.ts'

/** Looks every ten seconds of run time, as the engine does. */
function log({events, now}: RunBuilder, until = now): string {
  let text = ''
  const renderer = linesRenderer((written) => (text += written))
  for (let at = events[0]!.at; at < until; at += 10_000)
    renderer.update(
      events.filter((event) => event.at <= at),
      {},
      at,
    )
  renderer.update(events, {}, until)
  renderer.close()
  return `\n${text}`
}

test('a rejected release as a log', () =>
  expect(log(runs.rolledBack())).toMatchInlineSnapshot(`
    "
    18:32:10Z r-20261122-183210-ab12 api production: 1.8.2 -> 1.9.0, 4 steps: 5 %, 25 %, 50 %, 100 %
    18:32:18Z preflight: rule, targets, capacity, metrics
    18:32:20Z dead-man's switch: armed; if nobody ticks, traffic goes home at 18:42:19Z
    18:32:52Z canary tasks: 0 of 1 healthy in slot b
    18:33:22Z canary tasks: 1 of 1 healthy in slot b
    18:33:23Z weight 5 %: asked, read back
    18:34:23Z 5 %: observed 5.1 % after 60 s
    18:34:23Z 5 %: baking
    18:35:30Z 5 %: baking, no minute judged yet, 2m08s so far
    18:36:30Z 5 %: baking, no minute judged yet, 3m08s so far
    18:37:30Z 5 %: baking, no minute judged yet, 4m08s so far
    18:38:30Z 5 %: baking, no minute judged yet, 5m08s so far
    18:39:23Z 5 %: PASS at minute 6, errors 0.11 % (stable 0.11 %, limit 0.5 %), slow >500ms 0.39 % (stable 0.40 %, limit 1 %), 1,812 canary requests
    18:39:44Z weight 25 %: asked, read back
    18:40:44Z 25 %: observed 25.1 % after 60 s
    18:40:44Z 25 %: baking
    18:41:50Z 25 %: baking, no minute judged yet, 2m27s so far
    18:42:50Z 25 %: baking, no minute judged yet, 3m27s so far
    18:43:50Z 25 %: baking, no minute judged yet, 4m27s so far
    18:44:50Z 25 %: baking, no minute judged yet, 5m27s so far
    18:45:04Z 25 %: FAIL at minute 10, errors 1.10 % (stable 0.10 %, limit 0.5 %), 3,091 canary requests; odds that chance alone did this: under 1 in 6,000 (limit 1 in 200)
    18:45:04Z rolling back
    18:45:05Z weight 0 %: asked, read back
    18:45:46Z traffic home: observed 0 % after 41 s
    18:46:16Z clean up: drained
    18:46:17Z dead-man's switch: off
    18:46:17Z ROLLED BACK (verdict) after 14m07s: errors: canary 1.10 % (34 of 3,091) against stable 0.10 % (9 of 9,240), 11× worse
    "
  `))
test('a foreign change as a log', () =>
  expect(log(runs.halted())).toMatchInlineSnapshot(`
  "
  18:32:10Z r-20261122-183210-ab12 api production: 1.8.2 -> 1.9.0, 4 steps: 5 %, 25 %, 50 %, 100 %
  18:32:18Z preflight: rule, targets, capacity, metrics
  18:32:20Z dead-man's switch: armed; if nobody ticks, traffic goes home at 18:42:19Z
  18:32:52Z canary tasks: 0 of 1 healthy in slot b
  18:33:22Z canary tasks: 1 of 1 healthy in slot b
  18:33:23Z weight 5 %: asked, read back
  18:34:23Z 5 %: observed 5.1 % after 60 s
  18:34:23Z 5 %: baking
  18:34:23Z dead-man's switch: off
  18:34:23Z HALTED (foreign) after 2m13s: the live rule was changed outside sluice: a 80 / b 20, expected a 95 / b 5
  "
`))

test('silence is broken once a minute of run time', () => {
  const run = runs.baking()
  const beats = log(run, run.now + 185_000)
    .split('\n')
    .slice(-4, -1)
  const words = '25 %: baking, errors needs ~3 min more, slow >500ms needs ~3 min more'
  expect(beats.map((line) => line.slice(0, 9 + 1 + words.length))).toEqual([
    `18:44:30Z ${words}`,
    `18:45:30Z ${words}`,
    `18:46:30Z ${words}`,
  ])
})

test('a paused run says at every beat when traffic goes home', () => {
  const run = runs.paused()
  expect(log(run, run.now + 65_000)).toMatch(/paused: no verdict after 12 min; traffic goes home at 18:42:19Z\n$/)
})

test('nothing beats once the run has ended', () => {
  const run = runs.rolledBack()
  expect(log(run, run.now + 600_000)).toBe(log(run))
})

test('looking again without news writes nothing', () => {
  const {events, now} = runs.baking()
  const written: string[] = []
  const renderer = linesRenderer((text) => written.push(text))
  renderer.update(events, {}, now)
  const before = written.length
  renderer.update(events, {}, now)
  expect(written).toHaveLength(before)
})

test('the same undecided verdict is told once', () => {
  const run = runs.baking().after(60).verdict({minute: 10})
  expect(eventLines(run.events, run.events.length - 1)).toEqual([])
})

test('a verdict whose gate changed its mind is news', () => {
  const run = runs.baking()
  const gates = [...run.events].reverse().flatMap((event) => (event.kind === 'verdict' ? [event.data.gates] : []))[0]!
  run.verdict({minute: 10, gates: [{...gates[0]!, verdict: 'pass'}, gates[1]!]})
  expect(eventLines(run.events, run.events.length - 1)).toHaveLength(1)
})

test('an owner who took over is named', () => {
  const run = aRun().put('lease-taken', {owner: 'ci', host: 'runner-7', expiresAt: 0})
  expect(eventLines(run.events, run.events.length - 1)).toEqual(['now run by ci on runner-7'])
})

test('pushing the switch forward is not news', () => {
  const run = aRun().armed().after(300).armed()
  expect(eventLines(run.events, run.events.length - 1)).toEqual([])
})

test('every kind of event can be told', () => {
  const told = new Map(eventKinds.map((kind) => [kind, 0]))
  for (const {events} of [
    runs.promoted().retiring(),
    runs.rolledBack(),
    runs.aborted(),
    runs.baking().put('lease-lost', {to: 'ci', epoch: 2}).put('lease-taken', {owner: 'x', host: 'y', expiresAt: 0}),
  ]) {
    events.forEach(({kind}, index) => told.set(kind, told.get(kind)! + eventLines(events, index).length))
  }
  expect([...told].filter(([, lines]) => lines === 0)).toEqual([])
})

test('a reason cannot forge a line', () => {
  const run = aRun().asked('pause', 'mira', 'no\n18:00:00Z PROMOTED')
  expect(eventLines(run.events, run.events.length - 1)).toEqual(['pause asked by mira: no 18:00:00Z PROMOTED'])
})

test('--events writes every event once, as it was journaled', () => {
  const {events, now} = runs.rolledBack()
  let text = ''
  const renderer = eventsRenderer((written) => (text += written))
  renderer.update(events.slice(0, 5), {}, now)
  renderer.update(events, {}, now)
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual(events)
})

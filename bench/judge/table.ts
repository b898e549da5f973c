/**
 * Prints the judge's operating characteristics beside what others decide on the same minutes: the chance of a rollback within
 * 15 minutes and, after the @, its median minute. `--runs N` (1500), `--seed N` (1): the same numbers every time. `passed`:
 * the verdict after the last minute was a pass. Exits 1 when a row in which a rollback is wrong has more than 1 % of them,
 * beyond what the number of runs leaves to chance.
 */
import {parseArgs} from 'node:util'
import type {Decider} from './others/decision.ts'
import type {Row} from './rows.ts'
import type {GateSettings} from '../../src/judge/settings.ts'
import {defaultSettings} from '../../src/judge/default-settings.ts'
import {judgeGate} from '../../src/judge/judge-gate.ts'
import {seededRandom} from '../../src/judge/random.ts'
import {argoRollouts} from './others/argo-rollouts.ts'
import {cloudwatchAlarm} from './others/cloudwatch-alarm.ts'
import {flagger} from './others/flagger.ts'
import {kayenta} from './others/kayenta.ts'
import {rows, simulatedCase} from './rows.ts'

const {values} = parseArgs({options: {runs: {type: 'string', default: '1500'}, seed: {type: 'string', default: '1'}}})
const runs = Number(values.runs)
/** Two gates share a release's alpha. */
const settings = defaultSettings(2)
const by =
  (method: GateSettings['method']): Decider =>
  ({history, minutes}) =>
    judgeGate({...settings, method}, history, minutes).failedAt

const deciders: readonly (readonly [string, Decider])[] = [
  ['Flagger: 1 %, 5 strikes', flagger(5)],
  ['Argo Rollouts: 1 %, no strikes', argoRollouts],
  ['alarm: 2 of 2 minutes over 1 %', cloudwatchAlarm],
  ['Kayenta, every 5 min', kayenta],
  ['betting', by('betting')],
  ['mixed', by('mixed')],
  ['pooled', by('pooled')],
]

interface Tally {
  readonly cells: readonly string[]
  /** Share of runs that each of our own methods rolled back. */
  readonly ours: readonly number[]
}

function tally(row: Row, index: number): Tally {
  const random = seededRandom(Number(values.seed) * 1000 + index)
  const at: number[][] = deciders.map(() => [])
  let passed = 0
  for (let run = 0; run < runs; run++) {
    const given = simulatedCase(random, row)
    for (const [i, [, decide]] of deciders.entries()) {
      const minute = decide(given)
      if (minute !== null) at[i]?.push(minute)
    }
    if (judgeGate(settings, given.history, given.minutes).verdict === 'pass') passed++
  }
  const ours = at.slice(-3).map((minutes) => minutes.length / runs)
  return {cells: [...at.map(cell), `${Math.round((100 * passed) / runs)} %`], ours}
}

function cell(minutes: readonly number[]): string {
  const share = `${((100 * minutes.length) / runs).toFixed(1)} %`
  const median = [...minutes].sort((a, b) => a - b)[Math.floor(minutes.length / 2)]
  return median === undefined ? share : `${share} @${median}`
}

console.log(`${runs} runs a row, seed ${values.seed}, 15 minutes at 5 % weight, 60 minutes of history\n`)
console.log(`| case (canary requests a minute) | ${deciders.map(([name]) => name).join(' | ')} | mixed passed |`)
console.log(`|---${'|---'.repeat(deciders.length + 1)}|`)
const chance = 3 * Math.sqrt((0.01 * 0.99) / runs)
let wrong = 0
for (const [i, row] of rows.entries()) {
  const {cells, ours} = tally(row, i)
  console.log(`| ${[row.name, ...cells].join(' | ')} |`)
  if (row.healthy && ours.some((share) => share > 0.01 + chance)) wrong++
}
if (wrong > 0) {
  console.error(`\n${wrong} rows in which a rollback is wrong have more than 1 % of them`)
  process.exitCode = 1
}

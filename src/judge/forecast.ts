/**
 * What a step of a release would need and find on the service's own rates: the real judge, run a few hundred times on simulated
 * minutes, because no formula knows its ceiling, floor, latch and mixture. Seeded: the same question has the same answer. Must
 * never be read as a promise, and no verdict rests on it.
 */
import type {Behaviour} from './simulate.ts'
import type {Count} from './counts.ts'
import type {GateSettings} from './settings.ts'
import type {Random} from './random.ts'
import {gateJudge} from './judge-gate.ts'
import {seededRandom} from './random.ts'
import {simulatedMinute} from './simulate.ts'

const minutesOfHistory = 60

export interface ForecastQuestion {
  readonly settings: GateSettings
  /** Stable's bad fraction. */
  readonly stableRate: number
  /** Of the service as a whole. */
  readonly requestsPerMinute: number
  /** Percent of requests sent to the canary. */
  readonly weight: number
  /** The step's limit (`atMost`). */
  readonly minutes: number
  /** The step doesn't end with a pass before this many minutes; 0 if left out. */
  readonly hold?: number
  /** How many times as bad as stable a version may be that the step should find. */
  readonly ratios: readonly number[]
  /** Mean number of bad requests that come together; 1 (independent) if left out. */
  readonly burst?: number
  readonly seed: number
  /** At least 200 for numbers that people plan by. */
  readonly runs: number
}

export interface Found {
  readonly ratio: number
  /** Share of runs in which a version that much worse is rolled back within the step. */
  readonly share: number
  /** Median minute of those rollbacks; null when there are none. */
  readonly medianMinute: number | null
}

export interface Forecast {
  /** Minutes until a healthy version passes; null when half of the runs or more don't; p90 null when a tenth or more don't. */
  readonly passMinutes: {readonly p50: number; readonly p90: number | null} | null
  /** Share of runs in which a healthy version passes within the step. */
  readonly passShare: number
  readonly finds: readonly Found[]
  /** Requests the canary is given if the step takes its full time: the most that a bad version can be exposed to. */
  readonly exposedRequests: number
}

export function forecast(question: ForecastQuestion): Forecast {
  const {ratios, runs, requestsPerMinute, weight, minutes} = question
  const passes = outcomes(question, 1).flatMap(({kind, minute}) => (kind === 'pass' ? [minute] : []))
  const p50 = quantile(passes, runs, 0.5)
  return {
    passMinutes: p50 === null ? null : {p50, p90: quantile(passes, runs, 0.9)},
    passShare: passes.length / runs,
    finds: ratios.map((ratio) => {
      const fails = outcomes(question, ratio).flatMap(({kind, minute}) => (kind === 'fail' ? [minute] : []))
      return {ratio, share: fails.length / runs, medianMinute: quantile(fails, fails.length, 0.5)}
    }),
    exposedRequests: Math.round((requestsPerMinute * weight * minutes) / 100),
  }
}

interface End {
  readonly kind: 'pass' | 'fail' | 'need-data'
  readonly minute: number
}

/** Every ratio starts from the same seed: what differs between them is the ratio, not the luck of the draw. */
function outcomes(question: ForecastQuestion, ratio: number): readonly End[] {
  const random = seededRandom(question.seed)
  return Array.from({length: question.runs}, () => oneRun(question, ratio, random))
}

function oneRun(question: ForecastQuestion, ratio: number, random: Random): End {
  const {settings, stableRate, requestsPerMinute, weight, minutes, hold = 0, burst = 1} = question
  const all: Behaviour = {requests: requestsPerMinute, bad: stableRate, burst}
  const canary = {...all, requests: (requestsPerMinute * weight) / 100, bad: Math.min(1, stableRate * ratio)}
  const stable = {...all, requests: (requestsPerMinute * (100 - weight)) / 100}
  const history: readonly Count[] = Array.from({length: minutesOfHistory}, () => simulatedMinute(random, all))
  const judge = gateJudge(settings, history)
  for (let minute = 1; minute <= minutes; minute++) {
    judge.add({canary: simulatedMinute(random, canary), stable: simulatedMinute(random, stable)})
    const kind = judge.answer()
    if (kind === 'fail' || (kind === 'pass' && minute >= hold)) return {kind, minute}
  }
  return {kind: 'need-data', minute: minutes}
}

/** The smallest minute by which `share` of all runs, those without one included, have got there. */
function quantile(minutes: readonly number[], runs: number, share: number): number | null {
  const sorted = [...minutes].sort((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(share * runs)) - 1] ?? null
}

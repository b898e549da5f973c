/**
 * When a pass may be expected: the arithmetic of fitness run forward on the present rates, as if every coming minute were the
 * average one. Where betting run forward the same way would fail by then, no pass is expected. A deterministic estimate for
 * people, not a promise, and nothing is ever decided by it. (What a step will need before it begins: forecast.ts.)
 */
import type {Count, PairedMinute} from './counts.ts'
import type {GateSettings} from './settings.ts'
import {bettingEvidence} from './betting-evidence.ts'
import {fraction, noCount, sum} from './counts.ts'
import {logWithinBudget, noWorse as noWorseEvidence} from './fitness.ts'
import {logMeanExp} from './log-mean-exp.ts'

/** A pass further away than a week isn't worth waiting for: the answer is null. */
const horizonMinutes = 10_080

export interface Present {
  readonly settings: GateSettings
  /** Totals so far. */
  readonly canary: Count
  readonly stable: Count
  /** The parts of the evidences so far, as logarithms: each grows along a line while rates stay the same. */
  readonly betting: readonly number[]
  readonly noWorse: readonly number[]
  /** The last minutes, for the present request rate. */
  readonly recent: readonly PairedMinute[]
  readonly minutesWithTraffic: number
}

/** An average minute to come: requests as of late, bad fractions as in all minutes so far. */
function averageMinute({canary, stable, recent}: Present): PairedMinute {
  const expected = (side: 'canary' | 'stable', total: Count): Count => {
    const requests = recent.reduce((all, minute) => sum(all, minute[side]), noCount).requests / Math.max(1, recent.length)
    return {requests, bad: requests * fraction(total)}
  }
  return {canary: expected('canary', canary), stable: expected('stable', stable)}
}

/** `ahead` whole minutes until both the evidence and `minMinutes` are there; null: not within a week. */
function firstPass(present: Present, minute: PairedMinute): number | null {
  const {settings, canary, noWorse, minutesWithTraffic} = present
  if (minute.canary.requests === 0) return null
  const enough = -Math.log(settings.beta)
  const oneMinute = noWorseEvidence(settings.ratio)
  oneMinute.add(minute)
  const steps = oneMinute.parts()
  const expected = (ahead: number): number | null => (failsBy(present, minute, ahead) ? null : ahead)
  const isFit = (ahead: number): boolean => {
    const later = {requests: canary.requests + ahead * minute.canary.requests, bad: canary.bad + ahead * minute.canary.bad}
    return (
      logWithinBudget(settings.budget, later) >= enough
      || logMeanExp(noWorse.map((part, i) => part + ahead * (steps[i] ?? 0))) >= enough
    )
  }
  const atLeast = Math.max(1, settings.minMinutes - minutesWithTraffic)
  if (isFit(atLeast)) return expected(atLeast)
  // Both evidences are log-means of exponentials of lines, hence convex in `ahead`: once reached they stay reached.
  let [below, above] = [atLeast, horizonMinutes]
  if (below >= above || !isFit(above)) return null
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2)
    if (isFit(middle)) above = middle
    else below = middle
  }
  return expected(above)
}

/** Would betting alone fail within so many average minutes? (In `mixed` it is worth half.) */
function failsBy({settings, canary, stable, betting}: Present, minute: PairedMinute, ahead: number): boolean {
  const later = (total: Count, a: Count): number =>
    fraction({requests: total.requests + ahead * a.requests, bad: total.bad + ahead * a.bad})
  if (later(canary, minute.canary) - settings.tolerance * later(stable, minute.stable) < settings.floor) return false
  const oneMinute = bettingEvidence(settings.tolerance)
  oneMinute.add(minute)
  const steps = oneMinute.parts()
  const share = settings.method === 'betting' ? 0 : Math.LN2
  return logMeanExp(betting.map((part, i) => part + ahead * (steps[i] ?? 0))) - share >= -Math.log(settings.alpha)
}

export function minutesToPass(present: Present): number | null {
  return firstPass(present, averageMinute(present))
}

export interface AtShare {
  /** Percent of requests. */
  readonly share: number
  readonly minutes: number
}

/** The same with twice the share of requests sent to the canary: what a person could do to shorten the wait. */
export function twiceTheShare(present: Present): AtShare | null {
  const {canary, stable} = averageMinute(present)
  const share = (100 * canary.requests) / (canary.requests + stable.requests)
  if (!(share > 0 && share <= 40)) return null
  const shifted = {requests: stable.requests - canary.requests, bad: (stable.requests - canary.requests) * fraction(stable)}
  const minutes = firstPass(present, {canary: {requests: 2 * canary.requests, bad: 2 * canary.bad}, stable: shifted})
  return minutes === null ? null : {share: 2 * share, minutes}
}

/**
 * Evidence that the canary may go on, two ways: its own bad fraction is below the budget, or it is less than `ratio` times as
 * bad as stable (so a release isn't held up by an incident that hits both). Either suffices. Must never count a minute without
 * requests as a good one: it multiplies by 1.
 *
 * Source: likelihood-ratio mixtures as in Lindon & Malek, NeurIPS 2022, with the bad side as the null.
 */
import type {Count, PairedMinute} from './counts.ts'
import {logMeanExp} from './log-mean-exp.ts'

/** Alternatives, as parts of the budget. */
const partsOfBudget = [0, 0.1, 0.25, 0.5, 0.75] as const
/** Alternatives, as ratios of the canary's bad fraction to stable's. */
const ratios = [0.5, 0.75, 1, 1.25] as const

/** x·ln(y) with 0⁰ = 1. */
const logPower = (x: number, y: number): number => (x === 0 ? 0 : x * Math.log(y))

/** Null: the bad fraction is at least `budget`. `canary` holds totals (fractions of requests are fine: an expected future). */
export function logWithinBudget(budget: number, canary: Count): number {
  const good = canary.requests - canary.bad
  return logMeanExp(
    partsOfBudget.map((part) => logPower(canary.bad, part) + good * (Math.log1p(-part * budget) - Math.log1p(-budget))),
  )
}

/** What one minute adds to each of the four alternatives of `logNoWorse`. */
export function noWorseSteps(ratio: number, {canary, stable}: PairedMinute): readonly number[] {
  const bad = canary.bad + stable.bad
  if (canary.requests === 0 || stable.requests === 0 || bad === 0) return ratios.map(() => 0)
  const limit = ratio * canary.requests + stable.requests
  return ratios.map(
    (of) => canary.bad * Math.log(of / ratio) - bad * Math.log1p(((of - ratio) * canary.requests) / limit),
  )
}

export interface NoWorse {
  add(minute: PairedMinute): void
  /** The four alternatives' logarithms so far. */
  parts(): readonly number[]
  log(): number
}

/** Null: the canary is at least `ratio` times as bad as stable. */
export function noWorse(ratio: number): NoWorse {
  const logs = ratios.map(() => 0)
  return {
    add(minute) {
      const {canary, stable} = minute
      if (canary.requests === 0 || stable.requests === 0 || canary.bad + stable.bad === 0) return
      for (const [i, step] of noWorseSteps(ratio, minute).entries()) logs[i] = (logs[i] ?? 0) + step
    },
    parts: () => logs,
    log: () => logMeanExp(logs),
  }
}

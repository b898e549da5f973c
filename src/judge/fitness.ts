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

export interface NoWorse {
  /** Also takes an average minute with fractions of requests: an expected future. */
  add(minute: PairedMinute): void
  /** The four alternatives' logarithms so far. */
  parts(): readonly number[]
  log(): number
}

/** Null: the canary is at least `ratio` times as bad as stable. */
export function noWorse(ratio: number): NoWorse {
  const logs = ratios.map(() => 0)
  const logRatios = ratios.map((of) => Math.log(of / ratio))
  return {
    add({canary, stable}) {
      const bad = canary.bad + stable.bad
      if (canary.requests === 0 || stable.requests === 0 || bad === 0) return
      const share = canary.requests / (ratio * canary.requests + stable.requests)
      for (let i = 0; i < ratios.length; i++) {
        logs[i]! += canary.bad * logRatios[i]! - bad * Math.log1p((ratios[i]! - ratio) * share)
      }
    },
    parts: () => [...logs],
    log: () => logMeanExp(logs),
  }
}

/**
 * Evidence of harm by likelihood ratio, request by request: for 24 ratios between 1.25 and 30, how much better does "the
 * canary is that many times worse than tolerated" explain who answered the bad requests? Much quicker than betting where many
 * requests are bad, and blind to bursts; so its logarithm is divided by the measured dispersion. Must never be used undivided.
 *
 * Source: Lindon & Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022; the tempering is our own.
 */
import type {PairedMinute} from './counts.ts'
import {largestOf, logMeanExp} from './log-mean-exp.ts'

const ratios = Array.from({length: 24}, (_, j) => 1.25 * (30 / 1.25) ** (j / 23))
const logRatios = ratios.map((ratio) => Math.log(ratio))

export interface TemperedEvidence {
  add(minute: PairedMinute): void
  /** The sum so far, divided by the *present* dispersion. */
  log(dispersion: number): number
  /** Cheap, and never below `log(dispersion)`. */
  atMost(dispersion: number): number
}

/** `tolerance`: φ0, the ratio of bad fractions that isn't harm yet. */
export function temperedEvidence(tolerance: number): TemperedEvidence {
  const logs = new Float64Array(ratios.length)
  return {
    add({canary, stable}) {
      const bad = canary.bad + stable.bad
      if (canary.requests === 0 || stable.requests === 0 || bad === 0) return
      // ln(q(φ0φ)/q(φ0)) = lnφ − ln(1 + share·(φ−1)) and ln((1−q(φ0φ))/(1−q(φ0))) = −ln(1 + share·(φ−1)): without
      // ever forming 1−q, which would lose its digits.
      const share = (tolerance * canary.requests) / (tolerance * canary.requests + stable.requests)
      for (let j = 0; j < ratios.length; j++) {
        logs[j]! += canary.bad * logRatios[j]! - bad * Math.log1p(share * (ratios[j]! - 1))
      }
    },
    log: (dispersion) => logMeanExp(Array.from(logs, (log) => log / dispersion)),
    atMost: (dispersion) => largestOf(logs) / dispersion,
  }
}

/**
 * Evidence of harm by betting on the canary's share of each minute's bad requests. One bet a minute, whatever the number of
 * bad requests in it: bursts inside a minute can't fool it, and what hits both versions alike cancels out. Holds its error
 * rate without any assumption on how errors come. Must never bet on anything it knows only after the minute.
 *
 * Source: Waudby-Smith & Ramdas, "Estimating means of bounded random variables by betting", JRSS-B 2023.
 */
import type {PairedMinute} from './counts.ts'
import {largestOf, logMeanExp} from './log-mean-exp.ts'

const bets = [0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9] as const

export interface Evidence {
  add(minute: PairedMinute): void
  /** Natural logarithm of the evidence over the minutes so far. */
  log(): number
  /** Cheap, and never below `log()`: a mean is at most its largest term. */
  atMost(): number
}

export interface BettingEvidence extends Evidence {
  /** The logarithm of each bet's product so far. */
  parts(): readonly number[]
}

/** `tolerance`: φ0, the ratio of bad fractions that isn't harm yet. */
export function bettingEvidence(tolerance: number): BettingEvidence {
  const logs = new Float64Array(bets.length)
  return {
    add({canary, stable}) {
      const bad = canary.bad + stable.bad
      if (canary.requests === 0 || bad === 0) return
      const expected = (tolerance * canary.requests) / (tolerance * canary.requests + stable.requests)
      const surprise = canary.bad / bad / expected - 1
      for (let i = 0; i < bets.length; i++) logs[i]! += Math.log1p(bets[i]! * surprise)
    },
    parts: () => [...logs],
    log: () => logMeanExp([...logs]),
    atMost: () => largestOf(logs),
  }
}

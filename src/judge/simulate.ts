/**
 * Minutes as a service might produce them, for forecasts and for the bench: Poisson requests, bad ones independent or in
 * bursts of geometric size (dispersion 2m−1 for mean size m). A model of the world for "what if", never an input to a verdict.
 */
import type {Count} from './counts.ts'
import type {Random} from './random.ts'

export interface Behaviour {
  /** Mean requests a minute. */
  readonly requests: number
  /** Fraction of them that is bad, on average. */
  readonly bad: number
  /** Mean number of bad requests that come together; 1: independent. */
  readonly burst: number
}

export function simulatedMinute(random: Random, {requests: mean, bad, burst}: Behaviour): Count {
  const requests = random.poisson(mean)
  if (burst <= 1) return {requests, bad: random.binomial(requests, bad)}
  let hit = 0
  for (let bursts = random.poisson((requests * bad) / burst); bursts > 0; bursts--) hit += random.geometric(burst)
  return {requests, bad: Math.min(requests, hit)}
}

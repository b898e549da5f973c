/**
 * Flagger: rolls back at the fifth failed check. One check a minute: the canary's success rate of the last minute must be at
 * least 99 % (`request-success-rate`, `thresholdRange.min: 99`, `interval: 1m`, `threshold: 5`: the values of its documented
 * example, docs.flagger.app/usage/metrics). Read from fluxcd/flagger pkg/controller/scheduler.go and scheduler_metrics.go:
 * failed checks are counted over the whole analysis and a good one doesn't reset them; a minute without a value counts as
 * failed. Flagger never looks at stable. (It acts on the fifth one at its next tick, a minute later: not charged here.)
 */
import type {Decider} from './decision.ts'

export function flagger(strikes: number): Decider {
  return ({minutes}) => {
    let failed = 0
    for (const [i, {canary}] of minutes.entries()) {
      if (canary.requests === 0 || canary.bad > 0.01 * canary.requests) failed++
      if (failed === strikes) return i + 1
    }
    return null
  }
}

/**
 * Argo Rollouts with its defaults: a background analysis with `successCondition: result >= 0.99` measured every minute, and
 * `failureLimit` left at its default of 0, so that the first failed measurement ends the run (argoproj/argo-rollouts
 * docs/features/analysis.md; the default is named in pull request #3970). A measurement without data is an error rather than
 * a failure: more than four in a row (`DefaultConsecutiveErrorLimit`, utils/defaults) end it too, and a success resets them.
 */
import type {Decider} from './decision.ts'

const consecutiveErrorLimit = 4

export const argoRollouts: Decider = ({minutes}) => {
  let errors = 0
  for (const [i, {canary}] of minutes.entries()) {
    if (canary.requests === 0) errors++
    else if (canary.bad > 0.01 * canary.requests) return i + 1
    else errors = 0
    if (errors > consecutiveErrorLimit) return i + 1
  }
  return null
}

/**
 * A CloudWatch alarm as deployment tools on AWS use it: period one minute, 2 of 2 datapoints above 1 % of the canary's
 * requests, on the canary's target group alone ("Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing
 * data" in the CloudWatch User Guide). Missing minutes are left out (`missing`, the default): with one of two datapoints the
 * state is kept, so they neither alarm nor clear; here the last two minutes that have data are looked at.
 */
import type {Decider} from './decision.ts'

export const cloudwatchAlarm: Decider = ({minutes}) => {
  let breaching = 0
  for (const [i, {canary}] of minutes.entries()) {
    if (canary.requests === 0) continue
    breaching = canary.bad > 0.01 * canary.requests ? breaching + 1 : 0
    if (breaching === 2) return i + 1
  }
  return null
}

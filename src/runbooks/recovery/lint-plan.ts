/**
 * Reads off a plan whether it depends on what may be lost with the primary Region: a step that calls a global control plane, or the
 * primary Region, can't run then. Fencing may, as long as it is bounded and nothing is lost by its giving up. Pure.
 */
import {minutes} from '../engine/clock.ts'
import type {Plan} from '../engine/step.ts'
import {otherRegion} from './place.ts'
import type {Place} from './place.ts'
import {controlPlaneOf} from './port-calls.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

export interface LintFinding {
  readonly step: string
  readonly action: string
  readonly region: string
  readonly text: string
}

/** Actions that are answered in one Region of the world, whichever they are declared for. */
const global = /^(route53|cloudfront|iam|organizations|globalaccelerator|route53-recovery-control-config|networkmanager|sts):/
/** Dependent on us-east-1 though they have a Region: buckets' own settings. */
const hidden = /^s3:(CreateBucket|PutBucket|PutReplication|PutEncryption)/
/** Evaluated where the Region's own call is made; no call of its own. */
const noCall = /^iam:PassRole$/
const fenceSteps: ReadonlySet<string> = new Set(['fence'])
const longestFenceMs = minutes(3)

/** Empty: an unplanned failover of this plan needs nothing of `lost` (home, unless users are leaving the recovery Region). */
export function lintRecovery(plan: Plan<RecoveryWorld>, place: Place, lost: string = place.home): readonly LintFinding[] {
  const makers = [
    ...plan.steps.map(({id, calls, asks = []}) => ({id, calls: [...calls, ...asks]})),
    ...plan.guards.map(({id, calls}) => ({id, calls})),
  ]
  const plane = controlPlaneOf(otherRegion(place, lost))
  const calls = makers.flatMap(({id, calls: all}) =>
    all.flatMap(({action, region}): readonly LintFinding[] => {
      if (noCall.test(action)) return []
      if (global.test(action) || hidden.test(action))
        return [{step: id, action, region, text: `${id} calls ${action}: its control plane is in ${plane}`}]
      if (region === plane && plane !== otherRegion(place, lost))
        return [{step: id, action, region, text: `${id} calls ${action} in ${plane}`}]
      if (region !== lost || fenceSteps.has(id)) return []
      return [{step: id, action, region, text: `${id} calls ${action} in ${lost}, which may be the Region that is lost`}]
    }),
  )
  return [...calls, ...unboundedFences(plan, lost)]
}

function unboundedFences({steps}: Plan<RecoveryWorld>, lost: string): readonly LintFinding[] {
  return steps
    .filter(
      ({id, calls, deadlineMs}) => fenceSteps.has(id) && deadlineMs > longestFenceMs && calls.some(({region}) => region === lost),
    )
    .map(({id, deadlineMs}) => ({
      step: id,
      action: '',
      region: lost,
      text: `${id} may wait ${Math.round(deadlineMs / 60_000)} min for ${lost}: an unplanned fence is bounded`,
    }))
}

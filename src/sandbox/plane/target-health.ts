/**
 * What one probe's result means for a target's health. Pure. A new target is healthy after its first success; later changes
 * need as many results in a row as the group's thresholds say.
 */
import type {HealthCheck, Target} from '../services/elbv2-state.ts'

export type ProbeResult =
  {readonly kind: 'answered'; readonly status: number} | {readonly kind: 'timed-out'} | {readonly kind: 'failed'}

export type Health = Pick<Target, 'state' | 'reason' | 'description' | 'passes' | 'failures' | 'fresh'>

export function afterProbe(before: Health, result: ProbeResult, check: HealthCheck): Health {
  if (before.state === 'draining' || before.state === 'unused') return before
  if (result.kind === 'answered' && matches(check.matcher, result.status)) {
    const passes = before.passes + 1
    const counted = {...before, passes, failures: 0}
    if (before.state === 'healthy' || before.fresh || passes >= check.healthyThreshold) {
      return {...counted, state: 'healthy', reason: undefined, description: undefined, fresh: false}
    }
    return counted
  }
  const failures = before.failures + 1
  const counted = {...before, failures, passes: 0}
  return before.state === 'unhealthy' || failures >= check.unhealthyThreshold
    ? {...counted, state: 'unhealthy', ...complaint(result)}
    : counted
}

function complaint(result: ProbeResult): {reason: string; description: string} {
  switch (result.kind) {
    case 'answered':
      return {
        reason: 'Target.ResponseCodeMismatch',
        description: `Health checks failed with these codes: [${result.status}]`,
      }
    case 'timed-out':
      return {reason: 'Target.Timeout', description: 'Request timed out'}
    case 'failed':
      return {reason: 'Target.FailedHealthChecks', description: 'Health checks failed'}
  }
}

/** `200`, `200,202`, `200-299` and mixtures. */
function matches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [low, high = low] = part.split('-')
    return status >= Number(low) && status <= Number(high)
  })
}

/**
 * What to do at a look: a pure function with five answers. The order of the questions is the policy: proof of harm first, then
 * a person's wish, then what makes the evidence worthless, then whether it is enough. It never advances on missing data.
 */
import type {Look} from './look.ts'

export type Decision =
  | {readonly kind: 'wait'; readonly because: string}
  | {readonly kind: 'advance'; readonly because: string}
  | {readonly kind: 'pause'; readonly because: string}
  | {readonly kind: 'roll-back'; readonly because: string}
  | {readonly kind: 'halt'; readonly because: string}

export interface Observation {
  readonly look: Look
  /** Judged time of this step so far, in whole minutes. */
  readonly judgedMs: number
  readonly holdMs: number
  /** Age of this step, and when need-data becomes a pause. */
  readonly ageMs: number
  readonly atMostMs: number
  readonly promoteWish: string | null
  /** Newest settled minutes in a row in which stable had requests and the canary none at all. */
  readonly silentMinutes: number
  /** 502/503/504 of the load balancer in this run that nothing explains, and how many its history lets expect. */
  readonly loadBalancer: {readonly unexplained: number; readonly expected: number}
  /** How often the canary's tasks exited by themselves; read when the load balancer answered something itself. */
  readonly canaryExits: number
  /** Healthy targets of stable, read when the look fails; null when it didn't. */
  readonly stableHealthy: number | null
}

/** With weight on the canary and none of its requests counted for this long, something is wired wrongly. */
const silentLimit = 3

export function decide(seen: Observation): Decision {
  const {look} = seen
  if (look.verdict === 'fail') {
    if (seen.stableHealthy === 0) return {kind: 'halt', because: `${look.reason}; but stable has no healthy target to go back to`}
    return {kind: 'roll-back', because: look.reason}
  }
  if (seen.promoteWish !== null) return {kind: 'advance', because: seen.promoteWish}
  if (seen.silentMinutes >= silentLimit) {
    return {
      kind: 'pause',
      because:
        `no request of the canary was counted for ${seen.silentMinutes} min although it has weight: `
        + 'check the target group and its metrics',
    }
  }
  if (aboveHistory(seen.loadBalancer)) {
    const {unexplained, expected} = seen.loadBalancer
    // Pausing would leave a dying canary its weight with nobody there: whether it keeps dying is the gate tasks' to say, soon.
    if (seen.canaryExits > 0 && seen.ageMs < seen.atMostMs)
      return {kind: 'wait', because: 'a canary task exited; does the next one stay up?'}
    return {
      kind: 'pause',
      because:
        `the load balancer itself answered ${unexplained} requests with 502, `
        + `503 or 504 (history lets expect ${expected.toFixed(1)}); no target group can be blamed`,
    }
  }
  if (look.verdict === 'pass' && seen.judgedMs >= seen.holdMs) return {kind: 'advance', because: look.reason}
  if (look.verdict === 'need-data' && seen.ageMs >= seen.atMostMs) {
    return {kind: 'pause', because: `not enough evidence after ${Math.round(seen.ageMs / 60_000)} min: ${look.reason}`}
  }
  return {kind: 'wait', because: look.reason}
}

/** Ten at least, and more than four standard deviations over three times what history shows. */
function aboveHistory({unexplained, expected}: Observation['loadBalancer']): boolean {
  return unexplained >= 10 && unexplained > 3 * expected + 4 * Math.sqrt(3 * expected)
}

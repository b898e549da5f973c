/**
 * The longest chain of steps to a goal: of a run under way what is left of it (the forecast), of one that is over what it took. Pure.
 * AWS's own time (`tookMs` in a step's facts) counts where a step knows it: what is above it is the tool's own.
 */
import type {RecoveryStep} from './recovery-steps.ts'

export interface Chain {
  readonly ids: readonly string[]
  readonly ms: number
}

const none: Chain = {ids: [], ms: 0}

/** How long a step took (so far), by AWS's own timestamps where it has them. */
export function tookMs({facts, startedAt, endedAt}: RecoveryStep, now: number): number {
  const own = facts['tookMs']
  if (typeof own === 'number') return own
  return startedAt === null ? 0 : Math.max(0, (endedAt ?? now) - startedAt)
}

/** What a step usually still needs; nothing where nobody knows what is usual for it. */
export function leftMs(step: RecoveryStep, now: number): number {
  const usual = (step.usual?.p50Seconds ?? 0) * 1000
  switch (step.state) {
    case 'waiting':
      return usual
    case 'running':
      return Math.max(0, usual - (now - (step.startedAt ?? now)))
    case 'done':
    case 'failed':
    case 'undone':
    case 'stopped':
    case 'skipped':
      return 0
  }
}

/** Beyond its p90 and still not done. */
export const stuck = ({state, startedAt, usual}: RecoveryStep, now: number): boolean =>
  state === 'running' && usual !== null && startedAt !== null && now - startedAt > usual.p90Seconds * 1000

/** The longest chain that ends in `goal`, with each step weighed; without a goal the longest of all. */
export function longestChain(steps: readonly RecoveryStep[], weigh: (step: RecoveryStep) => number, goal: string | null): Chain {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const known = new Map<string, Chain>()
  const chainTo = (id: string): Chain => {
    const before = known.get(id)
    if (before !== undefined) return before
    known.set(id, none)
    const step = byId.get(id)
    if (step === undefined) return none
    // Of two that are as long, one that is there: a step that is late has nothing left of its usual time, and is still on the way.
    const longest = step.needs.map(chainTo).reduce((best, one) => (one.ms >= best.ms ? one : best), none)
    const chain = {ids: [...longest.ids, id], ms: longest.ms + weigh(step)}
    known.set(id, chain)
    return chain
  }
  const goals = goal !== null && byId.has(goal) ? [goal] : steps.map(({id}) => id)
  return goals.map(chainTo).reduce((best, one) => (one.ms > best.ms ? one : best), none)
}

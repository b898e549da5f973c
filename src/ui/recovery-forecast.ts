/** What a step of a recovery took, what it usually still needs, and whether it is stuck: weights for the critical path. Pure. */
import type {RecoveryStep} from './recovery-steps.ts'

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

/**
 * How long real waits may be. Bounds are run time, and a fast clock shrinks them; but an answer of this machine's own takes real
 * time however fast the clock is, so there is a least. Pure.
 */
import type {Clock} from '../../runbooks/engine/clock.ts'

/** Real ms that an answer over loopback has, at the least, on a busy machine. */
export const leastLoopbackMs = 1500

/**
 * Real ms, whole because timers and resolvers take no others: `boundMs` of run time, and never less than `leastMs` of real time.
 */
export function realBound({speed}: Pick<Clock, 'speed'>, boundMs: number, leastMs = leastLoopbackMs): number {
  return Math.ceil(Math.max(boundMs / speed, leastMs))
}

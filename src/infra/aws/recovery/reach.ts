/**
 * How a recovery talks to a Region that may be dead. A Region that hasn't been heard of lately has a few seconds for an answer
 * instead of half a minute; one that gave none is `Unreachable`, and isn't asked again for a while: a recovery must not spend its
 * time on it. The Region that the recovery works in is always asked, with the usual patience. It never takes an error that AWS
 * answered for silence.
 */
import type {Clock} from '../../../runbooks/engine/clock.ts'
import {Unavailable} from '../../../runbooks/engine/unavailable.ts'
import {Unreachable} from '../../../runbooks/recovery/unreachable.ts'
import {network} from '../error-names.ts'
import {leastLoopbackMs, realBound} from '../real-bound.ts'
import type {Reach} from '../session.ts'

/** Run time. */
const silentBoundMs = 5000
const heardLatelyMs = 60_000
const leftAloneMs = 15_000
/** One connection may be cut by chance; the second says how it is. */
const silentAttempts = 2
/** Real time: connections to a Region on another continent are there in less. */
const connectMs = 3000
/** Real time under a fast clock: how long an answer says something. */
const leastLatelyMs = 3000
/** For what only reads, and may wait longer than a recovery. */
const leastReadingMs = 3000

/** `own`: the Region of the session itself. */
export function recoveryReach({
  clock,
  own,
  haste = 'recovers',
}: {
  readonly clock: Clock
  readonly own: string
  readonly haste?: 'recovers' | 'reads'
}): Reach {
  const leastMs = haste === 'reads' ? leastReadingMs : leastLoopbackMs
  const heard = new Map<string, number>()
  const lost = new Map<string, {readonly at: number; readonly reason: string}>()
  const isHeard = (region: string): boolean => {
    const at = heard.get(region)
    return region === own || (at !== undefined && clock.now() - at < Math.max(heardLatelyMs, leastLatelyMs * clock.speed))
  }
  return {
    connectMs,
    admit(action, region) {
      const last = lost.get(region)
      if (last === undefined || clock.now() - last.at >= leftAloneMs) return
      throw new Unreachable(action, region, `${region} isn't asked for ${action}: a moment ago it didn't answer (${last.reason})`)
    },
    boundMs: (region, ofSession) => (isHeard(region) ? ofSession : Math.min(ofSession, realBound(clock, silentBoundMs, leastMs))),
    attempts: (region, ofSession) => (isHeard(region) ? ofSession : silentAttempts),
    answered(region) {
      heard.set(region, clock.now())
      lost.delete(region)
    },
    failed({action, region, since}, error) {
      if (!(error instanceof Unavailable) || error instanceof Unreachable || !isSilence(error.cause)) return error
      // The bound passed between one throttled attempt and the next: it did answer.
      if ((heard.get(region) ?? Number.NEGATIVE_INFINITY) >= since && isOurBound(error.cause)) return error
      // One slow answer among many isn't the end of a Region; the next call has the short bound, and tells.
      if (region !== own && heard.delete(region) && isOurBound(error.cause)) return error
      const reason = reasonOf(error.cause)
      if (region !== own) lost.set(region, {at: clock.now(), reason})
      return new Unreachable(action, region, `${region} doesn't answer (${action}: ${reason})`, {cause: error.cause})
    },
  }
}

interface Cause {
  readonly name?: string
  readonly code?: string
  readonly message?: string
  readonly $metadata?: {readonly httpStatusCode?: number}
}

function isSilence(cause: unknown): boolean {
  const {name = '', code = '', $metadata} = (cause ?? {}) as Cause
  if ($metadata?.httpStatusCode !== undefined) return false
  return network.has(code) || network.has(name) || name === 'TimeoutError' || isOurBound(cause)
}

/** A caller that gave up says nothing about the Region. */
function isOurBound(cause: unknown): boolean {
  const {name, message} = (cause ?? {}) as Cause
  return name === 'AbortError' && message?.startsWith('no answer within') === true
}

function reasonOf(cause: unknown): string {
  const {name, code, message} = (cause ?? {}) as Cause
  return code ?? (name === 'AbortError' || name === undefined ? (message ?? 'no answer') : `${name}: ${message ?? ''}`)
}

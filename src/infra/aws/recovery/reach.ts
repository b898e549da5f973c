/**
 * How a recovery talks to a Region that may be dead. A Region that hasn't been heard of lately has a few seconds for an answer instead of
 * half a minute; one that gave none is `Unreachable`, and isn't asked again for a while: a recovery must not spend its time on it. The
 * Region that the recovery works in is always asked, with the usual patience. It never takes an error that AWS answered for silence.
 */
import type {Clock} from '../../../runbooks/engine/clock.ts'
import {Unavailable} from '../../../runbooks/engine/unavailable.ts'
import {Unreachable} from '../../../runbooks/recovery/unreachable.ts'
import {network} from '../error-names.ts'
import type {Reach} from '../session.ts'

/** Run time. */
const silentBoundMs = 5000
const heardLatelyMs = 60_000
const leftAloneMs = 15_000
/** Real time: connections to a Region on another continent are there in less. */
const connectMs = 3000
/** Real time under a fast clock: a loopback answer on a busy machine. */
const leastBoundMs = 600

/** `own`: the Region of the session itself. */
export function recoveryReach({clock, own}: {readonly clock: Clock; readonly own: string}): Reach {
  const heard = new Map<string, number>()
  const lost = new Map<string, {readonly at: number; readonly reason: string}>()
  return {
    connectMs,
    admit(action, region) {
      const last = lost.get(region)
      if (last === undefined || clock.now() - last.at >= leftAloneMs) return
      throw new Unreachable(action, region, `${region} isn't asked for ${action}: a moment ago it didn't answer (${last.reason})`)
    },
    boundMs(region, ofSession) {
      const at = heard.get(region)
      if (region === own || (at !== undefined && clock.now() - at < heardLatelyMs)) return ofSession
      return Math.min(ofSession, Math.max(silentBoundMs / clock.speed, leastBoundMs))
    },
    answered(region) {
      heard.set(region, clock.now())
      lost.delete(region)
    },
    failed(action, region, error) {
      if (!(error instanceof Unavailable) || error instanceof Unreachable) return error
      const silence = silenceOf(error.cause)
      if (silence === 'not silent') {
        this.answered(region)
        return error
      }
      if (silence === 'not known') return error
      heard.delete(region)
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

/** Who gave up for the caller's sake says nothing about the Region. */
function silenceOf(cause: unknown): 'silent' | 'not silent' | 'not known' {
  const {name = '', code = '', message = '', $metadata} = (cause ?? {}) as Cause
  if ($metadata?.httpStatusCode !== undefined) return 'not silent'
  if (network.has(code) || network.has(name) || name === 'TimeoutError') return 'silent'
  if (name === 'AbortError') return message.startsWith('no answer within') ? 'silent' : 'not known'
  return 'not known'
}

function reasonOf(cause: unknown): string {
  const {name, code, message} = (cause ?? {}) as Cause
  return code ?? (name === 'AbortError' || name === undefined ? message ?? 'no answer' : `${name}: ${message ?? ''}`)
}

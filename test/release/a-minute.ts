/** Minutes of two slots as CloudWatch would count them: 900 requests a minute, all answered, unless a test says otherwise. */
import type {CountedMinute, SlotMinute} from '../../src/runbooks/release/ports.ts'

const nothing: SlotMinute = {
  requests: null,
  answered2xx: null,
  answered3xx: null,
  answered4xx: null,
  answered5xx: null,
  connectionErrors: null,
  timed: null,
  slow: null,
}

/** `requests` given to the slot, of which all are answered with 2xx unless `more` says otherwise. */
export const served = (requests: number, more: Partial<SlotMinute> = {}): SlotMinute => ({
  ...nothing,
  requests,
  answered2xx: requests - (more.answered5xx ?? 0),
  timed: requests,
  ...more,
})

export const silent = nothing

/** Consecutive minutes of slot a (stable) and slot b (canary). */
export const minutesOf = (...pairs: readonly (readonly [SlotMinute, SlotMinute])[]): readonly CountedMinute[] =>
  pairs.map(([a, b], index) => ({at: index * 60_000, a, b, loadBalancer5xx: 0, custom: {}}))

/**
 * From CloudWatch's raw per-minute counts to what the judge is given. Pure. Nothing published means no data here, never
 * "no errors"; an answer that is merely late must not look like one that never came.
 */
import type {Gate} from '../../config/release-config.ts'
import type {Count, PairedMinute} from '../../judge/counts.ts'
import type {CountedMinute, Slot, SlotMinute} from './ports.ts'

export const minuteMs = 60_000
/** A minute is settled when its end is at least this old. */
export const settleMs = 120_000

export const minuteFloor = (at: number): number => Math.floor(at / minuteMs) * minuteMs
export const minuteCeil = (at: number): number => Math.ceil(at / minuteMs) * minuteMs

/** End (exclusive) of the last settled minute at `now`. */
export const settledUntil = (now: number): number => minuteFloor(now - settleMs)

/** The next moment at which one more minute than now is settled. */
export const nextSettledAt = (now: number): number => settledUntil(now) + minuteMs + settleMs

/**
 * Requests given to a slot that were never answered, minute by minute. C(t) counts requests minus answers since the first
 * minute; what is merely in flight leaves C again within the minutes we have, so M(t) = min of C(s) over s ≥ t keeps only what
 * stays. unanswered(t) = max(0, M(t) − max(0, M before t)).
 */
export function unansweredPerMinute(minutes: readonly SlotMinute[]): readonly number[] {
  let running = 0
  const open = minutes.map((minute) => (running += (minute.requests ?? 0) - answered(minute)))
  const lasting = [...open]
  for (let at = lasting.length - 2; at >= 0; at -= 1) lasting[at] = Math.min(lasting[at] ?? 0, lasting[at + 1] ?? 0)
  return lasting.map((value, at) => Math.max(0, value - Math.max(0, at === 0 ? 0 : (lasting[at - 1] ?? 0))))
}

function answered(minute: SlotMinute): number {
  return (minute.answered2xx ?? 0) + (minute.answered3xx ?? 0) + (minute.answered4xx ?? 0) + (minute.answered5xx ?? 0)
}

/** Requests and bad ones of one gate and slot, minute by minute. */
export function gateCounts(gate: Gate, minutes: readonly CountedMinute[], slot: Slot): readonly Count[] {
  switch (gate.kind) {
    case 'errors': {
      const unanswered = unansweredPerMinute(minutes.map((minute) => minute[slot]))
      return minutes.map((minute, at) => errorCount(minute[slot], unanswered[at] ?? 0))
    }
    case 'latency':
      return minutes.map((minute) => bounded(minute[slot].timed ?? 0, minute[slot].slow ?? 0))
    case 'counts':
      return minutes.map((minute) => {
        const pair = minute.custom[gate.name]?.[slot]
        return bounded(pair?.[0] ?? 0, pair?.[1] ?? 0)
      })
  }
}

// Whether a refused connection is in RequestCount isn't proven on AWS: until then it is added, and never makes k exceed n.
function errorCount(minute: SlotMinute, unanswered: number): Count {
  const refused = minute.connectionErrors ?? 0
  return bounded(Math.max(minute.requests ?? 0, refused), (minute.answered5xx ?? 0) + unanswered + refused)
}

const bounded = (requests: number, bad: number): Count => ({
  requests: Math.round(requests),
  bad: Math.round(Math.min(bad, requests)),
})

export function pairedMinutes(
  gate: Gate,
  minutes: readonly CountedMinute[],
  canary: Slot,
  stable: Slot,
): readonly PairedMinute[] {
  const canaryCounts = gateCounts(gate, minutes, canary)
  const stableCounts = gateCounts(gate, minutes, stable)
  return minutes.map((_, at) => ({canary: canaryCounts[at] ?? none, stable: stableCounts[at] ?? none}))
}

const none: Count = {requests: 0, bad: 0}

/** Stable before the release: both slots summed, minutes with requests on both (some canary's weight) left out. */
export function historyCounts(gate: Gate, minutes: readonly CountedMinute[]): readonly Count[] {
  const alone = minutes.filter((minute) => (minute.a.requests ?? 0) === 0 || (minute.b.requests ?? 0) === 0)
  const a = gateCounts(gate, alone, 'a')
  const b = gateCounts(gate, alone, 'b')
  return alone.map((_, at) => ({
    requests: (a[at]?.requests ?? 0) + (b[at]?.requests ?? 0),
    bad: (a[at]?.bad ?? 0) + (b[at]?.bad ?? 0),
  }))
}

export const requestsOn = (slot: Slot, minutes: readonly CountedMinute[]): number =>
  minutes.reduce((total, minute) => total + (minute[slot].requests ?? 0), 0)

/** Answers the load balancer made itself (502, 503, 504) that no unanswered or refused request of either slot explains. */
export function unexplained5xx(minutes: readonly CountedMinute[]): number {
  const made = minutes.reduce((total, minute) => total + minute.loadBalancer5xx, 0)
  const explained = (['a', 'b'] as const).reduce((total, slot) => {
    const unanswered = unansweredPerMinute(minutes.map((minute) => minute[slot]))
    return (
      total + unanswered.reduce((x, y) => x + y, 0) + minutes.reduce((x, minute) => x + (minute[slot].connectionErrors ?? 0), 0)
    )
  }, 0)
  return Math.max(0, made - explained)
}

/**
 * Waits until requests show that a slot gets none any more: a settled minute after the write in which it was given nothing.
 * Only then may anything be taken away from it. Used after all weight went to the canary, and after it went home.
 */
import {minutes} from '../../engine/clock.ts'
import type {Polled, Step, StepContext, Then} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {otherSlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import {minuteCeil, minuteMs, nextSettledAt, requestsOn, settledUntil} from '../measure.ts'
import type {ReleaseWorld, Slot} from '../ports.ts'
import {ruleMemory} from '../rule-memory.ts'
import {weightSince} from '../weight-since.ts'

interface Wanted {
  readonly id: string
  readonly needs: readonly string[]
  /** The slot that should get no request any more. */
  readonly silent: Slot
  /** The canary's share then, in percent: 100 after a promotion, 0 on the way home. */
  readonly share: 0 | 100
  readonly atDeadline: Then
}

/** Settled minutes without any request on either slot after which there is nothing more to be seen. */
const noTrafficMinutes = 5

export function observeNoRequests(input: ReleaseInput, {id, needs, silent, share, atDeadline}: Wanted): Step<ReleaseWorld> {
  return {
    id,
    title: `no request on slot ${silent} any more`,
    needs,
    calls: call(input, 'cloudwatch:GetMetricData'),
    deadlineMs: minutes(20),
    atDeadline,
    observe: async (_world, context) =>
      ruleMemory(context.events).asked === null ? {kind: 'done', note: 'the canary never had any weight'} : {kind: 'not-done'},
    start: async () => undefined,
    poll: async (world, context) => {
      const now = world.awsTime()
      const since = minuteCeil(Math.max(weightSince(context.events, context.startedAt), endedAt(context, needs) ?? 0))
      const until = settledUntil(now)
      const lookAgainAt = context.now + nextSettledAt(now) - now
      if (until <= since) return {kind: 'pending', waitsFor: 'the first settled minute', lookAgainAt}
      return answer(
        await world.metrics.counts(Math.max(since, until - 10 * minuteMs), until, context.signal),
        {silent, share},
        since,
        lookAgainAt,
      )
    },
  }
}

/** When the weight was known to be in force, also if nobody wrote it (the switch did). */
function endedAt(context: StepContext, needs: readonly string[]): number | null {
  return context.events.findLast((event) => event.kind === 'step-ended' && needs.includes(event.data.step))?.at ?? null
}

function answer(
  counted: Awaited<ReturnType<ReleaseWorld['metrics']['counts']>>,
  {silent, share}: Pick<Wanted, 'silent' | 'share'>,
  since: number,
  lookAgainAt: number,
): Polled {
  const newest = counted.slice(-1)
  const still = requestsOn(silent, newest)
  const elsewhere = requestsOn(otherSlot(silent), newest)
  if (still === 0 && elsewhere > 0) {
    return {kind: 'done', note: `observed ${share} %`, facts: {observedAt: (newest[0]?.at ?? since) + minuteMs}}
  }
  const quiet = counted.slice(-noTrafficMinutes)
  if (quiet.length >= noTrafficMinutes && requestsOn('a', quiet) + requestsOn('b', quiet) === 0) {
    return {kind: 'done', note: `no traffic at all in ${noTrafficMinutes} min: weight read back, share not observed`}
  }
  return {
    kind: 'pending',
    waitsFor: still > 0 ? `the last requests to leave (${still} in the newest minute)` : 'requests to be counted',
    lookAgainAt,
  }
}

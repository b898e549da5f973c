/** The end of a move: what stands is read back, and the numbers are gathered where reports look for them. It changes nothing. */
import {minutes} from '../../engine/clock.ts'
import type {Facts, Json} from '../../engine/event.ts'
import {callsOf} from '../port-calls.ts'
import {readStanding} from '../standing.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

/**
 * `rtoSeconds` counts from the plan to the first proof that users are served; `outageSeconds` from when users were refused, where this
 * run refused them.
 */
export function report({place, to}: Way, {needs, id = 'report', title}: Placed): RecoveryStep {
  return {
    id,
    title: title ?? 'the numbers are gathered',
    needs,
    calls: callsOf(place.recovery, 'store.read'),
    deadlineMs: minutes(5),
    atDeadline: 'pause',
    usual: {p50Seconds: 1, p90Seconds: 5},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: async (world, context) => {
      const {signal, events} = context
      const standing = await readStanding(world.store(place.recovery), place, signal)
      if (standing?.region !== to.region)
        return {
          kind: 'failed',
          because: `users should be in ${to.region} by right, and the record says ${standing?.region ?? 'nothing'}`,
          then: 'pause',
        }
      const numbers = recoveryNumbers(events[0]?.at ?? 0, {
        fence: context.facts('fence'),
        approve: context.facts('approve'),
        serving: context.facts('serving'),
      })
      return {kind: 'done', facts: numbers, note: `served again after ${Number(numbers['rtoSeconds'])} s`}
    },
  }
}

function recoveryNumbers(begunAt: number, of: {readonly fence: Facts; readonly approve: Facts; readonly serving: Facts}): Facts {
  const servingAt = Number(of.serving['servingAt'])
  const known = (value: Json | undefined): Json => value ?? null
  return {
    rtoSeconds: Math.round((servingAt - begunAt) / 1000),
    outageSeconds: Math.round((servingAt - Number(of.fence['refusedAt'] ?? begunAt)) / 1000),
    begunAt,
    servingAt,
    lossMs: known(of.approve['lossMs']),
    lossSource: known(of.approve['source']),
    replicatedUntil: known(of.approve['replicatedUntil']),
    acceptedLossMs: known(of.approve['acceptedLossMs']),
    fence: known(of.fence['how']),
    fencedAt: known(of.fence['fencedAt']),
    lastOldAnswerAt: known(of.serving['lastOldAnswerAt']),
  }
}

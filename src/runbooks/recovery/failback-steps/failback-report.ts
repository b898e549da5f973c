/** The numbers of a failback, gathered from its journal: how long users were refused, what was lost, what the old primary alone had. */
import {minutes} from '../../engine/clock.ts'
import type {Facts} from '../../engine/event.ts'
import type {FailbackInput} from '../input.ts'
import {lookStep} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import {readStanding} from '../standing.ts'
import type {Placed, RecoveryStep} from '../way.ts'

export function failbackReport({place}: FailbackInput, {needs}: Placed): RecoveryStep {
  return lookStep({
    id: 'report',
    title: 'the numbers are gathered',
    needs,
    calls: callsOf(place.recovery, 'store.read'),
    deadlineMs: minutes(5),
    atDeadline: 'pause',
    look: async (world, {signal, events, ...context}) => {
      const facts = (step: string): Facts => context.facts(step)
      const standing = await readStanding(world.store(place.recovery), place, signal)
      if (standing?.region !== place.home || !standing.settled)
        return {
          kind: 'failed',
          because: `users should be home and settled, and the record says ${standing === null ? 'nothing' : `${standing.region}${standing.settled ? '' : ', not settled'}`}`,
          then: 'pause',
        }
      const refusedAt = facts('fence-away')['refusedAt']
      const {servingAt = null, lastOldAnswerAt = null} = facts('serving')
      const {orphans = null, rows = [], more = 0, because = null} = facts('orphans')
      const rtoSeconds =
        typeof servingAt === 'number' && typeof refusedAt === 'number' ? Math.round((servingAt - refusedAt) / 1000) : null
      return {
        kind: 'done',
        note: `users were refused for ${rtoSeconds ?? '?'} s`,
        facts: {
          rtoSeconds,
          begunAt: events[0]?.at ?? null,
          servingAt,
          lastOldAnswerAt,
          lossMs: 0,
          lossSource: 'heartbeat',
          replicatedUntil: facts('drained')['replicatedUntil'] ?? null,
          fence: facts('fence-away')['how'] ?? null,
          fencedAt: facts('fence-away')['fencedAt'] ?? null,
          orphans,
          orphanRows: rows,
          orphansMore: more,
          orphansUnknown: because,
          snapshots: facts('remove-left')['snapshots'] ?? [],
          drift: facts('settle')['drift'] ?? [],
        },
      }
    },
  })
}

/** Built-in steps that look at the database. An unknown lag is never a small one: −1 means that nothing is replicated. */
import {minutes, seconds} from '../engine/clock.ts'
import {later} from '../recovery/look-step.ts'
import {callsOf} from '../recovery/port-calls.ts'
import type {Doer} from './own-step.ts'
import {durationOf} from './uses.ts'
import type {Told} from './uses.ts'

const staleMs = minutes(2)

export function replicaDoer({place, region, with: told}: Told): Doer {
  const most = durationOf(told['lag-at-most'], seconds(60))
  return {
    calls: callsOf(region, 'database.describe', 'database.lag'),
    async poll({database}, context) {
      const state = await database.describe(region, place.database, context.signal)
      if (state === null) return later(context, `${place.database} isn't in ${region}`)
      if (state.source === null) return later(context, `${place.database} in ${region} is nobody's replica`)
      if (state.replication !== null && state.replication.status !== 'replicating')
        return later(context, `replication is ${state.replication.status}: ${state.replication.message}`)
      if (state.status !== 'available') return later(context, `the replica is ${state.status}`)
      if (state.pending.length > 0) return later(context, `${state.pending.join(', ')} is pending`)
      const lag = await database.lag(region, place.database, context.signal)
      if (lag === null) return later(context, "there is no datapoint of the replica's lag", 20)
      if (lag.seconds < 0) return later(context, "a lag of −1: it isn't replicating", 20)
      if (context.now - lag.at > staleMs)
        return later(context, `the newest lag is ${Math.round((context.now - lag.at) / 1000)} s old`, 20)
      if (lag.seconds * 1000 > most) return later(context, `${lag.seconds} s behind, wanted ${most / 1000}`, 20)
      return {
        kind: 'done',
        facts: {status: state.status, lagSeconds: lag.seconds, class: state.class},
        note: `${lag.seconds} s behind`,
      }
    },
  }
}

export function recoveryPointDoer({place, region, with: told}: Told): Doer {
  const oldest = durationOf(told['age-at-most'], minutes(26 * 60))
  return {
    calls: callsOf(region, 'database.recoveryPoints'),
    async poll({database}, context) {
      const [newest] = await database.recoveryPoints(region, place.vault, place.database, context.signal)
      if (newest === undefined) return later(context, `no recovery point of ${place.database} in ${region}`, 60)
      const ageMs = context.now - newest.createdAt
      if (ageMs > oldest)
        return later(
          context,
          `the newest recovery point is ${Math.round(ageMs / minutes(60))} h old, wanted ${Math.round(oldest / minutes(60))}`,
          60,
        )
      return {
        kind: 'done',
        facts: {snapshot: newest.snapshot, createdAt: newest.createdAt},
        note: `${Math.round(ageMs / minutes(60))} h old`,
      }
    },
  }
}

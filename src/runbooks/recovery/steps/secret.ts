/** The replicated secret becomes one of its own, by a call in its own Region: a lost primary Region can't be asked to let go of it. */
import {minutes, seconds} from '../../engine/clock.ts'
import {callsOf} from '../port-calls.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

export function secret({to}: Way, {needs, id = 'secret', title}: Placed): RecoveryStep {
  const {region, secret: name} = to
  return {
    id,
    title: title ?? `the database's secret stands alone in ${region}`,
    needs,
    calls: callsOf(region, 'secrets.describe', 'secrets.standAlone'),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    usual: {p50Seconds: 2, p90Seconds: 15},
    observe: async (world, {signal}) => {
      if (name === null) return {kind: 'done', note: 'there is none'}
      const state = await world.secrets.describe(region, name, signal)
      if (state === null)
        return {
          kind: 'failed',
          because: `there is no secret ${name} in ${region}: the API would find no credentials`,
          then: 'pause',
        }
      return state.primaryRegion === null ? {kind: 'done', note: 'it stands alone'} : {kind: 'not-done'}
    },
    start: async (world, {signal}) => {
      if (name !== null) await world.secrets.standAlone(region, name, signal)
    },
    poll: async (world, {now, signal}) => {
      const state = name === null ? null : await world.secrets.describe(region, name, signal)
      if (state === null || state.primaryRegion === null) return {kind: 'done'}
      return {
        kind: 'pending',
        waitsFor: `the secret to stand alone (its primary is in ${state.primaryRegion})`,
        lookAgainAt: now + seconds(2),
      }
    },
  }
}

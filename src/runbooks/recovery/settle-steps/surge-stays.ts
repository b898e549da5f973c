/**
 * A pilot light whose users stay keeps what its failover created: tasks have no other way out of the network. That costs, so it is said,
 * with what removes it and when. It deletes nothing.
 */
import {minutes} from '../../engine/clock.ts'
import type {SettleInput} from '../input.ts'
import {lookStep} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {Placed, RecoveryStep} from '../way.ts'

export function surgeStays({place, active}: SettleInput, {needs}: Placed): RecoveryStep {
  const {surge: name} = place.stacks
  return lookStep({
    id: 'surge-stays',
    title: `${name} stays, and costs by the hour`,
    needs,
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    calls: callsOf(active, 'stacks.describe'),
    look: async (world, {signal}) => {
      const state = await world.stacks.describe({name, region: active}, signal)
      if (state === null || state.status === 'DELETE_COMPLETE')
        return {kind: 'done', facts: {surge: null}, note: `there is no ${name} in ${active}`}
      return {
        kind: 'done',
        facts: {surge: name},
        note: `its NAT gateways and cache nodes cost by the hour, and it has the only way out of those who serve: don't delete it while users are there. sluice dr failback --confirm ${place.environment} deletes it`,
      }
    },
  })
}

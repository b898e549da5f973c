/**
 * Hosts that a drill brings itself, where the recovery Region has none in peace. They come with the drill's stack while its database is
 * restored; here they are waited for and named. Pure; nothing of production's cluster is asked or changed.
 */
import {minutes} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import type {DrillInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {drillCluster, drillGroup, drillHosts, drillStack} from './drill-names.ts'
import {isLost, lost} from './drill-stack.ts'

export function hostsStep(input: DrillInput): Step<RecoveryWorld> {
  const stack = drillStack(input)
  const wanted = drillHosts(input)
  return lookStep({
    id: 'hosts',
    title: `${wanted} hosts of the drill's own`,
    needs: ['stack'],
    calls: callsOf(stack.region, 'stacks.describe', 'stacks.events', 'compute.hosts'),
    deadlineMs: minutes(30),
    atDeadline: 'roll-back',
    usual: {p50Seconds: 150, p90Seconds: 300},
    look: async (world, context) => {
      const state = await world.stacks.describe(stack, context.signal)
      if (state === null || isLost(state)) return lost(world, stack, state, context)
      const found = await world.compute.hosts(stack.region, drillGroup(input), drillCluster(input), context.signal)
      if (found === null) return later(context, 'the group of hosts to be made')
      const {registered, inService, instanceTypes} = found
      if (registered < wanted)
        return later(context, `${registered} of ${wanted} hosts registered${inService > registered ? `, ${inService} run` : ''}`)
      const events = await world.stacks.events(stack, context.startedAt - minutes(30), context.signal)
      const begun = events.find(({logicalId, status}) => logicalId === 'Hosts' && status === 'CREATE_IN_PROGRESS')?.at
      const tookMs = context.now - (begun ?? context.startedAt)
      return {
        kind: 'done',
        facts: {hosts: registered, hostSeconds: tookMs / 1000, tookMs, instanceTypes},
        note: `${registered} registered in ${Math.round(tookMs / 1000)} s`,
      }
    },
  })
}

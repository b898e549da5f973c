/**
 * The doors of a Region that a failback has fenced: its database's group and its live rule. Only for a database that users are by right
 * sent to, or a replica, which takes nobody's writes. Nobody comes through before the flip. Tasks and hosts are steps of their own.
 */
import type {StackConfig} from '../../../config/stack-config.ts'
import {minutes} from '../../engine/clock.ts'
import {tasksIngress} from '../failback-steps/tasks-ingress.ts'
import {later} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {isReplica} from '../promotion-state.ts'
import {closed} from '../steps/fence.ts'
import {stands} from '../steps/promote-database.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

export function openAgain(way: Way, config: StackConfig, {needs}: Placed): RecoveryStep {
  const {place, to} = way
  const {region} = to
  const rule = (world: RecoveryWorld, signal: AbortSignal) => world.fence.liveRule(region, to.listener, to.targetGroups, signal)
  return {
    id: 'open',
    title: `${region} open again`,
    needs,
    calls: [
      ...callsOf(region, 'database.describe', 'fence.ingress', 'fence.openIngress', 'fence.closeIngress'),
      ...callsOf(region, 'fence.liveRule', 'fence.forward', 'fence.refuseAll'),
      ...callsOf(place.recovery, 'store.read'),
    ],
    deadlineMs: minutes(10),
    atDeadline: 'fail',
    usual: {p50Seconds: 2, p90Seconds: 15},
    observe: async (world, context) => {
      const database = await world.database.describe(region, place.database, context.signal)
      return (database !== null && isReplica(database)) || (await stands(way, world, context))
        ? {kind: 'not-done'}
        : {
            kind: 'failed',
            because: `${place.database} in ${region} takes writes, and users aren't there by right: it stays closed`,
            then: 'fail',
          }
    },
    start: async (world, {own, signal}) => {
      if (own['wasOpen'] !== undefined) return undefined
      const [ingress, found] = await Promise.all([world.fence.ingress(region, to.databaseGroup, signal), rule(world, signal)])
      return {facts: {wasOpen: !closed(ingress), forwarded: found?.forwards != null}}
    },
    poll: async (world, context) => {
      const {signal} = context
      if (closed(await world.fence.ingress(region, to.databaseGroup, signal)))
        await world.fence.openIngress(region, to.databaseGroup, tasksIngress({config}, to), signal)
      const found = await rule(world, signal)
      if (found === null)
        return {kind: 'failed', because: `there is no live rule in ${region}; sluice infra up makes it`, then: 'fail'}
      if (found.forwards !== null) return {kind: 'done', note: 'its database lets tasks in, its live rule forwards'}
      const weights = to.serving === 'a' ? {a: 100, b: 0} : {a: 0, b: 100}
      await world.fence.forward(region, found.arn, to.targetGroups, weights, signal)
      return later(context, 'the live rule to forward', 1)
    },
    // What was open before stays open: a standby that is whole isn't closed.
    undo: async (world, {own, signal}) => {
      const found = await rule(world, signal)
      if (own['forwarded'] === false && found !== null && found.fixed === null)
        await world.fence.refuseAll(region, found.arn, signal)
      if (own['wasOpen'] === false) await world.fence.closeIngress(region, to.databaseGroup, signal)
    },
  }
}

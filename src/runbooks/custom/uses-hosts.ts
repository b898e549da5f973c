/** Built-in step that brings an Auto Scaling group to a size, and waits until that many hosts are registered with their cluster. */
import type {Facts} from '../engine/event.ts'
import {later} from '../recovery/look-step.ts'
import {callsOf} from '../recovery/port-calls.ts'
import {refused} from './own-step.ts'
import type {Doer} from './own-step.ts'
import {textOf} from './uses.ts'
import type {Told} from './uses.ts'

export function hostsDoer({region, with: told}: Told): Doer {
  const [group, cluster, count] = [textOf(told['group']), textOf(told['cluster']), Number(told['count'])]
  return {
    calls: callsOf(region, 'compute.hosts', 'compute.sizeHosts'),
    async observe({compute}, {signal}) {
      if (!Number.isInteger(count) || count < 1) return refused(`${textOf(told['count'])} isn't a number of hosts`)
      const now = await compute.hosts(region, group, cluster, signal)
      if (now === null) return refused(`there is no Auto Scaling group ${group} in ${region}`)
      return now.desired >= count && now.registered >= count
        ? {kind: 'done', facts: {registered: now.registered, before: null}}
        : {kind: 'not-done'}
    },
    async start({compute}, {signal, own}) {
      const now = await compute.hosts(region, group, cluster, signal)
      if (now === null) return
      await compute.sizeHosts(region, group, {min: count, desired: count, max: Math.max(now.max, count)}, signal)
      // Made again after a crash, what stands isn't what stood before.
      if (own['before'] === undefined) return {facts: {before: {min: now.min, max: now.max, desired: now.desired}}}
    },
    async poll({compute}, context) {
      const now = await compute.hosts(region, group, cluster, context.signal)
      const registered = now?.registered ?? 0
      return registered >= count
        ? {kind: 'done', facts: {registered}, note: `${registered} of ${count} registered`}
        : later(context, `${registered} of ${count} hosts registered`)
    },
    async undo({compute}, {own, signal}) {
      const before = own['before'] as
        (Facts & {readonly min: number; readonly max: number; readonly desired: number}) | null | undefined
      if (before !== null && before !== undefined)
        await compute.sizeHosts(region, group, {min: before.min, max: before.max, desired: before.desired}, signal)
    },
  }
}

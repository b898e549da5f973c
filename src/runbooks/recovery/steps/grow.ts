/**
 * Brings the Region that users go to up to the capacity snapshot: hosts first, then tasks. All of it can be taken back. Hosts and
 * tasks are set by calls of their own, because scaling by metrics takes too long to begin.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Json} from '../../engine/event.ts'
import {healsAlone} from '../../provision/launch-failure.ts'
import type {CapacitySnapshot} from '../input.ts'
import {hostsCame, missingHosts} from '../missing-hosts.ts'
import {callsOf} from '../port-calls.ts'
import type {HostsState, ServiceState} from '../ports/compute-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {returnBegun} from '../withdrawal.ts'

/** The largest of the last day, as every Region stores it: a dead one can't be asked. */
export const hostsWanted = ({hosts}: CapacitySnapshot): number => Math.max(1, hosts.desired, hosts.min, hosts.peak)
export const tasksWanted = ({service}: CapacitySnapshot): number => Math.max(1, service.desired, service.min, service.peak)

/** A template or image made a moment ago may not be known everywhere yet; what fails for longer is as it is. */
const surelyMs = minutes(2)

type Size = {readonly min: number; readonly max: number; readonly desired: number}

export function hosts({to, capacity}: Way, {needs, id = 'hosts', title}: Placed): RecoveryStep {
  const wanted = hostsWanted(capacity)
  const read = (world: RecoveryWorld, signal: AbortSignal): Promise<HostsState | null> =>
    world.compute.hosts(to.region, to.hosts, to.cluster, signal)
  return {
    id,
    title: title ?? `${wanted} hosts in ${to.region}`,
    needs,
    calls: callsOf(to.region, 'compute.hosts', 'compute.scalingActivities', 'compute.sizeHosts', 'compute.freeHosts'),
    deadlineMs: minutes(20),
    atDeadline: 'fail',
    usual: {p50Seconds: 150, p90Seconds: 300},
    observe: async (world, {signal}) => {
      const state = await read(world, signal)
      if (state === null)
        return {kind: 'failed', because: `there is no Auto Scaling group ${to.hosts} in ${to.region}`, then: 'fail'}
      return state.registered >= wanted && state.min >= wanted
        ? {kind: 'done', note: `${state.registered} registered`}
        : {kind: 'not-done'}
    },
    start: async (world, {own, signal}) => {
      if (own['before'] !== undefined) return undefined
      const state = await read(world, signal)
      return state === null ? undefined : {facts: {before: {min: state.min, max: state.max, desired: state.desired}}}
    },
    poll: async (world, context) => {
      const {now, own, signal} = context
      const state = await read(world, signal)
      if (state === null)
        return {kind: 'failed', because: `the Auto Scaling group ${to.hosts} in ${to.region} is gone`, then: 'fail'}
      if (state.min < wanted || state.desired < wanted || state.max < wanted) {
        const size = {min: wanted, max: Math.max(state.max, capacity.hosts.max, wanted), desired: Math.max(state.desired, wanted)}
        await world.compute.sizeHosts(to.region, to.hosts, size, signal)
      }
      if (state.registered >= wanted) return hostsCame(state.registered, own)
      const {waitsFor, failure} = await missingHosts(world, {step: id, region: to.region, wanted, hosts: state}, context)
      // Waiting costs the outage minutes here. Behind the point of no return nothing is taken back any more: it is told, and waited for.
      if (failure !== null && !healsAlone(failure) && now - failure.since >= surelyMs && returnBegun(context.events) === null)
        return {kind: 'failed', because: `${waitsFor}; it won't heal by itself`, then: 'fail'}
      return {kind: 'pending', waitsFor, lookAgainAt: now + seconds(5)}
    },
    undo: async (world, {own, signal}) => {
      const before = own['before'] as unknown as Size | undefined
      if (before === undefined) return
      await world.compute.sizeHosts(to.region, to.hosts, before, signal)
      const left = ((await read(world, signal))?.inService ?? 0) - before.desired
      if (left > 0) await world.compute.freeHosts(to.region, to.hosts, to.cluster, left, signal)
    },
  }
}

type Service = Pick<ServiceState, 'desired' | 'bounds'>

export function tasks({place, to, capacity}: Way, {needs, id = 'tasks', title}: Placed): RecoveryStep {
  const wanted = tasksWanted(capacity)
  const name = place.slots[to.serving]
  const bounds = {min: wanted, max: Math.max(capacity.service.max, wanted)}
  let healthyLooks = 0
  return {
    id,
    title: title ?? `${wanted} tasks healthy in ${to.region}`,
    needs,
    calls: callsOf(to.region, 'compute.service', 'compute.boundService', 'compute.sizeService', 'compute.healthyTargets'),
    deadlineMs: minutes(20),
    atDeadline: 'fail',
    usual: {p50Seconds: 90, p90Seconds: 240},
    observe: async (world, {signal}) => {
      const state = await world.compute.service(to.region, to.cluster, name, signal)
      return state === null
        ? {kind: 'failed', because: `there is no service ${name} in ${to.region}`, then: 'fail'}
        : {kind: 'not-done'}
    },
    start: async (world, {own, signal}) => {
      if (own['before'] !== undefined) return undefined
      const state = await world.compute.service(to.region, to.cluster, name, signal)
      return state === null ? undefined : {facts: {before: {desired: state.desired, bounds: state.bounds} as unknown as Json}}
    },
    poll: async (world, {now, signal}) => {
      const state = await world.compute.service(to.region, to.cluster, name, signal)
      if (state === null) return {kind: 'failed', because: `the service ${name} in ${to.region} is gone`, then: 'fail'}
      if (state.bounds !== null && (state.bounds.min < wanted || state.bounds.max < bounds.max))
        await world.compute.boundService(to.region, to.cluster, name, bounds, signal)
      if (state.desired < wanted) await world.compute.sizeService(to.region, to.cluster, name, wanted, signal)
      if (state.deployment.state === 'FAILED')
        return {kind: 'failed', because: `${name} in ${to.region}: ${state.deployment.reason}`, then: 'fail'}
      const healthy = await world.compute.healthyTargets(to.region, to.targetGroups[to.serving], signal)
      healthyLooks = healthy >= wanted ? healthyLooks + 1 : 0
      // Twice: a target that has just become healthy may be about to fail again.
      if (healthyLooks >= 2) return {kind: 'done', facts: {healthy}, note: `${healthy} healthy`}
      return {
        kind: 'pending',
        waitsFor: `${Math.min(healthy, wanted)} of ${wanted} tasks healthy${healthyLooks > 0 ? ', once more' : ''}`,
        lookAgainAt: now + seconds(3),
      }
    },
    undo: async (world, {own, signal}) => {
      const before = own['before'] as unknown as Service | undefined
      if (before === undefined) return
      if (before.bounds !== null) await world.compute.boundService(to.region, to.cluster, name, before.bounds, signal)
      await world.compute.sizeService(to.region, to.cluster, name, before.desired, signal)
    },
  }
}

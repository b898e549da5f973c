/**
 * Gives a fenced Region back what it needs to serve: the database's door, hosts, tasks, the live rule. Only once a replica stands in the
 * old primary's place, so nothing there can take a write: whoever still has the old address reads, and is refused when writing.
 */
import {minutes} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {slotSize} from '../../provision/plan-slots.ts'
import type {FailbackInput, Side} from '../input.ts'
import {later} from '../look-step.ts'
import {switchBucket} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {closed} from '../steps/fence.ts'
import {hostsWanted, tasksWanted} from '../steps/grow.ts'
import type {Placed, RecoveryStep} from '../way.ts'
import {tasksIngress} from './tasks-ingress.ts'
import {unlessSilent} from './unless-silent.ts'

interface Opening extends Placed {
  readonly id: string
  readonly title: string
  readonly side: Side
  /** What it is opened to: as many as serve now, or the size of peace. */
  readonly size: 'serving' | 'peace'
}

interface Wanted {
  readonly hosts: {readonly min: number; readonly max: number; readonly desired: number}
  readonly tasks: {readonly min: number; readonly max: number; readonly desired: number}
}

export function openRegion(input: FailbackInput, {id, title, needs, side, size}: Opening): RecoveryStep {
  const {place} = input
  const {region} = side
  const ownCalls = callsOf(
    region,
    'database.describe',
    'stacks.describe',
    'fence.ingress',
    'fence.openIngress',
    'fence.closeIngress',
    'fence.liveRule',
    'fence.forward',
    'fence.refuseAll',
    'compute.hosts',
    'compute.sizeHosts',
    'compute.freeHosts',
    'compute.service',
    'compute.boundService',
    'compute.sizeService',
    'compute.healthyTargets',
  )
  let healthyLooks = 0
  return {
    id,
    title,
    needs,
    calls: [...ownCalls, ...callsOf(input.from.region, 'switches.remove')],
    deadlineMs: minutes(60),
    atDeadline: 'pause',
    usual: {p50Seconds: 240, p90Seconds: 600},
    observe: async (world, {signal}) => {
      const database = await world.database.describe(region, place.database, signal)
      if (database === null || database.source === null)
        return {
          kind: 'foreign',
          what: `${place.database} in ${region} is no replica: the Region stays closed, because it could take writes`,
        }
      return {kind: 'not-done'}
    },
    start: async () => undefined,
    poll: async (world, context) => {
      const wanted = await wantedOf(world, input, side, size, context.signal)
      const waits =
        (await grow(world, input, side, wanted, context))
        ?? (size === 'peace' ? await shrink(world, side, wanted, context) : null)
      if (waits !== null) return waits
      const healthy = await world.compute.healthyTargets(region, side.targetGroups[side.serving], context.signal)
      healthyLooks = healthy >= wanted.tasks.desired ? healthyLooks + 1 : 0
      if (healthyLooks < 2) return later(context, `${healthy} of ${wanted.tasks.desired} tasks healthy`)
      const rule = await world.fence.liveRule(region, side.listener, side.targetGroups, context.signal)
      if (rule === null)
        return {kind: 'failed', because: `there is no live rule in ${region}; sluice infra up makes it`, then: 'pause'}
      if (rule.forwards === null) {
        await world.fence.forward(
          region,
          rule.arn,
          side.targetGroups,
          side.serving === 'a' ? {a: 100, b: 0} : {a: 0, b: 100},
          context.signal,
        )
        return later(context, 'the live rule to forward', 1)
      }
      return {kind: 'done', facts: {tasks: healthy}, note: `${healthy} tasks, reads only`}
    },
    // A Region that says nothing closes itself on its return, once it isn't told to stand down any more.
    undo: (world, {signal}) =>
      unlessSilent(
        () => closeAgain(world, input, side, signal),
        () => world.switches.remove(input.from.region, switchBucket(place, input.from.region), 'returning', signal),
      ),
  }
}

/** One move further; null: nothing is left to size. */
async function grow(
  world: RecoveryWorld,
  input: FailbackInput,
  side: Side,
  wanted: Wanted,
  context: StepContext,
): Promise<Polled | null> {
  const {region, cluster} = side
  const {signal} = context
  if (closed(await world.fence.ingress(region, side.databaseGroup, signal)))
    await world.fence.openIngress(region, side.databaseGroup, tasksIngress(input, side), signal)
  const hosts = await world.compute.hosts(region, side.hosts, cluster, signal)
  if (hosts === null) return {kind: 'failed', because: `there is no Auto Scaling group ${side.hosts} in ${region}`, then: 'pause'}
  if (hosts.min !== wanted.hosts.min || hosts.max !== wanted.hosts.max || hosts.desired < wanted.hosts.desired)
    await world.compute.sizeHosts(region, side.hosts, wanted.hosts, signal)
  if (hosts.registered < wanted.hosts.desired)
    return later(context, `${hosts.registered} of ${wanted.hosts.desired} hosts registered`)
  const name = input.place.slots[side.serving]
  const service = await world.compute.service(region, cluster, name, signal)
  if (service === null) return {kind: 'failed', because: `there is no service ${name} in ${region}`, then: 'pause'}
  const {bounds} = service
  if (bounds !== null && (bounds.min !== wanted.tasks.min || bounds.max !== wanted.tasks.max)) {
    await world.compute.boundService(region, cluster, name, {min: wanted.tasks.min, max: wanted.tasks.max}, signal)
  }
  if (service.desired < wanted.tasks.desired || (wanted.tasks.desired === 0 && service.desired > 0)) {
    await world.compute.sizeService(region, cluster, name, wanted.tasks.desired, signal)
  }
  return service.deployment.state === 'FAILED'
    ? {kind: 'failed', because: `${name} in ${region}: ${service.deployment.reason}`, then: 'pause'}
    : null
}

/** A size of peace that nobody goes for costs what an outage costs, for ever. */
async function shrink(
  world: RecoveryWorld,
  {region, cluster, hosts: group}: Side,
  wanted: Wanted,
  context: StepContext,
): Promise<Polled | null> {
  const tooMany = ((await world.compute.hosts(region, group, cluster, context.signal))?.inService ?? 0) - wanted.hosts.desired
  if (tooMany <= 0) return null
  // Those that may go already are on their way out, and nobody waits for that.
  return (await world.compute.freeHosts(region, group, cluster, tooMany, context.signal)) > 0
    ? later(context, `${tooMany} hosts to leave`)
    : null
}

/** Least and most are the stacks' and slots' own, so that nothing drifts; how many there are now is what serves elsewhere. */
async function wantedOf(
  world: RecoveryWorld,
  {place, config, capacity}: FailbackInput,
  {region}: Side,
  size: Opening['size'],
  signal: AbortSignal,
): Promise<Wanted> {
  const main = await world.stacks.describe({name: place.stacks.main, region}, signal)
  const told = (name: string): number | null => (main?.parameters[name] === undefined ? null : Number(main.parameters[name]))
  const min = told('HostsMin') ?? (size === 'serving' ? capacity.hosts.min : 1)
  const tasks = slotSize(config, region)
  const hosts = size === 'serving' ? Math.max(min, hostsWanted(capacity)) : min
  const count = size === 'serving' ? Math.max(tasks.min, tasksWanted(capacity)) : tasks.min
  return {
    hosts: {min, max: Math.max(told('HostsMax') ?? capacity.hosts.max, hosts), desired: hosts},
    tasks: {min: tasks.min, max: Math.max(tasks.max, count), desired: count},
  }
}

/** As a fence leaves it, last opened first closed. */
async function closeAgain(world: RecoveryWorld, {place}: FailbackInput, side: Side, signal: AbortSignal): Promise<void> {
  const {region, cluster} = side
  const rule = await world.fence.liveRule(region, side.listener, side.targetGroups, signal)
  if (rule !== null && rule.fixed === null) await world.fence.refuseAll(region, rule.arn, signal)
  const name = place.slots[side.serving]
  const service = await world.compute.service(region, cluster, name, signal)
  if (service !== null && service.desired > 0) {
    if (service.bounds !== null) await world.compute.boundService(region, cluster, name, {min: 0, max: 0}, signal)
    await world.compute.sizeService(region, cluster, name, 0, signal)
  }
  await world.fence.closeIngress(region, side.databaseGroup, signal)
}

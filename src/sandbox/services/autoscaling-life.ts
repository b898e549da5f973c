/**
 * Hosts of Auto Scaling groups: started until there are as many as desired, spread over the zones, and taken away again. A host
 * that is protected from scale-in is never taken by it: the group then stays too large, as on AWS, until somebody gives it free.
 */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import {addActivity, counted, inService} from './autoscaling-state.ts'
import type {Activity, Group, Host, Refresh} from './autoscaling-state.ts'
import {drained} from './autoscaling-drain.ts'
import {INSTANCE, INTERFACE, VOLUME, detailsOf, newHost, noCapacity, placeFor, putRecords} from './autoscaling-hosts.ts'
import {hostSpec} from './autoscaling-template.ts'
import type {HostSpec} from './autoscaling-template.ts'
import {reachesAws} from './ways-out.ts'

/** Virtual ms, ± a tenth. */
const BOOT_MS = 20_000
const AGENT_MS = 60_000
const SHUT_DOWN_MS = 25_000
const TRY_AGAIN_MS = 30_000
/** How long a host that is gone can still be described. */
const KEPT_TERMINATED_MS = 10 * 60_000
/** So long a refresh waits for somebody to take the protection away. */
export const LONGEST_REFRESH_WAIT_MS = 60 * 60_000
const HELD_BACK = 'Could not scale to desired capacity because all remaining instances are protected from scale-in.'

export interface GroupLife {
  /** Makes as many hosts as desired; says nothing when there is nothing to do. */
  converge(group: Group, cause: string): void
  /** Takes one away now, protected or not. */
  terminate(group: Group, host: Host, cause: string): void
  /** Asked for whenever a group has changed by itself. */
  onGone(listener: (group: Group) => void): void
}

export function createGroupLife(world: World): GroupLife {
  const {clock} = world
  const random = world.random('hosts')
  const gone: ((group: Group) => void)[] = []
  const after = (ms: number, action: () => void): void => {
    clock.at(clock.now() + ms * (0.9 + 0.2 * random()), action)
  }

  const say = (group: Group, host: Host, status: string): void => {
    if (world.records.get(group.region, INSTANCE, host.id) === undefined) return
    world.records.change(group.region, INSTANCE, host.id, {status})
  }

  const launch = (group: Group, spec: HostSpec, cause: string): boolean => {
    const place = placeFor(world, group)
    const fault = world.strike(
      'no-capacity',
      (one) => group.name.includes(one.target ?? '') && (one.region ?? group.region) === group.region,
    )
    if (fault !== null) {
      addActivity(world, group, {
        description: 'Launching a new EC2 instance',
        cause,
        status: 'Failed',
        details: detailsOf(place),
        message: fault.message ?? noCapacity(world, group, spec.type, place.zone),
      })
      return false
    }
    const host = newHost(world, group, spec, place)
    group.hosts.set(host.id, host)
    putRecords(world, group, spec, host)
    const activity = addActivity(world, group, {
      description: `Launching a new EC2 instance: ${host.id}`,
      cause,
      status: 'InProgress',
      message: undefined,
      details: detailsOf(place),
    })
    after(BOOT_MS, () => {
      serve(group, host, activity)
    })
    if (spec.cluster !== null) after(AGENT_MS, () => void register(group, host, spec.cluster ?? ''))
    return true
  }

  const serve = (group: Group, host: Host, activity: Activity): void => {
    end(activity)
    if (host.lifecycle !== 'Pending') return
    host.lifecycle = 'InService'
    say(group, host, 'running')
    converge(group, 'a refresh went on')
  }

  const end = (activity: Activity): void => {
    activity.status = 'Successful'
    activity.progress = 100
    activity.endedAt = clock.now()
  }

  /** The agent comes up. No cluster of that name, or no way to ECS: it tries, nobody hears it, the host stays useless, as on AWS. */
  const register = async (group: Group, host: Host, cluster: string): Promise<void> => {
    if (!counted(group).includes(host)) return
    if (!reachesAws(world, group.region, host.subnet, host.publicIp !== null)) {
      after(TRY_AGAIN_MS, () => void register(group, host, cluster))
      return
    }
    const identity = {
      instanceId: host.id,
      instanceType: host.type,
      availabilityZone: host.zone,
      region: group.region,
      imageId: host.imageId,
    }
    try {
      const answer = (await world.invoke(
        'ecs',
        'RegisterContainerInstance',
        {
          cluster,
          instanceIdentityDocument: JSON.stringify(identity),
        },
        group.region,
      )) as {readonly containerInstance?: {readonly containerInstanceArn?: string}}
      const arn = answer.containerInstance?.containerInstanceArn
      if (arn !== undefined) host.containerInstance = {cluster, arn}
      if (!counted(group).includes(host)) await emptied(group, host)
    } catch {
      after(TRY_AGAIN_MS, () => void register(group, host, cluster))
    }
  }

  const terminate = (group: Group, host: Host, cause: string): void => {
    if (host.lifecycle === 'Terminating' || host.lifecycle === 'Terminated') return
    host.lifecycle = 'Terminating'
    const activity = addActivity(world, group, {
      description: `Terminating EC2 instance: ${host.id}`,
      cause,
      status: 'InProgress',
      message: undefined,
      details: detailsOf(host),
    })
    void emptied(group, host).then(() => {
      say(group, host, 'shutting-down')
      after(SHUT_DOWN_MS, () => {
        disappear(group, host, activity)
      })
    })
  }

  /** ECS moves the tasks elsewhere before the host goes, where its provider manages that. */
  const emptied = async (group: Group, host: Host): Promise<void> => {
    const {containerInstance} = host
    host.containerInstance = null
    if (containerInstance === null) return
    if (!group.leaving) await drained(world, group.region, containerInstance)
    const input = {cluster: containerInstance.cluster, containerInstance: containerInstance.arn, force: true}
    // Gone already, or its cluster is: nothing is left to leave.
    await world.invoke('ecs', 'DeregisterContainerInstance', input, group.region).catch(() => {})
  }

  const disappear = (group: Group, host: Host, activity: Activity): void => {
    host.lifecycle = 'Terminated'
    group.hosts.delete(host.id)
    end(activity)
    say(group, host, 'terminated')
    clock.at(clock.now() + KEPT_TERMINATED_MS, () => {
      world.records.remove(group.region, INSTANCE, host.id)
    })
    for (const volume of host.volumes) world.records.remove(group.region, VOLUME, volume)
    world.records.remove(group.region, INTERFACE, host.networkInterface)
    converge(group, 'an instance was terminated')
    for (const listener of gone) listener(group)
  }

  /** Launches before it terminates, a few at a time; protected hosts hold it up, unless it was told to take them too. */
  const refreshOn = (group: Group): void => {
    const [refresh] = group.refreshes
    if (refresh?.status !== 'InProgress') return
    for (const id of refresh.old) if (!group.hosts.has(id)) refresh.old.delete(id)
    const waitedLong = clock.now() - refresh.startedAt >= LONGEST_REFRESH_WAIT_MS
    const ended = refresh.old.size === 0 ? 'Successful' : waitedLong && isHeldUp(group) ? 'Failed' : null
    if (ended !== null) {
      refresh.status = ended
      refresh.endedAt = clock.now()
      return
    }
    const spare = inService(group).length - group.desired
    const ripe = [...refresh.old]
      .flatMap((id) => group.hosts.get(id) ?? [])
      .filter((host) => host.lifecycle === 'InService' && mayRefresh(refresh, host))
    for (const host of ripe.slice(0, Math.max(0, spare))) terminate(group, host, 'an instance refresh replaced it')
  }

  const extraOf = (group: Group): number => {
    const [refresh] = group.refreshes
    if (refresh?.status !== 'InProgress' || group.leaving) return 0
    const most = refresh.preferences.MaxHealthyPercentage ?? 110
    // One that is on its way out has its successor already.
    const left = counted(group).filter((host) => refresh.old.has(host.id)).length
    return Math.min(left, Math.max(1, Math.floor((group.desired * (most - 100)) / 100)))
  }

  const startMissing = (group: Group, missing: number, cause: string): void => {
    if (group.waiting) return
    const spec = specOf(group, cause)
    for (let started = 0; started < missing; started += 1) {
      if (spec !== null && launch(group, spec, cause)) continue
      group.waiting = true
      after(TRY_AGAIN_MS, () => {
        group.waiting = false
        converge(group, 'a launch failed before')
      })
      return
    }
  }

  /** A template that has gone since fails the launch, not whoever asked for it. */
  const specOf = (group: Group, cause: string): HostSpec | null => {
    try {
      return hostSpec(world, group.region, group.settings)
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error
      addActivity(world, group, {description: 'Launching a new EC2 instance', cause, status: 'Failed', message: error.message})
      return null
    }
  }

  const converge = (group: Group, cause: string): void => {
    refreshOn(group)
    const present = counted(group).length
    const wanted = group.desired + extraOf(group)
    const at = new Date(clock.now()).toISOString()
    const why = `At ${at} ${cause}: the desired capacity is ${group.desired}, the group has ${present}.`
    if (present < wanted) startMissing(group, wanted - present, why)
    if (present > wanted) takeAway(group, present - wanted, why)
  }

  const takeAway = (group: Group, surplus: number, cause: string): void => {
    const free = byAge(group).filter((host) => !host.protected || group.leaving)
    for (const host of free.slice(0, surplus)) terminate(group, host, cause)
    if (free.length >= surplus || group.activities[0]?.message === HELD_BACK) return
    addActivity(world, group, {description: 'Terminating EC2 instance', cause, status: 'Cancelled', message: HELD_BACK})
  }

  return {
    converge,
    terminate,
    onGone: (listener) => {
      gone.push(listener)
    },
  }
}

/** AWS waits by default. */
const mayRefresh = ({preferences}: Refresh, host: Host): boolean =>
  !host.protected || preferences.ScaleInProtectedInstances === 'Refresh'

/** Nothing but protected hosts is left to be replaced. */
function isHeldUp(group: Group): boolean {
  const [refresh] = group.refreshes
  return (
    refresh !== undefined
    && [...refresh.old].every((id) => {
      const host = group.hosts.get(id)
      return host !== undefined && !mayRefresh(refresh, host)
    })
  )
}

/** Zones with most hosts first, and in them the oldest: what is left is balanced. */
function byAge(group: Group): readonly Host[] {
  const inZone = new Map<string, number>()
  for (const {zone} of counted(group)) inZone.set(zone, (inZone.get(zone) ?? 0) + 1)
  return [...counted(group)].sort((a, b) => (inZone.get(b.zone) ?? 0) - (inZone.get(a.zone) ?? 0) || a.launchedAt - b.launchedAt)
}

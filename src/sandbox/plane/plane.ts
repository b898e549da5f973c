/**
 * What really moves, composed: load balancers that route, tasks that are processes, images, and a steady load. Closing it
 * leaves no process, socket or timer behind; the services it holds know each other only through the ports given here.
 */
import type {Service, World} from '../world/contract.ts'
import {createEcs} from '../services/ecs.ts'
import type {Task} from '../services/ecs-state.ts'
import {neverStable} from '../services/ecs-task-life.ts'
import type {TargetRegistry} from '../services/ecs-task-life.ts'
import {numberAttribute} from '../services/elbv2-attributes.ts'
import {createElbv2} from '../services/elbv2.ts'
import type {Elbv2} from '../services/elbv2.ts'
import {targetKey} from '../services/elbv2-state.ts'
import type {Target, TargetGroup} from '../services/elbv2-state.ts'
import {createDatabaseAccess} from './database-access.ts'
import type {Caller} from './database-access.ts'
import {createDatabaseAsks} from './database-asks.ts'
import {databasesOf} from './databases.ts'
import {callerOf} from './database-caller.ts'
import {createImages} from './images.ts'
import type {Images} from './images.ts'
import {createLoadBalancing} from './load-balancing.ts'
import type {Endpoint} from './load-balancing.ts'
import {createNames} from './names.ts'
import type {Names} from './names.ts'
import {startTask} from './task-process.ts'
import {createTraffic} from './traffic.ts'
import type {Traffic} from './traffic.ts'

/** How often faults and listeners are looked at, virtual ms. */
const LOOK_EVERY_MS = 1000
const LOOPBACK = '127.0.0.1'

export interface TaskStatusLine {
  readonly region: string
  readonly service: string
  readonly task: string
  readonly image: string
  readonly status: string
  readonly pid: number | undefined
  readonly port: number | undefined
  /** The last lines it wrote. */
  readonly lines: readonly string[]
}

export interface Plane {
  /** `elasticloadbalancingv2` and `ecs`. */
  readonly services: readonly Service[]
  readonly images: Pick<Images, 'add' | 'list'>
  readonly traffic: Pick<Traffic, 'set' | 'setNamed' | 'stats' | 'pid'>
  readonly names: Names
  endpoints(): readonly Endpoint[]
  /** Tasks that haven't stopped. */
  tasks(): readonly TaskStatusLine[]
  close(): Promise<void>
}

export function createPlane(world: World): Plane {
  const images = createImages()
  const forced = (group: TargetGroup, target: Target): boolean =>
    world.faults('unhealthy-targets').some((fault) => {
      if (fault.region !== undefined && fault.region !== group.region) return false
      if (fault.target === undefined) return true
      const {target: name} = fault
      return (
        group.name.startsWith(name)
        || [...ecs.tasks()].some((task) => task.port === target.port && task.service.name.startsWith(name))
      )
    }) || [...ecs.tasks()].some((task) => task.port === target.port && neverStable(world, task.service))
  const balancing = createLoadBalancing(world, forced)
  const elbv2 = createElbv2(world, balancing)
  const databases = databasesOf(world)
  const asks = createDatabaseAsks(world, databases, createDatabaseAccess(world, databases))
  const callers = new WeakMap<Task, Caller>()
  const ecs = createEcs({
    world,
    targets: targetRegistry(world, elbv2),
    image: images.find,
    start: ({task, ...options}) => {
      const caller = callerOf(world, task, options.env)
      callers.set(task, caller)
      return startTask({...options, speed: world.clock.speed, ask: (ask) => asks.answer(caller, ask)})
    },
  })
  /** As long as its process lives, drained or not: a fence is only where nobody writes any more. */
  const beat = (): void => {
    for (const task of ecs.tasks()) {
      const caller = callers.get(task)
      if (caller !== undefined && task.alone === undefined && ecs.life.process(task) !== undefined) asks.beat(caller)
    }
  }
  const names = createNames(world, balancing.endpoints, balancing.isHealthy)
  const traffic = createTraffic(world, balancing.endpoints, names)

  const incidentRates = new WeakMap<Task, number>()
  const spreadIncidents = (): void => {
    const incidents = world.faults('incident')
    for (const task of ecs.tasks()) {
      if (task.status !== 'RUNNING') continue
      const rate = Math.max(
        0,
        ...incidents
          .filter((fault) => (fault.region ?? task.region) === task.region && task.service.name.startsWith(fault.target ?? ''))
          .map((fault) => fault.rate ?? 1),
      )
      if ((incidentRates.get(task) ?? 0) === rate) continue
      incidentRates.set(task, rate)
      ecs.life.process(task)?.incident(rate)
    }
  }
  const stopLooking = world.clock.every(LOOK_EVERY_MS, () => {
    spreadIncidents()
    beat()
    traffic.follow()
  })

  let closing: Promise<void> | undefined
  const closeAll = async (): Promise<void> => {
    stopLooking()
    await traffic.close()
    await ecs.service.close?.()
    await balancing.close()
  }
  const close = async (): Promise<void> => {
    closing ??= closeAll()
    await closing
  }

  return {
    services: [
      {...elbv2.service, close},
      {...ecs.service, close},
    ],
    images,
    traffic,
    names,
    endpoints: balancing.endpoints,
    tasks: () =>
      [...ecs.tasks()]
        .filter((task) => task.status !== 'STOPPED')
        .map((task) => {
          const child = ecs.life.process(task)
          return {
            region: task.region,
            service: task.service.name,
            task: task.id,
            image: task.main.image,
            status: task.status,
            pid: child?.pid,
            port: task.port,
            lines: child?.lines() ?? [],
          }
        }),
    close,
  }
}

/** ECS registers its tasks through the same operations a person would call. */
function targetRegistry(world: World, elbv2: Elbv2): TargetRegistry {
  const find = (arn: string): TargetGroup | undefined => {
    for (const region of elbv2.regions) {
      const group = region.targetGroups.get(arn)
      if (group !== undefined) return group
    }
    return undefined
  }
  const call = (operation: 'RegisterTargets' | 'DeregisterTargets', arn: string, port: number): void => {
    const group = find(arn)
    if (group === undefined) return
    const input = {TargetGroupArn: arn, Targets: [{Id: LOOPBACK, Port: port}]}
    elbv2.service.operations[operation]?.(input as never, {region: group.region, account: world.account, requestId: 'ecs'})
  }
  return {
    group: (arn) => {
      const group = find(arn)
      if (group === undefined) return null
      const drainMs = numberAttribute(group.attributes, 'deregistration_delay.timeout_seconds') * 1000
      return {drainMs, hasLoadBalancer: group.usedBy !== undefined}
    },
    register: (arn, port) => {
      call('RegisterTargets', arn, port)
    },
    deregister: (arn, port) => {
      call('DeregisterTargets', arn, port)
    },
    state: (arn, port) => find(arn)?.targets.get(targetKey(LOOPBACK, port)) ?? null,
  }
}

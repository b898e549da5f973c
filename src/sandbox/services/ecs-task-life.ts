/**
 * A task's life: provisioned, image pulled, process started, registered as a target, running; then deregistered, drained,
 * terminated, killed if it doesn't go. It must never leave a process without its task, nor stop one before its target drained
 * (a StopTask from outside excepted: AWS doesn't wait either). A task for itself (RunTask) is nobody's target and ends by itself.
 */
import type * as E from '@aws-sdk/client-ecs'
import type {World} from '../world/contract.ts'
import type {Image} from '../plane/images.ts'
import {placeholderTask} from '../plane/placeholder-task.ts'
import type {TaskProcess} from '../plane/task-process.ts'
import {lastPart, say} from './ecs-state.ts'
import type {Alone, ContainerInstance, Deployment, EcsRegion, EcsService, Task, TaskContainer} from './ecs-state.ts'
import {keepLine} from './ecs-task-logs.ts'

const KEPT_STOPPED_MS = 60 * 60_000
const DEFAULT_STOP_SECONDS = 30
const LOOK_FOR_HOST_MS = 5000
/** As long as a capacity provider has for it. */
const LONGEST_WAIT_FOR_HOST_MS = 15 * 60_000

/** What ECS needs of the load balancers: the targets of its own tasks. */
export interface TargetRegistry {
  /** Null when there's no such target group. */
  group(arn: string): {readonly drainMs: number; readonly hasLoadBalancer: boolean} | null
  register(groupArn: string, port: number): void
  deregister(groupArn: string, port: number): void
  state(groupArn: string, port: number): {readonly state: string; readonly reason: string | undefined} | null
}

export interface TaskLifeOptions {
  readonly world: World
  readonly targets: TargetRegistry
  readonly image: (reference: string) => Image | undefined
  readonly start: (options: TaskStart) => TaskProcess
  /** A task runs now. */
  readonly running: (task: Task) => void
  /** A task ended by itself, or never began. */
  readonly failed: (task: Task) => void
}

export interface TaskStart {
  readonly task: Task
  readonly env: Readonly<Record<string, string>>
  readonly seed: number
  readonly listening: (port: number) => void
  readonly wrote: (line: string) => void
}

export interface Stop {
  readonly code: E.TaskStopCode
  readonly reason: string
  readonly drain: 'first' | 'no'
}

/** How a task for itself finds its host: 'waiting' as long as there is none for it. */
export interface OwnWay extends Alone {
  readonly place: () => ContainerInstance | 'anywhere' | 'waiting'
}

export interface TaskLife {
  launch(state: EcsRegion, service: EcsService, deployment: Deployment, host: ContainerInstance | OwnWay | undefined): Task
  stop(task: Task, why: Stop): void
  process(task: Task): TaskProcess | undefined
  close(): Promise<void>
}

export function createTaskLife(options: TaskLifeOptions): TaskLife {
  const {world, targets} = options
  const {clock} = world
  const random = world.random('task-life')
  const processes = new Map<Task, TaskProcess>()
  const states = new Map<Task, EcsRegion>()
  let closed = false
  const after = (leastMs: number, mostMs: number, action: () => void): void => {
    clock.at(clock.now() + leastMs + random() * (mostMs - leastMs), () => {
      if (!closed) action()
    })
  }
  const groupsOf = (task: Task): string[] => task.service.loadBalancers.flatMap((one) => one.targetGroupArn ?? [])
  const deregister = (task: Task): void => {
    const {port} = task
    if (port !== undefined) for (const group of groupsOf(task)) targets.deregister(group, port)
  }

  const end = (task: Task): void => {
    if (task.status === 'STOPPED') return
    task.status = 'STOPPED'
    task.desired = 'STOPPED'
    task.stoppingAt ??= clock.now()
    task.stoppedAt = clock.now()
    processes.delete(task)
    clock.at(clock.now() + KEPT_STOPPED_MS, () => {
      states.get(task)?.tasks.delete(task.id)
      states.delete(task)
    })
  }

  const cannotPull = (task: Task, container: TaskContainer): void => {
    container.reason =
      `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${container.image}: `
      + `${container.image}: not found`
    task.stopCode = 'TaskFailedToStart'
    task.stoppedReason = container.reason
    end(task)
    options.failed(task)
  }

  const exited = (task: Task, exitCode: number): void => {
    if (closed) return
    const byItself = task.desired === 'RUNNING'
    task.main.exitCode = exitCode
    if (byItself) {
      task.stopCode = 'EssentialContainerExited'
      task.stoppedReason = 'Essential container in task exited'
      deregister(task)
    }
    end(task)
    if (byItself) options.failed(task)
  }

  const listening = (task: Task, port: number | undefined): void => {
    if (task.desired === 'STOPPED' || closed) return
    task.port = port
    task.status = 'RUNNING'
    task.startedAt = clock.now()
    for (const group of groupsOf(task)) {
      if (port === undefined) break
      targets.register(group, port)
      say(task.service, clock.now(), world.hex(32), `registered 1 targets in (target-group ${group})`)
    }
    options.running(task)
  }

  const watch = (task: Task, child: TaskProcess): void => {
    processes.set(task, child)
    void child.ended.then(({exitCode}) => {
      exited(task, exitCode)
    })
  }

  /** Nobody can talk to it, so nothing needs to run. */
  const startPlaceholder = (task: Task): void => {
    const fate = neverStable(world, task.service) ? 'dies' : 'stays'
    watch(task, placeholderTask(clock, task.main.image, fate))
    listening(task, undefined)
  }

  const startProcess = (task: Task): void => {
    if (task.desired === 'STOPPED') return
    if (groupsOf(task).length === 0 && task.containers.some((one) => options.image(one.image) === undefined)) {
      startPlaceholder(task)
      return
    }
    for (const container of task.containers) {
      const image = options.image(container.image)
      if (image === undefined) {
        cannotPull(task, container)
        return
      }
      container.digest = image.digest
    }
    const env = {...options.image(task.main.image)?.env, ...environmentOf(task), AWS_REGION: task.region}
    watch(
      task,
      options.start({
        task,
        env,
        seed: Math.floor(random() * 2 ** 31),
        listening: (port) => {
          listening(task, port)
        },
        wrote: (line) => {
          keepLine(world, task, line)
        },
      }),
    )
    // It does what it is asked and ends: nobody waits until it listens.
    if (task.alone !== undefined) listening(task, undefined)
  }

  const noHost = (task: Task): void => {
    task.stopCode = 'TaskFailedToStart'
    task.stoppedReason = 'Timeout waiting for capacity provider to provision a container instance'
    end(task)
  }

  const provision = (task: Task, way: OwnWay | undefined): void => {
    if (task.desired === 'STOPPED') return
    const place = way?.place() ?? 'anywhere'
    if (place === 'waiting') {
      if (clock.now() > task.createdAt + LONGEST_WAIT_FOR_HOST_MS) noHost(task)
      else
        after(LOOK_FOR_HOST_MS, LOOK_FOR_HOST_MS, () => {
          provision(task, way)
        })
      return
    }
    if (place !== 'anywhere') task.host = place
    task.status = 'PENDING'
    after(1500, 4000, () => {
      startProcess(task)
    })
  }

  const terminate = (task: Task): void => {
    const child = processes.get(task)
    if (child === undefined) return
    task.status = 'STOPPING'
    child.terminate()
    const graceMs = (definedContainer(task)?.stopTimeout ?? DEFAULT_STOP_SECONDS) * 1000
    clock.at(clock.now() + graceMs, () => {
      if (processes.get(task) === child) child.kill()
    })
  }

  return {
    launch: (state, service, deployment, host) => {
      const way = host !== undefined && 'place' in host ? host : undefined
      const task = newTask(world, service, deployment, host !== undefined && 'place' in host ? undefined : host, way)
      state.tasks.set(task.id, task)
      states.set(task, state)
      after(500, 1500, () => {
        provision(task, way)
      })
      return task
    },
    stop: (task, why) => {
      if (task.desired === 'STOPPED') return
      task.desired = 'STOPPED'
      task.stopCode = why.code
      task.stoppedReason = why.reason
      task.stoppingAt = clock.now()
      deregister(task)
      const child = processes.get(task)
      if (child === undefined) {
        end(task)
        return
      }
      const drainMs = Math.max(0, ...groupsOf(task).map((group) => targets.group(group)?.drainMs ?? 0))
      if (task.port === undefined || drainMs === 0 || why.drain === 'no') {
        terminate(task)
        return
      }
      task.status = 'DEACTIVATING'
      clock.at(clock.now() + drainMs, () => {
        terminate(task)
      })
    },
    process: (task) => processes.get(task),
    close: async () => {
      closed = true
      const children = [...processes.values()]
      for (const child of children) child.kill()
      await Promise.all(children.map(async (child) => child.ended))
      processes.clear()
    },
  }
}

function definedContainer(task: Task): E.ContainerDefinition | undefined {
  return task.deployment.definition.shape.containerDefinitions?.find((one) => one.name === task.main.name)
}

/** The revision's environment, and over it what RunTask asked for. */
function environmentOf(task: Task): Readonly<Record<string, string>> {
  const over = task.alone?.overrides.containerOverrides?.find((one) => one.name === task.main.name)
  const pairs = [...(definedContainer(task)?.environment ?? []), ...(over?.environment ?? [])]
  return Object.fromEntries(pairs.map(({name, value}) => [name ?? '', value ?? '']))
}

/** A person made tasks of this service fail for ever (fault `never-stable`, by part of its name). */
export const neverStable = (world: World, service: EcsService): boolean =>
  world
    .faults('never-stable')
    .some(
      (fault) =>
        (fault.region ?? service.region) === service.region && fault.times !== 0 && service.name.includes(fault.target ?? ''),
    )

function newTask(
  world: World,
  service: EcsService,
  deployment: Deployment,
  host: ContainerInstance | undefined,
  alone: Alone | undefined,
): Task {
  const defined = deployment.definition.shape.containerDefinitions ?? []
  const containers = defined.map((one): TaskContainer => ({
    name: one.name ?? '',
    image: one.image ?? '',
    digest: undefined,
    exitCode: undefined,
    reason: undefined,
  }))
  const behind = service.loadBalancers[0]?.containerName
  const mainName = behind ?? defined.find((one) => one.essential !== false)?.name
  const main = containers.find((one) => one.name === mainName) ?? containers[0]
  if (main === undefined) throw new Error(`Task definition ${deployment.definition.arn} has no container`)
  const id = world.hex(32)
  return {
    arn: `${service.cluster.arn.replace(':cluster/', ':task/')}/${id}`,
    id,
    region: service.region,
    service,
    deployment,
    containers,
    main,
    host,
    alone: alone === undefined ? undefined : {group: alone.group, startedBy: alone.startedBy, overrides: alone.overrides},
    createdAt: world.clock.now(),
    status: 'PROVISIONING',
    desired: 'RUNNING',
    startedAt: undefined,
    stoppingAt: undefined,
    stoppedAt: undefined,
    stopCode: undefined,
    stoppedReason: undefined,
    port: undefined,
  }
}

export const taskName = (task: Task): string => `(task ${lastPart(task.arn)})`

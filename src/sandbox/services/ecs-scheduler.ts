/**
 * The service scheduler: brings each service to its primary deployment's tasks without ever having fewer healthy ones than
 * allowed. A deployment is COMPLETED only when its tasks run and are healthy in their target groups; one that keeps failing
 * is FAILED when the circuit breaker is on, and rolled back only when that is asked for.
 */
import type {World} from '../world/contract.ts'
import {say} from './ecs-state.ts'
import type {CapacityProvider, Deployment, EcsRegion, EcsService, Task} from './ecs-state.ts'
import {activeHosts, placementFor} from './ecs-container-instances.ts'
import {neverStable, taskName} from './ecs-task-life.ts'
import type {TargetRegistry, TaskLife} from './ecs-task-life.ts'

const FIRST_BACKOFF_MS = 5000
const LONGEST_BACKOFF_MS = 300_000
/** A task that ran this long ends a row of failures. */
const PROVEN_MS = 120_000

export interface Scheduler {
  reconcile(state: EcsRegion): void
  readonly taskRunning: (task: Task) => void
  readonly taskFailed: (task: Task) => void
}

export interface SchedulerOptions {
  readonly world: World
  readonly targets: TargetRegistry
  readonly life: () => TaskLife
  /** Tasks wait for hosts of this provider. */
  readonly grow: (state: EcsRegion, provider: CapacityProvider) => void
}

export function createScheduler({world, targets, life, grow}: SchedulerOptions): Scheduler {
  const {clock} = world
  const tell = (service: EcsService, text: string): void => {
    say(service, clock.now(), world.hex(32), text)
  }

  const isHealthy = (task: Task): boolean =>
    task.status === 'RUNNING'
    && !neverStable(world, task.service)
    && task.service.loadBalancers.every(
      ({targetGroupArn}) => targets.state(targetGroupArn ?? '', task.port ?? 0)?.state === 'healthy',
    )

  const stopSick = (tasks: readonly Task[]): void => {
    for (const task of tasks) {
      if (task.startedAt === undefined || clock.now() < task.startedAt + task.service.graceSeconds * 1000) continue
      for (const {targetGroupArn = ''} of task.service.loadBalancers) {
        const target = targets.state(targetGroupArn, task.port ?? 0)
        if (target?.state !== 'unhealthy' || task.desired === 'STOPPED') continue
        tell(
          task.service,
          `(port ${task.port ?? 0}) is unhealthy in (target-group ${targetGroupArn}) due to (reason ${target.reason ?? ''})`,
        )
        const reason = `Task failed ELB health checks in (target-group ${targetGroupArn})`
        life().stop(task, {code: 'ServiceSchedulerInitiated', reason, drain: 'first'})
        failed(task)
      }
    }
  }

  const failed = (task: Task): void => {
    const {deployment, service} = task
    const ranMs = task.startedAt === undefined ? 0 : clock.now() - task.startedAt
    deployment.setbacks = ranMs > PROVEN_MS ? 1 : deployment.setbacks + 1
    deployment.nextLaunchAt = clock.now() + Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (deployment.setbacks - 1))
    deployment.updatedAt = clock.now()
    service.steady = false
    if (deployment.rolloutState !== 'IN_PROGRESS') return
    deployment.failedTasks += 1
    const threshold = Math.max(3, Math.min(200, Math.ceil(service.desired * 0.5)))
    if (deployment.status === 'PRIMARY' && service.circuitBreaker.enable && deployment.failedTasks >= threshold) {
      trip(service, deployment)
    }
  }

  const trip = (service: EcsService, deployment: Deployment): void => {
    deployment.rolloutState = 'FAILED'
    deployment.rolloutStateReason = `ECS deployment circuit breaker: ${deployment.hasRun ? 'task failed' : 'tasks failed to start'}.`
    tell(
      service,
      `(deployment ${deployment.id}) deployment failed: ${deployment.hasRun ? 'task failed' : 'tasks failed to start'}.`,
    )
    const previous = service.deployments.find((other) => other !== deployment && other.hasRun)
    if (!service.circuitBreaker.rollback || previous === undefined) return
    deployment.status = 'ACTIVE'
    previous.status = 'PRIMARY'
    previous.rolloutState = 'IN_PROGRESS'
    previous.rolloutStateReason = `ECS deployment circuit breaker: rolling back to deploymentId ${previous.id}.`
    previous.updatedAt = clock.now()
    service.deployments = [previous, ...service.deployments.filter((other) => other !== previous)]
    tell(service, `rolling back to deployment ${previous.id}.`)
  }

  const launch = (state: EcsRegion, service: EcsService, deployment: Deployment, count: number): void => {
    if (count <= 0 || clock.now() < deployment.nextLaunchAt) return
    const fresh: Task[] = []
    while (fresh.length < count) {
      const place = placementFor(state, service)
      if (place.kind === 'nowhere') break
      fresh.push(life().launch(state, service, deployment, place.kind === 'on' ? place.host : undefined))
    }
    if (fresh.length > 0) tell(service, `has started ${fresh.length} tasks: ${fresh.map(taskName).join(' ')}.`)
    waitForHosts(state, service, count - fresh.length)
  }

  const waitForHosts = (state: EcsRegion, service: EcsService, missing: number): void => {
    const waits = missing > 0
    if (waits && !service.unplaced && service.schedulingStrategy === 'REPLICA') {
      tell(
        service,
        'was unable to place a task because no container instance met all of its requirements. Reason: No '
          + 'Container Instances were found in your cluster.',
      )
    }
    service.unplaced = waits
    const provider = state.capacityProviders.get(service.strategy[0]?.capacityProvider ?? '')
    if (waits && provider !== undefined) grow(state, provider)
  }

  const stop = (tasks: readonly Task[]): void => {
    const [first] = tasks
    if (first === undefined) return
    const {service} = first
    const reason = 'Scaling activity initiated by (deployment '
    for (const task of tasks)
      life().stop(task, {
        code: 'ServiceSchedulerInitiated',
        reason: `${reason}${task.deployment.id})`,
        drain: 'first',
      })
    tell(service, `has begun draining connections on ${tasks.length} tasks.`)
    tell(service, `has stopped ${tasks.length} running tasks: ${tasks.map(taskName).join(' ')}.`)
  }

  /** How many more tasks the primary may start, and which tasks must go. */
  const reconcileService = (state: EcsRegion, service: EcsService): void => {
    const [primary] = service.deployments
    if (primary === undefined || service.status === 'INACTIVE') return
    // A daemon is wanted once on every host.
    if (service.schedulingStrategy === 'DAEMON' && service.status === 'ACTIVE') {
      service.desired = activeHosts(state, service).length
    }
    const existing = [...state.tasks.values()].filter((task) => task.service === service && task.status !== 'STOPPED')
    stopSick(existing.filter((task) => task.desired === 'RUNNING'))
    const live = existing.filter((task) => task.desired === 'RUNNING')
    const isOwn = (task: Task): boolean => task.deployment === primary && task.host?.status !== 'DRAINING'
    const own = live.filter(isOwn)
    // Tasks on a host that is being emptied are replaced first, and stopped then.
    const old = live.filter((task) => !isOwn(task))
    const most = Math.max(Math.floor((service.desired * service.maximumPercent) / 100), 1)
    // A failed deployment starts nothing more; what ran before it is kept.
    if (primary.rolloutState === 'FAILED') keepOld(state, service, old)
    else {
      launch(state, service, primary, Math.min(service.desired - own.length, most - live.length))
      stop(replaceable(service, live, old))
    }
    if (own.length > service.desired) stop(bySacrifice(own).slice(0, own.length - service.desired))
    settle(service, primary, own, existing)
  }

  const keepOld = (state: EcsRegion, service: EcsService, old: readonly Task[]): void => {
    const previous = service.deployments[1]
    if (previous !== undefined && previous.hasRun) launch(state, service, previous, service.desired - old.length)
    if (old.length > service.desired) stop(bySacrifice(old).slice(0, old.length - service.desired))
  }

  const replaceable = (service: EcsService, live: readonly Task[], old: readonly Task[]): readonly Task[] => {
    const least = Math.ceil((service.desired * service.minimumHealthyPercent) / 100)
    const well = live.filter(isHealthy).length
    const spare = Math.max(0, well - least)
    const sick = old.filter((task) => !isHealthy(task) && task.status !== 'RUNNING')
    // Running but not (yet) healthy: not counted, so not needed, unless nothing else is left to fail open to.
    const ailing = old.filter((task) => !isHealthy(task) && task.status === 'RUNNING' && well >= least)
    return [...sick, ...ailing, ...old.filter(isHealthy).slice(0, spare)]
  }

  const bySacrifice = (tasks: readonly Task[]): readonly Task[] => {
    const rank = (task: Task): number => (task.status !== 'RUNNING' ? 0 : isHealthy(task) ? 2 : 1)
    return [...tasks].sort((a, b) => rank(a) - rank(b) || b.createdAt - a.createdAt)
  }

  const settle = (service: EcsService, primary: Deployment, own: readonly Task[], existing: readonly Task[]): void => {
    const oldLive = existing.some((task) => task.deployment !== primary && task.desired === 'RUNNING')
    const reached = !oldLive && own.length === service.desired && own.every(isHealthy) && !neverStable(world, service)
    if (reached && primary.rolloutState === 'IN_PROGRESS') {
      primary.rolloutState = 'COMPLETED'
      primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`
      primary.updatedAt = clock.now()
      primary.hasRun = true
      tell(service, `(deployment ${primary.id}) deployment completed.`)
    }
    service.deployments = service.deployments.filter((one) => one === primary || existing.some((task) => task.deployment === one))
    const steady = reached && service.deployments.length === 1 && primary.rolloutState === 'COMPLETED'
    if (steady && !service.steady) tell(service, 'has reached a steady state.')
    service.steady = steady
    if (service.status === 'DRAINING' && existing.length === 0) {
      service.status = 'INACTIVE'
      service.deployments = []
    }
  }

  return {
    reconcile: (state) => {
      for (const service of state.services.values()) reconcileService(state, service)
    },
    taskRunning: ({deployment}) => {
      if (!deployment.hasRun) deployment.failedTasks = 0
      deployment.hasRun = true
    },
    taskFailed: failed,
  }
}

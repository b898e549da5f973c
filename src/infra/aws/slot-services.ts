/**
 * The ECS services of the two slots. "Steady" is never asked of AWS: a deployment is followed by its own id, so that a service
 * that ECS rolled back isn't taken for success. It never stops a task itself: scaling the service drains, StopTask doesn't.
 */
import type {Deployment as EcsDeployment, Service} from '@aws-sdk/client-ecs'
import {ExitCode, SluiceError} from '../../errors.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import type {Deployment, SlotService, SlotServices, Slot} from '../../runbooks/release/ports.ts'
import type {AwsSession} from './session.ts'
import {stoppedTasks} from './stopped-tasks.ts'

export interface SlotServicesInput {
  readonly cluster: string
  readonly services: Readonly<Record<Slot, string>>
  /** Null: the newest task's only container, or the first that reports a digest. */
  readonly container: string | null
}

export function slotServices(session: AwsSession, input: SlotServicesInput): SlotServices {
  const {cluster, services} = input
  const stopped = stoppedTasks(session, cluster)
  return {
    async read(slot, signal) {
      return slotService(await describeService(session, cluster, services[slot], signal))
    },
    async deploy(slot, to, signal) {
      return {deployment: await rollService(session, cluster, services[slot], to, signal)}
    },
    async resize(slot, desired, signal) {
      await session.call(
        'ecs',
        'UpdateService',
        {cluster, service: services[slot], desiredCount: desired},
        {signal, resource: services[slot]},
      )
    },
    stopped: (slot, since, signal) => stopped(services[slot], since, signal),
    imageDigest: (slot, signal) => runningDigest(session, cluster, services[slot], input.container, signal),
  }
}

/** DescribeServices answers 200 even when there is no such service; this doesn't. */
export async function describeService(
  session: AwsSession,
  cluster: string,
  service: string,
  signal: AbortSignal | undefined,
): Promise<Service> {
  const answer = await session.call('ecs', 'DescribeServices', {cluster, services: [service]}, {signal, resource: service})
  const found = answer.services?.[0]
  if (found !== undefined && found.status !== 'INACTIVE') return found
  const reason = found?.status ?? answer.failures?.[0]?.reason ?? 'MISSING'
  throw new SluiceError({
    code: 'aws-not-found',
    exitCode: ExitCode.usage,
    message: `The ECS service ${service} doesn't exist in cluster ${cluster} in ${session.region} (${reason}).`,
    suggestions: ["correct the slot's `service` in sluice.yaml, or find it with `sluice init --import`"],
  })
}

/**
 * One UpdateService to a revision and size; answers the id of the deployment that this made (or that was there already).
 * The capacity provider strategy isn't sent, so it stays. The circuit breaker's own rollback stays off: it would bring back
 * whatever the slot ran before, which is two versions ago.
 */
export async function rollService(
  session: AwsSession,
  cluster: string,
  service: string,
  to: {readonly taskDefinition: string; readonly desired: number},
  signal: AbortSignal,
): Promise<string> {
  const answer = await session.call(
    'ecs',
    'UpdateService',
    {
      cluster,
      service,
      taskDefinition: to.taskDefinition,
      desiredCount: to.desired,
      deploymentConfiguration: {
        deploymentCircuitBreaker: {enable: true, rollback: false},
        minimumHealthyPercent: 100,
        maximumPercent: 200,
      },
    },
    {signal, resource: service},
  )
  const primary = answer.service?.deployments?.find((deployment) => deployment.status === 'PRIMARY')
  if (primary?.id === undefined || primary.taskDefinition?.endsWith(to.taskDefinition) !== true) {
    throw new Unavailable('ecs:UpdateService', `${service} doesn't show the deployment of ${to.taskDefinition} yet`)
  }
  return primary.id
}

function slotService(service: Service): SlotService {
  const breaker = service.deploymentConfiguration?.deploymentCircuitBreaker
  return {
    service: service.serviceName ?? '',
    taskDefinition: service.taskDefinition ?? '',
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    deployments: (service.deployments ?? []).map(deploymentOf),
    circuitBreaker: {enabled: breaker?.enable === true, rollback: breaker?.rollback === true},
    capacityProvider: service.capacityProviderStrategy?.[0]?.capacityProvider ?? null,
  }
}

function deploymentOf(deployment: EcsDeployment): Deployment {
  return {
    id: deployment.id ?? '',
    status: deployment.status === 'PRIMARY' || deployment.status === 'ACTIVE' ? deployment.status : 'INACTIVE',
    rolloutState: deployment.rolloutState ?? 'IN_PROGRESS',
    rolloutStateReason: deployment.rolloutStateReason ?? null,
    taskDefinition: deployment.taskDefinition ?? '',
    desired: deployment.desiredCount ?? 0,
    running: deployment.runningCount ?? 0,
    pending: deployment.pendingCount ?? 0,
    failedTasks: deployment.failedTasks ?? 0,
  }
}

/** Of the newest running task: while a deployment rolls, older ones still run the image before. */
export async function runningDigest(
  session: AwsSession,
  cluster: string,
  service: string,
  container: string | null,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  const listed = await session.call(
    'ecs',
    'ListTasks',
    {cluster, serviceName: service, desiredStatus: 'RUNNING', maxResults: 100},
    {signal, resource: service},
  )
  if ((listed.taskArns ?? []).length === 0) return null
  const described = await session.call('ecs', 'DescribeTasks', {cluster, tasks: listed.taskArns}, {signal, resource: service})
  const running = (described.tasks ?? []).filter((task) => task.lastStatus === 'RUNNING')
  const newest = running.sort((x, y) => (y.startedAt?.getTime() ?? 0) - (x.startedAt?.getTime() ?? 0))[0]
  const named = newest?.containers?.filter((one) => container === null || one.name === container)
  return named?.find((one) => one.imageDigest !== undefined)?.imageDigest ?? null
}

/** Services and tasks in the shapes that AWS answers. Reads only. */
import type * as E from '@aws-sdk/client-ecs'
import type {Deployment, EcsRegion, EcsService, Task} from './ecs-state.ts'
import {tagList} from './ecs-state.ts'

const dateOf = (at: number | undefined): Date | undefined => (at === undefined ? undefined : new Date(at))

interface Counts {
  readonly running: number
  readonly pending: number
}

function countsOf(tasks: readonly Task[]): Counts {
  const live = tasks.filter((task) => task.desired === 'RUNNING')
  return {
    running: live.filter((task) => task.status === 'RUNNING').length,
    pending: live.filter((task) => task.status === 'PROVISIONING' || task.status === 'PENDING').length,
  }
}

function placement(service: EcsService): {
  launchType?: E.LaunchType
  capacityProviderStrategy?: E.CapacityProviderStrategyItem[]
  platformVersion: string
} {
  return service.strategy.length > 0
    ? {capacityProviderStrategy: [...service.strategy], platformVersion: '1.4.0'}
    : {launchType: service.launchType ?? 'FARGATE', platformVersion: '1.4.0'}
}

export function serviceShape(state: EcsRegion, service: EcsService, tags: 'with-tags' | 'without-tags'): E.Service {
  const tasks = [...state.tasks.values()].filter((task) => task.service === service)
  const {running, pending} = countsOf(tasks)
  const [primary] = service.deployments
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    status: service.status,
    desiredCount: service.desired,
    runningCount: running,
    pendingCount: pending,
    taskDefinition: primary?.definition.arn,
    loadBalancers: [...service.loadBalancers],
    ...placement(service),
    platformFamily: 'Linux',
    deploymentConfiguration: {
      deploymentCircuitBreaker: {...service.circuitBreaker},
      minimumHealthyPercent: service.minimumHealthyPercent,
      maximumPercent: service.maximumPercent,
      strategy: 'ROLLING',
    },
    deploymentController: {type: 'ECS'},
    deployments: service.deployments.map((one) =>
      deploymentShape(service, one, countsOf(tasks.filter((task) => task.deployment === one))),
    ),
    events: [...service.events],
    createdAt: new Date(service.createdAt),
    ...service.kept,
    networkConfiguration: service.networkConfiguration,
    healthCheckGracePeriodSeconds: service.graceSeconds,
    schedulingStrategy: service.schedulingStrategy,
    ...(tags === 'with-tags' ? {tags: tagList(state.tags.get(service.arn))} : {}),
  }
}

function deploymentShape(service: EcsService, deployment: Deployment, counts: Counts): E.Deployment {
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.definition.arn,
    desiredCount: deployment.status === 'PRIMARY' ? service.desired : 0,
    runningCount: counts.running,
    pendingCount: counts.pending,
    failedTasks: deployment.failedTasks,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    ...placement(service),
    platformFamily: 'Linux',
    networkConfiguration: service.networkConfiguration,
    rolloutState: deployment.rolloutState,
    rolloutStateReason: deployment.rolloutStateReason,
  }
}

export function taskShape(state: EcsRegion, task: Task, tags: 'with-tags' | 'without-tags'): E.Task {
  const {service, deployment} = task
  const provider = service.strategy[0]?.capacityProvider
  return {
    taskArn: task.arn,
    clusterArn: service.cluster.arn,
    taskDefinitionArn: deployment.definition.arn,
    group: task.alone?.group ?? `service:${service.name}`,
    startedBy: task.alone === undefined ? deployment.id : task.alone.startedBy,
    lastStatus: task.status,
    desiredStatus: task.desired,
    launchType: service.launchType ?? 'FARGATE',
    ...(provider === undefined ? {} : {capacityProviderName: provider}),
    cpu: deployment.definition.shape.cpu,
    memory: deployment.definition.shape.memory,
    connectivity: task.status === 'RUNNING' ? 'CONNECTED' : undefined,
    availabilityZone: task.host?.zone ?? `${task.region}a`,
    ...(task.host === undefined ? {} : {containerInstanceArn: task.host.arn}),
    healthStatus: 'UNKNOWN',
    version: 1,
    createdAt: new Date(task.createdAt),
    startedAt: dateOf(task.startedAt),
    stoppingAt: dateOf(task.stoppingAt),
    stoppedAt: dateOf(task.stoppedAt),
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    attachments: [],
    overrides: {containerOverrides: [], ...task.alone?.overrides},
    containers: task.containers.map((container): E.Container => ({
      containerArn: `${task.arn.replace(':task/', ':container/')}/${container.name}`,
      taskArn: task.arn,
      name: container.name,
      image: container.image,
      imageDigest: container.digest,
      lastStatus: task.status === 'PROVISIONING' ? 'PENDING' : task.status,
      exitCode: container.exitCode,
      reason: container.reason,
      healthStatus: 'UNKNOWN',
      networkBindings:
        container === task.main && task.port !== undefined
          ? [{bindIP: '127.0.0.1', containerPort: task.port, hostPort: task.port, protocol: 'tcp'}]
          : [],
      networkInterfaces: [],
    })),
    ...(tags === 'with-tags' ? {tags: tagList(state.tags.get(task.arn))} : {}),
  }
}

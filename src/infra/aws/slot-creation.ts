/**
 * A slot's ECS service with its first task definition. The circuit breaker is on and its own rollback off, because it would bring
 * back a version that nobody asked for; the capacity provider is named, because a cluster's default may change.
 */
import type {RegisterTaskDefinitionCommandInput, Tag} from '@aws-sdk/client-ecs'
import type {SlotSpec} from '../../runbooks/provision/ports.ts'
import {sameDefinition} from './revisions.ts'
import type {AwsSession} from './session.ts'
import {awsErrorName} from './translate-error.ts'

type Signal = AbortSignal | undefined

export async function createSlotService(session: AwsSession, spec: SlotSpec, signal?: Signal): Promise<void> {
  const taskDefinition = await registerOnce(session, spec, signal)
  await session
    .call(
      'ecs',
      'CreateService',
      {
        cluster: spec.cluster,
        serviceName: spec.service,
        taskDefinition,
        desiredCount: spec.count,
        capacityProviderStrategy: [{capacityProvider: spec.capacityProvider, weight: 1, base: 0}],
        deploymentConfiguration: {
          deploymentCircuitBreaker: {enable: true, rollback: false},
          minimumHealthyPercent: 100,
          maximumPercent: 200,
        },
        // Rebalancing needs spreading over zones to come first.
        availabilityZoneRebalancing: 'ENABLED',
        placementStrategy: [
          {type: 'spread', field: 'attribute:ecs.availability-zone'},
          {type: 'spread', field: 'instanceId'},
        ],
        healthCheckGracePeriodSeconds: 60,
        loadBalancers: [
          {
            targetGroupArn: spec.targetGroup,
            containerName: spec.taskDefinition.container,
            containerPort: spec.taskDefinition.port,
          },
        ],
        networkConfiguration: {
          awsvpcConfiguration: {subnets: [...spec.subnets], securityGroups: [spec.securityGroup], assignPublicIp: 'DISABLED'},
        },
        propagateTags: 'SERVICE',
        enableECSManagedTags: true,
        // The Region fences itself by this tag.
        tags: [...ownTags(spec), {key: 'sluice:slot', value: spec.slot}],
      },
      {signal, resource: spec.service},
    )
    .catch((error: unknown) => {
      if (!isMadeAlready(error)) throw error
    })
}

/**
 * The answer to the first try was lost, and the second finds the name taken. No client token: a service that was deleted and made
 * anew would have the same one. Only ECS's sentence tells this from other mistakes.
 */
const isMadeAlready = (error: unknown): boolean =>
  awsErrorName(error) === 'InvalidParameterException' && (error as Error).message.includes('not idempotent')

const ownTags = ({tags}: SlotSpec): Tag[] => Object.entries(tags).map(([key, value]) => ({key, value}))

/** The newest revision when it says the same: a try that was interrupted between two calls leaves no second one behind. */
async function registerOnce(session: AwsSession, spec: SlotSpec, signal: Signal): Promise<string> {
  const wanted = firstDefinition(spec, session.region)
  const {family} = spec.taskDefinition
  const newest = await session.call(
    'ecs',
    'ListTaskDefinitions',
    {familyPrefix: family, status: 'ACTIVE', sort: 'DESC', maxResults: 1},
    {signal, resource: family},
  )
  const [arn] = newest.taskDefinitionArns ?? []
  if (arn !== undefined) {
    const present = await session.call('ecs', 'DescribeTaskDefinition', {taskDefinition: arn}, {signal, resource: arn})
    if (sameDefinition(present.taskDefinition ?? {}, wanted)) return arn
  }
  const registered = await session.call(
    'ecs',
    'RegisterTaskDefinition',
    {...wanted, tags: ownTags(spec)},
    {signal, resource: family},
  )
  return registered.taskDefinition?.taskDefinitionArn ?? ''
}

/** Everything is said, defaults too: what AWS fills in would make an equal revision look different. */
export function firstDefinition({taskDefinition: task}: SlotSpec, region: string): RegisterTaskDefinitionCommandInput {
  return {
    family: task.family,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['EC2'],
    runtimePlatform: {cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX'},
    executionRoleArn: task.executionRole,
    taskRoleArn: task.taskRole,
    cpu: String(task.cpu),
    memory: String(task.memoryMiB),
    containerDefinitions: [
      {
        name: task.container,
        image: task.image,
        cpu: 0,
        essential: true,
        portMappings: [{containerPort: task.port, hostPort: task.port, protocol: 'tcp'}],
        environment: Object.entries(task.environment).map(([name, value]) => ({name, value})),
        secrets: Object.entries(task.secrets).map(([name, valueFrom]) => ({name, valueFrom})),
        // Nobody is root, and nothing can be written but /tmp.
        user: '10001:10001',
        readonlyRootFilesystem: true,
        linuxParameters: {
          initProcessEnabled: true,
          tmpfs: [{containerPath: '/tmp', size: 64, mountOptions: ['rw', 'nosuid', 'nodev', 'mode=1777']}],
        },
        stopTimeout: 60,
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': task.logGroup,
            'awslogs-region': region,
            'awslogs-stream-prefix': task.family,
            // A slow log must not hold up an answer.
            mode: 'non-blocking',
            'max-buffer-size': '25m',
          },
        },
      },
    ],
  }
}

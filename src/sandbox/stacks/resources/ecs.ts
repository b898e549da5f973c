/**
 * Clusters, capacity providers, task definitions and services of a stack. A service is stable when its deployment is complete;
 * one that its circuit breaker gave up fails the resource, and one without a breaker keeps its stack waiting.
 */
import type * as E from '@aws-sdk/client-ecs'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, Properties, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {camelCased, drifted, list, means, only, record, text, withKinds} from './property-values.ts'
import {generatedName} from './record-handler.ts'
import {call, missing, tagChanges, unlessMissing} from './service-call.ts'

const ecs = async <Output>(
  request: Pick<ResourceRequest, 'world' | 'region'>,
  operation: string,
  input: object,
): Promise<Output> => call<Output>(request, 'ecs', operation, input)

const tagList = (tags: Readonly<Record<string, string>>): E.Tag[] => Object.entries(tags).map(([key, value]) => ({key, value}))

const NUMBERS = [
  'memory',
  'memoryReservation',
  'containerPort',
  'hostPort',
  'interval',
  'timeout',
  'retries',
  'startPeriod',
  'startTimeout',
  'stopTimeout',
  'desiredCount',
  'minimumHealthyPercent',
  'maximumPercent',
  'healthCheckGracePeriodSeconds',
  'weight',
  'base',
  'targetCapacity',
  'instanceWarmupPeriod',
  'minimumScalingStepSize',
  'maximumScalingStepSize',
  'sharedMemorySize',
  'maxSwap',
  'swappiness',
  'size',
  'softLimit',
  'hardLimit',
  'sizeInGiB',
]
const FLAGS = [
  'essential',
  'readonlyRootFilesystem',
  'privileged',
  'readOnly',
  'initProcessEnabled',
  'interactive',
  'pseudoTerminal',
  'disableNetworking',
  'enable',
  'rollback',
  'enableExecuteCommand',
  'enableECSManagedTags',
  'cloudWatchEncryptionEnabled',
  's3EncryptionEnabled',
]

/** As ECS writes it; of a task as a whole, cpu and memory are texts, of a container numbers. */
const asEcs = (properties: Properties): Properties =>
  withKinds(camelCased(properties) as Properties, {numbers: NUMBERS, flags: FLAGS})

async function retag(request: ChangeRequest, resourceArn: string): Promise<void> {
  const {tags = []} = await ecs<E.ListTagsForResourceCommandOutput>(request, 'ListTagsForResource', {resourceArn})
  const own = tags.filter((tag) => tag.key?.startsWith('aws:') === false)
  const before = Object.fromEntries(own.map((tag) => [tag.key ?? '', tag.value ?? '']))
  const {set, gone} = tagChanges(before, request.tags)
  if (Object.keys(set).length > 0) await ecs(request, 'TagResource', {resourceArn, tags: tagList(set)})
  if (gone.length > 0) await ecs(request, 'UntagResource', {resourceArn, tagKeys: gone})
}

const clusterArn = ({world, region}: ResourceRequest, name: string): string =>
  `arn:aws:ecs:${region}:${world.account}:cluster/${name}`

const cluster: ResourceHandler = {
  create: async (request) => {
    const name = text(request.properties['ClusterName']) ?? generatedName(request, 255)
    const known = await findCluster(request, name)
    if (known?.status === 'ACTIVE') {
      throw new AwsFault('AlreadyExists', `Resource of type 'AWS::ECS::Cluster' with identifier '${name}' already exists.`)
    }
    const {capacityProviders, defaultCapacityProviderStrategy, configuration, clusterSettings} = asEcs(request.properties)
    await ecs(request, 'CreateCluster', {
      clusterName: name,
      settings: clusterSettings,
      configuration,
      capacityProviders,
      defaultCapacityProviderStrategy,
      tags: tagList(request.tags),
    })
    return {physicalId: name, attributes: {Arn: clusterArn(request, name)}}
  },
  update: async (request) => {
    const {configuration, clusterSettings} = asEcs(request.properties)
    await ecs(request, 'UpdateCluster', {cluster: request.physicalId, settings: clusterSettings, configuration})
    await retag(request, clusterArn(request, request.physicalId))
    return {physicalId: request.physicalId, attributes: {Arn: clusterArn(request, request.physicalId)}}
  },
  remove: async (request) => {
    await ecs(request, 'DeleteCluster', {cluster: request.physicalId})
  },
  read: async (request) => {
    const present = await findCluster(request, request.physicalId)
    if (present?.status !== 'ACTIVE') throw missing(request)
    const settings = present.settings?.map(({name, value}) => ({Name: name, Value: value}))
    return drifted(request.properties, {ClusterSettings: settings})
  },
}

async function findCluster(request: ResourceRequest, name: string): Promise<E.Cluster | undefined> {
  const input = {clusters: [name], include: ['SETTINGS']}
  return (await ecs<E.DescribeClustersCommandOutput>(request, 'DescribeClusters', input)).clusters?.[0]
}

const providerArn = ({world, region}: ResourceRequest, name: string): string =>
  `arn:aws:ecs:${region}:${world.account}:capacity-provider/${name}`

const capacityProvider: ResourceHandler = {
  create: async (request) => {
    const name = text(request.properties['Name']) ?? generatedName(request, 255)
    const {autoScalingGroupProvider} = asEcs(request.properties)
    await ecs(request, 'CreateCapacityProvider', {name, autoScalingGroupProvider, tags: tagList(request.tags)})
    return {physicalId: name, attributes: {Arn: providerArn(request, name)}}
  },
  update: async (request) => {
    const {autoScalingGroupProvider} = asEcs(request.properties)
    const {autoScalingGroupArn: _group, ...changeable} = record(autoScalingGroupProvider)
    await ecs(request, 'UpdateCapacityProvider', {name: request.physicalId, autoScalingGroupProvider: changeable})
    await retag(request, providerArn(request, request.physicalId))
    return {physicalId: request.physicalId, attributes: {Arn: providerArn(request, request.physicalId)}}
  },
  remove: async (request) => {
    const {capacityProviders = []} = await ecs<E.DescribeCapacityProvidersCommandOutput>(request, 'DescribeCapacityProviders', {
      capacityProviders: [request.physicalId],
    })
    if (capacityProviders.length > 0) await ecs(request, 'DeleteCapacityProvider', {capacityProvider: request.physicalId})
  },
}

const associations: ResourceHandler = {
  create: async (request) => associate(request),
  update: async (request) => associate(request),
  remove: async (request) => {
    await unlessMissing(
      async () =>
        ecs(request, 'PutClusterCapacityProviders', {
          cluster: request.physicalId,
          capacityProviders: [],
          defaultCapacityProviderStrategy: [],
        }),
      ['ClusterNotFoundException'],
    )
  },
}

async function associate(request: ResourceRequest): Promise<Made> {
  const {cluster: name, capacityProviders, defaultCapacityProviderStrategy} = asEcs(request.properties)
  await ecs(request, 'PutClusterCapacityProviders', {cluster: name, capacityProviders, defaultCapacityProviderStrategy})
  return {physicalId: text(name)?.split('/').at(-1) ?? '', attributes: {}}
}

const taskDefinition: ResourceHandler = {
  create: async (request) => {
    const {family, tags: _tags, cpu, memory, ...rest} = asEcs(request.properties)
    const answer = await ecs<E.RegisterTaskDefinitionCommandOutput>(request, 'RegisterTaskDefinition', {
      ...rest,
      cpu: text(cpu),
      memory: text(memory),
      family: text(family) ?? generatedName(request, 255),
      containerDefinitions: list(rest['containerDefinitions']).map((one) => withKinds(one, {numbers: ['cpu']})),
      tags: tagList(request.tags),
    })
    const arn = answer.taskDefinition?.taskDefinitionArn ?? ''
    return {physicalId: arn, attributes: {TaskDefinitionArn: arn}}
  },
  update: async (request) => {
    await retag(request, request.physicalId)
    return {physicalId: request.physicalId, attributes: {TaskDefinitionArn: request.physicalId}}
  },
  remove: async (request) => {
    await ecs(request, 'DeregisterTaskDefinition', {taskDefinition: request.physicalId})
  },
  read: async (request) => {
    const answer = await unlessMissing(
      async () =>
        ecs<E.DescribeTaskDefinitionCommandOutput>(request, 'DescribeTaskDefinition', {taskDefinition: request.physicalId}),
      ['ClientException'],
    )
    if (answer?.taskDefinition?.status !== 'ACTIVE') throw missing(request)
    return request.properties
  },
}

const SERVICE_SETTINGS = [
  'taskDefinition',
  'desiredCount',
  'loadBalancers',
  'deploymentConfiguration',
  'healthCheckGracePeriodSeconds',
  'networkConfiguration',
  'capacityProviderStrategy',
  'availabilityZoneRebalancing',
  'enableExecuteCommand',
  'enableECSManagedTags',
  'placementConstraints',
  'propagateTags',
  'serviceRegistries',
]

const service: ResourceHandler = {
  create: async (request) => {
    const input = asEcs(request.properties)
    const serviceName = text(input['serviceName']) ?? generatedName(request, 255)
    const answer = await ecs<E.CreateServiceCommandOutput>(request, 'CreateService', {
      ...only(input, [...SERVICE_SETTINGS, 'cluster', 'launchType', 'schedulingStrategy', 'platformVersion', 'role']),
      placementStrategy: input['placementStrategies'],
      serviceName,
      tags: tagList(request.tags),
    })
    return serviceMade(answer.service)
  },
  update: async (request) => {
    const input = asEcs(request.properties)
    const before = asEcs(request.previous)
    const settings = Object.entries(only(input, SERVICE_SETTINGS))
    const changed = Object.fromEntries(settings.filter(([name, value]) => !means(value, before[name])))
    const answer = await ecs<E.UpdateServiceCommandOutput>(request, 'UpdateService', {...named(request), ...changed})
    await retag(request, request.physicalId)
    return serviceMade(answer.service)
  },
  remove: async (request) => {
    if ((await findService(request))?.status !== 'ACTIVE') return
    await ecs(request, 'DeleteService', {...named(request), force: true})
  },
  stable: async (request) => {
    const present = await findService(request)
    if (present === undefined) throw missing(request)
    const {deployments = [], runningCount = 0, desiredCount = 0} = present
    const wanted = text(request.properties['TaskDefinition'])
    const given = deployments.some((one) => one.rolloutState === 'FAILED')
    const wentBack = wanted?.startsWith('arn:') === true && present.taskDefinition !== wanted
    if (given || wentBack) {
      throw new AwsFault(
        'GeneralServiceException',
        "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
      )
    }
    const done = deployments.length === 1 && deployments[0]?.rolloutState === 'COMPLETED' && runningCount === desiredCount
    return done ? null : `service to become stable: ${runningCount} of ${desiredCount} tasks run`
  },
  gone: async (request) => {
    const present = await findService(request)
    return present === undefined || present.status === 'INACTIVE' ? null : `${present.runningCount ?? 0} tasks to stop`
  },
  read: async (request) => {
    const present = await findService(request)
    if (present?.status !== 'ACTIVE') throw missing(request)
    return drifted(request.properties, {DesiredCount: present.desiredCount, TaskDefinition: presentDefinition(request, present)})
  },
}

/** A template may name a family; the service always answers a revision. */
function presentDefinition(request: ChangeRequest, present: E.Service): unknown {
  const wanted = request.properties['TaskDefinition']
  return text(wanted)?.startsWith('arn:') === true ? present.taskDefinition : wanted
}

const named = (request: ChangeRequest): {readonly cluster: string; readonly service: string} => ({
  cluster: text(request.properties['Cluster']) ?? 'default',
  service: request.physicalId,
})

async function findService(request: ChangeRequest): Promise<E.Service | undefined> {
  const {cluster: inCluster, service: name} = named(request)
  const answer = await unlessMissing(
    async () => ecs<E.DescribeServicesCommandOutput>(request, 'DescribeServices', {cluster: inCluster, services: [name]}),
    ['ClusterNotFoundException'],
  )
  return answer?.services?.[0]
}

function serviceMade(made: E.Service | undefined): Made {
  return {physicalId: made?.serviceArn ?? '', attributes: {ServiceArn: made?.serviceArn, Name: made?.serviceName}}
}

export const ecsHandlers: ResourceHandlers = {
  'AWS::ECS::Cluster': cluster,
  'AWS::ECS::CapacityProvider': capacityProvider,
  'AWS::ECS::ClusterCapacityProviderAssociations': associations,
  'AWS::ECS::TaskDefinition': taskDefinition,
  'AWS::ECS::Service': service,
}

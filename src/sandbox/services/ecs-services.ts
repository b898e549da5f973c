/**
 * Services: what should run. A new deployment begins when an update changes what runs or forces one; a resize never does.
 * The operations only write down wishes; the scheduler makes them so.
 */
import type * as E from '@aws-sdk/client-ecs'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, World} from '../world/contract.ts'
import {serviceShape} from './ecs-shapes.ts'
import {
  clusterOf,
  findService,
  invalidParameter,
  pageOf,
  runnableDefinition,
  serviceArn,
  serviceOf,
  setTags,
} from './ecs-state.ts'
import type {Cluster, Deployment, EcsRegion, EcsService, ServiceKeeps, TaskDefinition} from './ecs-state.ts'
import type {TargetRegistry} from './ecs-task-life.ts'

export function serviceOperations(world: World, stateOf: (region: string) => EcsRegion, targets: TargetRegistry) {
  const digits = world.random('deployment-ids')
  const newDeployment = (definition: TaskDefinition): Deployment => {
    const id = `ecs-svc/${Array.from({length: 19}, (_, i) => Math.floor(digits() * (i === 0 ? 9 : 10)) + (i === 0 ? 1 : 0)).join('')}`
    const now = world.clock.now()
    return {
      id,
      definition,
      createdAt: now,
      updatedAt: now,
      status: 'PRIMARY',
      rolloutState: 'IN_PROGRESS',
      rolloutStateReason: `ECS deployment ${id} in progress.`,
      failedTasks: 0,
      hasRun: false,
      setbacks: 0,
      nextLaunchAt: 0,
    }
  }

  const begin = (service: EcsService, definition: TaskDefinition): void => {
    const now = world.clock.now()
    for (const one of service.deployments) {
      one.status = 'ACTIVE'
      one.updatedAt = now
    }
    service.deployments = [newDeployment(definition), ...service.deployments]
    service.steady = false
  }

  const checkLoadBalancers = (definition: TaskDefinition, loadBalancers: readonly E.LoadBalancer[]): void => {
    for (const {targetGroupArn, containerName} of loadBalancers) {
      const group = targets.group(targetGroupArn ?? '')
      if (group === null) throw invalidParameter(`The specified target group does not exist. (${targetGroupArn ?? ''})`)
      if (!group.hasLoadBalancer) {
        throw invalidParameter(
          `The target group with targetGroupArn ${targetGroupArn ?? ''} does not have an associated load balancer.`,
        )
      }
      if (!definition.shape.containerDefinitions?.some((one) => one.name === containerName)) {
        throw invalidParameter(`The container ${containerName ?? ''} does not exist in the task definition.`)
      }
    }
  }

  return {
    CreateService: (input: E.CreateServiceCommandInput, call: CallContext): Partial<E.CreateServiceCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const name = input.serviceName ?? ''
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalidParameter('The service name is not valid.')
      const same = findService(state, cluster, name)
      if (same?.status === 'ACTIVE') throw invalidParameter('Creation of service was not idempotent.')
      if (same?.status === 'DRAINING') throw invalidParameter('Unable to Start a service that is still Draining.')
      const definition = runnableDefinition(state, input.taskDefinition)
      const loadBalancers = input.loadBalancers ?? []
      checkLoadBalancers(definition, loadBalancers)
      const configuration = checkedConfiguration(input.deploymentConfiguration, {
        minimumHealthyPercent: 100,
        maximumPercent: 200,
        circuitBreaker: {enable: false, rollback: false},
      })
      const service: EcsService = {
        arn: serviceArn(cluster, name),
        name,
        region: call.region,
        cluster,
        createdAt: world.clock.now(),
        status: 'ACTIVE',
        desired: input.schedulingStrategy === 'DAEMON' ? 0 : checkedCount(input.desiredCount ?? 1),
        loadBalancers,
        ...configuration,
        graceSeconds: input.healthCheckGracePeriodSeconds ?? 0,
        launchType: input.launchType,
        strategy: input.capacityProviderStrategy ?? (input.launchType === undefined ? cluster.defaultStrategy : []),
        networkConfiguration: input.networkConfiguration,
        schedulingStrategy: input.schedulingStrategy === 'DAEMON' ? 'DAEMON' : 'REPLICA',
        kept: keptOf(input, NOTHING_KEPT),
        deployments: [newDeployment(definition)],
        events: [],
        steady: false,
        unplaced: false,
      }
      state.services.set(service.arn, service)
      state.tags.delete(service.arn)
      setTags(state, service.arn, input.tags)
      return {service: serviceShape(state, service, 'with-tags')}
    },

    UpdateService: (input: E.UpdateServiceCommandInput, call: CallContext): Partial<E.UpdateServiceCommandOutput> => {
      const state = stateOf(call.region)
      const service = active(state, clusterOf(state, input.cluster), input.service)
      const current = service.deployments[0]?.definition
      const definition = input.taskDefinition === undefined ? current : runnableDefinition(state, input.taskDefinition)
      if (definition === undefined) throw new AwsFault('ServiceNotActiveException', 'Service was not ACTIVE.')
      if (input.loadBalancers !== undefined) checkLoadBalancers(definition, input.loadBalancers)
      const desired = checkedCount(input.desiredCount ?? service.desired)
      Object.assign(service, checkedConfiguration(input.deploymentConfiguration, service), {desired})
      if (input.healthCheckGracePeriodSeconds !== undefined) service.graceSeconds = input.healthCheckGracePeriodSeconds
      if (input.capacityProviderStrategy !== undefined) service.strategy = input.capacityProviderStrategy
      if (input.networkConfiguration !== undefined) service.networkConfiguration = input.networkConfiguration
      if (input.loadBalancers !== undefined) service.loadBalancers = input.loadBalancers
      service.kept = keptOf(input, service.kept)
      const changes =
        definition !== current
        || input.forceNewDeployment === true
        || input.networkConfiguration !== undefined
        || input.loadBalancers !== undefined
        || input.capacityProviderStrategy !== undefined
      if (changes) begin(service, definition)
      return {service: serviceShape(state, service, 'with-tags')}
    },

    DescribeServices: (input: E.DescribeServicesCommandInput, call: CallContext): Partial<E.DescribeServicesCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      if ((input.services?.length ?? 0) === 0) throw invalidParameter('Services cannot be empty.')
      if ((input.services?.length ?? 0) > 10) throw invalidParameter('Services cannot have more than 10 elements.')
      const tags = input.include?.includes('TAGS') === true ? 'with-tags' : 'without-tags'
      const services: E.Service[] = []
      const failures: E.Failure[] = []
      for (const name of input.services ?? []) {
        const service = findService(state, cluster, name)
        if (service !== undefined) services.push(serviceShape(state, service, tags))
        else failures.push({arn: name.startsWith('arn:') ? name : serviceArn(cluster, name), reason: 'MISSING'})
      }
      return {services, failures}
    },

    DeleteService: (input: E.DeleteServiceCommandInput, call: CallContext): Partial<E.DeleteServiceCommandOutput> => {
      const state = stateOf(call.region)
      const service = active(state, clusterOf(state, input.cluster), input.service)
      if (service.desired > 0 && service.schedulingStrategy === 'REPLICA' && input.force !== true) {
        throw invalidParameter('The service cannot be stopped while it is scaled above 0.')
      }
      service.desired = 0
      service.status = 'DRAINING'
      return {service: serviceShape(state, service, 'without-tags')}
    },

    ListServices: (input: E.ListServicesCommandInput, call: CallContext): Partial<E.ListServicesCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const arns = [...state.services.values()]
        .filter(
          (one) =>
            one.cluster === cluster
            && one.status !== 'INACTIVE'
            && (input.schedulingStrategy === undefined || one.schedulingStrategy === input.schedulingStrategy)
            && (input.launchType === undefined || one.launchType === input.launchType),
        )
        .map((one) => one.arn)
      const page = pageOf(arns, input.nextToken, input.maxResults ?? 10)
      return {serviceArns: page.items, nextToken: page.nextToken}
    },
  }
}

function active(state: EcsRegion, cluster: Cluster, name: string | undefined): EcsService {
  const service = serviceOf(state, cluster, name)
  if (service.status !== 'ACTIVE') throw new AwsFault('ServiceNotActiveException', 'Service was not ACTIVE.')
  return service
}

const NOTHING_KEPT: ServiceKeeps = {
  enableECSManagedTags: false,
  enableExecuteCommand: false,
  placementConstraints: [],
  placementStrategy: [],
  propagateTags: 'NONE',
  serviceRegistries: [],
}

function keptOf(input: Partial<E.CreateServiceCommandInput>, base: ServiceKeeps): ServiceKeeps {
  return {
    availabilityZoneRebalancing: input.availabilityZoneRebalancing ?? base.availabilityZoneRebalancing,
    enableECSManagedTags: input.enableECSManagedTags ?? base.enableECSManagedTags,
    enableExecuteCommand: input.enableExecuteCommand ?? base.enableExecuteCommand,
    placementConstraints: input.placementConstraints ?? base.placementConstraints,
    placementStrategy: input.placementStrategy ?? base.placementStrategy,
    propagateTags: input.propagateTags ?? base.propagateTags,
    serviceRegistries: input.serviceRegistries ?? base.serviceRegistries,
  }
}

type Configuration = Pick<EcsService, 'minimumHealthyPercent' | 'maximumPercent' | 'circuitBreaker'>

function checkedConfiguration(input: E.DeploymentConfiguration | undefined, base: Configuration): Configuration {
  const minimumHealthyPercent = input?.minimumHealthyPercent ?? base.minimumHealthyPercent
  const maximumPercent = input?.maximumPercent ?? base.maximumPercent
  if (minimumHealthyPercent > maximumPercent) {
    throw invalidParameter('minimumHealthyPercent cannot be greater than maximumPercent.')
  }
  if (maximumPercent <= 100 && minimumHealthyPercent >= 100) {
    throw invalidParameter('Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.')
  }
  const breaker = input?.deploymentCircuitBreaker
  return {
    minimumHealthyPercent,
    maximumPercent,
    circuitBreaker:
      breaker === undefined ? base.circuitBreaker : {enable: breaker.enable ?? false, rollback: breaker.rollback ?? false},
  }
}

function checkedCount(desired: number): number {
  if (!Number.isInteger(desired) || desired < 0 || desired > 5000) throw invalidParameter('Invalid desiredCount.')
  return desired
}

/**
 * Clusters: their settings, their capacity providers, and their end, which services, tasks or hosts hold up. It starts and stops
 * nothing.
 */
import type * as E from '@aws-sdk/client-ecs'
import {AwsFault} from '../world/contract.ts'
import type {CallContext} from '../world/contract.ts'
import {clusterOf, invalidParameter, lastPart, pageOf, setTags, tagList} from './ecs-state.ts'
import type {Cluster, EcsRegion} from './ecs-state.ts'

/** Providers that AWS has made for everybody. */
const AWS_PROVIDERS: readonly string[] = ['FARGATE', 'FARGATE_SPOT']

export function clusterOperations(stateOf: (region: string) => EcsRegion) {
  return {
    CreateCluster: (input: E.CreateClusterCommandInput, call: CallContext): Partial<E.CreateClusterCommandOutput> => {
      const state = stateOf(call.region)
      const name = input.clusterName ?? 'default'
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
        throw invalidParameter('Identifiers can only contain letters, numbers, hyphens and underscores.')
      }
      const known = state.clusters.get(name)
      if (known?.status === 'ACTIVE') return {cluster: clusterShape(state, known)}
      const cluster: Cluster = {
        arn: `arn:aws:ecs:${call.region}:${call.account}:cluster/${name}`,
        name,
        status: 'ACTIVE',
        capacityProviders: input.capacityProviders ?? [],
        defaultStrategy: input.defaultCapacityProviderStrategy ?? [],
        settings: input.settings ?? [{name: 'containerInsights', value: 'disabled'}],
        configuration: input.configuration,
      }
      state.clusters.set(name, cluster)
      setTags(state, cluster.arn, input.tags)
      return {cluster: clusterShape(state, cluster)}
    },

    UpdateCluster: (input: E.UpdateClusterCommandInput, call: CallContext): Partial<E.UpdateClusterCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      if (input.settings !== undefined) cluster.settings = input.settings
      if (input.configuration !== undefined) cluster.configuration = input.configuration
      return {cluster: clusterShape(state, cluster)}
    },

    PutClusterCapacityProviders: (
      input: E.PutClusterCapacityProvidersCommandInput,
      call: CallContext,
    ): Partial<E.PutClusterCapacityProvidersCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      const wanted = input.capacityProviders ?? []
      const unknown = wanted.find((name) => !AWS_PROVIDERS.includes(name) && !state.capacityProviders.has(name))
      if (unknown !== undefined) {
        throw invalidParameter(
          `The specified capacity provider '${unknown}' was not found. Specify a valid name or ARN and ` + `try again.`,
        )
      }
      const dropped = cluster.capacityProviders.filter((name) => !wanted.includes(name))
      if (dropped.some((name) => isUsed(state, cluster, name))) {
        throw new AwsFault('ResourceInUseException', 'The specified capacity provider is in use and cannot be removed.')
      }
      cluster.capacityProviders = wanted
      cluster.defaultStrategy = input.defaultCapacityProviderStrategy ?? []
      return {cluster: clusterShape(state, cluster)}
    },

    ListClusters: (input: E.ListClustersCommandInput, call: CallContext): Partial<E.ListClustersCommandOutput> => {
      const active = [...stateOf(call.region).clusters.values()].filter((cluster) => cluster.status === 'ACTIVE')
      const page = pageOf(
        active.map((cluster) => cluster.arn),
        input.nextToken,
        input.maxResults,
      )
      return {clusterArns: page.items, nextToken: page.nextToken}
    },

    DescribeClusters: (input: E.DescribeClustersCommandInput, call: CallContext): Partial<E.DescribeClustersCommandOutput> => {
      const state = stateOf(call.region)
      const clusters: E.Cluster[] = []
      const failures: E.Failure[] = []
      for (const name of input.clusters ?? ['default']) {
        const cluster = state.clusters.get(lastPart(name))
        if (cluster !== undefined) clusters.push(clusterShape(state, cluster))
        else failures.push({arn: `arn:aws:ecs:${call.region}:${call.account}:cluster/${lastPart(name)}`, reason: 'MISSING'})
      }
      return {clusters, failures}
    },

    DeleteCluster: (input: E.DeleteClusterCommandInput, call: CallContext): Partial<E.DeleteClusterCommandOutput> => {
      const state = stateOf(call.region)
      const cluster = clusterOf(state, input.cluster)
      if ([...state.services.values()].some((one) => one.cluster === cluster && one.status !== 'INACTIVE')) {
        throw new AwsFault('ClusterContainsServicesException', 'The Cluster cannot be deleted while Services are active.')
      }
      if ([...state.containerInstances.values()].some((one) => one.cluster === cluster)) {
        throw new AwsFault(
          'ClusterContainsContainerInstancesException',
          'The Cluster cannot be deleted while Container Instances are active or draining.',
        )
      }
      cluster.status = 'INACTIVE'
      return {cluster: clusterShape(state, cluster)}
    },
  }
}

function isUsed(state: EcsRegion, cluster: Cluster, provider: string): boolean {
  return [...state.services.values()].some(
    (one) =>
      one.cluster === cluster && one.status !== 'INACTIVE' && one.strategy.some((item) => item.capacityProvider === provider),
  )
}

function clusterShape(state: EcsRegion, cluster: Cluster): E.Cluster {
  const tasks = [...state.tasks.values()].filter((task) => task.service.cluster === cluster && task.desired === 'RUNNING')
  const running = tasks.filter((task) => task.status === 'RUNNING').length
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: [...state.containerInstances.values()].filter((one) => one.cluster === cluster).length,
    runningTasksCount: running,
    pendingTasksCount: tasks.length - running,
    activeServicesCount: [...state.services.values()].filter((one) => one.cluster === cluster && one.status === 'ACTIVE').length,
    capacityProviders: [...cluster.capacityProviders],
    defaultCapacityProviderStrategy: [...cluster.defaultStrategy],
    statistics: [],
    settings: [...cluster.settings],
    configuration: cluster.configuration,
    tags: tagList(state.tags.get(cluster.arn)),
  }
}

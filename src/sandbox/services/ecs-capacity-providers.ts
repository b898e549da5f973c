/**
 * Capacity providers: which Auto Scaling group's hosts a cluster's tasks may use. They are kept and checked as AWS checks them;
 * a provider grows its group from nothing when tasks wait (`growForWaitingTasks`), and never makes one smaller.
 */
import type * as E from '@aws-sdk/client-ecs'
import type {CallContext, World} from '../world/contract.ts'
import {clientFault, invalidParameter, lastPart, pageOf, setTags, tagList} from './ecs-state.ts'
import type {CapacityProvider, EcsRegion} from './ecs-state.ts'

interface GroupFacts {
  readonly name: string
  readonly arn: string
  readonly protectsNewHosts: boolean
  readonly desired: number
  readonly max: number
}

async function groupFacts(world: World, region: string, nameOrArn: string): Promise<GroupFacts | null> {
  const answer = (await world.invoke(
    'autoscaling',
    'DescribeAutoScalingGroups',
    {AutoScalingGroupNames: [nameOrArn]},
    region,
  )) as {
    readonly AutoScalingGroups?: readonly {
      readonly AutoScalingGroupName?: string
      readonly AutoScalingGroupARN?: string
      readonly NewInstancesProtectedFromScaleIn?: boolean
      readonly DesiredCapacity?: number
      readonly MaxSize?: number
    }[]
  }
  const group = answer.AutoScalingGroups?.[0]
  return group === undefined
    ? null
    : {
        name: group.AutoScalingGroupName ?? '',
        arn: group.AutoScalingGroupARN ?? '',
        protectsNewHosts: group.NewInstancesProtectedFromScaleIn ?? false,
        desired: group.DesiredCapacity ?? 0,
        max: group.MaxSize ?? 0,
      }
}

export function capacityProviderOperations(world: World, stateOf: (region: string) => EcsRegion) {
  return {
    CreateCapacityProvider: async (
      input: E.CreateCapacityProviderCommandInput,
      call: CallContext,
    ): Promise<Partial<E.CreateCapacityProviderCommandOutput>> => {
      const state = stateOf(call.region)
      const name = input.name ?? ''
      if (!/^(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}$/i.test(name)) {
        throw clientFault(
          'The specified capacity provider name is invalid. Up to 255 characters are allowed, it must not '
            + 'begin with "aws", "ecs" or "fargate".',
        )
      }
      if (state.capacityProviders.has(name)) {
        throw clientFault(
          'The specified capacity provider already exists. To change the configuration of an existing '
            + 'capacity provider, update the capacity provider.',
        )
      }
      const provider: CapacityProvider = {
        arn: `arn:aws:ecs:${call.region}:${call.account}:capacity-provider/${name}`,
        name,
        group: await checkedGroup(world, call.region, input.autoScalingGroupProvider),
      }
      state.capacityProviders.set(name, provider)
      setTags(state, provider.arn, input.tags)
      return {capacityProvider: shapeOf(state, provider)}
    },

    UpdateCapacityProvider: async (
      input: E.UpdateCapacityProviderCommandInput,
      call: CallContext,
    ): Promise<Partial<E.UpdateCapacityProviderCommandOutput>> => {
      const state = stateOf(call.region)
      const provider = providerOf(state, input.name)
      const {managedScaling, ...asked} = input.autoScalingGroupProvider ?? {}
      const scaling = managedScaling === undefined ? {} : {managedScaling: {...provider.group.managedScaling, ...managedScaling}}
      provider.group = await checkedGroup(world, call.region, {...provider.group, ...asked, ...scaling})
      return {capacityProvider: shapeOf(state, provider)}
    },

    DescribeCapacityProviders: (
      input: E.DescribeCapacityProvidersCommandInput,
      call: CallContext,
    ): Partial<E.DescribeCapacityProvidersCommandOutput> => {
      const state = stateOf(call.region)
      const names = input.capacityProviders?.map(lastPart)
      const chosen = [...state.capacityProviders.values()].filter((one) => names?.includes(one.name) ?? true)
      const missing = (names ?? []).filter((name) => !state.capacityProviders.has(name))
      const page = pageOf(chosen, input.nextToken, input.maxResults ?? 10)
      return {
        capacityProviders: page.items.map((one) => shapeOf(state, one)),
        nextToken: page.nextToken,
        failures: missing.map((name) => ({
          arn: `arn:aws:ecs:${call.region}:${call.account}:capacity-provider/${name}`,
          reason: 'MISSING',
        })),
      }
    },

    DeleteCapacityProvider: (
      input: E.DeleteCapacityProviderCommandInput,
      call: CallContext,
    ): Partial<E.DeleteCapacityProviderCommandOutput> => {
      const state = stateOf(call.region)
      const provider = providerOf(state, input.capacityProvider)
      const user = [...state.clusters.values()].find(
        (one) => one.status === 'ACTIVE' && one.capacityProviders.includes(provider.name),
      )
      if (user !== undefined) {
        throw clientFault(
          `The specified capacity provider is associated with cluster: ${user.arn}. Remove the capacity `
            + `provider from the cluster and try again.`,
        )
      }
      state.capacityProviders.delete(provider.name)
      state.tags.delete(provider.arn)
      return {capacityProvider: {...shapeOf(state, provider), status: 'INACTIVE', updateStatus: 'DELETE_COMPLETE'}}
    },
  }
}

function providerOf(state: EcsRegion, nameOrArn: string | undefined): CapacityProvider {
  const provider = state.capacityProviders.get(lastPart(nameOrArn ?? ''))
  if (provider === undefined) {
    throw clientFault(`The specified capacity provider does not exist. Specify a valid name or ARN and try again.`)
  }
  return provider
}

async function checkedGroup(
  world: World,
  region: string,
  asked: E.AutoScalingGroupProvider | undefined,
): Promise<E.AutoScalingGroupProvider> {
  if (asked?.autoScalingGroupArn === undefined) throw invalidParameter('The Auto Scaling group ARN is required.')
  const group = await groupFacts(world, region, asked.autoScalingGroupArn)
  if (group === null) throw clientFault('The specified Auto Scaling group ARN is not valid. Specify a valid ARN and try again.')
  if (asked.managedTerminationProtection === 'ENABLED') {
    if (!group.protectsNewHosts) {
      throw clientFault(
        'The managed termination protection setting for the capacity provider is invalid. To enable managed '
          + 'termination protection for a capacity provider, the Auto Scaling group must have instance protection from '
          + 'scale in enabled.',
      )
    }
    if (asked.managedScaling?.status !== 'ENABLED') {
      throw clientFault(
        'The managed termination protection setting for the capacity provider is invalid. Managed scaling ' + 'must be enabled.',
      )
    }
  }
  return {
    managedScaling: {
      status: 'DISABLED',
      targetCapacity: 100,
      minimumScalingStepSize: 1,
      maximumScalingStepSize: 10_000,
      instanceWarmupPeriod: 300,
      ...asked.managedScaling,
    },
    managedTerminationProtection: asked.managedTerminationProtection ?? 'DISABLED',
    managedDraining: asked.managedDraining ?? 'DISABLED',
    autoScalingGroupArn: group.arn,
  }
}

const shapeOf = (state: EcsRegion, provider: CapacityProvider): E.CapacityProvider => ({
  capacityProviderArn: provider.arn,
  name: provider.name,
  status: 'ACTIVE',
  autoScalingGroupProvider: provider.group,
  tags: tagList(state.tags.get(provider.arn)),
})

/** AWS's first step from an empty group is two hosts. */
const FIRST_STEP = 2

/** Tasks wait for hosts, and the provider manages its group's size. */
export async function growForWaitingTasks(world: World, region: string, provider: CapacityProvider): Promise<void> {
  const {managedScaling, autoScalingGroupArn = ''} = provider.group
  if (managedScaling?.status !== 'ENABLED') return
  const group = await groupFacts(world, region, autoScalingGroupArn)
  const wanted = Math.min(FIRST_STEP, group?.max ?? 0)
  if (group === null || group.desired >= wanted) return
  await world.invoke('autoscaling', 'SetDesiredCapacity', {AutoScalingGroupName: group.name, DesiredCapacity: wanted}, region)
}

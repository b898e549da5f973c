/**
 * Managed draining: before a host goes, ECS is asked to place its tasks elsewhere, and given time for it. What can't be placed
 * holds the host for a quarter of an hour at most. It never stops a task itself.
 */
import type {World} from '../world/contract.ts'

const LOOK_EVERY_MS = 5000
const LONGEST_MS = 15 * 60_000

export interface Registered {
  readonly cluster: string
  readonly arn: string
}

interface InstanceAnswer {
  readonly capacityProviderName?: string
  readonly runningTasksCount?: number
  readonly pendingTasksCount?: number
}

/** Resolves when nothing runs on it any more, or at once where nobody manages the draining. */
export async function drained(world: World, region: string, instance: Registered): Promise<void> {
  const deadline = world.clock.now() + LONGEST_MS
  const {cluster, arn} = instance
  try {
    const before = await look(world, region, instance)
    if (before === undefined || !(await isManaged(world, region, before.capacityProviderName))) return
    await world.invoke('ecs', 'UpdateContainerInstancesState', {cluster, containerInstances: [arn], status: 'DRAINING'}, region)
    while (world.clock.now() < deadline) {
      const now = await look(world, region, instance)
      if (now === undefined || (now.runningTasksCount ?? 0) + (now.pendingTasksCount ?? 0) === 0) return
      await new Promise<void>((resolve) => {
        world.clock.at(world.clock.now() + LOOK_EVERY_MS, resolve)
      })
    }
  } catch {
    // The cluster is gone: nothing is left to be moved.
  }
}

async function look(world: World, region: string, {cluster, arn}: Registered): Promise<InstanceAnswer | undefined> {
  const answer = (await world.invoke('ecs', 'DescribeContainerInstances', {cluster, containerInstances: [arn]}, region)) as {
    readonly containerInstances?: readonly InstanceAnswer[]
  }
  return answer.containerInstances?.[0]
}

async function isManaged(world: World, region: string, provider: string | undefined): Promise<boolean> {
  if (provider === undefined) return false
  const answer = (await world.invoke('ecs', 'DescribeCapacityProviders', {capacityProviders: [provider]}, region)) as {
    readonly capacityProviders?: readonly {readonly autoScalingGroupProvider?: {readonly managedDraining?: string}}[]
  }
  return answer.capacityProviders?.[0]?.autoScalingGroupProvider?.managedDraining === 'ENABLED'
}

/**
 * Takes a slot's tasks away. Only for a slot whose weight was just read as 0: being late costs money, being wrong the service.
 */
import type {ReleaseWorld, Slot} from './ports.ts'

export const emptySlotActions = [
  'ecs:DescribeServices',
  'ecs:UpdateService',
  'application-autoscaling:DescribeScalableTargets',
  'application-autoscaling:RegisterScalableTarget',
] as const

export async function emptySlot(world: ReleaseWorld, slot: Slot, signal: AbortSignal): Promise<void> {
  // Its minimum goes first: service scaling would bring that many tasks back.
  const scaling = await world.scaling.read(slot, signal)
  if (scaling !== null && scaling.min > 0) await world.scaling.write(slot, {...scaling, min: 0}, signal)
  await world.slots.resize(slot, 0, signal)
}

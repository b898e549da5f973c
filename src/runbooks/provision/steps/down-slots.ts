/**
 * Takes a Region's slots and its live rule away: scaling first, or it would bring tasks back; then no tasks, then no service.
 * Made by the tool, so no stack deletes them, and a cluster with services can't be deleted.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import type {Slot} from '../../release/ports.ts'
import type {DownSlots} from '../down-input.ts'
import type {DownWorld} from '../down-ports.ts'

type DownStep = Step<DownWorld>

export const slotGone = (slot: Slot, region: string): string => `no-slot-${slot}@${region}`
export const liveRuleGone = (region: string): string => `no-live-rule@${region}`

export function removeSlots(slots: DownSlots): readonly DownStep[] {
  return [
    ...(['a', 'b'] as const).flatMap((slot) => [noScaling(slots, slot), zero(slots, slot), noSlot(slots, slot)]),
    noLiveRule(slots),
  ]
}

const actions = ({region}: DownSlots, ...names: readonly string[]) => names.map((action) => ({action, region}))

function noScaling(slots: DownSlots, slot: Slot): DownStep {
  const {region, cluster, services} = slots
  return {
    id: `no-scaling-${slot}@${region}`,
    title: `scaling of slot ${slot} removed in ${region}`,
    needs: [],
    calls: actions(
      slots,
      'ecs:DescribeServices',
      'application-autoscaling:DescribeScalableTargets',
      'application-autoscaling:DeregisterScalableTarget',
    ),
    deadlineMs: minutes(5),
    atDeadline: 'fail',
    observe: async (world, {signal}) => {
      const state = await world.slots.slot(region, cluster, services[slot], signal)
      return state === null || state.status === 'INACTIVE' || state.scaling === null ? {kind: 'done'} : {kind: 'not-done'}
    },
    start: (world, {signal}) => world.slots.removeScaling(region, cluster, services[slot], signal),
    poll: async () => ({kind: 'done'}),
  }
}

function zero(slots: DownSlots, slot: Slot): DownStep {
  const {region, cluster, services} = slots
  const running = async (world: DownWorld, signal: AbortSignal): Promise<number> => {
    const state = await world.slots.slot(region, cluster, services[slot], signal)
    return state === null || state.status === 'INACTIVE' ? 0 : state.running + state.desired
  }
  return {
    id: `zero-${slot}@${region}`,
    title: `slot ${slot} at no tasks in ${region}`,
    needs: [`no-scaling-${slot}@${region}`],
    calls: actions(slots, 'ecs:DescribeServices', 'application-autoscaling:DescribeScalableTargets', 'ecs:UpdateService'),
    deadlineMs: minutes(20),
    atDeadline: 'fail',
    observe: async (world, {signal}) => ((await running(world, signal)) === 0 ? {kind: 'done'} : {kind: 'not-done'}),
    start: async (world, {signal}) => {
      const state = await world.slots.slot(region, cluster, services[slot], signal)
      // A service that is already being deleted takes no new count.
      if (state?.status === 'ACTIVE') await world.slots.scaleSlot(region, cluster, services[slot], 0, signal)
    },
    poll: async (world, {now, signal}) => {
      const left = await running(world, signal)
      return left === 0 ? {kind: 'done'} : {kind: 'pending', waitsFor: `${left} tasks to stop`, lookAgainAt: now + seconds(3)}
    },
  }
}

function noSlot(slots: DownSlots, slot: Slot): DownStep {
  const {region, cluster, services} = slots
  const gone = async (world: DownWorld, signal: AbortSignal): Promise<boolean> => {
    const state = await world.slots.slot(region, cluster, services[slot], signal)
    return state === null || state.status === 'INACTIVE'
  }
  return {
    id: slotGone(slot, region),
    title: `slot ${slot} deleted in ${region}`,
    needs: [`zero-${slot}@${region}`],
    calls: actions(slots, 'ecs:DescribeServices', 'application-autoscaling:DescribeScalableTargets', 'ecs:DeleteService'),
    deadlineMs: minutes(20),
    atDeadline: 'fail',
    pointOfNoReturn: true,
    observe: async (world, {signal}) => ((await gone(world, signal)) ? {kind: 'done'} : {kind: 'not-done'}),
    start: (world, {signal}) => world.slots.removeSlot(region, cluster, services[slot], signal),
    poll: async (world, {now, signal}) =>
      (await gone(world, signal))
        ? {kind: 'done'}
        : {kind: 'pending', waitsFor: 'the service to drain', lookAgainAt: now + seconds(3)},
  }
}

function noLiveRule(slots: DownSlots): DownStep {
  const {region, listener, targetGroups} = slots
  const liveRule = async (world: DownWorld, signal: AbortSignal) =>
    listener === null ? null : world.slots.liveRule(region, listener, targetGroups, signal)
  return {
    id: liveRuleGone(region),
    title: `live rule removed in ${region}`,
    needs: [slotGone('a', region), slotGone('b', region)],
    calls: actions(
      slots,
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeTags',
      'elasticloadbalancing:DeleteRule',
    ),
    deadlineMs: minutes(5),
    atDeadline: 'fail',
    pointOfNoReturn: true,
    observe: async (world, {signal}) => ((await liveRule(world, signal)) === null ? {kind: 'done'} : {kind: 'not-done'}),
    start: async (world, {signal}) => {
      const rule = await liveRule(world, signal)
      if (rule !== null) await world.slots.removeLiveRule(region, rule.arn, signal)
    },
    poll: async () => ({kind: 'done'}),
  }
}

/** Gives the canary as many tasks as the next weight needs, before the weight: capacity follows what was observed. */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {canarySize, canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {promoteWish} from '../promote-wish.ts'

export function size(input: ReleaseInput, percent: number, needs: readonly string[]): Step<ReleaseWorld> {
  const slot = canarySlot(input)
  return {
    id: `size-${percent}`,
    title: `canary sized for ${percent} %`,
    needs,
    calls: call(input, 'ecs:UpdateService', 'ecs:DescribeServices', 'elasticloadbalancing:DescribeTargetHealth'),
    deadlineMs: minutes(20),
    atDeadline: 'roll-back',
    observe: async (world, context) => {
      const wish = percent < 100 ? promoteWish(context.events) : null
      if (wish !== null) return {kind: 'done', note: `left out: ${wish}`}
      return {kind: 'not-done'}
    },
    start: async (world, context) => {
      const [stable, canary] = await Promise.all([
        world.slots.read(input.stableSlot, context.signal),
        world.slots.read(slot, context.signal),
      ])
      const desired = Math.max(canary.desired, canarySize(percent, stable.desired))
      if (desired > canary.desired) await world.slots.resize(slot, desired, context.signal)
      return {facts: {desired}}
    },
    poll: async (world, context) => {
      const targets = await world.targets.health(slot, context.signal)
      const healthy = targets.filter((target) => target.state === 'healthy').length
      const desired = Number(context.own['desired'])
      const words = `${healthy} of ${desired} healthy in slot ${slot}`
      return healthy >= desired
        ? {kind: 'done', note: words}
        : {kind: 'pending', waitsFor: words, lookAgainAt: context.now + seconds(5)}
    },
  }
}

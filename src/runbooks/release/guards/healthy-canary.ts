/**
 * The gate `tasks`, before the judge at every tick: a canary with weight whose targets stay below what that weight needs, or
 * whose essential container keeps exiting, goes home at once. Remembers only since when, within this process:
 * a resume counts anew.
 */
import {seconds} from '../../engine/clock.ts'
import type {Guard, Guarded, StepContext} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {canaryExits} from '../canary-exits.ts'
import {canaryPercent, canarySize, canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {ruleMemory} from '../rule-memory.ts'
import {stopWords} from '../why-stopped.ts'

const patienceMs = seconds(60)
/** One exit can happen to anyone. */
const exitsLimit = 2

export function healthyCanary(input: ReleaseInput): Guard<ReleaseWorld> {
  let belowSince: number | null = null
  return {
    id: 'tasks',
    calls: call(input, 'elasticloadbalancing:DescribeTargetHealth', 'ecs:ListTasks', 'ecs:DescribeTasks'),
    check: async (world, context) => {
      const percent = canaryPercent(input, ruleMemory(context.events).readBack?.weights ?? {a: 0, b: 0})
      if (percent === 0) return {kind: 'ok'}
      const [targets, exits] = await Promise.all([
        world.targets.health(canarySlot(input), context.signal),
        canaryExits(world, input, context),
      ])
      const newest = exits[0]
      if (newest !== undefined && exits.length >= exitsLimit) {
        return home(world, input, context, `the canary's tasks exited ${exits.length} times; the last one: ${stopWords(newest)}`)
      }
      const healthy = targets.filter((target) => target.state === 'healthy').length
      const needed = canarySize(percent, input.production.desired)
      belowSince = healthy >= needed ? null : (belowSince ?? context.now)
      if (belowSince === null || context.now - belowSince < patienceMs) return {kind: 'ok'}
      const reason = targets.find((target) => target.state !== 'healthy')?.reason ?? 'no reason given'
      return home(world, input, context, `${healthy} of ${needed} canary targets healthy for 60 s (${reason})`)
    },
  }
}

/** Home is only safe while stable has somebody to serve. */
async function home(world: ReleaseWorld, input: ReleaseInput, context: StepContext, because: string): Promise<Guarded> {
  const stable = await world.targets.health(input.stableSlot, context.signal)
  return stable.some((target) => target.state === 'healthy')
    ? {kind: 'switch-plan', plan: 'rollback', because, cause: 'tasks'}
    : {kind: 'switch-plan', plan: 'halt', because: `${because}; but stable has no healthy target to go back to`, cause: 'tasks'}
}

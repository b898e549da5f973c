/**
 * A step that nobody waits for (`on-failure: go-on`): a status page that is told, a chat. It has its time; then, or when it fails, it ends
 * with what was wrong as its note, and the run goes on. It never pauses or takes back anything.
 */
import {minutes} from '../engine/clock.ts'
import type {Done, Failed, Pending, Step, StepContext} from '../engine/step.ts'
import {Unavailable} from '../engine/unavailable.ts'
import type {OwnWorld} from './ports.ts'

export function goingOn(step: Step<OwnWorld>): Step<OwnWorld> {
  let startFailed: string | null = null
  const isLate = ({now, startedAt}: StepContext): boolean => now - startedAt >= step.deadlineMs
  const bounded = async <T extends {readonly kind: string}>(context: StepContext, ask: () => Promise<T>) => {
    try {
      return without(await ask(), context)
    } catch (error) {
      if (error instanceof Unavailable && isLate(context)) return wentOn(error.message)
      throw error
    }
  }
  function without<T extends {readonly kind: string}>(result: T, context: StepContext): T | Done {
    if (result.kind === 'failed') return wentOn((result as unknown as Failed).because)
    if (result.kind !== 'pending') return result
    const {waitsFor, lookAgainAt} = result as unknown as Pending
    const until = context.startedAt + step.deadlineMs
    return isLate(context) ? wentOn(waitsFor) : {...result, lookAgainAt: Math.min(lookAgainAt, until)}
  }
  return {
    ...step,
    // The step ends by itself; the engine's deadline is for what hangs.
    deadlineMs: step.deadlineMs + minutes(1),
    observe: async (world, context) =>
      startFailed !== null && isLate(context) ? wentOn(startFailed) : bounded(context, () => step.observe(world, context)),
    async start(world, context) {
      try {
        return await step.start(world, context)
      } catch (error) {
        if (error instanceof Unavailable) startFailed = error.message
        throw error
      }
    },
    poll: (world, context) => bounded(context, () => step.poll(world, context)),
  }
}

const wentOn = (because: string): Done => ({kind: 'done', facts: {failed: because}, note: `went on without it: ${because}`})

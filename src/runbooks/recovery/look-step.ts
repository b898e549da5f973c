/**
 * A step that only looks: it changes nothing, so there is nothing to observe before, and it is looked at again until it has an
 * answer. Pure; what it asks, its `look` asks.
 */
import type {Polled, Step, StepContext} from '../engine/step.ts'
import {seconds} from '../engine/clock.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

export type Look = Pick<Step<RecoveryWorld>, 'id' | 'title' | 'needs' | 'calls' | 'deadlineMs' | 'atDeadline' | 'usual'> & {
  readonly look: (world: RecoveryWorld, context: StepContext) => Promise<Polled>
}

export function lookStep({look, ...step}: Look): Step<RecoveryWorld> {
  return {...step, observe: () => Promise.resolve({kind: 'not-done'}), start: () => Promise.resolve(), poll: look}
}

/** Looks again in so many seconds. */
export const later = ({now}: StepContext, waitsFor: string, after = 5): Extract<Polled, {kind: 'pending'}> => ({
  kind: 'pending',
  waitsFor,
  lookAgainAt: now + seconds(after),
})

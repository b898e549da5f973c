/**
 * Waits until the canary's slot may lose the tasks of the release before: for some minutes after a switch was deleted, a late
 * firing could still send traffic there, and it must find tasks.
 */
import {minutes} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'

/** Maximum event age of the switch (300 s) and a margin. */
export const lateSwitchMs = minutes(7)

export function finishPrevious(input: ReleaseInput): Step<ReleaseWorld> {
  const left = (now: number): number => Math.max(0, input.slotFreeAt - now)
  return {
    id: 'finish-previous',
    title: `slot ${canarySlot(input)} free of the release before`,
    needs: ['preflight'],
    calls: [],
    deadlineMs: lateSwitchMs + minutes(3),
    atDeadline: 'fail',
    observe: async (_world, {now}) => (left(now) === 0 ? {kind: 'done'} : {kind: 'not-done'}),
    start: async () => undefined,
    poll: async (_world, {now}) => left(now) === 0
      ? {kind: 'done'}
      : {kind: 'pending', waitsFor: `slot ${canarySlot(input)} to be free: a late switch of ${input.previousRun ?? 'the run before'} could still need it for ${Math.ceil(left(now) / 1000)} s`, lookAgainAt: input.slotFreeAt},
  }
}

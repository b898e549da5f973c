/**
 * What a run's state alone decides about a tick, before and after the guards are asked: that it is over, leaves its plan, takes back
 * what it did, or halts. null: nothing of that. Pure; it never looks at AWS and writes nothing.
 */
import type {Event} from './event.ts'
import type {RunEnd} from './run-end.ts'
import type {RunOptions} from './run-options.ts'
import type {RunState} from './run-state.ts'
import type {Cause, Plan} from './step.ts'
import {abortedBecause, takingBack} from './taking-back.ts'

export type Move =
  | {readonly kind: 'over'; readonly end: RunEnd}
  | {readonly kind: 'enter'; readonly plan: string; readonly because?: string; readonly cause?: Cause}
  | {readonly kind: 'take-back'; readonly because: string; readonly cause?: Cause}
  | {readonly kind: 'halt'; readonly because: string; readonly cause: Cause}

export function moveBeforeGuards(
  plan: Plan<never>,
  state: RunState,
  events: readonly Event[],
  until: RunOptions<never>['until'],
): Move | null {
  const {ended, abort, paused} = state
  if (ended !== null) {
    const over = {kind: 'over', end: {kind: 'ended', outcome: ended.data}} as const
    if (until === 'ended') return over
    // What ended the run may name a plan that tidies up afterwards; that plan's own end is the end.
    if (ended.seq > state.plannedAt) return plan.then === undefined ? over : {kind: 'enter', plan: plan.then}
  }
  if (abort !== null && ended === null && plan.onRollBack !== null) {
    return {kind: 'enter', plan: plan.onRollBack, because: abortedBecause(abort), cause: 'abort'}
  }
  const back = takingBack(plan, state, events)
  if (back === null) return null
  return paused?.by === 'sluice' ? pausedMove(paused) : {kind: 'take-back', ...back}
}

export function moveAfterGuards(plan: Plan<never>, {paused, failed}: RunState): Move | null {
  // Going home isn't held up by a person's pause: only a plan that can still be left for a rollback can wait for one.
  if (paused !== null && (plan.onRollBack !== null || plan.undoes !== undefined || paused.by === 'sluice')) {
    return pausedMove(paused)
  }
  if (failed === null) return null
  // The journal says that a step has failed: whoever ticks next goes on from there, in the step's safe direction.
  const {because, then, cause} = failed
  if (then === 'fail') return {kind: 'take-back', because}
  const next = then === 'roll-back' ? (plan.onRollBack ?? plan.onHalt) : plan.onHalt
  return next === null ? {kind: 'halt', because, cause} : {kind: 'enter', plan: next, because, cause}
}

const pausedMove = ({because, until}: NonNullable<RunState['paused']>): Move => ({
  kind: 'over',
  end: {kind: 'paused', because, until},
})

/**
 * Whether what a plan began is to be taken back, and in which order. Pure: read off the plan and the journal; undo-steps does it.
 */
import type {Event, EventOf} from './event.ts'
import type {RunState} from './run-state.ts'
import type {Cause, Plan, Step} from './step.ts'

export const abortedBecause = ({data}: EventOf<'asked'>): string => `aborted by ${data.by}: ${data.why}`

/** Why everything that began is to be taken back; null: it isn't, or nothing can be any more. */
export function takingBack(
  plan: Plan<never>,
  {failed, abort, ended, plannedAt}: RunState,
  events: readonly Event[],
): {readonly because: string; readonly cause: Cause} | null {
  if (plan.undoes !== 'all-begun' || ended !== null) return null
  if (failed?.then === 'fail') return {because: failed.because, cause: failed.cause}
  const begun = pointBegun(plan, plannedAt, events)
  // A plan that took over is on its way to where an abort would lead: it isn't aborted in turn.
  const planned = events[plannedAt] as EventOf<'planned'>
  if (abort === null || planned.data.because !== undefined) return null
  if (begun !== null && begun < abort.seq && !wasWithdrawnInTime(plan, plannedAt, abort.seq, events)) return null
  return {because: abortedBecause(abort), cause: 'abort'}
}

function wasWithdrawnInTime(
  {withdrawnUntil}: Plan<never>,
  plannedAt: number,
  abortedAt: number,
  events: readonly Event[],
): boolean {
  if (withdrawnUntil === undefined) return false
  return !events.some(
    ({seq, kind, data}) => seq > plannedAt && seq < abortedAt && kind === 'step-started' && data.step === withdrawnUntil,
  )
}

/** Number of the event with which a point of no return of the plan in force began; null: none has. */
export function pointBegun({steps}: Plan<never>, plannedAt: number, events: readonly Event[]): number | null {
  const points = new Set(steps.filter(({pointOfNoReturn}) => pointOfNoReturn === true).map(({id}) => id))
  const begun = events.find((event) => event.seq > plannedAt && event.kind === 'step-started' && points.has(event.data.step))
  return begun?.seq ?? null
}

/** Last begun first; `undoneLast` after everything else. */
export function undoOrder<W>(plan: Plan<W>, {steps, plannedAt}: RunState, events: readonly Event[]): readonly Step<W>[] {
  const undoable = (step: Step<W>): boolean => {
    const present = steps.get(step.id)
    return step.undo !== undefined && present !== undefined && (present.kind !== 'done' || present.how === 'done')
  }
  if (plan.undoes !== 'all-begun')
    return plan.steps.toReversed().filter((step) => undoable(step) && steps.get(step.id)?.kind !== 'failed')
  const started = events.flatMap((event) => (event.kind === 'step-started' && event.seq > plannedAt ? [event.data.step] : []))
  const back = [...new Set(started)].toReversed().flatMap((id) => plan.steps.filter((step) => step.id === id && undoable(step)))
  return [...back.filter(({undoneLast}) => undoneLast !== true), ...back.filter(({undoneLast}) => undoneLast === true)]
}

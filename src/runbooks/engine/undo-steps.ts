/**
 * Takes back what a plan did, one step after the other, and ends the run as failed. What can't be taken back is asked again for a
 * while; then a person is told what still stands, and a resume goes on taking it back. It never ends a run with something left over
 * unsaid.
 */
import {SluiceError} from '../../errors.ts'
import type {Running} from './advance-step.ts'
import {minutes, seconds} from './clock.ts'
import type {Event} from './event.ts'
import type {Tick} from './run-end.ts'
import type {RunState} from './run-state.ts'
import type {Cause, Plan, Step} from './step.ts'
import {undoOrder} from './taking-back.ts'
import {Unavailable} from './unavailable.ts'

/** What can't be taken back for so long is a person's to look at. */
const patienceMs = minutes(5)

/** What taking back needs of the run. */
export interface Undoing<W> extends Pick<Running<W>, 'world' | 'clock' | 'context' | 'append' | 'secureLease'> {
  readonly events: readonly Event[]
  /** Since when the same step couldn't be taken back; null: nothing stands in the way. */
  undoFailingSince: number | null
}

export async function undoSteps<W>(
  plan: Plan<W>,
  state: RunState,
  why: {readonly because: string; readonly cause?: Cause},
  undoing: Undoing<W>,
): Promise<Tick> {
  for (const step of undoOrder(plan, state, undoing.events)) {
    try {
      await undoing.secureLease()
      await step.undo?.(undoing.world, undoing.context(step.id, state))
    } catch (error) {
      return undoLater(plan, step, error, undoing)
    }
    undoing.undoFailingSince = null
    await undoing.append('step-ended', {step: step.id, how: 'undone'})
  }
  const {because, cause} = why
  await undoing.append('ended', {outcome: 'failed', because, ...(cause !== undefined && {cause})})
  return {kind: 'again', at: undoing.clock.now()}
}

async function undoLater<W>(plan: Plan<W>, step: Step<W>, error: unknown, undoing: Undoing<W>): Promise<Tick> {
  const now = undoing.clock.now()
  const isRefused = plan.undoes === 'all-begun' && error instanceof SluiceError && error.code !== 'journal-corrupt'
  if (!isRefused && !(error instanceof Unavailable)) throw error
  undoing.undoFailingSince ??= now
  if (plan.undoes === 'all-begun' && (isRefused || now - undoing.undoFailingSince > patienceMs)) {
    undoing.undoFailingSince = null
    await undoing.append('asked', {wish: 'pause', by: 'sluice', why: `${step.title}: couldn't be taken back: ${error.message}`})
    return {kind: 'again', at: undoing.clock.now()}
  }
  return {kind: 'again', at: now + seconds(2)}
}

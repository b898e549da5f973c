import type {Event} from '../engine/event.ts'
import {runState} from '../engine/run-state.ts'

/** Is anything left to do in a run: its outcome, or the old slot still to be scaled down? */
export function leftOver(events: readonly Event[]): 'outcome' | 'retire' | 'nothing' {
  const state = runState(events)
  if (state.ended === null) return 'outcome'
  if (state.ended.data.outcome !== 'promoted') return 'nothing'
  return state.plan === 'retire' && state.steps.get('retire')?.kind === 'done' ? 'nothing' : 'retire'
}

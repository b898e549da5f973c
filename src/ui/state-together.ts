import type {StepState} from './step-lines.ts'

/** The state of several steps that a person sees as one line: what is worst, else what is under way. */
export function stateTogether(steps: readonly {readonly state: StepState}[]): StepState {
  const has = (state: StepState): boolean => steps.some((step) => step.state === state)
  if (has('failed')) return 'failed'
  if (has('running')) return 'running'
  if (has('stopped')) return 'stopped'
  if (has('skipped')) return has('done') ? 'stopped' : 'skipped'
  if (has('waiting')) return has('done') ? 'running' : 'waiting'
  return 'done'
}

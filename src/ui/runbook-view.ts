/** The one model between a run of a team's own runbook and every screen. Pure: states, reasons and numbers are read from the journal. */
import {ExitCode} from '../errors.ts'
import type {OwnRunbook} from '../config/runbook.ts'
import type {Event} from '../runbooks/engine/event.ts'
import {runState} from '../runbooks/engine/run-state.ts'
import {measuredPath} from '../runbooks/recovery/critical-path.ts'
import {isUnsure} from '../runbooks/custom/steps/made-once.ts'
import type {RunbookInput} from '../runbooks/custom/input.ts'
import type {RecoveryStep} from './recovery-steps.ts'
import {recoverySteps} from './recovery-steps.ts'

export interface RunbookView {
  readonly run: string
  readonly runbook: OwnRunbook
  readonly state: 'running' | 'paused' | 'done' | 'failed' | 'withdrawn' | 'halted'
  readonly because: string
  readonly elapsedMs: number
  readonly steps: readonly RecoveryStep[]
  /** Steps that wait for a person, with the command that answers. */
  readonly waiting: readonly {readonly step: string; readonly command: string}[]
  readonly criticalPath: readonly string[]
  readonly criticalPathMs: number
  readonly rto: {readonly objectiveMs: number; readonly met: boolean} | null
  readonly exitCode: ExitCode
}

export function runbookView(
  run: string,
  {runbook}: Pick<RunbookInput, 'runbook'>,
  events: readonly Event[],
  now: number,
): RunbookView {
  const steps = recoverySteps(events)
  const state = runState(events)
  const at = state.ended?.at ?? now
  const elapsedMs = Math.max(0, at - (events[0]?.at ?? at))
  const is = stateOf(state)
  const way = measuredPath(events, '')
  const {rtoMs} = runbook.objectives
  const rto = rtoMs === null ? null : {objectiveMs: rtoMs, met: elapsedMs <= rtoMs}
  return {
    run,
    runbook,
    state: is,
    steps,
    elapsedMs,
    criticalPath: way.ids,
    criticalPathMs: way.seconds * 1000,
    rto,
    because: state.ended?.data.because ?? state.paused?.because ?? '',
    waiting:
      is === 'running' || is === 'paused'
        ? steps.filter((step) => step.state === 'running').flatMap(({id}) => waitingFor(id, run, runbook, events))
        : [],
    exitCode: exitCodeOf(is, rto?.met ?? true),
  }
}

function stateOf({ended, paused}: ReturnType<typeof runState>): RunbookView['state'] {
  if (ended === null) return paused === null ? 'running' : 'paused'
  switch (ended.data.outcome) {
    case 'done':
    case 'promoted':
      return 'done'
    case 'halted':
      return 'halted'
    case 'failed':
    case 'rolled-back':
      return ended.data.cause === 'abort' ? 'withdrawn' : 'failed'
  }
}

function waitingFor(
  id: string,
  run: string,
  {steps}: Pick<OwnRunbook, 'steps'>,
  events: readonly Event[],
): RunbookView['waiting'] {
  const own = steps.find((step) => step.id === id)
  const does = own?.does
  if (own !== undefined && runState(events).paused !== null && isUnsure(own, events))
    return ['--done', '--again'].map((flag) => ({
      step: id,
      command: `sluice runbook resume ${run} ${flag} ${id}${flag === '--done' ? ' --evidence TEXT' : ''}`,
    }))
  if (does?.kind === 'manual')
    return [
      {step: id, command: `sluice runbook resume ${run} --done ${id}${does.evidence === 'required' ? ' --evidence TEXT' : ''}`},
    ]
  return does?.kind === 'approval' ? [{step: id, command: `sluice runbook resume ${run} --approve ${id}`}] : []
}

function exitCodeOf(state: RunbookView['state'], met: boolean): ExitCode {
  switch (state) {
    case 'running':
    case 'paused':
      return ExitCode.stillRunning
    case 'done':
      return met ? ExitCode.done : ExitCode.objectiveMissed
    case 'withdrawn':
      return ExitCode.done
    case 'failed':
      return ExitCode.unexpected
    case 'halted':
      return ExitCode.halted
  }
}

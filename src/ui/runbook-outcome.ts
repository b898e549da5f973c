/** What a run of a runbook came to: for a person, and for programs. Pure. */
import {duration, span} from './format.ts'
import type {RunbookView} from './runbook-view.ts'
import {padded} from './styled-line.ts'

export function runbookOutcomeText(view: RunbookView): string {
  const {run, runbook, state, because, elapsedMs, rto, steps, waiting} = view
  const width = Math.max(...steps.map(({id}) => id.length)) + 2
  const rows = steps.map(({id, state: of, note, because: why, startedAt, endedAt}) => {
    const took = startedAt === null || endedAt === null ? '' : `  ${duration(endedAt - startedAt)}`
    return `  ${padded(id, width)}${padded(of, 8)}${took}${why !== null ? `  ${why}` : note === null || note === '' ? '' : `  ${note}`}`
  })
  const met =
    rto === null || state !== 'done'
      ? []
      : [`  objective ${span(rto.objectiveMs)}: ${rto.met ? 'met' : 'MISSED'}, ${span(elapsedMs)}`]
  const unfinished = state === 'running' || state === 'paused'
  const next = unfinished
    ? [
        ...waiting.map(({command}) => `  ${command}`),
        `  sluice runbook resume ${run}`,
        `  sluice runbook resume ${run} --withdraw`,
      ]
    : []
  return [
    `${runbook.name} ${run}: ${state.toUpperCase()} after ${duration(elapsedMs)}${because === '' || state === 'done' ? '' : `: ${because}`}`,
    ...rows,
    ...met,
    ...next,
  ].join('\n')
}

export const runbookOutcomeJson = ({
  run,
  runbook,
  because,
  elapsedMs,
  rto,
  steps,
  waiting,
  criticalPath,
  criticalPathMs,
}: RunbookView): object => ({
  run,
  runbook: runbook.name,
  because,
  seconds: elapsedMs / 1000,
  criticalPath,
  criticalPathSeconds: criticalPathMs / 1000,
  waiting,
  ...(rto !== null && {objective: {rtoSeconds: rto.objectiveMs / 1000, met: rto.met}}),
  steps: steps.map(({id, title, needs, state, startedAt, endedAt, facts, note, because: why}) => ({
    id,
    title,
    needs,
    state,
    seconds: startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1000,
    facts,
    ...(note !== null && {note}),
    ...(why !== null && {because: why}),
  })),
})

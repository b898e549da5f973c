/** The recoveries of a service, newest first as given, and how its drills have gone over time. Pure. */
import type {BrokenRecovery} from '../runbooks/recovery/find-recovery.ts'
import {clockSpan, dateAndMinute, isoTime, sparkline, span} from './format.ts'
import type {RecoveryKind} from './recovery-input.ts'
import {tookMs} from './recovery-steps.ts'
import type {RecoveryView} from './recovery-view.ts'
import {lengthOf, padded} from './styled-line.ts'

export interface RecoveryRow {
  readonly run: string
  readonly kind: RecoveryKind
  readonly mode: string | null
  readonly startedAt: number
  readonly outcome: RecoveryView['state']
  readonly durationMs: number
  /** Of a promotion that served. */
  readonly rtoMs: number | null
  readonly rtoObjectiveMs: number
  readonly lossMs: number | null
  readonly residue: number | null
  readonly criticalPathMs: number
  /** The step that took longest. */
  readonly longest: {readonly id: string; readonly ms: number} | null
  readonly by: string
}

export function recoveryRow(view: RecoveryView): RecoveryRow {
  const {run, asked, state, startedAt, elapsedMs, rtoMs, served, loss, facts, criticalPathMs} = view
  const longest = view.steps
    .filter(({startedAt: at}) => at !== null)
    .map((step) => ({id: step.id, ms: tookMs(step, view.now)}))
    .toSorted((x, y) => y.ms - x.ms)[0]
  return {
    run,
    kind: asked.kind,
    mode: asked.mode,
    startedAt,
    outcome: state,
    durationMs: elapsedMs,
    rtoMs: served ? rtoMs : null,
    rtoObjectiveMs: asked.rtoMs,
    lossMs: loss?.ms ?? null,
    residue: facts.residue,
    criticalPathMs,
    longest: longest ?? null,
    by: asked.by,
  }
}

const head = ['run', 'started', 'what', 'outcome', 'took', 'RTO', 'loss'] as const

/** Below 100 columns without the start (it is in the run's id). */
export function recoveryHistoryText(rows: readonly RecoveryRow[], columns = 80, broken: readonly BrokenRecovery[] = []): string {
  if (rows.length === 0 && broken.length > 0) return `${brokenLines(broken).join('\n')}\n`
  if (rows.length === 0) return 'no recoveries and no drills yet\n  sluice dr drill\n'
  const cells = rows.map((row): readonly string[] => [
    row.run,
    dateAndMinute(row.startedAt),
    row.mode ?? row.kind,
    row.outcome,
    clockSpan(row.durationMs),
    row.rtoMs === null ? '–' : `${clockSpan(row.rtoMs)}${row.rtoMs > row.rtoObjectiveMs ? ' MISSED' : ''}`,
    row.lossMs === null ? '–' : span(row.lossMs),
  ])
  const shown = head.filter((name) => columns >= 100 || name !== 'started')
  const table = [head, ...cells].map((row) => row.filter((_, index) => shown.includes(head[index]!)))
  const widths = shown.map((_, column) => Math.max(...table.map((row) => lengthOf(row[column] ?? ''))))
  const lines = table.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  return `${[...lines, ...trendLines(rows), ...(broken.length === 0 ? [] : ['', ...brokenLines(broken)])].join('\n')}\n`
}

const brokenLines = (broken: readonly BrokenRecovery[]): readonly string[] =>
  broken.flatMap(({run, because}) => [because, `  sluice dr report ${run}`])

/** Oldest first. */
export const drillTrend = (rows: readonly RecoveryRow[]): readonly RecoveryRow[] =>
  rows.filter(({kind, outcome}) => kind === 'drill' && outcome === 'done').toSorted((x, y) => x.startedAt - y.startedAt)

function trendLines(rows: readonly RecoveryRow[]): readonly string[] {
  const drills = drillTrend(rows)
  const [first, last] = [drills[0], drills.at(-1)]
  if (first === undefined || last === undefined || drills.length < 2) return []
  return [
    '',
    `drills ${sparkline(drills.map(({durationMs}) => durationMs))}  ${clockSpan(first.durationMs)} → `
      + `${clockSpan(last.durationMs)}, ${drills.length} since ${dateAndMinute(first.startedAt).slice(0, 10)}`,
  ]
}

/** One run in JSON; times in ISO 8601, lengths in seconds. */
export function recoveryRowJson(row: RecoveryRow): object {
  const inSeconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000))
  return {
    run: row.run,
    kind: row.kind,
    ...(row.mode !== null && {mode: row.mode}),
    outcome: row.outcome,
    startedAt: isoTime(row.startedAt),
    by: row.by,
    durationSeconds: inSeconds(row.durationMs),
    rtoSeconds: inSeconds(row.rtoMs),
    rtoObjectiveSeconds: inSeconds(row.rtoObjectiveMs),
    measuredLossSeconds: inSeconds(row.lossMs),
    residue: row.residue,
    criticalPathSeconds: inSeconds(row.criticalPathMs),
    longestStep: row.longest === null ? null : {id: row.longest.id, seconds: inSeconds(row.longest.ms)},
  }
}

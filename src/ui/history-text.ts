/** A service's runs as a table, newest first as given. Pure. */
import {count, dateAndMinute, duration} from './format.ts'
import type {ReleaseView} from './release-view.ts'
import {lengthOf, padded} from './styled-line.ts'

export interface HistoryRow {
  readonly run: string
  /** Epoch ms. */
  readonly startedAt: number
  readonly from: string
  readonly to: string
  readonly outcome: string
  readonly cause: string | null
  readonly durationMs: number
  readonly canaryRequests: number
  readonly badRequests: number
}

export function historyRow(view: ReleaseView): HistoryRow {
  const {
    run,
    startedAt,
    input: {from, to},
    state,
    cause,
    elapsedMs,
    exposed,
  } = view
  return {
    run,
    startedAt,
    from,
    to,
    outcome: state,
    cause,
    durationMs: elapsedMs,
    canaryRequests: exposed.requests,
    badRequests: exposed.bad,
  }
}

/** The command stands on a line of its own: that is how it gets the flags it needs. */
export const noReleases = 'no releases yet\n  sluice release IMAGE:TAG'

/** Below 100 columns without the start (it is in the run's id) and the bad requests. */
export function historyText(rows: readonly HistoryRow[], columns = 80): string {
  if (rows.length === 0) return `${noReleases}\n`
  const cells = rows.map((row) => [
    row.run,
    dateAndMinute(row.startedAt),
    `${row.from} → ${row.to}`,
    row.cause === null || row.outcome === row.cause ? row.outcome : `${row.outcome} (${row.cause})`,
    duration(row.durationMs),
    count(row.canaryRequests),
    count(row.badRequests),
  ])
  const head = ['run', 'started', 'version', 'outcome', 'took', 'exposed', 'bad']
  const shown = head.filter((name) => columns >= 100 || (name !== 'started' && name !== 'bad'))
  return table(
    shown,
    cells.map((row) => row.filter((_, column) => shown.includes(head[column]!))),
    ['took', 'exposed', 'bad'],
  )
}

function table(head: readonly string[], rows: readonly (readonly string[])[], numeric: readonly string[]): string {
  const widths = head.map((name, column) => Math.max(lengthOf(name), ...rows.map((row) => lengthOf(row[column] ?? ''))))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        numeric.includes(head[column]!) ? ' '.repeat(widths[column]! - lengthOf(cell)) + cell : padded(cell, widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return `${[head, ...rows].map(line).join('\n')}\n`
}

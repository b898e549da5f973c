/** The words around the recovery story's timelines: what will be seen, whose turn it is, what came out. Pure. */
import {heading, storyEnd, text, toldRow} from './demo-lines.ts'
import type {Look} from './demo-lines.ts'
import {clockSpan, count, counted, duration, span} from './format.ts'
import {piece, wrapped} from './styled-line.ts'

export interface RecoveryRow {
  readonly name: string
  readonly outcome: string
  readonly good: boolean
  readonly rtoSeconds: number | null
  readonly criticalPathSeconds: number
  readonly lostRows: number
  readonly measuredLossSeconds: number | null
  readonly residue: number | null
  readonly productionRequestsFailed: number
  readonly virtualSeconds: number
}

export function recoveryOpening(look: Look): string {
  const words =
    'An empty account on this machine that speaks AWS, one minute a second. A shop in two Regions, users on it, '
    + 'and a counter that writes to its database all the time. Then the home Region dies.'
  return text(
    [[piece('sluice demo recovery', 'strong')], ...wrapped(words, look.columns).map((line) => [piece(line, 'dim')])],
    look,
  )
}

export const actHeading = ({command, title}: {readonly command: string; readonly title: string}, look: Look): string =>
  heading(command, title, look)

/** `again`: the command, when somebody wanted out before the end. */
export function recoveryClosing(rows: readonly RecoveryRow[], seconds: number, again: string | null, look: Look): string {
  const lines = rows.flatMap((row) =>
    toldRow({good: row.good, name: row.name.padEnd(11), outcome: row.outcome.padEnd(11), words: wordsOf(row)}, look),
  )
  return text([[], ...lines, ...storyEnd(seconds, again, look)], look)
}

function wordsOf({
  rtoSeconds,
  criticalPathSeconds,
  lostRows,
  measuredLossSeconds,
  residue,
  productionRequestsFailed,
  virtualSeconds,
}: RecoveryRow): string {
  if (residue !== null)
    return (
      `${counted(residue, 'thing')} left behind, ${count(productionRequestsFailed)} of production's requests failed, `
      + `${duration(virtualSeconds * 1000)}`
    )
  const loss =
    measuredLossSeconds === null || measuredLossSeconds === 0
      ? ''
      : ` (measured before: at most ${span(measuredLossSeconds * 1000)})`
  const served =
    rtoSeconds === null
      ? duration(virtualSeconds * 1000)
      : `served after ${clockSpan(rtoSeconds * 1000)}, critical path ${clockSpan(criticalPathSeconds * 1000)}`
  return `${served}; ${counted(lostRows, 'row')} lost${loss}`
}

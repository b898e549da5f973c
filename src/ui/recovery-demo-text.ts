/** The words around the recovery story's timelines: what will be seen, whose turn it is, what came out. Pure. */
import {clockSpan, count, counted, duration, span, trimmed} from './format.ts'
import {paint, piece, wrapped} from './styled-line.ts'
import type {StyledLine} from './styled-line.ts'

interface Look {
  readonly color: boolean
  readonly columns: number
}

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

const text = (lines: readonly StyledLine[], {color}: Look): string => `${lines.map((line) => paint(line, color)).join('\n')}\n`

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
  text([[], [piece(`▶ ${command}`, 'strong'), piece(`  ${title}`)]], look)

export function recoveryClosing(rows: readonly RecoveryRow[], seconds: number, look: Look): string {
  const lines = rows.map((row): StyledLine => [
    piece(row.good ? '✔ ' : '✖ ', row.good ? 'good' : 'bad'),
    piece(row.name.padEnd(11)),
    piece(row.outcome.padEnd(11)),
    piece(wordsOf(row), 'dim'),
  ])
  return text(
    [[], ...lines, [piece(`All that in ${trimmed(seconds, 1)} s; the sandbox is gone. Your own: sluice sandbox up`, 'dim')]],
    look,
  )
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

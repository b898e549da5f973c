/** What was found before any change, worst first; what is fine is only counted. Pure. */
import type {Finding} from '../runbooks/provision/infra-plan.ts'
import {counted} from './format.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {piece, wrapped} from './styled-line.ts'

const marks: Readonly<Record<Finding['level'], readonly [string, string, Tone]>> = {
  stops: ['✖', 'STOPS', 'bad'],
  warns: ['!', 'WARNS', 'warn'],
  ok: ['✔', 'OK', 'good'],
}

export function findingRows(findings: readonly Finding[], width: number): readonly StyledLine[] {
  const fine = findings.filter(({level}) => level === 'ok').length
  const told = (['stops', 'warns'] as const).flatMap((level) => findings.filter((one) => one.level === level))
  const summary: StyledLine = [
    piece('  ✔ OK    ', 'good'),
    piece(`${counted(fine, told.length === 0 ? 'check' : 'other check')} before any change`),
  ]
  return [...told.flatMap((finding) => rows(finding, width)), ...(fine > 0 ? [summary] : [])]
}

function rows({level, text, suggestions}: Finding, width: number): readonly StyledLine[] {
  const [mark, word, tone] = marks[level]
  const margin = ' '.repeat(10)
  return [
    ...wrapped(text, Math.max(16, width - margin.length)).map((line, index): StyledLine =>
      index === 0 ? [piece(`  ${mark} ${word.padEnd(5)} `, tone), piece(line)] : [piece(margin + line)],
    ),
    // A command is never broken over two lines: it is there to be copied.
    ...suggestions.map((line): StyledLine => [piece(margin + line, 'strong')]),
  ]
}

/** What the lint of a recovery's plan says: clean, or each call that would be needed of what may be lost. Pure. */
import {counted} from './format.ts'
import type {StyledLine} from './styled-line.ts'
import {paint, piece, wrapped} from './styled-line.ts'

interface Linted {
  readonly name: string
  readonly steps: number
  readonly calls: number
  readonly findings: readonly {readonly text: string}[]
}

export function lintText(
  plans: readonly Linted[],
  {color, columns}: {readonly color: boolean; readonly columns: number},
): string {
  const lines = plans.flatMap(({name, steps, calls, findings}): readonly StyledLine[] => [
    findings.length === 0
      ? [
          piece('✔ CLEAN', 'good'),
          piece(
            ` ${name}: ${counted(steps, 'step')}, ${counted(calls, 'declared call')}; none needs the home Region or us-east-1`,
          ),
        ]
      : [piece('✖ FOUND', 'bad'), piece(` ${name}: ${counted(findings.length, 'call')} of what may be lost`)],
    ...findings.flatMap(({text}) => wrapped(text, columns - 4, '  ').map((line): StyledLine => [piece(`    ${line}`)])),
  ])
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

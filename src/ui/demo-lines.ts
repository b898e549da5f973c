/** How both demos set their words: headings, a row for each thing that was told, the end. Nothing is wider than the terminal. Pure. */
import {lengthOf, paint, piece, wrapped} from './styled-line.ts'
import {trimmed} from './format.ts'
import type {StyledLine} from './styled-line.ts'

export interface Look {
  readonly color: boolean
  readonly columns: number
}

export const text = (lines: readonly StyledLine[], {color}: Look): string =>
  `${lines.map((line) => paint(line, color)).join('\n')}\n`

/** What is typed, and what it is. */
export function heading(typed: string, words: string, {columns, ...look}: Look): string {
  const begin = `▶ ${typed}  `
  const room = columns - lengthOf(begin)
  // Below what is typed where there is hardly room beside it.
  const lines = wrapped(words, room < 24 ? columns - 2 : room)
  const [first, more] = room < 24 ? ['', lines] : [lines[0] ?? '', lines.slice(1)]
  const margin = ' '.repeat(room < 24 ? 2 : lengthOf(begin))
  return text([[], [piece(begin.trimEnd(), 'strong'), piece(`  ${first}`)], ...more.map((line) => [piece(`${margin}${line}`)])], {
    columns,
    ...look,
  })
}

export interface ToldRow {
  readonly good: boolean
  readonly name: string
  readonly outcome: string
  readonly words: string
}

/** `name` and `outcome` are as wide as their columns. */
export function toldRow({good, name, outcome, words}: ToldRow, {columns}: Look): readonly StyledLine[] {
  const margin = 2 + lengthOf(name) + lengthOf(outcome)
  const [first = '', ...more] = wrapped(words, Math.max(24, columns - margin))
  return [
    [piece(good ? '✔ ' : '✖ ', good ? 'good' : 'bad'), piece(name), piece(outcome), piece(first, 'dim')],
    ...more.map((line): StyledLine => [piece(`${' '.repeat(margin)}${line}`, 'dim')]),
  ]
}

/** `again`: the command that was interrupted; null: the story was told. */
export function storyEnd(seconds: number, again: string | null, {columns}: Look): readonly StyledLine[] {
  const took = `${trimmed(seconds, 1)} s; the sandbox is gone.`
  const words =
    again === null ? `All that in ${took} Your own: sluice sandbox up` : `Interrupted after ${took} Once more: ${again}`
  return wrapped(words, columns).map((line): StyledLine => [piece(line, 'dim')])
}

/**
 * A line of text in pieces, each with a tone. Layout counts characters here, before any colour exists, so colour can never move a
 * column; `paint` is the only place that knows escape codes. Tones only repeat what a word beside them says.
 */
import {oneLine, printable} from './format.ts'

export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'dim' | 'strong'

export interface Piece {
  readonly text: string
  readonly tone: Tone
}
export type StyledLine = readonly Piece[]

const codes: {readonly [tone in Exclude<Tone, 'plain'>]: readonly [string, string]} = {
  good: ['\u001b[32m', '\u001b[39m'],
  bad: ['\u001b[31m', '\u001b[39m'],
  warn: ['\u001b[33m', '\u001b[39m'],
  dim: ['\u001b[2m', '\u001b[22m'],
  strong: ['\u001b[1m', '\u001b[22m'],
}

/** The only way to make one: what it holds can't move the cursor, whoever wrote it. */
export const piece = (text: string, tone: Tone = 'plain'): Piece => ({text: printable(text), tone})
export const plain = (text: string): StyledLine => [piece(text)]

export const lengthOf = (text: string): number => Array.from(text).length
export const widthOf = (line: StyledLine): number => line.reduce((sum, {text}) => sum + lengthOf(text), 0)

/** Cut to `columns`, with an ellipsis where something is missing. */
export function clip(line: StyledLine, columns: number): StyledLine {
  if (widthOf(line) <= columns) return line
  const kept: Piece[] = []
  let left = Math.max(0, columns - 1)
  for (const {text, tone} of line) {
    const characters = Array.from(text).slice(0, left)
    if (characters.length > 0) kept.push({text: characters.join(''), tone})
    left -= characters.length
    if (left === 0) break
  }
  return columns > 0 ? [...kept, piece('…')] : []
}

/** Left and right text on one line; the left is cut when there is no room, the right is left out when it alone is too long. */
export function spread(left: StyledLine, right: StyledLine, columns: number): StyledLine {
  const room = columns - widthOf(right) - 2
  if (widthOf(right) === 0 || room < 12) return clip(left, columns)
  const cut = clip(left, room)
  return [...cut, piece(' '.repeat(columns - widthOf(cut) - widthOf(right))), ...right]
}

/** Padded with spaces to at least `width`. */
export const padded = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - lengthOf(text)))

/** Words broken into lines of at most `columns`, later ones indented. Long words stay whole, a number keeps its %. */
export function wrapped(text: string, columns: number, indent = ''): readonly string[] {
  const lines: string[] = []
  let current = ''
  for (const word of oneLine(text).split(/ (?![%→])/)) {
    if (current !== '' && lengthOf(current) + 1 + lengthOf(word) > columns) {
      lines.push(current)
      current = indent + word
    } else {
      current = current === '' ? word : `${current} ${word}`
    }
  }
  return [...lines, current]
}

export function paint(line: StyledLine, color: boolean): string {
  const text = line
    .map(({text, tone}) => (color && tone !== 'plain' && text.trim() !== '' ? codes[tone][0] + text + codes[tone][1] : text))
    .join('')
  return text.trimEnd()
}

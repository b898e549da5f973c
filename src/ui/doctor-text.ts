/** What `doctor` found, as a tree: a mark and its word, what was seen, and the command that mends it. Pure. */
import {counted, oneLine} from './format.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {lengthOf, padded, paint, piece, wrapped} from './styled-line.ts'

export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly words: string
  /** Exact commands, or one short instruction each. */
  readonly fix?: readonly string[]
  readonly children?: readonly Finding[]
}

const marks: {readonly [state in Finding['state']]: readonly [string, string, Tone]} = {
  ok: ['✔', 'OK  ', 'good'],
  warn: ['!', 'WARN', 'warn'],
  fail: ['✖', 'FAIL', 'bad'],
}

export function doctorText(
  findings: readonly Finding[],
  options: {readonly color?: boolean; readonly columns?: number} = {},
): string {
  const names = Math.min(24, Math.max(0, ...widths(findings, 0)))
  const lines = [
    ...findings.flatMap((finding) => rows(finding, 0, names, options.columns ?? 80)),
    [],
    [piece(`  ${summary(findings)}`)],
  ]
  return `${lines.map((line) => paint(line, options.color ?? false)).join('\n')}\n`
}

/** The worst state of a tree: what the command's outcome is. */
export function worst(findings: readonly Finding[]): Finding['state'] {
  const all = flat(findings)
  return all.some(({state}) => state === 'fail') ? 'fail' : all.some(({state}) => state === 'warn') ? 'warn' : 'ok'
}

function rows(finding: Finding, depth: number, names: number, columns: number): readonly StyledLine[] {
  const [mark, word, tone] = marks[finding.state]
  const indent = '  '.repeat(depth + 1)
  const name = padded(oneLine(finding.name), names - depth * 2)
  const margin = ' '.repeat(names + 12)
  const told = wrapped(finding.words, Math.max(24, columns - margin.length))
  return [
    [piece(indent), piece(`${mark} ${word}`, tone), piece(` ${name}  ${told[0] ?? ''}`)],
    ...told.slice(1).map((text): StyledLine => [piece(margin + text)]),
    ...(finding.fix ?? []).map((text): StyledLine => [piece(`${margin}${oneLine(text)}`, 'strong')]),
    ...(finding.children ?? []).flatMap((child) => rows(child, depth + 1, names, columns)),
  ]
}

function summary(findings: readonly Finding[]): string {
  const all = flat(findings)
  const of = (state: Finding['state']): number => all.filter((finding) => finding.state === state).length
  if (worst(findings) === 'ok') return `all ${counted(all.length, 'check')} fine`
  return [
    ...(of('fail') > 0 ? [`${of('fail')} failed`] : []),
    ...(of('warn') > 0 ? [counted(of('warn'), 'warning')] : []),
    `${of('ok')} fine`,
  ].join(', ')
}

const flat = (findings: readonly Finding[]): readonly Finding[] =>
  findings.flatMap((finding) => [finding, ...flat(finding.children ?? [])])

const widths = (findings: readonly Finding[], depth: number): readonly number[] =>
  findings.flatMap((finding) => [lengthOf(finding.name) + depth * 2, ...widths(finding.children ?? [], depth + 1)])

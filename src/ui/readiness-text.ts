/**
 * Readiness as a person reads it: the score and the forecast, then what was found, the worst and dearest first, each with its price in
 * minutes and the command that mends it. What is fine is one line, unless all is asked for. Pure.
 */
import type {Finding, Level} from '../runbooks/recovery/readiness/finding.ts'
import type {Readiness} from '../runbooks/recovery/readiness/read-readiness.ts'
import {clockSpan, counted, oneLine, span, trimmed} from './format.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {lengthOf, padded, paint, piece, spread, widthOf, wrapped} from './styled-line.ts'

export interface ReadinessLook {
  readonly color?: boolean
  readonly columns?: number
  /** Whether what is fine is told one by one. */
  readonly fine: 'listed' | 'counted'
}

const marks: Readonly<Record<Level, readonly [string, Tone]>> = {
  ok: ['✔ OK     ', 'good'],
  warn: ['! WARN   ', 'warn'],
  fail: ['✖ FAIL   ', 'bad'],
  unknown: ['? UNKNOWN', 'warn'],
}

export function readinessText(
  readiness: Readiness,
  whose: {readonly service: string; readonly environment: string},
  {color = false, columns = 80, fine}: ReadinessLook,
): string {
  const {findings} = readiness
  const told = fine === 'listed' ? findings : findings.filter(({level}) => level !== 'ok')
  const names = Math.min(26, Math.max(0, ...told.map(({title}) => lengthOf(title))))
  const lines: readonly StyledLine[] = [
    ...readinessHeader(readiness, whose, columns),
    [],
    ...told.flatMap((finding) => rows(finding, names, columns)),
    ...(fine === 'counted' ? fineRows(findings, columns) : []),
    [],
    [piece(`  ${readinessSummary(readiness)}`)],
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

export function readinessHeader(
  {score, from, to, rto, rpo}: Readiness,
  {service, environment}: {readonly service: string; readonly environment: string},
  columns: number,
): readonly StyledLine[] {
  const late = rto.p50Seconds > rto.objectiveSeconds
  const time = `RTO ${clockSpan(rto.p50Seconds * 1000)} usually, ${clockSpan(rto.p90Seconds * 1000)} at worst, of ${clockSpan(rto.objectiveSeconds * 1000)}${rto.findingsSeconds > 0 ? ` (${span(rto.findingsSeconds * 1000)} of it by what is below)` : ''}`
  const lost = rpo.lagSeconds === null ? "can't be told" : `${trimmed(rpo.lagSeconds, 1)} s by ${rpo.source ?? 'nothing'}`
  const whose = [piece('readiness', 'strong'), piece(` · ${service} · ${environment} · ${from} → ${to}`)]
  const points = [piece(`${score} of 100`, score >= 90 ? 'good' : score >= 60 ? 'warn' : 'bad')] as const
  return [
    ...(widthOf(whose) + widthOf(points) + 2 > columns ? [whose, [piece('  '), ...points]] : [spread(whose, points, columns)]),
    ...wrapped(time, columns - 2).map((text): StyledLine => [piece(`  ${text}`, late ? 'bad' : 'plain')]),
    [
      piece(
        `  loss if it began now ${lost}, of ${span(rpo.objectiveSeconds * 1000)}`,
        rpo.lagSeconds !== null && rpo.lagSeconds <= rpo.objectiveSeconds ? 'plain' : 'warn',
      ),
    ],
  ]
}

/** Where there is no room beside the names, what was found stands below them. */
const narrowest = 30

function rows({level, title, text, rtoMinutes, suggestions}: Finding, names: number, columns: number): readonly StyledLine[] {
  const [mark, tone] = marks[level]
  const beside = columns - names - 14 >= narrowest
  const margin = ' '.repeat(beside ? names + 14 : 12)
  const price = rtoMinutes > 0 ? `+${trimmed(rtoMinutes, 1)} min RTO: ` : ''
  const room = Math.max(24, columns - margin.length)
  const told = wrapped(`${price}${text}`, room)
  const name = oneLine(title)
  const first = [piece('  '), piece(mark, tone), piece(beside ? ` ${padded(name, names)}  ${told[0] ?? ''}` : ` ${name}`)]
  return [
    first,
    ...(beside ? told.slice(1) : told).map((line): StyledLine => [piece(margin + line)]),
    ...suggestions.flatMap((line) => toDo(line, room)).map((line): StyledLine => [piece(margin + line, 'strong')]),
  ]
}

/** A command is never broken: it is there to be copied. */
const toDo = (line: string, room: number): readonly string[] =>
  /^(?:sluice|aws) /.test(line) ? [oneLine(line)] : wrapped(line, room)

function fineRows(findings: readonly Finding[], columns: number): readonly StyledLine[] {
  const fine = findings.filter(({level}) => level === 'ok')
  if (fine.length === 0) return []
  const [mark, tone] = marks.ok
  const names = [...new Set(fine.map(({title}) => oneLine(title)))]
  const told = wrapped(names.join(', '), Math.max(24, columns - 14))
  return told.map((line, index): StyledLine =>
    index === 0 ? [piece('  '), piece(mark, tone), piece(`  ${line}`)] : [piece(`             ${line}`)],
  )
}

/** `2 failed, 1 unknown, 3 warnings, 20 fine` */
export function readinessSummary({findings}: Pick<Readiness, 'findings'>): string {
  const of = (level: Level): number => findings.filter((finding) => finding.level === level).length
  if (of('ok') === findings.length) return `all ${counted(findings.length, 'finding')} fine: ready`
  return [
    ...(of('fail') > 0 ? [`${of('fail')} failed`] : []),
    ...(of('unknown') > 0 ? [`${of('unknown')} couldn't be asked, which isn't fine`] : []),
    ...(of('warn') > 0 ? [counted(of('warn'), 'warning')] : []),
    `${of('ok')} fine`,
  ].join(', ')
}

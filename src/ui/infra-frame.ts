/**
 * A provisioning run as one picture for a terminal, 80 columns first and down to 20 without breaking. Pure: the same view and
 * width give the same lines, and colour never changes a column. Beside every symbol stands its word. What somebody has to copy
 * (records, commands) is never cut.
 */
import {account, duration, minuteOfDay, oneLine, span} from './format.ts'
import {infraNote, settling, sinceWords} from './infra-note.ts'
import type {InfraLine, InfraView} from './infra-view.ts'
import type {StepState} from './step-lines.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {clip, lengthOf, padded, paint, piece, plain, spread, wrapped} from './styled-line.ts'

export interface FrameOptions {
  readonly color?: boolean
}

const marks: Readonly<Record<StepState, readonly [string, Tone, string]>> = {
  waiting: ['·', 'dim', ''],
  running: ['▶', 'strong', 'running'],
  done: ['✔', 'good', 'done'],
  failed: ['✖', 'bad', 'failed'],
  stopped: ['■', 'warn', 'stopped'],
  skipped: ['·', 'dim', ''],
}

/** Of what is under way in one stack, the longest are told. */
const mostUnderWay = 3

export function infraFrame(view: InfraView, columns: number, {color = false}: FrameOptions = {}): readonly string[] {
  const width = Math.max(20, columns)
  const labels = Math.min(24, Math.max(8, ...view.lines.map(({label}) => lengthOf(label))))
  const lines: readonly StyledLine[] = [
    ...header(view, width),
    [],
    ...view.lines.flatMap((line) => lineRows(line, view, labels, width)),
    ...recordRows(view, width),
    [],
    ...footer(view, width),
  ]
  return lines.map((line) => paint(line, color))
}

function header({input, run}: InfraView, width: number): readonly StyledLine[] {
  const who =
    input.account === '' ? '' : `account ${account(input.account)} as ${input.arn.split('/').slice(1).join('/') || input.arn}`
  return [
    spread(
      [piece(`infra ${input.operation}`, 'strong'), piece(` · ${input.service} · ${input.environment}`)],
      [piece(`run ${run}`, 'dim')],
      width,
    ),
    clip(plain(who), width),
  ]
}

function lineRows(line: InfraLine, view: InfraView, labels: number, width: number): readonly StyledLine[] {
  const [mark, tone, word] = marks[line.state]
  const quiet: Tone = line.state === 'waiting' || line.state === 'skipped' ? 'dim' : 'plain'
  const idle = line.state === 'running' && line.doing.length === 0
  const time = line.durationMs === null || line.state === 'skipped' || width < 64 ? '' : duration(line.durationMs).padStart(7)
  const note = line.state === 'failed' ? '' : infraNote(line)
  const left: StyledLine = [
    piece('  '),
    piece(mark, tone),
    piece(` ${padded(line.label, labels)} `, line.state === 'running' ? 'strong' : quiet),
    piece(note, quiet),
  ]
  return [
    spread(left, [piece(idle ? 'waiting' : word, idle ? 'dim' : tone), piece(time)], width),
    ...underWayRows(line, view.now, labels, width),
    ...failingRows(line.label, view, width),
    ...(line.state === 'failed'
      ? wrapped(line.because ?? '', width - 6).map((text): StyledLine => [piece(`      ${text}`, 'bad')])
      : []),
  ]
}

function underWayRows({progress, state}: InfraLine, now: number, labels: number, width: number): readonly StyledLine[] {
  if (progress === null || state !== 'running') return []
  // What usually still takes longest is what everybody waits for.
  const slowest = progress.underWay.toSorted(
    (x, y) => y.usualSeconds - (now - y.since) / 1000 - (x.usualSeconds - (now - x.since) / 1000),
  )
  const told = slowest.slice(0, mostUnderWay)
  const more = slowest.length - told.length
  const margin = ' '.repeat(width < 64 ? 6 : labels + 5)
  const names = Math.min(28, Math.max(...told.map(({path}) => lengthOf(path))))
  return [
    ...told.map((one): StyledLine =>
      clip([piece(`${margin}${padded(one.path, names)}  `), piece(sinceWords(one, now), 'dim')], width),
    ),
    ...(more > 0 ? [clip([piece(`${margin}and ${more} more`, 'dim')], width)] : []),
  ]
}

/** Known minutes before the stack itself says so. */
function failingRows(label: string, {failing}: InfraView, width: number): readonly StyledLine[] {
  return failing
    .filter((one) => one.label === label)
    .flatMap((one) => [
      ...wrapped(`✖ ${one.path} failed: ${oneLine(one.reason)}`, width - 6).map((text): StyledLine => [
        piece(`      ${text}`, 'bad'),
      ]),
      clip([piece(`      ${settling}`, 'dim')], width),
    ])
}

function recordRows({records}: InfraView, width: number): readonly StyledLine[] {
  if (records.length === 0) return []
  return [
    [],
    ...wrapped('the certificate waits for records that only you can make, where the zone is:', width - 4).map(
      (text): StyledLine => [piece('  ! ', 'warn'), piece(text, 'warn')],
    ),
    ...records.flatMap(({name, type, value}): readonly StyledLine[] => [
      [piece(`    ${name}  ${type}`)],
      [piece(`      ${value}`)],
    ]),
  ]
}

function footer(view: InfraView, width: number): readonly StyledLine[] {
  const [mark, tone, words] = standing(view)
  const way = view.state === 'running' ? leftOfWay(view) : ''
  const end = view.forecastEnd === null ? '' : `forecast done ${minuteOfDay(view.forecastEnd)}`
  const sentence = wrapped(mark === '' ? words : `${mark} ${words}`, width - 2).map((text): StyledLine => [
    piece('  '),
    piece(text, tone),
  ])
  const [first = [], ...more] = sentence
  return [
    ...(way === '' ? [] : wrapped(way, width - 2, '  ').map((text): StyledLine => [piece(`  ${text}`, 'dim')])),
    mark === '' && more.length === 0 ? spread(first, [piece(end, 'dim')], width) : first,
    ...more,
  ]
}

function leftOfWay({criticalPath, lines, forecastEnd, now}: InfraView): string {
  const open = criticalPath.filter((label) =>
    lines.some((line) => line.label === label && (line.state === 'running' || line.state === 'waiting')),
  )
  if (open.length === 0 || forecastEnd === null) return ''
  return `longest way: ${open.join(' → ')}, about ${span(forecastEnd - now)} more`
}

/** One sentence: what is going on, or how it ended. */
function standing(view: InfraView): readonly [string, Tone, string] {
  switch (view.state) {
    case 'running':
      return ['', 'dim', view.hint ?? 'Ctrl-C leaves; AWS goes on']
    case 'done':
      return ['✔', 'good', `DONE after ${duration(view.elapsedMs)}`]
    case 'failed':
      return [
        '✖',
        'bad',
        `FAILED after ${duration(view.elapsedMs)}${view.failure === null && view.because !== '' ? `: ${view.because}` : ''}`,
      ]
    case 'halted':
      return ['✖', 'bad', `HALTED: ${view.because}; a person is needed now`]
  }
}

/**
 * A release as one picture for a terminal, 80 columns first and down to 20 without breaking. Pure: the same view and width give
 * the same lines, and colour never changes a column. Beside every symbol stands its word.
 */
import {duration, limit, minuteOfDay, rate, share, sparkline, timeOfDay} from './format.ts'
import type {GateView} from './gate-view.ts'
import {etaMinutes} from './gate-view.ts'
import {lineNote} from './line-note.ts'
import type {LineView, ReleaseView} from './release-view.ts'
import type {StepState} from './step-lines.ts'
import type {Piece, StyledLine, Tone} from './styled-line.ts'
import {clip, lengthOf, padded, paint, piece, plain, spread, widthOf, wrapped} from './styled-line.ts'

export interface FrameOptions {
  readonly color?: boolean
}

const marks: {readonly [state in StepState]: readonly [string, Tone, string]} = {
  waiting: ['·', 'dim', ''],
  running: ['▶', 'strong', 'running'],
  done: ['✔', 'good', 'done'],
  failed: ['✖', 'bad', 'failed'],
  stopped: ['■', 'warn', ''],
  skipped: ['·', 'dim', ''],
}

export function frame(view: ReleaseView, columns: number, options: FrameOptions = {}): readonly string[] {
  const width = Math.max(20, columns)
  const lines: StyledLine[] = [
    ...header(view, width),
    [],
    ...view.lines.flatMap((line) => lineRows(line, view, width)),
    [],
    ...footer(view, width),
  ]
  return lines.map((line) => paint(line, options.color ?? false))
}

function header(view: ReleaseView, width: number): readonly StyledLine[] {
  const {service, environment, region, from, to} = view.input
  return [
    spread([piece(service, 'strong'), piece(` · ${environment} · ${region}`)], [piece(`run ${view.run}`, 'dim')], width),
    spread([piece(`${from} → `), piece(to, 'strong')], switchPieces(view), width),
  ]
}

function switchPieces({deadMansSwitch: {state, leftMs}, state: run}: ReleaseView): StyledLine {
  const words = "dead-man's switch: "
  switch (state) {
    case 'off':
      return [piece(words + (run === 'running' || run === 'paused' ? 'not armed' : 'off'), 'dim')]
    case 'arming':
      return [piece(`${words}being armed`, 'warn')]
    case 'armed':
      return [
        piece(words, 'dim'),
        piece(leftMs === 0 ? 'armed, overdue' : `armed, ${duration(leftMs ?? 0)}`, (leftMs ?? 0) < 120_000 ? 'warn' : 'plain'),
      ]
  }
}

function lineRows(line: LineView, view: ReleaseView, width: number): readonly StyledLine[] {
  const [mark, tone, word] = marks[line.state]
  const quiet: Tone = line.state === 'waiting' || line.state === 'skipped' ? 'dim' : 'plain'
  const time = line.durationMs === null || line.state === 'skipped' || width < 64 ? '' : duration(line.durationMs).padStart(7)
  const left: StyledLine = [
    piece('  '),
    piece(mark, tone),
    piece(` ${padded(line.label, 13)} `, line.state === 'running' ? 'strong' : quiet),
    piece(lineNote(line, view), quiet),
  ]
  const right: StyledLine = [piece(word, tone), piece(time, 'plain')]
  const open = line.state === 'running' || line.state === 'failed'
  return [spread(left, right, width), ...(open && line.gates.length > 0 ? gateRows(line, width) : [])]
}

function gateRows(line: LineView, width: number): readonly StyledLine[] {
  const names = Math.min(12, Math.max(...line.gates.map(({gate}) => lengthOf(gate))))
  const scale = Math.min(25, Math.max(9, width - names - 53))
  const margin = ' '.repeat(names + 5)
  const ends = `harm${' '.repeat(Math.max(1, scale - 7))}fit  `
  const legend: StyledLine = [piece(`${margin}${ends}`, 'dim'), piece(line.state === 'running' ? remaining(line) : '', 'dim')]
  return [
    ...line.gates.flatMap((gate) => gateRow(gate, names, scale, width)),
    clip(legend, width),
    ...curveRows(line.gates, margin, width),
  ]
}

function gateRow(gate: GateView, names: number, scale: number, width: number): readonly StyledLine[] {
  const tone: Tone = {pass: 'good' as const, fail: 'bad' as const, 'need-data': 'plain' as const}[gate.verdict]
  const at = Math.round(gate.position * (scale - 3))
  const bar: readonly Piece[] = [
    piece(`├${'─'.repeat(at)}`, 'dim'),
    piece('●', tone),
    piece(`${'─'.repeat(scale - 3 - at)}┤`, 'dim'),
  ]
  const name = paint(clip(plain(gate.gate), names), false)
  const rates = piece(`${rate(gate.canary.rate)} vs ${rate(gate.stable.rate)} stable, limit ${limit(gate.limit)}`)
  const row: StyledLine = [piece(`    ${padded(name, names)} `), ...bar, piece(` ${padded(gate.verdict, 9)} `, tone), rates]
  if (widthOf(row) <= width) return [row]
  return [clip(row.slice(0, -1), width), clip([piece(' '.repeat(names + 5)), rates], width)]
}

function remaining(line: LineView): string {
  const eta = etaMinutes(line.gates)
  if (line.gates.every(({verdict}) => verdict === 'pass')) return 'every gate passes; holding the weight'
  if (eta === null) return "can't tell yet how long"
  return `~${Math.ceil(eta)} min more at this rate`
}

function curveRows(gates: readonly GateView[], margin: string, width: number): readonly StyledLine[] {
  const gate = gates.find(({verdict}) => verdict === 'fail') ?? gates[0]
  if (gate === undefined || gate.curve.canary.length < 2) return []
  const room = Math.max(4, Math.min(12, Math.floor((width - 44) / 2)))
  const [canary, stable] = [gate.curve.canary.slice(-room), gate.curve.stable.slice(-room)]
  const highest = Math.max(0, ...canary, ...stable)
  const curves = `canary ${sparkline(canary, highest)}  stable ${sparkline(stable, highest)}`
  return [clip([piece(margin + curves), piece(`  bad a minute, top ${highest}`, 'dim')], width)]
}

function footer(view: ReleaseView, width: number): readonly StyledLine[] {
  const running = view.state === 'running'
  const forecast = view.forecastEnd === null || view.plan !== 'release' ? '' : `forecast done ${minuteOfDay(view.forecastEnd)}`
  const [state = piece(''), ...words] = standing(view)
  if (running && words.length === 0) return [spread([piece('  '), state], [piece(forecast, 'dim')], width)]
  const [first = '', ...more] = wrapped(state.text + words.map(({text}) => text).join(''), width - 2)
  const rest = piece(first.slice(state.text.length))
  return [[piece('  '), {...state, text: first.slice(0, state.text.length)}, rest], ...more.map((text) => plain(`  ${text}`))]
}

/** The judge's numbers already stand beside the line that failed. */
function reason({cause, because, rejectedBy}: ReleaseView): string {
  if (cause === 'verdict' && rejectedBy !== null)
    return `: ${rejectedBy.gate.gate} at ${share(rejectedBy.weight)}, minute ${rejectedBy.minute}`
  return because === '' ? '' : `: ${because}`
}

/** One sentence: what is going on, or how it ended. */
function standing(view: ReleaseView): StyledLine {
  const {from, to} = view.input
  const why = reason(view)
  const {dueAt} = view.deadMansSwitch
  const goesHome = dueAt === null ? '' : `; if nobody goes on, traffic goes home at ${timeOfDay(dueAt)}`
  switch (view.state) {
    case 'running':
      if (view.plan === 'release') return [piece(view.hint ?? 'Ctrl-C leaves; traffic stays safe', 'dim')]
      return [piece('GOING BACK', 'warn'), piece(` to ${from}${why}`)]
    case 'paused':
      return [piece('PAUSED', 'warn'), piece(`${why}${goesHome}`)]
    case 'promoted':
      return [
        piece('PROMOTED', 'good'),
        piece(`: ${to} serves all traffic${view.pause === null ? '' : `; ${from} isn't scaled down: ${view.pause.why}`}`),
      ]
    case 'rolled-back':
      return [piece('ROLLED BACK', 'bad'), piece(`${why}; all traffic on ${from}`)]
    case 'halted':
      return [piece('HALTED', 'bad'), piece(`${why}; a person is needed now`)]
    case 'failed':
      return [piece('FAILED', 'bad'), piece(`${why}; nothing of consequence was changed`)]
  }
}

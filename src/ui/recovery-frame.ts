/**
 * A recovery as one picture for a terminal, 80 columns first and down to 20 without breaking. Pure: the same view and width give
 * the same lines, and colour never changes a column. Beside every symbol stands its word. The question, and commands to copy,
 * are never cut.
 */
import {clockSpan, duration, span} from './format.ts'
import {recoveryHint, resting} from './recovery-keys.ts'
import type {RecoveryStep, RecoveryStepState} from './recovery-steps.ts'
import type {RecoveryView} from './recovery-view.ts'
import {asksWhat, lossWords, noWayBack, operation, pointWords, primaryWords, recoverySentence} from './recovery-words.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {clip, lengthOf, padded, paint, piece, spread, wrapped} from './styled-line.ts'

const marks: Readonly<Record<RecoveryStepState, readonly [string, Tone, string]>> = {
  waiting: ['·', 'dim', ''],
  running: ['▶', 'strong', 'running'],
  done: ['✔', 'good', 'done'],
  failed: ['✖', 'bad', 'failed'],
  undone: ['↶', 'warn', 'taken back'],
  stopped: ['■', 'warn', 'stopped'],
  skipped: ['·', 'dim', ''],
}

export function recoveryFrame(
  view: RecoveryView,
  columns: number,
  {color = false}: {readonly color?: boolean} = {},
): readonly string[] {
  const width = Math.max(20, columns)
  const told = view.steps.filter(({state}) => state !== 'waiting' && state !== 'skipped')
  const labels = Math.min(20, Math.max(8, ...told.map(({id}) => lengthOf(id))))
  const lines: readonly StyledLine[] = [
    ...header(view, width),
    [],
    ...told.flatMap((step) => stepRows(step, view, labels, width)),
    ...waitingRows(view, width),
    ...wayRows(view, width),
    [],
    ...questionRows(view, width),
    ...footer(view, width),
  ]
  return lines.map((line) => paint(line, color))
}

function header(view: RecoveryView, width: number): readonly StyledLine[] {
  const {asked, rtoMs, facts, loss, served} = view
  const mode = asked.mode === null ? '' : ` · ${asked.mode}`
  const time = asked.kind === 'promote' ? `RTO ${clockSpan(rtoMs ?? 0)} of ${clockSpan(asked.rtoMs)}` : clockSpan(view.elapsedMs)
  const title: StyledLine = [
    piece(operation(view), 'strong'),
    piece(` · ${asked.service} · ${asked.from === asked.to ? asked.to : `${asked.from} → ${asked.to}`}${mode}`),
  ]
  const lost =
    loss === null ? '' : served ? `loss ${lossWords(loss, asked.rpoMs)}` : `loss if promoted now: ${lossWords(loss, asked.rpoMs)}`
  const second =
    asked.kind !== 'promote'
      ? []
      : [
          spread(
            [
              piece(
                `primary: ${primaryWords(view)}${facts.fence === null ? '' : `; ${facts.fence}`}`,
                facts.primaryAnswers === false ? 'warn' : 'plain',
              ),
            ],
            [piece(lost, overTone(view.objectives.rpo))],
            width,
          ),
        ]
  return [spread(title, [piece(time, overTone(view.objectives.rto))], width), ...second]
}

const overTone = (met: RecoveryView['objectives']['rto']): Tone => (met === 'missed' ? 'bad' : met === 'met' ? 'good' : 'plain')

function stepRows(step: RecoveryStep, view: RecoveryView, labels: number, width: number): readonly StyledLine[] {
  const [mark, tone, word] = marks[step.state]
  const slow = view.stuck.includes(step.id)
  const ms = step.startedAt === null ? null : (step.endedAt ?? view.endedAt ?? view.now) - step.startedAt
  const time = ms === null || width < 50 ? '' : duration(ms).padStart(7)
  const note =
    step.state === 'running' ? underWay(step) : step.state === 'failed' ? '' : (step.note ?? (step.already ? 'already so' : ''))
  return [
    spread(
      [
        piece('  '),
        piece(mark, tone),
        piece(` ${padded(step.id, labels)} `, step.state === 'running' ? 'strong' : 'plain'),
        piece(note),
      ],
      [piece(slow ? 'SLOW' : word, slow ? 'warn' : tone), piece(time)],
      width,
    ),
    ...(slow && step.usual !== null
      ? [clip([piece(`      nearly always done within ${span(step.usual.p90Seconds * 1000)}: look at it`, 'warn')], width)]
      : []),
    ...(step.state === 'failed'
      ? wrapped(step.because ?? '', width - 6).map((text): StyledLine => [piece(`      ${text}`, 'bad')])
      : []),
  ]
}

function underWay({waitsFor, usual}: RecoveryStep): string {
  const often = usual === null ? '' : `usually ${clockSpan(usual.p50Seconds * 1000)}–${clockSpan(usual.p90Seconds * 1000)}`
  return [waitsFor ?? '', often].filter((text) => text !== '').join('; ')
}

function waitingRows({steps}: RecoveryView, width: number): readonly StyledLine[] {
  const waiting = steps
    .filter(({state}) => state === 'waiting')
    .map(({id, pointOfNoReturn}) => (pointOfNoReturn ? `${id} (no return)` : id))
  return waiting.length === 0
    ? []
    : wrapped(`· ${waiting.join(' · ')}`, width - 2, '  ').map((text): StyledLine => [piece(`  ${text}`, 'dim')])
}

function wayRows({left, forecastMs, asked, state}: RecoveryView, width: number): readonly StyledLine[] {
  if (state !== 'running' || left.length === 0) return []
  const forecast =
    forecastMs === null
      ? ''
      : asked.kind === 'promote'
        ? `forecast ${clockSpan(forecastMs)} of ${clockSpan(asked.rtoMs)}`
        : `forecast ${clockSpan(forecastMs)}`
  const late = forecastMs !== null && asked.kind === 'promote' && forecastMs > asked.rtoMs
  const rows = wrapped(`critical path: ${left.join(' → ')}`, width - 4 - lengthOf(forecast), '  ')
  return rows.map((text, index): StyledLine =>
    index === rows.length - 1
      ? spread([piece(`  ${text}`, 'dim')], [piece(forecast, late ? 'bad' : 'plain')], width)
      : [piece(`  ${text}`, 'dim')],
  )
}

function questionRows(view: RecoveryView, width: number): readonly StyledLine[] {
  const {
    question,
    asked: {environment, kind},
    state,
  } = view
  if (question === null || state !== 'running') return []
  const words = `${asksWhat[kind]}? ${question.words}. ${noWayBack[kind]} y accepts: then type ${environment}.`
  return wrapped(words, width - 4).map((text, index): StyledLine => [
    piece(index === 0 ? '  ? ' : '    ', 'warn'),
    piece(text, 'strong'),
  ])
}

const hintOf = (view: RecoveryView): string =>
  view.hint === null ? 'Ctrl-C leaves; sluice dr resume goes on' : view.hint === resting ? recoveryHint(view) : view.hint

function footer(view: RecoveryView, width: number): readonly StyledLine[] {
  const point = pointWords(view)
  const passed = view.pointOfNoReturn !== null && view.pointOfNoReturn.passed !== null
  const [mark, tone] = (
    {running: ['', 'dim'], paused: ['■ ', 'warn'], done: ['✔ ', 'good'], failed: ['✖ ', 'bad'], halted: ['✖ ', 'bad']} as const
  )[view.state]
  const words = view.state === 'running' ? hintOf(view) : recoverySentence(view)
  return [
    ...(point === null || (view.state !== 'running' && !passed)
      ? []
      : wrapped(point, width).map((text): StyledLine => [piece(text, passed ? 'strong' : 'dim')])),
    ...wrapped(`${mark}${words}`, width - 2).map((text): StyledLine => [piece('  '), piece(text, tone)]),
  ]
}

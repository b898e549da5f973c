/**
 * A release as a story, for `sluice demo`: a stamp in run minutes, small bars for the weight, both error rates as they come in.
 * Pure: each journal event gives zero or more lines, so it can be told live. Says less than the log: what a newcomer wants.
 */
import type {Event, EventOf} from '../runbooks/engine/event.ts'
import {label} from './event-lines.ts'
import {count, counted, rate, share, span} from './format.ts'
import {gateProof} from './gate-evidence.ts'
import type {GateView} from './gate-view.ts'
import {gateView} from './gate-view.ts'
import type {Live} from './live.ts'
import type {ReleaseInput} from './release-input.ts'
import {releaseInput} from './release-input.ts'
import {canaryPercent} from './release-weights.ts'
import type {Piece, StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece, wrapped} from './styled-line.ts'

const barLength = 20

/** Lines for `events[index]`. */
export function timelineLines(
  events: readonly Event[],
  index: number,
  options: {readonly color?: boolean} = {},
): readonly string[] {
  const event = events[index]
  if (event === undefined) return []
  const [first = [], ...more] = told(event, events.slice(0, index), events)
  const lines = [[stamp(events, event.at), ...first], ...more.map((line) => [piece(' '.repeat(8)), ...line])]
  return first.length === 0 ? [] : lines.map((line) => paint(line, options.color ?? false))
}

/** The minute just judged, when the journal doesn't hold it: what a step shows between two events. */
export function judgingLine(
  events: readonly Event[],
  live: Live,
  now: number,
  options: {readonly color?: boolean} = {},
): string | null {
  const gate = foremost((live.gates ?? []).map(gateView))
  if (gate === undefined) return null
  const line = judgedRows('need-data', gate.curve.canary.length, gate).flat()
  return paint([stamp(events, now), ...line], options.color ?? false)
}

function stamp(events: readonly Event[], at: number): Piece {
  const minutes = Math.floor((at - (events[0]?.at ?? at)) / 60_000)
  return piece(`  +${String(minutes).padStart(2, '0')}m  `, 'dim')
}

function told(event: Event, before: readonly Event[], all: readonly Event[]): readonly StyledLine[] {
  const {from, to, stableSlot, canarySlot} = releaseInput(all)
  switch (event.kind) {
    case 'planned':
      return before.length === 0 ? opening(releaseInput(all)) : goingBack(event, from)
    case 'armed':
      return armed(event, before, from)
    case 'disarmed':
      return rows('safety', "dead-man's switch off: nothing left to guard")
    case 'rule-written':
      return event.data.phase === 'read-back'
        ? [weightRow(canaryPercent(event.data.weights, releaseInput(all)), stableSlot, canarySlot)]
        : []
    case 'verdict':
      return verdict(event, before)
    case 'step-ended':
      return stepEnded(event, before, canarySlot)
    case 'asked':
      return rows(event.data.wish, `${event.data.by}: ${event.data.why}`, 'warn')
    case 'lease-lost':
      return rows('lease', `lost to ${event.data.to}`, 'warn')
    case 'ended':
      return ending(event, from, to)
    case 'lease-taken':
    case 'step-started':
    case 'step-observed':
      return []
  }
}

function opening({from, to, steps, gates}: ReleaseInput): readonly StyledLine[] {
  const weights = [...steps.map(({weight}) => share(weight)), '100 %'].join(' → ')
  return [
    ...rows('release', `${from} → ${to}, ${weights} of the requests`, 'strong'),
    ...rows('judge', `${gates.join(' and ')}, ${to} against ${from}, every minute`),
  ]
}

function goingBack({data}: EventOf<'planned'>, from: string): readonly StyledLine[] {
  if (data.plan !== 'rollback') return []
  // The verdict has just said why.
  const why = data.cause === 'verdict' || data.because === undefined ? '' : `: ${data.because}`
  return rows('go back', `all traffic to ${from}${why}`, 'bad')
}

function armed({data, at}: EventOf<'armed'>, before: readonly Event[], from: string): readonly StyledLine[] {
  if (data.phase === 'asked' || before.some((one) => one.kind === 'armed' && one.data.phase === 'confirmed')) return []
  return rows('safety', `if we vanish, AWS sends all traffic to ${from} in ${wholeMinutes(data.dueAt - at)}`)
}

/** The switch was armed a moment ago: its window is meant. */
const wholeMinutes = (ms: number): string => span(Math.ceil(ms / 60_000) * 60_000)

function rows(name: string, text: string, tone: Tone = 'plain'): readonly StyledLine[] {
  const named = (index: number): Piece => piece(padded(index === 0 ? name : '', 9), tone === 'plain' ? 'dim' : tone)
  return wrapped(text, 63).map((line, index) => [named(index), piece(line)])
}

function weightRow(percent: number, stableSlot: string, canarySlot: string): StyledLine {
  const full = percent > 0 ? Math.max(1, Math.round((percent / 100) * barLength)) : 0
  const words =
    percent > 0 && percent < 100
      ? `of the requests go to slot ${canarySlot}`
      : `all on slot ${percent === 0 ? stableSlot : canarySlot}`
  return [
    piece(padded('weight', 9), 'dim'),
    piece('█'.repeat(full), 'strong'),
    piece('░'.repeat(barLength - full), 'dim'),
    piece(` ${share(percent).padStart(5)} ${words}`),
  ]
}

/** Every judged minute's rates while it is open; the verdict with its numbers when it falls. */
function verdict({data}: EventOf<'verdict'>, before: readonly Event[]): readonly StyledLine[] {
  const previous = before.findLast((event) => event.kind === 'verdict')
  if (data.verdict === 'need-data' && previous?.kind === 'verdict' && previous.data.minute === data.minute) return []
  const readings = data.gates.map(gateView)
  const shown = foremost(readings)
  if (shown === undefined) return rows(data.verdict, `minute ${data.minute}: ${data.reason}`)
  const lines = judgedRows(data.verdict, data.minute, shown)
  if (data.verdict !== 'fail') return lines
  const unanswered = shown.unanswered > 0 ? `, ${count(shown.unanswered)} of them never answered` : ''
  return [...lines, ...rows('', `${count(shown.canary.bad)} bad${unanswered}; ${gateProof(shown)}`)]
}

const foremost = (gates: readonly GateView[]): GateView | undefined =>
  gates.find(({verdict}) => verdict === 'fail') ?? gates.find(({gate}) => gate === 'errors') ?? gates[0]

function judgedRows(answer: GateView['verdict'], minute: number, gate: GateView): readonly StyledLine[] {
  const [word, tone] = {
    pass: ['pass', 'good'] as const,
    fail: ['FAIL', 'bad'] as const,
    'need-data': ['judging', 'plain'] as const,
  }[answer]
  const rates = `${gate.gate} ${rate(gate.canary.rate)} vs ${rate(gate.stable.rate)} stable`
  return rows(word, `minute ${padded(String(minute), 2)}  ${rates}, ${counted(gate.canary.requests, 'request')}`, tone)
}

function stepEnded({data}: EventOf<'step-ended'>, before: readonly Event[], canarySlot: string): readonly StyledLine[] {
  const told = before.at(-1)
  if (told?.kind === 'verdict' && told.data.step === data.step) return []
  if (data.how === 'failed') return rows('problem', `${label(data.step, before)}: ${data.because}`, 'bad')
  if (data.how === 'undone') return []
  if (data.step === 'swap') return rows('swap', `slot ${canarySlot} is stable now`)
  const name =
    data.step === 'preflight'
      ? 'check'
      : data.step === 'canary-tasks'
        ? 'tasks'
        : /^(observe|share)-/.test(data.step)
          ? 'traffic'
          : null
  return name === null || data.note === undefined ? [] : rows(name, data.note)
}

function ending({data}: EventOf<'ended'>, from: string, to: string): readonly StyledLine[] {
  switch (data.outcome) {
    case 'promoted':
      return rows('PROMOTED', `${to} serves everyone; ${from} stays warm for a while`, 'good')
    case 'rolled-back': {
      const taken = data.cause === 'verdict' ? 'rejected' : `taken back (${data.cause ?? data.because})`
      return rows('BACK', `all traffic on ${from} again; ${to} was ${taken}`, 'bad')
    }
    case 'halted':
      return rows('HALTED', `${data.because}: a person is needed`, 'bad')
    case 'failed':
      return rows('FAILED', `${data.because}; nothing of consequence was changed`, 'bad')
    case 'done':
      return []
  }
}

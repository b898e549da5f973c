/**
 * A release as a story, for `sluice demo`: a stamp in run minutes, small bars for the weight, both error rates as they come in. Pure:
 * each journal event gives zero or more lines, so it can be told live. Says less than the log: what a newcomer wants to see.
 */
import type {Event, EventOf} from '../runbooks/engine/event.ts'
import {label} from './event-lines.ts'
import {count, counted, oneLine, rate, share, span} from './format.ts'
import {gateView} from './gate-view.ts'
import {releaseInput} from './release-input.ts'
import {canaryPercent} from './release-view.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece} from './styled-line.ts'

const barLength = 20

/** Lines for `events[index]`. */
export function timelineLines(events: readonly Event[], index: number, options: {readonly color?: boolean} = {}): readonly string[] {
  const event = events[index]
  if (event === undefined) return []
  const minutes = Math.floor((event.at - (events[0]?.at ?? event.at)) / 60_000)
  const stamp = piece(`  +${String(minutes).padStart(2, '0')}m  `, 'dim')
  return told(event, events.slice(0, index), events).map((line) => paint([stamp, ...line], options.color ?? false))
}

function told(event: Event, before: readonly Event[], all: readonly Event[]): readonly StyledLine[] {
  const {from, to, stableSlot, canarySlot, steps, gates} = releaseInput(all)
  switch (event.kind) {
    case 'planned':
      if (before.length === 0) return [row('release', `${from} → ${to}, by way of ${steps.map(({weight}) => share(weight)).join(' and ')}; judged on ${gates.join(' and ')}`, 'strong')]
      return event.data.plan === 'rollback' ? [row('go back', event.data.because ?? 'all traffic back to the stable version', 'bad')] : []
    case 'armed':
      return event.data.phase === 'confirmed' && !before.some((one) => one.kind === 'armed' && one.data.phase === 'confirmed')
        ? [row('safety', `if this process dies now, AWS itself sends all traffic to ${from} in ${span(event.data.dueAt - event.at)}`)]
        : []
    case 'disarmed':
      return [row('safety', "dead-man's switch off: nothing left to guard")]
    case 'rule-written':
      return event.data.phase === 'read-back' ? [weightRow(canaryPercent(event.data.weights, releaseInput(all)), stableSlot, canarySlot)] : []
    case 'verdict':
      return verdict(event, before)
    case 'step-ended':
      return stepEnded(event, before)
    case 'asked':
      return [row(event.data.wish, `${event.data.by}: ${event.data.why}`, 'warn')]
    case 'lease-lost':
      return [row('lease', `lost to ${event.data.to}`, 'warn')]
    case 'ended':
      return [ending(event, from, to)]
    case 'lease-taken':
    case 'step-started':
    case 'step-observed':
      return []
  }
}

function row(name: string, text: string, tone: Tone = 'plain'): StyledLine {
  return [piece(padded(name, 9), tone === 'plain' ? 'dim' : tone), piece(oneLine(text))]
}

function weightRow(percent: number, stableSlot: string, canarySlot: string): StyledLine {
  const full = percent > 0 ? Math.max(1, Math.round((percent / 100) * barLength)) : 0
  const words = percent === 0 ? `all on slot ${stableSlot}` : percent >= 100 ? `all on slot ${canarySlot}` : `of the requests go to slot ${canarySlot}`
  return [piece(padded('weight', 9), 'dim'), piece('█'.repeat(full), 'strong'), piece('░'.repeat(barLength - full), 'dim'), piece(` ${share(percent).padStart(5)} ${words}`)]
}

/** Every judged minute's rates while it is open; the verdict with its numbers when it falls. */
function verdict({data}: EventOf<'verdict'>, before: readonly Event[]): readonly StyledLine[] {
  const previous = before.findLast((event) => event.kind === 'verdict')
  if (data.verdict === 'need-data' && previous?.kind === 'verdict' && previous.data.minute === data.minute) return []
  const readings = data.gates.map(gateView)
  const shown = readings.find((gate) => gate.verdict === 'fail') ?? readings.find(({gate}) => gate === 'errors') ?? readings[0]
  const [word, tone] = {pass: ['pass', 'good'] as const, fail: ['FAIL', 'bad'] as const, 'need-data': ['judging', 'plain'] as const}[data.verdict]
  if (shown === undefined) return [row(word, `minute ${data.minute}: ${data.reason}`, tone)]
  const lines = [row(word, `minute ${padded(String(data.minute), 2)}  ${shown.gate} ${rate(shown.canary.rate)} vs ${rate(shown.stable.rate)} stable, ${counted(shown.canary.requests, 'request')}`, tone)]
  if (data.verdict === 'fail') lines.push(row('', `${count(shown.canary.bad)} bad${shown.unanswered > 0 ? `, ${count(shown.unanswered)} of them never answered` : ''}: ${data.reason}`))
  return lines
}

function stepEnded({data}: EventOf<'step-ended'>, before: readonly Event[]): readonly StyledLine[] {
  const name = label(data.step, before)
  if (data.how === 'failed') return [row('problem', `${name}: ${data.because}`, 'bad')]
  if (data.note === undefined || data.how === 'undone') return []
  if (data.step === 'canary-tasks') return [row('tasks', data.note)]
  if (data.step.startsWith('observe-') || data.step.startsWith('share-')) return [row('traffic', data.note)]
  if (data.step === 'swap') return [row('swap', data.note)]
  return []
}

function ending({data}: EventOf<'ended'>, from: string, to: string): StyledLine {
  switch (data.outcome) {
    case 'promoted':
      return row('PROMOTED', `${to} serves everyone; ${from} stays warm for a while`, 'good')
    case 'rolled-back':
      return row('BACK', `all traffic on ${from} again; ${to} was rejected`, 'bad')
    case 'halted':
      return row('HALTED', `${data.because}: a person is needed`, 'bad')
    case 'failed':
      return row('FAILED', `${data.because}; nothing of consequence was changed`, 'bad')
  }
}

/**
 * What a log says of one journal event: zero or more short lines without the time. Pure, plain ASCII arrows, no escape codes.
 * Says changes of state only: what is asked for and not yet true (`rule-written` asked, `armed` asked) stays silent.
 */
import type {Event, EventOf} from '../runbooks/engine/event.ts'
import {counted, oneLine, share, timeOfDay} from './format.ts'
import {gateProof} from './gate-evidence.ts'
import {gateRates} from './gate-words.ts'
import {gateView} from './gate-view.ts'
import {releaseInput} from './release-input.ts'
import {canaryPercent} from './release-weights.ts'
import {endWords, goesOn, leaseLost} from './run-words.ts'
import {placeOf} from './step-lines.ts'

/** Lines for `events[index]`. */
export function eventLines(events: readonly Event[], index: number): readonly string[] {
  const event = events[index]
  return event === undefined ? [] : linesFor(event, events.slice(0, index), events).map(oneLine)
}

function linesFor(event: Event, before: readonly Event[], all: readonly Event[]): readonly string[] {
  switch (event.kind) {
    case 'planned':
      return planned(event, before, all)
    case 'lease-taken':
      return before.some(({kind}) => kind === 'lease-taken') ? [`now run by ${event.data.owner} on ${event.data.host}`] : []
    case 'lease-lost':
      return [leaseLost(event)]
    case 'step-started':
      return event.data.step.startsWith('bake-') ? [`${label(event.data.step, before)}: baking`] : []
    case 'step-observed':
      return event.data.waitsFor === undefined ? [] : [`${label(event.data.step, before)}: ${event.data.waitsFor}`]
    case 'step-ended':
      return stepEnded(event, before)
    case 'asked':
      return [`${event.data.wish} asked by ${event.data.by}: ${event.data.why}${until(event)}`]
    case 'verdict':
      return verdict(event, before)
    case 'rule-written':
      return event.data.phase === 'asked'
        ? []
        : [`weight ${share(canaryPercent(event.data.weights, releaseInput(all)))}: asked, read back`]
    case 'armed':
      return armed(event, before)
    case 'disarmed':
      return ["dead-man's switch: off"]
    case 'ended':
      return [ended(event, before)]
  }
}

function planned({data}: EventOf<'planned'>, before: readonly Event[], all: readonly Event[]): readonly string[] {
  if (before.length > 0) {
    const why = data.because === undefined || data.cause === 'verdict' ? '' : ` (${data.cause ?? 'asked'}): ${data.because}`
    return data.plan === 'rollback' ? [`rolling back${why}`] : [goesOn(data.plan, why)]
  }
  const {run, service, environment, from, to, steps} = releaseInput(all)
  const weights = [...steps.map(({weight}) => share(weight)), '100 %'].join(', ')
  const what = `${service} ${environment}: ${from} -> ${to}`
  return [`${run === null ? '' : `${run} `}${what}, ${counted(steps.length + 1, 'step')}: ${weights}`]
}

function stepEnded({data}: EventOf<'step-ended'>, before: readonly Event[]): readonly string[] {
  // The verdict, the rule or the switch has just said it, with its numbers.
  const told = before.at(-1)
  if (told?.kind === 'rule-written' || told?.kind === 'armed' || told?.kind === 'disarmed')
    return data.how === 'failed' ? [failed(data, before)] : []
  if (told?.kind === 'verdict' && told.data.step === data.step && told.data.verdict !== 'need-data') return []
  if (data.how === 'failed') return [failed(data, before)]
  if (data.how === 'undone') return [`${label(data.step, before)}: taken back`]
  return data.note === undefined || data.note === '' ? [] : [`${label(data.step, before)}: ${data.note}`]
}

const failed = (
  {step, then, because}: Extract<EventOf<'step-ended'>['data'], {how: 'failed'}>,
  before: readonly Event[],
): string => `${label(step, before)}: FAILED (${thens[then]}): ${because}`

const thens = {'roll-back': 'rolls back', pause: 'pauses', halt: 'halts', fail: 'ends here'} as const

function verdict({data}: EventOf<'verdict'>, before: readonly Event[]): readonly string[] {
  const previous = before.findLast((event) => event.kind === 'verdict')
  const answers = (of: EventOf<'verdict'>['data']): string =>
    `${of.step} ${of.verdict} ${of.gates.map((gate) => gate.verdict).join(' ')}`
  if (previous?.kind === 'verdict' && answers(previous.data) === answers(data)) return []
  const words = {pass: 'PASS', fail: 'FAIL', 'need-data': 'NEED-DATA'}[data.verdict]
  const failing = data.gates.map(gateView).find((gate) => gate.verdict === 'fail')
  const why = failing === undefined ? '' : `; ${gateProof(failing)}`
  return [`${label(data.step, before)}: ${words} at minute ${data.minute}, ${gateRates(data.gates.map(gateView))}${why}`]
}

function armed({data}: EventOf<'armed'>, before: readonly Event[]): readonly string[] {
  if (data.phase === 'asked') return []
  const newest = before.findLast(
    (event) => (event.kind === 'armed' && event.data.phase === 'confirmed') || event.kind === 'disarmed',
  )
  // Pushing it forward is routine; arming it is news.
  return newest?.kind === 'armed'
    ? []
    : [`dead-man's switch: armed; if nobody ticks, traffic goes home at ${timeOfDay(data.dueAt)}`]
}

const until = ({data}: EventOf<'asked'>): string =>
  data.until === undefined ? '' : `; traffic goes home at ${timeOfDay(data.until)}`

const ended = ({data, at}: EventOf<'ended'>, before: readonly Event[]): string =>
  endWords({...data, tookMs: at - (before[0]?.at ?? at)})

/** The label of the step's line, by the newest plan that has it. */
export function label(step: string, before: readonly Event[]): string {
  const plan = before.findLast((event) => event.kind === 'planned' && event.data.steps.some(({id}) => id === step))
  if (plan?.kind !== 'planned') return step
  return placeOf(plan.data.plan, step, plan.data.steps.find(({id}) => id === step)?.title).label
}

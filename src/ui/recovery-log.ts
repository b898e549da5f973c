/**
 * A recovery as a log: one line per change of state, with its UTC time, and a heartbeat when a minute of run time passed in
 * silence. For CI, pipes and `TERM=dumb`. Never an escape code, never a line taken back.
 * What needs somebody stands as the command to run.
 */
import type {Event, EventOf, Facts} from '../runbooks/engine/event.ts'
import {clockSpan, counted, dateAndMinute, duration, oneLine, span, timeOfDay} from './format.ts'
import type {Live} from './live.ts'
import {recoveryInput} from './recovery-input.ts'
import type {RecoveryStep} from './recovery-steps.ts'
import {stuck} from './recovery-steps.ts'
import type {RecoveryView} from './recovery-view.ts'
import {recoveryView} from './recovery-view.ts'
import {nextCommands, noWayBack, operation, pointWords, subject, who} from './recovery-words.ts'
import {endWords, goesOn, leaseLost, reason} from './run-words.ts'

export interface RecoveryLog {
  /**
   * A run that had begun before: where it stands, in some lines; its old events happened then,
   * and aren't told as if they did now.
   */
  goOn(events: readonly Event[], live: Live, now: number): void
  update(events: readonly Event[], live: Live, now: number): void
}

const heartbeatMs = 60_000

export function recoveryLog(write: (text: string) => void): RecoveryLog {
  let told = 0
  let spokenAt: number | null = null
  const slow = new Set<string>()
  let asked = false
  let pointTold = false
  let wentOnAt = 0
  const say = (at: number, lines: readonly string[]): void => {
    for (const line of lines) write(`${timeOfDay(at)} ${oneLine(line)}\n`)
    if (lines.length > 0) spokenAt = Math.max(spokenAt ?? at, at)
  }
  return {
    goOn(events, live, now) {
      const view = recoveryView(events, live, now)
      told = events.length
      wentOnAt = now
      pointTold = view.pointOfNoReturn !== null && view.pointOfNoReturn.passed !== null
      say(now, standingLines(view))
    },
    update(events, live, now) {
      if (events.length === 0) return
      for (; told < events.length; told += 1) say(events[told]!.at, recoveryEventLines(events, told, live))
      const view = recoveryView(events, live, now)
      const point = view.pointOfNoReturn?.passed
      if (point !== undefined && point !== null && !pointTold) {
        pointTold = true
        say(now, [pointWords(view) ?? ''])
      }
      if (view.question !== null && !asked && view.state === 'running') {
        asked = true
        say(now, questionLines(view))
      }
      for (const {id, usual} of stuckSteps(view, wentOnAt).filter((one) => !slow.has(one.id))) {
        slow.add(id)
        say(now, [`${id}: SLOW: nearly always done within ${span((usual?.p90Seconds ?? 0) * 1000)}; look at it`])
      }
      if (spokenAt !== null && now - spokenAt >= heartbeatMs && view.state === 'running') say(now, heartbeat(view))
    },
  }
}

/** A step is as slow as somebody was there to go on with it. */
const stuckSteps = ({steps, stuck: ids, now}: RecoveryView, since: number): readonly RecoveryStep[] =>
  steps.filter((step) => ids.includes(step.id) && stuck(step, now, since))

/** Where a run stands that somebody goes on with. */
function standingLines(view: RecoveryView): readonly string[] {
  const {run, asked, steps, startedAt, pointOfNoReturn} = view
  const ids = (state: RecoveryStep['state']): readonly string[] => steps.filter((step) => step.state === state).map(({id}) => id)
  const [done, running, failed] = [ids('done'), ids('running'), ids('failed')]
  const ways = [
    `${done.length} of ${counted(steps.length, 'step')} done`,
    ...(running.length === 0 ? [] : [`on their way: ${running.join(', ')}`]),
    ...(failed.length === 0 ? [] : [`failed: ${failed.join(', ')}`]),
  ]
  return [
    `${run} ${operation({asked})} ${subject({asked})}: going on; begun ${dateAndMinute(startedAt)}, ${ways.join('; ')}`,
    ...(pointOfNoReturn !== null && pointOfNoReturn.passed !== null ? [pointWords(view) ?? ''] : []),
  ]
}

/** Lines for `events[index]`, without their time. */
export function recoveryEventLines(events: readonly Event[], index: number, live: Live): readonly string[] {
  const event = events[index]
  if (event === undefined) return []
  switch (event.kind) {
    case 'planned':
      return planned(event, index, live)
    case 'lease-lost':
      return [leaseLost(event)]
    case 'step-started':
      return [`${event.data.step}: begun`]
    case 'step-observed':
      return event.data.waitsFor === undefined ? [] : [`${event.data.step}: ${event.data.waitsFor}`]
    case 'step-ended':
      return [ended(event)]
    case 'asked':
      return [`${wishes[event.data.wish]} asked by ${who(event.data.by)}: ${event.data.why}${acceptance(event.data.accepts)}`]
    case 'ended':
      return [endWords({...event.data, cause: undefined, tookMs: event.at - (events[0]?.at ?? event.at)})]
    case 'lease-taken':
    case 'verdict':
    case 'rule-written':
    case 'armed':
    case 'disarmed':
      return []
  }
}

/** A recovery has no canary: `promote` is the consent. */
const wishes = {pause: 'pause', resume: 'resume', promote: 'consent', abort: 'abort'} as const

function acceptance(accepts: Facts | undefined): string {
  const ms = accepts?.['lossMs']
  return typeof ms === 'number'
    ? `, accepting a loss of ${span(ms)}`
    : accepts?.['unknown'] === true
      ? ", accepting a loss that can't be told"
      : ''
}

function planned(event: EventOf<'planned'>, index: number, live: Live): readonly string[] {
  if (index > 0) return [goesOn(event.data.plan, reason(event.data.because))]
  const asked = recoveryInput([event])
  const objective = asked.kind === 'promote' ? `, objective RTO ${clockSpan(asked.rtoMs)} RPO ${clockSpan(asked.rpoMs)}` : ''
  return [`${live.run ?? ''} ${operation({asked})} ${subject({asked})}: ${counted(event.data.steps.length, 'step')}${objective}`]
}

function ended({data}: EventOf<'step-ended'>): string {
  switch (data.how) {
    case 'failed':
      return `${data.step}: FAILED: ${data.because}`
    case 'undone':
      return `${data.step}: taken back`
    case 'already':
      return `${data.step}: ${data.note ?? 'already so'}`
    case 'done':
      return `${data.step}: ${data.note === undefined || data.note === '' ? 'done' : data.note}`
  }
}

function questionLines(view: RecoveryView): readonly string[] {
  return [`CONSENT NEEDED: ${view.question?.words ?? ''}. ${noWayBack[view.asked.kind]} From any machine:`, ...nextCommands(view)]
}

/** What goes on at this moment, and how it looks. */
function heartbeat(view: RecoveryView): readonly string[] {
  const {forecastMs, asked} = view
  const running = view.steps
    .filter(({state}) => state === 'running')
    .map(
      ({id, waitsFor, startedAt}) =>
        `${id} ${duration(view.now - (startedAt ?? view.now))}${waitsFor === null ? '' : ` (${waitsFor})`}`,
    )
  const forecast =
    forecastMs === null
      ? ''
      : `; forecast ${clockSpan(forecastMs)}${asked.kind === 'promote' ? ` of ${clockSpan(asked.rtoMs)}` : ''}`
  return running.length === 0 ? [] : [`still at it: ${running.join(', ')}${forecast}`]
}

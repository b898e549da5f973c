/**
 * A provisioning run as a log: one line per change of state, with its UTC time, and a heartbeat when a minute of run time passed
 * in silence. For CI, pipes and `TERM=dumb`. Never an escape code, never a line taken back.
 */
import type {Event, EventOf} from '../runbooks/engine/event.ts'
import {counted, duration, oneLine, span, timeOfDay} from './format.ts'
import {infraInput} from './infra-input.ts'
import type {InfraLive} from './infra-live.ts'
import {counts, infraNote, isStatus, readable, settling, underWayWords} from './infra-note.ts'
import {placed} from './infra-place.ts'
import {courseOf, infraGroups, labelOf, stackOf, withoutPlace} from './infra-steps.ts'
import type {InfraLine, InfraView} from './infra-view.ts'
import {infraView} from './infra-view.ts'
import {endWords, goesOn, leaseLost, reason} from './run-words.ts'

/** Lines for `events[index]`, without their time. */
export function infraEventLines(events: readonly Event[], index: number, run: string): readonly string[] {
  const event = events[index]
  return event === undefined ? [] : linesFor(event, events.slice(0, index), run).map(oneLine)
}

function linesFor(event: Event, before: readonly Event[], run: string): readonly string[] {
  switch (event.kind) {
    case 'planned':
      return planned(event, before, run)
    case 'lease-lost':
      return [leaseLost(event)]
    case 'step-started':
      // What is made before any stack takes a moment: its end is enough.
      return begun(event.data.step, before)
    case 'step-observed':
      return event.data.waitsFor === undefined ? [] : [`${step(event.data.step, before)}: ${readable(event.data.waitsFor)}`]
    case 'step-ended':
      return stepEnded(event, before)
    case 'asked':
      return [`${event.data.wish} asked by ${event.data.by}: ${event.data.why}`]
    case 'ended':
      return [endWords({...event.data, cause: undefined, tookMs: event.at - (before[0]?.at ?? event.at)})]
    case 'lease-taken':
    case 'verdict':
    case 'rule-written':
    case 'armed':
    case 'disarmed':
      return []
  }
}

function planned(event: EventOf<'planned'>, before: readonly Event[], run: string): readonly string[] {
  if (before.length > 0) return [goesOn(event.data.plan, reason(event.data.because))]
  const {operation, service, environment, stacks, resources, etaSeconds} = infraInput([event])
  const size = [
    ...(stacks > 0 ? [counted(stacks, 'stack')] : []),
    ...(resources > 0 ? [`${counted(resources, 'resource')} to create`] : []),
    ...(etaSeconds > 0 ? [`about ${span(etaSeconds * 1000)}`] : []),
  ]
  return [
    `${run} infra ${operation} ${service} ${environment}: ${[...size, counted(event.data.steps.length, 'step')].join(', ')}`,
  ]
}

function begun(id: string, before: readonly Event[]): readonly string[] {
  const stack = stackOf(id)
  const course = courseOf(id)
  if (stack === null || course?.quick === true) return []
  return [course === null ? `${step(id, before)}: begun` : `${placed(stack)}: ${course.doing}`]
}

/** What is quickly found to be there already isn't news. */
function stepEnded({data}: EventOf<'step-ended'>, before: readonly Event[]): readonly string[] {
  const name = step(data.step, before)
  switch (data.how) {
    case 'failed':
      return [`${failedPlace(data.step, name)}: FAILED: ${withoutPlace(data.step, data.because)}`]
    case 'undone':
      return [`${name}: taken back`]
    case 'done':
      return [done(data.step, name, data.note ?? '')]
    case 'already':
      return data.note === undefined || isStatus(data.note) || courseOf(data.step) !== null
        ? []
        : [`${name}: ${readable(data.note)}`]
  }
}

/** A stack that failed isn't "there". */
function failedPlace(id: string, name: string): string {
  const stack = stackOf(id)
  return stack !== null && courseOf(id) !== null ? placed(stack) : name
}

function done(id: string, name: string, note: string): string {
  const [stack, course] = [stackOf(id), courseOf(id)]
  if (stack === null || course === null) return `${name}: ${note === '' ? 'done' : readable(note)}`
  return `${placed(stack)}: ${course.done}${isStatus(note) || note === course.done ? '' : `, ${note}`}`
}

/** `main eu-west-1, create the stack`; a title that names its place needs no label. */
function step(id: string, before: readonly Event[]): string {
  const found = infraGroups(before)
    .flatMap(({steps}) => steps)
    .findLast((one) => one.id === id)
  if (found === undefined) return id
  const label = labelOf(found)
  const region = /[a-z]{2}(?:-[a-z]+)+-\d/.exec(id)?.[0]
  return label === found.title || (region !== undefined && found.title.includes(region))
    ? found.title
    : `${label}, ${found.title}`
}

export interface InfraLog {
  update(events: readonly Event[], live: InfraLive, now: number): void
}

const heartbeatMs = 60_000

export function infraLog(write: (text: string) => void): InfraLog {
  let told = 0
  let records = ''
  let explained = false
  const failures = new Set<string>()
  let spokenAt: number | null = null
  return {
    update(events, live, now) {
      for (; told < events.length; told += 1) {
        const at = events[told]!.at
        for (const line of infraEventLines(events, told, live.run ?? '')) write(`${timeOfDay(at)} ${line}\n`)
        spokenAt = Math.max(spokenAt ?? at, at)
      }
      const view = infraView(events, live, now)
      for (const {label, path, reason} of view.failing) {
        if (failures.has(`${label}/${path}`)) continue
        failures.add(`${label}/${path}`)
        write(`${timeOfDay(now)} ${oneLine(`${label}: ${path} FAILED: ${reason}; ${settling}`)}\n`)
        spokenAt = now
      }
      const wanted = recordLines(view)
      if (view.failure?.cause !== null && view.failure !== null && !explained) {
        explained = true
        for (const line of view.failure.cause.evidence) write(`${timeOfDay(now)} ${view.failure.label}: ${oneLine(line)}\n`)
      }
      if (wanted.join() !== records && wanted.length > 0) {
        for (const line of wanted) write(`${timeOfDay(now)} ${line}\n`)
        records = wanted.join()
        spokenAt = now
      }
      if (spokenAt === null || now - spokenAt < heartbeatMs || view.state !== 'running') return
      for (const line of heartbeat(view)) write(`${timeOfDay(now)} ${oneLine(line)}\n`)
      spokenAt = now
    },
  }
}

const recordLines = ({records}: InfraView): readonly string[] =>
  records.map(({name, type, value}) => oneLine(`certificate waits for this record, made by hand: ${name} ${type} ${value}`))

/** What goes on at this moment, one line for each stack that is under way. */
export function heartbeat(view: InfraView): readonly string[] {
  return view.lines
    .filter(({state, doing}) => state === 'running' && doing.length > 0)
    .map((line) => `${line.label}: ${stillAt(line, view.now)}, ${duration(line.durationMs ?? 0)} so far`)
}

function stillAt(line: InfraLine, now: number): string {
  const underWay = line.progress?.underWay ?? []
  const slowest = underWay.toSorted((x, y) => y.usualSeconds - x.usualSeconds)[0]
  const done = counts(line)
  return slowest === undefined || done === null ? infraNote(line) : `${done}; ${underWayWords(slowest, now)}`
}

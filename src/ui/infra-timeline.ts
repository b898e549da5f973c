/**
 * `infra up` as a story, for `sluice demo` where no picture can be drawn: a line for each stack when it stands, and, when minutes
 * pass in silence, what everybody waits for. Stamps are minutes of the run. Says less than the log: what a newcomer wants.
 */
import {counted, duration, span} from './format.ts'
import type {InfraLive} from './infra-live.ts'
import {nothingShown, withShown} from './infra-live.ts'
import {infraNote} from './infra-note.ts'
import type {InfraRenderer} from './infra-renderer.ts'
import type {InfraLine, InfraView} from './infra-view.ts'
import {infraView} from './infra-view.ts'
import type {Event} from '../runbooks/engine/event.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece, wrapped} from './styled-line.ts'

const silenceMs = 4 * 60_000
const rowsWidth = 63
const labelWidth = 23

interface Told {
  readonly labels: ReadonlySet<string>
  readonly opened: boolean
  readonly ended: boolean
  readonly at: number
}

export const untold: Told = {labels: new Set(), opened: false, ended: false, at: 0}

/** What is new since what was told. Pure. */
export function infraTimeline(view: InfraView, told: Told): {readonly lines: readonly StyledLine[]; readonly told: Told} {
  const settled = view.lines.filter(({label, state}) => (state === 'done' || state === 'failed') && !told.labels.has(label))
  const ends = view.state !== 'running' && !told.ended
  const rows = [
    ...(told.opened ? [] : opening(view)),
    ...settled.flatMap((line) => settledRows(line, view)),
    ...(ends ? ending(view) : []),
  ]
  const waited = rows.length === 0 && view.state === 'running' && view.now - told.at >= silenceMs ? underWay(view) : []
  const all = [...rows, ...waited]
  return {
    lines: all.map((row, index) => [piece(index === 0 ? stamp(view) : '        ', 'dim'), ...row]),
    told: {
      labels: new Set([...told.labels, ...settled.map(({label}) => label)]),
      opened: true,
      ended: told.ended || ends,
      at: all.length > 0 ? view.now : told.at,
    },
  }
}

export function infraTimelineRenderer(
  write: (text: string) => void,
  {color = false}: {readonly color?: boolean} = {},
): InfraRenderer {
  let told = untold
  let live: InfraLive = nothingShown
  return {
    get live() {
      return live
    },
    shown(step, data) {
      live = withShown(live, step, data)
    },
    update(events: readonly Event[], _, now) {
      if (events.length === 0) return
      const next = infraTimeline(infraView(events, live, now), told)
      told = next.told
      for (const line of next.lines) write(`${paint(line, color)}\n`)
    },
    close() {},
  }
}

const stamp = ({startedAt, now}: InfraView): string =>
  `  +${String(Math.max(0, Math.floor((now - startedAt) / 60_000))).padStart(2, '0')}m  `

function row(name: string, text: string, tone: Tone = 'plain'): readonly StyledLine[] {
  return wrapped(text, rowsWidth).map((line, index) => [
    piece(padded(index === 0 ? name : '', 9), tone === 'plain' ? 'dim' : tone),
    piece(line),
  ])
}

function opening({input: {stacks, resources, etaSeconds}, criticalPath}: InfraView): readonly StyledLine[] {
  return [
    ...row('infra up', `${counted(stacks, 'stack')}, ${counted(resources, 'resource')} to create`, 'strong'),
    ...(criticalPath.length === 0 ? [] : row('longest', `${criticalPath.join(' → ')}, about ${span(etaSeconds * 1000)}`)),
  ]
}

function settledRows(line: InfraLine, {input}: InfraView): readonly StyledLine[] {
  if (line.state === 'failed') return row('FAILED', `${line.label}: ${line.because ?? ''}`, 'bad')
  const resources = input.created[line.stack ?? ''] ?? 0
  const took = line.durationMs === null ? '' : `, ${duration(line.durationMs)}`
  return row(
    'done',
    `${padded(line.label, labelWidth)} ${resources > 0 ? counted(resources, 'resource') : infraNote(line)}${took}`,
    'good',
  )
}

/** Of all that is under way, what is on the longest way. */
function underWay({lines, criticalPath, now}: InfraView): readonly StyledLine[] {
  const running = lines.filter(({state, progress}) => state === 'running' && progress !== null)
  const line =
    criticalPath.map((label) => running.find((one) => one.label === label)).find((one) => one !== undefined) ?? running[0]
  if (line === undefined) return []
  const slowest = (line.progress?.underWay ?? []).toSorted((x, y) => y.usualSeconds - x.usualSeconds)[0]
  const what = slowest === undefined ? '' : `: ${slowest.path}, ${duration(now - slowest.since)}`
  return row('making', `${padded(line.label, labelWidth)} ${line.progress?.done ?? 0} of ${line.progress?.total ?? 0}${what}`)
}

function ending({state, because, elapsedMs, resources}: InfraView): readonly StyledLine[] {
  const after = duration(elapsedMs)
  return state === 'done'
    ? row('DONE', `${counted(resources.done, 'resource')} after ${after}`, 'good')
    : row(state.toUpperCase(), `after ${after}${because === '' ? '' : `: ${because}`}`, 'bad')
}

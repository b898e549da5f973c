/**
 * The last words of a release, on stdout: what happened, the evidence, where traffic is now, and the next command. Pure. Says
 * only what the journal knows; an end nobody foresaw is said in the journal's own words.
 */
import {counted, duration, share, span, timeOfDay} from './format.ts'
import {gateEvidence} from './gate-evidence.ts'
import type {GateView} from './gate-view.ts'
import type {ReleaseView} from './release-view.ts'
import type {StyledLine, Tone} from './styled-line.ts'
import {padded, paint, piece, wrapped} from './styled-line.ts'

export interface OutcomeTextOptions {
  readonly color?: boolean
  readonly columns?: number
  /** Last lines of a container that stopped, newest last. */
  readonly lastLines?: readonly string[]
}

export function releaseOutcomeText(
  view: ReleaseView,
  {color = false, columns = 80, lastLines = []}: OutcomeTextOptions = {},
): string {
  const lines: readonly StyledLine[] = [
    ...headline(view, columns),
    ...evidence(view, columns),
    ...lastLines.map((line): StyledLine => [piece(`  │ ${line}`, 'dim')]),
    // A command is never broken over two lines: it is there to be copied.
    ...next(view).flatMap((line) =>
      (line.includes('sluice ') ? [line] : wrapped(line, columns - 2)).map((text): StyledLine => [piece(`  ${text}`)]),
    ),
  ]
  return `${lines.map((line) => paint(line, color)).join('\n')}\n`
}

/** The first sentence alone: for a summary or an annotation. */
export const outcomeSentence = (view: ReleaseView): string => said(view)[2]

function headline(view: ReleaseView, columns: number): readonly StyledLine[] {
  const [mark, tone, sentence] = said(view)
  return wrapped(sentence, columns - 2).map((text, index) =>
    index === 0 ? [piece(mark, tone), piece(` ${text}`)] : [piece(`  ${text}`)],
  )
}

function said(view: ReleaseView): readonly [string, Tone, string] {
  const {from, to, service, environment, region} = view.input
  const why = view.because === '' ? '' : `: ${view.because}`
  switch (view.state) {
    case 'promoted':
      return [
        '✔',
        'good',
        `${to} promoted: it serves all traffic of ${service} in ${environment}, ${region}, after ${duration(view.elapsedMs)}`,
      ]
    case 'rolled-back':
      return ['✖', 'bad', `${rolledBack(view)}. All weight is on ${from}${homeObserved(view)}`]
    case 'halted':
      return ['✖', 'bad', `${to} halted${why}. Nothing more is changed, ${whereTraffic(view)}: a person is needed now`]
    case 'paused':
      return ['■', 'warn', `${to} paused${why}; ${whereTraffic(view)}`]
    case 'failed':
      return ['✖', 'bad', `${to} not released${why}. Nothing of consequence was changed, all traffic is on ${from}`]
    case 'running':
      return ['▶', 'warn', `On its way: ${whereTraffic(view)}, but not moved on from here any more`]
  }
}

function rolledBack({input: {to}, cause, because, rejectedBy}: ReleaseView): string {
  if (cause === 'verdict' && rejectedBy !== null) {
    return `${to} rejected at ${share(rejectedBy.weight)} in judged minute ${rejectedBy.minute}, rolled back`
  }
  return `${to} rolled back${cause === null ? '' : ` (${cause})`}${because === '' ? '' : `: ${because}`}`
}

function homeObserved(view: ReleaseView): string {
  const note = view.lines.findLast(({plan, label}) => plan === 'rollback' && label === 'traffic home')?.note
  return note === null || note === undefined ? '' : ` (${note})`
}

function whereTraffic({weights: {actual, desired}, cause, input: {to}}: ReleaseView): string {
  // After a foreign change our own last weight would be a lie.
  if (cause === 'foreign' && actual === null) return 'traffic goes where the rule sends it'
  return `${to} at ${share(actual ?? desired ?? 0)} of requests`
}

function evidence(view: ReleaseView, columns: number): readonly StyledLine[] {
  const gates = view.rejectedBy !== null && view.state === 'rolled-back' ? [view.rejectedBy.gate] : view.gates
  if (gates.length === 0 || view.state === 'failed') return []
  const names = Math.max(...gates.map(({gate}) => gate.length))
  return [[], ...gates.flatMap((gate) => gateLines(gate, names, columns)), []]
}

function gateLines(gate: GateView, names: number, columns: number): readonly StyledLine[] {
  const indent = ' '.repeat(names + 4)
  const rows = gateEvidence(gate).flatMap((row) =>
    row.length + indent.length <= columns ? [row] : row.split('   ').flatMap((part) => wrapped(part, columns - indent.length)),
  )
  return rows.map((row, index) => [piece(index === 0 ? `  ${padded(gate.gate, names)}  ` : indent, 'strong'), piece(row)])
}

/** What to do, and what happens if nobody does it. */
function next(view: ReleaseView): readonly string[] {
  const {
    run,
    input: {from, warmMs},
  } = view
  const {dueAt} = view.deadMansSwitch
  const home = dueAt === null ? [] : [`if nobody goes on, all traffic goes home to ${from} at ${timeOfDay(dueAt)}`]
  const goOn = [`go on: sluice release resume ${run}`, `give up: sluice release abort ${run}`]
  switch (view.state) {
    case 'promoted':
      if (view.lines.some(({plan, label, state}) => plan === 'retire' && label === 'scale down' && state === 'done'))
        return [exposed(view)]
      return [
        exposed(view),
        `${from} is kept warm for ${span(warmMs)}, then scaled down by whoever ticks the run:`,
        `  sluice release resume ${run}`,
      ]
    case 'rolled-back':
      return [exposed(view), `what happened when: sluice release status ${run}`]
    case 'halted':
      return [`look: sluice release status ${run}`, ...home, `all weight back to ${from}: sluice release abort ${run}`]
    case 'paused':
    case 'running':
      return [...home, `look: sluice release status ${run}`, ...goOn]
    case 'failed':
      return [`look: sluice release status ${run}`]
  }
}

function exposed({exposed: {requests, bad}}: ReleaseView): string {
  if (requests === 0) return 'no judged request was exposed to the canary'
  return `exposed ${counted(requests, 'judged request')}, ${counted(bad, 'bad one')}`
}

/** What one line of a release says of itself, in a few words. The terminal, the CI log and JSON share it. Pure. */
import {counted, share, span} from './format.ts'
import type {LineView, ReleaseView} from './release-view.ts'

export function lineNote(line: LineView, view: ReleaseView): string {
  switch (line.state) {
    case 'done':
      return doneNote(line, view)
    case 'failed':
      return failedNote(line, view)
    case 'running':
      return runningNote(line, view)
    case 'waiting':
      return waitingNote(line, view)
    case 'stopped':
      return 'stopped on the way'
    case 'skipped':
      return 'not reached'
  }
}

function failedNote({failure, verdict}: LineView, {rejectedBy}: ReleaseView): string {
  if (verdict?.verdict === 'fail') return `rejected by ${rejectedBy?.gate.gate ?? 'the judge'} at minute ${verdict.minute}`
  return failure?.because ?? 'failed'
}

function doneNote(line: LineView, {input}: ReleaseView): string {
  if (line.weight === 100) return `all traffic on slot ${input.canarySlot}, roles swapped`
  if (line.verdict?.verdict !== 'pass') return line.note ?? 'done'
  return `pass at minute ${line.verdict.minute}, ${counted(mostRequests(line), 'canary request')}`
}

function runningNote(line: LineView, view: ReleaseView): string {
  const judged = line.weight !== null && /^(bake|share)-/.test(line.runningStep ?? '')
  if (!judged) return line.waitsFor ?? line.note ?? 'under way'
  const {desired, actual, observed} = view.weights
  const known = (percent: number | null): string => (percent === null ? '–' : share(percent).replace(' %', ''))
  return `desired ${known(desired)} · actual ${known(actual)} · observed ${observed === null ? '–' : share(observed)}`
}

function waitingNote(line: LineView, {input}: ReleaseView): string {
  const step = input.steps.find(({weight}) => weight === line.weight)
  if (step !== undefined) return `judged for ${span(step.holdMs)}, at most ${span(step.atMostMs)}`
  if (line.weight === 100) return `then roles swap; ${input.from} kept warm for ${span(input.warmMs)}`
  return 'waiting'
}

const mostRequests = (line: LineView): number => Math.max(0, ...line.gates.map(({canary}) => canary.requests))

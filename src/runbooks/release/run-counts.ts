/**
 * Reads the counts a look needs, all of them anew at every look: late revisions count, and nothing is trusted from memory.
 */
import type {Event} from '../engine/event.ts'
import type {StepContext} from '../engine/step.ts'
import {canarySlot} from './input.ts'
import type {ReleaseInput} from './input.ts'
import {minuteCeil, minuteFloor, minuteMs, settledUntil} from './measure.ts'
import type {CountedMinute, ReleaseWorld} from './ports.ts'
import {firstWeightAt} from './rule-memory.ts'

const historyMinutes = 60

export interface RunCounts {
  /** Minutes before the first weight. */
  readonly history: readonly CountedMinute[]
  /** Settled, judged minutes of the run since the first weight. */
  readonly minutes: readonly CountedMinute[]
  /** Index in `minutes` of the first full minute after `since`. */
  readonly stepFrom: number
}

/** `since`: epoch ms at which the present weight was read back. */
export async function runCounts(
  world: ReleaseWorld,
  input: ReleaseInput,
  context: StepContext,
  since: number,
): Promise<RunCounts> {
  const first = firstWeightAt(context.events, canarySlot(input)) ?? since
  const from = minuteCeil(first)
  const asked = context.events.find((event) => event.kind === 'rule-written')?.at ?? first
  const until = settledUntil(world.awsTime())
  if (until <= from) return {history: [], minutes: [], stepFrom: 0}
  const counted = await world.metrics.counts(minuteFloor(asked) - historyMinutes * minuteMs, until, context.signal)
  const history = counted.filter((minute) => minute.at < minuteFloor(asked))
  const unjudged = warmingUp(input, context)
  const minutes = counted.filter((minute) => minute.at >= from && !unjudged(minute.at))
  const stepFrom = minutes.findIndex((minute) => minute.at >= minuteCeil(since))
  return {history, minutes, stepFrom: stepFrom === -1 ? minutes.length : stepFrom}
}

/** Is a minute within the slow start (or warm-up) of new canary tasks, and the full minute after it? */
function warmingUp(input: ReleaseInput, context: StepContext): (at: number) => boolean {
  const slowStartMs = Number(context.facts('preflight')['slowStartMs'] ?? 0)
  const warmMs = Math.max(slowStartMs, input.config.warmupMs)
  if (warmMs === 0) return () => false
  const healthyAt = context.events.filter(isNewTasks).map((event) => event.at)
  return (at) => healthyAt.some((start) => at < start + warmMs + minuteMs && at + minuteMs > start)
}

function isNewTasks(event: Event): boolean {
  return (
    event.kind === 'step-ended'
    && event.data.how === 'done'
    && (event.data.step === 'canary-tasks' || event.data.step.startsWith('size-'))
  )
}

/**
 * The longest chain of steps to a goal: forecast from what is usual, before a run; measured from its events, afterwards. What a step says
 * AWS itself took (`tookMs` in its facts) counts for it, so that what is above the measured path is the tool's own. Pure.
 */
import type {Event, PlannedStep} from '../engine/event.ts'
import {runState} from '../engine/run-state.ts'
import type {Usual} from '../engine/step.ts'

type Node = Pick<PlannedStep, 'id' | 'needs'> & {readonly usual?: Usual}

export interface CriticalPath {
  readonly ids: readonly string[]
  readonly seconds: number
}

export interface Forecast {
  readonly ids: readonly string[]
  readonly p50Seconds: number
  /** All steps of the path at their p90 at once: a bound, not a quantile. */
  readonly p90Seconds: number
}

/** What a plan will usually need to its goal (the last of the chain; all of the plan when it has no such step). */
export function forecastPath(steps: readonly Node[], goal: string): Forecast {
  const {ids, seconds} = longestPath(steps, goal, ({usual}) => usual?.p50Seconds ?? 0)
  const late = longestPath(steps, goal, ({usual}) => usual?.p90Seconds ?? 0)
  return {ids, p50Seconds: seconds, p90Seconds: late.seconds}
}

/** What the run's own steps took, by AWS's time where they know it. */
export function measuredPath(events: readonly Event[], goal: string): CriticalPath {
  const {steps} = plannedOf(events)
  const took = stepTimes(events)
  return longestPath(steps, goal, ({id}) => (took.get(id) ?? 0) / 1000)
}

/** ms of each step of the first plan: `tookMs` of its facts, else from its first start to its end. */
function stepTimes(events: readonly Event[]): ReadonlyMap<string, number> {
  const {facts} = runState(events)
  const started = new Map<string, number>()
  const took = new Map<string, number>()
  for (const event of events) {
    if (event.kind === 'step-started' && !started.has(event.data.step)) started.set(event.data.step, event.at)
    if (event.kind !== 'step-ended' || event.data.how === 'undone') continue
    const {step} = event.data
    const own = facts.get(step)?.['tookMs']
    took.set(step, typeof own === 'number' ? own : event.at - (started.get(step) ?? event.at))
  }
  return took
}

function plannedOf(events: readonly Event[]): {readonly steps: readonly PlannedStep[]} {
  const planned = events.find((event) => event.kind === 'planned')
  return planned?.kind === 'planned' ? planned.data : {steps: []}
}

export function longestPath<N extends Node>(steps: readonly N[], goal: string, weigh: (step: N) => number): CriticalPath {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const known = new Map<string, CriticalPath>()
  const to = (id: string): CriticalPath => {
    const before = known.get(id)
    if (before !== undefined) return before
    const step = byId.get(id)
    if (step === undefined) return {ids: [], seconds: 0}
    known.set(id, {ids: [id], seconds: 0})
    const longest = step.needs
      .map(to)
      .reduce((best, one) => (one.seconds > best.seconds || best.ids.length === 0 ? one : best), {ids: [], seconds: 0})
    const path = {ids: [...longest.ids, id], seconds: longest.seconds + Math.max(0, weigh(step))}
    known.set(id, path)
    return path
  }
  if (byId.has(goal)) return to(goal)
  return steps.map(({id}) => to(id)).reduce((best, one) => (one.seconds > best.seconds ? one : best), {ids: [], seconds: 0})
}

/**
 * Folds the steps of a run's plans into the few lines a person follows: `size-25, shift-25, share-25, bake-25` are `25 %`. Pure;
 * knows the journal only. A step id it has never heard of becomes a line of its own, so a newer plan is still shown whole.
 */
import type {Event, EventOf, GateReading} from '../runbooks/engine/event.ts'
import type {Then} from '../runbooks/engine/step.ts'
import {stateTogether} from './state-together.ts'

export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped' | 'skipped'

export interface StepLine {
  readonly plan: string
  readonly label: string
  /** Set for the lines of a weight. */
  readonly weight: number | null
  readonly state: StepState
  /** Ids of the steps folded into this line, in order. */
  readonly steps: readonly string[]
  /** The one under way. */
  readonly runningStep: string | null
  readonly waitsFor: string | null
  /** What the step that speaks for the line said of itself, else the last one that said anything. */
  readonly note: string | null
  readonly failure: {readonly because: string; readonly then: Then} | null
  readonly verdict: EventOf<'verdict'>['data'] | null
  readonly gates: readonly GateReading[]
  readonly startedAt: number | null
  readonly endedAt: number | null
}

interface StepSoFar {
  readonly id: string
  readonly title: string
  state: StepState
  startedAt: number | null
  endedAt: number | null
  waitsFor: string | null
  note: string | null
  failure: StepLine['failure']
  verdict: StepLine['verdict']
}

interface PlanSoFar {
  readonly name: string
  readonly steps: readonly StepSoFar[]
}

export function stepLines(events: readonly Event[]): readonly StepLine[] {
  const plans: PlanSoFar[] = []
  for (const event of events) follow(plans, event)
  return plans.flatMap(linesOf)
}

/** Where a step belongs on the screen. */
export function placeOf(plan: string, step: string, title = step): {readonly label: string; readonly weight: number | null} {
  const weight = /^(?:size|shift|share|bake|observe)-(\d+(?:\.\d+)?)$/.exec(step)?.[1]
  if (weight !== undefined) return {label: `${weight} %`, weight: Number(weight)}
  if (step === 'swap') return {label: '100 %', weight: 100}
  return {label: placeIn(plan, step)?.label ?? title, weight: null}
}

interface Place {
  /** null: in whatever plan. */
  readonly plan: string | null
  readonly label: string
  /** The first one's note speaks for all. */
  readonly steps: readonly string[]
}

const places: readonly Place[] = [
  {plan: null, label: 'preflight', steps: ['preflight', 'finish-previous', 'arm']},
  {plan: null, label: 'canary tasks', steps: ['canary-tasks', 'register', 'hold-scale-in']},
  {plan: 'release', label: 'wrap up', steps: ['carry', 'repoint', 'disarm', 'release-scale-in']},
  {plan: 'rollback', label: 'traffic home', steps: ['observe-home', 'home']},
  {plan: null, label: 'clean up', steps: ['drain', 'release-scale-in', 'disarm']},
  {plan: 'retire', label: 'keep warm', steps: ['warm']},
  {plan: 'retire', label: 'scale down', steps: ['retire']},
]

const placeIn = (plan: string, step: string): Place | undefined =>
  places.find((place) => (place.plan === null || place.plan === plan) && place.steps.includes(step))

function follow(plans: PlanSoFar[], event: Event): void {
  switch (event.kind) {
    case 'planned':
      leave(plans.at(-1))
      plans.push({name: event.data.plan, steps: event.data.steps.map(({id, title}) => waiting(id, title))})
      return
    case 'step-started':
      return change(plans, event.data.step, (step) => {
        step.startedAt ??= event.at
        step.state = 'running'
        step.endedAt = null
      })
    case 'step-observed':
      return change(plans, event.data.step, (step) => {
        step.waitsFor = event.data.waitsFor ?? step.waitsFor
      })
    case 'step-ended':
      return change(plans, event.data.step, (step) => end(step, event))
    case 'verdict':
      return change(plans, event.data.step, (step) => {
        step.verdict = event.data
      })
    case 'ended':
      return leave(plans.at(-1))
    case 'lease-taken':
    case 'lease-lost':
    case 'asked':
    case 'rule-written':
    case 'armed':
    case 'disarmed':
      return
  }
}

function waiting(id: string, title: string): StepSoFar {
  return {id, title, state: 'waiting', startedAt: null, endedAt: null, waitsFor: null, note: null, failure: null, verdict: null}
}

/** Steps are told by id, and the newest plan that has such a step is meant: `disarm` is in two of them. */
function change(plans: readonly PlanSoFar[], id: string, apply: (step: StepSoFar) => void): void {
  const step = plans.findLast(({steps}) => steps.some((one) => one.id === id))?.steps.find((one) => one.id === id)
  if (step !== undefined) apply(step)
}

function end(step: StepSoFar, {at, data}: EventOf<'step-ended'>): void {
  step.startedAt ??= at
  step.endedAt = at
  if (data.how === 'failed') {
    step.state = 'failed'
    step.failure = {because: data.because, then: data.then}
  } else {
    step.state = data.how === 'undone' ? 'stopped' : 'done'
    step.note = data.note ?? step.note
  }
}

/** Another plan took over, or the run ended: nothing of this one goes on. */
function leave(plan: PlanSoFar | undefined): void {
  for (const step of plan?.steps ?? []) {
    if (step.state === 'running') step.state = step.verdict?.verdict === 'fail' ? 'failed' : 'stopped'
    if (step.state === 'waiting') step.state = 'skipped'
  }
}

function linesOf(plan: PlanSoFar): readonly StepLine[] {
  const byLabel = Map.groupBy(plan.steps, (step) => placeOf(plan.name, step.id, step.title).label)
  return [...byLabel].map(([label, steps]) => {
    const verdict = steps.findLast((step) => step.verdict !== null)?.verdict ?? null
    const running = steps.find(({state}) => state === 'running')
    const state = stateTogether(steps)
    const ends = steps.map(({endedAt}) => endedAt).filter((at) => at !== null)
    const starts = steps.map(({startedAt}) => startedAt).filter((at) => at !== null)
    return {
      plan: plan.name,
      label,
      weight: placeOf(plan.name, steps[0]!.id).weight,
      state,
      steps: steps.map(({id}) => id),
      runningStep: running?.id ?? null,
      waitsFor: running?.waitsFor ?? null,
      note: noteOf(plan.name, steps),
      failure: steps.find((step) => step.failure !== null)?.failure ?? null,
      verdict,
      gates: verdict?.gates ?? [],
      startedAt: starts.length > 0 ? Math.min(...starts) : null,
      endedAt: state !== 'running' && ends.length > 0 ? Math.max(...ends) : null,
    }
  })
}

function noteOf(plan: string, steps: readonly StepSoFar[]): string | null {
  const speaker = placeIn(plan, steps[0]?.id ?? '')?.steps[0]
  return (steps.find(({id}) => id === speaker) ?? steps[0])?.note ?? steps.findLast(({note}) => note !== null)?.note ?? null
}

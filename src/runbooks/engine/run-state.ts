/**
 * Where a run stands, folded from its events and from nothing else: the same journal gives the same state on any machine.
 */
import type {Event, EventOf, Facts} from './event.ts'
import type {Cause, Then} from './step.ts'

export type StepState =
  | {
      readonly kind: 'started'
      readonly at: number
      readonly epoch: number
      readonly writer: string
      readonly intent: Facts
      readonly waitsFor: string | null
    }
  | {readonly kind: 'done'; readonly how: 'done' | 'already' | 'undone'; readonly at: number}
  | {readonly kind: 'failed'; readonly because: string; readonly then: Then; readonly cause: Cause; readonly at: number}

export interface RunState {
  /** Name of the plan in force. */
  readonly plan: string | null
  /** `seq` of the event that put it in force. */
  readonly plannedAt: number
  /** Steps of the plan in force that have begun. */
  readonly steps: ReadonlyMap<string, StepState>
  /** Facts of every step of every plan so far. */
  readonly facts: ReadonlyMap<string, Facts>
  readonly paused: {readonly because: string; readonly by: string; readonly at: number; readonly until: number | null} | null
  /** The step that failed the plan in force; it stays that when it has been taken back since. */
  readonly failed: Extract<StepState, {kind: 'failed'}> | null
  /** When the run was last resumed, by a wish or by a runner that took it over; deadlines count from there. */
  readonly resumedAt: number
  readonly abort: EventOf<'asked'> | null
  readonly promote: EventOf<'asked'> | null
  readonly ended: EventOf<'ended'> | null
}

interface Building {
  plan: string | null
  plannedAt: number
  steps: Map<string, StepState>
  facts: Map<string, Facts>
  paused: RunState['paused']
  failed: RunState['failed']
  resumedAt: number
  abort: EventOf<'asked'> | null
  promote: EventOf<'asked'> | null
  ended: EventOf<'ended'> | null
}

export function runState(events: readonly Event[]): RunState {
  const state: Building = {
    plan: null,
    plannedAt: -1,
    steps: new Map(),
    facts: new Map(),
    paused: null,
    failed: null,
    resumedAt: 0,
    abort: null,
    promote: null,
    ended: null,
  }
  for (const event of events) apply(state, event)
  return state
}

function apply(state: Building, event: Event): void {
  switch (event.kind) {
    case 'planned':
      state.plan = event.data.plan
      state.plannedAt = event.seq
      state.steps = new Map()
      state.failed = null
      // A plan that took over (a rollback, a halt) isn't the one that was paused.
      if (event.data.because !== undefined) state.paused = null
      return
    case 'step-started': {
      const before = state.steps.get(event.data.step)
      // Started again by a later owner: its deadline still counts from the first start.
      const at = before?.kind === 'started' ? before.at : event.at
      state.steps.set(event.data.step, {
        kind: 'started',
        at,
        epoch: event.epoch,
        writer: event.writer,
        intent: event.data.intent ?? {},
        waitsFor: null,
      })
      return
    }
    case 'step-observed': {
      const before = state.steps.get(event.data.step)
      if (before?.kind === 'started')
        state.steps.set(event.data.step, {
          ...before,
          waitsFor: event.data.waitsFor ?? before.waitsFor,
        })
      if (event.data.facts !== undefined) addFacts(state, event.data.step, event.data.facts)
      return
    }
    case 'step-ended':
      if (event.data.how === 'failed') {
        const failed = {
          kind: 'failed',
          because: event.data.because,
          then: event.data.then,
          cause: event.data.cause ?? 'error',
          at: event.at,
        } as const
        state.steps.set(event.data.step, failed)
        state.failed ??= failed
        return
      }
      state.steps.set(event.data.step, {kind: 'done', how: event.data.how, at: event.at})
      if (event.data.facts !== undefined) addFacts(state, event.data.step, event.data.facts)
      return
    case 'asked':
      applyWish(state, event)
      return
    case 'ended':
      state.ended = event
      return
    case 'lease-taken':
      // Nobody was there until now: a step that was under way has its time anew.
      state.resumedAt = event.at
      return
    case 'lease-lost':
    case 'verdict':
    case 'rule-written':
    case 'armed':
    case 'disarmed':
      return
  }
}

function applyWish(state: Building, event: EventOf<'asked'>): void {
  switch (event.data.wish) {
    case 'pause':
      state.paused = {because: event.data.why, by: event.data.by, at: event.at, until: event.data.until ?? null}
      return
    case 'resume':
      state.paused = null
      state.resumedAt = event.at
      return
    case 'promote':
      state.promote = event
      state.paused = null
      state.resumedAt = event.at
      return
    case 'abort':
      state.abort = event
      return
  }
}

function addFacts(state: Building, step: string, facts: Facts): void {
  state.facts.set(step, {...state.facts.get(step), ...facts})
}

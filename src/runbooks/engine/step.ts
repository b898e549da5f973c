/**
 * The step contract. A plan is a value: an array of steps that name what they need. `W` is the world a step acts on, a record
 * of ports; planners are pure and never see it, the engine hands it to each call. A step never sleeps: `poll` says when to
 * look again and the engine waits, so one tick is short and any machine can do the next one.
 */
import type {Event, EventOf, Facts} from './event.ts'

/** An AWS action a step may use and where, e.g. `{action: 'elasticloadbalancing:ModifyRule', region: 'eu-west-1'}`. */
export interface Call {
  readonly action: string
  readonly region: string
}

/** Which way is safe when something failed here. `undo` is for plans in which nothing of consequence has changed yet. */
export type Then = 'roll-back' | 'pause' | 'halt' | 'fail'

export interface Failed {
  readonly kind: 'failed'
  readonly because: string
  readonly then: Then
  /** What kind of reason it is, when leaving the plan; `error` if left out. */
  readonly cause?: Cause
}
export interface Pending {
  readonly kind: 'pending'
  /** What it waits for, in a few words a person understands: `2 of 3 targets healthy`. */
  readonly waitsFor: string
  /** Epoch ms at which looking again makes sense. */
  readonly lookAgainAt: number
}
export interface Done {
  readonly kind: 'done'
  /** What later steps (and a resume on another machine) need to know. JSON. */
  readonly facts?: Facts
  /** A few words for the person: `3 of 3 healthy in slot b`. */
  readonly note?: string
}
export type Observed = Done | {readonly kind: 'not-done'} | {readonly kind: 'foreign'; readonly what: string} | Pending | Failed
export type Started = {readonly facts?: Facts} | void
export type Polled = Done | Pending | Failed

/** Events a step or guard may write itself; the engine writes the others. */
export type OwnEvent = Extract<Event, {kind: 'step-observed' | 'verdict' | 'rule-written' | 'armed' | 'disarmed'}>['kind']

export interface StepContext {
  /** Epoch ms, the run's clock, read once per call. */
  readonly now: number
  readonly run: string
  /** Aborted when the call has used up its bound, or the runner stops. */
  readonly signal: AbortSignal
  /** Facts of this step so far (from `start`, or an earlier `poll`). */
  readonly own: Facts
  /** When this step was first started; `now` if it hasn't been. */
  readonly startedAt: number
  /** Facts of a step that has ended; throws a bug of ours when it hasn't. */
  facts(step: string): Facts
  /** All events so far, oldest first. */
  readonly events: readonly Event[]
  /** Writes an event of the step's own; resolves once it is durable. */
  write<K extends OwnEvent>(kind: K, data: EventOf<K>['data']): Promise<void>
  /** Shows people something that isn't worth a journal entry: counts so far, what is waited for. */
  show(data: unknown): void
}

export interface Step<W> {
  /** Stable and readable: `shift-25`. */
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly calls: readonly Call[]
  /** What it asks over HTTP of a Region (`http:HOST`): no right is needed for it, but the Region is. */
  readonly asks?: readonly Call[]
  readonly deadlineMs: number
  /** What a passed deadline means here. */
  readonly atDeadline: Then
  /** True when it can't be taken back; the engine never runs one without the plan having asked before. */
  readonly pointOfNoReturn?: boolean
  /**
   * Id of the step whose facts say `consent: true`; without it the engine refuses to start
   * a point of no return of a plan that `undoes`.
   */
  readonly consent?: string
  /** How long it usually takes, for forecasts and for telling when it is stuck (beyond its p90). Not part of the plan's hash. */
  readonly usual?: Usual
  /** What `start` is about to do, for the journal, before it does it. */
  intent?(context: StepContext): Facts
  /** Is the effect already there? Makes running again safe. */
  observe(world: W, context: StepContext): Promise<Observed>
  /** Makes it so. Idempotent. */
  start(world: W, context: StepContext): Promise<Started>
  /** How far is it? */
  poll(world: W, context: StepContext): Promise<Polled>
  /** Takes back this step's own, local effect. */
  undo?(world: W, context: StepContext): Promise<void>
  /** True when nobody waits for that: it is taken back when everything else has been. */
  readonly undoneLast?: boolean
}

export interface Usual {
  readonly p50Seconds: number
  readonly p90Seconds: number
}

/** What a guard found. `switch-plan` leaves the present plan for another one of the same run (rollback, halt). */
export type Guarded =
  | {readonly kind: 'ok'}
  | Pending
  | {readonly kind: 'switch-plan'; readonly plan: string; readonly because: string; readonly cause: Cause}

/** Runs before the steps at every tick, in order; the first that isn't `ok` decides the tick. */
export interface Guard<W> {
  readonly id: string
  readonly calls: readonly Call[]
  check(world: W, context: StepContext): Promise<Guarded>
}

/** Why a plan was left. The closed set of causes a rolled-back run names. */
export type Cause = 'verdict' | 'abort' | 'deadline' | 'tasks' | 'unattended' | 'foreign' | 'superseded' | 'error'

export interface Plan<W> {
  /** `release`, `rollback`, `halt`, `retire`. */
  readonly name: string
  readonly steps: readonly Step<W>[]
  readonly guards: readonly Guard<W>[]
  /** How the run ends when every step is done; null: the run has ended before, this only tidies up. */
  readonly ends: 'promoted' | 'rolled-back' | 'halted' | 'failed' | 'done' | null
  /** The plan to go on with when this one is done. */
  readonly then?: string
  /** Which plan a step's `then`, an abort, leads to. */
  readonly onRollBack: string | null
  readonly onHalt: string | null
  /**
   * Recoveries: until a point of no return has begun, a failure (`then: 'fail'`) and an abort take back every step that began,
   * the failed one too, last begun first; from then on there is no way back, a failure pauses,
   * and every such step needs its `consent`.
   */
  readonly undoes?: 'all-begun'
  /**
   * With `undoes`: step until whose beginning an abort still takes everything back, though a point of no return has begun. Whether it
   * may be asked for is for whoever writes it to find out; nothing goes that way by itself.
   */
  readonly withdrawnUntil?: string
}

/** A kind of run: rebuilds any of its plans from the journal alone. Pure. */
export interface Runbook<W> {
  readonly first: string
  plan(name: string, events: readonly Event[]): Plan<W>
}

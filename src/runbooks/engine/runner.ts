/**
 * One tick of a run: renews the lease, reads what others wrote, obeys wishes, runs the guards, then takes every step that is
 * ready as far as it goes. It decides nothing about releases or recoveries, never sleeps,
 * and writes to the journal before anything in AWS changes.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {advanceStep, factsOf} from './advance-step.ts'
import type {Running} from './advance-step.ts'
import type {Clock} from './clock.ts'
import {minutes, seconds} from './clock.ts'
import {describePlan} from './describe-plan.ts'
import type {EventKind, EventOf, Facts} from './event.ts'
import {Superseded} from './journal.ts'
import type {Journal} from './journal.ts'
import {leaseMarginMs, renewEveryMs} from './lease.ts'
import type {HeldLease} from './lease.ts'
import {runState} from './run-state.ts'
import type {RunState, StepState} from './run-state.ts'
import type {Cause, Failed, Guarded, Pending, Plan, Runbook, Step, StepContext} from './step.ts'
import {Unavailable} from './unavailable.ts'

/** Why this runner stopped. `ended` is the run's end; the others leave the run to be resumed. */
export type RunEnd =
  | {readonly kind: 'ended'; readonly outcome: EventOf<'ended'>['data']}
  | {readonly kind: 'paused'; readonly because: string; readonly until: number | null}
  | {readonly kind: 'lease-lost'; readonly to: string; readonly epoch: number}
  | {readonly kind: 'state-unreachable'; readonly because: string}
  | {readonly kind: 'detached'}

export interface RunOptions<W> {
  readonly runbook: Runbook<W>
  readonly world: W
  readonly journal: Journal
  readonly held: HeldLease
  readonly clock: Clock
  /** `ended`: stop when the outcome stands. `tidied`: go on with what is left afterwards (the warm window). */
  readonly until: 'ended' | 'tidied'
  /** Ctrl-C once: finish the tick, then stop. */
  readonly detach: AbortSignal
  /** Ctrl-C twice: calls under way are given up. */
  readonly leave: AbortSignal
  readonly onLive?: (step: string, data: unknown) => void
  readonly onTick?: () => void
}

/** What can't be taken back for so long is a person's to look at. */
const undoPatienceMs = minutes(5)
/** So long a journal is as new as our own last event. */
const currentMs = seconds(2)

export type Tick = {readonly kind: 'again'; readonly at: number} | {readonly kind: 'over'; readonly end: RunEnd}

export class Runner<W> implements Running<W> {
  readonly confirmed = new Set<string>()
  readonly failures = new Map<string, number>()
  /** What each waiting step last said, so that it isn't asked again before its time. */
  readonly waiting = new Map<string, Pending>()
  private readonly options: RunOptions<W>
  private renewedAt: number
  private undoFailingSince: number | null = null
  /**
   * An event of ours has just taken its place: nobody had written before it. Where users wait for every round trip (a recovery),
   * nothing is read again that instant; a wish that comes after it is met by the next write or tick.
   */
  private wroteAt = -Infinity
  private plan: {readonly at: number; readonly plan: Plan<W>; readonly hash: string} | null = null

  constructor(options: RunOptions<W>) {
    this.options = options
    this.renewedAt = options.held.lease.since
  }

  get world(): W {
    return this.options.world
  }

  get clock(): Clock {
    return this.options.clock
  }

  get undoesAll(): boolean {
    return this.plan?.plan.undoes === 'all-begun'
  }

  get writer(): string {
    return this.options.journal.writer
  }

  async tick(): Promise<Tick> {
    const {journal, clock} = this.options
    const isDue = clock.now() - this.renewedAt >= renewEveryMs
    const known = journal.events.length
    if (this.undoesAll) {
      const isCurrent = clock.now() - this.wroteAt < currentMs
      await Promise.all([isDue ? this.renew() : undefined, isCurrent ? undefined : journal.refresh(this.options.leave)])
    } else {
      if (isDue) await this.renew()
      await journal.refresh(this.options.leave)
    }
    if (journal.events.length > known) this.waiting.clear()
    const newer = journal.events.findLast((event) => event.epoch > this.options.held.lease.epoch)
    if (newer !== undefined) throw new Superseded(newer.writer, newer.epoch)
    const state = runState(journal.events)
    if (state.plan === null) return this.enter(this.options.runbook.first)
    const plan = this.planInForce(state)
    if (state.ended !== null) {
      if (this.options.until === 'ended') return {kind: 'over', end: {kind: 'ended', outcome: state.ended.data}}
      // What ended the run may name a plan that tidies up afterwards; that plan's own end is the end.
      if (state.ended.seq > state.plannedAt) {
        if (plan.then !== undefined) return this.enter(plan.then)
        return {kind: 'over', end: {kind: 'ended', outcome: state.ended.data}}
      }
    }
    if (state.abort !== null && state.ended === null && plan.onRollBack !== null) {
      return this.enter(plan.onRollBack, `aborted by ${state.abort.data.by}: ${state.abort.data.why}`, 'abort')
    }
    const back = this.takingBack(plan, state)
    if (back !== null) {
      if (state.paused?.by === 'sluice')
        return {kind: 'over', end: {kind: 'paused', because: state.paused.because, until: state.paused.until}}
      return this.undo(plan, state, back.because, back.cause)
    }
    const guarded = await this.guard(plan, state)
    if (guarded !== null) return guarded
    // Going home isn't held up by a person's pause: only a plan that can still be left for a rollback can wait for one.
    if (state.paused !== null && (plan.onRollBack !== null || plan.undoes !== undefined || state.paused.by === 'sluice')) {
      return {kind: 'over', end: {kind: 'paused', because: state.paused.because, until: state.paused.until}}
    }
    if (state.failed !== null) return this.leave(plan, state, state.failed)
    return this.steps(plan, state)
  }

  /** Why everything that began is to be taken back; null: it isn't, or nothing can be any more. */
  private takingBack(
    plan: Plan<W>,
    {failed, abort, ended, plannedAt}: RunState,
  ): {readonly because: string; readonly cause: Cause} | null {
    if (plan.undoes !== 'all-begun' || ended !== null) return null
    if (failed?.then === 'fail') return {because: failed.because, cause: failed.cause}
    const begun = this.pointBegun(plan, plannedAt)
    // A plan that took over is on its way to where an abort would lead: it isn't aborted in turn.
    const planned = this.options.journal.events[plannedAt] as EventOf<'planned'>
    if (abort === null || planned.data.because !== undefined) return null
    if (begun !== null && begun < abort.seq && !this.stillWithdrawn(plan, plannedAt, abort.seq)) return null
    return {because: `aborted by ${abort.data.by}: ${abort.data.why}`, cause: 'abort'}
  }

  private stillWithdrawn({withdrawnUntil}: Plan<W>, plannedAt: number, at: number): boolean {
    if (withdrawnUntil === undefined) return false
    return !this.options.journal.events.some(
      ({seq, kind, data}) => seq > plannedAt && seq < at && kind === 'step-started' && data.step === withdrawnUntil,
    )
  }

  /** Number of the event with which a point of no return of the plan in force began. */
  private pointBegun(plan: Plan<W>, plannedAt: number): number | null {
    const points = new Set(plan.steps.filter(({pointOfNoReturn}) => pointOfNoReturn === true).map(({id}) => id))
    const begun = this.options.journal.events.find(
      (event) => event.seq > plannedAt && event.kind === 'step-started' && points.has(event.data.step),
    )
    return begun?.seq ?? null
  }

  /** The first guard that isn't `ok` decides the tick; null when all are. */
  private async guard(plan: Plan<W>, state: RunState): Promise<Tick | null> {
    let waitsUntil: number | null = null
    for (const guard of plan.guards) {
      const guarded = await this.ask(() => guard.check(this.options.world, this.context(guard.id, state)))
      switch (guarded.kind) {
        case 'ok':
          continue
        case 'pending':
          // It holds up the steps, not the other guards: the dead-man's switch is pushed though the rule can't be read just now.
          waitsUntil = Math.min(waitsUntil ?? Infinity, guarded.lookAgainAt)
          continue
        case 'switch-plan':
          return this.enter(guarded.plan, guarded.because, guarded.cause)
      }
    }
    return waitsUntil === null ? null : {kind: 'again', at: waitsUntil}
  }

  private async ask(check: () => Promise<Guarded>): Promise<Guarded> {
    try {
      return await check()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      return {kind: 'pending', waitsFor: `${error.action} to answer`, lookAgainAt: this.clock.now() + seconds(2)}
    }
  }

  private async steps(plan: Plan<W>, state: RunState): Promise<Tick> {
    this.requireSamePlan(plan, state)
    const isDone = (id: string): boolean => state.steps.get(id)?.kind === 'done'
    const left = plan.steps.filter((step) => !isDone(step.id))
    if (left.length === 0) return this.finish(plan, state)
    const ready = left.filter((step) => step.needs.every(isDone))
    if (ready.length === 0) throw new Error(`plan ${plan.name}: no step can begin; its needs form a circle`)
    const settled = await Promise.allSettled(ready.map((step) => advanceStep(step, state, this)))
    const rejected = settled.find((result) => result.status === 'rejected')
    if (rejected !== undefined) throw rejected.reason
    const results = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failedAt = results.findIndex((result) => result.kind === 'failed')
    const failed = results[failedAt]
    if (failed?.kind === 'failed') return this.fail(plan, state, ready[failedAt]?.id ?? '', failed)
    if (results.some((result) => result.kind === 'ended')) return this.again()
    for (const [index, result] of results.entries()) {
      if (result.kind === 'pending') this.options.onLive?.(ready[index]?.id ?? '', {waitsFor: result.waitsFor})
    }
    return {kind: 'again', at: Math.min(...results.map((result) => (result.kind === 'pending' ? result.lookAgainAt : Infinity)))}
  }

  /** A plan of another version of the tool would be half theirs and half ours; going home is the same in all of them. */
  private requireSamePlan(plan: Plan<W>, state: RunState): void {
    const {journal} = this.options
    const planned = journal.events[state.plannedAt] as EventOf<'planned'>
    if ((plan.onRollBack === null && plan.undoes === undefined) || planned.data.planHash === this.plan?.hash) return
    const first = journal.events[0] as EventOf<'planned'>
    throw new SluiceError({
      code: 'plan-changed',
      exitCode: ExitCode.halted,
      message:
        `${journal.run} was planned by sluice ${first.data.toolVersion ?? 'of another version'}, `
        + 'and this version would do other steps.',
      suggestions: [
        'resume it with the version that planned it',
        ...(plan.undoes === undefined ? [`sluice release abort ${journal.run}`] : []),
      ],
    })
  }

  private async fail(plan: Plan<W>, {plannedAt}: RunState, step: string, failed: Failed): Promise<Tick> {
    const {because, then} = failed
    const isPast = plan.undoes === 'all-begun' && this.pointBegun(plan, plannedAt) !== null
    if (then === 'pause' || (then === 'fail' && isPast)) {
      // The step stays as it is: a resume goes on with it, and its deadline counts anew.
      await this.append('asked', {wish: 'pause', by: 'sluice', why: because})
      return this.again()
    }
    await this.append('step-ended', {step, how: 'failed', because, then, cause: failed.cause ?? 'error'})
    return this.again()
  }

  /** A step has failed and the journal says so: whoever ticks next goes on from there, in the step's safe direction. */
  private async leave(plan: Plan<W>, state: RunState, failed: Extract<StepState, {kind: 'failed'}>): Promise<Tick> {
    const {because, then, cause} = failed
    if (then === 'fail') return this.undo(plan, state, because, undefined)
    const next = then === 'roll-back' ? (plan.onRollBack ?? plan.onHalt) : plan.onHalt
    if (next !== null) return this.enter(next, because, cause)
    await this.append('ended', {outcome: 'halted', because, cause})
    return this.again()
  }

  /** Nothing of consequence had changed: take back what was, in reverse, and end the run as failed. */
  private async undo(plan: Plan<W>, state: RunState, because: string, cause: Cause | undefined): Promise<Tick> {
    for (const step of this.undoOrder(plan, state)) {
      try {
        await this.secureLease()
        await step.undo?.(this.options.world, this.context(step.id, state))
      } catch (error) {
        return this.undoLater(plan, step, error)
      }
      this.undoFailingSince = null
      await this.append('step-ended', {step: step.id, how: 'undone'})
    }
    await this.append('ended', {outcome: 'failed', because, ...(cause !== undefined && {cause})})
    return this.again()
  }

  private undoOrder(plan: Plan<W>, {steps, plannedAt}: RunState): readonly Step<W>[] {
    const undoable = (step: Step<W>): boolean => {
      const present = steps.get(step.id)
      return step.undo !== undefined && present !== undefined && (present.kind !== 'done' || present.how === 'done')
    }
    if (plan.undoes !== 'all-begun')
      return plan.steps.toReversed().filter((step) => undoable(step) && steps.get(step.id)?.kind !== 'failed')
    const started = this.options.journal.events.flatMap((event) =>
      event.kind === 'step-started' && event.seq > plannedAt ? [event.data.step] : [],
    )
    const back = [...new Set(started)].toReversed().flatMap((id) => plan.steps.filter((step) => step.id === id && undoable(step)))
    return [...back.filter(({undoneLast}) => undoneLast !== true), ...back.filter(({undoneLast}) => undoneLast === true)]
  }

  /** Asked again for a while; then a person is told what still stands, and a resume goes on taking it back. */
  private async undoLater(plan: Plan<W>, step: Step<W>, error: unknown): Promise<Tick> {
    const now = this.clock.now()
    const isRefused = plan.undoes === 'all-begun' && error instanceof SluiceError && error.code !== 'journal-corrupt'
    if (!isRefused && !(error instanceof Unavailable)) throw error
    this.undoFailingSince ??= now
    if (plan.undoes === 'all-begun' && (isRefused || now - this.undoFailingSince > undoPatienceMs)) {
      this.undoFailingSince = null
      await this.append('asked', {wish: 'pause', by: 'sluice', why: `${step.title}: couldn't be taken back: ${error.message}`})
      return this.again()
    }
    return {kind: 'again', at: now + seconds(2)}
  }

  private async finish(plan: Plan<W>, state: RunState): Promise<Tick> {
    if (plan.ends !== null && (state.ended === null || state.ended.seq < state.plannedAt)) {
      const planned = this.options.journal.events[state.plannedAt] as EventOf<'planned'>
      const because = planned.data.because ?? 'every step is done'
      const {cause} = planned.data
      await this.append('ended', {outcome: plan.ends, because, ...(cause !== undefined && {cause})})
      return this.again()
    }
    const ended = state.ended?.data
    if (ended === undefined) throw new Error(`plan ${plan.name} is done, but the run has no outcome`)
    return {kind: 'over', end: {kind: 'ended', outcome: ended}}
  }

  private async enter(name: string, because?: string, cause?: Cause): Promise<Tick> {
    const plan = this.options.runbook.plan(name, this.options.journal.events)
    await this.secureLease()
    await this.append('planned', {
      ...describePlan(plan),
      ...(because !== undefined && {because}),
      ...(cause !== undefined && {cause}),
    })
    return this.again()
  }

  private planInForce(state: RunState): Plan<W> {
    if (this.plan?.at !== state.plannedAt) {
      const before = this.options.journal.events.slice(0, state.plannedAt + 1)
      const plan = this.options.runbook.plan(state.plan ?? this.options.runbook.first, before)
      this.plan = {at: state.plannedAt, plan, hash: describePlan(plan).planHash}
      this.confirmed.clear()
      this.waiting.clear()
    }
    return this.plan.plan
  }

  async append<K extends EventKind>(kind: K, data: EventOf<K>['data']): Promise<void> {
    await this.options.journal.append(this.options.held.lease.epoch, kind, data, this.options.leave)
    this.wroteAt = this.clock.now()
  }

  async secureLease(): Promise<void> {
    if (this.options.held.lease.expiresAt - this.clock.now() < leaseMarginMs) await this.renew()
  }

  private async renew(): Promise<void> {
    const {held} = this.options
    if (!(await held.renew(this.options.leave))) throw new Superseded('another runner', held.lease.epoch + 1)
    this.renewedAt = this.clock.now()
  }

  private again(): Tick {
    return {kind: 'again', at: this.clock.now()}
  }

  context(step: string, state: RunState): StepContext {
    const {journal} = this.options
    const present = state.steps.get(step)
    const now = this.clock.now()
    return {
      now,
      run: journal.run,
      signal: this.options.leave,
      own: state.facts.get(step) ?? {},
      startedAt: present?.kind === 'started' ? present.at : now,
      events: journal.events,
      facts: (id: string): Facts => factsOf(journal.events, state, id),
      write: async (kind, data) => {
        await this.secureLease()
        await this.append(kind, data)
      },
      show: (data) => this.options.onLive?.(step, data),
    }
  }
}

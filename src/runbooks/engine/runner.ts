/**
 * One tick of a run: renews the lease, reads what others wrote, obeys wishes, runs the guards, then takes every step that is ready
 * as far as it goes. It decides nothing about releases or recoveries, never sleeps, and writes to the journal before anything in
 * AWS changes.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {advanceStep, factsOf} from './advance-step.ts'
import type {Running} from './advance-step.ts'
import type {Clock} from './clock.ts'
import {seconds} from './clock.ts'
import {describePlan} from './describe-plan.ts'
import type {EventKind, EventOf, Facts} from './event.ts'
import {Superseded} from './journal.ts'
import type {Journal} from './journal.ts'
import {leaseMarginMs, renewEveryMs} from './lease.ts'
import type {HeldLease} from './lease.ts'
import {runState} from './run-state.ts'
import type {RunState, StepState} from './run-state.ts'
import type {Cause, Failed, Guarded, Pending, Plan, Runbook, StepContext} from './step.ts'
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

export type Tick = {readonly kind: 'again'; readonly at: number} | {readonly kind: 'over'; readonly end: RunEnd}

export class Runner<W> implements Running<W> {
  readonly confirmed = new Set<string>()
  readonly failures = new Map<string, number>()
  /** What each waiting step last said, so that it isn't asked again before its time. */
  readonly waiting = new Map<string, Pending>()
  private readonly options: RunOptions<W>
  private renewedAt: number
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

  get writer(): string {
    return this.options.journal.writer
  }

  async tick(): Promise<Tick> {
    const {journal, clock} = this.options
    if (clock.now() - this.renewedAt >= renewEveryMs) await this.renew()
    const known = journal.events.length
    await journal.refresh(this.options.leave)
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
    const guarded = await this.guard(plan, state)
    if (guarded !== null) return guarded
    // Going home isn't held up by a person's pause: only a plan that can still be left for a rollback can wait for one.
    if (state.paused !== null && (plan.onRollBack !== null || state.paused.by === 'sluice')) {
      return {kind: 'over', end: {kind: 'paused', because: state.paused.because, until: state.paused.until}}
    }
    const failed = [...state.steps.values()].find((step) => step.kind === 'failed')
    if (failed?.kind === 'failed') return this.leave(plan, state, failed)
    return this.steps(plan, state)
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
    if (failed?.kind === 'failed') return this.fail(ready[failedAt]?.id ?? '', failed)
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
    if (plan.onRollBack === null || planned.data.planHash === this.plan?.hash) return
    const first = journal.events[0] as EventOf<'planned'>
    throw new SluiceError({
      code: 'plan-changed',
      exitCode: ExitCode.halted,
      message: `${journal.run} was planned by sluice ${first.data.toolVersion ?? 'of another version'}, and this version would do other steps.`,
      suggestions: ['resume it with the version that planned it', `sluice release abort ${journal.run}`],
    })
  }

  private async fail(step: string, failed: Failed): Promise<Tick> {
    const {because, then} = failed
    if (then === 'pause') {
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
    if (then === 'fail') return this.undo(plan, state, because)
    const next = then === 'roll-back' ? (plan.onRollBack ?? plan.onHalt) : plan.onHalt
    if (next !== null) return this.enter(next, because, cause)
    await this.append('ended', {outcome: 'halted', because, cause})
    return this.again()
  }

  /** Nothing of consequence had changed: take back what was, in reverse, and end the run as failed. */
  private async undo(plan: Plan<W>, state: RunState, because: string): Promise<Tick> {
    for (const step of plan.steps.toReversed()) {
      const present = state.steps.get(step.id)
      const undone = present === undefined || present.kind === 'failed' || (present.kind === 'done' && present.how !== 'done')
      if (undone || step.undo === undefined) continue
      try {
        await this.secureLease()
        await step.undo(this.options.world, this.context(step.id, state))
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error
        return {kind: 'again', at: this.clock.now() + seconds(2)}
      }
      await this.append('step-ended', {step: step.id, how: 'undone'})
    }
    await this.append('ended', {outcome: 'failed', because})
    return this.again()
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
      ...describePlan(plan), ...(because !== undefined && {because}), ...(cause !== undefined && {cause}),
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

/**
 * One tick of a run: confirms that this runner owns it, obeys wishes, asks the guards, then takes every step that is ready as far as
 * it goes. It decides nothing about releases or recoveries, never sleeps, and writes to the journal before anything in AWS changes.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {advanceStep, factsOf} from './advance-step.ts'
import type {Running} from './advance-step.ts'
import type {Clock} from './clock.ts'
import {seconds} from './clock.ts'
import {describePlan} from './describe-plan.ts'
import type {Event, EventKind, EventOf, Facts} from './event.ts'
import {moveAfterGuards, moveBeforeGuards} from './next-move.ts'
import type {Move} from './next-move.ts'
import {Ownership} from './ownership.ts'
import type {Tick} from './run-end.ts'
import type {RunOptions} from './run-options.ts'
import {runState} from './run-state.ts'
import type {RunState} from './run-state.ts'
import type {Cause, Failed, Guarded, Pending, Plan, StepContext} from './step.ts'
import {pointBegun} from './taking-back.ts'
import {Unavailable} from './unavailable.ts'
import {undoSteps} from './undo-steps.ts'
import type {Undoing} from './undo-steps.ts'

export class Runner<W> implements Running<W>, Undoing<W> {
  readonly confirmed = new Set<string>()
  readonly failures = new Map<string, number>()
  /** What each waiting step last said, so that it isn't asked again before its time. */
  readonly waiting = new Map<string, Pending>()
  undoFailingSince: number | null = null
  private readonly options: RunOptions<W>
  private readonly ownership: Ownership
  private plan: {readonly at: number; readonly plan: Plan<W>; readonly hash: string} | null = null

  constructor(options: RunOptions<W>) {
    this.options = options
    this.ownership = new Ownership(options)
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

  get events(): readonly Event[] {
    return this.options.journal.events
  }

  async tick(): Promise<Tick> {
    const known = this.events.length
    await this.ownership.confirm(this.undoesAll ? 'fewest-round-trips' : 'in-turn')
    if (this.events.length > known) this.waiting.clear()
    const state = runState(this.events)
    if (state.plan === null) return this.enter(this.options.runbook.first)
    const plan = this.planInForce(state)
    const before = moveBeforeGuards(plan, state, this.events, this.options.until)
    if (before !== null) return this.carryOut(before, plan, state)
    const guarded = await this.guard(plan, state)
    if (guarded !== null) return guarded
    const after = moveAfterGuards(plan, state)
    if (after !== null) return this.carryOut(after, plan, state)
    return this.steps(plan, state)
  }

  private async carryOut(move: Move, plan: Plan<W>, state: RunState): Promise<Tick> {
    switch (move.kind) {
      case 'over':
        return move
      case 'enter':
        return this.enter(move.plan, move.because, move.cause)
      case 'take-back':
        return undoSteps(plan, state, move, this)
      case 'halt':
        await this.append('ended', {outcome: 'halted', because: move.because, cause: move.cause})
        return this.again()
    }
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
    const isPast = plan.undoes === 'all-begun' && pointBegun(plan, plannedAt, this.events) !== null
    if (then === 'pause' || (then === 'fail' && isPast)) {
      // The step stays as it is: a resume goes on with it, and its deadline counts anew.
      await this.append('asked', {wish: 'pause', by: 'sluice', why: because})
      return this.again()
    }
    await this.append('step-ended', {step, how: 'failed', because, then, cause: failed.cause ?? 'error'})
    return this.again()
  }

  private async finish(plan: Plan<W>, state: RunState): Promise<Tick> {
    if (plan.ends !== null && (state.ended === null || state.ended.seq < state.plannedAt)) {
      const planned = this.events[state.plannedAt] as EventOf<'planned'>
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
    const plan = this.options.runbook.plan(name, this.events)
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
      const before = this.events.slice(0, state.plannedAt + 1)
      const plan = this.options.runbook.plan(state.plan ?? this.options.runbook.first, before)
      this.plan = {at: state.plannedAt, plan, hash: describePlan(plan).planHash}
      this.confirmed.clear()
      this.waiting.clear()
    }
    return this.plan.plan
  }

  append<K extends EventKind>(kind: K, data: EventOf<K>['data']): Promise<void> {
    return this.ownership.append(kind, data)
  }

  secureLease(): Promise<void> {
    return this.ownership.secureLease()
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

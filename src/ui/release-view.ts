/**
 * The one model between a release's journal and every screen: terminal, CI log, JSON and final words all say what is here, so
 * they can't disagree. Pure, and it decides nothing: states, verdicts and outcomes are read, never made.
 */
import type {Event, EventOf} from '../runbooks/engine/event.ts'
import type {Cause} from '../runbooks/engine/step.ts'
import {ExitCode} from '../errors.ts'
import type {GateView} from './gate-view.ts'
import {etaMinutes, gateView} from './gate-view.ts'
import type {Live} from './live.ts'
import type {ReleaseInput} from './release-input.ts'
import {releaseInput} from './release-input.ts'
import type {StepLine} from './step-lines.ts'
import {stepLines} from './step-lines.ts'
import type {ReleaseWeights} from './release-weights.ts'
import {releaseWeights} from './release-weights.ts'

export type RunState = 'running' | 'paused' | 'promoted' | 'rolled-back' | 'halted' | 'failed'

export interface LineView extends Omit<StepLine, 'gates'> {
  readonly gates: readonly GateView[]
  readonly durationMs: number | null
}

export interface DeadMansSwitchView {
  readonly state: 'off' | 'arming' | 'armed'
  /** Epoch ms at which traffic goes home by itself if nobody ticks. */
  readonly dueAt: number | null
  readonly leftMs: number | null
}

export interface ReleaseView {
  readonly run: string
  readonly input: ReleaseInput
  readonly state: RunState
  /** The plan under way: `release`, `rollback`, `halt`, `retire`. */
  readonly plan: string
  readonly startedAt: number
  readonly endedAt: number | null
  /** Run time so far, or in all. */
  readonly elapsedMs: number
  readonly now: number
  readonly tickedBy: {readonly owner: string; readonly host: string} | null
  readonly deadMansSwitch: DeadMansSwitchView
  readonly weights: ReleaseWeights
  readonly lines: readonly LineView[]
  /** The newest reading of every gate. */
  readonly gates: readonly GateView[]
  readonly verdict: EventOf<'verdict'>['data'] | null
  /** Judged requests that the canary answered, and the bad ones among them (of the gate that failed, else of `errors`). */
  readonly exposed: {readonly requests: number; readonly bad: number}
  /** Epoch ms; null when it can't be told. */
  readonly forecastEnd: number | null
  /** Why it stands where it stands; empty while it simply runs. */
  readonly because: string
  readonly cause: Cause | null
  /** The pause that stands. A run that has ended promoted can still be paused: its warm window is. */
  readonly pause: EventOf<'asked'>['data'] | null
  /** The gate and the judged minute that rejected it. */
  readonly rejectedBy: {readonly gate: GateView; readonly minute: number; readonly weight: number} | null
  readonly exitCode: ExitCode
  readonly hint: string | null
}

/** Aligning to whole minutes and waiting for CloudWatch to settle, on top of what a step holds. */
const settlingMs = 3 * 60_000

export function releaseView(events: readonly Event[], live: Live, now: number): ReleaseView {
  const input = releaseInput(events)
  const ended = standingEnd(events)
  const plans = events.filter((event) => event.kind === 'planned')
  const folded = stepLines(events)
  const current = stillTrue(live, folded)
  const lines = folded.map((line) => lineView(line, current, ended?.at ?? now, now))
  const verdict = last(events, 'verdict')?.data ?? null
  const gates = lines.findLast((line) => line.gates.length > 0)?.gates ?? []
  const pause = pausedBy(events)
  // Only runs that aren't releases end `done`.
  const outcome = ended === undefined || ended === null || ended.data.outcome === 'done' ? null : ended.data.outcome
  const state: RunState = outcome ?? (pause === null ? 'running' : 'paused')
  const startedAt = events[0]?.at ?? now
  const lease = last(events, 'lease-taken')?.data
  const rejected = rejectedBy(events)
  return {
    run: input.run ?? live.run ?? '–',
    input,
    state,
    plan: plans.at(-1)?.data.plan ?? 'release',
    startedAt,
    endedAt: ended?.at ?? null,
    elapsedMs: Math.max(0, (ended?.at ?? now) - startedAt),
    now,
    tickedBy: lease === undefined ? null : {owner: lease.owner, host: lease.host},
    deadMansSwitch: deadMansSwitch(events, now),
    weights: releaseWeights(events, live, input, runningSteps(lines)),
    lines,
    gates,
    verdict,
    exposed: exposed(gates, rejected),
    forecastEnd: state === 'running' ? forecastEnd(lines, input, now) : null,
    pause,
    because: ended?.data.because ?? pause?.why ?? plans.at(-1)?.data.because ?? '',
    cause: ended?.data.cause ?? plans.at(-1)?.data.cause ?? null,
    rejectedBy: rejected,
    exitCode: exitCodes[state],
    hint: live.hint ?? null,
  }
}

/** What `sluice release` exits with; `release abort` answers 0 by its own rule. */
const exitCodes: {readonly [state in RunState]: ExitCode} = {
  running: ExitCode.stillRunning,
  paused: ExitCode.stillRunning,
  promoted: ExitCode.done,
  'rolled-back': ExitCode.rejected,
  halted: ExitCode.halted,
  failed: ExitCode.unexpected,
}

const runningSteps = (lines: readonly LineView[]): readonly string[] =>
  lines.flatMap(({runningStep}) => (runningStep === null ? [] : [runningStep]))

/** What a guard shows between two looks of a step is about whatever is running: it must not blank that line for a moment. */
function stillTrue(live: Live, lines: readonly StepLine[]): Live {
  const {step, ...rest} = live
  return step !== undefined && !lines.some(({steps}) => steps.includes(step)) ? {...rest} : live
}

function lineView(line: StepLine, live: Live, runEnd: number, now: number): LineView {
  const shown =
    line.state === 'running' && (live.step === undefined ? live.waitsFor !== undefined : line.steps.includes(live.step))
  const gates = shown && live.gates !== undefined ? live.gates : line.gates
  const open = line.state === 'running' ? now : runEnd
  return {
    ...line,
    waitsFor: (shown ? live.waitsFor : undefined) ?? line.waitsFor,
    gates: gates.map(gateView),
    durationMs: line.startedAt === null ? null : Math.max(0, (line.endedAt ?? open) - line.startedAt),
  }
}

/** A rollback out of the warm window takes an end back; tidying up doesn't. */
function standingEnd(events: readonly Event[]): EventOf<'ended'> | undefined {
  const newest = events.findLast((event) => event.kind === 'ended' || (event.kind === 'planned' && event.data.plan !== 'retire'))
  return newest?.kind === 'ended' ? newest : undefined
}

/** The wish that stands, when it is a pause. A plan made later (rollback, halt) ends it. */
function pausedBy(events: readonly Event[]): EventOf<'asked'>['data'] | null {
  const newest = events.findLast((event) => event.kind === 'asked' || event.kind === 'planned')
  return newest?.kind === 'asked' && newest.data.wish === 'pause' ? newest.data : null
}

function deadMansSwitch(events: readonly Event[], now: number): DeadMansSwitchView {
  const newest = events.findLast((event) => event.kind === 'armed' || event.kind === 'disarmed')
  if (newest?.kind !== 'armed') return {state: 'off', dueAt: null, leftMs: null}
  // While a push forward is on its way, only the time that was confirmed can be relied on.
  const confirmed = events.findLast(
    (event) => (event.kind === 'armed' && event.data.phase === 'confirmed') || event.kind === 'disarmed',
  )
  if (confirmed?.kind !== 'armed') return {state: 'arming', dueAt: null, leftMs: null}
  return {state: 'armed', dueAt: confirmed.data.dueAt, leftMs: Math.max(0, confirmed.data.dueAt - now)}
}

function rejectedBy(events: readonly Event[]): ReleaseView['rejectedBy'] {
  const failing = events.findLast((event) => event.kind === 'verdict' && event.data.verdict === 'fail')
  if (failing?.kind !== 'verdict') return null
  const reading = failing.data.gates.find(({verdict}) => verdict === 'fail')
  return reading === undefined ? null : {gate: gateView(reading), minute: failing.data.minute, weight: failing.data.weight}
}

function exposed(gates: readonly GateView[], rejected: ReleaseView['rejectedBy']): ReleaseView['exposed'] {
  const counting = rejected?.gate ?? gates.find(({gate}) => gate === 'errors') ?? gates[0]
  return {requests: Math.max(0, ...gates.map(({canary}) => canary.requests)), bad: counting?.canary.bad ?? 0}
}

function forecastEnd(lines: readonly LineView[], input: ReleaseInput, now: number): number | null {
  let end = now
  for (const line of lines) {
    if (line.plan !== 'release' || (line.state !== 'running' && line.state !== 'waiting')) continue
    const step = input.steps.find(({weight}) => weight === line.weight)
    if (step === undefined) continue
    const held = Math.max(0, step.holdMs + settlingMs - (line.durationMs ?? 0))
    const eta = line.state === 'running' ? etaMinutes(line.gates) : 0
    if (eta === null) return null
    end += Math.max(held, eta * 60_000)
  }
  return end
}

function last<K extends Event['kind']>(events: readonly Event[], kind: K): EventOf<K> | undefined {
  return events.findLast((event) => event.kind === kind) as EventOf<K> | undefined
}

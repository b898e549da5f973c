/**
 * The one model between a recovery and every screen: terminal, log, JSON, summary and report all say what is here. Pure, and it
 * decides nothing: states, reasons and numbers are read from the journal. What isn't known is null, and said so;
 * it is never taken for good.
 */
import {ExitCode} from '../errors.ts'
import type {Event, EventOf} from '../runbooks/engine/event.ts'
import {runState} from '../runbooks/engine/run-state.ts'
import {longestPath} from '../runbooks/recovery/critical-path.ts'
import type {Live} from './live.ts'
import type {MeasuredLoss, RecoveryFacts} from './recovery-facts.ts'
import {recoveryFacts} from './recovery-facts.ts'
import type {RecoveryAsked} from './recovery-input.ts'
import {recoveryInput} from './recovery-input.ts'
import type {RecoveryStep} from './recovery-steps.ts'
import {asksConsent, consentMark, leftMs, recoverySteps, stuck, tookMs} from './recovery-steps.ts'

export type RecoveryState = 'running' | 'paused' | 'done' | 'failed' | 'halted'

/** The step after which users are served again: recovery time is measured to its end. */
const goalStep = 'serving'

export interface PassedPoint {
  readonly step: string
  readonly at: number
  /** Who gave the consent. */
  readonly by: string
  readonly acceptedMs: number | null
  /** A loss that nobody could tell was accepted. */
  readonly acceptedUnknown: boolean
  /** A person may still withdraw, if home is seen to have everything: this run fenced it, and users haven't been sent away. */
  readonly mayWithdraw: boolean
}

export interface RecoveryView {
  readonly run: string
  readonly asked: RecoveryAsked
  readonly toolVersion: string
  readonly planHash: string
  readonly state: RecoveryState
  readonly startedAt: number
  readonly endedAt: number | null
  readonly elapsedMs: number
  readonly now: number
  readonly steps: readonly RecoveryStep[]
  readonly facts: RecoveryFacts
  readonly loss: MeasuredLoss | null
  /** Null: the plan has no such point (a drill). `before` says that everything can still be taken back. */
  readonly pointOfNoReturn: {readonly passed: PassedPoint | null; readonly step: string} | null
  /** Consent is waited for. `loss` is what was measured where this was seen happen; null: see the words. */
  readonly question: {readonly loss: MeasuredLoss | null; readonly words: string; readonly since: number} | null
  /** Recovery time: of a promotion alone. Running or not, to the moment users are served; null where there is none. */
  readonly rtoMs: number | null
  readonly served: boolean
  /** Longest chain to the goal: what it took, or what it usually takes where it isn't over. */
  readonly criticalPath: readonly string[]
  readonly criticalPathMs: number
  /** What is still left on the longest way, ids; empty when nothing is. */
  readonly left: readonly string[]
  /** From the beginning to the goal, as it looks now; null when it is reached or can't be told. */
  readonly forecastMs: number | null
  /** Ids of steps that take longer than they nearly always do. */
  readonly stuck: readonly string[]
  /** `missed` as soon as it can't be met any more. */
  readonly objectives: {readonly rto: Met; readonly rpo: Met}
  readonly because: string
  /** It halted because another run took its place for good: nothing is left to be done. */
  readonly isSuperseded: boolean
  readonly paused: {readonly because: string; readonly by: string; readonly until: number | null} | null
  readonly exitCode: ExitCode
  readonly hint: string | null
}

export type Met = 'met' | 'missed' | 'unknown' | 'none'

export function recoveryView(events: readonly Event[], live: Live, now: number): RecoveryView {
  const asked = recoveryInput(events)
  const steps = recoverySteps(events).map((step) =>
    step.state === 'running' ? {...step, waitsFor: live.waits?.[step.id] ?? step.waitsFor} : step,
  )
  const facts = recoveryFacts(steps)
  const first = events.find((event) => event.kind === 'planned')
  const ended = events.findLast((event) => event.kind === 'ended')
  const run = runState(events)
  const state: RecoveryState = ended !== undefined ? stateOf(ended.data.outcome) : run.paused !== null ? 'paused' : 'running'
  const startedAt = events[0]?.at ?? now
  const until = ended?.at ?? now
  const present = steps.filter(({plan}) => plan === run.plan)
  const goal = present.some(({id}) => id === goalStep) ? goalStep : null
  const way = pathOf(present, goal, (step) => tookMs(step, now) + leftMs(step, now))
  const ahead = pathOf(present, goal, (step) => leftMs(step, now))
  const pointOfNoReturn = pointOf(steps, events, facts)
  const servedAt = facts.servingAt ?? present.find(({id, state: of}) => id === goalStep && of === 'done')?.endedAt ?? null
  const rtoMs =
    asked.kind !== 'promote'
      ? null
      : facts.rtoSeconds !== null
        ? facts.rtoSeconds * 1000
        : Math.max(0, (servedAt ?? until) - startedAt)
  const forecastMs = goal === null || servedAt !== null || ended !== undefined ? null : until - startedAt + ahead.ms
  const shown = live.loss === undefined ? null : {...live.loss, ms: live.loss.lossMs}
  const loss = facts.loss ?? shown
  const objectives = {
    rto:
      asked.kind !== 'promote' || rtoMs === null
        ? ('none' as const)
        : rtoMs > asked.rtoMs
          ? ('missed' as const)
          : servedAt !== null
            ? ('met' as const)
            : ('unknown' as const),
    rpo: asked.kind !== 'promote' ? ('none' as const) : metBy(loss?.ms ?? null, asked.rpoMs),
  }
  return {
    run: live.run ?? '–',
    asked,
    steps,
    facts,
    loss,
    state,
    startedAt,
    now,
    rtoMs,
    forecastMs,
    objectives,
    pointOfNoReturn,
    toolVersion: first?.data.toolVersion ?? '',
    planHash: first?.data.planHash ?? '',
    endedAt: ended?.at ?? null,
    elapsedMs: Math.max(0, until - startedAt),
    question:
      state === 'running' || state === 'paused'
        ? questionOf(present, asked.kind === 'failback' ? nothingLost : shown, state === 'paused')
        : null,
    served: servedAt !== null,
    criticalPath: way.ids,
    criticalPathMs: way.ms,
    left:
      ended !== undefined
        ? []
        : ahead.ids.filter((id) =>
            present.some((step) => step.id === id && (step.state === 'waiting' || step.state === 'running')),
          ),
    stuck: ended !== undefined ? [] : present.filter((step) => stuck(step, now)).map(({id}) => id),
    because: ended?.data.because ?? run.paused?.because ?? '',
    isSuperseded: ended?.data.cause === 'superseded',
    paused:
      state === 'paused' && run.paused !== null
        ? {because: run.paused.because, by: run.paused.by, until: run.paused.until}
        : null,
    exitCode: exitCodeOf(state, objectives, pointOfNoReturn?.passed !== null && pointOfNoReturn !== null, present),
    hint: live.hint ?? null,
  }
}

/** To the goal; without one the longest of all. */
function pathOf(
  steps: readonly RecoveryStep[],
  goal: string | null,
  weighMs: (step: RecoveryStep) => number,
): {readonly ids: readonly string[]; readonly ms: number} {
  const weights = new Map(steps.map((step) => [step.id, weighMs(step)]))
  const {ids, seconds} = longestPath(
    steps.map(({id, needs}) => ({id, needs})),
    goal ?? '',
    ({id}) => (weights.get(id) ?? 0) / 1000,
  )
  return {ids, ms: Math.round(seconds * 1000)}
}

const metBy = (ms: number | null, limitMs: number): Met => (ms === null ? 'unknown' : ms <= limitMs ? 'met' : 'missed')

function stateOf(outcome: EventOf<'ended'>['data']['outcome']): RecoveryState {
  switch (outcome) {
    case 'failed':
    case 'halted':
      return outcome
    case 'rolled-back':
      return 'failed'
    case 'promoted':
    case 'done':
      return 'done'
  }
}

/** It is passed as soon as it was started: whether the call arrived can't be known by then. Taken back, it wasn't one. */
function pointOf(
  steps: readonly RecoveryStep[],
  events: readonly Event[],
  facts: RecoveryFacts,
): RecoveryView['pointOfNoReturn'] {
  const step = steps.find(({pointOfNoReturn}) => pointOfNoReturn)
  if (step === undefined) return null
  if (step.startedAt === null || step.state === 'undone') return {passed: null, step: step.id}
  const {by, acceptLossMs} = recoveryInput(events)
  const flip = steps.find(({id}) => id === 'flip')
  const {accepted} = facts
  return {
    step: step.id,
    passed: {
      step: step.id,
      at: step.startedAt,
      by: accepted === null || accepted.by === 'at the start' ? by : accepted.by,
      acceptedMs: accepted === null ? acceptLossMs : accepted.lossMs,
      acceptedUnknown: accepted?.unknownLoss ?? false,
      mayWithdraw: step.id === 'promote-database' && facts.fence === 'fenced' && flip?.startedAt === null,
    },
  }
}

/** Going home loses nothing: what is asked for is the moment. */
const nothingLost: MeasuredLoss = {ms: 0, source: '', replicatedUntil: null, text: ''}

function questionOf(present: readonly RecoveryStep[], loss: MeasuredLoss | null, paused: boolean): RecoveryView['question'] {
  // What it waits for isn't in the journal: of a run that nobody ticks, the open step alone says so.
  const open = present.find(
    (step) => step.id === 'approve' && (asksConsent(step) || (paused && step.state === 'running' && step.waitsFor === null)),
  )
  return open === undefined ? null : {loss, words: (open.waitsFor ?? '').slice(consentMark.length), since: open.startedAt ?? 0}
}

function exitCodeOf(
  state: RecoveryState,
  {rto, rpo}: RecoveryView['objectives'],
  passed: boolean,
  present: readonly RecoveryStep[],
): ExitCode {
  switch (state) {
    case 'running':
      return ExitCode.stillRunning
    case 'paused':
      if (passed) return ExitCode.halted
      return present.some(({id, state: of}) => id === 'approve' && of === 'running')
        ? ExitCode.confirmation
        : ExitCode.stillRunning
    case 'done':
      return rto === 'missed' || rpo === 'missed' ? ExitCode.objectiveMissed : ExitCode.done
    case 'failed':
      return ExitCode.unexpected
    case 'halted':
      return ExitCode.halted
  }
}

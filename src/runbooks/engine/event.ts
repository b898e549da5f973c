/**
 * What a journal is made of: a closed union of events, each carrying the hash of the one before. Terminal, JSON, report and
 * dashboard read these and nothing else.
 */
import type {Cause, Then, Usual} from './step.ts'

export type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json}
export type Facts = {readonly [key: string]: Json}

export type Wish = 'pause' | 'resume' | 'promote' | 'abort'

/** Three answers, with their numbers: one per gate. */
export interface GateReading {
  readonly gate: string
  readonly verdict: 'pass' | 'fail' | 'need-data'
  readonly reason: string
  readonly canary: {readonly requests: number; readonly bad: number}
  readonly stable: {readonly requests: number; readonly bad: number}
  /** Fraction of requests that may be bad; the gate's limit. */
  readonly budget: number
  readonly logHarm: number
  /** ln(1/alpha): harm at or above this is a fail. */
  readonly logHarmLimit: number
  readonly logFit: number
  /** ln(1/beta). */
  readonly logFitLimit: number
  /** Minutes still needed at the present rate, if it can be told. */
  readonly etaMinutes: number | null
  /** Bad requests per judged minute, newest last, for the little curves. */
  readonly curve: {readonly canary: readonly number[]; readonly stable: readonly number[]}
  /** Of the bad ones, how many were never answered. */
  readonly unanswered?: {readonly canary: number; readonly stable: number}
}

export interface PlannedStep {
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly pointOfNoReturn?: boolean
  readonly usual?: Usual
}

interface Data {
  /** A plan was made (event 0: the run's first; later: a rollback, halt or retire plan took over). */
  planned: {
    readonly plan: string
    readonly planHash: string
    readonly steps: readonly PlannedStep[]
    /** Why it took over; absent in event 0. */
    readonly because?: string
    readonly cause?: Cause
    /** Event 0 only: everything `resume` rebuilds from. */
    readonly input?: Json
    readonly toolVersion?: string
  }
  'lease-taken': {readonly owner: string; readonly host: string; readonly expiresAt: number}
  'lease-lost': {readonly to: string; readonly epoch: number}
  'step-started': {readonly step: string; readonly intent?: Facts}
  /** Something changed about a step that is under way. */
  'step-observed': {readonly step: string; readonly waitsFor?: string; readonly facts?: Facts}
  'step-ended':
    | {readonly step: string; readonly how: 'done' | 'already' | 'undone'; readonly facts?: Facts; readonly note?: string}
    | {readonly step: string; readonly how: 'failed'; readonly because: string; readonly then: Then; readonly cause?: Cause}
  /**
   * A person's (or a CI job's) wish: whoever ticks next obeys it. `accepts`: what a `promote` of a recovery accepts (`lossMs`). A
   * pause by the tool itself is one too, `by: 'sluice'`.
   */
  asked: {readonly wish: Wish; readonly by: string; readonly why: string; readonly until?: number; readonly accepts?: Facts}
  verdict: {
    readonly step: string
    readonly weight: number
    readonly verdict: 'pass' | 'fail' | 'need-data'
    /** Judged minutes so far in this run, and the number among them of the failing one. */
    readonly minute: number
    readonly gates: readonly GateReading[]
    /** Share of requests counted on the canary, 0..1; null before any were counted. */
    readonly observedShare: number | null
    readonly reason: string
  }
  /** `asked` is written before the call, `read-back` after the rule was read again. Weights are of slots. */
  'rule-written': {
    readonly phase: 'asked' | 'read-back'
    readonly rule: string
    readonly weights: {readonly a: number; readonly b: number}
    readonly actionsHash: string
  }
  /** The dead-man's switch will send all weight to `home` at `dueAt` (epoch ms) unless pushed forward or deleted. */
  armed: {readonly phase: 'asked' | 'confirmed'; readonly dueAt: number; readonly home: 'a' | 'b'}
  disarmed: {readonly at: number}
  ended: {
    /** `done`: a run that isn't a release got where it was going. */
    readonly outcome: 'promoted' | 'rolled-back' | 'halted' | 'failed' | 'done'
    readonly because: string
    readonly cause?: Cause
  }
}

export type EventKind = keyof Data

export type EventOf<K extends EventKind> = {
  readonly seq: number
  /** Epoch ms, the run's clock. */
  readonly at: number
  /** The lease's epoch under which it was written. */
  readonly epoch: number
  /** Who: fixed for the life of one process. */
  readonly writer: string
  readonly kind: K
  readonly previousHash: string
  readonly data: Data[K]
}

export type Event = {[K in EventKind]: EventOf<K>}[EventKind]

export const eventKinds: readonly EventKind[] = [
  'planned',
  'lease-taken',
  'lease-lost',
  'step-started',
  'step-observed',
  'step-ended',
  'asked',
  'verdict',
  'rule-written',
  'armed',
  'disarmed',
  'ended',
]

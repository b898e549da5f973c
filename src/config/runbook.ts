/**
 * A runbook of the team's own after loading: plain JSON with every default filled in, so that event 0 of a run can hold it and a
 * resume needs no file. Types only; what may stand in the file is `runbook-schema.ts`'s.
 */
export type Value = null | boolean | number | string | readonly Value[] | {readonly [key: string]: Value}
export type Values = {readonly [key: string]: Value}

export const recoveries = ['dr promote', 'dr drill', 'dr failback'] as const
export type RecoveryName = (typeof recoveries)[number]

/**
 * What a failure of a step means: ask a person and go on from there, end the run where it is, take back what was done, or go on without
 * it (it is told, and nobody waits for it).
 */
export type OnFailure = 'pause' | 'halt' | 'undo' | 'go-on'

/** Whose word counts: anybody's who may resume the run, or only somebody's who didn't begin it. */
export type Whose = 'anybody' | 'another'

/** Exactly one of the three is there. `path` leads into the answer, `DBInstances[0].DBInstanceStatus`. */
export type DoneWhen =
  | {readonly path: string; readonly equals: Value}
  | {readonly path: string; readonly in: readonly Value[]}
  | {readonly path: string; readonly exists: boolean}

/** One AWS call. `region` may name `${place.…}`; null: the runbook's. */
export interface OwnCall {
  /** IAM's prefix, `rds`. */
  readonly service: string
  readonly action: string
  readonly region: string | null
  readonly input: Values
}

/** A call that only reads, made again every `everyMs` until its answer is as wanted. */
export interface ReadCall extends OwnCall {
  readonly doneWhen: DoneWhen | null
  readonly everyMs: number
  /** Fact → path in the answer. */
  readonly keep: Readonly<Record<string, string>>
}

export interface HttpExpectation {
  /** Empty: any 2xx. */
  readonly status: readonly number[]
  /** Text that the body holds. */
  readonly body: string | null
  /** Header (lower case) → its value. */
  readonly header: Readonly<Record<string, string>>
}

export type Doing =
  | {readonly kind: 'uses'; readonly uses: string; readonly with: Values}
  | {readonly kind: 'read'; readonly call: ReadCall}
  /** Made once. `check` tells whether its effect is there; null: the answer itself is all there is to know. */
  | {
      readonly kind: 'change'
      readonly call: OwnCall
      readonly keep: Readonly<Record<string, string>>
      readonly check: ReadCall | null
    }
  | {
      readonly kind: 'http'
      readonly url: string
      readonly method: 'GET' | 'HEAD' | 'POST'
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | null
      readonly expect: HttpExpectation
      readonly times: number
      /** Only of a POST: a second one is the same. Without it a POST is sent once, and never again without asking. */
      readonly repeatable: boolean
      readonly everyMs: number
      readonly keep: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'metric'
      readonly region: string | null
      readonly namespace: string
      readonly metric: string
      readonly dimensions: Readonly<Record<string, string>>
      readonly stat: string
      readonly is: 'above' | 'below'
      readonly value: number
      readonly forMs: number
    }
  | {readonly kind: 'manual'; readonly instructions: string; readonly evidence: 'required' | 'optional'; readonly by: Whose}
  /** `names`: last part of an ARN, or the whole of it; empty: anybody who may resume the run. */
  | {readonly kind: 'approval'; readonly question: string; readonly names: readonly string[]; readonly by: Whose}
  | {readonly kind: 'wait'; readonly ms: number}

export interface OwnStep {
  readonly id: string
  readonly title: string
  readonly needs: readonly string[]
  readonly deadlineMs: number
  readonly usual: {readonly p50Seconds: number; readonly p90Seconds: number} | null
  readonly onFailure: OnFailure
  readonly does: Doing
  readonly undo: OwnCall | null
}

export interface OwnRunbook {
  readonly kind: 'runbook'
  readonly name: string
  readonly description: string
  /** Where its calls go; null: the recovery Region, or the only one. */
  readonly region: string | null
  readonly objectives: {readonly rtoMs: number | null; readonly rpoMs: number | null}
  readonly steps: readonly OwnStep[]
}

/** Steps of the team's own around the steps of a built-in recovery. `needs` of the first of a list is the anchor's business. */
export interface Extension {
  readonly kind: 'extension'
  readonly name: string
  readonly description: string
  readonly region: string | null
  readonly extends: RecoveryName
  readonly before: Readonly<Record<string, readonly OwnStep[]>>
  readonly after: Readonly<Record<string, readonly OwnStep[]>>
}

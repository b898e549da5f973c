/**
 * What a release needs of AWS, said in a release's own words. `src/infra/aws` implements these; tests implement them with a
 * small world in memory. Calls throw `Unavailable` when retries ran out (the engine waits and looks again) and `SluiceError`
 * when going on makes no sense (no permission, no such thing).
 */
import type {Signs} from '../recovery/situation.ts'

export type Slot = 'a' | 'b'
export type Weights = {readonly a: number; readonly b: number}

/** One forward action as it stands. */
export interface RuleReading {
  readonly rule: string
  /** Weights of the two slots' target groups; 0 for a group that isn't named. */
  readonly weights: Weights
  readonly stickiness: boolean
  /** Hash over the complete actions (order, other target groups, stickiness, authentication): any difference shows. */
  readonly actionsHash: string
  /** True when the actions hold anything a release couldn't write back: a third target group, no forward action. */
  readonly unusable: string | null
  /** A person's words for it: `a 80 / b 20, stickiness on`. */
  readonly words: string
}

export interface LiveRule {
  read(signal: AbortSignal): Promise<RuleReading>
  /** The reading's actions with these weights and stickiness off: what `write` would send, without sending it. */
  preview(reading: RuleReading, weights: Weights): RuleReading
  /** One ModifyRule with the complete actions: everything else as in `reading`, stickiness between groups off. */
  write(reading: RuleReading, weights: Weights, signal: AbortSignal): Promise<void>
}

export type TargetState = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable'
export interface Target {
  readonly id: string
  readonly state: TargetState
  readonly reason: string | null
}
export interface TargetGroupSettings {
  readonly targetGroup: string
  readonly slowStartSeconds: number
  readonly deregistrationDelaySeconds: number
  readonly stickiness: boolean
  readonly minimumHealthyTargets: number
}
export interface Targets {
  health(slot: Slot, signal: AbortSignal): Promise<readonly Target[]>
  settings(slot: Slot, signal: AbortSignal): Promise<TargetGroupSettings>
}

export interface Deployment {
  readonly id: string
  readonly status: 'PRIMARY' | 'ACTIVE' | 'INACTIVE'
  readonly rolloutState: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED'
  readonly rolloutStateReason: string | null
  readonly taskDefinition: string
  readonly desired: number
  readonly running: number
  readonly pending: number
  readonly failedTasks: number
}
export interface SlotService {
  readonly service: string
  readonly taskDefinition: string
  readonly desired: number
  readonly running: number
  readonly deployments: readonly Deployment[]
  readonly circuitBreaker: {readonly enabled: boolean; readonly rollback: boolean}
  readonly capacityProvider: string | null
}
export interface StoppedTask {
  readonly task: string
  readonly taskDefinition: string
  readonly stopCode: string
  readonly reason: string
  readonly exitCode: number | null
  readonly container: string | null
  /** Epoch ms. */
  readonly stoppedAt: number
}
export interface SlotServices {
  read(slot: Slot, signal: AbortSignal): Promise<SlotService>
  /** Rolls the slot to a revision and size; answers the id of *this* deployment. */
  deploy(
    slot: Slot,
    to: {readonly taskDefinition: string; readonly desired: number},
    signal: AbortSignal,
  ): Promise<{readonly deployment: string}>
  /** Changes the size only. */
  resize(slot: Slot, desired: number, signal: AbortSignal): Promise<void>
  /** Tasks of the slot that stopped at or after `since` (epoch ms), newest first. */
  stopped(slot: Slot, since: number, signal: AbortSignal): Promise<readonly StoppedTask[]>
  /** Digest of the image that the slot's running tasks report, once one runs. */
  imageDigest(slot: Slot, signal: AbortSignal): Promise<string | null>
}

export interface Revisions {
  /** The image of the (first, or named) essential container of a revision. */
  image(taskDefinition: string, signal: AbortSignal): Promise<string>
  /** The revision equal to `from` but for the image: an identical ACTIVE one if there is one, else newly registered. */
  withImage(
    from: string,
    image: string,
    signal: AbortSignal,
  ): Promise<{readonly taskDefinition: string; readonly reused: boolean}>
}

export interface Scaling {
  readonly min: number
  readonly max: number
  readonly scaleInSuspended: boolean
  readonly scaleOutSuspended: boolean
}
export interface SlotScaling {
  /** null: the slot has no scalable target. */
  read(slot: Slot, signal: AbortSignal): Promise<Scaling | null>
  write(slot: Slot, scaling: Scaling, signal: AbortSignal): Promise<void>
}

/** Raw per-minute counts of one slot; null where CloudWatch published nothing. */
export interface SlotMinute {
  readonly requests: number | null
  readonly answered2xx: number | null
  readonly answered3xx: number | null
  readonly answered4xx: number | null
  readonly answered5xx: number | null
  readonly connectionErrors: number | null
  /** SampleCount of TargetResponseTime, and how many of those were slower than the gate's bound. */
  readonly timed: number | null
  readonly slow: number | null
}
export interface CountedMinute {
  /** Epoch ms of its start, a whole minute. */
  readonly at: number
  readonly a: SlotMinute
  readonly b: SlotMinute
  /** Answers made by the load balancer itself: 502 + 503 + 504. */
  readonly loadBalancer5xx: number
  /** Counts of the team's own gates by gate name, for each slot: [requests, bad], null where nothing was published. */
  readonly custom: {
    readonly [gate: string]: {
      readonly a: readonly [number | null, number | null]
      readonly b: readonly [number | null, number | null]
    }
  }
}
export interface Metrics {
  /**
   * Minutes in [from, to), both whole minutes in epoch ms, oldest first, one entry per minute. Throws `Unavailable` on partial
   * data.
   */
  counts(from: number, to: number, signal: AbortSignal): Promise<readonly CountedMinute[]>
}

/** The dead-man's switch: one schedule that sends all weight home by itself. */
export interface SwitchReading {
  readonly dueAt: number
  /** What it will write. */
  readonly weights: Weights
  readonly actionsHash: string
}
export interface DeadMansSwitch {
  read(signal: AbortSignal): Promise<SwitchReading | null>
  /** Creates or replaces it (every field): at `dueAt`, write `reading` with all weight on `home`, stickiness off. */
  arm(dueAt: number, reading: RuleReading, home: Slot, signal: AbortSignal): Promise<void>
  /** Deletes it; fine when it is gone. */
  disarm(signal: AbortSignal): Promise<void>
  /** The second schedule: gives scale-in of `slot` back at `dueAt`. */
  armScaling(dueAt: number, slot: Slot, scaling: Scaling, signal: AbortSignal): Promise<void>
  disarmScaling(signal: AbortSignal): Promise<void>
}

/** AWS's own time, from the `Date` header of the newest answer, carried forward by the run's clock. Epoch ms. */
export type AwsTime = () => number

/** The recovery Region's stable slot, which follows every promotion. */
export interface RecoveryFollower {
  /** `digest`: of the image that was promoted, as its tasks report it; null: they don't. */
  carry(
    from: {readonly taskDefinition: string; readonly image: string; readonly digest: string | null},
    signal: AbortSignal,
  ): Promise<{readonly note: string}>
  /**
   * What says there whether a recovery is under way; null: that Region belongs to no stack of ours, so nothing recovers to it.
   */
  signs(signal: AbortSignal): Promise<Signs | null>
  /** Writes down there what production has now; null: the same. */
  noteCapacity(by: string, signal: AbortSignal): Promise<{readonly note: string} | null>
}

export interface ReleaseWorld {
  readonly rule: LiveRule
  /** Other rules that send ordinary traffic to either slot: requests that no weight of ours moves. */
  readonly otherRules: (signal: AbortSignal) => Promise<readonly string[]>
  readonly targets: Targets
  readonly slots: SlotServices
  readonly revisions: Revisions
  readonly scaling: SlotScaling
  readonly metrics: Metrics
  readonly deadMansSwitch: DeadMansSwitch
  readonly awsTime: AwsTime
  /** null when the configuration names no recovery Region. */
  readonly recovery: RecoveryFollower | null
}

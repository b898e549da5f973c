/** What a release runs by: `sluice.yaml` after loading, defaults filled in, units in the names. Plain JSON: event 0 holds it. */
import type {GateSettings} from '../judge/settings.ts'

export interface ReleaseStep {
  /** Percent of requests, 0 < weight < 100, rising. */
  readonly weight: number
  /** At least this much judged time. */
  readonly holdMs: number
  /** Need-data at this age of the step pauses the run. */
  readonly atMostMs: number
  /** Names of the gates that have to pass before the next step; left out: all. Every gate is judged, and fails, at every step. */
  readonly gates?: readonly string[]
}

/** A CloudWatch metric, or metric math over them, that yields a count per minute. */
export interface MetricSource {
  readonly namespace: string
  readonly metric: string
  readonly stat: string
  readonly dimensions: {readonly [name: string]: string}
}

export type Gate =
  | {readonly kind: 'errors'; readonly name: string; readonly settings: GateSettings}
  | {readonly kind: 'latency'; readonly name: string; readonly boundMs: number; readonly settings: GateSettings}
  /** Counts of the team's own: bad out of requests, per slot. */
  | {
      readonly kind: 'counts'
      readonly name: string
      readonly requests: {readonly a: MetricSource; readonly b: MetricSource}
      readonly bad: {readonly a: MetricSource; readonly b: MetricSource}
      readonly settings: GateSettings
    }

export interface SlotConfig {
  /** ECS service name. */
  readonly service: string
  /** Target group ARN. */
  readonly targetGroup: string
}

export interface ReleaseConfig {
  readonly service: string
  readonly environment: string
  readonly region: string
  /** ARNs. */
  readonly loadBalancer: string
  readonly listener: string
  readonly rule: string
  /** Name or ARN of the ECS cluster. */
  readonly cluster: string
  /** Container whose image a release changes; null: the first essential one. */
  readonly container: string | null
  readonly slots: {readonly a: SlotConfig; readonly b: SlotConfig}
  readonly gates: readonly Gate[]
  readonly steps: readonly ReleaseStep[]
  /** Time of a new task that isn't judged, on top of the target group's slow start. */
  readonly warmupMs: number
  /** How long the old slot keeps its size after a promotion. */
  readonly warmMs: number
  readonly afterPromotion: 'alert' | 'roll-back'
  readonly deadMansSwitch: {
    /**
     * Scheduler's role: may call ModifyRule on the live rule and RegisterScalableTarget. null: `sluice-switch` of the account.
     */
    readonly role: string | null
    /** SQS queue ARN for calls that failed, or null. */
    readonly deadLetterQueue: string | null
    readonly group: string
    readonly windowMs: number
    readonly pausedWindowMs: number
  }
  readonly recovery: RecoveryTarget | null
}

/** Where a promoted version is carried to: one service by name, or whichever slot is home in a stack of ours. */
export type RecoveryTarget =
  | {readonly region: string; readonly cluster: string; readonly service: string}
  | {readonly region: string; readonly stack: string; readonly slots: {readonly a: string; readonly b: string}}

/** What a release touches: named in `sluice.yaml`, or told by the outputs of a stack of ours. */
export type ReleasePlace = Pick<ReleaseConfig, 'loadBalancer' | 'listener' | 'rule' | 'cluster' | 'slots'>
/** A release of a stack of ours, before anybody has asked the stack. */
export type ReleaseSettings = Omit<ReleaseConfig, keyof ReleasePlace>

export type LoadedConfig =
  {readonly kind: 'config'; readonly config: ReleaseConfig} | {readonly kind: 'of-stack'; readonly settings: ReleaseSettings}

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
  readonly recovery: {readonly region: string; readonly cluster: string; readonly service: string} | null
}

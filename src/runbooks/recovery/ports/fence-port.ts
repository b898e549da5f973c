/**
 * What keeps users and writes out of a Region that isn't the primary any more: its live rule and the ingress of its database's group.
 * Everything taken away can be given back.
 */
import type {Weights} from '../../release/ports.ts'

export interface LiveRule {
  readonly arn: string
  readonly forwards: Weights | null
  /** Status of its fixed response; null: it forwards. */
  readonly fixed: number | null
}

export interface FencePort {
  liveRule(
    region: string,
    listener: string,
    targetGroups: {readonly a: string; readonly b: string},
    signal?: AbortSignal,
  ): Promise<LiveRule | null>
  /** The live rule answers 503 to everyone. */
  refuseAll(region: string, rule: string, signal?: AbortSignal): Promise<void>
  forward(
    region: string,
    rule: string,
    targetGroups: {readonly a: string; readonly b: string},
    weights: Weights,
    signal?: AbortSignal,
  ): Promise<void>
  /** Rules of the database's group, as JSON to give back; empty: it is closed. */
  ingress(region: string, group: string, signal?: AbortSignal): Promise<string>
  closeIngress(region: string, group: string, signal?: AbortSignal): Promise<void>
  openIngress(region: string, group: string, rules: string, signal?: AbortSignal): Promise<void>
}

/**
 * What steps of a team's own ask, beside the recovery ports. Adapters throw `Unavailable` when the outcome is unknown or AWS can't serve
 * now, `SluiceError` for what is wrong for good. They make what they are told to and judge nothing: which calls may be made at all is
 * decided where the runbook is loaded.
 */
import type {Facts, Json} from '../engine/event.ts'
import type {RecoveryWorld} from '../recovery/ports/recovery-world.ts'

export interface HttpRequest {
  readonly url: string
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Variables of the environment that url, headers and body may name as `${env.NAME}`; whoever sends the request fills them in. */
  readonly variables: readonly string[]
}

export interface HttpAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The first 64 KiB. */
  readonly body: string
}

export interface MetricQuery {
  readonly namespace: string
  readonly metric: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly stat: string
}

export interface OwnPorts {
  /** `service` as IAM writes it. Dates in the answer are ISO texts; what isn't JSON is left out. */
  call(region: string, service: string, action: string, input: Facts, signal?: AbortSignal): Promise<Json>
  /** null: nobody answered within the bound. Redirects aren't followed. */
  ask(request: HttpRequest, signal?: AbortSignal): Promise<HttpAnswer | null>
  /** One value a minute, by the epoch ms at which the minute begins, oldest first; minutes without a datapoint are missing. */
  minutes(
    region: string,
    query: MetricQuery,
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<readonly {readonly at: number; readonly value: number}[]>
}

export interface OwnWorld extends RecoveryWorld {
  readonly own: OwnPorts
}

/**
 * The API itself, asked over its own names as a user would. The paths are the place's (docs/recovery.md has the contract an image
 * fulfils). It reads and writes through the API alone and never touches the database.
 */

export interface Heartbeat {
  readonly region: string
  /** False on a replica. */
  readonly writable: boolean
  /** Everything received from the primary has been applied (receive LSN = replay LSN, relay log drained); true on a primary. */
  readonly drained: boolean
  /** The newest heartbeat row: written once a second by the primary's API. null: none was ever written. */
  readonly last: {readonly seq: number; readonly at: number; readonly region: string} | null
}

export interface ProbeAnswer {
  readonly status: number
  /** Value of the Region header, null when it isn't there. */
  readonly region: string | null
  readonly body: string
  /** Epoch ms, the run's clock, when the answer was complete. */
  readonly at: number
}

/** `host`: what is resolved and connected to. `hostHeader` replaces the Host header (a drill's host name has no record). */
export interface ProbeTarget {
  readonly host: string
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly hostHeader?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface ApiPort {
  /** null: nobody answered within the bound (2 s): refused, timed out, no such name. Redirects aren't followed. */
  ask(target: ProbeTarget, signal?: AbortSignal): Promise<ProbeAnswer | null>
}

/** How a sandbox is set up: plain JSON, because the daemon gets it as an argument. */
export interface SandboxOptions {
  readonly name?: string
  /** Virtual milliseconds per real one, 1–60. */
  readonly speed: number
  readonly seed: number
  readonly world: 'shop' | 'empty'
  /** The primary one first. */
  readonly regions?: readonly string[]
  /** Services of the shop; `api` if left out. */
  readonly services?: readonly string[]
  /** Requests per virtual minute to each service's load balancer; 900 if left out. */
  readonly trafficPerMinute?: number
  /** A free one if left out. */
  readonly port?: number
  /** Virtual epoch ms of the world's beginning; the machine's time if left out. */
  readonly startAt?: number
}

export const DEFAULT_TRAFFIC_PER_MINUTE = 900
export const DEFAULT_SERVICES: readonly string[] = ['api']

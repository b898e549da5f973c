/** What doctor looks at, beside the world of a release. It only ever reads. */
import type {ReleaseConfig} from '../../config/release-config.ts'
import type {Store} from '../engine/store.ts'
import type {ReleaseWorld} from '../release/ports.ts'

export interface CallerReading {
  readonly account: string
  readonly arn: string
  /** Epoch ms; null when they don't expire, or don't say. */
  readonly expiresAt: number | null
}

/** What surrounds the live rule: things a release relies on and never changes. */
export interface RuleSurroundings {
  /** A number, or `default`. */
  readonly priority: string
  /** Value of the tag `sluice:live`; null without it. */
  readonly liveTag: string | null
  /** What the listener does with requests that no rule matches: `fixed-response 503`, `forward`. */
  readonly listenerDefault: string
}

export interface DoctorWorld {
  readonly config: ReleaseConfig
  readonly release: ReleaseWorld
  readonly store: Store
  /** Epoch ms, the clock of the world looked at. */
  now(): number
  caller(signal: AbortSignal): Promise<CallerReading>
  /** null: there is none yet. */
  stateBucket(signal: AbortSignal): Promise<{readonly bucket: string; readonly versioned: boolean} | null>
  surroundings(signal: AbortSignal): Promise<RuleSurroundings>
}

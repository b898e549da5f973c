/**
 * One direction of a move of users: shared steps take it, so that a failover, a switchover and a failback are made of the same
 * ones. Plain data, no decisions.
 */
import type {RecoverySettings} from '../../config/recovery-config.ts'
import type {Step} from '../engine/step.ts'
import type {CapacitySnapshot, PromoteMode, Side} from './input.ts'
import type {Place} from './place.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

export type RecoveryStep = Step<RecoveryWorld>

export interface Way {
  readonly place: Place
  readonly settings: RecoverySettings
  /** `planned`: the Region that users leave must answer, and nothing may be lost. */
  readonly mode: PromoteMode
  readonly fromRegion: string
  /** null: that Region couldn't be asked what stands in it. */
  readonly from: Side | null
  readonly to: Side
  readonly capacity: CapacitySnapshot
  readonly backups: {readonly days: number; readonly window: string}
}

/** Where a shared step stands in a plan; a plan with two of a kind gives the second one an id and a title of its own. */
export interface Placed {
  readonly needs: readonly string[]
  readonly id?: string
  readonly title?: string
}

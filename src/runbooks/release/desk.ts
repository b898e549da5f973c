import type {Clock, Ids} from '../engine/clock.ts'
import type {Store} from '../engine/store.ts'

/** What every operation on runs needs. */
export interface Desk {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  /** Fixed for the life of this process. */
  readonly writer: string
  readonly host: string
  /** Who is at the desk, for people to read: an ARN. */
  readonly who: string
  readonly toolVersion: string
}

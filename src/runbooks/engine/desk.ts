/** Where somebody works on runs from: a store of journals and leases, a clock, and who they are. Types only. */
import type {Clock, Ids} from './clock.ts'
import type {Store} from './store.ts'

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

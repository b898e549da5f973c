/** How far a permission reaches, and a row of the table that says so. Types only. */
import type {Where} from '../where.ts'

export interface Reach {
  /** Statement's id: actions with the same one share a statement. */
  readonly sid: string
  readonly resources: readonly string[]
  readonly condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Why it is `*`. */
  readonly because?: string
}

export interface Row {
  /** Actions, or all of a prefix: `scheduler:*`. */
  readonly actions: readonly string[]
  readonly reach: (where: Where, passedTo: readonly string[]) => Reach
}

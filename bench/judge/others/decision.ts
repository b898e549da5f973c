/** What every decider of the bench answers: the minute (1-based) it rolls back at, or null if it never does. */
import type {Case} from '../rows.ts'

export type Decider = (given: Case) => number | null

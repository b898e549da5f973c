/** The name of a new run: when it began, to the second, and a few random letters. */
import type {Clock, Ids} from './clock.ts'

export function runId(clock: Clock, ids: Ids): string {
  const stamp = new Date(clock.now()).toISOString()
  return `r-${stamp.slice(0, 10).replaceAll('-', '')}-${stamp.slice(11, 19).replaceAll(':', '')}-${ids(4)}`
}

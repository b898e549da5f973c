import type {Event} from '../engine/event.ts'

/** When the weight now in force was read back (epoch ms); `otherwise` when no weight was written in this run. */
export function weightSince(events: readonly Event[], otherwise: number): number {
  return events.findLast((event) => event.kind === 'rule-written' && event.data.phase === 'read-back')?.at ?? otherwise
}

/** The last time a person let the run go on; 0 when nobody had to. Waits count from there. */
export function resumedAt(events: readonly Event[]): number {
  return (
    events.findLast((event) => event.kind === 'asked' && (event.data.wish === 'resume' || event.data.wish === 'promote'))?.at ?? 0
  )
}

import type {Event} from '../engine/event.ts'

/** Somebody asked for promotion now: who and why, in words; null when nobody did. */
export function promoteWish(events: readonly Event[]): string | null {
  const wish = events.findLast((event) => event.kind === 'asked' && event.data.wish === 'promote')
  return wish?.kind === 'asked' ? `promoted by ${wish.data.by}: ${wish.data.why}` : null
}

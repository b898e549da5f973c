/** What shows a run while it happens. `update` may be called as often as one likes; it writes only what is new. */
import type {Event} from '../runbooks/engine/event.ts'
import type {Live} from './live.ts'

export interface Renderer {
  /** All events so far, what the steps show, and the run's time in epoch ms. */
  update(events: readonly Event[], live: Live, now: number): void
  /** Says what is left to say and gives the terminal back. Safe to call twice. */
  close(): void
}

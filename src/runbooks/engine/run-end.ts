/** How a runner stops, and what one tick says about the next. Types only. */
import type {EventOf} from './event.ts'

/** Why this runner stopped. `ended` is the run's end; the others leave the run to be resumed. */
export type RunEnd =
  | {readonly kind: 'ended'; readonly outcome: EventOf<'ended'>['data']}
  | {readonly kind: 'paused'; readonly because: string; readonly until: number | null}
  | {readonly kind: 'lease-lost'; readonly to: string; readonly epoch: number}
  | {readonly kind: 'state-unreachable'; readonly because: string}
  | {readonly kind: 'detached'}

export type Tick = {readonly kind: 'again'; readonly at: number} | {readonly kind: 'over'; readonly end: RunEnd}

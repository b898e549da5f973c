/** What a run is driven with. Types only. */
import type {Clock} from './clock.ts'
import type {Journal} from './journal.ts'
import type {HeldLease} from './lease.ts'
import type {Runbook} from './step.ts'

export interface RunOptions<W> {
  readonly runbook: Runbook<W>
  readonly world: W
  readonly journal: Journal
  readonly held: HeldLease
  readonly clock: Clock
  /** `ended`: stop when the outcome stands. `tidied`: go on with what is left afterwards (the warm window). */
  readonly until: 'ended' | 'tidied'
  /** Ctrl-C once: finish the tick, then stop. */
  readonly detach: AbortSignal
  /** Ctrl-C twice: calls under way are given up. */
  readonly leave: AbortSignal
  readonly onLive?: (step: string, data: unknown) => void
  readonly onTick?: () => void
}

/** Writes what a person wants into a run's journal, for whoever ticks next. It needs no lease, and takes none. */
import type {Clock} from './clock.ts'
import type {Event, EventOf} from './event.ts'
import {Superseded} from './journal.ts'
import type {Journal} from './journal.ts'
import {patiently} from './patience.ts'

/** `check` is asked before each try, and may throw: what was possible may not be any more. */
export async function writeWish(
  {clock}: {readonly clock: Clock},
  journal: Journal,
  wish: EventOf<'asked'>['data'],
  check?: (events: readonly Event[]) => void,
): Promise<void> {
  for (;;) {
    check?.(journal.events)
    const epoch = journal.events.at(-1)?.epoch ?? 0
    try {
      await patiently(clock, () => journal.append(epoch, 'asked', wish))
      return
    } catch (error) {
      // A newer owner wrote at the same moment: the wish is for whoever ticks, so it is said again, to them.
      if (!(error instanceof Superseded)) throw error
    }
  }
}

import type {Clock} from '../../src/runbooks/engine/clock.ts'
import {openJournal} from '../../src/runbooks/engine/journal.ts'
import type {Journal} from '../../src/runbooks/engine/journal.ts'
import {takeLease} from '../../src/runbooks/engine/lease.ts'
import type {HeldLease} from '../../src/runbooks/engine/lease.ts'
import {driveRun} from '../../src/runbooks/engine/run.ts'
import type {RunEnd} from '../../src/runbooks/engine/run-end.ts'
import type {Store} from '../../src/runbooks/engine/store.ts'
import type {Runbook} from '../../src/runbooks/engine/step.ts'

interface Toy<W> {
  readonly store: Store
  readonly clock: Clock
  readonly writer: string
  readonly runbook: Runbook<W>
  readonly world: W
  readonly detach?: AbortSignal
}

export interface Drove {
  readonly end: RunEnd
  readonly journal: Journal
  readonly held: HeldLease
}

/** Takes the lease (waiting out an expired owner), opens the journal, drives to an end. */
export async function driveToy<W>({store, clock, writer, runbook, world, detach}: Toy<W>): Promise<Drove> {
  for (;;) {
    const taken = await takeLease({store, clock, target: 'toy', run: 'r-toy', owner: writer, host: 'test', operation: 'release'})
    if (taken.kind === 'held') {
      await clock.until(taken.lease.expiresAt + 1)
      continue
    }
    const journal = await openJournal({store, run: 'r-toy', writer, clock})
    await journal.append(taken.held.lease.epoch, 'lease-taken', {
      owner: writer,
      host: 'test',
      expiresAt: taken.held.lease.expiresAt,
    })
    const never = new AbortController().signal
    const end = await driveRun({
      runbook,
      world,
      journal,
      held: taken.held,
      clock,
      until: 'ended',
      detach: detach ?? never,
      leave: never,
    })
    return {end, journal, held: taken.held}
  }
}

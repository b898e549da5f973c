/**
 * A run whose lease is held, from its first event to where it stops. Every kind of run goes through here: each begins with its plan,
 * says who took it over, and gives its lease back once nothing is under way any more. It takes no lease: who may have one, and what
 * stands in the way, is for each kind to say.
 */
import {SluiceError} from '../../errors.ts'
import {describePlan} from './describe-plan.ts'
import type {Desk} from './desk.ts'
import type {Event, EventKind, EventOf, Json} from './event.ts'
import {openJournal} from './journal.ts'
import type {Journal} from './journal.ts'
import type {HeldLease} from './lease.ts'
import {patiently} from './patience.ts'
import {driveRun} from './run.ts'
import type {RunEnd} from './run-end.ts'
import type {RunOptions} from './run-options.ts'
import type {Runbook} from './step.ts'

/** How somebody looks on while a run is driven, and ends that. */
export interface RunWatching extends Pick<RunOptions<never>, 'onLive' | 'onTick' | 'detach' | 'leave'> {
  readonly onEvent?: (event: Event) => void
}

export interface HeldRun {
  readonly journal: Journal
  readonly held: HeldLease
}

export const openRun = (desk: Desk, run: string, {onEvent}: Pick<RunWatching, 'onEvent'> = {}): Promise<Journal> =>
  patiently(desk.clock, () =>
    openJournal({store: desk.store, run, writer: desk.writer, clock: desk.clock, ...(onEvent !== undefined && {onEvent})}),
  )

/** Event 0 of a new run. `input`: everything its runbook was made from; a resume knows nothing else. */
export function beginRun(
  desk: Desk,
  {run, held}: {readonly run: string; readonly held: HeldLease},
  {runbook, input}: {readonly runbook: Runbook<never>; readonly input: object},
  watching: Pick<RunWatching, 'onEvent'>,
): Promise<HeldRun> {
  return givingBack(held, async () => {
    const journal = await openRun(desk, run, watching)
    const plan = describePlan(runbook.plan(runbook.first, []))
    await writeHeld(desk, {journal, held}, 'planned', {...plan, input: input as Json, toolVersion: desk.toolVersion})
    return {journal, held}
  })
}

/** Writes an event of this owner's, outside of the run's ticks. */
export const writeHeld = <K extends EventKind>(
  desk: Desk,
  {journal, held}: HeldRun,
  kind: K,
  data: EventOf<K>['data'],
): Promise<void> => patiently(desk.clock, () => journal.append(held.lease.epoch, kind, data))

/** To where it stops. A lease that is lost or has run out isn't this process's to give back. */
export function driveHeld<W>(
  desk: Desk,
  {journal, held}: HeldRun,
  run: Pick<RunOptions<W>, 'runbook' | 'world' | 'until'>,
  {onLive, onTick, detach, leave}: RunWatching,
): Promise<RunEnd> {
  return givingBack(held, async () => {
    const {writer: owner, host, clock} = desk
    await writeHeld(desk, {journal, held}, 'lease-taken', {owner, host, expiresAt: held.lease.expiresAt})
    const end = await driveRun({
      ...run,
      journal,
      held,
      clock,
      detach,
      leave,
      ...(onLive !== undefined && {onLive}),
      ...(onTick !== undefined && {onTick}),
    })
    if (end.kind !== 'lease-lost' && end.kind !== 'state-unreachable') await held.release().catch(() => undefined)
    return end
  })
}

/** What is refused leaves nothing under way: whoever puts it right needn't wait for the lease to run out. */
async function givingBack<T>(held: HeldLease, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (error instanceof SluiceError) await held.release().catch(() => undefined)
    throw error
  }
}

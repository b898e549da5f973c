/**
 * A provisioning run from its lease to where it stops: event 0, then the engine's loop. `up` and `down` both go through here.
 * Such a run is never resumed: whoever comes next plans anew, and finds what this one did.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {describePlan} from '../engine/describe-plan.ts'
import type {Event, Json} from '../engine/event.ts'
import {openJournal} from '../engine/journal.ts'
import {patiently} from '../engine/patience.ts'
import {driveRun} from '../engine/run.ts'
import type {RunEnd} from '../engine/run-end.ts'
import type {Runbook} from '../engine/step.ts'
import type {Desk} from '../engine/desk.ts'
import type {InfraClaim} from './claim-infra.ts'

export interface InfraWatching {
  /** The lease is taken: this is the run's id, which its events don't hold. */
  readonly onRun?: (run: string) => void
  readonly onEvent?: (event: Event) => void
  readonly onLive?: (step: string, data: unknown) => void
  readonly onTick?: () => void
  readonly detach: AbortSignal
  readonly leave: AbortSignal
}

export interface InfraRan {
  readonly run: string
  readonly events: readonly Event[]
  readonly end: RunEnd
}

/** `input` is everything the runbook was made from; event 0 holds it. The lease is given back but when it was lost. */
export async function driveInfra<W>(
  desk: Desk,
  {run, held}: InfraClaim,
  runbook: Runbook<W>,
  input: object,
  world: W,
  watching: InfraWatching,
): Promise<InfraRan> {
  const {onRun, onEvent, onLive, onTick, detach, leave} = watching
  onRun?.(run)
  const {epoch, expiresAt} = held.lease
  try {
    const journal = await patiently(desk.clock, () =>
      openJournal({
        store: desk.store,
        run,
        writer: desk.writer,
        clock: desk.clock,
        ...(onEvent !== undefined && {onEvent}),
      }),
    )
    await patiently(desk.clock, () =>
      journal.append(epoch, 'planned', {
        ...describePlan(runbook.plan(runbook.first, [])),
        input: input as Json,
        toolVersion: desk.toolVersion,
      }),
    )
    await patiently(desk.clock, () => journal.append(epoch, 'lease-taken', {owner: desk.writer, host: desk.host, expiresAt}))
    const end = await driveRun({
      runbook,
      world,
      journal,
      held,
      clock: desk.clock,
      until: 'ended',
      detach,
      leave,
      ...(onLive !== undefined && {onLive}),
      ...(onTick !== undefined && {onTick}),
    })
    if (end.kind !== 'lease-lost') await held.release().catch(() => undefined)
    return {run, events: journal.events, end}
  } catch (error) {
    // Nothing is under way any more: whoever puts right what was refused needn't wait for the lease to run out.
    if (error instanceof SluiceError && error.exitCode !== ExitCode.bug) await held.release().catch(() => undefined)
    throw error
  }
}

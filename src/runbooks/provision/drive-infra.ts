/**
 * A provisioning run from its lease to where it stops: event 0, then the engine's loop. `up` and `down` both go through here.
 * Such a run is never resumed: whoever comes next plans anew, and finds what this one did.
 */
import type {Desk} from '../engine/desk.ts'
import type {Event} from '../engine/event.ts'
import {beginRun, driveHeld} from '../engine/held-run.ts'
import type {RunWatching} from '../engine/held-run.ts'
import type {RunEnd} from '../engine/run-end.ts'
import type {Runbook} from '../engine/step.ts'
import type {InfraClaim} from './claim-infra.ts'

export interface InfraWatching extends RunWatching {
  /** The lease is taken: this is the run's id, which its events don't hold. */
  readonly onRun?: (run: string) => void
}

export interface InfraRan {
  readonly run: string
  readonly events: readonly Event[]
  readonly end: RunEnd
}

/** `input` is everything the runbook was made from; event 0 holds it. */
export async function driveInfra<W>(
  desk: Desk,
  claim: InfraClaim,
  {runbook, input, world}: {readonly runbook: Runbook<W>; readonly input: object; readonly world: W},
  watching: InfraWatching,
): Promise<InfraRan> {
  const {run} = claim
  watching.onRun?.(run)
  const begun = await beginRun(desk, claim, {runbook, input}, watching)
  const end = await driveHeld(desk, begun, {runbook, world, until: 'ended'}, watching)
  return {run, events: begun.journal.events, end}
}

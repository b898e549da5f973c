/**
 * Takes the lease that lets one process at a time change a stack. Nobody has to clean up after a killed process: its lease is
 * waited out, and a new run plans anew. An owner that renews is alive, and is never pushed aside.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {holdLease} from '../engine/hold-lease.ts'
import type {HeldLease, Lease} from '../engine/lease.ts'
import {waitOutLease} from '../engine/wait-out-lease.ts'
import type {Desk} from '../engine/desk.ts'
import {runId} from '../engine/run-id.ts'

export interface ClaimOptions {
  /** Told once, before waiting for an owner that may be dead; its lease says who, and until when. */
  readonly onWaiting?: (lease: Lease) => void
  readonly detach: AbortSignal
}

export interface InfraClaim {
  readonly run: string
  readonly held: HeldLease
}

/** `operation` is what others are told: `infra up`. Throws `lease-held` (exit 7) when the owner is there. */
export async function claimInfra(
  desk: Desk,
  target: string,
  operation: string,
  {onWaiting, detach}: ClaimOptions,
): Promise<InfraClaim> {
  await waitOutLease(desk, {target, alive: heldError, detach, interrupted, ...(onWaiting !== undefined && {onWaiting})})
  const run = runId(desk.clock, desk.ids)
  return {run, held: await holdLease(desk, {target, run, operation, alive: heldError})}
}

function heldError(lease: Lease): SluiceError {
  return new SluiceError({
    code: 'lease-held',
    exitCode: ExitCode.leaseHeld,
    message: `${said(lease)} is at work on this stack.`,
    suggestions: ['sluice infra status'],
  })
}

function interrupted(lease: Lease): SluiceError {
  return new SluiceError({
    code: 'interrupted',
    exitCode: ExitCode.interrupted,
    message: `Interrupted while waiting for the lease of ${said(lease)}; nothing was started.`,
    suggestions: ['sluice infra status'],
  })
}

const said = ({operation, run, owner, host, since}: Lease): string =>
  `${operation} ${run} by ${owner} on ${host}, since ${new Date(since).toISOString().replace('.000Z', 'Z')},`

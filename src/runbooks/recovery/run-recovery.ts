/**
 * Begins, resumes and ends recoveries of every kind: one lease of the service in the recovery Region, a journal there, event 0, then the
 * engine's loop. It knows which runs there are and what a person may still ask of one; nothing of commands, colours or AWS.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Desk} from '../engine/desk.ts'
import type {Event, Facts, Wish} from '../engine/event.ts'
import {beginRun, driveHeld, openRun, writeHeld} from '../engine/held-run.ts'
import type {HeldRun, RunWatching} from '../engine/held-run.ts'
import {holdLease} from '../engine/hold-lease.ts'
import type {Journal} from '../engine/journal.ts'
import {isHeld, readLease} from '../engine/lease.ts'
import type {HeldLease, Lease} from '../engine/lease.ts'
import {patiently} from '../engine/patience.ts'
import type {RunEnd} from '../engine/run-end.ts'
import {runId} from '../engine/run-id.ts'
import {runState} from '../engine/run-state.ts'
import {waitOutLease} from '../engine/wait-out-lease.ts'
import {writeWish} from '../engine/write-wish.ts'
import {findRecovery, recoveryInput} from './find-recovery.ts'
import type {FoundRecovery} from './find-recovery.ts'
import type {RecoveryInput} from './input.ts'
import {recoveryTarget} from './place.ts'
import type {Place} from './place.ts'
import {iso} from './situation.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {recoveryRunbook} from './recovery-runbook.ts'
import {refuseTooLate, refuseUnlessHomeHasAll, returnBegun} from './withdrawal.ts'

export interface RecoveryWatching extends RunWatching {
  /** The lease is taken: this is the run's id. */
  readonly onRun?: (run: string) => void
  /** Another machine's lease has to run out first: whose, and when. */
  readonly onWait?: (words: string) => void
}

export interface RecoveryRan {
  readonly run: string
  readonly input: RecoveryInput
  readonly events: readonly Event[]
  readonly end: RunEnd
}

/** Says who is at work (exit 7), or which run isn't finished. Read before anything is prepared. `takesOver`: it is no obstacle. */
export async function refuseIfRecovering(
  desk: Desk,
  place: Place,
  takesOver: (open: FoundRecovery) => boolean = () => false,
): Promise<void> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, recoveryTarget(place)))
  if (lease !== null && isHeld(lease, desk.clock.now())) throw heldError(lease)
  const open = await findRecovery(desk, place)
  if (open === null || takesOver(open)) return
  throw new SluiceError({
    code: 'run-unfinished',
    exitCode: ExitCode.leaseHeld,
    message: `${open.run} (${open.input.kind}) isn't finished, and nobody ticks it.`,
    suggestions: [
      `sluice dr resume ${open.run}`,
      ...(returnBegun(open.events) !== null ? [] : [`sluice dr resume ${open.run} --withdraw`]),
    ],
  })
}

/** A new run, to where it stops. */
export async function startRecovery(
  desk: Desk,
  input: RecoveryInput,
  world: RecoveryWorld,
  watching: RecoveryWatching,
): Promise<RecoveryRan> {
  await refuseIfRecovering(desk, input.place, ({run}) => input.kind === 'promote' && input.reopens?.run === run)
  const run = runId(desk.clock, desk.ids)
  const held = await hold(desk, run, input)
  watching.onRun?.(run)
  const begun = await beginRun(desk, {run, held}, {runbook: recoveryRunbook(input), input}, watching)
  return drive(desk, begun, input, world, watching)
}

export interface Resuming {
  /** The loss that is accepted now: `lossMs`, or `unknown` for one that can't be told. */
  readonly accepts?: {readonly lossMs: number} | {readonly unknown: true}
  /** Why everything is to be taken back; refused once the point of no return has begun. */
  readonly withdraw?: string
}

/** Goes on with a run of any kind on this machine, from its journal alone. */
export async function resumeRecovery(
  desk: Desk,
  run: string,
  worldOf: (input: RecoveryInput) => Promise<RecoveryWorld>,
  watching: RecoveryWatching,
  resuming: Resuming = {},
): Promise<RecoveryRan> {
  const before = await openRun(desk, run)
  const input = recoveryInput(before.events)
  if (input === null)
    throw new SluiceError({
      code: 'run-unknown',
      exitCode: ExitCode.usage,
      message: `There is no recovery ${run} here.`,
      suggestions: ['sluice dr history'],
    })
  const end = runState(before.events).ended
  if (end !== null) return {run, input, events: before.events, end: {kind: 'ended', outcome: end.data}}
  const mayWithdraw = (events: readonly Event[]) => refuseUnlessHomeHasAll(run, events, worldOf)
  if (resuming.withdraw !== undefined) await mayWithdraw(before.events)
  const {held, lost} = await takeOver(desk, input, run, watching)
  const resumed = {journal: await openRun(desk, run, watching), held}
  watching.onRun?.(run)
  const say = (wish: Wish, why: string, accepts?: Facts): Promise<void> =>
    writeHeld(desk, resumed, 'asked', {wish, by: desk.who, why, ...(accepts !== undefined && {accepts})})
  if (lost) await writeHeld(desk, resumed, 'lease-lost', {to: desk.writer, epoch: held.lease.epoch})
  if (resuming.withdraw !== undefined) {
    await mayWithdraw(resumed.journal.events)
    await say('abort', resuming.withdraw)
  }
  if (resuming.accepts !== undefined) await say('promote', 'dr resume', resuming.accepts)
  if (runState(resumed.journal.events).paused !== null) await say('resume', 'dr resume')
  return drive(desk, resumed, input, await worldOf(input), watching)
}

/**
 * Writes a wish for whoever ticks next: `promote` with what it accepts, `abort`, `pause`. An abort that comes too late is refused; with
 * `world` it is looked whether home still has everything, where that decides.
 */
export async function askRecovery(
  desk: Desk,
  run: string,
  wish: Wish,
  why: string,
  accepts?: Facts,
  world: RecoveryWorld | null = null,
): Promise<Journal> {
  const journal = await openRun(desk, run)
  if (wish === 'abort') await refuseUnlessHomeHasAll(run, journal.events, async () => world)
  await writeWish(desk, journal, {wish, by: desk.who, why, ...(accepts !== undefined && {accepts})}, (events) => {
    if (wish === 'abort') refuseTooLate(run, events)
  })
  return journal
}

async function drive(
  desk: Desk,
  run: HeldRun,
  input: RecoveryInput,
  world: RecoveryWorld,
  watching: RecoveryWatching,
): Promise<RecoveryRan> {
  const {journal} = run
  const end = await driveHeld(desk, run, {runbook: recoveryRunbook(input), world, until: 'ended'}, watching)
  return {run: journal.run, input, events: journal.events, end}
}

const hold = (desk: Desk, run: string, {place, kind}: RecoveryInput): Promise<HeldLease> =>
  holdLease(desk, {target: recoveryTarget(place), run, operation: `dr ${kind}`, alive: heldError})

/** Waits out an owner that may be dead: its lease either is renewed (somebody is there) or runs out. */
async function takeOver(
  desk: Desk,
  input: RecoveryInput,
  run: string,
  {detach, onWait}: RecoveryWatching,
): Promise<{readonly held: HeldLease; /** Its owner never gave it back. */ readonly lost: boolean}> {
  const lease = await waitOutLease(desk, {
    target: recoveryTarget(input.place),
    alive: heldError,
    detach,
    onWaiting: ({owner, host, expiresAt}) =>
      onWait?.(`${owner} on ${host} has the lease; it is taken over at ${iso(expiresAt)} unless it is renewed`),
  })
  return {held: await hold(desk, run, input), lost: lease !== null && !lease.released}
}

function heldError({operation, run, owner, host, since}: Lease): SluiceError {
  return new SluiceError({
    code: 'lease-held',
    exitCode: ExitCode.leaseHeld,
    message: `${operation} ${run} has the lease: ${owner} on ${host}, since ${iso(since)}.`,
    suggestions: ['sluice dr status', `sluice dr resume ${run}`],
  })
}

/**
 * Begins, resumes and ends release runs: lease, journal, event 0, then the engine's loop. Knows which runs there are; knows
 * nothing of commands, colours or AWS.
 */
import {releaseTarget} from '../../config/release-target.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {seconds} from '../engine/clock.ts'
import type {Desk} from '../engine/desk.ts'
import type {Event, Wish} from '../engine/event.ts'
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
import {lastRunOf} from './find-run.ts'
import type {PreviousRun} from './find-run.ts'
import type {ReleaseInput} from './input.ts'
import {leftOver} from './left-over.ts'
import {releaseRunbook} from './plan.ts'
import {refuseWhileRecovering} from './prepare.ts'
import type {ReleaseWorld} from './ports.ts'

export interface Watching extends RunWatching {
  readonly until: 'ended' | 'tidied'
}

export interface Ran {
  readonly run: string
  readonly events: readonly Event[]
  readonly end: RunEnd
}

/**
 * Says who is releasing the service, if anybody is; an unfinished run counts. Else answers the run before. Asked first: what an
 * unfinished run changes explains nothing.
 */
export async function refuseIfTaken(desk: Desk, target: string): Promise<PreviousRun | null> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, target))
  if (lease === null) return null
  if (isHeld(lease, desk.clock.now())) throw heldError(lease)
  const last = await lastRunOf(desk, target, lease)
  if (last !== null && leftOver(last.events) === 'outcome') throw unfinished(last.run, lease)
  return last
}

export interface Claimed {
  readonly run: string
  readonly held: HeldLease
  readonly previous: PreviousRun | null
}

/** Takes the lease for a new run, or says who has it. */
export async function claimRelease(desk: Desk, target: string): Promise<Claimed> {
  const previous = await refuseIfTaken(desk, target)
  const run = runId(desk.clock, desk.ids)
  return {run, held: await holdLease(desk, {target, run, operation: 'release', alive: heldError}), previous}
}

/**
 * A new run from its claim to where it stops. `prepare` reads under the lease, so nobody can come between reading and planning.
 */
export async function startRelease(
  desk: Desk,
  claimed: Claimed,
  prepare: () => Promise<ReleaseInput>,
  world: ReleaseWorld,
  watching: Watching,
): Promise<Ran> {
  const {run, held} = claimed
  const input = await patiently(desk.clock, prepare).catch(async (error: unknown) => {
    await held.release()
    throw error
  })
  const begun = await beginRun(desk, {run, held}, {runbook: releaseRunbook(input), input}, watching)
  return drive(desk, begun, input, world, watching)
}

/** Goes on with a run on this machine, from its journal alone. */
export async function resumeRelease(
  desk: Desk,
  run: string,
  worldOf: (input: ReleaseInput) => Promise<ReleaseWorld>,
  watching: Watching,
): Promise<Ran> {
  const journal = await openRun(desk, run)
  const {input} = readInput(journal)
  const target = releaseTarget(input.config)
  await refuseUnlessLast(desk, target, run)
  const world = await worldOf(input)
  // Giving up is always right; going on would reach nobody, or work against the recovery.
  if (!isAborted(journal.events)) await refuseWhileRecovering(world, input.config, watching.detach)
  const {held, lost} = await takeOver(desk, target, run, watching)
  const resumed = {journal: await openRun(desk, run, watching), held}
  if (runState(resumed.journal.events).paused !== null) {
    await writeHeld(desk, resumed, 'asked', {wish: 'resume', by: desk.who, why: 'release resume'})
  }
  if (lost) await writeHeld(desk, resumed, 'lease-lost', {to: desk.writer, epoch: held.lease.epoch})
  return drive(desk, resumed, input, world, watching)
}

const isAborted = (events: readonly Event[]): boolean =>
  events.some((event) => event.kind === 'asked' && event.data.wish === 'abort')

/** Writes a wish for whoever ticks next. */
export async function askRun(desk: Desk, run: string, wish: Wish, why: string): Promise<Journal> {
  const journal = await openRun(desk, run)
  await writeWish(desk, journal, {wish, by: desk.who, why})
  return journal
}

/** Event 0 as it was written. */
export function readInput(journal: {readonly run: string; readonly events: readonly Event[]}): {
  readonly input: ReleaseInput
  readonly toolVersion: string
} {
  const first = journal.events[0]
  if (first?.kind !== 'planned' || first.data.input === undefined) {
    throw new SluiceError({
      code: 'run-unknown',
      exitCode: ExitCode.usage,
      message: `There is no run ${journal.run} here.`,
      suggestions: ['sluice release history'],
    })
  }
  return {input: first.data.input as unknown as ReleaseInput, toolVersion: first.data.toolVersion ?? 'unknown'}
}

async function drive(desk: Desk, run: HeldRun, input: ReleaseInput, world: ReleaseWorld, watching: Watching): Promise<Ran> {
  const {journal} = run
  const end = await driveHeld(desk, run, {runbook: releaseRunbook(input), world, until: watching.until}, watching)
  return {run: journal.run, events: journal.events, end}
}

function unfinished(run: string, {operation, owner, host, since}: Lease): SluiceError {
  return new SluiceError({
    code: 'run-unfinished',
    exitCode: ExitCode.leaseHeld,
    message: `Run ${run} of ${operation} by ${owner} on ${host}, since ${iso(since)}, isn't finished and nobody ticks it.`,
    suggestions: [`sluice release resume ${run}`, `sluice release abort ${run}`],
  })
}

/** Slots have changed roles since an older run: what it left behind is the next one's to finish. */
async function refuseUnlessLast(desk: Desk, target: string, run: string): Promise<void> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, target))
  const last = lease === null ? null : await lastRunOf(desk, target, lease)
  if (last === null || last.run === run) return
  throw new SluiceError({
    code: 'run-superseded',
    exitCode: ExitCode.usage,
    message: `${last.run} of ${target} began after ${run}, and has taken over what that one left to do.`,
    suggestions: [`sluice release status ${last.run}`],
  })
}

/** Waits out an owner that may be dead: its lease either is renewed (somebody is there) or runs out. */
async function takeOver(
  desk: Desk,
  target: string,
  run: string,
  watching: Watching,
): Promise<{readonly held: HeldLease; /** Its owner never gave it back. */ readonly lost: boolean}> {
  const lease = await waitOutLease(desk, {target, alive: heldError, detach: watching.detach})
  return {
    held: await holdLease(desk, {target, run, operation: 'release', alive: heldError}),
    lost: lease !== null && !lease.released,
  }
}

function heldError(lease: Lease): SluiceError {
  return new SluiceError({
    code: 'lease-held',
    exitCode: ExitCode.leaseHeld,
    message: `${lease.operation} ${lease.run} has the lease: ${lease.owner} on ${lease.host}, since ${iso(lease.since)}.`,
    suggestions: [`sluice release watch ${lease.run}`, `sluice release abort ${lease.run}`],
    details: [],
  })
}

const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

/** Follows a run that somebody else ticks, without touching it; ends with the run, a pause, or when nobody ticks it any more. */
export async function watchRelease(
  desk: Desk,
  run: string,
  watching: Watching,
): Promise<'over' | 'paused' | 'unattended' | 'detached'> {
  const journal = await openRun(desk, run, watching)
  const target = releaseTarget(readInput(journal).input.config)
  for (;;) {
    await patiently(desk.clock, () => journal.refresh(watching.leave))
    watching.onTick?.()
    const state = runState(journal.events)
    if (state.ended !== null) return 'over'
    const lease = await patiently(desk.clock, () => readLease(desk.store, target, watching.leave))
    if (lease === null || lease.run !== run || !isHeld(lease, desk.clock.now())) {
      return state.paused === null ? 'unattended' : 'paused'
    }
    const waited = await desk.clock.until(desk.clock.now() + seconds(2), watching.detach).then(
      () => true,
      () => false,
    )
    if (!waited) return 'detached'
  }
}

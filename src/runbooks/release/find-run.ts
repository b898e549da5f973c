/**
 * Which run is meant: the one named, or the only one that isn't finished. Reads the leases, which name every service's last run.
 */
import {isInfraTarget} from '../../config/infra-target.ts'
import {releaseTarget} from '../../config/release-target.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Event} from '../engine/event.ts'
import {openJournal} from '../engine/journal.ts'
import {readLease} from '../engine/lease.ts'
import type {Lease} from '../engine/lease.ts'
import {patiently} from '../engine/patience.ts'
import type {Desk} from '../engine/desk.ts'
import type {ReleaseInput} from './input.ts'
import {leftOver} from './left-over.ts'

export interface FoundRun {
  readonly run: string
  readonly events: readonly Event[]
  readonly lease: Lease | null
  readonly left: ReturnType<typeof leftOver>
}

/** Events of a run, verified; empty when there is no such run. */
export async function readRun(desk: Desk, run: string): Promise<readonly Event[]> {
  return (await patiently(desk.clock, () => openJournal({store: desk.store, run, writer: desk.writer, clock: desk.clock}))).events
}

/** Journals of provisioning lie beside those of releases. */
export const isReleaseRun = ([first]: readonly Event[]): boolean => first?.kind === 'planned' && first.data.plan === 'release'

export interface PreviousRun {
  readonly run: string
  readonly events: readonly Event[]
}

/**
 * A service's newest run that has a journal: the one its lease names, or the one before, when that one came to nothing before it
 * wrote anything.
 */
export async function lastRunOf(desk: Desk, target: string, lease: Lease): Promise<PreviousRun | null> {
  const named = await readRun(desk, lease.run)
  if (named.length > 0) return {run: lease.run, events: named}
  const runs = await patiently(desk.clock, () => desk.store.folders('runs/'))
  for (const run of runs.toReversed()) {
    const events = await readRun(desk, run)
    const [first] = events
    if (
      first?.kind === 'planned'
      && isReleaseRun(events)
      && releaseTarget((first.data.input as unknown as ReleaseInput).config) === target
    ) {
      return {run, events}
    }
  }
  return null
}

/** The run that a target's lease tells of; null before the first. */
export async function previousRun(desk: Desk, target: string): Promise<PreviousRun | null> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, target))
  return lease === null ? null : lastRunOf(desk, target, lease)
}

/** The last run of every service (or of one), newest first. */
export async function lastRuns(desk: Desk, service: string | undefined): Promise<readonly FoundRun[]> {
  const keys = await patiently(desk.clock, () => desk.store.list('leases/'))
  const services = keys
    .map((key) => key.slice('leases/'.length, -'.json'.length))
    .filter((name) => !isInfraTarget(name))
    .filter((name) => service === undefined || name === service || name.startsWith(`${service}.`))
  const found = await Promise.all(
    services.map(async (name) => {
      const lease = await patiently(desk.clock, () => readLease(desk.store, name))
      if (lease === null) return null
      const last = await lastRunOf(desk, name, lease)
      // Recoveries and runbooks have leases and journals beside those of releases.
      return last === null || !isReleaseRun(last.events) ? null : {...last, lease, left: leftOver(last.events)}
    }),
  )
  return found.filter((one) => one !== null).toSorted((x, y) => y.run.localeCompare(x.run))
}

/** The run named, or the only unfinished one; a run that only has its old slot left to scale down counts when no other does. */
export async function findRun(
  desk: Desk,
  wanted: {readonly run: string | undefined; readonly service: string | undefined},
): Promise<FoundRun | null> {
  if (wanted.run !== undefined) {
    const events = await readRun(desk, wanted.run)
    // Journals of provisioning and of recoveries lie beside those of releases: their runs are none of ours.
    if (!isReleaseRun(events)) {
      throw new SluiceError({
        code: 'run-unknown',
        exitCode: ExitCode.usage,
        message: `There is no run ${wanted.run} in this account and Region.`,
        suggestions: ['sluice release history'],
      })
    }
    return {run: wanted.run, events, lease: null, left: leftOver(events)}
  }
  const runs = await lastRuns(desk, wanted.service)
  for (const left of ['outcome', 'retire'] as const) {
    const open = runs.filter((run) => run.left === left)
    if (open.length > 1) throw ambiguous(open)
    if (open[0] !== undefined) return open[0]
  }
  return null
}

function ambiguous(open: readonly FoundRun[]): SluiceError {
  return new SluiceError({
    code: 'run-ambiguous',
    exitCode: ExitCode.usage,
    message: `${open.length} runs aren't finished; say which one.`,
    details: open.map(({run, lease}) => `${run}${lease === null ? '' : ` by ${lease.owner} on ${lease.host}`}`),
    suggestions: [`sluice release status ${open[0]?.run ?? ''}`],
  })
}

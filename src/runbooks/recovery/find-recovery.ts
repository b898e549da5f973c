/**
 * Which recoveries there were, and which one is meant: the one named, or the one that isn't finished. Read from the recovery Region's
 * state, where they all are. Journals of releases and of provisioning lie beside them and are passed over by their first event alone.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Event} from '../engine/event.ts'
import {eventKey} from '../engine/journal.ts'
import {readLease} from '../engine/lease.ts'
import {patiently} from '../engine/patience.ts'
import {runState} from '../engine/run-state.ts'
import type {Desk} from '../engine/desk.ts'
import {readRun} from '../release/find-run.ts'
import type {RecoveryInput} from './input.ts'
import {recoveryTarget} from './place.ts'
import type {Place} from './place.ts'

export interface FoundRecovery {
  readonly run: string
  readonly input: RecoveryInput
  readonly events: readonly Event[]
  readonly isFinished: boolean
}

/** A run of ours whose journal can't be trusted: `dr report` shows what is there. */
export interface BrokenRecovery {
  readonly run: string
  readonly because: string
}

export type ListedRecovery =
  {readonly kind: 'whole'; readonly found: FoundRecovery} | {readonly kind: 'broken'; readonly broken: BrokenRecovery}

type Whose = Pick<Place, 'service' | 'environment'>
const kinds: readonly string[] = ['promote', 'drill', 'failback', 'settle'] satisfies readonly RecoveryInput['kind'][]

/** Event 0's input, when it is a recovery's. */
export function recoveryInput([first]: readonly Event[]): RecoveryInput | null {
  if (first?.kind !== 'planned') return null
  const input = first.data.input as unknown as Partial<RecoveryInput> | undefined
  return input?.place !== undefined && kinds.includes(input.kind ?? '') ? (input as RecoveryInput) : null
}

/** Newest first, at most `limit`; those whose journals can't be trusted are left out, and never in the way of the others. */
export async function recoveryRuns(desk: Desk, whose: Whose, limit = Infinity): Promise<readonly FoundRecovery[]> {
  return (await listRecoveries(desk, whose, limit)).flatMap((one) => (one.kind === 'whole' ? [one.found] : []))
}

/** Newest first, at most `limit`, whatever their journals are worth. */
export async function listRecoveries(desk: Desk, whose: Whose, limit = Infinity): Promise<readonly ListedRecovery[]> {
  const found: ListedRecovery[] = []
  const runs = (await patiently(desk.clock, () => desk.store.folders('runs/'))).toReversed()
  for (let from = 0; from < runs.length && found.length < limit; from += atOnce) {
    const some = runs.slice(from, from + atOnce)
    const ours = await Promise.all(some.map((run) => isOf(desk, run, whose)))
    const read = await Promise.all(some.filter((_, index) => ours[index] === true).map((run) => listed(desk, run)))
    found.push(...read.filter((one) => one !== null))
  }
  return found.slice(0, limit)
}

async function listed(desk: Desk, run: string): Promise<ListedRecovery | null> {
  try {
    const found = foundIn(run, await readRun(desk, run))
    return found === null ? null : {kind: 'whole', found}
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'journal-corrupt') throw error
    return {kind: 'broken', broken: {run, because: error.message}}
  }
}

const atOnce = 16

async function isOf(desk: Desk, run: string, {service, environment}: Whose): Promise<boolean> {
  const stored = await patiently(desk.clock, () => desk.store.get(eventKey(run, 0)))
  if (stored === null) return false
  try {
    const place = recoveryInput([JSON.parse(stored.body) as Event])?.place
    return place?.service === service && place.environment === environment
  } catch {
    // Nobody can tell whose it was: whoever asks for this very run is told that its journal can't be trusted.
    return false
  }
}

function foundIn(run: string, events: readonly Event[]): FoundRecovery | null {
  const input = recoveryInput(events)
  return input === null ? null : {run, input, events, isFinished: runState(events).ended !== null}
}

/**
 * The newest run: the one that the lease names, so that nothing is searched through while users wait; or the newest there is, when that
 * one came to nothing before it wrote anything. No run begins while another isn't finished, so only the newest can be unfinished.
 */
async function lastRecovery(desk: Desk, whose: Whose): Promise<FoundRecovery | null> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, recoveryTarget(whose)))
  if (lease === null) return null
  return foundIn(lease.run, await readRun(desk, lease.run)) ?? (await recoveryRuns(desk, whose, 1))[0] ?? null
}

/** The run named (exit 2 when there is none), else the one that isn't finished; null: all are. */
export async function findRecovery(desk: Desk, whose: Whose, run?: string): Promise<FoundRecovery | null> {
  if (run === undefined) {
    const last = await lastRecovery(desk, whose)
    if (last === null || !last.isFinished) return last
    // A failover that was taken back before it took the place of a failback: that one is still to be gone on with.
    const before = last.input.kind === 'promote' ? (last.input.reopens?.run ?? null) : null
    const left = before === null ? null : foundIn(before, await readRun(desk, before))
    return left === null || left.isFinished ? null : left
  }
  const found = foundIn(run, await readRun(desk, run))
  if (found !== null) return found
  throw new SluiceError({
    code: 'run-unknown',
    exitCode: ExitCode.usage,
    message: `There is no recovery ${run} of ${whose.service} here.`,
    suggestions: ['sluice dr history'],
  })
}

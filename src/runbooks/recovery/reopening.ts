/**
 * Whether a failback has left something to go back to: it had fenced the recovery Region, users were sent home, and it hasn't made a
 * standby of that Region yet. Read from the record and that run's journal alone; what stands there is a step's to look at. It decides
 * nothing else, and only reads.
 */
import {SluiceError} from '../../errors.ts'
import {patiently} from '../engine/patience.ts'
import {runState} from '../engine/run-state.ts'
import type {Desk} from '../engine/desk.ts'
import {setAsideIds, fencedId} from './failback-steps/instance-names.ts'
import {findRecovery} from './find-recovery.ts'
import type {FoundRecovery} from './find-recovery.ts'
import type {FailbackInput, Reopens, Standing} from './input.ts'
import type {Place} from './place.ts'
import type {DatabaseState} from './ports/database-port.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {hopeless, isReplica, statusLagsMs} from './promotion-state.ts'

export interface LeftFailback extends Omit<Reopens, 'what'> {
  readonly input: FailbackInput
  readonly isFinished: boolean
}

/** The run that the record names, where a failback has sent users home and isn't done; null: there is none. */
export function nameOfLeft(standing: Standing | null, {home}: Pick<Place, 'home'>): string | null {
  return standing !== null && standing.region === home && !standing.settled && standing.withdrawn === undefined
    ? standing.run
    : null
}

/** null: that run isn't a failback that has sent users home, or it has come to its end. */
export function leftFailback({run, input, events}: FoundRecovery): LeftFailback | null {
  if (input.kind !== 'failback') return null
  const state = runState(events)
  if (state.ended !== null && state.ended.data.outcome === 'done') return null
  const begunAt = (...steps: readonly string[]): readonly number[] =>
    events.flatMap((event) => (event.kind === 'step-started' && steps.includes(event.data.step) ? [event.at] : []))
  const [flippedAt] = begunAt('flip')
  if (flippedAt === undefined || state.facts.get('fence-away')?.['how'] !== 'fenced') return null
  const servedAt = state.facts.get('serving')?.['servingAt']
  const until = state.facts.get('drained')?.['replicatedUntil']
  return {
    run,
    input,
    flippedAt,
    isFinished: state.ended !== null,
    answeredAt: typeof servedAt === 'number' ? Math.max(servedAt, flippedAt) : flippedAt,
    replicatedUntil: typeof until === 'number' ? until : null,
    aside: fencedId(input),
    quietUntil: Math.max(0, ...begunAt('away-set-aside', 'away-replica')) + statusLagsMs,
    setAside: setAsideIds(input),
  }
}

/** `present`: what stands under the final name in the recovery Region. A replica that was made has what users wrote at home, too. */
function whatIsLeft(present: DatabaseState | null): Reopens['what'] {
  const isMade = present !== null && isReplica(present) && present.status !== 'creating' && hopeless(present) === null
  return isMade ? 'promotes' : 'opens'
}

export interface Found {
  readonly reopens: Reopens
  /** The slot of the recovery Region that served until users went home: its live rule can't tell any more. */
  readonly serving: FailbackInput['from']['serving']
}

/** null: nobody left the recovery Region by a failback that isn't done. */
export async function findReopens(
  {desk, place, world}: {readonly desk: Desk; readonly place: Place; readonly world: RecoveryWorld},
  standing: Standing | null,
): Promise<Found | null> {
  const run = nameOfLeft(standing, place)
  const left = run === null ? null : await leftOf(desk, place, run)
  if (left === null) return null
  const {input, isFinished: _isFinished, ...known} = left
  const present = await patiently(desk.clock, () => world.database.describe(place.recovery, place.database))
  return {reopens: {...known, what: whatIsLeft(present)}, serving: input.from.serving}
}

async function leftOf(desk: Desk, place: Place, run: string): Promise<LeftFailback | null> {
  try {
    const found = await findRecovery(desk, place, run)
    return found === null ? null : leftFailback(found)
  } catch (error) {
    // What it did can't be known, so nothing is taken from it.
    if (error instanceof SluiceError && (error.code === 'journal-corrupt' || error.code === 'run-unknown')) return null
    throw error
  }
}

/**
 * Whether the Region that users leave, and that nobody could fence, still takes writes: by its own answer, and by its rows that go on
 * arriving at the replica. A machine without a way to it hears nothing, and users may: silence here alone proves nothing. Looks only.
 */
import {seconds} from '../../engine/clock.ts'
import type {StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import type {Until} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import type {Heartbeat} from '../ports/api-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {freshMs} from '../watch.ts'
import type {Way} from '../way.ts'

/** Rows come once a second: one that has been the last for so long is the last. */
export const stillMs = seconds(3)

/** What this process has seen of it. */
export interface OldRegion {
  /** The last look. */
  lookedAt: number | null
  /** Something answers there, whether or not it takes writes. */
  isThere: boolean
  /** This process itself didn't look for longer than silence may go unwatched (a machine that slept). */
  gap: {readonly from: number; readonly to: number} | null
  /** It was heard to take writes. */
  isHeard: boolean
  /** The first look without an answer after the last one with. */
  silentSince: number | null
  /** The newest of its rows, and when it was first seen here. */
  row: {readonly seq: number; readonly seenAt: number} | null
  /** A row newer than the first one was seen. */
  hasMoved: boolean
}

export const notSeen = (): OldRegion => ({
  lookedAt: null,
  isThere: false,
  gap: null,
  isHeard: false,
  silentSince: null,
  row: null,
  hasMoved: false,
})

/** `returns`: it was silent when the run was declared, and answers. */
export type Found = 'fenced' | 'silent' | 'answers' | 'returns'

export async function lookAtOldRegion(
  {place, settings, fromRegion}: Way,
  old: OldRegion,
  world: RecoveryWorld,
  context: StepContext,
): Promise<Found> {
  if (context.facts('fence')['how'] === 'fenced') return 'fenced'
  const {now} = context
  if (old.lookedAt !== null && now - old.lookedAt > freshMs)
    Object.assign(old, {...notSeen(), gap: {from: old.lookedAt, to: now}})
  old.lookedAt = now
  const heartbeat = await readHeartbeat(world, regionalName(place, fromRegion), {settings, signal: context.signal})
  old.isThere = heartbeat !== null
  if (heartbeat === null || !heartbeat.writable) {
    old.silentSince ??= context.now
    return 'silent'
  }
  old.isHeard = true
  old.silentSince = null
  return context.facts('declare')['primaryAnswers'] === true ? 'answers' : 'returns'
}

/** Whether its rows go on arriving. `last`: the newest row that the replica has. */
export function rowsMove(old: OldRegion, last: Heartbeat['last'], fromRegion: string, now: number): boolean {
  if (last === null || last.region !== fromRegion) return false
  if (old.row?.seq !== last.seq) {
    old.hasMoved ||= old.row !== null
    old.row = {seq: last.seq, seenAt: now}
  }
  return now - old.row.seenAt < stillMs
}

/** The moment after which it accepted nothing, as far as this process has seen it; null: it has only ever seen it silent. */
export function untilSeen(found: Found, areRowsMoving: boolean, old: OldRegion, now: number): Until | null {
  if (found === 'fenced') return null
  if (found === 'answers') return {at: now, how: 'still-answering'}
  if (areRowsMoving) return {at: now, how: 'still-writing'}
  const ends = [...(old.isHeard ? [old.silentSince ?? now] : []), ...(old.hasMoved && old.row ? [old.row.seenAt + stillMs] : [])]
  return ends.length === 0 ? null : {at: Math.max(...ends), how: 'declared'}
}

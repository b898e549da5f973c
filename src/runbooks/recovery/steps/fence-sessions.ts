/**
 * The fence's last rung: sessions. Closing a security group lets nobody new in and ends nothing, so whoever was in (a psql, a cron)
 * would go on writing; a restart of the database that nobody can reach any more ends them all. A restart counts only when it was asked
 * for after the group was last closed. It never restarts anything but the database that users leave, and never on the way back.
 *
 * Not by `default_transaction_read_only`: a session may set that back for itself, and a changed parameter group would be drift.
 */
import {seconds} from '../../engine/clock.ts'
import type {Event} from '../../engine/event.ts'
import type {StepContext} from '../../engine/step.ts'
import type {Side} from '../input.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Way} from '../way.ts'

/** The context of the step that fences, and which one that is: what it is about to do is in the journal as facts of its own. */
export interface Fencing extends StepContext {
  readonly step: string
}
/** So long RDS may show nothing of a restart that it has accepted. */
const showsWithinMs = seconds(20)
/** The run's clock and that of RDS's events may differ by this much. */
const clocksDifferMs = seconds(5)
/** RDS's words: "DB instance shutdown", "DB instance restarted". */
const shutdown = /\bshutdown\b|\bshut down\b/i
const restarted = /\brestarted\b/i

/** No engine runs: nobody is connected, and RDS restarts none of them. */
const down = /^(stopped|failed|deleting|restore-error|inaccessible-encryption-credentials.*|incompatible-(?!network).*)$/

export type Sessions =
  | {readonly kind: 'ended'; readonly how: string}
  | {readonly kind: 'open'; readonly waitsFor: string}
  | {readonly kind: 'refused'; readonly waitsFor: string}

/** Before the group is closed: whoever got in until then is ended by a restart after this only. */
export const noteClosing = (group: string, context: Fencing): Promise<void> =>
  context.write('step-observed', {step: context.step, facts: {closing: group}})

/** What RDS says it would have to do first; null: it restarts when it is asked to. */
export const notRestartable = ({id, status}: DatabaseState): string | null =>
  status === 'available' ? null : `${id} to be available (${status}): the fence restarts it, which RDS does with nothing else`

/**
 * One look, and the restart where nobody has asked for it. Planned, they have ended once it has restarted: the replica goes on from
 * there. Unplanned, once it has shut down: nobody waits for a database that isn't gone back to.
 */
export async function endSessions(
  {place, mode}: Way,
  {region, databaseGroup}: Side,
  world: RecoveryWorld,
  context: Fencing,
): Promise<Sessions> {
  const {now, signal, step} = context
  const database = await world.database.describe(region, place.database, signal)
  if (database === null) return {kind: 'ended', how: 'no database'}
  if (database.source !== null) return {kind: 'ended', how: 'only a replica'}
  if (down.test(database.status)) return {kind: 'ended', how: database.status}
  const open = (waitsFor: string): Sessions => ({kind: 'open', waitsFor})
  const asked = restartsAsked(context, databaseGroup, place.database)
  const [first, last] = [asked.at(0), asked.at(-1)]
  if (first !== undefined && last !== undefined) {
    const said = await world.database.events(region, place.database, first.at - clocksDifferMs, signal)
    const isUp = database.status === 'available' && said.some(({message}) => restarted.test(message))
    const isDown = said.some(({message}) => restarted.test(message) || shutdown.test(message))
    if (isUp) return {kind: 'ended', how: 'restarted'}
    if (isDown && mode === 'unplanned') return {kind: 'ended', how: 'shut down'}
    if (isDown || database.status !== 'available' || now - last.at < showsWithinMs)
      return open(`${place.database} to restart (${database.status}): that ends every session`)
  }
  const waits = notRestartable(database)
  if (waits !== null) return open(waits)
  await context.write('step-observed', {step, facts: {restarting: place.database}})
  await world.database.reboot(region, place.database, signal)
  return open(`${place.database} to restart: that ends every session`)
}

/** Those after the group was last closed, oldest first: an answer may have been lost, or whoever asked died before asking. */
function restartsAsked({events, startedAt, step}: Fencing, group: string, database: string): readonly Event[] {
  const says = ({kind, data, at}: Event, fact: string, of: string): boolean =>
    kind === 'step-observed' && at >= startedAt && data.step === step && data.facts?.[fact] === of
  const closing = events.findLastIndex((event) => says(event, 'closing', group))
  return events.slice(closing + 1).filter((event) => says(event, 'restarting', database))
}

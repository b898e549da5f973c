/**
 * After users are served: backups as they were before, the tag that AWS Backup selects by, class and Multi-AZ of the old primary. RDS
 * takes one change at a time, and says of some that it can't only in an event. Having no capacity is told and ends nothing.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import {SluiceError} from '../../../errors.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseChange, DatabaseState} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless, isBusy, notYet} from '../promotion-state.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

const backupTag = 'sluice:backup'
const noCapacity = /insufficient|unable to modify database instance class|storage volume limitation/i

export function backups(way: Way, {needs, id = 'backups', title}: Placed): RecoveryStep {
  const {place, to} = way
  const seen: Seen = {refused: null}
  return {
    id,
    title: title ?? `${place.database} in ${to.region} is backed up and sized as before`,
    needs,
    calls: callsOf(
      to.region,
      'database.describe',
      'database.modify',
      'database.setTags',
      'database.events',
      'database.orderable',
    ),
    deadlineMs: minutes(90),
    atDeadline: 'pause',
    usual: {p50Seconds: 30, p90Seconds: 1200},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: (world, context) => next(way, seen, world, context),
  }
}

/** A class that RDS refused at once in this process isn't asked for again. */
interface Seen {
  refused: string | null
}

async function next(way: Way, seen: Seen, world: RecoveryWorld, context: StepContext): Promise<Polled> {
  const {place, to} = way
  const {now, signal} = context
  const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(5)})
  const database = await world.database.describe(to.region, place.database, signal)
  if (database === null) return {kind: 'failed', because: `${place.database} in ${to.region} is gone`, then: 'pause'}
  const wrong = hopeless(database)
  if (wrong !== null) return {kind: 'failed', because: wrong, then: 'pause'}
  const tag = `${place.service}-${place.environment}`
  if (database.tags[backupTag] !== tag) await world.database.setTags(to.region, database.arn, {[backupTag]: tag}, signal)
  if (database.status === 'storage-full') return wait(notYet(database) ?? database.status)
  const refused = await refusedClass(way, database, seen, world, context)
  // A class that RDS has given up may stay among what is pending for ever.
  const pending = database.pending.filter((name) => refused === null || name !== 'DBInstanceClass')
  if (database.status !== 'available' || pending.length > 0)
    return wait(`${place.database} (${[database.status, ...pending].join(', ')})`)
  const size = await sizing(way, database, refused, world, context)
  const change = {...kept(way, database), ...(typeof size === 'string' ? {} : size)}
  if (Object.keys(change).length > 0) {
    try {
      await world.database.modify(to.region, place.database, change, signal)
    } catch (error) {
      if (isBusy(error)) return wait(`${place.database} to be through with what it is at (${database.status})`)
      if (
        !(error instanceof SluiceError)
        || !('class' in change)
        || !/capacity|isn't available/i.test(`${error.code} ${error.message}`)
      )
        throw error
      seen.refused = error.message
      return wait(`${place.database} to be looked at again`)
    }
    // For up to a minute the status is still what it was.
    return {
      kind: 'pending',
      waitsFor: `${place.database} to change (${Object.keys(change).join(', ')})`,
      lookAgainAt: now + seconds(10),
    }
  }
  const facts = {
    backupDays: database.backupDays,
    backupWindow: database.backupWindow,
    class: database.class,
    multiAz: database.multiAz,
  }
  return {
    kind: 'done',
    facts: {...facts, ...(typeof size === 'string' && {kept: size})},
    note: typeof size === 'string' ? size : `${database.backupDays} days, ${database.class}`,
  }
}

function kept({backups: wanted}: Way, {backupDays, backupWindow}: DatabaseState): DatabaseChange {
  return {
    ...(backupDays < wanted.days && {backupDays: wanted.days}),
    ...(backupWindow !== wanted.window && wanted.window !== '' && {backupWindow: wanted.window}),
  }
}

/** Why RDS doesn't have the class that is wanted: said at once, or in an event alone; null: it hasn't said so. */
async function refusedClass(
  {capacity, to, place}: Way,
  database: DatabaseState,
  {refused}: Seen,
  world: RecoveryWorld,
  {startedAt, signal}: StepContext,
): Promise<string | null> {
  if (database.class === capacity.database.class || refused !== null) return refused
  const events = await world.database.events(to.region, place.database, startedAt, signal)
  return events.findLast(({message}) => noCapacity.test(message))?.message ?? null
}

/** What is to change, or why the size stays as it is. */
async function sizing(
  {capacity, to}: Way,
  database: DatabaseState,
  refused: string | null,
  world: RecoveryWorld,
  {signal}: StepContext,
): Promise<DatabaseChange | string> {
  const {class: klass, multiAz} = capacity.database
  const zones = multiAz && !database.multiAz ? {multiAz} : {}
  if (database.class === klass) return zones
  const keeps = (because: string): DatabaseChange | string =>
    Object.keys(zones).length > 0
      ? zones
      : `it stays ${database.class}: ${because}. When RDS has it, or with another class: aws rds modify-db-instance --region ${to.region} --db-instance-identifier ${database.id} --db-instance-class ${klass} --apply-immediately`
  if (refused !== null) return keeps(`RDS has no ${klass} now (${refused})`)
  const offered = await world.database.orderable(
    to.region,
    {engine: database.engine, version: database.engineVersion, class: klass},
    signal,
  )
  const isOffered =
    database.zones.some((zone) => offered.includes(zone))
    || (database.zones.length === 0 && offered.some((zone) => zone.startsWith(to.region)))
  return isOffered ? {class: klass, ...zones} : keeps(`${klass} isn't offered in ${database.zones.join(', ')}`)
}

/**
 * The point of no return: the replica becomes a database of its own. It is looked at before it is asked for, and asked for once: an
 * answer that was lost is waited out until RDS shows what it did. The standing object follows at once, whoever ticks next.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {
  hopeless,
  isBusy,
  isPromoted,
  isReplica,
  notYet,
  promotionWaits,
  statusLagsMs,
  tellsFailure,
  tellsPromotion,
} from '../promotion-state.ts'
import {readStanding, writeStanding} from '../standing.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

export interface Promotion {
  /** Steps whose facts hold the fence and the loss. */
  readonly fence: string
  readonly consent: string
  /** Written as the new standing. */
  readonly settled: boolean
  /** What earlier moves have set aside, and the next failback removes; left out: nothing. */
  readonly setAside?: readonly string[]
}

export const firstPromotion: Promotion = {fence: 'fence', consent: 'approve', settled: false}

export function promoteDatabase(
  way: Way,
  {needs, id = 'promote-database', title}: Placed,
  promotion: Promotion = firstPromotion,
): RecoveryStep {
  const {place, to, backups} = way
  const {region} = to
  const stateOf = (world: RecoveryWorld, signal: AbortSignal): Promise<DatabaseState | null> =>
    world.database.describe(region, place.database, signal)
  return {
    id,
    title: title ?? `${place.database} promoted in ${region}`,
    needs,
    pointOfNoReturn: true,
    consent: promotion.consent,
    calls: [
      ...callsOf(region, 'database.describe', 'database.promote', 'database.events'),
      ...callsOf(place.recovery, 'store.read', 'store.write'),
    ],
    deadlineMs: minutes(45),
    atDeadline: 'pause',
    usual: {p50Seconds: 240, p90Seconds: 600},
    intent: () => ({promote: place.database, region, days: backups.days, window: backups.window}),
    observe: async (world, context) => {
      const database = await stateOf(world, context.signal)
      if (database === null)
        return {kind: 'failed', because: `there is no database ${place.database} in ${region}`, then: 'pause'}
      const wrong = hopeless(database)
      if (wrong !== null) return {kind: 'failed', because: wrong, then: 'pause'}
      if (isPromoted(database) && (await stands(way, world, context)))
        return {kind: 'done', facts: {promotedAt: context.now}, note: 'promoted already'}
      // What somebody else promoted, or an earlier move in vain, has been left behind by what users wrote since.
      if (!isReplica(database) && !context.events.some((event) => event.kind === 'step-started' && event.data.step === id))
        return {kind: 'failed', because: `${notOurs(place.database, region)}; nobody is sent to it`, then: 'fail'}
      // Whatever it is doing may be our own promotion: nothing is asked for before it is seen to be a replica, and idle.
      const waits = isReplica(database) ? notYet(database) : null
      if (waits !== null) return {kind: 'pending', waitsFor: waits, lookAgainAt: context.now + seconds(5)}
      return (await mayBeUnderWay(way, database, world, context))
        ? {
            kind: 'pending',
            waitsFor: `RDS to show what became of the promotion of ${place.database}`,
            lookAgainAt: context.now + seconds(5),
          }
        : {kind: 'not-done'}
    },
    start: async (world, context) => {
      const database = await stateOf(world, context.signal)
      if (database !== null && isReplica(database) && notYet(database) === null)
        await world.database.promote(region, place.database, backups, context.signal).catch((error: unknown) => {
          // A backup began a moment ago: nothing was promoted, and it is looked at anew before it is asked for again.
          throw isBusy(error) ? new Unavailable('rds:PromoteReadReplica', error.message, {cause: error}) : error
        })
      await stand(way, promotion, world, context)
    },
    poll: (world, context) => through(way, promotion, world, context),
  }
}

const notOurs = (database: string, region: string): string =>
  `${database} in ${region} is no replica, and this run didn't promote it: what it has may be old`

/** It was asked for not long ago, and RDS doesn't show anything yet: asking again could be a second promotion. */
async function mayBeUnderWay(
  {place, to}: Way,
  database: DatabaseState,
  world: RecoveryWorld,
  {now, startedAt, signal}: StepContext,
): Promise<boolean> {
  if (startedAt >= now || !isReplica(database)) return false
  if (now - startedAt <= statusLagsMs) return true
  const events = await world.database.events(to.region, place.database, startedAt, signal)
  return events.some(({message}) => tellsPromotion(message))
}

async function through(way: Way, promotion: Promotion, world: RecoveryWorld, context: StepContext): Promise<Polled> {
  const {place, to} = way
  const {now, signal, startedAt} = context
  const database = await world.database.describe(to.region, place.database, signal)
  if (database === null) return {kind: 'failed', because: `${place.database} in ${to.region} is gone`, then: 'pause'}
  const wrong = hopeless(database)
  if (wrong !== null) return {kind: 'failed', because: wrong, then: 'pause'}
  if (!(await stands(way, world, context))) await stand(way, promotion, world, context)
  if (isPromoted(database))
    return {
      kind: 'done',
      facts: {promotedAt: now, class: database.class, multiAz: database.multiAz},
      note: 'source gone, available, nothing pending',
    }
  const since = Math.max(startedAt, lastResumed(context))
  const bad = (await world.database.events(to.region, place.database, since, signal)).findLast(({message}) =>
    tellsFailure(message),
  )
  if (bad !== undefined)
    return {kind: 'failed', because: `RDS says of ${place.database} in ${to.region}: ${bad.message}`, then: 'pause'}
  return {kind: 'pending', waitsFor: promotionWaits(database), lookAgainAt: now + seconds(5)}
}

/** Whoever resumes has read what RDS told before: it must not end the run a second time. */
const lastResumed = ({events}: StepContext): number =>
  events.findLast((event) => event.kind === 'asked' && event.data.wish === 'resume')?.at ?? 0

export async function stands({place, to}: Way, world: RecoveryWorld, {run, signal}: StepContext): Promise<boolean> {
  const standing = await readStanding(world.store(place.recovery), place, signal)
  return standing?.region === to.region && standing.run === run
}

export async function stand(
  {place, to}: Way,
  {fence, consent, settled, setAside}: Promotion,
  world: RecoveryWorld,
  context: StepContext,
): Promise<void> {
  const {now, run, signal} = context
  const fenced = context.facts(fence)['how']
  const until = context.facts(consent)['replicatedUntil']
  await writeStanding(
    world.store(place.recovery),
    place,
    {
      schema: 1,
      region: to.region,
      since: now,
      run,
      settled,
      replicatedUntil: typeof until === 'number' ? until : null,
      fence: fenced === 'fenced' || fenced === 'unreachable' ? fenced : 'none',
      ...(setAside !== undefined && {withdrawn: {at: now, setAside}}),
    },
    signal,
  )
}

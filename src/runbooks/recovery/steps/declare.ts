/**
 * The first look of a failover or switchover: whether anybody can go there at all. It refuses a replica that can't be promoted, each
 * reason in its own words, and changes nothing. Unplanned, the Region that users leave is asked by name alone, never its control plane.
 */
import {infraTarget} from '../../../config/infra-target.ts'
import {releaseTarget} from '../../../config/release-target.ts'
import {minutes, seconds} from '../../engine/clock.ts'
import {isHeld, readLease} from '../../engine/lease.ts'
import type {Facts} from '../../engine/event.ts'
import {StoreUnavailable} from '../../engine/store.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import {readHeartbeat} from '../ask-api.ts'
import {clockTime} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {Heartbeat} from '../ports/api-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {endedReplication, hopeless, isReplica, notYet, statusLagsMs} from '../promotion-state.ts'
import {iso} from '../situation.ts'
import {readStanding} from '../standing.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

export function declare(way: Way, {needs, id = 'declare', title}: Placed): RecoveryStep {
  const {place, mode, fromRegion, to} = way
  const primary: Primary = {silentSince: null}
  return {
    id,
    title: title ?? `${place.database} in ${to.region} can be promoted`,
    needs,
    calls: [
      ...callsOf(to.region, 'database.describe', 'compute.hosts', 'compute.service', 'api.ask'),
      ...callsOf(place.recovery, 'store.read'),
      ...(mode === 'planned' ? callsOf(fromRegion, 'database.describe', 'store.read') : []),
    ],
    deadlineMs: minutes(10),
    atDeadline: 'fail',
    usual: {p50Seconds: 2, p90Seconds: 10},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: (world, context) => lookAround(way, primary, world, context),
  }
}

/** Since when nobody there has answered this process: nothing can have been accepted by a Region that was silent ever since. */
interface Primary {
  silentSince: number | null
}

async function lookAround(way: Way, primary: Primary, world: RecoveryWorld, context: StepContext): Promise<Polled> {
  const {place, settings, mode, fromRegion, to} = way
  const {signal, now} = context
  const no = (because: string): Polled => ({kind: 'failed', because, then: 'fail'})
  // All at once: it is the way to the users that waits for this look.
  const [heartbeat, database, standing, hosts, service] = await Promise.all([
    readHeartbeat(world, regionalName(place, fromRegion), {settings, signal}),
    world.database.describe(to.region, place.database, signal),
    readStanding(world.store(place.recovery), place, signal),
    world.compute.hosts(to.region, to.hosts, to.cluster, signal),
    world.compute.service(to.region, to.cluster, place.slots[to.serving], signal),
  ])
  primary.silentSince = heartbeat === null ? (primary.silentSince ?? now) : null
  if (database === null)
    return no(
      `there is no database ${place.database} in ${to.region}. Make the replica again (sluice infra up --only recovery), or restore the newest recovery point`,
    )
  const vainAt = standing?.region === place.home ? (standing.withdrawn?.at ?? null) : null
  if (!isReplica(database) && vainAt !== null)
    return no(
      `${place.database} in ${to.region} is no replica: it was promoted in vain (${iso(vainAt)}), and users have written on in ${place.home}. sluice dr failback makes it one again`,
    )
  if (!isReplica(database))
    return no(
      `${place.database} in ${to.region} is no replica: it has been promoted before. See sluice dr status; an unfinished run goes on with sluice dr resume`,
    )
  const wrong = hopeless(database) ?? endedReplication(database)
  if (wrong !== null) return no(wrong)
  // What was asked for a moment ago may not show yet: it would be taken for a replica.
  if (vainAt !== null && now - vainAt <= statusLagsMs)
    return {
      kind: 'pending',
      waitsFor: `RDS to show what became of the promotion that was taken back at ${iso(vainAt)}`,
      lookAgainAt: now + seconds(5),
    }
  const waits = notYet(database)
  if (waits !== null) return {kind: 'pending', waitsFor: waits, lookAgainAt: now + seconds(5)}
  if (standing?.region === to.region)
    return no(`users are in ${to.region} by right since ${iso(standing.since)} (${standing.run})`)
  if (hosts === null) return no(`there is no Auto Scaling group ${to.hosts} in ${to.region}: nothing could serve there`)
  if (service === null)
    return no(
      `there is no service ${place.slots[to.serving]} in ${to.region}: nothing could serve there. Release once with the recovery Region in place`,
    )
  const refusal = mode === 'planned' ? await plannedRefusal(way, world, context, heartbeat) : null
  if (refusal !== null) return no(refusal)
  return {
    kind: 'done',
    facts: told(primary.silentSince ?? now, heartbeat, database.replication?.status ?? null, database.class, database.multiAz),
    note: noteOf(fromRegion, heartbeat),
  }
}

const told = (
  declaredAt: number,
  heartbeat: Heartbeat | null,
  replication: string | null,
  klass: string,
  multiAz: boolean,
): Facts => ({
  declaredAt,
  primaryAnswers: heartbeat !== null,
  primaryLast: heartbeat?.last ?? null,
  replication,
  class: klass,
  multiAz,
})

const noteOf = (region: string, heartbeat: Heartbeat | null): string =>
  heartbeat === null
    ? `${region} doesn't answer`
    : `${region} answers${heartbeat.last === null ? '' : `, last row ${clockTime(heartbeat.last.at)}`}`

/** Why nothing can be switched over in peace now; null: it can. */
async function plannedRefusal(
  {place, fromRegion, from}: Way,
  world: RecoveryWorld,
  {now, signal}: StepContext,
  heartbeat: Heartbeat | null,
): Promise<string | null> {
  if (from === null || heartbeat === null)
    return `${fromRegion} doesn't answer: a planned switchover needs it. If it is lost, sluice dr promote --unplanned`
  if (!heartbeat.writable)
    return `the database of ${fromRegion} takes no writes: users aren't there, and a planned switchover has nothing to drain`
  const database = await world.database.describe(fromRegion, place.database, signal)
  if (database === null) return `there is no database ${place.database} in ${fromRegion}`
  const replica = database.replicas.length === 0 ? ' It has no replica at all.' : ''
  if (replica !== '') return `${place.database} in ${fromRegion} replicates to nobody.${replica}`
  for (const target of [releaseTarget(place), infraTarget(place)]) {
    const lease = await leaseOf(world, fromRegion, target, signal)
    if (lease !== null && isHeld(lease, now))
      return `${lease.operation} ${lease.run} by ${lease.owner} on ${lease.host} is at work in ${fromRegion}: let it end first`
  }
  return null
}

async function leaseOf(world: RecoveryWorld, region: string, target: string, signal: AbortSignal): ReturnType<typeof readLease> {
  try {
    return await readLease(world.store(region), target, signal)
  } catch (error) {
    // Not the journal's Region: that its state doesn't answer is this step's trouble, not the run's.
    if (error instanceof StoreUnavailable) throw new Unavailable('s3:GetObject', error.message, {cause: error})
    throw error
  }
}

/**
 * The first look before a Region is opened again that a failback has closed: the database that users left is a whole one of its own, and
 * nobody has been let in since that run fenced it. It refuses everything else, each in its own words, and changes nothing.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import type {Reopens} from '../input.ts'
import {lookStep} from '../look-step.ts'
import {clockTime} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless, isReplica} from '../promotion-state.ts'
import {readStanding} from '../standing.ts'
import {closed} from '../steps/fence.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {leftDatabase, madeAfterAll} from './left-database.ts'

export function reopenable(way: Way, reopens: Reopens, {needs}: Placed): RecoveryStep {
  const {place, settings, fromRegion, to} = way
  const {region} = to
  let silentSince: number | null = null
  return lookStep({
    id: 'declare',
    title: `${place.database} in ${region} has everything up to ${clockTime(reopens.flippedAt)}`,
    needs,
    calls: [
      ...callsOf(region, 'database.describe', 'fence.liveRule', 'fence.ingress', 'compute.hosts', 'compute.service', 'api.ask'),
      ...callsOf(place.recovery, 'store.read'),
    ],
    deadlineMs: minutes(10),
    atDeadline: 'fail',
    look: async (world, context) => {
      const heartbeat = await readHeartbeat(world, regionalName(place, fromRegion), {settings, signal: context.signal})
      silentSince = heartbeat === null ? (silentSince ?? context.now) : null
      const found = await whole(way, reopens, world, context)
      if (found.kind !== 'done') return found
      return {
        ...found,
        facts: {
          ...found.facts,
          declaredAt: silentSince ?? context.now,
          primaryAnswers: heartbeat !== null,
          primaryLast: heartbeat?.last ?? null,
        },
      }
    },
  })
}

async function whole(way: Way, reopens: Reopens, world: RecoveryWorld, context: StepContext): Promise<Polled> {
  const {place, to} = way
  const {region} = to
  const {now, signal} = context
  const no = (because: string): Polled => ({kind: 'failed', because, then: 'fail'})
  const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(5)})
  const [left, standing, rule, ingress, hosts, service] = await Promise.all([
    leftDatabase(way, reopens, world, signal),
    readStanding(world.store(place.recovery), place, signal),
    world.fence.liveRule(region, to.listener, to.targetGroups, signal),
    world.fence.ingress(region, to.databaseGroup, signal),
    world.compute.hosts(region, to.hosts, to.cluster, signal),
    world.compute.service(region, to.cluster, place.slots[to.serving], signal),
  ])
  const {database} = left
  if (standing?.region !== place.home || standing.run !== reopens.run)
    return no(`the record doesn't name ${reopens.run} any more: somebody else has moved users since. See sluice dr status`)
  const made = madeAfterAll(left)
  if (made !== null) return no(made)
  if (database === null || isReplica(database))
    return no(
      `the database that users left isn't in ${region}, neither as ${place.database} nor as ${reopens.aside}: restore the newest recovery point`,
    )
  if (rule === null || rule.fixed === null || !closed(ingress))
    return no(
      `${region} was opened since ${reopens.run} fenced it (${rule?.fixed === null ? 'its live rule forwards' : "its database's group lets somebody in"}), so what its database has isn't known. Look first, and close it`,
    )
  const wrong = hopeless(database)
  if (wrong !== null) return no(wrong)
  if (database.status !== 'available') return wait(`${database.id} to be available (${database.status})`)
  // A rename or a replica that was asked for a moment ago may not show yet.
  if (now < reopens.quietUntil) return wait(`RDS to show what ${reopens.run} asked for last`)
  if (hosts === null) return no(`there is no Auto Scaling group ${to.hosts} in ${region}: nothing could serve there`)
  if (service === null) return no(`there is no service ${place.slots[to.serving]} in ${region}: nothing could serve there`)
  return {
    kind: 'done',
    facts: {database: database.id, class: database.class, multiAz: database.multiAz, replication: null},
    note: `fenced since then by ${reopens.run}, and nobody was let in`,
  }
}

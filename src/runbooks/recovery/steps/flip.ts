/**
 * Users are sent to the other Region. `stop`: one object in the recovery Region's switch bucket, put to leave home and removed to come
 * back; nothing but that Region's S3 is asked. `record`: Route 53's records and CloudFront, which need us-east-1, and then the object
 * too, because the Region that was left fences itself by it. Reading back is part of it; who is served is the next step's to prove.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Polled, Started, StepContext} from '../../engine/step.ts'
import {textFact} from '../../release/text-fact.ts'
import {regionalName, switchBucket} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {DistributionState} from '../ports/edge-port.ts'
import type {RecordState} from '../ports/names-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

export function flip(way: Way, placed: Placed): RecoveryStep {
  return way.settings.flip === 'stop' ? flipByStop(way, placed) : flipByRecord(way, placed)
}

const usual = {p50Seconds: 2, p90Seconds: 10}
const stopCalls = ({place}: Way) => callsOf(place.recovery, 'switches.read', 'switches.put', 'switches.remove')

function flipByStop(way: Way, {needs, id = 'flip', title}: Placed): RecoveryStep {
  return {
    id,
    title: title ?? `users sent to ${way.to.region}`,
    needs,
    calls: stopCalls(way),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    usual,
    observe: async (world, {now, signal}) =>
      (await switched(way, world, signal)) ? {kind: 'done', facts: {flippedAt: now, by: 'stop'}} : {kind: 'not-done'},
    start: (world, context) => turn(way, world, context),
    poll: async (world, {now, signal, startedAt}) =>
      (await switched(way, world, signal))
        ? {kind: 'done', facts: {flippedAt: startedAt, by: 'stop'}}
        : {kind: 'pending', waitsFor: 'the switch to be read back', lookAgainAt: now + seconds(1)},
  }
}

const leavesHome = ({place, to}: Way): boolean => to.region === place.recovery

async function switched(way: Way, world: RecoveryWorld, signal: AbortSignal): Promise<boolean> {
  const {place} = way
  const present = await world.switches.read(place.recovery, switchBucket(place, place.recovery), 'stop', signal)
  return (present !== null) === leavesHome(way)
}

async function turn(way: Way, world: RecoveryWorld, {run, now, signal}: StepContext): Promise<void> {
  const {place, to} = way
  const bucket = switchBucket(place, place.recovery)
  if (!leavesHome(way)) return world.switches.remove(place.recovery, bucket, 'stop', signal)
  const body = JSON.stringify({schema: 1, users: to.region, since: new Date(now).toISOString(), run})
  return world.switches.put(place.recovery, bucket, 'stop', body, signal)
}

function flipByRecord(way: Way, {needs, id = 'flip', title}: Placed): RecoveryStep {
  const {place, to} = way
  return {
    id,
    title: title ?? `records and distribution changed to ${to.region}`,
    needs,
    calls: [
      ...stopCalls(way),
      ...callsOf(
        to.region,
        'names.records',
        'names.writeRecords',
        'names.inSync',
        'edge.distribution',
        'edge.preferOrigin',
        'edge.moveAlias',
      ),
    ],
    deadlineMs: minutes(30),
    atDeadline: 'pause',
    usual: {p50Seconds: 180, p90Seconds: 420},
    observe: async () =>
      place.hostedZone === ''
        ? {
            kind: 'failed',
            because: `the zone of ${place.api} is elsewhere: its records can't be changed from here. Use flip: stop, or change them by hand`,
            then: 'pause',
          }
        : {kind: 'not-done'},
    start: async (world, {own, signal}): Promise<Started> => {
      if (own['change'] !== undefined) return undefined
      const wanted = await recordsWanted(way, world, signal)
      if (typeof wanted === 'string') return {facts: {lacking: wanted}}
      const {change} = await world.names.writeRecords(place.hostedZone, wanted, signal)
      return {facts: {change}}
    },
    poll: (world, context) => recordsThenEdge(way, world, context),
  }
}

/**
 * Both failover records lead to the Region that users go to, so that no object and no health check sends them back; at home each one
 * leads to its own Region again. A text: the name without which nobody would be moved.
 */
async function recordsWanted(
  {place, to}: Way,
  world: RecoveryWorld,
  signal: AbortSignal,
): Promise<readonly RecordState[] | string> {
  const aliasOf = async (region: string): Promise<RecordState['aliasTo']> =>
    (await world.names.records(place.hostedZone, regionalName(place, region), signal)).find(({type}) => type === 'A')?.aliasTo
    ?? null
  const [present, home, recovery] = await Promise.all([
    world.names.records(place.hostedZone, place.api, signal),
    aliasOf(place.home),
    aliasOf(place.recovery),
  ])
  const own = to.region === place.home ? home : recovery
  if (own === null) return regionalName(place, to.region)
  const mine = present.filter(({type}) => type === 'A')
  if (mine.length === 0) return place.api
  const alias = (record: RecordState): RecordState['aliasTo'] =>
    to.region === place.home && record.failover === 'SECONDARY' ? (recovery ?? record.aliasTo) : own
  return mine.map((record) => ({...record, aliasTo: alias(record)}))
}

async function recordsThenEdge(way: Way, world: RecoveryWorld, context: StepContext): Promise<Polled> {
  const {now, signal, own, startedAt} = context
  if (own['change'] === undefined)
    return {
      kind: 'failed',
      because: `the zone ${way.place.hostedZone} has no A record ${textFact(own, 'lacking')} that leads to a load balancer: nobody would be moved. Make it in Route 53, then sluice dr resume`,
      then: 'pause',
    }
  const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(3)})
  if (!(await world.names.inSync(textFact(own, 'change'), signal))) return wait('records to be INSYNC')
  if (!(await switched(way, world, signal))) await turn(way, world, context)
  const present = await distributionOf(way, world, signal)
  if (present === null)
    return {kind: 'done', facts: {flippedAt: startedAt, by: 'record'}, note: "no distribution has the site's name"}
  if (!leads(way, present)) {
    const asked = await change(way, world, present, signal)
    if (typeof asked === 'object')
      return {
        kind: 'failed',
        because: `CloudFront doesn't move ${way.place.site}: ${asked.conflict}. Take the alias off the distribution that has it (or its DNS record), then sluice dr resume`,
        then: 'pause',
      }
    return wait(
      asked === 'stale' ? 'a distribution that nobody else is changing' : `the distribution ${present.id} to be deployed`,
    )
  }
  if (present.status !== 'Deployed') return wait(`the distribution ${present.id} to be deployed`)
  return {kind: 'done', facts: {flippedAt: startedAt, by: 'record', distribution: present.id}, note: 'INSYNC and deployed'}
}

/** With a distribution of the recovery Region's own the alias moves to it, and home again to the one that has it in peace. */
const distributionOf = ({place, settings}: Way, world: RecoveryWorld, signal: AbortSignal): Promise<DistributionState | null> =>
  world.edge.distribution(settings.distribution === null ? {alias: place.site} : {id: settings.distribution}, signal)

function leads({place, settings, to}: Way, present: DistributionState): boolean {
  if (settings.distribution !== null) return present.aliases.includes(place.site)
  const [first] = present.siteOrigins
  const domain = present.origins.find(({id}) => id === first)?.domain ?? ''
  return present.siteOrigins.length < 2 || domain.includes(to.region)
}

/** A stale ETag is read again once; whoever changes it a second time is still at it. */
async function change(
  way: Way,
  world: RecoveryWorld,
  present: DistributionState,
  signal: AbortSignal,
): Promise<'asked' | 'stale' | {readonly conflict: string}> {
  const ask = (state: DistributionState) =>
    way.settings.distribution === null
      ? world.edge.preferOrigin(state.id, way.to.region, state.etag, signal)
      : world.edge.moveAlias(way.place.site, state.id, state.etag, signal)
  const first = await ask(present)
  if (first !== 'stale') return first
  const again = await distributionOf(way, world, signal)
  return again === null ? 'stale' : ask(again)
}

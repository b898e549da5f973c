/**
 * Nobody may write in the Region that users leave: its live rule answers 503, its services go to none, the database's group lets nobody
 * in, and a restart ends the sessions of whoever was in (fence-sessions.ts). Unplanned it is best effort within a minute and says
 * `unreachable` when nobody answered; planned it must succeed. What stood before is in the journal before the first change, so that it
 * can be given back. It never touches the Region that users go to.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Json} from '../../engine/event.ts'
import type {Polled, Started, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import {SluiceError} from '../../../errors.ts'
import {textFact} from '../../release/text-fact.ts'
import type {Side} from '../input.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {Unreachable} from '../unreachable.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {endSessions, noteClosing, notRestartable} from './fence-sessions.ts'
import type {Fencing, Sessions} from './fence-sessions.ts'

const fenceBoundMs = minutes(1)
/** A Region that is gone doesn't come back by being asked for a minute. */
const goneAfterMs = seconds(12)
/** Between refusing users and stopping tasks: requests under way end, and a heartbeat row is written after them. */
const inFlightMs = seconds(5)

/** In peace: how long a primary that can't be restarted now is waited for. Once users are refused, as much is left of the deadline. */
const availableWithinMs = minutes(5)

/** What the journal says of a live rule that refuses everybody. */
export const refusesAll = 'refuses-all'

/** What stood before a fence's first change, as its facts keep it (`before`). */
export interface FencedBefore {
  readonly rule: string | null
  readonly weights: {readonly a: number; readonly b: number} | null
  readonly services: readonly {
    readonly name: string
    readonly desired: number
    readonly bounds: {readonly min: number; readonly max: number} | null
  }[]
  readonly ingress: string
}

export function fence(way: Way, {needs, id = 'fence', title}: Placed): RecoveryStep {
  const {fromRegion, from, mode} = way
  return {
    id,
    title: title ?? `${fromRegion} fenced`,
    needs,
    calls: callsOf(
      fromRegion,
      'fence.liveRule',
      'fence.refuseAll',
      'fence.forward',
      'fence.ingress',
      'fence.closeIngress',
      'fence.openIngress',
      'compute.service',
      'compute.boundService',
      'compute.sizeService',
      'database.describe',
      'database.events',
      'database.reboot',
    ),
    deadlineMs: mode === 'planned' ? minutes(10) : minutes(3),
    atDeadline: 'fail',
    usual: mode === 'planned' ? {p50Seconds: 90, p90Seconds: 180} : {p50Seconds: 30, p90Seconds: 60},
    observe: async () =>
      from === null
        ? {kind: 'done', facts: unreachable("what stands there couldn't be asked"), note: 'unreachable'}
        : {kind: 'not-done'},
    start: async (world, context): Promise<Started> => {
      if (from === null || context.own['before'] !== undefined) return undefined
      try {
        return {facts: {before: (await remember(way, from, world, context.signal)) as unknown as Json}}
      } catch (error) {
        const because = givesUp(way, context, error)
        if (because === null) throw error
        return {facts: {gaveUp: because}}
      }
    },
    poll: async (world, context) => {
      const {own} = context
      if (from === null || own['before'] === undefined)
        return {kind: 'done', facts: unreachable(textFact(own, 'gaveUp')), note: 'unreachable'}
      try {
        return await down(way, from, world, {...context, step: id})
      } catch (error) {
        const because = givesUp(way, context, error)
        if (because === null) throw error
        return {kind: 'done', facts: unreachable(because), note: 'unreachable'}
      }
    },
    undo: async (world, {own, signal}) => {
      const before = own['before'] as unknown as FencedBefore | undefined
      if (from !== null && before !== undefined) await giveBack(way, from, before, world, signal)
    },
  }
}

const unreachable = (because: string) => ({how: 'unreachable', fencedAt: null, because}) as const

/** Why it is left as it is; null: asked again. A planned move never gives up. */
function givesUp({mode}: Way, {now, startedAt}: StepContext, error: unknown): string | null {
  if (mode === 'planned') return null
  if (error instanceof SluiceError) return error.message
  if (!(error instanceof Unavailable)) return null
  return now - startedAt >= (error instanceof Unreachable ? goneAfterMs : fenceBoundMs) ? error.message : null
}

async function remember({place}: Way, from: Side, world: RecoveryWorld, signal: AbortSignal): Promise<FencedBefore> {
  const {region, cluster} = from
  const rule = await world.fence.liveRule(region, from.listener, from.targetGroups, signal)
  const states = await Promise.all(
    [place.slots.a, place.slots.b].map((name) => world.compute.service(region, cluster, name, signal)),
  )
  return {
    rule: rule?.arn ?? null,
    weights: rule?.forwards ?? null,
    services: states.flatMap((one) => (one === null ? [] : [{name: one.name, desired: one.desired, bounds: one.bounds}])),
    ingress: await world.fence.ingress(region, from.databaseGroup, signal),
  }
}

/** One look at how far it is, and the next rung. */
async function down(way: Way, from: Side, world: RecoveryWorld, context: Fencing): Promise<Polled> {
  const {now, signal, startedAt} = context
  const {region} = from
  const isPlanned = way.mode === 'planned'
  const wait = (waitsFor: string, ms = seconds(2)): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + ms})
  const rule = await world.fence.liveRule(region, from.listener, from.targetGroups, signal)
  if (rule !== null && rule.fixed === null) {
    // In peace users are refused only when the last rung can be taken, too: a backup may end first.
    const waits = isPlanned ? await primaryWaits(way, from, world, signal) : null
    if (waits !== null)
      return now - startedAt < availableWithinMs
        ? wait(waits, seconds(5))
        : {kind: 'failed', because: `nobody was refused: still waiting for ${waits}`, then: 'fail'}
    await world.fence.refuseAll(region, rule.arn, signal)
    return wait('the live rule to answer 503', 0)
  }
  const refusedAt = await refusal(rule?.arn ?? 'none', context)
  const inFlight = inFlightMs - (now - refusedAt)
  if (isPlanned && inFlight > 0) return wait('requests under way to end', inFlight)
  const {running, isEmpty} = await empty(way, from, world, signal)
  const isClosed = closed(await world.fence.ingress(region, from.databaseGroup, signal))
  if (!isClosed) {
    await noteClosing(from.databaseGroup, context)
    await world.fence.closeIngress(region, from.databaseGroup, signal)
  }
  // In peace nobody's request is cut. In an outage tasks and sessions are ended at once, and neither is waited for beyond the bound:
  // users are refused, and no new connection gets in.
  const isLong = !isPlanned && now - startedAt >= fenceBoundMs
  if (isPlanned && !isEmpty) return wait(`${running} tasks to stop`)
  if (!isClosed) return wait("the database's group to be closed", 0)
  if (inFlight > 0) return wait('requests under way to end', inFlight)
  const sessions = await sessionsOf(way, from, world, context)
  if (!isLong && !isEmpty) return wait(`${running} tasks to stop`)
  if (!isLong && sessions.kind === 'open') return wait(sessions.waitsFor)
  return {
    kind: 'done',
    facts: {
      how: 'fenced',
      fencedAt: now,
      refusedAt,
      left: running,
      sessions: sessions.kind === 'ended' ? 'ended' : 'open',
      ...(sessions.kind !== 'ended' && {because: sessions.waitsFor}),
    },
    note: fencedNote(running, sessions),
  }
}

const fencedNote = (running: number, sessions: Sessions): string =>
  [
    '503',
    running === 0 ? 'no tasks' : `${running} tasks still stopping`,
    'database closed',
    sessions.kind === 'ended'
      ? `sessions ended (${sessions.how})`
      : `but whoever was connected may go on writing (waited for ${sessions.waitsFor})`,
  ].join(', ')

/** What a restart in peace still has to wait for; null: nothing. */
async function primaryWaits({place}: Way, {region}: Side, world: RecoveryWorld, signal: AbortSignal): Promise<string | null> {
  const database = await world.database.describe(region, place.database, signal)
  return database === null ? null : notRestartable(database)
}

/** No tasks are wanted any more; whether they are gone, too. */
async function empty(
  {place}: Way,
  {region, cluster}: Side,
  world: RecoveryWorld,
  signal: AbortSignal,
): Promise<{readonly running: number; readonly isEmpty: boolean}> {
  const all = await Promise.all(
    [place.slots.a, place.slots.b].map((name) => world.compute.service(region, cluster, name, signal)),
  )
  const services = all.filter((one) => one !== null)
  const up = services.filter(({desired, bounds}) => desired > 0 || (bounds?.max ?? 0) > 0)
  for (const {name, bounds} of up) {
    // First the bounds: scaling would bring tasks back.
    if (bounds !== null) await world.compute.boundService(region, cluster, name, {min: 0, max: 0}, signal)
    await world.compute.sizeService(region, cluster, name, 0, signal)
  }
  const running = services.reduce((sum, one) => sum + one.running, 0)
  return {running, isEmpty: up.length === 0 && running === 0}
}

/** In an outage a restart that is refused, or not answered within the bound, doesn't open what is closed: the fence stands without it. */
async function sessionsOf(way: Way, from: Side, world: RecoveryWorld, context: Fencing): Promise<Sessions> {
  const {now, startedAt} = context
  try {
    return await endSessions(way, from, world, context)
  } catch (error) {
    if (way.mode === 'planned') throw error
    if (error instanceof SluiceError) return {kind: 'refused', waitsFor: error.message}
    if (error instanceof Unavailable && now - startedAt >= fenceBoundMs) return {kind: 'refused', waitsFor: error.message}
    throw error
  }
}

/** When users were refused for certain, kept in the journal: from then on every row is the API's own. */
async function refusal(rule: string, context: StepContext): Promise<number> {
  const {events, now, startedAt} = context
  const known = events.find((event) => event.kind === 'rule-written' && event.data.rule === rule && event.at >= startedAt)
  if (known !== undefined) return known.at
  await context.write('rule-written', {phase: 'read-back', rule, weights: {a: 0, b: 0}, actionsHash: refusesAll})
  return now
}

export const closed = (ingress: string): boolean => ingress === '' || ingress === '[]'

/** In reverse: database, tasks, users. */
async function giveBack(way: Way, from: Side, before: FencedBefore, world: RecoveryWorld, signal: AbortSignal): Promise<void> {
  const {region, cluster} = from
  if (!closed(before.ingress) && closed(await world.fence.ingress(region, from.databaseGroup, signal))) {
    await world.fence.openIngress(region, from.databaseGroup, before.ingress, signal)
  }
  for (const {name, desired, bounds} of before.services) {
    const present = await world.compute.service(region, cluster, name, signal)
    if (present === null || (present.desired === desired && present.bounds?.max === bounds?.max)) continue
    if (bounds !== null) await world.compute.boundService(region, cluster, name, bounds, signal)
    await world.compute.sizeService(region, cluster, name, desired, signal)
  }
  const rule = await world.fence.liveRule(region, from.listener, from.targetGroups, signal)
  if (rule !== null && rule.fixed !== null && before.weights !== null) {
    await world.fence.forward(region, rule.arn, from.targetGroups, before.weights, signal)
  }
}

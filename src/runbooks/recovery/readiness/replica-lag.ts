/**
 * How much would be lost now. The heartbeat row that the replica shows is the measure; CloudWatch's `ReplicaLag` is the second one, and
 * lies in four ways: −1 means that nothing replicates, no datapoint means nothing at all, an old one was true once, and an idle
 * PostgreSQL shows up to five minutes that aren't there.
 */
import {readHeartbeat} from '../ask-api.ts'
import {staleLagMs} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import type {Place} from '../place.ts'
import type {Heartbeat} from '../ports/api-port.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Finding, Found} from './finding.ts'
import type {Check, Looking} from './looking.ts'

/** PostgreSQL measures from the last transaction it replayed; RDS makes one every five minutes. */
const phantomSeconds = 300

export interface LagFacts {
  readonly engine: Place['engine']
  readonly metric: {readonly seconds: number; readonly at: number} | null
  /** As the API in the replica's Region reads it; null: nobody answered. */
  readonly heartbeat: Heartbeat | null
  readonly now: number
  readonly rpoMs: number
}

export interface MeasuredLag {
  /** null: it can't be told. */
  readonly seconds: number | null
  readonly source: 'heartbeat' | 'ReplicaLag' | null
}

async function lagFacts({world, place, settings, to, now, signal}: Looking): Promise<LagFacts> {
  const [metric, heartbeat] = await Promise.all([
    world.database.lag(to, place.database, signal),
    readHeartbeat(world, regionalName(place, to), {settings, signal}),
  ])
  return {engine: place.engine, metric, heartbeat, now, rpoMs: settings.rpoMs}
}

export const replicaLag: Check = {
  id: 'replica-lag',
  title: 'replica lag',
  look: async (looking) => [lagFinding(await lagFacts(looking))],
}

/** What would be lost by the better of both measures. */
export function measuredLag({metric, heartbeat, now}: LagFacts): MeasuredLag {
  const row = heartbeat?.last ?? null
  if (row !== null) return {seconds: Math.max(0, (now - row.at) / 1000), source: 'heartbeat'}
  if (metric === null || metric.seconds < 0 || now - metric.at > staleLagMs) return {seconds: null, source: null}
  return {seconds: metric.seconds, source: 'ReplicaLag'}
}

/** What the finding says was measured; of one that came to nothing nothing is known. */
export function toldLag({lagSeconds, source}: Finding['evidence']): MeasuredLag {
  return typeof lagSeconds === 'number' && (source === 'heartbeat' || source === 'ReplicaLag')
    ? {seconds: lagSeconds, source}
    : {seconds: null, source: null}
}

export function lagFinding(facts: LagFacts): Found {
  const {engine, metric, now, rpoMs} = facts
  const measured = measuredLag(facts)
  const evidence = {
    lagSeconds: measured.seconds,
    source: measured.source,
    metricSeconds: metric?.seconds ?? null,
    metricAt: metric?.at ?? null,
  }
  if (metric !== null && metric.seconds < 0) {
    return fail('ReplicaLag is −1, which is not 0: the replica does not replicate.', {
      evidence,
      suggestions: ['read "A replica that is beyond help" in docs/recovery.md'],
    })
  }
  if (measured.source === 'heartbeat' && measured.seconds !== null) return byHeartbeat(facts, measured.seconds, evidence)
  const noHeartbeat = 'and no heartbeat row is to be had from the API there'
  if (metric === null) {
    return unknown(
      `There is no datapoint of ReplicaLag in the last 15 minutes, ${noHeartbeat}: nobody can tell what would be lost.`,
      {evidence, suggestions: ['read "What would be lost" in docs/recovery.md']},
    )
  }
  const ageMs = now - metric.at
  if (ageMs > staleLagMs) {
    return unknown(
      `The newest ReplicaLag (${seconds(metric.seconds)}) is ${Math.round(ageMs / 60_000)} min old, ${noHeartbeat}: it says what was, not what is.`,
      {evidence},
    )
  }
  if (metric.seconds * 1000 <= rpoMs)
    return ok(`ReplicaLag is ${seconds(metric.seconds)}; up to ${seconds(rpoMs / 1000)} may be lost.`, evidence)
  if (engine === 'postgres' && metric.seconds <= phantomSeconds) {
    return warn(
      `ReplicaLag is ${seconds(metric.seconds)}, ${noHeartbeat}: an idle PostgreSQL shows up to 5 min that aren't there, so this may be nothing.`,
      {evidence, suggestions: ['let the API write a heartbeat row every second, as docs/recovery.md says']},
    )
  }
  return fail(`ReplicaLag is ${seconds(metric.seconds)}: more than the ${seconds(rpoMs / 1000)} that may be lost.`, {evidence})
}

function byHeartbeat({metric, rpoMs, now}: LagFacts, lag: number, evidence: NonNullable<Found['evidence']>): Found {
  const of = `The newest heartbeat row there is ${seconds(lag)} old`
  if (lag * 1000 > rpoMs) return fail(`${of}: more than the ${seconds(rpoMs / 1000)} that may be lost.`, {evidence})
  if (metric === null)
    return warn(`${of}. CloudWatch has no datapoint of ReplicaLag in the last 15 minutes: an alarm on it would be silent.`, {
      evidence,
    })
  if (now - metric.at > staleLagMs)
    return warn(
      `${of}. The newest ReplicaLag is ${Math.round((now - metric.at) / 60_000)} min old: an alarm on it would be late.`,
      {evidence},
    )
  if (metric.seconds * 1000 > rpoMs)
    return ok(`${of}. ReplicaLag says ${seconds(metric.seconds)}: the phantom of an idle database.`, evidence)
  return ok(`${of}, ReplicaLag ${seconds(metric.seconds)}; up to ${seconds(rpoMs / 1000)} may be lost.`, evidence)
}

const seconds = (n: number): string => `${Number(n.toFixed(n < 10 ? 1 : 0))} s`

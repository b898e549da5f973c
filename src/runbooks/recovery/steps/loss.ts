/**
 * What will be lost, shown and agreed to: `drained` proves that nothing will be (planned), `approve` asks once, with the measured number
 * (unplanned). No step behind them that can't be taken back begins without the consent written here.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Event, Facts} from '../../engine/event.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import type {Silence} from '../input.ts'
import {clockTime, inSeconds, measureLoss} from '../measure-loss.ts'
import type {Loss, Until} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {Heartbeat} from '../ports/api-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {lookAtOldRegion, notSeen, rowsMove, stillMs, untilSeen} from './old-region.ts'

/** A row this long after users were refused is younger than every row of theirs: requests under way have ended. */
const lastUserMs = seconds(3)
/** Rows that were under way when the old Region fell silent have arrived by then; what arrives later is written now. */
const rowsMs = seconds(10)

/** Planned: the replica has every row that was written before the fence. `fenceId`: the step whose facts say when users were refused. */
export function drained(way: Way, {needs, id = 'drained', title}: Placed, fenceId = 'fence'): RecoveryStep {
  const {place, settings, to, fromRegion} = way
  let seen: {readonly seq: number; readonly at: number} | null = null
  const poll = async (world: RecoveryWorld, context: StepContext): Promise<Polled> => {
    const {now, signal} = context
    const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(1)})
    const refusedAt = Number(context.facts(fenceId)['refusedAt'] ?? NaN)
    const heartbeat = await readHeartbeat(world, regionalName(place, to.region), {settings, signal})
    const last = heartbeat?.last ?? null
    if (heartbeat === null || last === null) return wait(`a heartbeat from ${to.region}`)
    if (last.region !== fromRegion || last.at < refusedAt + lastUserMs) {
      return wait(`rows of ${fromRegion} after ${clockTime(refusedAt + lastUserMs)} (replicated up to ${clockTime(last.at)})`)
    }
    if (!heartbeat.drained) return wait('what was received to be applied')
    if (seen === null || seen.seq !== last.seq) seen = {seq: last.seq, at: now}
    if (now - seen.at < stillMs) return wait(`row ${last.seq} to stay the last one`)
    return {
      kind: 'done',
      facts: {lossMs: 0, lastSeq: last.seq, replicatedUntil: last.at},
      note: `row ${last.seq} of ${clockTime(last.at)} is the last, nothing is lost`,
    }
  }
  return {
    id,
    title: title ?? `${to.region} has everything that ${fromRegion} wrote`,
    needs,
    calls: callsOf(to.region, 'api.ask'),
    // Tasks that are told to end go on writing heartbeats until they have: usually half a minute.
    deadlineMs: minutes(10),
    atDeadline: 'fail',
    usual: {p50Seconds: 35, p90Seconds: 60},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll,
  }
}

export interface Accepted {
  /** Loss agreed to when the run was started; null: asked now. */
  readonly lossMs: number | null
  /** A loss that can't be told was agreed to. */
  readonly unknown: boolean
  /** The last answer from the old Region before this run, when it is known. */
  readonly lastAnswerAt: number | null
  /** What the other Region's watch knew of its silence when the run began. */
  readonly silence: Silence | null
}

/** The one question before the point of no return. */
export function approve(way: Way, accepted: Accepted, {needs, id = 'approve', title}: Placed): RecoveryStep {
  const {settings, mode, to} = way
  const old = notSeen()
  return {
    id,
    title: title ?? (mode === 'planned' ? 'Nothing will be lost' : 'The measured loss is accepted'),
    needs,
    calls: callsOf(to.region, 'api.ask', 'database.lag'),
    deadlineMs: settings.approvalMs,
    atDeadline: 'pause',
    usual: {p50Seconds: 10, p90Seconds: 120},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: async (world, context): Promise<Polled> => {
      const {now, signal, events, startedAt} = context
      const wait = (waitsFor: string, after: number): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(after)})
      if (mode === 'planned') {
        const {lossMs = 0, replicatedUntil = null} = context.facts('drained')
        return {
          kind: 'done',
          facts: {consent: true, lossMs, source: 'heartbeat', replicatedUntil, accepted: 'at the start'},
          note: 'nothing is lost',
        }
      }
      const [heartbeat, found] = await Promise.all([
        readHeartbeat(world, regionalName(way.place, to.region), {settings, signal}),
        lookAtOldRegion(way, old, world, context),
      ])
      if (found === 'returns') return wait(comesBack(way.fromRegion), 2)
      if (heartbeat !== null && !heartbeat.drained && !heartbeat.writable && now - startedAt < minutes(1))
        return wait('what was received to be applied', 1)
      const isMoving = found !== 'fenced' && rowsMove(old, heartbeat?.last ?? null, way.fromRegion, now)
      if (isMoving && now - startedAt < rowsMs) return wait(`row ${heartbeat?.last?.seq ?? ''} to stay the last one`, 1)
      const seen = untilSeen(found, isMoving && heartbeat?.drained === true, old, now)
      const loss = await measure(way, {...accepted, seen}, world, context, heartbeat)
      const agreed = agreement(accepted, loss, events)
      if (agreed !== null) return {kind: 'done', facts: {consent: true, ...factsOf(loss), ...agreed}, note: loss.text}
      context.show({loss})
      return wait(`consent: ${loss.text}${tooLittle(accepted, loss)}`, 2)
    },
  }
}

export const comesBack = (region: string): string =>
  `${region} to be silent: it answers again, takes writes, and isn't fenced. Withdraw (sluice dr resume --withdraw); a new run fences it first`

export const factsOf = ({lossMs, source, ageMs, replicatedUntil, text}: Loss): Facts => ({
  lossMs,
  source,
  ageMs,
  replicatedUntil,
  text,
})

type Known = Pick<Accepted, 'lastAnswerAt' | 'silence'> & {readonly seen: Until | null}

async function measure(
  way: Way,
  {lastAnswerAt, silence, seen}: Known,
  world: RecoveryWorld,
  context: StepContext,
  heartbeat: Heartbeat | null,
): Promise<Loss> {
  const {place, to} = way
  const {now, signal} = context
  // Asked only where it is needed: with a heartbeat nobody needs CloudWatch, which may be the next thing that doesn't answer.
  const lag = heartbeat?.last === null || heartbeat === null ? await world.database.lag(to.region, place.database, signal) : null
  const lossUntil = (until: Until): Loss => measureLoss({now, until, engine: place.engine, heartbeat, lag})
  if (seen !== null) return lossUntil(seen)
  const lossWith = (believed: Silence | null): Loss =>
    lossUntil(untilOf(context.facts('fence'), context.facts('declare'), {lastAnswerAt, silence: believed}))
  return believable(lossWith(silence), silence) ? lossWith(silence) : lossWith(null)
}

/** What was replicated after the silence began was written during it: only the watch couldn't reach the Region, and users may have. */
export const believable = ({replicatedUntil}: Pick<Loss, 'replicatedUntil'>, silence: Silence | null): boolean =>
  silence === null || replicatedUntil === null || replicatedUntil < silence.since

export function untilOf(
  fenced: Facts,
  declared: Facts,
  {lastAnswerAt, silence}: Pick<Accepted, 'lastAnswerAt' | 'silence'>,
): Until {
  if (typeof fenced['fencedAt'] === 'number')
    return {at: fenced['fencedAt'], how: fenced['sessions'] === 'open' ? 'fenced-but-sessions' : 'fenced'}
  if (lastAnswerAt !== null) return {at: lastAnswerAt, how: 'last-answer'}
  if (silence !== null) return {at: silence.since, how: 'watched', answeredAt: silence.answeredAt, by: silence.by}
  return {at: Number(declared['declaredAt']), how: 'declared'}
}

/** Who agreed to at least this loss, and how; null: nobody has. */
export function agreement({lossMs: given, unknown}: Accepted, {lossMs}: Loss, events: readonly Event[]): Facts | null {
  if (lossMs === null && unknown) return {accepted: 'at the start', acceptedLossMs: null}
  if (lossMs !== null && given !== null && given >= lossMs) return {accepted: 'at the start', acceptedLossMs: given}
  for (const event of events) {
    if (event.kind !== 'asked' || event.data.wish !== 'promote') continue
    const {lossMs: accepts, unknown: anything} = event.data.accepts ?? {}
    if (lossMs === null ? anything === true : typeof accepts === 'number' && accepts >= lossMs) {
      return {accepted: event.data.by, why: event.data.why, acceptedLossMs: typeof accepts === 'number' ? accepts : null}
    }
  }
  return null
}

export function tooLittle({lossMs: given}: Accepted, {lossMs}: Loss): string {
  if (lossMs === null) return '; it needs --accept-unknown-loss'
  return given === null ? '' : `; ${inSeconds(given)} accepted so far is too little`
}

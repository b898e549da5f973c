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
import {watchNow} from '../watch.ts'
import type {WatchNow} from '../watch.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {lookAtOldRegion, notSeen, rowsMove, stillMs} from './old-region.ts'
import {silenceSeen} from './silence-seen.ts'
import type {Gap, Seen} from './silence-seen.ts'

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
    calls: callsOf(to.region, 'api.ask', 'database.lag', 'store.read'),
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
      const [heartbeat, found, watch] = await Promise.all([
        readHeartbeat(world, regionalName(way.place, to.region), {settings, signal}),
        lookAtOldRegion(way, old, world, context),
        watchNow(world.store(to.region), way.place, {region: way.fromRegion, by: to.region, now}, signal),
      ])
      if (found === 'returns') {
        await silenceSeen(id, found, false, old, context)
        return wait(comesBack(way.fromRegion), 2)
      }
      if (heartbeat !== null && !heartbeat.drained && !heartbeat.writable && now - startedAt < minutes(1))
        return wait('what was received to be applied', 1)
      const isMoving = found !== 'fenced' && rowsMove(old, heartbeat?.last ?? null, way.fromRegion, now)
      if (isMoving && (!old.hasMoved || now - startedAt < rowsMs))
        return wait(`row ${heartbeat?.last?.seq ?? ''} to stay the last one`, 1)
      const seen = await silenceSeen(id, found, isMoving && heartbeat?.drained === true, old, context)
      if (watch.heardAt !== null && watch.lookedAt !== null && seen.gap !== null && watch.lookedAt < (seen.until?.at ?? 0))
        return wait(`the watch of ${to.region} to look at ${way.fromRegion} again`, 5)
      const untils = possibleUntils(accepted, {seen, watch, isThere: old.isThere}, context)
      const loss = await measure(way, untils, world, context, heartbeat)
      const agreed = agreement(accepted, loss, events)
      if (agreed !== null) return {kind: 'done', facts: {consent: true, ...factsOf(loss), ...agreed}, note: loss.text}
      context.show({loss})
      return wait(`consent: ${loss.text}${gapWords(seen.gap)}${tooLittle(accepted, loss)}`, 2)
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

async function measure(
  {place, to}: Way,
  untils: readonly Until[],
  world: RecoveryWorld,
  {now, signal}: StepContext,
  heartbeat: Heartbeat | null,
): Promise<Loss> {
  // Asked only where it is needed: with a heartbeat nobody needs CloudWatch, which may be the next thing that doesn't answer.
  const lag = heartbeat?.last === null || heartbeat === null ? await world.database.lag(to.region, place.database, signal) : null
  const losses = untils.map((until) => ({until, loss: measureLoss({now, until, engine: place.engine, heartbeat, lag})}))
  const found =
    losses.find(({until, loss}) => until.how !== 'watched' || believable(loss, {...until, since: until.at})) ?? losses.at(-1)
  if (found === undefined) throw new Error('there is no moment to measure to')
  return found.loss
}

interface Evidence {
  readonly seen: Seen
  readonly watch: WatchNow
  /** Something answers there, if only that it takes no writes: the watch can't tell that from one that does. */
  readonly isThere: boolean
}

/**
 * The moments after which nothing may have been accepted, the first that the rows don't belie counts. What this run has heard itself
 * stands above the watch, the watch as it is now above what it knew when the run began, and that above nothing.
 */
export function possibleUntils(
  {lastAnswerAt, silence}: Accepted,
  {seen, watch, isThere}: Evidence,
  context: Pick<StepContext, 'facts'>,
): readonly Until[] {
  const [fenced, declared] = [context.facts('fence'), context.facts('declare')]
  const base = (known: Silence | null): Until => seen.until ?? untilOf(fenced, declared, {lastAnswerAt, silence: known})
  const bare = base(null)
  if (
    bare.how === 'fenced'
    || bare.how === 'fenced-but-sessions'
    || bare.how === 'still-answering'
    || bare.how === 'still-writing'
  )
    return [bare]
  const saysAlive = watch.heardAt ?? watch.silence?.answeredAt ?? null
  const silentBefore = seen.until?.at ?? Number(declared['declaredAt'])
  const wasHeardLater = saysAlive !== null && saysAlive > silentBefore
  if (watch.heardAt !== null && wasHeardLater && !isThere) return [{at: watch.heardAt, how: 'still-answering'}]
  const now = watch.silence !== null && watch.silence.since > (seen.heardAt ?? -Infinity) ? watch.silence : null
  const watched: readonly Until[] = now === null ? [] : [{at: now.since, how: 'watched', answeredAt: now.answeredAt, by: now.by}]
  // What a person knows wins over a watch, unless the watch has heard the Region since, or nobody has looked for long.
  if (seen.until !== null || wasHeardLater) return [...watched, bare]
  return lastAnswerAt !== null ? [bare] : [...watched, base(silence), bare]
}

const gapWords = (gap: Gap | null): string =>
  gap === null ? '' : `; nobody looked from ${clockTime(gap.from)} to ${clockTime(gap.to)}, and it may have been back`

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

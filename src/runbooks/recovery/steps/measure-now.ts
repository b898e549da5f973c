/**
 * The loss as it is now, in an unplanned failover: everything it rests on is looked at at once, by whoever asks for it. It never says
 * less than what may have been lost: what can't be known yet is waited for, and what nobody can know has no number.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Facts} from '../../engine/event.ts'
import type {StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import type {Silence} from '../input.ts'
import {clockTime, measureLoss} from '../measure-loss.ts'
import type {Loss, Until} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import type {Heartbeat} from '../ports/api-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {watchNow} from '../watch.ts'
import type {WatchNow} from '../watch.ts'
import type {Way} from '../way.ts'
import type {Accepted} from './loss.ts'
import {lookAtOldRegion, rowsMove} from './old-region.ts'
import type {OldRegion} from './old-region.ts'
import {silenceSeen} from './silence-seen.ts'
import type {Gap, Seen} from './silence-seen.ts'

/** Rows that were under way when the old Region fell silent have arrived by then; what arrives later is written now. */
const rowsMs = seconds(10)

export type Measured =
  | {readonly kind: 'waits'; readonly for: string; readonly seconds: number}
  | {readonly kind: 'told'; readonly loss: Loss; /** For the question. */ readonly words: string}

interface Asking {
  /** The step that asks, and keeps what is seen in its facts. */
  readonly step: string
  readonly since: number
}

export async function measureNow(
  way: Way,
  accepted: Accepted,
  old: OldRegion,
  {step, since}: Asking,
  world: RecoveryWorld,
  context: StepContext,
): Promise<Measured> {
  const {place, settings, to, fromRegion} = way
  const {now, signal} = context
  const wait = (what: string, after: number): Measured => ({kind: 'waits', for: what, seconds: after})
  const [heartbeat, found, watch] = await Promise.all([
    readHeartbeat(world, regionalName(place, to.region), {settings, signal}),
    lookAtOldRegion(way, old, world, context),
    watchNow(world.store(to.region), place, {region: fromRegion, by: to.region, now}, signal),
  ])
  if (found === 'returns') {
    await silenceSeen(step, found, false, old, context)
    return wait(comesBack(fromRegion), 2)
  }
  if (heartbeat !== null && !heartbeat.drained && !heartbeat.writable && now - since < minutes(1))
    return wait('what was received to be applied', 1)
  const isMoving = found !== 'fenced' && rowsMove(old, heartbeat?.last ?? null, fromRegion, now)
  if (isMoving && (!old.hasMoved || now - since < rowsMs))
    return wait(`row ${heartbeat?.last?.seq ?? ''} to stay the last one`, 1)
  const seen = await silenceSeen(step, found, isMoving && heartbeat?.drained === true, old, context)
  if (watch.heardAt !== null && watch.lookedAt !== null && seen.gap !== null && watch.lookedAt < (seen.until?.at ?? 0))
    return wait(`the watch of ${to.region} to look at ${fromRegion} again`, 5)
  const untils = possibleUntils(accepted, {seen, watch, isThere: old.isThere}, context)
  const loss = await measure(way, untils, world, context, heartbeat)
  return {kind: 'told', loss, words: `${loss.text}${gapWords(seen.gap)}`}
}

export const comesBack = (region: string): string =>
  `${region} to be silent: it answers again, takes writes, and isn't fenced. Withdraw (sluice dr resume --withdraw); a new run fences it first`

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

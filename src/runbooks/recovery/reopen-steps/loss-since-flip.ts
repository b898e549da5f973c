/**
 * What opening a Region again costs: everything users wrote at home since a failback's flip. Nothing replicates it, so it is told by time
 * alone, from the flip to the last moment at which home may have taken a write; and where only this machine hears nothing of home, by
 * nobody. It asks once, like the question before a promotion, and never says less than what may be lost.
 */
import {seconds} from '../../engine/clock.ts'
import type {Polled} from '../../engine/step.ts'
import type {Reopens} from '../input.ts'
import {clockTime} from '../measure-loss.ts'
import type {Loss, Until} from '../measure-loss.ts'
import {callsOf} from '../port-calls.ts'
import type {Accepted} from '../steps/loss.ts'
import {agreement, factsOf, tooLittle} from '../steps/loss.ts'
import {comesBack, possibleUntils} from '../steps/measure-now.ts'
import {lookAtOldRegion, notSeen} from '../steps/old-region.ts'
import {silenceSeen} from '../steps/silence-seen.ts'
import {watchNow} from '../watch.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {leftDatabase, madeAfterAll} from './left-database.ts'

export function lossSinceFlip(way: Way, accepted: Accepted, reopens: Reopens, {needs}: Placed): RecoveryStep {
  const old = notSeen()
  return {
    id: 'approve',
    title: 'What users wrote at home since then is given up',
    needs,
    calls: callsOf(way.to.region, 'api.ask', 'database.describe', 'store.read'),
    deadlineMs: way.settings.approvalMs,
    atDeadline: 'pause',
    usual: {p50Seconds: 10, p90Seconds: 120},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: async (world, context): Promise<Polled> => {
      const {now, events} = context
      const wait = (waitsFor: string): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(2)})
      const [found, left, watch] = await Promise.all([
        lookAtOldRegion(way, old, world, context),
        leftDatabase(way, reopens, world, context.signal),
        watchNow(world.store(way.to.region), way.place, {region: way.fromRegion, by: way.to.region, now}, context.signal),
      ])
      const made = madeAfterAll(left)
      if (made !== null) return {kind: 'failed', because: made, then: 'fail'}
      const seen = await silenceSeen('approve', found, false, old, context)
      if (found === 'returns') return wait(comesBack(way.fromRegion))
      const untils = possibleUntils(accepted, {seen, watch, isThere: old.isThere}, context)
      const loss = measureSinceFlip(way.fromRegion, reopens, untils, {isHeard: seen.heardAt !== null})
      const agreed = agreement(accepted, loss, events)
      if (agreed !== null) return {kind: 'done', facts: {consent: true, ...factsOf(loss), ...agreed}, note: loss.text}
      context.show({loss})
      return wait(`consent: ${loss.text}${tooLittle(accepted, loss)}`)
    },
  }
}

/** `isHeard`: this machine has heard home itself, so that its silence counts. */
export function measureSinceFlip(
  home: string,
  {flippedAt, answeredAt, replicatedUntil}: Reopens,
  untils: readonly Until[],
  {isHeard}: {readonly isHeard: boolean},
): Loss {
  // The failback saw home answer later than that: only the watch couldn't reach it.
  const until = untils.find(({at, how}) => how !== 'watched' || at >= answeredAt)
  if (until === undefined) throw new Error('there is no moment to measure to')
  const since = clockTime(flippedAt)
  const told = {replicatedUntil, ageMs: null}
  const unknown = (because: string): Loss => ({
    ...told,
    lossMs: null,
    source: 'none',
    text: `everything users wrote in ${home} since ${since} is lost, and how much that is can't be told: ${because}`,
  })
  if (until.how === 'still-answering' || until.how === 'still-writing')
    return unknown('it still answers and takes writes, and nobody could fence it')
  if (until.how === 'declared' && !isHeard)
    return unknown('only this machine hears nothing of it, and users may (--last-answer, when you know when it last answered)')
  const lossMs = Math.max(0, Math.ceil(Math.max(until.at, answeredAt) - flippedAt))
  return {
    ...told,
    lossMs,
    source: 'flip',
    text: `everything users wrote in ${home} since ${since} is lost, at most ${minutesAndSeconds(lossMs)} of it (${ends(until)})`,
  }
}

/** `6 min 12 s` */
function minutesAndSeconds(ms: number): string {
  const whole = Math.ceil(ms / 1000)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

function ends(until: Until): string {
  const at = clockTime(until.at)
  switch (until.how) {
    case 'fenced':
      return `fenced ${at}`
    case 'fenced-but-sessions':
      return `fenced ${at}, but whoever was connected then may go on writing`
    case 'watched':
      return `silent at ${at}, by the watch of ${until.by}`
    case 'last-answer':
      return `it last answered ${at}`
    case 'declared':
      return `silent since ${at}`
    case 'still-answering':
    case 'still-writing':
      return `it answers at ${at}`
  }
}

/**
 * What will be lost, shown and agreed to: `drained` proves that nothing will be (planned), `approve` asks once, with the measured number
 * (unplanned). No step behind them that can't be taken back begins without the consent written here.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Event, Facts} from '../../engine/event.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import type {Silence} from '../input.ts'
import {clockTime, inSeconds} from '../measure-loss.ts'
import type {Loss} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {measureNow} from './measure-now.ts'
import {notSeen, stillMs} from './old-region.ts'

/** A row this long after users were refused is younger than every row of theirs: requests under way have ended. */
const lastUserMs = seconds(3)

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
      const {now, events, startedAt} = context
      const wait = (waitsFor: string, after: number): Polled => ({kind: 'pending', waitsFor, lookAgainAt: now + seconds(after)})
      if (mode === 'planned') {
        const {lossMs = 0, replicatedUntil = null} = context.facts('drained')
        return {
          kind: 'done',
          facts: {consent: true, lossMs, source: 'heartbeat', replicatedUntil, accepted: 'at the start'},
          note: 'nothing is lost',
        }
      }
      const measured = await measureNow(way, accepted, old, {step: id, since: startedAt}, world, context)
      if (measured.kind === 'waits') return wait(measured.for, measured.seconds)
      const {loss, words} = measured
      const agreed = agreement(accepted, loss, events)
      if (agreed !== null) return {kind: 'done', facts: {consent: true, ...factsOf(loss), ...agreed}, note: loss.text}
      context.show({loss})
      return wait(`consent: ${words}${tooLittle(accepted, loss)}`, 2)
    },
  }
}

export const factsOf = ({lossMs, source, ageMs, replicatedUntil, text}: Loss): Facts => ({
  lossMs,
  source,
  ageMs,
  replicatedUntil,
  text,
})

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

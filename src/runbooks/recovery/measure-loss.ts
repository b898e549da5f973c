/**
 * How much would be lost if the replica were promoted now: an upper bound with its source and age, or null when nobody can tell.
 * Heartbeat rows first; CloudWatch's ReplicaLag second, with its traps. It never says less than what may have been lost. Pure.
 */
import {seconds} from '../engine/clock.ts'
import type {Heartbeat} from './ports/api-port.ts'

/** Nobody could fence it and it goes on: what it accepts until users have moved is lost, however little is behind now. */
type StillWriting = 'still-answering' | 'still-writing'

/** The moment after which the old primary accepted nothing, and how that is known. */
export type Until =
  | {readonly at: number; readonly how: 'fenced' | 'fenced-but-sessions' | 'last-answer' | 'declared' | StillWriting}
  | {readonly at: number; readonly how: 'watched'; readonly answeredAt: number | null; readonly by: string}

export interface LossEvidence {
  readonly now: number
  readonly until: Until
  readonly engine: 'postgres' | 'mysql'
  /** As the replica's own API tells it; null: it doesn't answer, or can't read its database. */
  readonly heartbeat: Heartbeat | null
  readonly lag: {readonly seconds: number; readonly at: number} | null
}

export interface Loss {
  readonly lossMs: number | null
  /** The last moment known to have been replicated. */
  readonly replicatedUntil: number | null
  /** `flip`: by time alone, from the moment users were sent where nothing was replicated. */
  readonly source: 'heartbeat' | 'replica-lag' | 'flip' | 'none'
  /** How old the evidence is. */
  readonly ageMs: number | null
  readonly text: string
}

/** A datapoint of ReplicaLag older than this says nothing about now. */
export const staleLagMs = seconds(120)

export function measureLoss(evidence: LossEvidence): Loss {
  const {heartbeat, now, until} = evidence
  const last = heartbeat?.last ?? null
  const goesOn = goesOnWords(until, last)
  if (goesOn !== null)
    return {
      lossMs: null,
      replicatedUntil: last?.at ?? null,
      source: 'none',
      ageMs: null,
      text: `the loss can't be told: ${goesOn}`,
    }
  if (last === null) return fromLag(evidence)
  const lossMs = Math.max(0, Math.ceil(until.at - last.at))
  return {
    lossMs,
    replicatedUntil: last.at,
    source: 'heartbeat',
    ageMs: Math.max(0, Math.round(now - last.at)),
    text: `at most ${inSeconds(lossMs)} lost (last heartbeat row ${clockTime(last.at)}, ${untilWords(until)})`,
  }
}

function goesOnWords({how}: Until, last: Heartbeat['last']): string | null {
  const until = "what it takes until users have moved isn't replicated"
  switch (how) {
    case 'still-answering':
      return `the old Region still answers and isn't fenced; ${until}`
    case 'still-writing':
      return `rows of the old Region still arrive${last === null ? '' : ` (${clockTime(last.at)})`}, so only this machine has no way to it, and it isn't fenced; ${until}`
    default:
      return null
  }
}

function fromLag({lag, now, until, engine}: LossEvidence): Loss {
  const unknown = (because: string): Loss => ({
    lossMs: null,
    replicatedUntil: null,
    source: 'none',
    ageMs: lag === null ? null : Math.round(now - lag.at),
    text: `the loss can't be told: no heartbeat row can be read, and ${because}`,
  })
  if (lag === null) return unknown('CloudWatch has no datapoint of ReplicaLag of the last 15 minutes')
  if (lag.seconds < 0) return unknown("ReplicaLag is −1: the replica isn't replicating (that is not a lag of zero)")
  if (now - lag.at > staleLagMs) return unknown(`the newest datapoint of ReplicaLag is ${inSeconds(now - lag.at)} old`)
  const replicatedUntil = Math.floor(lag.at - seconds(lag.seconds))
  const lossMs = Math.max(0, Math.ceil(until.at - replicatedUntil))
  const trap = engine === 'postgres' && lag.seconds <= 300 ? "; an idle PostgreSQL shows up to 5 min that aren't there" : ''
  return {
    lossMs,
    replicatedUntil,
    source: 'replica-lag',
    ageMs: Math.round(now - lag.at),
    text: `at most ${inSeconds(lossMs)} lost (ReplicaLag ${Math.round(lag.seconds)} s at ${clockTime(lag.at)}, ${untilWords(until)}${trap})`,
  }
}

const words = {
  fenced: 'fenced',
  'last-answer': 'last answer of the old Region',
  declared: 'silent since at least',
  'still-answering': 'still answering at',
  'still-writing': 'still writing at',
} as const satisfies Record<Exclude<Until['how'], 'watched' | 'fenced-but-sessions'>, string>

function untilWords(until: Until): string {
  if (until.how === 'fenced-but-sessions')
    return `fenced ${clockTime(until.at)}, but whoever was connected then may go on writing`
  if (until.how !== 'watched') return `${words[until.how]} ${clockTime(until.at)}`
  const answered = until.answeredAt === null ? 'never answered' : `last answered ${clockTime(until.answeredAt)}`
  return `the old Region ${answered}, by the watch of ${until.by}, and was silent at ${clockTime(until.at)}`
}

export const inSeconds = (ms: number): string => `${Math.ceil(ms / 1000)} s`
/** `12:00:03Z` */
export const clockTime = (at: number): string => `${new Date(at).toISOString().slice(11, 19)}Z`

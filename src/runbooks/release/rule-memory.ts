/**
 * What this run last did to the live rule and the dead-man's switch, read from its journal. Between "asked" and "read-back" a
 * write may or may not have happened, so the rule before and every rule asked for since are ours.
 */
import type {Event, EventOf} from '../engine/event.ts'
import type {Slot, Weights} from './ports.ts'

export interface RuleMemory {
  /** Hashes of complete actions that are ours; empty until the preflight has read the rule. */
  readonly ours: readonly string[]
  /** Weights last read back, or null before the first write of this run. */
  readonly readBack: {readonly weights: Weights; readonly at: number} | null
  /** Weights last asked for. */
  readonly asked: {readonly weights: Weights; readonly at: number} | null
}

export function ruleMemory(events: readonly Event[]): RuleMemory {
  let ours: string[] = []
  let readBack: RuleMemory['readBack'] = null
  let asked: RuleMemory['asked'] = null
  for (const event of events) {
    if (event.kind === 'step-ended' && event.data.step === 'preflight' && event.data.how !== 'failed') {
      const hash = event.data.facts?.['actionsHash']
      if (typeof hash === 'string') ours = [hash]
    }
    if (event.kind !== 'rule-written') continue
    const {phase, weights, actionsHash} = event.data
    if (phase === 'asked') {
      // Asked again after a failed call, the rule before may still be the one that stands.
      ours = [...ours.filter((known) => known !== actionsHash), actionsHash]
      asked = {weights, at: event.at}
    } else {
      ours = [actionsHash]
      readBack = {weights, at: event.at}
    }
  }
  return {ours, readBack, asked}
}

/** When this run first asked for any weight on the canary; null before that. */
export function firstWeightAt(events: readonly Event[], canary: Slot): number | null {
  const first = events.find(
    (event) => event.kind === 'rule-written' && event.data.phase === 'read-back' && event.data.weights[canary] > 0,
  )
  return first?.at ?? null
}

export interface ArmedMemory {
  /** Where it sends all weight; two slots while a change of home has been asked for and not yet confirmed. */
  readonly homes: readonly Slot[]
  /** The earliest moment at which it may have fired. */
  readonly dueAt: number
}

/** The switch as the journal knows it; null when never armed or disarmed since. */
export function armedMemory(events: readonly Event[]): ArmedMemory | null {
  let confirmed: EventOf<'armed'>['data'] | null = null
  let asked: EventOf<'armed'>['data'] | null = null
  for (const event of events) {
    if (event.kind === 'disarmed') {
      confirmed = null
      asked = null
    }
    if (event.kind !== 'armed') continue
    if (event.data.phase === 'confirmed') {
      confirmed = event.data
      asked = null
    } else asked = event.data
  }
  const known = [confirmed, asked].filter((one) => one !== null)
  if (known.length === 0) return null
  return {homes: [...new Set(known.map(({home}) => home))], dueAt: Math.min(...known.map(({dueAt}) => dueAt))}
}

/** Less than this before the switch is due nothing is written any more: the guard goes home instead of racing it. */
const leastLeftMs = 30_000

/** May a weight be written, or the switch be pointed elsewhere, at AWS's time `now`? A process that was stalled may not. */
export function mayWrite(events: readonly Event[], now: number): boolean {
  const armed = armedMemory(events)
  return armed === null || armed.dueAt - now > leastLeftMs
}

/**
 * The three numbers of a weight: what was asked for, what the rule says, what share of the requests was counted. Pure. Says
 * nothing rather than something that was true of an earlier weight or of a rule that somebody else has changed since.
 */
import type {Event} from '../runbooks/engine/event.ts'
import type {Live} from './live.ts'
import type {ReleaseInput} from './release-input.ts'

/** Percent on the canary; null while not known. */
export interface ReleaseWeights {
  readonly desired: number | null
  readonly actual: number | null
  readonly observed: number | null
}

export function releaseWeights(
  events: readonly Event[],
  live: Live,
  input: ReleaseInput,
  running: readonly string[],
): ReleaseWeights {
  const written = events.findLast((event) => event.kind === 'rule-written')
  const readBack = events.findLast((event) => event.kind === 'rule-written' && event.data.phase === 'read-back')
  // What a step showed is worth nothing once the step is over.
  const shown = live.step === undefined || running.includes(live.step) ? live : {}
  const foreign = events.some((event) => (event.kind === 'planned' || event.kind === 'ended') && event.data.cause === 'foreign')
  const ours = shown.actual ?? (readBack?.kind === 'rule-written' ? canaryPercent(readBack.data.weights, input) : null)
  return {
    desired: written === undefined ? null : canaryPercent(written.data.weights, input),
    // Somebody else has changed the rule: what we once wrote isn't what it says.
    actual: foreign ? (live.actual ?? null) : ours,
    observed:
      countedShare(events, written?.seq ?? -1)
      ?? (running.some((id) => id.startsWith('share-')) ? (live.observed ?? null) : null),
  }
}

/** Percent, as the journal has it; what was counted before the last write says nothing about the weight that stands now. */
function countedShare(events: readonly Event[], written: number): number | null {
  for (const event of events.toReversed()) {
    if (event.seq <= written) return null
    if (event.kind === 'verdict' && event.data.observedShare !== null) return event.data.observedShare * 100
    const share = event.kind === 'step-ended' && event.data.how !== 'failed' ? event.data.facts?.['share'] : undefined
    if (typeof share === 'number') return share * 100
  }
  return null
}

/** Weights needn't add up to 100: tenths of a percent are written as parts of 1,000. */
export function canaryPercent(weights: {readonly a: number; readonly b: number}, {canarySlot}: ReleaseInput): number {
  const total = weights.a + weights.b
  return total === 0 ? 0 : (100 * weights[canarySlot]) / total
}

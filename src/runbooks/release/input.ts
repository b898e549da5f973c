/** Everything a release is planned from: configuration plus what was observed before it began. Plain JSON; event 0 holds it. */
import type {ReleaseConfig} from '../../config/release-config.ts'
import type {Scaling, Slot, Weights} from './ports.ts'

export interface ReleaseInput {
  readonly config: ReleaseConfig
  readonly account: string
  /** Who started it: the caller's ARN. */
  readonly by: string
  /** What is released. */
  readonly image: string
  /** What serves now. */
  readonly fromImage: string
  readonly fromTaskDefinition: string
  readonly stableSlot: Slot
  /** Stable's size and scaling before the release: what the new stable gets, and what a rollback gives back. */
  readonly production: {readonly desired: number; readonly scaling: Scaling | null}
  readonly canaryScaling: Scaling | null
  /** Epoch ms before which the canary's slot must keep its tasks: a switch of the run before may still fire late. */
  readonly slotFreeAt: number
  /** First release of this service ever, or the run before it. */
  readonly previousRun: string | null
}

export const otherSlot = (slot: Slot): Slot => (slot === 'a' ? 'b' : 'a')

export const canarySlot = (input: ReleaseInput): Slot => otherSlot(input.stableSlot)

/** Integer weights of the two slots with `percent` of requests on the canary; tenths of a percent stay exact. */
export function weightsAt(input: ReleaseInput, percent: number): Weights {
  const canary = Number.isInteger(percent) ? percent : Math.round(percent * 10)
  const stable = (Number.isInteger(percent) ? 100 : 1000) - canary
  return input.stableSlot === 'a' ? {a: stable, b: canary} : {a: canary, b: stable}
}

export const allOn = (slot: Slot): Weights => (slot === 'a' ? {a: 100, b: 0} : {a: 0, b: 100})

/** Share of the canary in percent, of any pair of weights. */
export function canaryPercent(input: ReleaseInput, weights: Weights): number {
  const total = weights.a + weights.b
  return total === 0 ? 0 : (100 * weights[canarySlot(input)]) / total
}

/** Tasks the canary needs to carry `percent` of what `stableDesired` tasks carry. */
export function canarySize(percent: number, stableDesired: number): number {
  return Math.max(1, Math.ceil((Math.max(1, stableDesired) * percent) / 100))
}

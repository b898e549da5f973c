/** A gate's settings. All plain numbers; fractions, not percents. */
export interface GateSettings {
  /** `pooled` is `mixed` with a dispersion that isn't carried over from minute to minute: docs/judge.md. */
  readonly method: 'mixed' | 'betting' | 'pooled'
  /** Fraction of requests that may be bad before the service's promise is broken. */
  readonly budget: number
  /** φ0: the canary may be this many times as bad as stable before it counts as harm. */
  readonly tolerance: number
  /** φ1: evidence that the canary is less than this many times as bad as stable counts as fitness. */
  readonly ratio: number
  /** Least difference of bad fractions that can fail. */
  readonly floor: number
  /** Bad fraction that fails within two minutes whatever the evidence. */
  readonly ceiling: number
  /** Chance of a false fail, spent once per release. */
  readonly alpha: number
  /** Chance of a false pass against budget or ratio. */
  readonly beta: number
  readonly minMinutes: number
}

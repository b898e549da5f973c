/** What the judge answers for one gate: one of three words, the numbers it rests on, and a sentence. */
export interface GateVerdict {
  readonly verdict: 'pass' | 'fail' | 'need-data'
  /** Position of the failing minute, 1-based; null when no minute failed. */
  readonly failedAt: number | null
  /** Natural logarithms of the evidence over *all* minutes given, also after a fail. */
  readonly logHarm: number
  readonly logWithinBudget: number
  readonly logNoWorse: number
  /** D after the last minute; reported for both methods, used by `mixed`. */
  readonly dispersion: number
  /** A sentence with numbers, for a release engineer. */
  readonly reason: string
  /** Minutes at the present rates until a pass is expected; null when it isn't, or can't be told. */
  readonly eta: {readonly minutes: number} | null
}

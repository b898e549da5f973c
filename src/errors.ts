/**
 * What goes wrong in a way a person can act on. A leaf: everyone may import it, it imports nothing.
 * Expected ends of a run are values, not errors; a `SluiceError` means "cannot continue", and says where and what to do.
 */

/** Exit codes of the command line. Documented, and never changed. */
export const ExitCode = {
  done: 0,
  unexpected: 1,
  usage: 2,
  confirmation: 3,
  credentials: 4,
  rejected: 5,
  halted: 6,
  leaseHeld: 7,
  stillRunning: 8,
  objectiveMissed: 9,
  changes: 10,
  bug: 70,
  interrupted: 130,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

export interface SluiceErrorInput {
  /** Stable, kebab-case, for scripts: `config-invalid`, `lease-held`. */
  readonly code: string
  readonly exitCode: ExitCode
  /** One sentence: what happened, and where. */
  readonly message: string
  /** Exact commands (or one short instruction each) to run next. */
  readonly suggestions?: readonly string[]
  /** Further lines: one problem each, with its place. */
  readonly details?: readonly string[]
  readonly cause?: unknown
}

export class SluiceError extends Error {
  readonly code: string
  readonly exitCode: ExitCode
  readonly suggestions: readonly string[]
  readonly details: readonly string[]

  constructor(input: SluiceErrorInput) {
    super(input.message, {cause: input.cause})
    this.name = 'SluiceError'
    this.code = input.code
    this.exitCode = input.exitCode
    this.suggestions = input.suggestions ?? []
    this.details = input.details ?? []
  }
}

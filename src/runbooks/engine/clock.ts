/**
 * Time comes in as an argument. A run's clock is the wall clock, the sandbox's faster one, or a test's leaping one; nothing
 * below asks the machine what time it is.
 */
export interface Clock {
  /** Milliseconds since the epoch, in the run's own time. */
  now(): number
  /** Resolves once `now()` has reached `epochMs`; rejects with the signal's reason when aborted. */
  until(epochMs: number, signal?: AbortSignal): Promise<void>
  /** Run milliseconds per real millisecond: 1, or up to 60 in the sandbox. Bounds on real calls are divided by it. */
  readonly speed: number
}

/** Fresh random characters of [0-9a-z], for run ids and writers. Injected, so that tests are repeatable. */
export type Ids = (length: number) => string

export const seconds = (n: number): number => n * 1000
export const minutes = (n: number): number => n * 60_000

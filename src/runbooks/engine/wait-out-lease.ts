/**
 * Waits until a lease whose owner may be dead is free. An owner that renews is alive, and is never pushed aside. It takes
 * nothing: whoever waited takes the lease, and may still come second.
 */
import type {Clock} from './clock.ts'
import {seconds} from './clock.ts'
import {isHeld, readLease} from './lease.ts'
import type {Lease} from './lease.ts'
import {patiently} from './patience.ts'
import type {Store} from './store.ts'

export interface WaitOut {
  readonly target: string
  /** What is thrown when its owner is there. */
  readonly alive: (lease: Lease) => Error
  /** Looks at each lease that is read; may throw. */
  readonly check?: (lease: Lease) => void
  /** Told once, before it is waited for the first time. */
  readonly onWaiting?: (lease: Lease) => void
  readonly detach: AbortSignal
  /** What is thrown when `detach` ends the wait; its own reason if left out. */
  readonly interrupted?: (lease: Lease) => Error
}

/** Answers the lease as it was left; null: there never was one. */
export async function waitOutLease(
  {store, clock}: {readonly store: Store; readonly clock: Clock},
  asked: WaitOut,
): Promise<Lease | null> {
  const {target, alive, check, onWaiting, detach, interrupted} = asked
  const read = (): Promise<Lease | null> => patiently(clock, () => readLease(store, target))
  const seen = await read()
  let told = false
  for (;;) {
    const lease = await read()
    const now = clock.now()
    if (lease !== null) check?.(lease)
    if (lease === null || !isHeld(lease, now)) return lease
    // Renewed (or taken) since we began to look.
    if (seen === null || lease.expiresAt > seen.expiresAt || lease.epoch > seen.epoch) throw alive(lease)
    if (!told) onWaiting?.(lease)
    told = true
    await clock.until(Math.min(lease.expiresAt + 1, now + seconds(10)), detach).catch((error: unknown) => {
      throw interrupted?.(lease) ?? error
    })
  }
}

/**
 * A time-limited, exclusive right to change one target. One object per target, renewed with If-Match; its epoch only ever
 * grows and fences the journal. It is never deleted: a released lease keeps the epoch and names the last run.
 */
import type {Clock} from './clock.ts'
import {seconds} from './clock.ts'
import type {Store} from './store.ts'

export const leaseMs = seconds(180)
export const renewEveryMs = seconds(30)
/** A mutating call is made only with this much left on the lease: no call, its retries included, may take longer than that. */
export const leaseMarginMs = seconds(120)

export interface Lease {
  readonly run: string
  readonly owner: string
  readonly host: string
  readonly operation: string
  readonly epoch: number
  /** Epoch ms. */
  readonly since: number
  readonly expiresAt: number
  readonly released: boolean
}

export type Taken = {readonly kind: 'taken'; readonly held: HeldLease} | {readonly kind: 'held'; readonly lease: Lease}

export interface HeldLease {
  readonly lease: Lease
  /** Writes a new expiry. False: somebody else has it now. Throws `StoreUnavailable`. */
  renew(signal?: AbortSignal): Promise<boolean>
  release(signal?: AbortSignal): Promise<void>
}

interface Wanted {
  readonly store: Store
  readonly clock: Clock
  readonly target: string
  readonly run: string
  readonly owner: string
  readonly host: string
  readonly operation: string
}

export const leaseKey = (target: string): string => `leases/${target}.json`

export async function readLease(store: Store, target: string, signal?: AbortSignal): Promise<Lease | null> {
  const stored = await store.get(leaseKey(target), signal)
  return stored === null ? null : (JSON.parse(stored.body) as Lease)
}

/** May a new owner take it now? Held means neither released nor expired. */
export const isHeld = (lease: Lease, now: number): boolean => !lease.released && lease.expiresAt > now

export async function takeLease(wanted: Wanted, signal?: AbortSignal): Promise<Taken> {
  const key = leaseKey(wanted.target)
  for (;;) {
    const stored = await wanted.store.get(key, signal)
    const now = wanted.clock.now()
    const before = stored === null ? null : (JSON.parse(stored.body) as Lease)
    if (before !== null && before.owner !== wanted.owner && isHeld(before, now)) return {kind: 'held', lease: before}
    const lease: Lease = {
      run: wanted.run,
      owner: wanted.owner,
      host: wanted.host,
      operation: wanted.operation,
      epoch: (before?.epoch ?? 0) + 1,
      since: now,
      expiresAt: now + leaseMs,
      released: false,
    }
    const body = JSON.stringify(lease)
    const put =
      stored === null ? await wanted.store.create(key, body, signal) : await wanted.store.replace(key, body, stored.etag, signal)
    if (put.kind === 'written') return {kind: 'taken', held: new StoredLease(wanted, lease, put.etag)}
    // A conflict may be our own write whose answer was lost: reading again tells.
    const present = await wanted.store.get(key, signal)
    if (present?.body === body) return {kind: 'taken', held: new StoredLease(wanted, lease, present.etag)}
  }
}

class StoredLease implements HeldLease {
  lease: Lease
  private readonly wanted: Wanted
  private etag: string

  constructor(wanted: Wanted, lease: Lease, etag: string) {
    this.wanted = wanted
    this.lease = lease
    this.etag = etag
  }

  async renew(signal?: AbortSignal): Promise<boolean> {
    return this.put({...this.lease, expiresAt: this.wanted.clock.now() + leaseMs}, signal)
  }

  async release(signal?: AbortSignal): Promise<void> {
    await this.put({...this.lease, expiresAt: this.wanted.clock.now(), released: true}, signal)
  }

  private async put(lease: Lease, signal?: AbortSignal): Promise<boolean> {
    const key = leaseKey(this.wanted.target)
    const put = await this.wanted.store.replace(key, JSON.stringify(lease), this.etag, signal)
    if (put.kind === 'written') {
      this.etag = put.etag
      this.lease = lease
      return true
    }
    // Ours after all when owner and epoch are ours: an answer was lost on the way, and only the etag is news.
    const present = await this.wanted.store.get(key, signal)
    if (present === null) return false
    const theirs = JSON.parse(present.body) as Lease
    if (theirs.owner !== lease.owner || theirs.epoch !== lease.epoch) return false
    this.etag = present.etag
    return this.put(lease, signal)
  }
}

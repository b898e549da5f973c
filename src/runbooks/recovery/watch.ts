/**
 * What the function that watches the other Region has written down (foundation.yaml), and what of it bounds a loss: silence that was
 * confirmed by several looks, of a watch that still looks. It never makes a loss smaller than the evidence does: when in doubt, null.
 */
import {minutes} from '../engine/clock.ts'
import {StoreUnavailable} from '../engine/store.ts'
import type {Store} from '../engine/store.ts'
import type {Silence} from './input.ts'
import {watchKey} from './place.ts'
import type {Place} from './place.ts'

/** The object, as the function writes it: times in epoch ms, each the end of a look. */
export interface Watch {
  readonly schema: 1
  /** The Region that is asked. */
  readonly region: string
  readonly lookedAt: number
  /** null: it never answered. */
  readonly answeredAt: number | null
  /** The first look without an answer after the last one with; null: it answers. */
  readonly silentSince: number | null
  /** Looks without an answer since then, all in a row. */
  readonly misses: number
}

/** Silence that nobody has looked at for longer may have ended. */
export const freshMs = minutes(3)
/** One late answer is no lost Region. */
export const leastMisses = 3

/** Of the Region whose state it is; null: nobody has ever looked from there, or what lies there can't be read. */
export async function readWatch(
  store: Store,
  whose: Pick<Place, 'service' | 'environment'>,
  signal?: AbortSignal,
): Promise<Watch | null> {
  const stored = await store.get(watchKey(whose), signal)
  return stored === null ? null : parsed(stored.body)
}

function parsed(body: string): Watch | null {
  try {
    const {schema, region, lookedAt, answeredAt = null, silentSince = null, misses = 0} = JSON.parse(body) as Partial<Watch>
    return schema === 1 && typeof region === 'string' && typeof lookedAt === 'number'
      ? {schema, region, lookedAt, answeredAt, silentSince, misses}
      : null
  } catch {
    return null
  }
}

/** Since when `region` is silent, as far as the watch of the Region `by` proves it now; null: it proves nothing. */
export function provenSilence(
  watch: Watch | null,
  {region, by, now}: {readonly region: string; readonly by: string; readonly now: number},
): Silence | null {
  if (watch === null || watch.region !== region || watch.silentSince === null) return null
  return now - watch.lookedAt <= freshMs && watch.misses >= leastMisses
    ? {since: watch.silentSince, answeredAt: watch.answeredAt, by}
    : null
}

/** What it knows now; both null: nothing that counts. */
export interface WatchNow {
  readonly silence: Silence | null
  /** When it last heard the Region, as long as it proves no silence since; null: it is silent, or the watch hasn't looked lately. */
  readonly heardAt: number | null
  /** Its newest look; null: it hasn't looked lately. */
  readonly lookedAt: number | null
}

/** Looked at anew: what it knew when a run began is old when somebody agrees to a loss. A state that can't be read proves nothing. */
export async function watchNow(
  store: Store,
  whose: Pick<Place, 'service' | 'environment'>,
  asked: {readonly region: string; readonly by: string; readonly now: number},
  signal?: AbortSignal,
): Promise<WatchNow> {
  const watch = await readWatch(store, whose, signal).catch((error: unknown) => {
    if (error instanceof StoreUnavailable) return null
    throw error
  })
  const silence = provenSilence(watch, asked)
  const isFresh = watch !== null && watch.region === asked.region && asked.now - watch.lookedAt <= freshMs
  return {silence, heardAt: isFresh && silence === null ? watch.answeredAt : null, lookedAt: isFresh ? watch.lookedAt : null}
}

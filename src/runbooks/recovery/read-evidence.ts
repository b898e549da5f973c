/**
 * A journal as an auditor reads it: every event that is there, and where it stops being whole. Whoever goes on with a run must not trust a
 * broken journal, and `openJournal` refuses it; whoever reports on it has to be able to show it. It judges nothing else.
 */
import type {Event} from '../engine/event.ts'
import {eventKinds} from '../engine/event.ts'
import {hashOf} from '../engine/journal.ts'
import {patiently} from '../engine/patience.ts'
import type {Desk} from '../engine/desk.ts'

export interface Chain {
  readonly events: number
  readonly intact: boolean
  /** First event that doesn't follow from the one before. */
  readonly brokenAt: number | null
  /** SHA-256 of the last event: whoever keeps it can tell later that nothing was changed. */
  readonly head: string | null
}

export interface Evidence {
  /** What can be read; where the chain is broken, some may be missing. */
  readonly events: readonly Event[]
  readonly chain: Chain
}

export async function readEvidence(desk: Desk, run: string): Promise<Evidence> {
  const keys = await patiently(desk.clock, () => desk.store.list(`runs/${run}/`))
  const texts: string[] = []
  for (let from = 0; from < keys.length; from += atOnce) {
    const stored = await Promise.all(
      keys.slice(from, from + atOnce).map((key) => patiently(desk.clock, () => desk.store.get(key))),
    )
    texts.push(...stored.map((one) => one?.body ?? ''))
  }
  return {events: texts.map(asEvent).filter((event) => event !== null), chain: chainOf(texts)}
}

const atOnce = 16

/** Each event's text carries the SHA-256 of the text before, and its own number; the first one begins with zeros. */
export function chainOf(texts: readonly string[]): Chain {
  const hashes = texts.map(hashOf)
  const brokenAt = texts.findIndex((text, index) => {
    const event = asEvent(text)
    if (event === null || event.seq !== index) return true
    return index > 0 ? event.previousHash !== hashes[index - 1] : /[^0]/.test(event.previousHash)
  })
  return {
    events: texts.length,
    intact: brokenAt === -1,
    brokenAt: brokenAt === -1 ? null : brokenAt,
    head: hashes.at(-1) ?? null,
  }
}

/** null: it isn't an event of ours. */
function asEvent(text: string): Event | null {
  try {
    const event = JSON.parse(text) as Partial<Event> | null
    const known = eventKinds.some((kind) => kind === event?.kind)
    return known && typeof event?.data === 'object' && typeof event.previousHash === 'string' && typeof event.at === 'number'
      ? (event as Event)
      : null
  } catch {
    return null
  }
}

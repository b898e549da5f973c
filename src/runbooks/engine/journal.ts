/**
 * The append-only record of a run: one object per event, created conditionally, each event carrying the hash of the one before.
 * Two writers can't both write event 41, and that is the whole fence: the loser reads what the other wrote, obeys a wish, yields
 * to a newer owner, recognises its own write whose answer was lost. It never overwrites and never skips a number.
 */
import {createHash} from 'node:crypto'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Clock} from './clock.ts'
import {eventKinds} from './event.ts'
import type {Event, EventKind, EventOf} from './event.ts'
import type {Store} from './store.ts'

/** A newer owner has written: start nothing more. */
export class Superseded extends Error {
  readonly by: string
  readonly epoch: number
  constructor(by: string, epoch: number) {
    super(`superseded by ${by} (epoch ${epoch})`)
    this.name = 'Superseded'
    this.by = by
    this.epoch = epoch
  }
}

/**
 * The chain is broken: an event is missing, changed, or not one of ours. Nothing can be known of the run, so a person must look.
 */
function corrupt(run: string, seq: number, what: string): SluiceError {
  return new SluiceError({
    code: 'journal-corrupt',
    exitCode: ExitCode.halted,
    message: `The journal of ${run} can't be trusted: event ${seq} ${what}.`,
    suggestions: ['read it in the state bucket (it keeps every version), and the live rule with `sluice doctor`'],
  })
}

export interface Journal {
  readonly run: string
  readonly writer: string
  /** Every event known here, oldest first. */
  readonly events: readonly Event[]
  /** Durable when it resolves. Throws `Superseded`, `StoreUnavailable` (the event may or may not have been written). */
  append<K extends EventKind>(epoch: number, kind: K, data: EventOf<K>['data'], signal?: AbortSignal): Promise<void>
  /** Reads what others wrote since. */
  refresh(signal?: AbortSignal): Promise<void>
}

export const eventKey = (run: string, seq: number): string => `runs/${run}/${String(seq).padStart(6, '0')}.json`

export const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex')

const genesis = '0'.repeat(64)

interface Options {
  readonly store: Store
  readonly run: string
  readonly writer: string
  readonly clock: Clock
  /** Called with each event once it is known to be durable, in order. */
  readonly onEvent?: (event: Event) => void
}

/** Opens a run's journal, reading and verifying what is there; a run nobody has written yet is an empty journal. */
export async function openJournal(options: Options): Promise<Journal> {
  const journal = new StoredJournal(options)
  await journal.load()
  return journal
}

class StoredJournal implements Journal {
  readonly events: Event[] = []
  readonly run: string
  readonly writer: string
  private readonly options: Options
  private lastHash = genesis
  /** An event whose write ended without an answer: it is settled before anything else is written. */
  private unsettled: {readonly event: Event; readonly body: string} | null = null
  private queue: Promise<unknown> = Promise.resolve()

  constructor(options: Options) {
    this.options = options
    this.run = options.run
    this.writer = options.writer
  }

  async load(): Promise<void> {
    const keys = await this.options.store.list(`runs/${this.run}/`)
    const width = 16
    for (let from = 0; from < keys.length; from += width) {
      const bodies = await Promise.all(keys.slice(from, from + width).map((key) => this.options.store.get(key)))
      for (const stored of bodies) if (stored !== null) this.accept(stored.body)
    }
  }

  append<K extends EventKind>(epoch: number, kind: K, data: EventOf<K>['data'], signal?: AbortSignal): Promise<void> {
    return this.inTurn(async () => {
      if (this.unsettled !== null) await this.settle(this.unsettled.event, this.unsettled.body, epoch, signal)
      await this.write(epoch, kind, data, signal)
    })
  }

  refresh(signal?: AbortSignal): Promise<void> {
    return this.inTurn(async () => {
      for (;;) {
        const stored = await this.options.store.get(eventKey(this.run, this.events.length), signal)
        if (stored === null) return
        if (this.unsettled?.body === stored.body) this.unsettled = null
        this.accept(stored.body)
      }
    })
  }

  private async write<K extends EventKind>(
    epoch: number,
    kind: K,
    data: EventOf<K>['data'],
    signal?: AbortSignal,
  ): Promise<void> {
    for (;;) {
      // A pause by the tool itself is fenced like everything else; a person's wish is written under the newest epoch it can see.
      const newer = this.events.findLast((event) => event.epoch > epoch)
      if (newer !== undefined) throw new Superseded(newer.writer, newer.epoch)
      const event = {
        seq: this.events.length,
        at: this.options.clock.now(),
        epoch,
        writer: this.writer,
        kind,
        previousHash: this.lastHash,
        data,
      } as unknown as Event
      if (await this.settle(event, JSON.stringify(event), epoch, signal)) return
    }
  }

  /** True: the event stands in the journal. False: its place is taken by a wish (or a late write of an older owner). */
  private async settle(event: Event, body: string, epoch: number, signal?: AbortSignal): Promise<boolean> {
    this.unsettled = {event, body}
    const key = eventKey(this.run, event.seq)
    const put = await this.options.store.create(key, body, signal)
    const stored = put.kind === 'written' ? body : (await this.options.store.get(key, signal))?.body
    if (stored === undefined) throw corrupt(this.run, event.seq, "was refused as taken, but isn't there")
    this.unsettled = null
    const theirs = this.accept(stored)
    if (stored === body) return true
    if (theirs.epoch > epoch) throw new Superseded(theirs.writer, theirs.epoch)
    return false
  }

  private accept(body: string): Event {
    const event = parseEvent(this.run, this.events.length, body)
    if (event.previousHash !== this.lastHash) throw corrupt(this.run, event.seq, "doesn't follow from the event before")
    this.events.push(event)
    this.lastHash = hashOf(body)
    this.options.onEvent?.(event)
    return event
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.queue.then(action)
    this.queue = result.catch(() => undefined)
    return result
  }
}

function parseEvent(run: string, seq: number, body: string): Event {
  let event: Event
  try {
    event = JSON.parse(body) as Event
  } catch {
    throw corrupt(run, seq, "isn't JSON")
  }
  if (event.seq !== seq) throw corrupt(run, seq, `says it is event ${event.seq}`)
  if (!eventKinds.includes(event.kind)) {
    throw corrupt(run, seq, `has an unknown kind ${String(event.kind)} (written by a newer sluice?)`)
  }
  return event
}

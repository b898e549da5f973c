/**
 * This runner's right to write: its lease, and the journal under that lease's epoch. It renews in time, reads what others wrote, and
 * throws `Superseded` once somebody newer owns the run. It knows nothing of plans or steps.
 */
import {seconds} from './clock.ts'
import type {EventKind, EventOf} from './event.ts'
import {Superseded} from './journal.ts'
import {leaseMarginMs, renewEveryMs} from './lease.ts'
import type {RunOptions} from './run-options.ts'

/** So long a journal is as new as our own last event. */
const currentMs = seconds(2)

type Options = Pick<RunOptions<never>, 'journal' | 'held' | 'clock' | 'leave'>

export class Ownership {
  private readonly options: Options
  private renewedAt: number
  /**
   * An event of ours has just taken its place: nobody had written before it. Where users wait for every round trip (a recovery),
   * nothing is read again that instant; a wish that comes after it is met by the next write or tick.
   */
  private wroteAt = -Infinity

  constructor(options: Options) {
    this.options = options
    this.renewedAt = options.held.lease.since
  }

  /**
   * Renews the lease when that is due and reads what others wrote. `fewest-round-trips`: both at once, and nothing is read that can't
   * be newer than what is known.
   */
  async confirm(how: 'in-turn' | 'fewest-round-trips'): Promise<void> {
    const {journal, held, clock, leave} = this.options
    const isDue = clock.now() - this.renewedAt >= renewEveryMs
    if (how === 'fewest-round-trips') {
      const isCurrent = clock.now() - this.wroteAt < currentMs
      await Promise.all([isDue ? this.renew() : undefined, isCurrent ? undefined : journal.refresh(leave)])
    } else {
      if (isDue) await this.renew()
      await journal.refresh(leave)
    }
    const newer = journal.events.findLast((event) => event.epoch > held.lease.epoch)
    if (newer !== undefined) throw new Superseded(newer.writer, newer.epoch)
  }

  /** Sees to it that the lease is good for long enough to make a mutating call. */
  async secureLease(): Promise<void> {
    if (this.options.held.lease.expiresAt - this.options.clock.now() < leaseMarginMs) await this.renew()
  }

  async append<K extends EventKind>(kind: K, data: EventOf<K>['data']): Promise<void> {
    const {journal, held, clock, leave} = this.options
    await journal.append(held.lease.epoch, kind, data, leave)
    this.wroteAt = clock.now()
  }

  private async renew(): Promise<void> {
    const {held, clock, leave} = this.options
    if (!(await held.renew(leave))) throw new Superseded('another runner', held.lease.epoch + 1)
    this.renewedAt = clock.now()
  }
}

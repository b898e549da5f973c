/**
 * The loop: any plan, one tick at a time, and the waiting between two ticks. Without state nothing is started; without a lease
 * nothing goes on.
 */
import {seconds} from './clock.ts'
import {Superseded} from './journal.ts'
import {Runner} from './runner.ts'
import type {RunEnd, Tick} from './run-end.ts'
import type {RunOptions} from './run-options.ts'
import {StoreUnavailable} from './store.ts'

const longestTickMs = seconds(10)

export async function driveRun<W>(options: RunOptions<W>): Promise<RunEnd> {
  const runner = new Runner(options)
  let unreachableSince: number | null = null
  for (;;) {
    let tick: Tick
    try {
      tick = await runner.tick()
      unreachableSince = null
    } catch (error) {
      if (error instanceof Superseded) return {kind: 'lease-lost', to: error.by, epoch: error.epoch}
      if (!(error instanceof StoreUnavailable)) throw error
      const now = options.clock.now()
      unreachableSince ??= now
      // Without state nothing may be started. Once the lease has run out too, this runner can't come back on its own.
      if (now > options.held.lease.expiresAt) return {kind: 'state-unreachable', because: error.message}
      tick = {kind: 'again', at: now + Math.min(seconds(5), now - unreachableSince + seconds(1))}
    }
    options.onTick?.()
    if (tick.kind === 'over') return tick.end
    if (options.detach.aborted) return {kind: 'detached'}
    const at = Math.min(tick.at, options.clock.now() + longestTickMs)
    const waited = await options.clock.until(at, options.detach).then(
      () => true,
      () => false,
    )
    if (!waited) return {kind: 'detached'}
  }
}

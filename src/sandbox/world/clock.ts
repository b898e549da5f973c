/**
 * The sandbox's time: virtual milliseconds that run `speed` times faster than the machine's monotonic clock and never jump.
 * Timers never fire before their virtual time. It must not keep the process alive by itself: servers do that.
 */
import type {SandboxClock} from './contract.ts'

/** Node's timers overflow above 2^31 ms; longer waits are taken in pieces. */
const LONGEST_TIMER_MS = 2_000_000_000

export interface StoppableClock extends SandboxClock {
  /** Cancels everything that is waiting. */
  stop(): void
}

export function createClock(speed: number, startAt: number): StoppableClock {
  const startedAt = performance.now()
  const waiting = new Set<NodeJS.Timeout>()
  const now = (): number => startAt + (performance.now() - startedAt) * speed

  const at = (when: number, action: () => void): (() => void) => {
    let timer: NodeJS.Timeout | undefined
    const arm = (): void => {
      const realMs = Math.min(Math.max(Math.ceil((when - now()) / speed), 0), LONGEST_TIMER_MS)
      timer = setTimeout(() => {
        if (timer !== undefined) waiting.delete(timer)
        if (now() < when) arm()
        else action()
      }, realMs)
      timer.unref()
      waiting.add(timer)
    }
    arm()
    return () => {
      if (timer === undefined) return
      clearTimeout(timer)
      waiting.delete(timer)
    }
  }

  const every = (everyMs: number, action: () => void): (() => void) => {
    let next = now() + everyMs
    let stopped = false
    let cancel = (): void => {}
    const again = (): void => {
      if (stopped) return
      action()
      // Ticks that were missed while the machine was busy are left out, not caught up with.
      next = Math.max(next + everyMs, now())
      if (!stopped) cancel = at(next, again)
    }
    cancel = at(next, again)
    return () => {
      stopped = true
      cancel()
    }
  }

  const stop = (): void => {
    for (const timer of waiting) clearTimeout(timer)
    waiting.clear()
  }

  return {speed, now, at, every, stop}
}

/** A clock that leaps: waiting until a moment makes it that moment. Things due on the way happen in order. */
import type {Clock} from '../../src/runbooks/engine/clock.ts'

export interface LeapingClock extends Clock {
  leap(toMs: number): void
  /** Runs `action` when time reaches `at`. */
  at(at: number, action: () => void): void
}

export const startOfTests = Date.UTC(2026, 10, 22, 18, 30, 0)

export function leapingClock(start = startOfTests): LeapingClock {
  let now = start
  let due: {readonly at: number; readonly action: () => void}[] = []
  const leap = (to: number): void => {
    for (;;) {
      const next = due.filter((one) => one.at <= to).toSorted((x, y) => x.at - y.at)[0]
      if (next === undefined) break
      due = due.filter((one) => one !== next)
      now = Math.max(now, next.at)
      next.action()
    }
    now = Math.max(now, to)
  }
  return {
    speed: 1,
    now: () => now,
    leap,
    at: (at, action) => void due.push({at, action}),
    async until(at, signal) {
      await Promise.resolve()
      signal?.throwIfAborted()
      leap(Math.max(at, now + 1))
    },
  }
}

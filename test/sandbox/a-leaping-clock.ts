/** Fake with written behaviour: time stands still until it is told to leap; then everything due happens in order, each at its own time. */
import {setImmediate as settle} from 'node:timers/promises'
import type {StoppableClock} from '../../src/sandbox/world/clock.ts'

export interface LeapingClock extends StoppableClock {
  leap(ms: number): Promise<void>
}

export function aLeapingClock(startAt: number, speed = 1): LeapingClock {
  let now = startAt
  let waiting: readonly {readonly at: number; readonly action: () => void}[] = []
  const at = (when: number, action: () => void): (() => void) => {
    const entry = {at: when, action}
    waiting = [...waiting, entry].sort((a, b) => a.at - b.at)
    return () => {
      waiting = waiting.filter((one) => one !== entry)
    }
  }
  const every = (everyMs: number, action: () => void): (() => void) => {
    let cancel = at(now + everyMs, function again() {
      action()
      cancel = at(now + everyMs, again)
    })
    return () => {
      cancel()
    }
  }
  const leap = async (ms: number): Promise<void> => {
    const target = now + ms
    for (let next = waiting[0]; next !== undefined && next.at <= target; next = waiting[0]) {
      const {at: due, action} = next
      waiting = waiting.slice(1)
      now = Math.max(now, due)
      action()
      // What an action began (promises, no sockets) ends before time goes on.
      await settle()
    }
    now = target
  }
  return {
    speed,
    now: () => now,
    at,
    every,
    leap,
    stop: () => {
      waiting = []
    },
  }
}

/**
 * Many reads at once without getting throttled for long: a few under way at a time, fewer after each refusal, more again after
 * each answer. A refused read waits and is made again; it never fails what was asked. For reads only:
 * what is repeated must change nothing.
 */
import type {Clock} from '../engine/clock.ts'
import {patiently} from '../engine/patience.ts'
import {Unavailable} from '../engine/unavailable.ts'

export type Gently = <T>(read: () => Promise<T>) => Promise<T>

const mostAtOnce = 8

export function gently(clock: Clock): Gently {
  let limit = mostAtOnce
  let underWay = 0
  const waiting: (() => void)[] = []
  const next = (): void => {
    while (underWay < Math.floor(limit) && waiting.length > 0) {
      underWay += 1
      waiting.shift()?.()
    }
  }
  const adapting = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      const answer = await read()
      limit = Math.min(mostAtOnce, limit + 0.25)
      return answer
    } catch (error) {
      if (error instanceof Unavailable) limit = Math.max(1, limit / 2)
      throw error
    }
  }
  return async (read) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      next()
    })
    try {
      return await patiently(clock, () => adapting(read))
    } finally {
      underWay -= 1
      next()
    }
  }
}

/**
 * How much more stable's own bad requests vary from minute to minute than independent ones would: 1 when independent, about
 * 2m−1 when they come in bursts of mean size m. Measured on stable alone, from history and from the release's own minutes
 * (bursts can begin with the release), and never forgotten once seen, but for `pooled`. Must never look at the canary: a sick
 * canary would excuse itself.
 */
import type {Count} from './counts.ts'

const windowPairs = 5
const margin = 1.5

interface Pair {
  /** Squared difference of the two neighbouring minutes' rates. */
  readonly seen: number
  /** What it would be on average, were requests independent. */
  readonly expected: number
}

const noPair: Pair = {seen: 0, expected: 0}

function pairOf(before: Count, after: Count): Pair {
  if (before.requests === 0 || after.requests === 0) return noPair
  const pooled = (before.bad + after.bad) / (before.requests + after.requests)
  return {
    seen: (after.bad / after.requests - before.bad / before.requests) ** 2,
    expected: pooled * (1 - pooled) * (1 / before.requests + 1 / after.requests),
  }
}

function quotient(pairs: readonly Pair[], otherwise: number): number {
  let seen = 0
  let expected = 0
  for (const pair of pairs) {
    seen += pair.seen
    expected += pair.expected
  }
  return expected === 0 ? otherwise : seen / expected
}

export interface Dispersion {
  /** Takes stable's next minute of the release. */
  add(stable: Count): void
  /** D after the minutes so far: 1 before the first, at least 1 ever after. */
  value(): number
}

/** How much of what was seen is carried over: the largest value so far, or nothing. */
export type Memory = 'largest' | 'none'

/**
 * `history`: stable's minutes before the release, oldest first. With no memory, all of the release's pairs together take the
 * memory's place, with a margin that shrinks as they become more.
 */
export function measuredDispersion(history: readonly Count[], memory: Memory): Dispersion {
  const pairs = history.slice(1).map((after, i) => pairOf(history[i] ?? after, after))
  const ofHistory = quotient(pairs, 1)
  // The pair that joins history and release belongs to the window only.
  const window = pairs.slice(-windowPairs)
  const release = {pairs: 0, seen: 0, expected: 0}
  let last = history.at(-1)
  let value = 1
  const ofRelease = (): number => (release.expected === 0 ? 0 : release.seen / release.expected)
  return {
    add(stable) {
      if (last !== undefined) {
        const pair = pairOf(last, stable)
        window.push(pair)
        release.pairs++
        release.seen += pair.seen
        release.expected += pair.expected
      }
      if (window.length > windowPairs) window.shift()
      last = stable
      const now = Math.max(1, margin * ofHistory, margin * quotient(window, 0))
      value = memory === 'largest' ? Math.max(value, now) : Math.max(now, (1.2 + 5 / Math.max(1, release.pairs)) * ofRelease())
    },
    value: () => value,
  }
}

/** A small seeded stream of numbers in [0, 1), so that a run of a test can be repeated: mulberry32. */
export interface Dice {
  next(): number
  /** A copy in another order. */
  shuffled<T>(all: readonly T[]): readonly T[]
}

export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    shuffled: (all) =>
      all
        .map((one) => ({one, key: next()}))
        .toSorted((x, y) => x.key - y.key)
        .map(({one}) => one),
  }
}

/**
 * Into how few bins things of these sizes go, and which goes where: best fit first, longest first, and where that isn't as few as could
 * be, a search that ends after a fixed number of looks. Counted and not timed: the answer is the same on any machine. Pure.
 */
type Bins = readonly (readonly number[])[]

const mostLooks = 100_000

/** Places in `sizes`, by bin; in order within a bin, and the bins by their first. Nothing may be larger than `room`. */
export function fewestBins(sizes: readonly number[], room: number): Bins {
  const order = sizes.map((_, index) => index).toSorted((one, other) => (sizes[other] ?? 0) - (sizes[one] ?? 0) || one - other)
  const least = Math.ceil(sizes.reduce((sum, one) => sum + one, 0) / room)
  const quick = bestFit(order, sizes, room)
  const best = quick.length <= least ? quick : searched(order, sizes, {room, least, known: quick})
  return best.map((bin) => bin.toSorted((one, other) => one - other)).toSorted((one, other) => (one[0] ?? 0) - (other[0] ?? 0))
}

function bestFit(order: readonly number[], sizes: readonly number[], room: number): Bins {
  const bins: {readonly items: number[]; free: number}[] = []
  for (const index of order) {
    const size = sizes[index] ?? 0
    const [tightest] = bins.filter(({free}) => free >= size).toSorted((one, other) => one.free - other.free)
    const bin = tightest ?? {items: [], free: room}
    if (tightest === undefined) bins.push(bin)
    bin.items.push(index)
    bin.free -= size
  }
  return bins.map(({items}) => items)
}

interface Known {
  readonly room: number
  /** Fewer can't be. */
  readonly least: number
  readonly known: Bins
}

function searched(order: readonly number[], sizes: readonly number[], {room, least, known}: Known): Bins {
  let best = known
  let looks = 0
  const place = (at: number, bins: Bins, free: readonly number[]): void => {
    looks += 1
    if (looks > mostLooks || best.length <= least || bins.length >= best.length) return
    const index = order[at]
    if (index === undefined) {
      best = bins
      return
    }
    const size = sizes[index] ?? 0
    // Two bins with the same room left are the same to whatever comes.
    const tried = new Set<number>()
    for (const [which, left] of free.entries()) {
      if (left < size || tried.has(left)) continue
      tried.add(left)
      place(at + 1, bins.with(which, [...(bins[which] ?? []), index]), free.with(which, left - size))
    }
    place(at + 1, [...bins, [index]], [...free, room - size])
  }
  place(0, [], [])
  return best
}

/** Seeded randomness: the same seed gives the same numbers per stream, whatever the other streams were asked for. */

/** FNV-1a, 32 bit: turns a stream's name into a seed. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** Mulberry32: small, quick, and good enough for a pretended world (never for keys). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Asking twice for a name continues that stream; it doesn't begin again. */
export function randomStreams(seed: number): (stream: string) => () => number {
  const streams = new Map<string, () => number>()
  return (stream) => {
    const known = streams.get(stream)
    if (known !== undefined) return known
    const fresh = mulberry32(hash(`${seed}/${stream}`))
    streams.set(stream, fresh)
    return fresh
  }
}

export function hexFrom(next: () => number): (length: number) => string {
  return (length) => Array.from({length}, () => Math.floor(next() * 16).toString(16)).join('')
}

/** A way round in a graph of who waits for whom, or null. */
export function circle(waits: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | null {
  const done = new Set<string>()
  const walk = (id: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(id)) return trail.slice(trail.indexOf(id))
    if (done.has(id)) return null
    for (const next of waits.get(id) ?? []) {
      const found = walk(next, [...trail, id])
      if (found !== null) return found
    }
    done.add(id)
    return null
  }
  for (const id of waits.keys()) {
    const found = walk(id, [])
    if (found !== null) return found
  }
  return null
}

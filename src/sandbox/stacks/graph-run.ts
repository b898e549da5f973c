/**
 * Runs work along a graph: each node as soon as everything it needs is done. It keeps the time each end was due, so that a
 * machine that is late once isn't late for ever. It knows nothing of what the work is.
 */

export type NodeEnd =
  | {readonly kind: 'done'; /** Virtual epoch ms at which it was due. */ readonly at: number}
  | {readonly kind: 'failed'}
  /** Something it needs failed, or everything was cancelled before it began. */
  | {readonly kind: 'skipped'}

export type NodeWork = (node: string, at: number) => Promise<NodeEnd>

/** Needs that are no nodes themselves count as done. The graph must have no way round. */
export async function runGraph(
  needs: ReadonlyMap<string, ReadonlySet<string>>,
  startAt: number,
  work: NodeWork,
): Promise<ReadonlyMap<string, NodeEnd>> {
  const running = new Map<string, Promise<NodeEnd>>()
  const run = (node: string): Promise<NodeEnd> => {
    const known = running.get(node)
    if (known !== undefined) return known
    const first = [...(needs.get(node) ?? [])].filter((one) => needs.has(one) && one !== node)
    const promise = Promise.all(first.map(run)).then(async (ends): Promise<NodeEnd> => {
      let at = startAt
      for (const end of ends) {
        if (end.kind !== 'done') return {kind: 'skipped'}
        at = Math.max(at, end.at)
      }
      return await work(node, at)
    })
    running.set(node, promise)
    return promise
  }
  const nodes = [...needs.keys()]
  const ends = await Promise.all(nodes.map(run))
  return new Map(nodes.map((node, index) => [node, ends[index] ?? {kind: 'skipped'}]))
}

/** The same graph the other way round: what is needed waits for what needs it. */
export function reversed(needs: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, ReadonlySet<string>> {
  const out = new Map<string, Set<string>>([...needs.keys()].map((node) => [node, new Set<string>()]))
  for (const [node, all] of needs) for (const need of all) out.get(need)?.add(node)
  return out
}

export function lastEnd(ends: ReadonlyMap<string, NodeEnd>, startAt: number): number {
  return [...ends.values()].reduce((at, end) => (end.kind === 'done' ? Math.max(at, end.at) : at), startAt)
}

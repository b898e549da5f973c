import {describe, expect, it} from 'vitest'
import {lastEnd, reversed, runGraph} from '../../../../src/sandbox/stacks/graph-run.ts'
import type {NodeEnd} from '../../../../src/sandbox/stacks/graph-run.ts'

const graph = (arrows: Readonly<Record<string, readonly string[]>>) =>
  new Map(Object.entries(arrows).map(([node, needs]) => [node, new Set(needs)]))
const takes =
  (seconds: Readonly<Record<string, number>>) =>
  async (node: string, at: number): Promise<NodeEnd> => ({kind: 'done', at: at + (seconds[node] ?? 1)})

describe('a graph that is run', () => {
  it('is due when its longest path is, whatever the machine takes', async () => {
    const ends = await runGraph(graph({a: [], b: ['a'], c: ['a'], d: ['b', 'c']}), 100, takes({a: 5, b: 7, c: 2, d: 1}))
    expect([...ends]).toEqual([
      ['a', {kind: 'done', at: 105}],
      ['b', {kind: 'done', at: 112}],
      ['c', {kind: 'done', at: 107}],
      ['d', {kind: 'done', at: 113}],
    ])
    expect(lastEnd(ends, 100)).toBe(113)
  })

  it('leaves out what needs something that failed, and nothing else', async () => {
    const ends = await runGraph(graph({a: [], b: ['a'], c: ['b'], d: []}), 0, async (node, at) =>
      node === 'a' ? {kind: 'failed'} : {kind: 'done', at},
    )
    expect([...ends].map(([node, {kind}]) => [node, kind])).toEqual([
      ['a', 'failed'],
      ['b', 'skipped'],
      ['c', 'skipped'],
      ['d', 'done'],
    ])
  })

  it("doesn't wait for what isn't in it", async () => {
    expect([...(await runGraph(graph({a: ['elsewhere']}), 0, takes({})))]).toEqual([['a', {kind: 'done', at: 1}]])
  })

  it('goes the other way round', () => {
    expect(reversed(graph({a: [], b: ['a'], c: ['a', 'b']}))).toEqual(
      new Map([
        ['a', new Set(['b', 'c'])],
        ['b', new Set(['c'])],
        ['c', new Set()],
      ]),
    )
  })
})

import {describe, expect, it} from 'vitest'
import {heading, storyEnd, text, toldRow} from '../../src/ui/demo-lines.ts'
import {lengthOf} from '../../src/ui/styled-line.ts'

const look = (columns: number) => ({color: false, columns})
const row = {
  good: true,
  name: 'unplanned  ',
  outcome: 'recovered  ',
  words: 'served after 7:16, critical path 7:03; 12 rows lost (measured before: at most 12 s)',
}

describe('the words of a demo', () => {
  it.each([
    [
      'a heading',
      (columns: number) => heading('sluice infra up', 'network, load balancer, hosts, database, cache', look(columns)),
    ],
    [
      'a heading with a long command',
      (columns: number) => heading('sluice dr promote --unplanned --accept-loss 10s', 'the home Region dies', look(columns)),
    ],
    ['a row', (columns: number) => text(toldRow(row, look(columns)), look(columns))],
    ['the end', (columns: number) => text(storyEnd(46.3, null, look(columns)), look(columns))],
  ])('%s is never wider than the terminal, and loses no word', (_what, said) => {
    for (const columns of [60, 80, 120]) {
      const lines = said(columns).split('\n')
      expect(Math.max(...lines.map(lengthOf))).toBeLessThanOrEqual(columns)
      expect(lines.join(' ').split(/\s+/).filter(Boolean)).toEqual(said(500).split(/\s+/).filter(Boolean))
    }
  })

  it('who left before the end is told so, and how to see it once more', () => {
    expect(text(storyEnd(46.3, 'sluice demo recovery', look(120)), look(120))).toBe(
      'Interrupted after 46.3 s; the sandbox is gone. Once more: sluice demo recovery\n',
    )
  })
})

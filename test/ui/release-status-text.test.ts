/** `release status`: one look at a run, who has it in hand, and what can be done about it. */
import {describe, expect, it} from 'vitest'
import {releaseStatusText} from '../../src/ui/release-status-text.ts'
import * as runs from './a-release-run.ts'
import {seen} from './a-release-run.ts'

const somebody = {owner: 'mira', host: 'laptop'}
const commands = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('  sluice '))
    .map((line) => line.trim().split(' ').slice(0, 3).join(' '))

describe('release status', () => {
  it('of a run that somebody ticks names them, and leads to watching and aborting', () => {
    const text = releaseStatusText(seen(runs.baking()), somebody)
    expect(text).toContain('ticked by mira on laptop')
    expect(commands(text)).toEqual(['sluice release watch', 'sluice release abort'])
  })

  it('of a run that nobody ticks says so, and leads to going on with it', () => {
    const text = releaseStatusText(seen(runs.baking()), null)
    expect(text).toContain('nobody ticks it')
    expect(commands(text)).toEqual(['sluice release resume', 'sluice release abort'])
  })

  it('of a paused run leads to going on with it', () => {
    expect(commands(releaseStatusText(seen(runs.paused()), null))).toEqual(['sluice release resume', 'sluice release abort'])
  })

  it.each(['promoted', 'rolledBack', 'halted', 'failed'] as const)('of a run that is over (%s) leads nowhere', (name) => {
    expect(commands(releaseStatusText(seen(runs[name]()), null))).toEqual([])
  })

  it.each(Object.entries(runs.all))('never speaks of a key that nobody can press (%s)', (_, run) => {
    expect(releaseStatusText(seen(run()), somebody)).not.toContain('Ctrl-C')
  })
})

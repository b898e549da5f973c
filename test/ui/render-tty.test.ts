import {describe, expect, test} from 'vitest'
import {fitted, repaint} from '../../src/ui/painter.ts'
import {ttyRenderer} from '../../src/ui/render-tty.ts'
import {chooseRenderer, wantsColor} from '../../src/ui/choose-renderer.ts'
import * as runs from './a-release-run.ts'

function aTerminal(columns = 80, rows = 30) {
  const written: string[] = []
  return {columns, rows, written, write: (text: string) => written.push(text)}
}

describe('the painter', () => {
  test('writes a picture in one go, and nothing when it would be the same', () => {
    const terminal = aTerminal()
    const {events, now} = runs.baking()
    const renderer = ttyRenderer(terminal, {color: false})
    renderer.update(events, {}, now)
    const writes = terminal.written.length
    renderer.update(events, {}, now)
    expect(terminal.written).toHaveLength(writes)
    renderer.update(events, {}, now + 1000)
    expect(terminal.written).toHaveLength(writes + 1)
    renderer.close()
  })

  test('gives the cursor back, once', () => {
    const terminal = aTerminal()
    const {events, now} = runs.promoted()
    const renderer = ttyRenderer(terminal, {color: false})
    renderer.update(events, {}, now)
    renderer.close()
    renderer.close()
    expect(terminal.written.join('').split('\u001b[?25h')).toHaveLength(2)
  })

  test('writes nothing at all when it was never given anything', () => {
    const terminal = aTerminal()
    ttyRenderer(terminal, {color: false}).close()
    expect(terminal.written).toEqual([])
  })

  test('goes back over exactly the rows it drew', () =>
    expect(repaint(['one', 'two'], ['1'], 80)).toContain('\u001b[2A\r1\u001b[K\n\u001b[J'))

  test('counts the rows that a narrower terminal has wrapped', () =>
    expect(repaint(['x'.repeat(80)], ['1'], 40)).toContain('\u001b[2A'))

  test('does not count escape codes as columns', () =>
    expect(repaint([`\u001b[31m${'x'.repeat(40)}\u001b[39m`], ['1'], 40)).toContain('\u001b[1A'))

  test('a picture taller than the terminal keeps its header and its end', () =>
    expect(fitted(['service', 'versions', '1', '2', '3', '4', 'end'], 6)).toEqual(['service', 'versions', '3', '4', 'end']))
})

describe('who gets what', () => {
  test.each([
    ['a terminal gets the picture in colour', {isTTY: true, env: {TERM: 'xterm'}}, {kind: 'tty', color: true}],
    ['NO_COLOR takes the colour, not the picture', {isTTY: true, env: {NO_COLOR: '1'}}, {kind: 'tty', color: false}],
    ['an empty NO_COLOR means nothing', {isTTY: true, env: {NO_COLOR: ''}}, {kind: 'tty', color: true}],
    ['a dumb terminal gets lines', {isTTY: true, env: {TERM: 'dumb'}}, {kind: 'lines', github: false}],
    ['a pipe gets lines', {isTTY: false, env: {}}, {kind: 'lines', github: false}],
    ['FORCE_COLOR does not make a pipe a terminal', {isTTY: false, env: {FORCE_COLOR: '1'}}, {kind: 'lines', github: false}],
    ['a CI job with a pseudo-terminal gets lines', {isTTY: true, env: {CI: 'true'}}, {kind: 'lines', github: false}],
    ['GitHub Actions gets its annotations too', {isTTY: false, env: {GITHUB_ACTIONS: 'true'}}, {kind: 'lines', github: true}],
  ])('%s', (_, surroundings, choice) => expect(chooseRenderer(surroundings)).toEqual(choice))

  test.each([
    ['NO_COLOR wins over FORCE_COLOR', {isTTY: true, env: {NO_COLOR: '1', FORCE_COLOR: '1'}}, false],
    ['FORCE_COLOR colours a pipe', {isTTY: false, env: {FORCE_COLOR: '1'}}, true],
    ['FORCE_COLOR=0 takes the colour', {isTTY: true, env: {FORCE_COLOR: '0'}}, false],
  ])('%s', (_, surroundings, wanted) => expect(wantsColor(surroundings)).toBe(wanted))
})

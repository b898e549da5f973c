/** The way from a terminal's bytes to what the keys of a run are told: what came in one piece must arrive as it was meant. */
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {recoveryPresses} from '../src/ui/recovery-keys.ts'
import {watcher} from '../src/watching.ts'
import type {Watcher} from '../src/watching.ts'

describe('keys of a recovery', () => {
  const streams = [process.stdin, process.stderr] as const
  const before = streams.map((stream) => Object.getOwnPropertyDescriptor(stream, 'isTTY'))
  const rawBefore = Object.getOwnPropertyDescriptor(process.stdin, 'setRawMode')
  let pressed: string[] = []
  let watching: Watcher | null = null

  beforeEach(() => {
    pressed = []
    for (const stream of streams) Object.defineProperty(stream, 'isTTY', {value: true, configurable: true})
    Object.defineProperty(process.stdin, 'setRawMode', {value: () => process.stdin, configurable: true})
    watching = watcher({
      clock: {now: () => 0},
      events: undefined,
      until: 'ended',
      env: {TERM: 'xterm'},
      show: {update: () => undefined, close: () => undefined},
      ask: async () => undefined,
      keys: {
        hint: '',
        presses: recoveryPresses,
        press: (key) => {
          pressed.push(key)
          return {hint: '', wish: null, interrupt: 'no'}
        },
      },
    })
  })
  afterEach(() => {
    watching?.close()
    for (const [index, stream] of streams.entries()) putBack(stream, 'isTTY', before[index])
    putBack(process.stdin, 'setRawMode', rawBefore)
  })

  it.each([
    ["the environment's name, pasted", 'production\r'],
    ['Escape', '\u001b'],
  ])('are told of %s', (_, typed) => {
    process.stdin.emit('data', Buffer.from(typed))
    expect(pressed).toEqual([typed])
  })
})

function putBack(of: object, name: string, was: PropertyDescriptor | undefined): void {
  if (was === undefined) Reflect.deleteProperty(of, name)
  else Object.defineProperty(of, name, was)
}

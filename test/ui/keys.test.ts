import {describe, expect, it} from 'vitest'
import {idle, press, pressesIn} from '../../src/ui/keys.ts'

describe('a key', () => {
  it('p asks for a pause at once', () => {
    expect(press(idle, 'p', 0).wish).toBe('pause')
  })

  it.each([
    ['a', 'abort'],
    ['m', 'promote'],
  ] as const)('%s must come twice to %s', (key, wish) => {
    const first = press(idle, key, 0)
    expect(first).toMatchObject({wish: null, hint: expect.stringContaining(`press ${key} again`) as string})
    expect(press(first.keyboard, key, 4000).wish).toBe(wish)
    expect(press(first.keyboard, key, 6000).wish).toBeNull()
    expect(press(first.keyboard, key === 'a' ? 'm' : 'a', 1).wish).toBeNull()
    expect(press(press(first.keyboard, 'x', 1).keyboard, key, 2).wish).toBeNull()
  })

  it('Ctrl-C is Ctrl-C though the terminal is raw', () => {
    expect(press(idle, '\u0003', 0).interrupt).toBe('yes')
  })
})

describe('what a terminal hands over at once', () => {
  it.each([
    ['one key', 'p', ['p']],
    ['the same key twice, read late', 'aa', ['a', 'a']],
    ['Ctrl-C twice, read late', '\u0003\u0003', ['\u0003', '\u0003']],
    ['Ctrl-C among other keys', 'pp\u0003x', ['\u0003']],
    ['an arrow key is none of ours', '\u001b[A', []],
    ['a paste is none', 'aaaa', []],
  ])('%s', (_what, typed, expected) => {
    expect(pressesIn(typed)).toEqual(expected)
  })
})

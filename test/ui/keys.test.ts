import {describe, expect, it} from 'vitest'
import {idle, press} from '../../src/ui/keys.ts'

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

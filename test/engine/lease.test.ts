import {describe, expect, it} from 'vitest'
import {leaseMs, takeLease} from '../../src/runbooks/engine/lease.ts'
import {StoreUnavailable} from '../../src/runbooks/engine/store.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'

const wanted = (owner: string, store = memoryStore(), clock = leapingClock()) => ({
  store,
  clock,
  target: 'api',
  run: 'r-1',
  owner,
  host: 'h',
  operation: 'release',
})

async function taken(owner: string, store = memoryStore(), clock = leapingClock()) {
  const result = await takeLease(wanted(owner, store, clock))
  if (result.kind === 'held') throw new Error('held')
  return result.held
}

describe('a lease', () => {
  it('is held by one owner, and says by whom and since when', async () => {
    const [store, clock] = [memoryStore(), leapingClock()]
    await taken('w1', store, clock)
    expect(await takeLease(wanted('w2', store, clock))).toMatchObject({
      kind: 'held',
      lease: {owner: 'w1', since: clock.now(), epoch: 1},
    })
  })

  it('can be taken once it has run out, with a higher epoch, and the owner before learns it at the next renewal', async () => {
    const [store, clock] = [memoryStore(), leapingClock()]
    const first = await taken('w1', store, clock)
    clock.leap(clock.now() + leaseMs + 1)
    const second = await taken('w2', store, clock)
    expect(second.lease.epoch).toBe(2)
    expect(await first.renew()).toBe(false)
  })

  it('that ran out but nobody took is renewed by its owner', async () => {
    const [store, clock] = [memoryStore(), leapingClock()]
    const held = await taken('w1', store, clock)
    clock.leap(clock.now() + 2 * leaseMs)
    expect(await held.renew()).toBe(true)
  })

  it('keeps its epoch when it is released', async () => {
    const [store, clock] = [memoryStore(), leapingClock()]
    await (await taken('w1', store, clock)).release()
    expect((await taken('w2', store, clock)).lease.epoch).toBe(2)
  })

  it('recognises its own renewal whose answer was lost', async () => {
    let lose = false
    const store = memoryStore(new Map(), {
      after(operation) {
        if (operation === 'replace' && lose) {
          lose = false
          throw new StoreUnavailable('reset')
        }
      },
    })
    const held = await taken('w1', store)
    lose = true
    await expect(held.renew()).rejects.toThrow(StoreUnavailable)
    expect(await held.renew()).toBe(true)
  })

  it('goes to exactly one of two that ask at once', async () => {
    const [store, clock] = [memoryStore(), leapingClock()]
    const results = await Promise.all(['w1', 'w2'].map((owner) => takeLease(wanted(owner, store, clock))))
    expect(results.map((result) => result.kind).toSorted()).toEqual(['held', 'taken'])
  })
})

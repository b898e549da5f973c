import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {eventKey, openJournal, Superseded} from '../../src/runbooks/engine/journal.ts'
import {StoreUnavailable} from '../../src/runbooks/engine/store.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'

const clock = leapingClock()
const open = (store = memoryStore(), writer = 'w1') => openJournal({store, run: 'r-1', writer, clock})
const note = {step: 's', waitsFor: 'x'}

describe('a journal', () => {
  it('reads back what was appended, each event carrying the hash of the one before', async () => {
    const store = memoryStore()
    const journal = await open(store)
    await journal.append(1, 'step-observed', note)
    await journal.append(1, 'step-observed', note)
    const again = await open(store, 'w2')
    expect(again.events).toEqual(journal.events)
    expect(again.events[1]?.previousHash).not.toBe(again.events[0]?.previousHash)
  })

  it('recognises its own write whose answer was lost', async () => {
    let lose = true
    const store = memoryStore(new Map(), {
      after(operation) {
        if (operation === 'create' && lose) {
          lose = false
          throw new StoreUnavailable('connection reset')
        }
      },
    })
    const journal = await open(store)
    await expect(journal.append(1, 'step-observed', note)).rejects.toThrow(StoreUnavailable)
    await journal.append(1, 'step-ended', {step: 's', how: 'done'})
    expect(journal.events.map((event) => event.kind)).toEqual(['step-observed', 'step-ended'])
    expect((await open(store)).events).toEqual(journal.events)
  })

  it('obeys a wish that took its place, and writes after it', async () => {
    const store = memoryStore()
    const [runner, person] = [await open(store), await open(store, 'person')]
    await person.append(1, 'asked', {wish: 'abort', by: 'person', why: 'no'})
    await runner.append(1, 'step-observed', note)
    expect(runner.events.map((event) => event.kind)).toEqual(['asked', 'step-observed'])
  })

  it('yields to a newer owner', async () => {
    const store = memoryStore()
    const [older, newer] = [await open(store), await open(store, 'w2')]
    await newer.append(2, 'lease-taken', {owner: 'w2', host: 'h', expiresAt: 0})
    await expect(older.append(1, 'step-observed', note)).rejects.toThrow(Superseded)
  })

  it("fences the tool's own pause like any other event", async () => {
    const store = memoryStore()
    const [older, newer] = [await open(store), await open(store, 'w2')]
    await newer.append(2, 'lease-taken', {owner: 'w2', host: 'h', expiresAt: 0})
    await older.refresh()
    await expect(older.append(1, 'asked', {wish: 'pause', by: 'sluice', why: 'not enough evidence'})).rejects.toThrow(Superseded)
  })

  it.each([
    ['a changed event', (body: string) => body.replace('"waitsFor":"x"', '"waitsFor":"y"')],
    ['an event that is not JSON', () => 'oops'],
  ])('refuses %s in the middle', async (_what, change) => {
    const store = memoryStore()
    const journal = await open(store)
    await journal.append(1, 'step-observed', note)
    await journal.append(1, 'step-observed', note)
    const key = eventKey('r-1', 0)
    store.objects.set(key, {body: change(store.objects.get(key)?.body ?? ''), etag: 'x'})
    await expect(open(store)).rejects.toMatchObject({
      code: 'journal-corrupt',
      exitCode: 6,
      message: expect.stringMatching(/journal of r-1/) as string,
    })
  })

  it('never loses, doubles or reorders what several writers append', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({min: 1, max: 6}), async (scheduler, each) => {
        const objects = new Map<string, {readonly body: string; readonly etag: string}>()
        const writers = await Promise.all(['w1', 'w2', 'w3'].map((writer) => open(memoryStore(objects), writer)))
        await scheduler.waitFor(
          Promise.all(
            writers.map(async (journal) => {
              for (let n = 0; n < each; n += 1) {
                await scheduler.schedule(Promise.resolve())
                await journal.append(1, 'asked', {wish: 'pause', by: journal.writer, why: String(n)})
              }
            }),
          ),
        )
        const {events} = await open(memoryStore(objects), 'reader')
        expect(events.map((event) => event.seq)).toEqual([...events.keys()])
        for (const {writer} of writers) {
          expect(
            events.filter((event) => event.writer === writer).map((event) => (event.kind === 'asked' ? event.data.why : '')),
          ).toEqual(Array.from({length: each}, (_, n) => String(n)))
        }
      }),
      {numRuns: 30},
    )
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {minutes, seconds} from '../../src/runbooks/engine/clock.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {openJournal} from '../../src/runbooks/engine/journal.ts'
import {runState} from '../../src/runbooks/engine/run-state.ts'
import type {RunEnd} from '../../src/runbooks/engine/run-end.ts'
import type {Guard} from '../../src/runbooks/engine/step.ts'
import {StoreUnavailable} from '../../src/runbooks/engine/store.ts'
import {driveToy} from '../support/drive-toy.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aToyWorld, toyRunbook} from '../support/toy-runbook.ts'
import type {ToyStep, ToyWorld} from '../support/toy-runbook.ts'

/** The process is gone: nothing it does afterwards takes effect. */
class Killed extends Error {}

const diamond: readonly ToyStep[] = [
  {id: 'root', needs: []},
  {id: 'left', needs: ['root'], takesMs: seconds(40)},
  {id: 'right', needs: ['root'], takesMs: seconds(90)},
  {id: 'join', needs: ['left', 'right']},
]

const shapes = fc.integer({min: 1, max: 6}).chain((count) =>
  fc.tuple(
    ...Array.from({length: count}, (_, index) =>
      fc.record({
        needs: fc.subarray(Array.from({length: index}, (_step, earlier) => `s${earlier}`)),
        takesMs: fc.constantFrom(0, seconds(7), seconds(95)),
      }),
    ),
  ),
)

/** Up to six steps in any shape, at most one of which fails. */
const aPlan = fc
  .record({shape: shapes, failing: fc.nat(11), then: fc.constantFrom('roll-back' as const, 'halt' as const, 'fail' as const)})
  .map(({shape, failing, then}) =>
    shape.map((step, index): ToyStep => ({id: `s${index}`, ...step, ...(index === failing && {fails: then})})),
  )

/** What must be the same: after a rollback or halt, how far independent branches had come is a matter of time. */
const finalState = (world: ToyWorld, end: RunEnd) =>
  end.kind === 'ended' && (end.outcome.outcome === 'promoted' || end.outcome.outcome === 'failed')
    ? [...world.on].toSorted()
    : world.on.has('home')

const outcomeOf = (events: readonly Event[]) => runState(events).ended?.data.outcome

describe('a run', () => {
  it('does independent steps at once and joins them', async () => {
    const world = aToyWorld()
    const clock = leapingClock()
    const began = clock.now()
    const {end} = await driveToy({store: memoryStore(), clock, writer: 'w1', runbook: toyRunbook(diamond), world})
    expect(end).toEqual({kind: 'ended', outcome: {outcome: 'promoted', because: 'every step is done'}})
    expect(world.effects.slice(0, 1)).toEqual(['on root'])
    expect(world.effects.at(-1)).toBe('on join')
    expect(clock.now() - began).toBeLessThan(seconds(100))
  })

  it.each([
    ['roll-back', 'rolled-back'],
    ['halt', 'halted'],
    ['fail', 'failed'],
  ] as const)('whose step is past its deadline with %s ends %s', async (atDeadline, outcome) => {
    const steps: readonly ToyStep[] = [{id: 'slow', needs: [], takesMs: minutes(60), deadlineMs: minutes(2), atDeadline}]
    const {end} = await driveToy({
      store: memoryStore(),
      clock: leapingClock(),
      writer: 'w1',
      runbook: toyRunbook(steps),
      world: aToyWorld(),
    })
    expect(end).toMatchObject({
      kind: 'ended',
      outcome: {outcome, because: expect.stringContaining('not done within 2 min') as string},
    })
  })

  it('whose step is past its deadline with pause is paused, and its deadline counts anew after a resume', async () => {
    const steps: readonly ToyStep[] = [{id: 'slow', needs: [], takesMs: minutes(3), deadlineMs: minutes(2), atDeadline: 'pause'}]
    const store = memoryStore()
    const clock = leapingClock()
    const world = aToyWorld()
    const first = await driveToy({store, clock, writer: 'w1', runbook: toyRunbook(steps), world})
    expect(first.end.kind).toBe('paused')
    await first.held.release()
    const journal = await openJournal({store, run: 'r-toy', writer: 'person', clock})
    await journal.append(1, 'asked', {wish: 'resume', by: 'person', why: 'it is fine'})
    const second = await driveToy({store, clock, writer: 'w2', runbook: toyRunbook(steps), world})
    expect(second.end).toMatchObject({kind: 'ended', outcome: {outcome: 'promoted'}})
  })

  it('takes back what it did, in reverse, when nothing of consequence had changed', async () => {
    const steps: readonly ToyStep[] = [
      {id: 'one', needs: []},
      {id: 'two', needs: ['one']},
      {id: 'three', needs: ['two'], fails: 'fail'},
    ]
    const world = aToyWorld()
    const {end} = await driveToy({store: memoryStore(), clock: leapingClock(), writer: 'w1', runbook: toyRunbook(steps), world})
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed'}})
    expect(world.effects.filter((effect) => effect.startsWith('undo'))).toEqual(['undo two', 'undo one'])
  })

  it('obeys an abort before anything else, and abort beats promote', async () => {
    const store = memoryStore()
    const clock = leapingClock()
    const world = aToyWorld()
    const steps: readonly ToyStep[] = [{id: 'slow', needs: [], takesMs: minutes(9), deadlineMs: minutes(30)}]
    clock.at(clock.now() + minutes(1), () => {
      void openJournal({store, run: 'r-toy', writer: 'person', clock}).then(async (journal) => {
        await journal.append(1, 'asked', {wish: 'promote', by: 'person', why: 'looks good'})
        await journal.append(1, 'asked', {wish: 'abort', by: 'person', why: 'no it does not'})
      })
    })
    const {end} = await driveToy({store, clock, writer: 'w1', runbook: toyRunbook(steps), world})
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'rolled-back', cause: 'abort'}})
    expect(world.effects).toEqual(['on slow', 'on home'])
  })

  it('goes home although somebody asks for a pause before the abort is seen, or on the way', async () => {
    const store = memoryStore()
    const clock = leapingClock()
    const world = aToyWorld()
    const detach = new AbortController()
    const steps: readonly ToyStep[] = [{id: 'slow', needs: [], takesMs: minutes(9), deadlineMs: minutes(30)}]
    clock.at(clock.now() + seconds(30), () => detach.abort())
    await driveToy({store, clock, writer: 'w1', runbook: toyRunbook(steps), world, detach: detach.signal})
    const journal = await openJournal({store, run: 'r-toy', writer: 'person', clock})
    for (const wish of ['pause', 'abort', 'pause'] as const) await journal.append(1, 'asked', {wish, by: 'person', why: wish})
    const {end} = await driveToy({store, clock, writer: 'w2', runbook: toyRunbook(steps), world})
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'rolled-back', cause: 'abort'}})
    expect(world.on.has('home')).toBe(true)
  })

  it('is not gone on with by a version that would do other steps, and still goes home on an abort', async () => {
    const store = memoryStore()
    const clock = leapingClock()
    const world = aToyWorld()
    const detach = new AbortController()
    clock.at(clock.now() + seconds(30), () => detach.abort())
    await driveToy({store, clock, writer: 'w1', runbook: toyRunbook(diamond), world, detach: detach.signal})
    const newer = toyRunbook([...diamond, {id: 'more', needs: ['join']}])
    await expect(driveToy({store, clock, writer: 'w2', runbook: newer, world})).rejects.toMatchObject({
      code: 'plan-changed',
      exitCode: 6,
    })
    const journal = await openJournal({store, run: 'r-toy', writer: 'person', clock})
    await journal.append(2, 'asked', {wish: 'abort', by: 'person', why: 'home then'})
    const {end} = await driveToy({store, clock, writer: 'w3', runbook: newer, world})
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'rolled-back', cause: 'abort'}})
  })

  it('stops with state unreachable, having started nothing more, once its lease has run out', async () => {
    let reachable = true
    const store = memoryStore(new Map(), {
      before: () => {
        if (!reachable) throw new StoreUnavailable('no route to state')
      },
    })
    const clock = leapingClock()
    const world = aToyWorld()
    clock.at(clock.now() + minutes(1), () => {
      reachable = false
    })
    const steps: readonly ToyStep[] = [
      {id: 'slow', needs: [], takesMs: minutes(4)},
      {id: 'next', needs: ['slow']},
    ]
    const {end} = await driveToy({store, clock, writer: 'w1', runbook: toyRunbook(steps), world})
    expect(end.kind).toBe('state-unreachable')
    expect(world.effects).toEqual(['on slow'])
  })

  it('asks every guard though one has to wait, and starts nothing meanwhile', async () => {
    const world = aToyWorld()
    const clock = leapingClock()
    const until = clock.now() + seconds(30)
    let pushed = 0
    const blind: Guard<ToyWorld> = {
      id: 'blind',
      calls: [],
      check: async (_world, {now}) =>
        now < until ? {kind: 'pending', waitsFor: 'AWS', lookAgainAt: now + seconds(5)} : {kind: 'ok'},
    }
    const pusher: Guard<ToyWorld> = {
      id: 'pusher',
      calls: [],
      check: async (_world, {now}) => {
        if (now < until) pushed += 1
        expect(now < until ? [...world.on] : []).toEqual([])
        return {kind: 'ok'}
      },
    }
    const {end} = await driveToy({
      store: memoryStore(),
      clock,
      writer: 'w1',
      runbook: toyRunbook(diamond, [blind, pusher]),
      world,
    })
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'promoted'}})
    expect(pushed).toBeGreaterThan(3)
  })

  it('leaves when told to, after the tick, with the run still to be resumed', async () => {
    const store = memoryStore()
    const clock = leapingClock()
    const detach = new AbortController()
    clock.at(clock.now() + seconds(30), () => detach.abort())
    const {end, journal} = await driveToy({
      store,
      clock,
      writer: 'w1',
      runbook: toyRunbook(diamond),
      world: aToyWorld(),
      detach: detach.signal,
    })
    expect(end.kind).toBe('detached')
    expect(outcomeOf(journal.events)).toBeUndefined()
  })
})

describe('always', () => {
  it('resuming from any prefix of any journal ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(aPlan, async (steps) => {
        const straight = aToyWorld()
        const whole = await driveToy({
          store: memoryStore(),
          clock: leapingClock(),
          writer: 'w1',
          runbook: toyRunbook(steps),
          world: straight,
        })
        for (let prefix = 1; prefix <= whole.journal.events.length; prefix += 1) {
          const {world, end, journal} = await killedAndResumed(steps, ({writes}) => writes > prefix)
          expect(end).toEqual(whole.end)
          expect(finalState(world, end)).toEqual(finalState(straight, whole.end))
          expect(new Set(world.effects.filter((effect) => effect.startsWith('on'))).size).toBe(
            world.effects.filter((effect) => effect.startsWith('on')).length,
          )
          expect(outcomeOf(journal.events)).toBe(outcomeOf(whole.journal.events))
        }
      }),
      {numRuns: 40},
    )
  })

  it('being killed inside any call, before or after its effect, ends in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(aPlan, fc.integer({min: 0, max: 12}), async (steps, killAt) => {
        const straight = aToyWorld()
        const whole = await driveToy({
          store: memoryStore(),
          clock: leapingClock(),
          writer: 'w1',
          runbook: toyRunbook(steps),
          world: straight,
        })
        const {world, end} = await killedAndResumed(steps, ({calls}) => calls > killAt)
        expect(end).toEqual(whole.end)
        expect(finalState(world, end)).toEqual(finalState(straight, whole.end))
      }),
      {numRuns: 100},
    )
  })

  it('two runners on one journal never both proceed', async () => {
    await fc.assert(
      fc.asyncProperty(aPlan, fc.scheduler(), fc.integer({min: 0, max: 400}), async (steps, scheduler, stallSeconds) => {
        const objects = new Map<string, {readonly body: string; readonly etag: string}>()
        const clock = leapingClock()
        const world = aToyWorld()
        // The first runner stalls in the middle for longer or shorter than its lease; the second waits for its turn.
        const stalling = {
          ...clock,
          until: async (at: number, signal?: AbortSignal) => {
            await scheduler.schedule(Promise.resolve(), 'first waits')
            await clock.until(Math.max(at, clock.now() + seconds(stallSeconds)), signal)
          },
        }
        const other = {
          ...clock,
          until: async (at: number, signal?: AbortSignal) => {
            await scheduler.schedule(Promise.resolve(), 'second waits')
            await clock.until(at, signal)
          },
        }
        const first = driveToy({store: memoryStore(objects), clock: stalling, writer: 'w1', runbook: toyRunbook(steps), world})
        const second = driveToy({store: memoryStore(objects), clock: other, writer: 'w2', runbook: toyRunbook(steps), world})
        const both = Promise.all([first, second])
        await scheduler.waitFor(both)
        const ends = (await both).map(({end}) => end)
        expect(ends).toContainEqual(expect.objectContaining({kind: 'ended'}))
        const {events} = await openJournal({store: memoryStore(objects), run: 'r-toy', writer: 'reader', clock})
        const epochs = events.filter((event) => event.kind !== 'asked').map((event) => event.epoch)
        expect(epochs).toEqual(epochs.toSorted((x, y) => x - y))
        expect(world.effects.length).toBe(new Set(world.effects).size)
      }),
      {numRuns: 60},
    )
  })
})

interface Moment {
  /** Journal events written so far. */
  readonly writes: number
  /** Effects in the world begun or ended so far. */
  readonly calls: number
}

/** Runs until `when` says so, dies there for good, and lets another machine go on once the lease has run out. */
async function killedAndResumed(steps: readonly ToyStep[], when: (moment: Moment) => boolean) {
  const objects = new Map<string, {readonly body: string; readonly etag: string}>()
  const clock = leapingClock()
  const moment = {writes: 0, calls: 0}
  let dead = false
  const dieIf = (): void => {
    if (dead || when(moment)) {
      dead = true
      throw new Killed()
    }
  }
  const dying = memoryStore(objects, {
    before(operation, key) {
      if (operation === 'create' && key.startsWith('runs/')) moment.writes += 1
      dieIf()
    },
  })
  const world = aToyWorld()
  const mortal = {
    ...world,
    around: () => {
      moment.calls += 1
      dieIf()
    },
  }
  const first = await driveToy({store: dying, clock, writer: 'w1', runbook: toyRunbook(steps), world: mortal}).catch(
    (error: unknown) => {
      if (error instanceof Killed) return null
      throw error
    },
  )
  const second = first ?? (await driveToy({store: memoryStore(objects), clock, writer: 'w2', runbook: toyRunbook(steps), world}))
  return {world, end: second.end, journal: second.journal}
}

/** A plan that takes back all that began, until a point of no return has begun: what recoveries are made of. */
import {describe, expect, it} from 'vitest'
import {hashOf as hash, openJournal} from '../../src/runbooks/engine/journal.ts'
import type {Event} from '../../src/runbooks/engine/event.ts'
import type {Plan, Runbook, Step} from '../../src/runbooks/engine/step.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import {ExitCode, SluiceError} from '../../src/errors.ts'
import {driveToy} from '../support/drive-toy.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aToyWorld, toyStep} from '../support/toy-runbook.ts'
import type {ToyStep, ToyWorld} from '../support/toy-runbook.ts'

type Change = Partial<Step<ToyWorld>>

function planOf(steps: readonly (ToyStep & {readonly change?: Change})[]): Runbook<ToyWorld> {
  const plan: Plan<ToyWorld> = {
    name: 'promote',
    steps: steps.map(({change, ...step}) => ({...toyStep(step), atDeadline: 'fail' as const, ...change})),
    guards: [],
    ends: 'done',
    onRollBack: null,
    onHalt: null,
    undoes: 'all-begun',
  }
  return {first: 'promote', plan: () => plan}
}

const consents: Change = {poll: async () => ({kind: 'done', facts: {consent: true}})}
const point: Change = {pointOfNoReturn: true, consent: 'approve', atDeadline: 'pause'}
const never: Change = {poll: async (_world, {now}) => ({kind: 'pending', waitsFor: 'ever', lookAgainAt: now + 5000})}

function aRun(runbook: Runbook<ToyWorld>, world = aToyWorld()) {
  const clock = leapingClock()
  const store = memoryStore()
  return {
    world,
    clock,
    store,
    drive: (writer = 'w1', detach?: AbortSignal) =>
      driveToy({store, clock, writer, runbook, world, ...(detach !== undefined && {detach})}),
    wish: async (wish: 'abort' | 'pause' | 'resume') => {
      const journal = await openJournal({store, run: 'r-toy', writer: 'person', clock})
      await journal.append(journal.events.at(-1)?.epoch ?? 0, 'asked', {wish, by: 'ada', why: 'enough'})
    },
  }
}

const lines = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) =>
    event.kind === 'step-ended'
      ? [`${event.data.step} ${event.data.how}`]
      : event.kind === 'ended'
        ? [`run ${event.data.outcome}`]
        : [],
  )

describe('a failure before the point of no return', () => {
  it('takes back every step that began, the failed one too, last begun first', async () => {
    const run = aRun(
      planOf([
        {id: 'grow', needs: []},
        {id: 'fence', needs: ['grow']},
        {id: 'drain', needs: ['fence'], fails: 'fail'},
      ]),
    )
    const {journal} = await run.drive()
    expect(run.world.effects).toEqual(['on grow', 'on fence', 'on drain', 'undo drain', 'undo fence', 'undo grow'])
    expect(lines(journal.events).slice(-5)).toEqual(['drain failed', 'drain undone', 'fence undone', 'grow undone', 'run failed'])
  })

  it('is one of a step that refused for good, in its words', async () => {
    const refused = new SluiceError({code: 'denied', exitCode: ExitCode.credentials, message: 'you may not', suggestions: []})
    const run = aRun(
      planOf([
        {id: 'grow', needs: []},
        {id: 'fence', needs: ['grow'], change: {start: async () => Promise.reject(refused)}},
      ]),
    )
    const {end} = await run.drive()
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed', because: 'fence: you may not'}})
    expect(run.world.on).toEqual(new Set())
  })

  it('does not go on with the plan when taking back had to be tried twice', async () => {
    let tries = 0
    const undo = async (world: ToyWorld): Promise<void> => {
      tries += 1
      if (tries === 1) throw new Unavailable('ecs:UpdateService', 'throttled')
      world.on.delete('drain')
    }
    const run = aRun(
      planOf([
        {id: 'grow', needs: []},
        {id: 'drain', needs: ['grow'], fails: 'fail', change: {undo}},
        {id: 'flip', needs: ['drain']},
      ]),
    )
    const {end} = await run.drive()
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed'}})
    expect(run.world.effects).not.toContain('on flip')
    expect(tries).toBe(2)
  })

  it("pauses when something can't be taken back, says what, and a resume takes it back", async () => {
    let isStuck = true
    const undo = async (world: ToyWorld): Promise<void> => {
      if (isStuck) throw new Unavailable('ecs:UpdateService', 'throttled')
      world.on.delete('grow')
    }
    const run = aRun(
      planOf([
        {id: 'grow', needs: [], change: {undo}},
        {id: 'drain', needs: ['grow'], fails: 'fail'},
      ]),
    )
    const {end, held} = await run.drive()
    expect(end).toMatchObject({kind: 'paused', because: "grow: couldn't be taken back: throttled"})
    await held.release()
    isStuck = false
    await run.wish('resume')
    expect((await run.drive('w2')).end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed'}})
    expect(run.world.on).toEqual(new Set())
  })
})

describe('an abort', () => {
  it('takes everything back before the point of no return', async () => {
    const run = aRun(
      planOf([
        {id: 'grow', needs: []},
        {id: 'approve', needs: ['grow'], change: never},
      ]),
    )
    run.clock.at(run.clock.now() + 20_000, () => void run.wish('abort'))
    const {end} = await run.drive()
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed', because: 'aborted by ada: enough', cause: 'abort'}})
    expect(run.world.on).toEqual(new Set())
  })

  it('changes nothing once the point of no return has begun', async () => {
    const run = aRun(
      planOf([
        {id: 'grow', needs: []},
        {id: 'approve', needs: ['grow'], change: consents},
        {id: 'promote', needs: ['approve'], takesMs: 60_000, change: point},
      ]),
    )
    run.clock.at(run.clock.now() + 20_000, () => void run.wish('abort'))
    expect((await run.drive()).end).toMatchObject({kind: 'ended', outcome: {outcome: 'done'}})
    expect(run.world.effects).not.toContain('undo grow')
  })

  it('that comes in while the point of no return is written down keeps its call from being made', async () => {
    const world = aToyWorld()
    const run = aRun(
      planOf([
        {id: 'approve', needs: [], change: consents},
        {
          id: 'promote',
          needs: ['approve'],
          change: {
            ...point,
            // The wish takes the place in the journal that the engine is about to write.
            intent: () => {
              const key = `runs/r-toy/${String([...run.store.objects.keys()].filter((one) => one.startsWith('runs/')).length).padStart(6, '0')}.json`
              const last = [...run.store.objects].filter(([one]) => one.startsWith('runs/')).at(-1)?.[1].body ?? ''
              void run.store.create(key, JSON.stringify({...(JSON.parse(last) as object), ...wishAfter(last)}))
              return {}
            },
          },
        },
      ]),
      world,
    )
    const {end} = await run.drive()
    expect(end).toMatchObject({kind: 'ended', outcome: {outcome: 'failed', cause: 'abort'}})
    expect(world.effects).not.toContain('on promote')
  })
})

describe('the point of no return', () => {
  it('is never begun without consent in the journal', async () => {
    const run = aRun(
      planOf([
        {id: 'approve', needs: []},
        {id: 'promote', needs: ['approve'], change: point},
      ]),
    )
    await expect(run.drive()).rejects.toThrow('nobody has agreed to it')
    expect(run.world.effects).not.toContain('on promote')
  })

  it('turns a failure beside it into a pause: nothing is taken back any more', async () => {
    const run = aRun(
      planOf([
        {id: 'approve', needs: [], change: consents},
        {id: 'promote', needs: ['approve'], takesMs: 60_000, change: point},
        {
          id: 'tasks',
          needs: [],
          change: {
            poll: async (_world, {now, startedAt}) =>
              now - startedAt > 20_000
                ? {kind: 'failed', because: 'no hosts', then: 'fail'}
                : {kind: 'pending', waitsFor: 'hosts', lookAgainAt: now + 5000},
          },
        },
      ]),
    )
    expect((await run.drive()).end).toMatchObject({kind: 'paused', because: 'no hosts'})
    expect(run.world.effects).not.toContain('undo tasks')
  })
})

it("a person's pause holds such a run up", async () => {
  const run = aRun(
    planOf([
      {id: 'grow', needs: []},
      {id: 'approve', needs: ['grow'], change: never},
    ]),
  )
  run.clock.at(run.clock.now() + 20_000, () => void run.wish('pause'))
  expect((await run.drive()).end).toMatchObject({kind: 'paused', because: 'enough'})
})

function wishAfter(last: string): object {
  const {seq} = JSON.parse(last) as Event
  return {
    seq: seq + 1,
    kind: 'asked',
    writer: 'person',
    previousHash: hash(last),
    data: {wish: 'abort', by: 'ada', why: 'enough'},
  }
}

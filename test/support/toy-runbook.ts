/** A runbook over a world of switches: each step turns one on. Enough to hold the engine to its promises without any AWS. */
import type {Guard, Plan, Runbook, Step, Then} from '../../src/runbooks/engine/step.ts'

export interface ToyWorld {
  readonly on: Set<string>
  /** Every effect that really happened, in order. */
  readonly effects: string[]
  /** Runs before and after every effect: a place to be killed at. */
  around?(moment: 'before' | 'after', effect: string): void
}

export interface ToyStep {
  readonly id: string
  readonly needs: readonly string[]
  /** Run ms between the effect and `done`. */
  readonly takesMs?: number
  readonly deadlineMs?: number
  readonly atDeadline?: Then
  readonly fails?: Then
}

export const aToyWorld = (around?: ToyWorld['around']): ToyWorld => ({
  on: new Set(),
  effects: [],
  ...(around !== undefined && {around}),
})

function act(world: ToyWorld, effect: string, change: () => void): void {
  world.around?.('before', effect)
  world.effects.push(effect)
  change()
  world.around?.('after', effect)
}

export function toyStep({
  id,
  needs,
  takesMs = 0,
  deadlineMs = 600_000,
  atDeadline = 'roll-back',
  fails,
}: ToyStep): Step<ToyWorld> {
  return {
    id,
    title: id,
    needs,
    calls: [],
    deadlineMs,
    atDeadline,
    observe: async (world) => (world.on.has(id) && takesMs === 0 && fails === undefined ? {kind: 'done'} : {kind: 'not-done'}),
    start: async (world) => {
      await Promise.resolve()
      if (!world.on.has(id)) act(world, `on ${id}`, () => world.on.add(id))
      return {facts: {turned: id}}
    },
    poll: async (_world, {now, startedAt}) => {
      if (fails !== undefined) return {kind: 'failed', because: `${id} fails`, then: fails}
      return now - startedAt >= takesMs
        ? {kind: 'done', facts: {at: id}}
        : {kind: 'pending', waitsFor: id, lookAgainAt: startedAt + takesMs}
    },
    undo: async (world) => act(world, `undo ${id}`, () => world.on.delete(id)),
  }
}

export function toyRunbook(steps: readonly ToyStep[], guards: readonly Guard<ToyWorld>[] = []): Runbook<ToyWorld> {
  const plans: Record<string, Plan<ToyWorld>> = {
    release: {name: 'release', steps: steps.map(toyStep), guards, ends: 'promoted', onRollBack: 'rollback', onHalt: 'halt'},
    rollback: {
      name: 'rollback',
      steps: [toyStep({id: 'home', needs: []})],
      guards: [],
      ends: 'rolled-back',
      onRollBack: null,
      onHalt: 'halt',
    },
    halt: {name: 'halt', steps: [], guards: [], ends: 'halted', onRollBack: null, onHalt: null},
  }
  return {first: 'release', plan: (name) => plans[name] as Plan<ToyWorld>}
}

/**
 * Pilot light only: the stack of what costs most while nobody uses it, the way out of the network and the cache. Its template lies in the
 * Region's bucket since peace, and none of its types needs a global service. Tasks wait for the way out alone: a cache takes many minutes
 * more, the API serves without it, and so nothing but the report waits for it. The cache must never pause or take back a move.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Done} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import type {StackRef, StackState} from '../../provision/ports.ts'
import type {StackOrder} from '../input.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

const there = /^(CREATE|UPDATE)_COMPLETE$/
/** A root that stands and isn't on its way back. It is created with rollback off: what failed in it leaves the rest alone. */
const stands = /^(CREATE|UPDATE)_(IN_PROGRESS|COMPLETE|FAILED)$/

type WayOut =
  | {readonly kind: 'there'; readonly stack: string}
  | {readonly kind: 'coming'; readonly what: string}
  | {readonly kind: 'failed'; readonly because: string}

/** Outputs of a stack only exist when all of it does, so its nested stack is looked at. */
async function wayOut(world: RecoveryWorld, stack: StackRef, state: StackState, signal: AbortSignal): Promise<WayOut> {
  if (there.test(state.status)) return {kind: 'there', stack: state.id}
  if (!stands.test(state.status)) return {kind: 'failed', because: `${state.status}, ${state.reason ?? 'no reason given'}`}
  const nat = (await world.stacks.resources(stack, signal)).find(({logicalId}) => logicalId === 'Nat')
  if (nat !== undefined && there.test(nat.status)) return {kind: 'there', stack: state.id}
  const isOver = !state.status.endsWith('_IN_PROGRESS') || (nat !== undefined && !nat.status.endsWith('_IN_PROGRESS'))
  if (isOver)
    return {
      kind: 'failed',
      because: `no way out: ${(await whyFailed(world, stack, 'Nat', signal)) ?? state.reason ?? 'no reason given'}`,
    }
  return {kind: 'coming', what: `the way out of ${stack.name} (${nat?.status ?? state.status})`}
}

/** What AWS says of the resource itself that failed in this nested stack; its parents only say that something did. */
async function whyFailed(world: RecoveryWorld, stack: StackRef, logicalId: string, signal: AbortSignal): Promise<string | null> {
  const nested = (await world.stacks.resources(stack, signal)).find((one) => one.logicalId === logicalId)
  if (nested === undefined || !nested.status.endsWith('_FAILED')) return null
  const inside =
    nested.physicalId === '' ? [] : await world.stacks.resources({name: nested.physicalId, region: stack.region}, signal)
  const failed = inside.find(({status, reason}) => status.endsWith('_FAILED') && reason !== null && !reason.endsWith('cancelled'))
  return failed === undefined ? (nested.reason ?? nested.status) : `${failed.logicalId}: ${failed.reason ?? failed.status}`
}

export function surge({place, to}: Way, order: StackOrder | null, {needs, id = 'surge', title}: Placed): RecoveryStep {
  const stack = {name: place.stacks.surge, region: to.region}
  return {
    id,
    title: title ?? `the way out of ${stack.name} in ${to.region}`,
    needs,
    calls: callsOf(to.region, 'stacks.describe', 'stacks.resources', 'stacks.create', 'stacks.remove'),
    deadlineMs: minutes(20),
    atDeadline: 'fail',
    usual: {p50Seconds: 180, p90Seconds: 360},
    observe: async (world, {signal}) => {
      const state = await world.stacks.describe(stack, signal)
      if (state === null) {
        return order === null
          ? {
              kind: 'failed',
              because: `${stack.name} can't be created: its template was never put into ${to.region} (sluice infra up)`,
              then: 'fail',
            }
          : {kind: 'not-done'}
      }
      const way = await wayOut(world, stack, state, signal)
      return way.kind === 'there' ? {kind: 'done', facts: {stack: way.stack}, note: 'there already'} : {kind: 'not-done'}
    },
    start: async (world, {run, signal}) => {
      if (order === null || (await world.stacks.describe(stack, signal)) !== null) return
      await world.stacks.create({stack, ...order, token: `${run}-surge`}, signal)
    },
    poll: async (world, {now, signal}) => {
      const state = await world.stacks.describe(stack, signal)
      const way: WayOut = state === null ? {kind: 'failed', because: 'gone'} : await wayOut(world, stack, state, signal)
      switch (way.kind) {
        case 'there':
          return {kind: 'done', facts: {stack: way.stack}}
        case 'coming':
          return {kind: 'pending', waitsFor: way.what, lookAgainAt: now + seconds(5)}
        case 'failed':
          return {kind: 'failed', because: `${stack.name} in ${to.region}: ${way.because}`, then: 'fail'}
      }
    },
    // The whole stack, also while the cache in it is still being created.
    undo: async (world, {run, signal}) => {
      if ((await world.stacks.describe(stack, signal)) !== null)
        await world.stacks.remove(stack, {token: `${run}-no-surge`, role: order?.role ?? null}, signal)
    },
  }
}

/** After that long it is told as missing; well before its own deadline, which would pause. */
const cacheMs = minutes(40)

type Cache =
  | {readonly kind: 'there'}
  | {readonly kind: 'coming'; readonly status: string}
  | {readonly kind: 'missing'; readonly because: string; readonly parameters?: readonly string[]}

/** The rest of the surge stack. It ends done either way: whoever reads the note knows what is missing and how it is made. */
export function cache({place, to}: Way, {needs, id = 'cache', title}: Placed): RecoveryStep {
  const stack = {name: place.stacks.surge, region: to.region}
  const look = async (world: RecoveryWorld, isLate: boolean, signal: AbortSignal): Promise<Cache> => {
    try {
      return await lookAtCache(world, stack, signal)
    } catch (error) {
      if (signal.aborted || (error instanceof Unavailable && !isLate)) throw error
      return {kind: 'missing', because: `it can't be asked for: ${error instanceof Error ? error.message : String(error)}`}
    }
  }
  return {
    id,
    title: title ?? `the cache of ${stack.name} in ${to.region}`,
    needs,
    calls: callsOf(to.region, 'stacks.describe', 'stacks.resources'),
    deadlineMs: cacheMs + minutes(20),
    atDeadline: 'pause',
    usual: {p50Seconds: 540, p90Seconds: 1200},
    observe: async () => ({kind: 'not-done'}),
    start: async () => undefined,
    poll: async (world, {now, startedAt, signal}) => {
      const isLate = now - startedAt > cacheMs
      const found = await look(world, isLate, signal)
      if (found.kind === 'coming' && !isLate)
        return {
          kind: 'pending',
          waitsFor: `${stack.name} (${found.status}); nobody else waits for it`,
          lookAgainAt: now + seconds(15),
        }
      return cacheTold(found, stack)
    },
  }
}

function cacheTold(found: Cache, stack: StackRef): Done {
  if (found.kind === 'there') return {kind: 'done', facts: {cache: 'there'}, note: 'there'}
  const parameters = found.kind === 'missing' ? (found.parameters ?? []) : []
  const because = found.kind === 'missing' ? found.because : `still ${found.status} after ${cacheMs / minutes(1)} min`
  return {
    kind: 'done',
    facts: {cache: 'missing', because},
    note: `the cache isn't there: ${because}; users are served without it; ${howAgain(stack, parameters)}`,
  }
}

async function lookAtCache(world: RecoveryWorld, stack: StackRef, signal: AbortSignal): Promise<Cache> {
  const state = await world.stacks.describe(stack, signal)
  if (state === null) return {kind: 'missing', because: `${stack.name} is gone`}
  if (there.test(state.status)) return {kind: 'there'}
  if (state.status.endsWith('_IN_PROGRESS') && stands.test(state.status)) return {kind: 'coming', status: state.status}
  return {
    kind: 'missing',
    because: (await whyFailed(world, stack, 'Cache', signal)) ?? `${state.status}, ${state.reason ?? 'no reason given'}`,
    parameters: Object.keys(state.parameters),
  }
}

/** infra up leaves a failover's stack alone; a rollback of it would take the way out away. What isn't said falls back to a default. */
function howAgain({name, region}: StackRef, parameters: readonly string[]): string {
  const same = parameters.map((key) => `ParameterKey=${key},UsePreviousValue=true`).join(' ')
  return `update ${name} in ${region} with the template and parameters it has and rollback off to try again, and never roll it back: the way out is in it${
    same === ''
      ? ''
      : `: aws cloudformation update-stack --region ${region} --stack-name ${name} --use-previous-template --disable-rollback --capabilities CAPABILITY_NAMED_IAM --parameters ${same}`
  }`
}

/**
 * Users stay where they fled to, so CloudFormation is brought to what stands there: first both Regions are told which one is active, then
 * the promoted database leaves its stack, which retains it, and comes back as a database of its own. It is never promoted, replaced or
 * deleted by this: each change set may do exactly one thing, and the stack's policy is opened only in between.
 */
import {minutes} from '../../engine/clock.ts'
import type {Polled} from '../../engine/step.ts'
import type {ResourceChange, StackRef} from '../../provision/ports.ts'
import {later, lookStep} from '../look-step.ts'
import type {SettleInput} from '../input.ts'
import type {Place} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless, isPromoted} from '../promotion-state.ts'
import {Unreachable} from '../unreachable.ts'
import type {Placed, RecoveryStep} from '../way.ts'
import {changeSetStep} from './change-set-step.ts'
import type {WantedChange} from './change-set-step.ts'
import {hasReplica, isWhole, namesSource, whole, withDatabase, withoutReplica, withReplica} from './replica-template.ts'

export const replicaStack = ({stacks, recovery}: Place): StackRef => ({name: stacks.replica, region: recovery})

/** What the stack is brought to must be there, whole, and nobody's replica. */
export function promotedStep({place, active}: SettleInput, {needs}: Placed): RecoveryStep {
  return lookStep({
    id: 'promoted',
    title: `The database in ${active} is one of its own`,
    needs,
    deadlineMs: minutes(60),
    atDeadline: 'pause',
    calls: callsOf(active, 'database.describe'),
    look: async (world, context): Promise<Polled> => {
      const database = await world.database.describe(active, place.database, context.signal)
      const wrong = database === null ? `there is no ${place.database} in ${active}` : hopeless(database)
      if (database === null || wrong !== null) return {kind: 'failed', because: wrong ?? '', then: 'pause'}
      if (database.source !== null)
        return {
          kind: 'failed',
          because: `${place.database} in ${active} is still a replica: there is nothing to settle`,
          then: 'pause',
        }
      if (!isPromoted(database)) return later(context, `${place.database} (${[database.status, ...database.pending].join(', ')})`)
      // The name of the environment was typed before anything began.
      return {kind: 'done', facts: {consent: true, class: database.class, multiAz: database.multiAz}}
    },
  })
}

/** `ActiveRegion` before anything else: then the primary record stays unhealthy whether `stop` is there or not. */
export function activeRegionStep(
  {place, active}: Pick<SettleInput, 'place' | 'active'>,
  region: string,
  {needs}: Placed,
): RecoveryStep {
  const stack = {name: place.stacks.main, region}
  const serves = String(region === active)
  const step = changeSetStep({
    id: `active-${region === place.home ? 'home' : 'away'}`,
    title: `${region} knows that ${active} is active`,
    needs,
    stack,
    isDone: async (world, signal) => {
      const state = await world.stacks.describe(stack, signal)
      return (
        state?.parameters['ActiveRegion'] === active
        && state.status.endsWith('_COMPLETE')
        && !state.status.endsWith('ROLLBACK_COMPLETE')
      )
    },
    wanted: async (world, state, signal): Promise<WantedChange | string> => {
      const body = await world.stacks.template(stack, signal)
      if (body === null) return `${stack.name} isn't in ${region}`
      return {body, parameters: {ActiveRegion: active, ...(state.parameters['Serves'] !== undefined && {Serves: serves})}}
    },
    allows: tellsOnly,
  })
  return region === active ? step : whereItAnswers(step, region)
}

/** Alarms about traffic come and go with it, records and their checks change in place; nothing that holds data or serves goes. */
export function tellsOnly({action, replacement, type}: Pick<ResourceChange, 'action' | 'replacement' | 'type'>): boolean {
  if (type.startsWith('AWS::CloudWatch::')) return true
  switch (action) {
    case 'modify':
    case 'dynamic':
      return type === 'AWS::CloudFormation::Stack' || replacement !== 'yes'
    case 'add':
      return true
    case 'remove':
    case 'import':
      return false
  }
}

/** The Region that was left may be gone for months: then it is told when it is back, by the next `infra up`. */
function whereItAnswers(step: RecoveryStep, region: string): RecoveryStep {
  const asked = async <T>(
    ask: () => Promise<T>,
  ): Promise<T | {readonly kind: 'done'; readonly note: string; readonly facts: {readonly how: 'unreachable'}}> => {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      return {
        kind: 'done',
        note: `${region} doesn't answer; sluice infra up tells it when it is back`,
        facts: {how: 'unreachable'},
      }
    }
  }
  return {
    ...step,
    observe: (world, context) => asked(() => step.observe(world, context)),
    poll: (world, context) => asked(() => step.poll(world, context)),
  }
}

/**
 * Three changes of one stack: the instance out, in again as what it is now, and what is told of it following it again. A database of its
 * own after a long stay; a replica, when users have gone home from there.
 */
export function replicaSteps(
  {place}: {readonly place: Place},
  {needs}: Placed,
  as: 'database' | 'replica' = 'database',
): readonly RecoveryStep[] {
  const isIn = (text: string): boolean => hasReplica(text) && namesSource(text) === (as === 'replica')
  const stack = replicaStack(place)
  const read = async (
    world: RecoveryWorld,
    signal: AbortSignal,
  ): Promise<{readonly text: string; readonly knows: boolean; readonly database: DatabaseState | null}> => {
    const [text, resources, database] = await Promise.all([
      world.stacks.template(stack, signal),
      world.stacks.resources(stack, signal),
      world.database.describe(stack.region, place.database, signal),
    ])
    const knows = resources.some(({logicalId, status}) => logicalId === 'Replica' && !/^DELETE_(COMPLETE|SKIPPED)/.test(status))
    return {text: text ?? '', knows, database}
  }
  const keep = (key: 'template' | 'policy'): string => `recovery/${place.service}.${place.environment}/settle-${key}`
  const kept = async (world: RecoveryWorld, key: 'template' | 'policy', signal: AbortSignal): Promise<string | null> =>
    (await world.store(place.recovery).get(keep(key), signal))?.body ?? null
  const put = async (world: RecoveryWorld, key: 'template' | 'policy', body: string, signal: AbortSignal): Promise<void> => {
    const store = world.store(place.recovery)
    const present = await store.get(keep(key), signal)
    if (present === null) await store.create(keep(key), body, signal)
    else if (present.body !== body) await store.replace(keep(key), body, present.etag, signal)
  }
  const notOurs = `the template of ${stack.name} isn't one that can be brought to the promoted database: its instance has to be called Replica, with DeletionPolicy Retain, and have an address`
  const withStore = (step: RecoveryStep): RecoveryStep => ({
    ...step,
    calls: [...step.calls, ...callsOf(place.recovery, 'store.read', 'store.write')],
  })
  const out = changeSetStep({
    id: 'replica-out',
    title: `The ${as === 'database' ? 'promoted database' : 'new replica'} leaves its stack, and stays`,
    needs,
    stack,
    isDone: async (world, signal) => {
      const {text, knows} = await read(world, signal)
      return !knows || isIn(text)
    },
    before: async (world, {signal}) => {
      const {text} = await read(world, signal)
      if (as === 'database' && namesSource(text)) await put(world, 'template', text, signal)
      const policy = await world.stacks.policy(stack, signal)
      if (policy === null || policy === opened) return
      await put(world, 'policy', policy, signal)
      // A policy that forbids deleting a database forbids letting go of it too.
      await world.stacks.setPolicy(stack, opened, signal)
    },
    wanted: async (world, _state, signal) => {
      const {text, database} = await read(world, signal)
      const body = database === null ? null : withoutReplica(text, database)
      return body === null ? notOurs : {body, parameters: {}}
    },
    allows: ({action, path, replacement}) =>
      (action === 'remove' && path === 'Replica') || (action === 'modify' && replacement === 'no' && path !== 'Replica'),
  })
  const back = changeSetStep({
    id: 'replica-in',
    title: `It is imported as ${as === 'database' ? 'a database of its own' : 'the replica it is'}`,
    needs: ['replica-out'],
    stack,
    isDone: async (world, signal) => {
      const {text, knows} = await read(world, signal)
      return knows && isIn(text)
    },
    wanted: async (world, _state, signal) => {
      const {text, database} = await read(world, signal)
      const original = await kept(world, 'template', signal)
      const body =
        database === null || original === null
          ? null
          : as === 'database'
            ? withDatabase(text, original, database)
            : withReplica(text, original)
      return body === null
        ? notOurs
        : {
            body,
            parameters: {},
            imports: [{type: 'AWS::RDS::DBInstance', logicalId: 'Replica', identifier: {DBInstanceIdentifier: place.database}}],
          }
    },
    allows: ({action, path}) => action === 'import' && path === 'Replica',
  })
  const follows = changeSetStep({
    id: 'replica-whole',
    title: 'What is told of it follows it again',
    needs: ['replica-in'],
    stack,
    isDone: async (world, signal) => {
      const {text} = await read(world, signal)
      return isIn(text) && isWhole(text)
    },
    wanted: async (world, _state, signal) => {
      const {text, database} = await read(world, signal)
      return database === null || !isIn(text) ? notOurs : {body: whole(text, database), parameters: {}}
    },
    allows: ({action, path, replacement}) => action === 'modify' && replacement === 'no' && path !== 'Replica',
  })
  return [withStore(out), withStore(back), follows, policyBack(place, stack, kept)]
}

const opened = JSON.stringify({Statement: [{Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*'}]})

function policyBack(
  place: Place,
  stack: StackRef,
  kept: (world: RecoveryWorld, key: 'policy', signal: AbortSignal) => Promise<string | null>,
): RecoveryStep {
  return lookStep({
    id: 'policy-back',
    title: "The stack's policy guards it again",
    needs: ['replica-whole'],
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    calls: [...callsOf(stack.region, 'stacks.policy', 'stacks.setPolicy'), ...callsOf(place.recovery, 'store.read')],
    look: async (world, context) => {
      const before = await kept(world, 'policy', context.signal)
      if (before === null || (await world.stacks.policy(stack, context.signal)) === before) return {kind: 'done'}
      await world.stacks.setPolicy(stack, before, context.signal)
      return later(context, 'the policy', 1)
    },
  })
}

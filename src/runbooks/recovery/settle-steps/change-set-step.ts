/**
 * One change of one stack through a change set: made, read, judged against exactly what it may do, executed, waited for. What it would do
 * beyond that is never executed; the change set stays there to be looked at.
 */
import {minutes} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {tokenOf} from '../../provision/deploy-stack.ts'
import type {ResourceChange, ResourceToImport, StackRef, StackState} from '../../provision/ports.ts'
import {later} from '../look-step.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep} from '../way.ts'

export interface Changing extends Placed {
  readonly id: string
  readonly title: string
  readonly stack: StackRef
  /** Is it as it shall be already? */
  isDone(world: RecoveryWorld, signal: AbortSignal): Promise<boolean>
  /** What it shall be; a text: why that can't be. */
  wanted(world: RecoveryWorld, state: StackState, signal: AbortSignal): Promise<WantedChange | string>
  /** A change that may be executed. */
  allows(change: ResourceChange): boolean
  /** Before the change set is made, and after it was executed. */
  before?(world: RecoveryWorld, context: StepContext): Promise<void>
  after?(world: RecoveryWorld, context: StepContext): Promise<void>
}

export interface WantedChange {
  readonly body: string
  readonly parameters: Readonly<Record<string, string | null>>
  readonly imports?: readonly ResourceToImport[]
}

export function changeSetStep(changing: Changing): RecoveryStep {
  const {id, title, needs, stack} = changing
  let executed = false
  return {
    id,
    title,
    needs,
    deadlineMs: minutes(90),
    atDeadline: 'pause',
    usual: {p50Seconds: 60, p90Seconds: 600},
    calls: callsOf(
      stack.region,
      'stacks.describe',
      'stacks.template',
      'stacks.resources',
      'stacks.makeChangeSet',
      'stacks.changeSet',
      'stacks.executeChangeSet',
      'stacks.deleteChangeSet',
      'stacks.policy',
      'stacks.setPolicy',
      'database.describe',
    ),
    observe: async (world, {signal}) => ((await changing.isDone(world, signal)) ? {kind: 'done'} : {kind: 'not-done'}),
    start: async (world, context) => changing.before?.(world, context),
    poll: async (world, context) => {
      const state = await world.stacks.describe(stack, context.signal)
      if (state === null) return stop(`${stack.name} isn't in ${stack.region}`)
      if (state.status.endsWith('_IN_PROGRESS')) return later(context, `${stack.name} (${state.status})`, 10)
      if (await changing.isDone(world, context.signal)) {
        await changing.after?.(world, context)
        return {kind: 'done', note: state.status}
      }
      if (/FAILED|ROLLBACK/.test(state.status) && executed)
        return stop(`${stack.name} in ${stack.region}: ${state.status}, ${state.reason ?? 'AWS gives no reason'}`)
      const moved = await move(changing, world, state, context)
      if (moved === 'executed') executed = true
      return moved === 'executed' ? later(context, `${stack.name} to be changed`) : moved
    },
  }
}

const stop = (because: string): Polled => ({kind: 'failed', because, then: 'pause'})

async function move(
  changing: Changing,
  world: RecoveryWorld,
  state: StackState,
  context: StepContext,
): Promise<Polled | 'executed'> {
  const {id, stack} = changing
  const {signal, run} = context
  const name = tokenOf('sluice', id, run)
  const found = await world.stacks.changeSet(stack, name, signal)
  switch (found?.status) {
    case 'pending':
      return later(context, 'its change set', 2)
    case 'executed':
      return later(context, `${stack.name} to be changed`)
    case 'ready': {
      const beyond = found.changes.filter((change) => !changing.allows(change))
      if (beyond.length > 0)
        return stop(
          `${stack.name} in ${stack.region} would do more than it may: ${beyond.map(words).join('; ')}. Nothing was executed; the change set ${name} is there to be looked at`,
        )
      await world.stacks.executeChangeSet(stack, name, tokenOf(run, id), signal)
      return 'executed'
    }
    case 'empty':
      await world.stacks.deleteChangeSet(stack, name, signal)
      await changing.after?.(world, context)
      return {kind: 'done', note: 'nothing to change'}
    case 'failed':
      await world.stacks.deleteChangeSet(stack, name, signal)
      // One that was executed by a process that is gone has no reason of its own: the stack has it.
      return stop(
        `${stack.name} in ${stack.region}: ${found.reason === null ? `its change set failed: ${state.status}, ${state.reason ?? 'AWS gives no reason'}` : `its change set can't be made: ${found.reason}`}`,
      )
    case 'obsolete':
      await world.stacks.deleteChangeSet(stack, name, signal)
      break
    case undefined:
  }
  const wanted = await changing.wanted(world, state, signal)
  if (typeof wanted === 'string') return stop(wanted)
  const previous = Object.fromEntries(Object.keys(state.parameters).map((key) => [key, null]))
  await world.stacks.makeChangeSet(
    {
      stack,
      template: {kind: 'body', body: wanted.body},
      parameters: {...previous, ...wanted.parameters},
      tags: state.tags,
      role: null,
      token: tokenOf(run, id, String(context.now)),
      changeSet: name,
      ...(wanted.imports !== undefined && {imports: wanted.imports}),
    },
    signal,
  )
  return later(context, 'its change set', 2)
}

const words = ({action, path, type, replacement}: ResourceChange): string =>
  `${action}${replacement === 'no' ? '' : ', replaced'} ${path} (${type})`

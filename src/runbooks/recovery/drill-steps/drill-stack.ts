/**
 * The drill's stack: made, watched while its database is restored and its tasks come up, deleted. It touches only a stack that carries
 * this drill's own tag; another drill's is left where it is, unless it has expired or somebody asked for it to be cleaned away.
 */
import {minutes} from '../../engine/clock.ts'
import type {Failed, Polled, Step, StepContext, Then} from '../../engine/step.ts'
import {cancelled, rootCauseText} from '../../provision/explain-failure.ts'
import {tokenOf} from '../../provision/deploy-stack.ts'
import type {StackEvent, StackRef, StackState} from '../../provision/ports.ts'
import type {DrillInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {drillDatabase, drillHosts, drillStack, drillTag, expiryTag} from './drill-names.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'

const drillTags = ({place, name, expiresAt}: DrillInput): Readonly<Record<string, string>> => ({
  service: place.service,
  environment: place.environment,
  owner: 'sluice',
  [drillTag]: name,
  [expiryTag]: String(expiresAt),
})

const isGone = (state: StackState | null): boolean => state === null || state.status === 'DELETE_COMPLETE'
/** It has failed, or is being taken back: nothing of it will come up any more. */
export const isLost = ({status}: StackState): boolean => status !== 'CREATE_COMPLETE' && status !== 'CREATE_IN_PROGRESS'

/** What an earlier drill has left. */
export function leftoversStep(input: DrillInput, then: Then): Step<RecoveryWorld> {
  const stack = drillStack(input)
  return {
    id: 'leftovers',
    title: 'Leftovers of an earlier drill removed',
    needs: [],
    calls: callsOf(stack.region, 'stacks.describe', 'stacks.remove'),
    deadlineMs: minutes(40),
    atDeadline: then,
    observe: async (world, {now, signal}) => {
      const state = await world.stacks.describe(stack, signal)
      const name = state?.tags[drillTag]
      if (state === null || isGone(state) || (name === input.name && !input.clean)) return {kind: 'done', note: 'none'}
      if (name === undefined)
        return {
          kind: 'failed',
          then: 'fail',
          because: `${stack.name} in ${stack.region} has the name of a drill's stack, and no drill made it (no tag ${drillTag}): it is left as it is. Rename or delete it by hand, then sluice dr drill`,
        }
      const expiresAt = Number(state.tags[expiryTag] ?? 0)
      if (input.clean || expiresAt <= now || state.status.startsWith('DELETE_')) return {kind: 'not-done'}
      const left = Number.isNaN(expiresAt) ? '' : `, for another ${Math.ceil((expiresAt - now) / minutes(1))} min`
      return {
        kind: 'failed',
        then: 'fail',
        because: `the drill ${name} still has its stack ${stack.name} in ${stack.region}${left}; sluice dr drill --clean removes it`,
      }
    },
    start: async (world, {run, signal}) => {
      const state = await world.stacks.describe(stack, signal)
      await world.stacks.remove(stack, {token: tokenOf(run, 'leftovers'), role: input.role}, signal)
      return {facts: {left: state?.tags[drillTag] ?? '', stack: state?.id ?? stack.name}}
    },
    poll: async (world, context) => untilGone(await world.stacks.describe(stack, context.signal), stack, context, then),
  }
}

export function stackStep(input: DrillInput): Step<RecoveryWorld> {
  const stack = drillStack(input)
  return {
    id: 'stack',
    title: 'Stack of the drill begun',
    needs: ['recovery-point'],
    calls: callsOf(stack.region, 'stacks.describe', 'stacks.create', 'stacks.resources', 'stacks.events'),
    deadlineMs: minutes(10),
    atDeadline: 'roll-back',
    usual: {p50Seconds: 20, p90Seconds: 60},
    intent: () => ({stack: stack.name, drill: input.name, snapshot: input.recoveryPoint.snapshot}),
    observe: () => Promise.resolve({kind: 'not-done'}),
    start: async (world, {run, signal}) => {
      const state = await world.stacks.describe(stack, signal)
      if (state !== null && !isGone(state)) return
      await world.stacks.create(
        {
          stack,
          template: input.template,
          parameters: input.parameters,
          tags: drillTags(input),
          role: input.role,
          token: tokenOf(run, 'drill'),
        },
        signal,
      )
    },
    poll: async (world, context) => {
      const state = await world.stacks.describe(stack, context.signal)
      if (state === null || isGone(state)) return later(context, 'the stack to be there')
      if (state.tags[drillTag] !== input.name)
        return {kind: 'failed', because: `${stack.name} in ${stack.region} belongs to somebody else's drill`, then: 'roll-back'}
      if (isLost(state)) return lost(world, stack, state, context)
      const database = (await world.stacks.resources(stack, context.signal)).find(({logicalId}) => logicalId === 'Database')
      return database === undefined ? later(context, 'groups and subnets') : {kind: 'done', note: stack.name}
    },
  }
}

/** What is measured here is a restore, and is never told as a promotion. */
export function databaseStep(input: DrillInput): Step<RecoveryWorld> {
  const stack = drillStack(input)
  return lookStep({
    id: 'database',
    title: 'Database restored from the recovery point',
    needs: ['stack'],
    calls: callsOf(stack.region, 'stacks.describe', 'stacks.events', 'database.describe'),
    deadlineMs: minutes(120),
    atDeadline: 'roll-back',
    usual: {p50Seconds: 600, p90Seconds: 1800},
    look: async (world, context) => {
      const {signal} = context
      const state = await world.stacks.describe(stack, signal)
      if (state === null || isLost(state)) return lost(world, stack, state, context)
      const events = (await world.stacks.events(stack, context.startedAt - minutes(30), signal)).filter(
        ({logicalId}) => logicalId === 'Database',
      )
      const made = events.find(({status}) => status === 'CREATE_COMPLETE')
      if (made === undefined) return later(context, 'the snapshot to be restored', 10)
      const database = await world.database.describe(stack.region, drillDatabase(input), signal)
      if (database === null) return later(context, 'the database to be told of')
      const begun = events.find(({status}) => status === 'CREATE_IN_PROGRESS')?.at ?? made.at
      const tookMs = made.at - begun
      return {
        kind: 'done',
        note: `restored in ${Math.round(tookMs / 1000)} s`,
        facts: {database: database.id, host: database.endpoint?.host ?? null, restoreSeconds: tookMs / 1000, tookMs},
      }
    },
  })
}

export function tasksStep(input: DrillInput): Step<RecoveryWorld> {
  const stack = drillStack(input)
  const wanted = Number(input.parameters['Tasks'] ?? '1')
  let healthyBefore = false
  return lookStep({
    id: 'tasks',
    title: 'Tasks of the version that serves, on the restored database',
    needs: drillHosts(input) > 0 ? ['database', 'hosts'] : ['database'],
    calls: callsOf(stack.region, 'stacks.describe', 'stacks.events', 'compute.healthyTargets'),
    deadlineMs: minutes(30),
    atDeadline: 'roll-back',
    usual: {p50Seconds: 120, p90Seconds: 300},
    look: async (world, context) => {
      const state = await world.stacks.describe(stack, context.signal)
      if (state === null || isLost(state)) return lost(world, stack, state, context)
      if (state.status !== 'CREATE_COMPLETE') return later(context, 'tasks to run')
      const healthy = await world.compute.healthyTargets(stack.region, state.outputs['TargetGroupArn'] ?? '', context.signal)
      if (healthy < wanted) {
        healthyBefore = false
        return later(context, `${healthy} of ${wanted} targets healthy`)
      }
      if (!healthyBefore) {
        healthyBefore = true
        return later(context, 'a second look at healthy targets')
      }
      return {kind: 'done', facts: {tasks: healthy}, note: `${healthy} of ${wanted} healthy`}
    },
  })
}

export function removeStep(input: DrillInput, needs: readonly string[], then: Then): Step<RecoveryWorld> {
  const stack = drillStack(input)
  let tries = 0
  return {
    id: 'remove',
    title: 'Stack of the drill deleted',
    needs,
    calls: callsOf(stack.region, 'stacks.describe', 'stacks.remove', 'stacks.events'),
    deadlineMs: minutes(60),
    atDeadline: then,
    usual: {p50Seconds: 360, p90Seconds: 900},
    observe: async (world, {signal}) => {
      const state = await world.stacks.describe(stack, signal)
      return state === null || isGone(state) || state.tags[drillTag] !== input.name
        ? {kind: 'done', note: 'nothing of this drill stands'}
        : {kind: 'not-done'}
    },
    start: async (world, {run, signal}) => {
      const id = (await world.stacks.describe(stack, signal))?.id ?? stack.name
      await world.stacks.remove(stack, {token: tokenOf(run, 'remove', id), role: input.role}, signal)
      return {facts: {stack: id}}
    },
    poll: async (world, context) => {
      const state = await world.stacks.describe(stack, context.signal)
      // A deletion that failed once is tried once more: a network interface of the last task leaves late.
      if (state?.status === 'DELETE_FAILED' && tries < 3) {
        tries += 1
        await world.stacks.remove(
          stack,
          {token: tokenOf(context.run, 'remove', String(tries), state.id), role: input.role},
          context.signal,
        )
        return later(context, 'the deletion, tried again', 15)
      }
      return untilGone(state, stack, context, then)
    },
  }
}

function untilGone(state: StackState | null, stack: StackRef, context: StepContext, then: Then): Polled {
  if (isGone(state)) return {kind: 'done', note: `${stack.name} is gone`}
  if (state?.status === 'DELETE_FAILED') {
    return {
      kind: 'failed',
      because: `${stack.name} in ${stack.region} can't be deleted: ${state.reason ?? 'AWS gives no reason'}; sluice dr drill --clean tries again`,
      then,
    }
  }
  return later(context, `${stack.name} to be deleted`, 10)
}

export async function lost(
  world: RecoveryWorld,
  stack: StackRef,
  state: StackState | null,
  context: StepContext,
): Promise<Failed> {
  if (state === null) return {kind: 'failed', because: `somebody has deleted ${stack.name} in ${stack.region}`, then: 'roll-back'}
  const events = await world.stacks.events(stack, context.startedAt - minutes(180), context.signal)
  const first = events.find(isCause)
  const why =
    first === undefined
      ? `${state.status}: ${state.reason ?? 'AWS gives no reason'}`
      : rootCauseText({path: first.logicalId, type: first.type, reason: first.reason ?? 'AWS gives no reason'})
  return {kind: 'failed', because: `the drill's stack failed: ${why}`, then: 'roll-back'}
}

const isCause = ({status, reason, type}: StackEvent): boolean =>
  status.endsWith('_FAILED') && type !== 'AWS::CloudFormation::Stack' && !cancelled.test(reason ?? '')

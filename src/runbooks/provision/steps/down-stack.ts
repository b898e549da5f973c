/**
 * Deletes one stack, a root or a nested one, and waits until it is gone. A deletion under way is attached to. One that fails is
 * explained and ends the run: what AWS couldn't delete is never left behind unless a person has said so.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step, StepContext, Started} from '../../engine/step.ts'
import type {DownWorld} from '../down-ports.ts'
import {explainFailure, rootCauseText} from '../explain-failure.ts'
import type {StackProgress} from '../infra-plan.ts'
import type {ProvisionWorld, StackRef, StackState} from '../ports.ts'

export interface StackToDelete {
  readonly id: string
  readonly title: string
  readonly stack: StackRef
  readonly needs: readonly string[]
  /** Auto Scaling groups in it: hosts that start while it is being deleted are protected too, and would hold it up for ever. */
  readonly groups: readonly string[]
  /** Logical ids that are left behind, with a person's consent. */
  readonly retain: readonly string[]
}

const deletionActions = [
  'cloudformation:DescribeStacks',
  'cloudformation:DeleteStack',
  'cloudformation:ListStackResources',
  'cloudformation:DescribeStackEvents',
]
const hostActions = ['autoscaling:DescribeAutoScalingGroups', 'autoscaling:SetInstanceProtection']
/** Asked once a deletion has failed, to say why. */
const explainingActions = [
  'ecs:DescribeServices',
  'ecs:ListTasks',
  'ecs:DescribeTasks',
  'ecs:DescribeTaskDefinition',
  'logs:GetLogEvents',
  'autoscaling:DescribeScalingActivities',
  'acm:DescribeCertificate',
]

export function deleteStack({id, title, stack, needs, groups, retain}: StackToDelete): Step<DownWorld> {
  const {region} = stack
  return {
    id,
    title,
    needs,
    calls: [...deletionActions, ...(groups.length > 0 ? hostActions : []), ...explainingActions].map((action) => ({
      action,
      region,
    })),
    deadlineMs: minutes(120),
    atDeadline: 'fail',
    pointOfNoReturn: true,
    observe: async (world, {now, signal}) => {
      const state = await present(world, stack, signal)
      if (state === null) return {kind: 'done', note: "it isn't there"}
      // CloudFormation deletes nothing in the middle of an update: that one has to end first.
      return /^UPDATE.*IN_PROGRESS$/.test(state.status)
        ? {kind: 'pending', waitsFor: `${state.status} of ${title}`, lookAgainAt: now + seconds(5)}
        : {kind: 'not-done'}
    },
    start: async (world, context): Promise<Started> => {
      const state = await present(world, stack, context.signal)
      if (state === null || state.status === 'DELETE_IN_PROGRESS') return {facts: {since: context.now}}
      // Only what a failed deletion names may be left behind; CloudFormation refuses it otherwise.
      const left = state.status === 'DELETE_FAILED' && retain.length > 0 ? {retain} : {}
      await world.stacks.remove(stack, {token: token(context, id), role: null, ...left}, context.signal)
      return {facts: {since: context.now, before: state.changedAt}}
    },
    poll: async (world, context) => {
      const {now, signal} = context
      const state = await present(world, stack, signal)
      if (state === null) return {kind: 'done'}
      if (state.status === 'DELETE_FAILED' && isFromBefore(state, context))
        return {kind: 'pending', waitsFor: 'the deletion to begin', lookAgainAt: now + seconds(5)}
      if (state.status === 'DELETE_FAILED')
        return {kind: 'failed', because: await why(world, stack, state, context), then: 'fail'}
      for (const group of groups) await liftProtection(world, region, group, signal)
      const progress = await progressOf(world, stack, state, signal)
      context.show(progress)
      return {kind: 'pending', waitsFor: waitsFor(progress), lookAgainAt: now + seconds(5)}
    },
  }
}

/** A state read at once after the call may be the one from before it. */
const isFromBefore = ({changedAt}: StackState, {now, own}: StepContext): boolean =>
  changedAt === own['before'] && typeof own['since'] === 'number' && now - own['since'] < seconds(60)

/** A deleted stack is still there by its id, as one that was deleted. */
async function present(world: Pick<ProvisionWorld, 'stacks'>, stack: StackRef, signal: AbortSignal): Promise<StackState | null> {
  const state = await world.stacks.describe(stack, signal)
  return state === null || state.status === 'DELETE_COMPLETE' ? null : state
}

/** The same for every try of this run; AWS takes letters, digits and hyphens. */
const token = ({run}: StepContext, id: string): string => `${run}-${id}`.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 128)

async function why(world: DownWorld, stack: StackRef, state: StackState, {own, startedAt, signal}: StepContext): Promise<string> {
  const since = typeof own['since'] === 'number' ? own['since'] : startedAt
  // The events' clock is AWS's.
  const cause = await explainFailure(world, stack, since - minutes(5), signal)
  return cause === null
    ? `${state.name}: ${state.reason ?? 'AWS gives no reason'}`
    : [rootCauseText(cause), ...cause.evidence].join('; ')
}

export async function liftProtection(world: DownWorld, region: string, group: string, signal: AbortSignal): Promise<number> {
  const instances = (await world.ground.protectedInstances(region, group, signal)) ?? []
  if (instances.length > 0) await world.ground.removeInstanceProtection(region, group, instances, signal)
  return instances.length
}

async function progressOf(world: DownWorld, stack: StackRef, state: StackState, signal: AbortSignal): Promise<StackProgress> {
  const resources = await world.stacks.resources(stack, signal)
  const underWay = resources.filter(({status}) => status === 'DELETE_IN_PROGRESS').toSorted((x, y) => x.changedAt - y.changedAt)
  return {
    kind: 'stack',
    stack: state.name,
    status: state.status,
    total: resources.length,
    done: resources.filter(({status}) => status === 'DELETE_COMPLETE' || status === 'DELETE_SKIPPED').length,
    underWay: underWay.map(({logicalId, type, changedAt}) => ({path: logicalId, type, since: changedAt, usualSeconds: 0})),
    records: [],
    // What a deletion couldn't delete the last time looks the same until its turn comes: the end tells.
    failed: [],
  }
}

const waitsFor = ({underWay, done, total}: StackProgress): string =>
  underWay.length === 0
    ? `CloudFormation (${done} of ${total} gone)`
    : `${underWay
        .map(({path}) => path)
        .slice(0, 3)
        .join(', ')} to go (${done} of ${total} gone)`

/**
 * A stack's three steps: it is there; it is as it shall be; it is guarded. What is already so is only looked at. None of them
 * waits inside: CloudFormation works, and the step says when looking again makes sense.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {accountReader} from '../account-reader.ts'
import {compareStack} from '../compare-stack.ts'
import {refOf} from '../deploy-stack.ts'
import {longestSeconds} from '../forecast.ts'
import type {ForecastResource, WantedStack} from '../infra-plan.ts'
import {moveStack} from '../move-stack.ts'
import type {Move} from '../move-stack.ts'
import type {ProvisionWorld} from '../ports.ts'
import {callsIn, createId, isSinglePass, stepsFor, updateId} from '../up-input.ts'
import type {UpInput} from '../up-input.ts'
import {isComplete, wayOn} from '../way-on.ts'

const looking = [
  'cloudformation:DescribeStacks',
  'cloudformation:GetTemplate',
  'cloudformation:ListStackResources',
  'cloudformation:DescribeStackEvents',
  'ssm:GetParameters',
] as const
const explaining = [
  'ecs:DescribeServices',
  'ecs:ListTasks',
  'ecs:DescribeTasks',
  'ecs:DescribeTaskDefinition',
  'logs:GetLogEvents',
  'autoscaling:DescribeScalingActivities',
  'acm:DescribeCertificate',
] as const
const deploying = [
  'cloudformation:CreateChangeSet',
  'cloudformation:DescribeChangeSet',
  'cloudformation:ExecuteChangeSet',
  'cloudformation:DeleteChangeSet',
  'cloudformation:DescribeEvents',
  's3:GetObject',
] as const

/** A certificate waits for somebody else's record, for three days at most. */
const deadline = ({plan}: UpInput, {kind}: WantedStack): number =>
  kind === 'certificate' && plan.config.hostedZone === '' ? minutes(72 * 60) : minutes(180)

function moveOf(input: UpInput, stack: WantedStack, resources: readonly ForecastResource[]): Move {
  return {
    wanted: input.wanted,
    stack,
    account: input.plan.account,
    planned: input.agreed.stacks.find(({id}) => id === stack.id),
    inRun: new Set(input.chosen.map(({id}) => id)),
    progressEveryMs: input.progressEveryMs,
    usualMs: seconds(longestSeconds(resources)),
    acted: null,
    continued: null,
    made: false,
    madeChangeSet: false,
    shownAt: 0,
  }
}

export function createStack(input: UpInput, stack: WantedStack): Step<ProvisionWorld> {
  const move = moveOf(input, stack, stack.resources)
  const ground =
    stack.kind === 'foundation' ? ['service-roles'] : stack.kind === 'certificate' ? [] : [`templates@${stack.region}`]
  return {
    id: createId(stack.id),
    title: `${stack.id} is there`,
    needs: [...ground, ...stepsFor(stack.needs, input)],
    calls: [
      ...references(input),
      ...callsIn(
        stack.region,
        ...looking,
        ...explaining,
        ...deploying,
        'cloudformation:CreateStack',
        'cloudformation:DeleteStack',
      ),
      ...passing(stack),
    ],
    deadlineMs: deadline(input, stack),
    atDeadline: 'fail',
    async observe(world, {signal}) {
      const state = await world.stacks.describe(refOf(stack), signal)
      return state !== null && wayOn(state.status, stack.name, stack.region).kind === 'stands'
        ? {kind: 'done', note: state.status}
        : {kind: 'not-done'}
    },
    async start() {},
    poll: (world, context) => moveStack(world, move, 'first', context),
  }
}

export function updateStack(input: UpInput, stack: WantedStack): Step<ProvisionWorld> {
  const move = moveOf(input, stack, stack.thenResources ?? [])
  const ground = stack.kind === 'foundation' || stack.kind === 'certificate' ? [] : [`templates@${stack.region}`]
  return {
    id: updateId(stack.id),
    title: `${stack.id} is up to date`,
    needs: [createId(stack.id), ...ground, ...stepsFor(stack.thenNeeds, input)],
    calls: [
      ...references(input),
      ...callsIn(
        stack.region,
        ...looking,
        ...explaining,
        ...deploying,
        'cloudformation:ContinueUpdateRollback',
        'cloudformation:DeleteStack',
      ),
      ...passing(stack),
    ],
    deadlineMs: deadline(input, stack),
    atDeadline: 'fail',
    async observe(world, context) {
      const {signal} = context
      if (isSinglePass(stack) && context.facts(createId(stack.id))['made'] === true) return {kind: 'done'}
      const reader = accountReader(world, input.wanted.stacks, signal)
      const state = await reader.state(stack.id)
      if (state === null || wayOn(state.status, stack.name, stack.region).kind !== 'stands') return {kind: 'not-done'}
      const compared = await compareStack(reader, stack, state, 'then')
      return compared.kind === 'same' ? {kind: 'done', note: 'unchanged'} : {kind: 'not-done'}
    },
    async start() {},
    poll: (world, context) => moveStack(world, move, 'then', context),
  }
}

/** Types that the stack policy keeps from being replaced or deleted; a policy holds for one stack, not for those in it. */
const guarded = /^AWS::(Backup::BackupVault|ElasticLoadBalancingV2::|KMS::Key|RDS::DBInstance|S3::Bucket$|SecretsManager::Secret)/

export function guardStack(input: UpInput, stack: WantedStack): Step<ProvisionWorld> {
  const {policy} = input.wanted
  const nested = new Set(
    [...stack.resources, ...(stack.thenResources ?? [])]
      .filter(({path, type}) => path.includes('/') && guarded.test(type))
      .map(({path}) => path.split('/')[0] ?? ''),
  )
  const insides = async (world: ProvisionWorld, signal: AbortSignal) =>
    (nested.size === 0 ? [] : await world.stacks.resources(refOf(stack), signal))
      .filter(({logicalId, physicalId, status}) => nested.has(logicalId) && physicalId !== '' && status !== 'DELETE_COMPLETE')
      .map(({physicalId}) => ({name: physicalId, region: stack.region}))
  // Many calls in one go: what one of them has learnt or done isn't for nothing when another is throttled.
  const closed = new Set<string>()
  const open = async (world: ProvisionWorld, signal: AbortSignal) =>
    [refOf(stack), ...(await insides(world, signal))].filter(({name}) => !closed.has(name))
  return {
    id: `guard-${stack.id}`,
    title: `${stack.id} refuses to lose what holds data`,
    needs: [updateId(stack.id)],
    calls: callsIn(
      stack.region,
      'cloudformation:DescribeStacks',
      'cloudformation:ListStackResources',
      'cloudformation:GetStackPolicy',
      'cloudformation:SetStackPolicy',
      'cloudformation:UpdateTerminationProtection',
    ),
    deadlineMs: minutes(30),
    atDeadline: 'fail',
    async observe(world, {signal}) {
      // Each is asked: whoever let a nested stack be changed by hand may have left it open.
      const asked = await open(world, signal)
      const [state] = await Promise.all([
        world.stacks.describe(refOf(stack), signal),
        ...asked.map(async (ref) => {
          if (samePolicy(await world.stacks.policy(ref, signal), policy)) closed.add(ref.name)
        }),
      ])
      const guards = state !== null && (state.protected || stack.protected !== true) && asked.every(({name}) => closed.has(name))
      return guards ? {kind: 'done'} : {kind: 'not-done'}
    },
    async start(world, {signal}) {
      await Promise.all(
        (await open(world, signal)).map(async (ref) => {
          await world.stacks.setPolicy(ref, policy, signal)
          closed.add(ref.name)
        }),
      )
      if (stack.protected === true) await world.stacks.protect(refOf(stack), 'on', signal)
    },
    async poll(world, {signal, now}) {
      const state = await world.stacks.describe(refOf(stack), signal)
      if (state !== null && !isComplete(state.status))
        return {kind: 'pending', waitsFor: state.status, lookAgainAt: now + seconds(2)}
      return {kind: 'done', note: stack.protected === true ? 'policy and termination protection' : 'policy'}
    },
  }
}

/** A policy is kept as text; only what it says counts. */
function samePolicy(one: string | null, other: string): boolean {
  if (one === null) return false
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other))
  } catch {
    return false
  }
}

/** What other stacks hand over is read where they are. */
const references = ({chosen}: UpInput) =>
  [...new Set(chosen.map(({region}) => region))].flatMap((region) =>
    callsIn(region, 'cloudformation:DescribeStacks', 'cloudformation:ListStackResources'),
  )

const passing = ({role, region}: WantedStack) => (role === 'execution' ? callsIn(region, 'iam:PassRole') : [])

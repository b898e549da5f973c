/**
 * The live rule and the two slots, made once. What is there is the releases' and stays as it is: no weight, no count, no task
 * definition is ever changed from here, because a release may be under way.
 */
import {slotService} from '../../../config/slot-names.ts'
import {minutes, seconds} from '../../engine/clock.ts'
import type {Polled, Step, StepContext} from '../../engine/step.ts'
import type {Slot} from '../../release/ports.ts'
import type {WantedStack} from '../infra-plan.ts'
import {isThere, liveRuleSpec, needed, servingSlot, slotSpec} from '../plan-slots.ts'
import type {Outputs} from '../plan-slots.ts'
import type {ProvisionWorld} from '../ports.ts'
import {callsIn, createId} from '../up-input.ts'
import type {UpInput} from '../up-input.ts'

export function makeLiveRule({plan}: UpInput, main: WantedStack): Step<ProvisionWorld> {
  const {region} = main
  const read = async (world: ProvisionWorld, signal: AbortSignal) => {
    const spec = liveRuleSpec(plan.config, region, await outputsOf(world, main, signal), plan.served ?? null)
    return {spec, rule: await world.slots.liveRule(region, spec.listener, spec.targetGroups, signal)}
  }
  return {
    id: `live-rule@${region}`,
    title: `live rule in ${region}`,
    needs: [createId(main.id)],
    calls: callsIn(
      region,
      'cloudformation:DescribeStacks',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:DescribeTags',
      'elasticloadbalancing:CreateRule',
      'elasticloadbalancing:AddTags',
    ),
    deadlineMs: minutes(15),
    atDeadline: 'fail',
    observe: async (world, {signal}) =>
      (await read(world, signal)).rule === null ? {kind: 'not-done'} : {kind: 'done', note: 'left as it is'},
    async start(world, {signal}) {
      const {spec, rule} = await read(world, signal)
      if (rule === null) await world.slots.createLiveRule(spec, signal)
    },
    async poll(world, {signal, now}) {
      const {rule} = await read(world, signal)
      return rule === null
        ? {kind: 'pending', waitsFor: 'the rule to read back', lookAgainAt: now + seconds(2)}
        : {kind: 'done', note: `a ${rule.weights.a} / b ${rule.weights.b}`}
    },
  }
}

/** ECS takes a target group only once a rule sends to it. */
export function makeSlot(input: UpInput, main: WantedStack, slot: Slot): Step<ProvisionWorld> {
  const {region} = main
  return {
    id: `slot-${slot}@${region}`,
    title: `slot ${slot} in ${region}`,
    // One after the other: side by side, each would find no revision yet and register its own.
    needs: [slot === 'a' ? `live-rule@${region}` : `slot-a@${region}`],
    calls: [
      ...secretsOf(input),
      ...callsIn(
        region,
        'cloudformation:DescribeStacks',
        'ecs:DescribeServices',
        'ecs:RegisterTaskDefinition',
        'ecs:DescribeTaskDefinition',
        'ecs:ListTaskDefinitions',
        'ecs:CreateService',
        'ecs:TagResource',
        'iam:PassRole',
        'application-autoscaling:DescribeScalableTargets',
      ),
    ],
    deadlineMs: minutes(15),
    atDeadline: 'fail',
    observe: async (world, {signal}) =>
      isThere((await readSlot(world, input, main, slot, signal)).state)
        ? {kind: 'done', note: 'left as it is'}
        : {kind: 'not-done'},
    async start(world, {signal}) {
      const {spec, state} = await readSlot(world, input, main, slot, signal)
      if (!isThere(state)) await world.slots.createSlot(spec, signal)
    },
    async poll(world, {signal, now}) {
      const {state, spec} = await readSlot(world, input, main, slot, signal)
      return isThere(state)
        ? {kind: 'done', note: `${spec.count} tasks of ${spec.taskDefinition.image}`}
        : {kind: 'pending', waitsFor: `service ${spec.service}`, lookAgainAt: now + seconds(2)}
    },
  }
}

export function makeScaling(input: UpInput, main: WantedStack, slot: Slot): Step<ProvisionWorld> {
  const {region} = main
  return {
    id: `scaling-${slot}@${region}`,
    title: `scaling of slot ${slot} in ${region}`,
    needs: [`slot-${slot}@${region}`],
    calls: [
      ...secretsOf(input),
      ...callsIn(
        region,
        'cloudformation:DescribeStacks',
        'ecs:DescribeServices',
        'application-autoscaling:DescribeScalableTargets',
        'application-autoscaling:DescribeScalingPolicies',
        'application-autoscaling:RegisterScalableTarget',
        'application-autoscaling:PutScalingPolicy',
        'application-autoscaling:TagResource',
        'iam:PassRole',
      ),
    ],
    deadlineMs: minutes(15),
    atDeadline: 'fail',
    observe: async (world, {signal}) =>
      (await readSlot(world, input, main, slot, signal)).state?.scaling === null
        ? {kind: 'not-done'}
        : {kind: 'done', note: 'left as it is'},
    start: async (world, {signal}) => world.slots.createScaling((await readSlot(world, input, main, slot, signal)).spec, signal),
    async poll(world, {signal, now}) {
      const {state} = await readSlot(world, input, main, slot, signal)
      if (state?.scaling === null || state === null)
        return {kind: 'pending', waitsFor: 'its bounds to read back', lookAgainAt: now + seconds(2)}
      return {kind: 'done', note: `minimum ${state.scaling.min}, maximum ${state.scaling.max}`}
    },
  }
}

/** How long tasks that keep stopping are given, and how long is waited for a slot that isn't this run's. */
const patienceMs = minutes(10)

export function awaitHealthy(input: UpInput, main: WantedStack): Step<ProvisionWorld> {
  const {region} = main
  const slot = servingSlot(input.plan.config, region, input.plan.served ?? null)
  const look = async (world: ProvisionWorld, context: StepContext): Promise<Polled> => {
    const {state, spec} = await readSlot(world, input, main, slot, context.signal)
    const desired = state?.desired ?? 0
    if (desired === 0) return {kind: 'done', note: 'no tasks here'}
    const healthy = await world.slots.healthyTargets(region, spec.targetGroup, context.signal)
    const words = `${healthy} of ${desired} healthy in slot ${slot}`
    if (healthy >= desired) return {kind: 'done', note: words}
    if (context.now - context.startedAt < patienceMs)
      return {kind: 'pending', waitsFor: words, lookAgainAt: context.now + seconds(5)}
    if (!madeHere(context, region, slot))
      return {kind: 'done', note: `${words}; the slot was there before, and is a release's concern`}
    const [stopped] = await world.claims.stoppedTasks(region, spec.cluster, spec.service, context.signal)
    if (stopped === undefined) return {kind: 'pending', waitsFor: words, lookAgainAt: context.now + seconds(5)}
    return {
      kind: 'failed',
      because: `slot ${slot} in ${region}: ${words}; its tasks stop: ${[stopped.reason, ...stopped.lines.slice(-1)].join(': ')}`,
      then: 'fail',
    }
  }
  return {
    id: `healthy@${region}`,
    title: `slot ${slot} serves in ${region}`,
    needs: [`scaling-${slot}@${region}`],
    calls: [
      ...secretsOf(input),
      ...callsIn(
        region,
        'cloudformation:DescribeStacks',
        'ecs:DescribeServices',
        'application-autoscaling:DescribeScalableTargets',
        'elasticloadbalancing:DescribeTargetHealth',
        'ecs:ListTasks',
        'ecs:DescribeTasks',
        'ecs:DescribeTaskDefinition',
        'logs:GetLogEvents',
      ),
    ],
    deadlineMs: minutes(30),
    atDeadline: 'fail',
    async observe(world, context) {
      const seen = await look(world, context)
      return seen.kind === 'done' ? seen : {kind: 'not-done'}
    },
    async start() {},
    poll: look,
  }
}

/** The database's secret is named by the home Region's stack. */
const secretsOf = ({plan}: UpInput) => callsIn(plan.config.region, 'cloudformation:DescribeStacks')

const madeHere = ({events}: StepContext, region: string, slot: Slot): boolean =>
  events.some((event) => event.kind === 'step-ended' && event.data.step === `slot-${slot}@${region}` && event.data.how === 'done')

async function readSlot(world: ProvisionWorld, {plan, wanted}: UpInput, main: WantedStack, slot: Slot, signal: AbortSignal) {
  const {config} = plan
  const outputs = await outputsOf(world, main, signal)
  const home = wanted.stacks.find(({id}) => id === `main@${config.region}`)
  const secret =
    main.region === config.region || home === undefined
      ? outputs['DatabaseSecretArn']
      : (await world.stacks.describe({name: home.name, region: home.region}, signal))?.outputs['DatabaseSecretArn']
  const spec = slotSpec(config, main.region, slot, outputs, secret ?? null, main.then['ApiPort'] ?? '8080', plan.served ?? null)
  return {spec, state: await world.slots.slot(main.region, spec.cluster, slotService(config, slot), signal)}
}

async function outputsOf(world: ProvisionWorld, {name, region, id}: WantedStack, signal: AbortSignal): Promise<Outputs> {
  const outputs = (await world.stacks.describe({name, region}, signal))?.outputs ?? {}
  const lacking = needed.filter((output) => outputs[output] === undefined)
  if (lacking.length > 0) throw new Error(`${id} lacks the outputs ${lacking.join(', ')}`)
  return outputs
}

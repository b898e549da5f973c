/**
 * Starts the canary's tasks and waits for *this* deployment to complete and its targets to be healthy. A service that is
 * "stable" proves nothing: it is also stable after falling back to the version before.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Facts} from '../../engine/event.ts'
import type {Polled, Step, StepContext} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {canarySize, canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld, SlotService} from '../ports.ts'
import {textFact} from '../text-fact.ts'
import {whyStopped} from '../why-stopped.ts'

export function canaryTasks(input: ReleaseInput): Step<ReleaseWorld> {
  const slot = canarySlot(input)
  const first = input.config.steps[0]?.weight ?? 1
  const wanted = (context: StepContext): string => textFact(context.facts('register'), 'taskDefinition')
  return {
    id: 'canary-tasks',
    title: 'canary tasks',
    needs: ['hold-scale-in'],
    calls: call(
      input,
      'ecs:UpdateService',
      'ecs:DescribeServices',
      'ecs:ListTasks',
      'ecs:DescribeTasks',
      'elasticloadbalancing:DescribeTargetHealth',
    ),
    deadlineMs: minutes(20),
    atDeadline: 'roll-back',
    observe: async () => ({kind: 'not-done'}),
    start: async (world, context) => {
      const stable = await world.slots.read(input.stableSlot, context.signal)
      const desired = canarySize(first, stable.desired)
      const {deployment} = await world.slots.deploy(slot, {taskDefinition: wanted(context), desired}, context.signal)
      return {facts: {deployment, desired, taskDefinition: wanted(context)}}
    },
    poll: async (world, context) => {
      const service = await world.slots.read(slot, context.signal)
      const deployment = service.deployments.find((one) => one.id === context.own['deployment'])
      if (deployment === undefined || deployment.status !== 'PRIMARY') {
        const ours = textFact(context.own, 'deployment')
        const because = `somebody else deployed to ${service.service}: our deployment ${ours} isn't the primary one`
        return {kind: 'failed', because, then: 'halt', cause: 'foreign'}
      }
      if (deployment.rolloutState === 'FAILED' || deployment.failedTasks >= 3) {
        const why = await whyStopped(world, slot, deployment.taskDefinition, context)
        return {
          kind: 'failed',
          because: `the canary's tasks don't stay up: ${why ?? deployment.rolloutStateReason ?? 'no reason given'}`,
          then: 'roll-back',
          cause: 'tasks',
        }
      }
      return healthyEnough(
        world,
        service,
        deployment.rolloutState === 'COMPLETED',
        Number(context.own['desired']),
        input,
        context,
      )
    },
  }
}

async function healthyEnough(
  world: ReleaseWorld,
  service: SlotService,
  completed: boolean,
  desired: number,
  input: ReleaseInput,
  context: StepContext,
): Promise<Polled> {
  const slot = canarySlot(input)
  const targets = await world.targets.health(slot, context.signal)
  const healthy = targets.filter((target) => target.state === 'healthy').length
  if (completed && healthy >= desired && service.deployments.length === 1) {
    const facts: Facts = {...context.own, digest: await world.slots.imageDigest(slot, context.signal)}
    return {kind: 'done', facts, note: `${healthy} of ${desired} healthy in slot ${slot}`}
  }
  return {
    kind: 'pending',
    waitsFor: `${healthy} of ${desired} healthy in slot ${slot}${completed ? '' : ', deployment in progress'}`,
    lookAgainAt: context.now + seconds(5),
  }
}

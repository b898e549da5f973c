/**
 * Pushes the dead-man's switch forward when less than half of its window is left; the window is longer while a run is paused.
 * Once its time has passed it counts as fired, however late AWS is: the run then goes home instead of racing it.
 */
import {seconds} from '../../engine/clock.ts'
import {runState} from '../../engine/run-state.ts'
import type {Guard, Guarded, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import {armSwitch} from '../arm-switch.ts'
import {call, writingSchedules} from '../calls.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import type {ReleaseWorld} from '../ports.ts'
import {armedMemory, ruleMemory} from '../rule-memory.ts'
import type {ArmedMemory} from '../rule-memory.ts'
import {lateSwitchMs} from '../steps/finish-previous.ts'

export function keepArmed(input: ReleaseInput): Guard<ReleaseWorld> {
  const {windowMs, pausedWindowMs} = input.config.deadMansSwitch
  return {
    id: 'switch',
    calls: call(
      input,
      'elasticloadbalancing:DescribeRules',
      'application-autoscaling:DescribeScalableTargets',
      ...writingSchedules,
    ),
    check: async (world, context) => {
      const armed = armedMemory(context.events)
      if (armed === null) return {kind: 'ok'}
      const window = runState(context.events).paused === null ? windowMs : pausedWindowMs
      const left = armed.dueAt - world.awsTime()
      if (left <= 0 && armed.homes.length > 1) return whichCameDue(world, input, context, armed, window)
      if (left <= 0 && armed.homes.includes(input.stableSlot)) return cameDue(world, context, armed)
      return left >= window / 2 ? {kind: 'ok'} : push(world, input, context, armed, window)
    },
  }
}

/** By the journal it came due. A push whose confirmation got lost shows in AWS: a schedule that is still to come hasn't fired. */
async function cameDue(world: ReleaseWorld, context: StepContext, armed: ArmedMemory): Promise<Guarded> {
  const present = await world.deadMansSwitch.read(context.signal)
  const [home] = armed.homes
  if (present === null || home === undefined || present.weights[home] === 0 || present.dueAt <= world.awsTime()) {
    return unattended(armed.dueAt - world.awsTime())
  }
  await context.write('armed', {phase: 'confirmed', dueAt: present.dueAt, home})
  return {kind: 'pending', waitsFor: 'the switch to be pushed', lookAgainAt: context.now}
}

const unattended = (left: number): Guarded => ({
  kind: 'switch-plan',
  plan: 'rollback',
  because: `nobody was there until after the dead-man's switch was due (${Math.round(-left / 1000)} s ago)`,
  cause: 'unattended',
})

/**
 * The run died while it pointed the switch at the new stable, and the switch has come due since: nobody knows which of the two it
 * was until it is read, or until the old one can't be delivered any more and the rule still stands.
 */
async function whichCameDue(
  world: ReleaseWorld,
  input: ReleaseInput,
  context: StepContext,
  armed: ArmedMemory,
  window: number,
): Promise<Guarded> {
  const newHome: ArmedMemory = {...armed, homes: [canarySlot(input)]}
  const present = await world.deadMansSwitch.read(context.signal)
  if (present !== null) {
    return present.weights[input.stableSlot] > 0
      ? unattended(armed.dueAt - world.awsTime())
      : push(world, input, context, newHome, window)
  }
  const tooLateAt = armed.dueAt + lateSwitchMs
  if (world.awsTime() >= tooLateAt) return push(world, input, context, newHome, window)
  return {
    kind: 'pending',
    waitsFor: 'a switch that came due and may still be delivered',
    lookAgainAt: context.now + tooLateAt - world.awsTime(),
  }
}

async function push(
  world: ReleaseWorld,
  input: ReleaseInput,
  context: StepContext,
  armed: ArmedMemory,
  window: number,
): Promise<Guarded> {
  const reading = await world.rule.read(context.signal)
  // Whatever changed it, the drift guard must see the rule before the switch is armed for it.
  if (!ruleMemory(context.events).ours.includes(reading.actionsHash)) {
    return {kind: 'pending', waitsFor: `the live rule, which reads ${reading.words}`, lookAgainAt: context.now}
  }
  const [home = input.stableSlot] = armed.homes
  const dueAt = await armSwitch(world, context, reading, home, window)
  if (dueAt === null) return {kind: 'pending', waitsFor: 'the switch to read back', lookAgainAt: context.now + seconds(1)}
  if (input.production.scaling !== null && home === input.stableSlot && isHeld(context)) {
    // Half a window later than the switch: a push of this one that fails is made up for by the next, well before it is due.
    await world.deadMansSwitch
      .armScaling(dueAt + window / 2, input.stableSlot, input.production.scaling, context.signal)
      .catch(unlessUnavailable)
  }
  return {kind: 'ok'}
}

function unlessUnavailable(error: unknown): void {
  if (!(error instanceof Unavailable)) throw error
}

const isHeld = (context: StepContext): boolean =>
  context.events.some((event) => event.kind === 'step-started' && event.data.step === 'hold-scale-in')

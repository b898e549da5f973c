/**
 * Pushes the dead-man's switch forward when less than half of its window is left; the window is longer while a run is paused.
 * Once its time has passed it counts as fired, however late AWS is: the run then goes home instead of racing it.
 */
import {seconds} from '../../engine/clock.ts'
import {runState} from '../../engine/run-state.ts'
import type {Guard, Guarded, StepContext} from '../../engine/step.ts'
import {armSwitch} from '../arm-switch.ts'
import {call} from '../calls.ts'
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
    calls: call(input, 'scheduler:GetSchedule', 'scheduler:UpdateSchedule', 'scheduler:CreateSchedule'),
    check: async (world, context) => {
      const armed = armedMemory(context.events)
      if (armed === null) return {kind: 'ok'}
      const window = runState(context.events).paused === null ? windowMs : pausedWindowMs
      const left = armed.dueAt - world.awsTime()
      if (left <= 0 && armed.homes.length > 1) return whichCameDue(world, input, context, armed, window)
      if (left <= 0 && armed.homes.includes(input.stableSlot)) return unattended(left)
      return left >= window / 2 ? {kind: 'ok'} : push(world, input, context, armed, window)
    },
  }
}

const unattended = (left: number): Guarded =>
  ({kind: 'switch-plan', plan: 'rollback', because: `nobody was there until after the dead-man's switch was due (${Math.round(-left / 1000)} s ago)`, cause: 'unattended'})

/**
 * The run died while it pointed the switch at the new stable, and the switch has come due since: nobody knows which of the two it
 * was until it is read, or until the old one can't be delivered any more and the rule still stands.
 */
async function whichCameDue(
  world: ReleaseWorld, input: ReleaseInput, context: StepContext, armed: ArmedMemory, window: number,
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
  world: ReleaseWorld, input: ReleaseInput, context: StepContext, armed: ArmedMemory, window: number,
): Promise<Guarded> {
  const present = await world.deadMansSwitch.read(context.signal)
  const reading = await world.rule.read(context.signal)
  // Gone before its time, or the rule just changed: whatever did that, the drift guard must see the rule before it is armed for.
  if (!ruleMemory(context.events).ours.includes(reading.actionsHash)) {
    return {kind: 'pending', waitsFor: `the live rule, which reads ${reading.words}`, lookAgainAt: context.now}
  }
  const [home = input.stableSlot] = armed.homes
  // The second schedule first: were it to fail after the switch is pushed, nobody would push it before it gives scale-in back.
  if (input.production.scaling !== null && home === input.stableSlot && isHeld(context)) {
    await world.deadMansSwitch.armScaling(world.awsTime() + window, input.stableSlot, input.production.scaling, context.signal)
  }
  const dueAt = await armSwitch(world, context, reading, home, window)
  if (dueAt === null) return {kind: 'pending', waitsFor: 'the switch to read back', lookAgainAt: context.now + seconds(1)}
  if (present === null) context.show({waitsFor: 'the switch had vanished; armed again'})
  return {kind: 'ok'}
}

const isHeld = (context: StepContext): boolean =>
  context.events.some((event) => event.kind === 'step-started' && event.data.step === 'hold-scale-in')

/** Exits of the canary's essential container since its slot first got weight, newest first. Reads only. */
import type {StepContext} from '../engine/step.ts'
import {canarySlot} from './input.ts'
import type {ReleaseInput} from './input.ts'
import type {ReleaseWorld, StoppedTask} from './ports.ts'

export async function canaryExits(
  world: ReleaseWorld,
  input: ReleaseInput,
  context: StepContext,
): Promise<readonly StoppedTask[]> {
  const since = context.events.find((event) => event.kind === 'rule-written')?.at ?? context.now
  const revision = context.facts('register')['taskDefinition']
  const stopped = await world.slots.stopped(canarySlot(input), since, context.signal)
  return stopped.filter((task) => task.taskDefinition === revision && task.stopCode === 'EssentialContainerExited')
}

/** Why a slot's tasks stopped, in one line; captured at once, because ECS forgets stopped tasks after about an hour. */
import type {StepContext} from '../engine/step.ts'
import type {ReleaseWorld, Slot, StoppedTask} from './ports.ts'

export async function whyStopped(
  world: ReleaseWorld,
  slot: Slot,
  taskDefinition: string,
  context: StepContext,
): Promise<string | null> {
  const stopped = await world.slots.stopped(slot, context.startedAt, context.signal)
  const ours = stopped.filter((task) => task.taskDefinition === taskDefinition)
  const newest = ours[0]
  return newest === undefined ? null : `${ours.length} stopped, the last one: ${stopWords(newest)}`
}

export function stopWords(task: StoppedTask): string {
  const exit =
    task.exitCode === null ? '' : `, exit ${task.exitCode}${task.exitCode === 137 ? ' (killed, often out of memory)' : ''}`
  const container = task.container === null ? '' : ` in container ${task.container}`
  return `${task.stopCode}${exit}${container}: ${task.reason}`
}

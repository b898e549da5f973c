/**
 * Sets the dead-man's switch and proves it: asked for in the journal, written, read back, confirmed in the journal. The due
 * time comes from AWS's own clock, never from the operator's.
 */
import type {StepContext} from '../engine/step.ts'
import type {ReleaseWorld, RuleReading, Slot} from './ports.ts'

/** Answers when it is due, or null when what AWS says afterwards isn't what was asked. */
export async function armSwitch(
  world: ReleaseWorld,
  context: StepContext,
  reading: RuleReading,
  home: Slot,
  windowMs: number,
): Promise<number | null> {
  // Schedules are to the second; a due time that AWS rounds down would never read back equal.
  const dueAt = Math.ceil((world.awsTime() + windowMs) / 1000) * 1000
  await context.write('armed', {phase: 'asked', dueAt, home})
  await world.deadMansSwitch.arm(dueAt, reading, home, context.signal)
  const present = await world.deadMansSwitch.read(context.signal)
  if (present === null || present.weights[home] === 0 || present.dueAt !== dueAt) return null
  await context.write('armed', {phase: 'confirmed', dueAt, home})
  return dueAt
}

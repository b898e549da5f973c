/**
 * Which instance is out of service: before anything is renamed or put in its place the standing object is read again, and what it points
 * at is never touched, whatever a journal says.
 */
import {ExitCode, SluiceError} from '../../../errors.ts'
import type {StepContext} from '../../engine/step.ts'
import type {Side} from '../input.ts'
import type {Place} from '../place.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {readStanding} from '../standing.ts'
import type {Placed} from '../way.ts'

/** Which Region's instance is out of service, and which one's serves. */
export interface Leg extends Placed {
  readonly id: string
  readonly title: string
  readonly out: Side
  readonly active: string
}

/** Users must be by right in `active`, and that must not be here. */
export async function requireOutOfService(
  world: RecoveryWorld,
  place: Place,
  {out, active}: Pick<Leg, 'out' | 'active'>,
  {signal}: StepContext,
): Promise<void> {
  const standing = await readStanding(world.store(place.recovery), place, signal)
  const serving = standing?.region ?? place.home
  if (serving === active && active !== out.region) return
  throw new SluiceError({
    code: 'database-in-service',
    exitCode: ExitCode.halted,
    message: `users are by right in ${serving}, so the database of ${out.region} isn't taken out of service; nothing was done to it`,
    suggestions: ['sluice dr status'],
  })
}

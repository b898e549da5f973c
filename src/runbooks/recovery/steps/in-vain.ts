/**
 * How a promotion is taken back before any user has written there: the record says again that users are at home, and that the other
 * Region's database may be one of its own, which nobody must be sent to; its secret is a copy again. It never touches that database.
 */
import {minutes} from '../../engine/clock.ts'
import type {StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import {SluiceError} from '../../../errors.ts'
import type {PromoteInput, Standing} from '../input.ts'
import type {Place} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {isReplica, statusLagsMs} from '../promotion-state.ts'
import {isInVain, readStanding, writeStanding} from '../standing.ts'
import type {RecoveryStep, Way} from '../way.ts'
import type {Back} from './gives-back.ts'

export const staysHome = ({place, to}: Pick<PromoteInput, 'place' | 'to'>): Back => ({
  from: place.home,
  to: to.region,
  next: `See sluice dr status: what was promoted in vain in ${to.region} is made a replica again by sluice dr failback`,
})

/** `setAside`: what earlier moves have left under other names. */
export function promotionTakenBack(
  step: RecoveryStep,
  {place, to}: Way,
  stood: Standing | null,
  setAside: readonly string[] = [],
): RecoveryStep {
  return {
    ...step,
    undo: async (world, context) => {
      const {now, run, signal} = context
      const store = world.store(place.recovery)
      const present = await readStanding(store, place, signal)
      // Asked again by a second process: what the first one wrote stands.
      if (present !== null && isInVain(present, place) && present.withdrawn?.at !== stood?.withdrawn?.at) return
      const isOurs = present?.region === to.region && present.run === run
      if (!isOurs && (await neverBegan(step.id, place, to.region, world, context))) return
      await writeStanding(store, place, {...(stood ?? neverLeft(place, run, now)), withdrawn: {at: now, setAside}}, signal)
    },
  }
}

const neverLeft = ({home}: Place, run: string, now: number): Standing => ({
  schema: 1,
  region: home,
  since: now,
  run,
  settled: true,
  replicatedUntil: null,
  fence: 'none',
})

/** Only a replica that has had the time to show a promotion, and shows none. */
async function neverBegan(
  step: string,
  place: Place,
  region: string,
  world: RecoveryWorld,
  {now, events, signal}: StepContext,
): Promise<boolean> {
  const begunAt = events.findLast((event) => event.kind === 'step-started' && event.data.step === step)?.at ?? now
  if (now - begunAt <= statusLagsMs) return false
  try {
    const database = await world.database.describe(region, place.database, signal)
    return database !== null && isReplica(database) && database.status === 'available'
  } catch (error) {
    // Users don't wait for it to be told.
    if (error instanceof Unavailable || error instanceof SluiceError) return false
    throw error
  }
}

/** Nobody waits for a copy that serves nobody: it is asked for when users are home again. */
export function secretTakenBack(step: RecoveryStep, {place, mode, fromRegion, from, to}: Way): RecoveryStep {
  return {
    ...step,
    // Forward, an outage needs nothing of the Region that users leave; only who goes back there asks it.
    calls: mode === 'planned' ? [...step.calls, ...callsOf(fromRegion, 'secrets.describe', 'secrets.replicate')] : step.calls,
    undoneLast: true,
    undo: async (world, {signal}) => {
      if (from === null || from.secret === null || to.secret === null) return
      const [copy, own] = await Promise.all([
        world.secrets.describe(to.region, to.secret, signal),
        world.secrets.describe(from.region, from.secret, signal),
      ])
      const state = own?.replicas.find(({region}) => region === to.region)
      if (copy?.primaryRegion === from.region && state?.status !== 'Failed') return
      if (state?.status !== 'InProgress')
        await world.secrets.replicate(
          from.region,
          from.secret,
          {region: to.region, kmsKey: `alias/${place.service}-${place.environment}-data`},
          signal,
        )
      throw new Unavailable('secretsmanager:ReplicateSecretToRegions', `the secret in ${to.region} isn't a copy again yet`)
    },
  }
}

/** Bounds inside the commit window. */
export const promotedWithinMs = minutes(30)
export const rolledWithinMs = minutes(15)

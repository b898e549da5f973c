/**
 * A promotion of home in vain, and how it is taken back: users stay where they are by right. It must never take back what users have
 * written into.
 */
import type {FailbackInput} from '../input.ts'
import {switchBucket} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import {readStanding, writeStanding} from '../standing.ts'
import {givesBack} from '../steps/gives-back.ts'
import type {Back} from '../steps/gives-back.ts'
import {promotedWithinMs} from '../steps/in-vain.ts'
import {promoteDatabase} from '../steps/promote-database.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'
import {fencedId} from './instance-names.ts'

/** Where users stay when their way home fails. */
export const staysAway = ({place, from, to}: FailbackInput): Back => ({
  from: from.region,
  to: to.region,
  next: `Begin again with sluice dr failback --confirm ${place.environment}`,
})

/**
 * The database at home promoted; taken back, it stays promoted, but nobody's: home's own fence guards it again, the next failback sets
 * it aside and makes a new replica. The moment is written down, because rows after it are home's alone.
 */
export function promoteHome(input: FailbackInput, way: Way, placed: Placed): RecoveryStep {
  const {place, from, standing} = input
  const step = promoteDatabase(way, placed, {fence: 'fence-away', consent: 'approve', settled: false})
  const asideBefore = standing.withdrawn?.setAside ?? []
  return {
    ...givesBack(staysAway(input), {...step, pointOfNoReturn: false}, promotedWithinMs),
    calls: [...step.calls, ...callsOf(from.region, 'switches.remove')],
    undo: async (world, context) => {
      const {now, signal} = context
      await world.switches.remove(from.region, switchBucket(place, from.region), 'returning', signal)
      const {replicatedUntil = null} = context.facts('drained')
      const store = world.store(place.recovery)
      // Asked again by a second process: what the first one wrote stands.
      const present = await readStanding(store, place, signal)
      if (present?.withdrawn !== undefined && present.withdrawn.at !== standing.withdrawn?.at) return
      const aside = fencedId(input)
      await writeStanding(
        store,
        place,
        {
          ...standing,
          replicatedUntil: typeof replicatedUntil === 'number' ? replicatedUntil : null,
          withdrawn: {at: now, setAside: [...asideBefore.filter((id) => id !== aside), aside]},
        },
        signal,
      )
    },
  }
}

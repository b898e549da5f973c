/**
 * The end of every instance that was set aside: with a final snapshot, and only while users are served at home by a database that takes
 * writes, and under the final name of each Region stands what the stacks know.
 */
import {ExitCode, SluiceError} from '../../../errors.ts'
import type {StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import {hours} from '../hours.ts'
import type {FailbackInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import type {Place} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless} from '../promotion-state.ts'
import {readStanding} from '../standing.ts'
import type {Placed, RecoveryStep} from '../way.ts'
import {finalSnapshotOf, setAsideIds} from './instance-names.ts'

/** Both instances that were set aside. Their data is in the final snapshots; what serves is asked once more before anything goes. */
export function removeLeftStep(input: FailbackInput, {needs}: Placed): RecoveryStep {
  const {place, settings} = input
  const regions = [place.home, place.recovery]
  return lookStep({
    id: 'remove-left',
    title: 'Instances that were set aside removed, with final snapshots',
    needs,
    deadlineMs: hours(6),
    atDeadline: 'pause',
    calls: [
      ...regions.flatMap((region) =>
        callsOf(region, 'database.describe', 'database.modify', 'database.remove', 'database.snapshot'),
      ),
      ...callsOf(place.recovery, 'store.read', 'api.ask'),
    ],
    look: async (world, context) => {
      const served = await readHeartbeat(world, place.api, {settings, signal: context.signal})
      if (served?.region !== place.home || !served.writable)
        return later(context, `${place.home} to answer users with a database that takes writes`)
      const left = regions.flatMap((region) => setAsideIds(input).map((id) => ({region, id})))
      const waits = (await Promise.all(left.map((one) => removeOne(world, input, one, context)))).filter((one) => one !== null)
      if (waits.length > 0) return later(context, waits.join('; '), 15)
      const snapshots = await Promise.all(
        left.map(({region, id}) => world.database.snapshot(region, finalSnapshotOf(id), context.signal)),
      )
      return {
        kind: 'done',
        facts: {
          snapshots: left
            .filter((_, index) => snapshots[index] !== null)
            .map(({region, id}) => `${finalSnapshotOf(id)} in ${region}`),
        },
      }
    },
  })
}

/** What is still waited for; null: it is gone. */
async function removeOne(
  world: RecoveryWorld,
  {place}: FailbackInput,
  {region, id}: {readonly region: string; readonly id: string},
  context: StepContext,
): Promise<string | null> {
  const found = await world.database.describe(region, id, context.signal)
  if (found === null) return null
  if (found.status === 'deleting') return `${id} in ${region} to be gone`
  if (found.status !== 'available' && hopeless(found) === null) return `${id} in ${region} to be available (${found.status})`
  await requireSetAside(world, place, region, context)
  if (found.protected) {
    await world.database.modify(region, id, {protected: false}, context.signal)
    return `${id} in ${region} to allow its deletion`
  }
  await world.database.remove(region, id, finalSnapshotOf(id), context.signal)
  return `${id} in ${region} to be gone`
}

/** Users are home, and under the final name of each Region stands what the stacks know: only then is the other one really left over. */
async function requireSetAside(world: RecoveryWorld, place: Place, region: string, {signal}: StepContext): Promise<void> {
  const [standing, named] = await Promise.all([
    readStanding(world.store(place.recovery), place, signal),
    world.database.describe(region, place.database, signal),
  ])
  const isReplica = named !== null && named.source !== null
  if (standing?.region === place.home && named !== null && isReplica === (region === place.recovery)) return
  throw new SluiceError({
    code: 'database-in-service',
    exitCode: ExitCode.halted,
    message: `${place.database} in ${region} isn't what it should be before anything is removed there; nothing was removed`,
    suggestions: ['sluice dr status'],
  })
}

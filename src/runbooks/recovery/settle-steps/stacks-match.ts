/**
 * After a failback CloudFormation needs nothing: the databases stand under the names that both stacks know. Here that is looked at, not
 * assumed: physical ids, what each of them is, and what differs from the templates. Then the recovery is settled. It changes no stack.
 */
import {minutes} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {later, lookStep} from '../look-step.ts'
import {otherRegion} from '../place.ts'
import type {Place} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {StackRef} from '../../provision/ports.ts'
import {isInVain, readStanding, writeStanding} from '../standing.ts'
import type {Placed, RecoveryStep} from '../way.ts'

/** Which resource of which stack is the database of a Region. `within`: logical id of the nested stack it lies in. */
interface Known {
  readonly root: StackRef
  readonly within: string | null
  readonly logicalId: string
}

export const databaseAtHome = ({stacks, home}: Place): Known => ({
  root: {name: stacks.main, region: home},
  within: 'Database',
  logicalId: 'Database',
})
export const databaseAway = ({stacks, recovery}: Place): Known => ({
  root: {name: stacks.replica, region: recovery},
  within: null,
  logicalId: 'Replica',
})

interface Found {
  readonly stack: StackRef
  readonly physicalId: string | null
}

export async function physicalId(world: RecoveryWorld, {root, within, logicalId}: Known, signal?: AbortSignal): Promise<Found> {
  const nested = within === null ? null : (await world.stacks.resources(root, signal)).find((one) => one.logicalId === within)
  const stack = nested === null ? root : {name: nested?.physicalId ?? '', region: root.region}
  if (stack.name === '') return {stack: root, physicalId: null}
  const resource = (await world.stacks.resources(stack, signal)).find((one) => one.logicalId === logicalId)
  return {stack, physicalId: resource?.physicalId ?? null}
}

const stackCalls = (region: string) => [
  ...callsOf(region, 'stacks.resources', 'database.describe'),
  {action: 'cloudformation:DetectStackDrift', region},
  {action: 'cloudformation:DescribeStackDriftDetectionStatus', region},
  {action: 'cloudformation:DescribeStackResourceDrifts', region},
]

/** Both stacks know the databases that are there: the primary at home, its replica away. */
export function stacksMatch(place: Place, {needs, id = 'stacks-match', title}: Placed): RecoveryStep {
  const drifts: Detections = new Map()
  return lookStep({
    id,
    title: title ?? 'Both stacks know their databases',
    needs,
    deadlineMs: minutes(30),
    atDeadline: 'pause',
    calls: [...stackCalls(place.home), ...stackCalls(place.recovery)],
    look: async (world, context): Promise<Polled> => {
      const known = [databaseAtHome(place), databaseAway(place)]
      const found = await Promise.all(known.map((one) => physicalId(world, one, context.signal)))
      const databases = await Promise.all(
        known.map(({root}) => world.database.describe(root.region, place.database, context.signal)),
      )
      const wrong = [
        ...found.flatMap(({stack, physicalId: id}) =>
          id === place.database ? [] : [`${stack.name} in ${stack.region} knows ${id ?? 'no database'}, not ${place.database}`],
        ),
        ...(databases[0]?.source === null ? [] : [`${place.database} in ${place.home} isn't a primary`]),
        ...(databases[1]?.source == null ? [`${place.database} in ${place.recovery} isn't a replica`] : []),
      ]
      if (wrong.length > 0)
        return {kind: 'failed', because: `${wrong.join('; ')}. sluice infra status and sluice dr status tell more`, then: 'pause'}
      const drift = await driftOf(
        world,
        found.map(({stack}) => stack),
        drifts,
        context,
      )
      if (drift === null) return later(context, 'CloudFormation to compare both stacks')
      return {
        kind: 'done',
        facts: {database: place.database, drift: [...drift]},
        note: drift.length === 0 ? 'ids as before, nothing differs' : `ids as before; ${drift.length} things differ`,
      }
    },
  })
}

type Detections = Map<string, string>

/** `Stack: Resource path`; null while CloudFormation is still looking. Tags and sizes that a release or scaling sets are no failure. */
async function driftOf(
  world: RecoveryWorld,
  stacks: readonly StackRef[],
  detections: Detections,
  {signal}: StepContext,
): Promise<readonly string[] | null> {
  const all = await Promise.all(
    stacks.map(async (stack) => {
      const key = `${stack.name}@${stack.region}`
      const detection = detections.get(key) ?? (await world.stacks.detectDrift(stack, signal)).detection
      detections.set(key, detection)
      const drift = await world.stacks.drift(stack, detection, signal)
      return (
        drift?.map(
          (one) =>
            `${stack.region} ${one.logicalId}: ${one.kind === 'deleted' ? 'deleted' : one.properties.map(({path}) => path).join(', ')}`,
        ) ?? null
      )
    }),
  )
  return all.some((one) => one === null) ? null : all.flatMap((one) => one ?? [])
}

/** From now on stacks may be deployed as always. */
export function settled(place: Place, region: string, {needs, id = 'settled', title}: Placed): RecoveryStep {
  const read = (world: RecoveryWorld, signal: AbortSignal) => readStanding(world.store(place.recovery), place, signal)
  return {
    id,
    title: title ?? 'The move is settled',
    needs,
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    calls: callsOf(place.recovery, 'store.read', 'store.write'),
    observe: async (world, {signal}) => {
      const standing = await read(world, signal)
      if (standing === null)
        return region === place.home
          ? {kind: 'done', note: 'users have never left home'}
          : {kind: 'foreign', what: `nothing says that users are in ${region}`}
      if (standing.region !== region)
        return {
          kind: 'foreign',
          what: `users are by right in ${standing.region}, not in ${region} (${otherRegion(place, standing.region)} is the other one)`,
        }
      return standing.settled && !isInVain(standing, place) ? {kind: 'done'} : {kind: 'not-done'}
    },
    start: async (world, {signal}) => {
      const standing = await read(world, signal)
      if (standing === null || standing.region !== region) return
      const {withdrawn, ...kept} = standing
      const stays = withdrawn !== undefined && !isInVain(standing, place) ? {withdrawn} : {}
      await writeStanding(world.store(place.recovery), place, {...kept, ...stays, settled: true}, signal)
    },
    poll: async (world, context) => {
      const standing = await read(world, context.signal)
      return standing?.settled === true && !isInVain(standing, place) ? {kind: 'done'} : later(context, 'the record', 1)
    },
  }
}

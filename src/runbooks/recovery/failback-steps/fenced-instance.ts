/**
 * The instance that users left: set aside under another name, its place taken by a replica of the one that serves, and removed at the
 * very end with a final snapshot. Before each of these the standing object is read again: what it points at is never renamed, replaced
 * or deleted, whatever a journal says.
 */
import {hours} from '../hours.ts'
import {minutes} from '../../engine/clock.ts'
import type {Polled, StepContext} from '../../engine/step.ts'
import {ExitCode, SluiceError} from '../../../errors.ts'
import {readHeartbeat} from '../ask-api.ts'
import type {FailbackInput, Side} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {databaseArn} from '../place.ts'
import type {Place} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseState, RecoveryWorld, ReplicaSpec} from '../ports.ts'
import {hopeless} from '../promotion-state.ts'
import {readStanding} from '../standing.ts'
import type {Placed, RecoveryStep} from '../way.ts'

/** Which Region's instance is out of service, and which one's serves. */
export interface Leg extends Placed {
  readonly id: string
  readonly title: string
  readonly out: Side
  readonly active: string
}

export const fencedId = ({place, stamp}: Pick<FailbackInput, 'place' | 'stamp'>): string => `${place.database}-fenced-${stamp}`
export const finalSnapshot = ({place, stamp}: Pick<FailbackInput, 'place' | 'stamp'>): string =>
  `${place.database}-final-${stamp}`

/** Users must be by right in `active`, and that must not be here. */
async function requireOutOfService(
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

/** What is left of the old primary as it was found, before anything is done to it. */
export function keepStep(input: FailbackInput, {needs}: Placed): RecoveryStep {
  const {
    place,
    to: {region},
  } = input
  return lookStep({
    id: 'keep',
    title: 'What the old primary holds is kept',
    needs,
    calls: callsOf(region, 'database.describe', 'database.modify'),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    look: async (world, context): Promise<Polled> => {
      const found =
        (await world.database.describe(region, place.database, context.signal))
        ?? (await world.database.describe(region, fencedId(input), context.signal))
      if (found === null || found.source !== null)
        return {kind: 'done', facts: {kept: null}, note: 'there is no old primary any more'}
      if (!found.protected) {
        await world.database.modify(region, found.id, {protected: true}, context.signal)
        return later(context, `${found.id} to refuse deletion`)
      }
      return {
        kind: 'done',
        note: `${found.id} stays until the end, and ends with the snapshot ${finalSnapshot(input)}`,
        facts: {kept: found.id, finalSnapshot: finalSnapshot(input), class: found.class, storageGiB: found.storageGiB},
      }
    },
  })
}

export function setAsideStep(input: FailbackInput, leg: Leg): RecoveryStep {
  const {place} = input
  const {region} = leg.out
  const aside = fencedId(input)
  return {
    id: leg.id,
    title: leg.title,
    needs: leg.needs,
    deadlineMs: minutes(40),
    atDeadline: 'pause',
    usual: {p50Seconds: 90, p90Seconds: 300},
    calls: [
      ...callsOf(region, 'database.describe', 'database.modify', 'database.removeTags'),
      ...callsOf(place.recovery, 'store.read'),
    ],
    intent: () => ({from: place.database, to: aside, region}),
    observe: async (world, {signal, now}) => {
      const [present, renamed] = await both(world, region, place.database, aside, signal)
      if (renamed !== null)
        return renamed.status === 'available' && present?.id !== renamed.id ? {kind: 'done', facts: {aside}} : {kind: 'not-done'}
      if (present === null) return {kind: 'done', facts: {aside: null}, note: `there is no ${place.database} in ${region}`}
      if (present.source !== null)
        return {kind: 'done', facts: {aside: null}, note: `${place.database} in ${region} is a replica already`}
      const lost = hopeless(present)
      if (lost !== null) return {kind: 'failed', because: lost, then: 'pause'}
      return present.status === 'available'
        ? {kind: 'not-done'}
        : {kind: 'pending', waitsFor: `${present.id} to be available (${present.status})`, lookAgainAt: now + 15_000}
    },
    start: async (world, context) => {
      const [present, renamed] = await both(world, region, place.database, aside, context.signal)
      if (renamed !== null || present === null || present.source !== null) return
      await requireOutOfService(world, place, leg, context)
      // Out of the backup plan first: its next snapshot would hold up the rename, and later the removal.
      await world.database.removeTags(region, present.arn, ['sluice:backup'], context.signal)
      await world.database.modify(region, place.database, {id: aside}, context.signal)
    },
    poll: async (world, context) => {
      const [present, renamed] = await both(world, region, place.database, aside, context.signal)
      if (renamed?.status === 'available' && present === null) return {kind: 'done', facts: {aside}, note: aside}
      return later(context, `${place.database} to be called ${aside} (${renamed?.status ?? present?.status ?? 'gone'})`, 10)
    },
  }
}

async function both(
  world: RecoveryWorld,
  region: string,
  id: string,
  other: string,
  signal: AbortSignal,
): Promise<readonly [DatabaseState | null, DatabaseState | null]> {
  return Promise.all([world.database.describe(region, id, signal), world.database.describe(region, other, signal)])
}

/** Directly under the final name, so that both stacks know it again afterwards. On AWS it can take hours. */
export function replicaStep(input: FailbackInput, leg: Leg): RecoveryStep {
  const {place} = input
  const {region} = leg.out
  const source = databaseArn(place, leg.active, partitionOf(region))
  const stack = {name: place.stacks.replica, region: place.recovery}
  return {
    id: leg.id,
    title: leg.title,
    needs: leg.needs,
    deadlineMs: hours(24),
    atDeadline: 'pause',
    usual: {p50Seconds: 3600, p90Seconds: 4 * 3600},
    calls: [
      ...callsOf(region, 'database.describe', 'database.createReplica', 'database.events', 'stacks.describe'),
      ...callsOf(leg.active, 'database.describe'),
      ...callsOf(place.recovery, 'store.read'),
    ],
    intent: () => ({id: place.database, region, source}),
    observe: async (world, {signal}) => {
      const present = await world.database.describe(region, place.database, signal)
      if (present === null) return {kind: 'not-done'}
      if (present.source === null)
        return {
          kind: 'foreign',
          what: `${present.id} in ${region} is a database of its own, where a replica of ${leg.active} should be made`,
        }
      return replicates(present) ? {kind: 'done', facts: {replica: present.arn}} : {kind: 'not-done'}
    },
    start: async (world, context) => {
      const {signal} = context
      if ((await world.database.describe(region, place.database, signal)) !== null) return
      await requireOutOfService(world, place, leg, context)
      const [old, serving, own] = await Promise.all([
        world.database.describe(region, fencedId(input), signal),
        world.database.describe(leg.active, place.database, signal),
        region === place.recovery ? world.stacks.describe(stack, signal) : null,
      ])
      if (old === null || serving === null) throw unknownGroups(input, region)
      await world.database.createReplica(replicaSpec(input, {old, serving, source, parameters: own?.parameters ?? {}}), signal)
    },
    poll: async (world, context) => {
      const present = await world.database.describe(region, place.database, context.signal)
      if (present === null) return later(context, 'the replica to be told of', 15)
      const lost = hopeless(present)
      if (lost !== null) return {kind: 'failed', because: lost, then: 'pause'}
      if (replicates(present))
        return {
          kind: 'done',
          facts: {replica: present.arn, class: present.class},
          note: `${present.id} replicates from ${leg.active}`,
        }
      return later(
        context,
        `the replica in ${region} (${present.status}${present.replication === null ? '' : `, ${present.replication.status}`})`,
        30,
      )
    },
  }
}

const replicates = ({status, replication, source}: DatabaseState): boolean =>
  source !== null && status === 'available' && replication?.status === 'replicating'
const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'

interface Known {
  /** The instance whose place it takes. */
  readonly old: DatabaseState
  readonly serving: DatabaseState
  readonly source: string
  /** Of the stack of the replica, where there is one: the shape it had in peace. */
  readonly parameters: Readonly<Record<string, string>>
}

/** What is left out would become the Region's default, so everything is said. It gets its backup tag when it is promoted, not before. */
export function replicaSpec({place}: Pick<FailbackInput, 'place'>, {old, serving, source, parameters}: Known): ReplicaSpec {
  const tags = Object.entries(old.tags).filter(([name]) => !name.startsWith('aws:') && name !== 'sluice:backup')
  return {
    id: place.database,
    region: old.region,
    sourceArn: source,
    like: old.id,
    class: parameters['InstanceClass'] ?? old.class,
    multiAz: parameters['MultiAz'] === undefined ? old.multiAz : parameters['MultiAz'] === 'true',
    subnetGroup: old.subnetGroup,
    parameterGroup: old.parameterGroup.name,
    optionGroup: old.optionGroup,
    securityGroups: old.securityGroups,
    kmsKey: old.kmsKey,
    port: old.endpoint?.port ?? serving.endpoint?.port ?? 5433,
    monitoringRole: old.monitoringRole,
    protected: parameters['DeletionProtection'] === undefined ? old.protected : parameters['DeletionProtection'] === 'true',
    tags: Object.fromEntries(tags),
  }
}

function unknownGroups(input: FailbackInput, region: string): SluiceError {
  return new SluiceError({
    code: 'old-database-missing',
    exitCode: ExitCode.halted,
    message: `${fencedId(input)} isn't in ${region}, so nobody can tell the groups, the key and the class that the replica there should have`,
    suggestions: [
      'sluice dr resume',
      `make the replica ${input.place.database} in ${region} by hand first, as docs/recovery.md says`,
    ],
  })
}

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
      const waits = (await Promise.all(regions.map((region) => removeOne(world, input, region, context)))).filter(
        (one) => one !== null,
      )
      if (waits.length > 0) return later(context, waits.join('; '), 15)
      const snapshots = await Promise.all(
        regions.map((region) => world.database.snapshot(region, finalSnapshot(input), context.signal)),
      )
      return {
        kind: 'done',
        facts: {
          snapshots: regions
            .filter((_, index) => snapshots[index] !== null)
            .map((region) => `${finalSnapshot(input)} in ${region}`),
        },
      }
    },
  })
}

/** What is still waited for; null: it is gone. */
async function removeOne(
  world: RecoveryWorld,
  input: FailbackInput,
  region: string,
  context: StepContext,
): Promise<string | null> {
  const {place} = input
  const id = fencedId(input)
  const found = await world.database.describe(region, id, context.signal)
  if (found === null) return null
  if (found.status === 'deleting') return `${id} in ${region} to be gone`
  if (found.status !== 'available' && hopeless(found) === null) return `${id} in ${region} to be available (${found.status})`
  await requireSetAside(world, place, region, context)
  if (found.protected) {
    await world.database.modify(region, id, {protected: false}, context.signal)
    return `${id} in ${region} to allow its deletion`
  }
  await world.database.remove(region, id, finalSnapshot(input), context.signal)
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

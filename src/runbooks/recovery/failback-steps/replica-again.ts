/**
 * A replica of what serves, made where another instance was set aside: under the final name, with everything said outright that its
 * predecessor had. It is made once, and only in a Region that is out of service.
 */
import {ExitCode, SluiceError} from '../../../errors.ts'
import {hours} from '../hours.ts'
import type {FailbackInput} from '../input.ts'
import {later} from '../look-step.ts'
import {databaseArn} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {DatabaseState, ReplicaSpec} from '../ports/database-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import {hopeless} from '../promotion-state.ts'
import type {RecoveryStep} from '../way.ts'
import {fencedId} from './instance-names.ts'
import {requireOutOfService} from './out-of-service.ts'
import type {Leg} from './out-of-service.ts'

/** Directly under the final name, so that both stacks know it again afterwards. On AWS it can take hours. */
export function replicaStep(input: FailbackInput, leg: Leg): RecoveryStep {
  const {place} = input
  const {region} = leg.out
  const source = databaseArn(place, leg.active, partitionOf(region))
  return {
    id: leg.id,
    title: leg.title,
    needs: leg.needs,
    deadlineMs: hours(24),
    atDeadline: 'pause',
    usual: {p50Seconds: 3600, p90Seconds: 4 * 3600},
    calls: [
      ...callsOf(region, 'database.describe', 'database.createReplica', 'database.modify', 'database.events', 'stacks.describe'),
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
      return replicates(present) && isWhole(await settingsToBe(world, input, leg, present, signal))
        ? {kind: 'done', facts: {replica: present.arn}}
        : {kind: 'not-done'}
    },
    start: async (world, context) => {
      const {signal} = context
      if ((await world.database.describe(region, place.database, signal)) !== null) return
      await requireOutOfService(world, place, leg, context)
      const [old, serving, parameters] = await Promise.all([
        world.database.describe(region, fencedId(input), signal),
        world.database.describe(leg.active, place.database, signal),
        parametersOf(world, input, leg, signal),
      ])
      if (old === null || serving === null) throw unknownGroups(input, region)
      await world.database.createReplica(replicaSpec(input, {old, serving, source, parameters}), signal)
    },
    poll: async (world, context) => {
      const present = await world.database.describe(region, place.database, context.signal)
      if (present === null) return later(context, 'the replica to be told of', 15)
      const lost = hopeless(present)
      if (lost !== null) return {kind: 'failed', because: lost, then: 'pause'}
      if (replicates(present)) {
        const {window, isToBeProtected} = await settingsToBe(world, input, leg, present, context.signal)
        const refused = window === null ? null : await refusal(world, present, window, context.signal)
        if (window !== null && refused === null) return later(context, `its maintenance window to be ${window}`, 10)
        if (isToBeProtected) await world.database.modify(region, present.id, {protected: true}, context.signal)
        return {
          kind: 'done',
          facts: {replica: present.arn, class: present.class, ...(refused !== null && {windowKept: refused})},
          note: [`${present.id} replicates from ${leg.active}`, ...(refused === null ? [] : [`window ${refused}`])].join('; '),
        }
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

interface SettingsToBe {
  /** RDS chooses a new replica's window, and takes none when it makes one: that of the instance before it; null: it has it, or nobody knows. */
  readonly window: string | null
  readonly isToBeProtected: boolean
}

const isWhole = ({window, isToBeProtected}: SettingsToBe): boolean => window === null && !isToBeProtected

async function settingsToBe(
  world: RecoveryWorld,
  input: FailbackInput,
  leg: Leg,
  {region, maintenanceWindow, protected: isProtected}: DatabaseState,
  signal: AbortSignal,
): Promise<SettingsToBe> {
  const [old, parameters] = await Promise.all([
    world.database.describe(region, fencedId(input), signal),
    parametersOf(world, input, leg, signal),
  ])
  const before = old?.maintenanceWindow ?? ''
  return {
    window: before === '' || before === maintenanceWindow ? null : before,
    isToBeProtected: !isProtected && old !== null && protectedBy(parameters, old),
  }
}

type Parameters = Readonly<Record<string, string>>

/** Of the stack of the replica, where there is one: the shape it had in peace. */
async function parametersOf(world: RecoveryWorld, {place}: FailbackInput, {out}: Leg, signal: AbortSignal): Promise<Parameters> {
  if (out.region !== place.recovery) return {}
  const own = await world.stacks.describe({name: place.stacks.replica, region: place.recovery}, signal)
  return own?.parameters ?? {}
}

const protectedBy = (parameters: Parameters, old: DatabaseState): boolean =>
  parameters['DeletionProtection'] === undefined ? old.protected : parameters['DeletionProtection'] === 'true'

/** Users don't wait for a window: what RDS refuses is told, and drift tells it from then on. */
async function refusal(
  world: RecoveryWorld,
  {region, id, maintenanceWindow}: DatabaseState,
  window: string,
  signal: AbortSignal,
) {
  try {
    await world.database.modify(region, id, {maintenanceWindow: window}, signal)
    return null
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return `${maintenanceWindow} instead of ${window}: ${error.message}`
  }
}
const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'

interface Known {
  /** The instance whose place it takes. */
  readonly old: DatabaseState
  readonly serving: DatabaseState
  readonly source: string
  readonly parameters: Parameters
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
    // Only once it is whole: one that is half made when its source is lost must not stand in the way of what users left.
    protected: false,
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

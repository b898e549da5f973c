/**
 * What a drill is made from, computed from what the recovery Region alone has told; or why there can be none. Pure. Nothing is asked of
 * the primary Region here, so a drill without the primary begins the same way.
 */
import {slotContainer} from '../../config/slot-names.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import type {RecoverySettings} from '../../config/recovery-config.ts'
import {hours} from './hours.ts'
import type {DrillInput, Side, Standing} from './input.ts'
import type {Place} from './place.ts'
import type {DatabaseState, RecoveryPoint} from './ports/database-port.ts'
import type {TemplateSource} from '../provision/ports.ts'
import {drillHost} from './drill-steps/drill-names.ts'

export interface DrillAsked {
  readonly config: StackConfig
  readonly place: Place
  readonly settings: RecoverySettings
  readonly by: string
  /** Epoch ms, the run's clock. */
  readonly now: number
  readonly side: Side
  readonly standing: Standing | null
  /** The replica in the recovery Region. */
  readonly replica: DatabaseState | null
  /** Hosts that are registered there now. */
  readonly hosts: number
  /** Newest first. */
  readonly recoveryPoints: readonly RecoveryPoint[]
  /** Image by digest that serves in the recovery Region's stable slot. */
  readonly image: string | null
  /** Outputs and parameters of the recovery Region's main stack; outputs of its foundation. */
  readonly main: {readonly outputs: Readonly<Record<string, string>>; readonly parameters: Readonly<Record<string, string>>}
  readonly foundation: Readonly<Record<string, string>>
  readonly template: TemplateSource
  readonly withoutPrimary: boolean
  readonly clean: boolean
  readonly readiness: unknown
}

export type Asked<Input> =
  | {readonly kind: 'input'; readonly input: Input}
  | {readonly kind: 'refused'; readonly because: string; /** The command that helps. */ readonly next: string}

const outputsNeeded = [
  'CapacityProvider',
  'TaskExecutionRoleArn',
  'TaskRoleArn',
  'ApiLogGroup',
  'PrivateSubnetA',
  'PrivateSubnetB',
  'ListenerArn',
  'ClusterName',
] as const

/** Tasks of a drill, and its own hosts where it has to bring some: one each, so that every task finds room whatever its size. */
const tasks = 2

/** A drill is removed by whoever begins the next one, once it is older than this. */
const lifeMs = hours(4)

export function drillInput(asked: DrillAsked): Asked<DrillInput> {
  const {config, place, settings, by, side, now, replica, main, foundation, recoveryPoints, standing, image} = asked
  const refused = (because: string, next = 'sluice dr check'): Asked<DrillInput> => ({kind: 'refused', because, next})
  const role = foundation['RecoveryExecutionRoleArn']
  const name = drillName(now)
  if (role === undefined) return refused(`the foundation of ${side.region} has no role for recoveries`, 'sluice infra up')
  const common = {
    kind: 'drill' as const,
    config,
    place,
    settings,
    by,
    name,
    side,
    template: asked.template,
    role,
    expiresAt: now + lifeMs,
    withoutPrimary: asked.withoutPrimary,
    clean: asked.clean,
    readiness: asked.readiness,
    roles: rolesOf(role, main.outputs, foundation),
  }
  if (asked.clean) return {kind: 'input', input: {...common, recoveryPoint: {snapshot: '', createdAt: 0}, parameters: {}}}
  if (standing !== null && standing.region === side.region)
    return refused(`users are in ${side.region}: a drill belongs into the Region they aren't in`, 'sluice dr failback')
  if (replica === null)
    return refused(`there is no replica ${place.database} in ${side.region}: there is nothing to rehearse for`)
  const [point] = recoveryPoints
  if (point === undefined)
    return refused(
      `no recovery point of ${place.database} is in ${side.region} yet; the backup plan copies one there every day, and a drill never takes one of the replica`,
    )
  if (image === null) return refused(`the slot ${side.serving} in ${side.region} has no version yet; a release carries one there`)
  const needed = bringsHosts(asked) ? [...outputsNeeded, 'HostProfileArn'] : outputsNeeded
  const missing = needed.filter((output) => main.outputs[output] === undefined)
  if (missing.length > 0) return refused(`the main stack of ${side.region} doesn't tell ${missing.join(', ')}`, 'sluice infra up')
  return {
    kind: 'input',
    input: {
      ...common,
      recoveryPoint: {snapshot: point.snapshot, createdAt: point.createdAt},
      parameters: parametersOf(asked, replica, point, image, common),
    },
  }
}

/** In peace a pilot light has none, and no NAT gateway by which one in a private subnet could join; a failover or a stay gives it both. */
const bringsHosts = ({place, hosts}: DrillAsked): boolean => place.shape === 'pilot-light' && hosts === 0

function parametersOf(
  asked: DrillAsked,
  replica: DatabaseState,
  point: RecoveryPoint,
  image: string,
  {name, expiresAt}: {readonly name: string; readonly expiresAt: number},
): Readonly<Record<string, string>> {
  const {config, place, side, main} = asked
  const published = (what: string): string => `/${place.service}/${place.environment}/sluice/${what}`
  const told = (output: (typeof outputsNeeded)[number]): string => main.outputs[output] ?? ''
  const {parameters} = main
  return {
    Service: place.service,
    Environment: place.environment,
    Name: name,
    Expires: String(expiresAt),
    VpcId: published('vpc'),
    DataSubnetA: published('data-subnet-a'),
    DataSubnetB: published('data-subnet-b'),
    LoadBalancerGroup: published('load-balancer-group'),
    PrivateSubnetA: told('PrivateSubnetA'),
    PrivateSubnetB: told('PrivateSubnetB'),
    PublicSubnetA: published('public-subnet-a'),
    PublicSubnetB: published('public-subnet-b'),
    HostCount: bringsHosts(asked) ? String(tasks) : '0',
    Ami: parameters['ApiAmi'] ?? `/${place.service}/${place.environment}/ami/api`,
    InstanceType: parameters['InstanceType'] ?? 'm7g.large',
    FallbackInstanceType: parameters['FallbackInstanceType'] ?? 'm7gd.large',
    HostProfileArn: main.outputs['HostProfileArn'] ?? '',
    DataKeyArn: published('data-key'),
    ApiPort: parameters['ApiPort'] ?? '8080',
    DatabasePort: String(replica.endpoint?.port ?? parameters['DatabasePort'] ?? '5433'),
    HealthPath: parameters['HealthPath'] ?? '/health',
    Snapshot: point.snapshot,
    Engine: place.engine,
    InstanceClass: replica.class,
    ParameterGroup: replica.parameterGroup.name,
    Cluster: told('ClusterName'),
    CapacityProvider: told('CapacityProvider'),
    Image: image,
    Container: slotContainer,
    Tasks: String(tasks),
    TaskCpu: String(config.task.cpu),
    TaskMemory: String(config.task.memory),
    TaskExecutionRoleArn: told('TaskExecutionRoleArn'),
    TaskRoleArn: told('TaskRoleArn'),
    DatabaseLoginArn: side.secret ?? '',
    LogGroup: told('ApiLogGroup'),
    ListenerArn: told('ListenerArn'),
    RulePriority: '10',
    HostName: drillHost({place}),
  }
}

function rolesOf(
  role: string,
  outputs: Readonly<Record<string, string>>,
  foundation: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const all = {
    cloudformation: role,
    tasks: outputs['TaskRoleArn'],
    'task execution': outputs['TaskExecutionRoleArn'],
    scheduler: foundation['SchedulerRoleArn'],
  }
  return Object.fromEntries(Object.entries(all).flatMap(([who, arn]) => (arn === undefined ? [] : [[who, arn]])))
}

/** `d20261123-014500`: part of names of at most 63 characters, and in the order of time. */
export function drillName(now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T')
  return `d${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`
}

/**
 * What the tool itself makes in a Region after the stacks: two slots with their scaling, and the live rule. How they begin is
 * decided here; what they are later is the releases': what is gone is made again as the last release left it. Pure, but for one look
 * at what is there.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import {liveRulePriority, liveTag, slotContainer, slotFamily, slotService} from '../../config/slot-names.ts'
import type {Slot} from '../release/ports.ts'
import type {PlannedSlot, WantedStack} from './infra-plan.ts'
import type {LiveRuleSpec, ProvisionWorld, SlotSpec, StackState} from './ports.ts'
import type {ServedRelease} from './served-release.ts'
import {isComplete} from './way-on.ts'

/** Tasks a Region begins with, and how many scaling may make of them. */
interface SlotSize {
  readonly min: number
  readonly max: number
}

export function slotSize(config: StackConfig, region: string): SlotSize {
  const home = config.shape === 'production' ? {min: 4, max: 24} : {min: 2, max: 8}
  if (region === config.region) return home
  switch (config.recovery?.shape) {
    case 'warm-standby':
      return {...home, min: 2}
    case 'pilot-light':
      return {...home, min: 0}
    case 'full-scale':
    case undefined:
      return home
  }
}

/** What was released, or null: nothing yet. */
type Served = ServedRelease | null

/** What slots begin with; empty: nothing. */
export const slotImage = ({firstImage}: StackConfig, served: Served): string => served?.image ?? firstImage

/** In the recovery Region slot a follows every promotion. */
export const servingSlot = ({region: home}: StackConfig, region: string, served: Served): Slot =>
  region === home ? (served?.slot ?? 'a') : 'a'

/** Outputs of a Region's main stack that slots are made of. */
export type Outputs = Readonly<Record<string, string>>

const output = (outputs: Outputs, name: string): string => {
  const value = outputs[name]
  if (value === undefined) throw new Error(`the main stack has no output ${name}`)
  return value
}

export const needed = [
  'ListenerArn',
  'TargetGroupA',
  'TargetGroupB',
  'ClusterName',
  'CapacityProvider',
  'TaskExecutionRoleArn',
  'TaskRoleArn',
  'ApiLogGroup',
  'PrivateSubnetA',
  'PrivateSubnetB',
  'TaskSecurityGroup',
] as const

/** `databaseSecret`: its ARN at home, or null. A replica of a secret has the same ARN but for the Region. */
export function slotSpec(
  config: StackConfig,
  region: string,
  slot: Slot,
  outputs: Outputs,
  databaseSecret: string | null,
  port: string,
  served: Served,
): SlotSpec {
  const size = slotSize(config, region)
  const min = slot === servingSlot(config, region, served) ? size.min : 0
  return {
    region,
    slot,
    cluster: output(outputs, 'ClusterName'),
    service: slotService(config, slot),
    targetGroup: output(outputs, slot === 'a' ? 'TargetGroupA' : 'TargetGroupB'),
    capacityProvider: output(outputs, 'CapacityProvider'),
    subnets: [output(outputs, 'PrivateSubnetA'), output(outputs, 'PrivateSubnetB')],
    securityGroup: output(outputs, 'TaskSecurityGroup'),
    count: min,
    scaling: {min, max: size.max, cpuPercent: 60},
    taskDefinition: {
      family: slotFamily(config),
      image: slotImage(config, served),
      container: slotContainer,
      port: Number(port),
      cpu: config.task.cpu,
      memoryMiB: config.task.memory,
      executionRole: output(outputs, 'TaskExecutionRoleArn'),
      taskRole: output(outputs, 'TaskRoleArn'),
      logGroup: output(outputs, 'ApiLogGroup'),
      environment: {PORT: port, SLUICE_SERVICE: config.service, SLUICE_ENVIRONMENT: config.environment, SLUICE_REGION: region},
      secrets: databaseSecret === null ? {} : {DATABASE_SECRET: databaseSecret.replace(`:${config.region}:`, `:${region}:`)},
    },
    tags: tagsOf(config),
  }
}

export function liveRuleSpec(config: StackConfig, region: string, outputs: Outputs, served: Served): LiveRuleSpec {
  return {
    region,
    listener: output(outputs, 'ListenerArn'),
    targetGroups: {a: output(outputs, 'TargetGroupA'), b: output(outputs, 'TargetGroupB')},
    serving: servingSlot(config, region, served),
    priority: liveRulePriority,
    tags: {...tagsOf(config), [liveTag]: config.service},
  }
}

const tagsOf = ({service, environment}: StackConfig): Readonly<Record<string, string>> => ({
  service,
  environment,
  owner: 'sluice',
})

export async function planSlots(
  world: ProvisionWorld,
  config: StackConfig,
  main: WantedStack,
  state: StackState | null,
  served: Served,
  signal?: AbortSignal,
): Promise<readonly PlannedSlot[]> {
  const {region} = main
  const told = (
    rule: PlannedSlot['verdict'],
    slots: readonly [PlannedSlot['verdict'], PlannedSlot['verdict']],
  ): readonly PlannedSlot[] => [
    {region, what: 'live-rule', verdict: rule},
    {region, what: 'slot-a', verdict: slots[0]},
    {region, what: 'slot-b', verdict: slots[1]},
  ]
  const made = slotImage(config, served) === '' ? 'no-image' : 'create'
  if (state === null) return told('create', [made, made])
  if (!isComplete(state.status) || needed.some((name) => state.outputs[name] === undefined))
    return told('later', ['later', 'later'])
  const {outputs} = state
  const {listener, targetGroups} = liveRuleSpec(config, region, outputs, served)
  const [rule, a, b] = await Promise.all([
    world.slots.liveRule(region, listener, targetGroups, signal),
    ...(['a', 'b'] as const).map((slot) =>
      world.slots.slot(region, output(outputs, 'ClusterName'), slotService(config, slot), signal),
    ),
  ])
  return told(rule === null ? 'create' : 'exists', [isThere(a) ? 'exists' : made, isThere(b) ? 'exists' : made])
}

/** A service that was deleted is still told of for a while. */
export const isThere = (slot: {readonly status: string} | null | undefined): boolean => slot?.status === 'ACTIVE'

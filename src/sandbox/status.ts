/** What `sandbox status` shows: read through the services' own operations, so that it says what a client would see. */
import {holdersByTargetGroup, liveServices} from './live-services.ts'
import type {Holder, LiveService} from './live-services.ts'
import type {Plane} from './plane/plane.ts'
import type {Delivery} from './services/scheduler-state.ts'
import type {Scheduler} from './services/scheduler.ts'
import type {ShopService} from './shop-names.ts'
import type {Fault} from './world/contract.ts'
import type {SandboxWorld} from './world/world.ts'

export interface StatusSources {
  readonly name: string
  readonly world: SandboxWorld
  readonly plane: Plane
  readonly scheduler: Scheduler
  readonly shop: () => readonly ShopService[]
}

export interface SlotStatus {
  readonly slot: 'a' | 'b'
  readonly desired: number
  readonly running: number
  readonly healthy: number
  readonly taskDefinition: string | null
}
export interface ServiceStatus {
  readonly service: string
  readonly loadBalancer: string
  readonly weights: {readonly a: number; readonly b: number}
  readonly slots: readonly SlotStatus[]
}
export interface SandboxStatus {
  readonly name: string
  readonly account: string
  readonly regions: readonly string[]
  readonly clock: {readonly epochMs: number; readonly speed: number}
  readonly services: readonly ServiceStatus[]
  readonly images: readonly {readonly tag: string; readonly env: Readonly<Record<string, string>>}[]
  readonly traffic: ReturnType<Plane['traffic']['stats']>
  /** Where load balancers really listen. */
  readonly endpoints: ReturnType<Plane['endpoints']>
  readonly tasks: ReturnType<Plane['tasks']>
  readonly faults: readonly Fault[]
  readonly schedules: ReturnType<Scheduler['status']>['schedules']
  readonly deliveries: readonly Delivery[]
  readonly deadLetters: readonly Delivery[]
}

interface RuleAnswer {
  readonly Rules?: readonly {
    readonly Actions?: readonly {
      readonly ForwardConfig?: {readonly TargetGroups?: readonly {readonly TargetGroupArn?: string; readonly Weight?: number}[]}
    }[]
  }[]
}
interface HealthAnswer {
  readonly TargetHealthDescriptions?: readonly {readonly TargetHealth?: {readonly State?: string}}[]
}

export async function sandboxStatus(sources: StatusSources): Promise<SandboxStatus> {
  const {name, world, plane, scheduler} = sources
  const {schedules, deliveries, deadLetters} = scheduler.status()
  const [services, holders] = await Promise.all([
    knownServices(sources),
    quietly<ReadonlyMap<string, Holder>>(holdersByTargetGroup(world)),
  ])
  return {
    name,
    account: world.account,
    regions: world.regions,
    clock: {epochMs: world.clock.now(), speed: world.clock.speed},
    services: await Promise.all(services.map(async (one) => serviceStatus(world, one, holders ?? new Map<string, Holder>()))),
    images: plane.images.list(),
    traffic: plane.traffic.stats(),
    endpoints: plane.endpoints(),
    tasks: plane.tasks(),
    faults: world.allFaults(),
    schedules,
    deliveries,
    deadLetters,
  }
}

/** What the shop began with, and whatever else has a live rule by now. */
export async function knownServices({world, shop}: Pick<StatusSources, 'world' | 'shop'>): Promise<readonly LiveService[]> {
  const begun = shop()
  const live = (await quietly<readonly LiveService[]>(liveServices(world))) ?? []
  return [...begun, ...live.filter(({ruleArn}) => !begun.some((one) => one.ruleArn === ruleArn))]
}

async function serviceStatus(
  world: SandboxWorld,
  {service, loadBalancer, ruleArn, targetGroups}: LiveService,
  holders: ReadonlyMap<string, Holder>,
): Promise<ServiceStatus> {
  const region = world.regions[0] ?? ''
  const slots = await Promise.all(
    (['a', 'b'] as const).map(async (slot) => {
      const health = await quietly<HealthAnswer>(
        world.invoke('elasticloadbalancingv2', 'DescribeTargetHealth', {TargetGroupArn: targetGroups[slot]}, region),
      )
      const {desired, running, taskDefinition} = holders.get(targetGroups[slot]) ?? {desired: 0, running: 0, taskDefinition: null}
      const healthy = health?.TargetHealthDescriptions?.filter((one) => one.TargetHealth?.State === 'healthy').length ?? 0
      return {slot, desired, running, healthy, taskDefinition}
    }),
  )
  const rule = await quietly<RuleAnswer>(world.invoke('elasticloadbalancingv2', 'DescribeRules', {RuleArns: [ruleArn]}, region))
  const groups = rule?.Rules?.[0]?.Actions?.find((one) => one.ForwardConfig !== undefined)?.ForwardConfig?.TargetGroups ?? []
  const weight = (slot: 'a' | 'b'): number => groups.find((one) => one.TargetGroupArn === targetGroups[slot])?.Weight ?? 0
  return {service, loadBalancer, weights: {a: weight('a'), b: weight('b')}, slots}
}

/** Somebody may have deleted what the shop began with: status says what is left. */
async function quietly<Answer>(call: Promise<unknown>): Promise<Answer | null> {
  try {
    return (await call) as Answer
  } catch {
    return null
  }
}

/** What `sandbox status` shows: read through the services' own operations, so that it says what a client would see. */
import type {Plane} from './plane/plane.ts'
import type {Scheduler} from './services/scheduler.ts'
import {CLUSTER} from './shop.ts'
import type {ShopService} from './shop.ts'
import type {SandboxWorld} from './world/world.ts'

export interface StatusSources {
  readonly name: string
  readonly world: SandboxWorld
  readonly plane: Plane
  readonly scheduler: Scheduler
  shop(): readonly ShopService[]
}

interface RuleAnswer {
  readonly Rules?: readonly {readonly Actions?: readonly {readonly ForwardConfig?: {readonly TargetGroups?: readonly {readonly TargetGroupArn?: string; readonly Weight?: number}[]}}[]}[]
}
interface HealthAnswer {
  readonly TargetHealthDescriptions?: readonly {readonly TargetHealth?: {readonly State?: string}}[]
}
interface ServicesAnswer {
  readonly services?: readonly {readonly serviceName?: string; readonly desiredCount?: number; readonly runningCount?: number; readonly taskDefinition?: string}[]
}

export async function sandboxStatus(sources: StatusSources): Promise<object> {
  const {name, world, plane, scheduler} = sources
  const {schedules, deliveries, deadLetters} = scheduler.status()
  return {
    name,
    account: world.account,
    regions: world.regions,
    clock: {epochMs: world.clock.now(), speed: world.clock.speed},
    services: await Promise.all(sources.shop().map(async (one) => await serviceStatus(world, one))),
    images: plane.images.list(),
    traffic: plane.traffic.stats(),
    faults: world.allFaults(),
    schedules,
    deliveries,
    deadLetters,
  }
}

async function serviceStatus(world: SandboxWorld, {service, loadBalancer, ruleArn, targetGroups}: ShopService): Promise<object> {
  const region = world.regions[0] ?? ''
  const slots = await Promise.all((['a', 'b'] as const).map(async (slot) => {
    const [health, services] = await Promise.all([
      quietly<HealthAnswer>(world.invoke('elasticloadbalancingv2', 'DescribeTargetHealth', {TargetGroupArn: targetGroups[slot]}, region)),
      quietly<ServicesAnswer>(world.invoke('ecs', 'DescribeServices', {cluster: CLUSTER, services: [`${service}-${slot}`]}, region)),
    ])
    const ecs = services?.services?.[0]
    const healthy = health?.TargetHealthDescriptions?.filter((one) => one.TargetHealth?.State === 'healthy').length ?? 0
    return {slot, desired: ecs?.desiredCount ?? 0, running: ecs?.runningCount ?? 0, healthy, taskDefinition: ecs?.taskDefinition ?? null}
  }))
  const rule = await quietly<RuleAnswer>(world.invoke('elasticloadbalancingv2', 'DescribeRules', {RuleArns: [ruleArn]}, region))
  const groups = rule?.Rules?.[0]?.Actions?.find((one) => one.ForwardConfig !== undefined)?.ForwardConfig?.TargetGroups ?? []
  const weight = (slot: 'a' | 'b'): number => groups.find((one) => one.TargetGroupArn === targetGroups[slot])?.Weight ?? 0
  return {service, loadBalancer, weights: {a: weight('a'), b: weight('b')}, slots}
}

/** Somebody may have deleted what the shop began with: status says what is left. */
async function quietly<Answer>(call: Promise<unknown>): Promise<Answer | null> {
  try {
    return await call as Answer
  } catch {
    return null
  }
}

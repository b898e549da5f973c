/**
 * How an environment's stacks stand, for people: the tree of every Region with what is nested, counted by status, and what
 * releases work on. It only reads, all Regions at once, and judges nothing: that is drift's and doctor's.
 */
import {slotService} from '../../config/slot-names.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import type {Clock} from '../engine/clock.ts'
import type {Slot, Weights} from '../release/ports.ts'
import {gently} from './gently.ts'
import type {Gently} from './gently.ts'
import type {ProvisionWorld, SlotState} from './ports.ts'
import {nestedType, readRoots, regionsOf} from './stack-tree.ts'
import type {RootStack, StackNode} from './stack-tree.ts'

export interface StackTree {
  /** `main@eu-west-1`; of a nested stack its path: `Api`. */
  readonly id: string
  readonly name: string
  readonly status: string
  readonly reason: string | null
  /** Epoch ms. */
  readonly changedAt: number
  /** Own resources by status, nested stacks left out. */
  readonly counts: Readonly<Record<string, number>>
  readonly failed: readonly {
    readonly path: string
    readonly type: string
    readonly status: string
    readonly reason: string | null
  }[]
  readonly nested: readonly StackTree[]
}

export interface RootTree extends StackTree {
  readonly kind: RootStack['kind']
  readonly protected: boolean
  readonly outputs: Readonly<Record<string, string>>
}

/** What releases work on in a Region: made by `infra up`, in no stack. */
export interface Traffic {
  /** null: there is none, and the load balancer answers 503. */
  readonly weights: Weights | null
  readonly slots: Readonly<Record<Slot, SlotState | null>>
}

export interface RegionStatus {
  readonly region: string
  readonly stacks: readonly RootTree[]
  /** Ids of stacks that the configuration wants and that aren't there. */
  readonly missing: readonly string[]
  /** null: there is no stack yet that it could be in. */
  readonly traffic: Traffic | null
}

export type StatusWorld = Pick<ProvisionWorld, 'stacks' | 'slots'>

/** Home first. */
export async function readStatus(
  world: StatusWorld,
  config: StackConfig,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly RegionStatus[]> {
  const read = gently(clock)
  return Promise.all(
    regionsOf(config).map(async (region) => {
      const roots = await readRoots(world, config, [region], read, signal)
      const main = roots.find(({kind}) => kind === 'main')
      return {
        region,
        stacks: roots.map(asRootTree),
        missing: wantedIn(config, region).filter((id) => !roots.some((root) => root.id === id)),
        traffic: main === undefined ? null : await readTraffic(world, config, main, read, signal),
      }
    }),
  )
}

/** Without `surge`: that is a failover's. */
function wantedIn({region: home, recovery}: StackConfig, region: string): readonly string[] {
  return [
    ...(region === home || region === recovery?.region ? [`foundation@${region}`, `main@${region}`] : []),
    ...(region === 'us-east-1' ? [`certificate@${region}`] : []),
    ...(region === recovery?.region ? [`replica@${region}`] : []),
  ]
}

export async function readTraffic(
  world: Pick<ProvisionWorld, 'slots'>,
  config: StackConfig,
  {ref: {region}, state: {outputs}}: RootStack,
  read: Gently,
  signal: AbortSignal,
): Promise<Traffic | null> {
  const {ClusterName: cluster, ListenerArn: listener, TargetGroupA: a, TargetGroupB: b} = outputs
  if (cluster === undefined || listener === undefined || a === undefined || b === undefined) return null
  const [rule, slotA, slotB] = await Promise.all([
    read(() => world.slots.liveRule(region, listener, {a, b}, signal)),
    read(() => world.slots.slot(region, cluster, slotService(config, 'a'), signal)),
    read(() => world.slots.slot(region, cluster, slotService(config, 'b'), signal)),
  ])
  return {weights: rule?.weights ?? null, slots: {a: slotA, b: slotB}}
}

function asRootTree(root: RootStack): RootTree {
  const {
    kind,
    state: {outputs, protected: isProtected},
  } = root
  return {...asTree(root), kind, id: root.id, protected: isProtected, outputs}
}

function asTree(node: StackNode): StackTree {
  const own = node.resources.filter(({type}) => type !== nestedType)
  return {
    id: node.path,
    name: node.ref.name,
    status: node.status,
    reason: node.reason,
    changedAt: node.changedAt,
    counts: countBy(own.map(({status}) => status)),
    failed: own
      .filter(({status}) => status.endsWith('_FAILED'))
      .map(({logicalId, type, status, reason}) => ({
        path: node.path === '' ? logicalId : `${node.path}/${logicalId}`,
        type,
        status,
        reason,
      })),
    nested: node.nested.map(asTree),
  }
}

function countBy(statuses: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

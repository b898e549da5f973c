/**
 * The stacks of one environment as they are: root stacks of every Region with what is nested in them. It only reads, all Regions
 * at once: one call for a Region's roots, one for the resources of each stack.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import type {Gently} from './gently.ts'
import type {WantedStack} from './infra-plan.ts'
import type {ProvisionWorld, StackRef, StackResource, StackState} from './ports.ts'

export const nestedType = 'AWS::CloudFormation::Stack'

export interface StackNode {
  readonly ref: StackRef
  /** Logical ids from the root down; empty for the root itself. */
  readonly path: string
  readonly status: string
  readonly reason: string | null
  readonly changedAt: number
  readonly resources: readonly StackResource[]
  readonly nested: readonly StackNode[]
}

export interface RootStack extends StackNode {
  /** `main@eu-west-1` */
  readonly id: string
  readonly kind: WantedStack['kind']
  readonly state: StackState
}

export interface PlacedResource extends StackResource {
  /** `Database/Instance` */
  readonly path: string
  readonly stack: StackRef
}

const kinds = ['foundation', 'certificate', 'main', 'replica', 'surge', 'drill'] as const satisfies readonly WantedStack['kind'][]

/** CloudFront takes certificates from us-east-1 alone. Home first. */
export const regionsOf = ({region, recovery}: StackConfig): readonly string[] => [
  ...new Set([region, ...(recovery === null ? [] : [recovery.region]), 'us-east-1']),
]

export const rootName = ({service, environment}: StackConfig, kind: WantedStack['kind']): string =>
  `${service}-${environment}-${kind}`

/** Every root stack that is there, whatever its state. */
export async function readRoots(
  world: Pick<ProvisionWorld, 'stacks'>,
  config: StackConfig,
  regions: readonly string[],
  read: Gently,
  signal: AbortSignal,
): Promise<readonly RootStack[]> {
  const found = await Promise.all(
    regions.map(async (region) => {
      const states = await read(() => world.stacks.list(region, `${config.service}-${config.environment}-`, signal))
      return Promise.all(
        kinds.flatMap((kind) =>
          states.filter(({name}) => name === rootName(config, kind)).map((state) => root(kind, region, state)),
        ),
      )
    }),
  )
  return found.flat()

  async function root(kind: WantedStack['kind'], region: string, state: StackState): Promise<RootStack> {
    const ref = {name: state.name, region}
    const inside = await readInside(world, ref, '', read, signal)
    const {status, reason, changedAt} = state
    return {id: `${kind}@${region}`, kind, ref, path: '', status, reason, changedAt, state, ...inside}
  }
}

async function readInside(
  world: Pick<ProvisionWorld, 'stacks'>,
  stack: StackRef,
  path: string,
  read: Gently,
  signal: AbortSignal,
): Promise<Pick<StackNode, 'resources' | 'nested'>> {
  const resources = await read(() => world.stacks.resources(stack, signal))
  const nested = await Promise.all(
    resources.filter(isNestedStack).map(async (one): Promise<StackNode> => {
      const ref = {name: one.physicalId, region: stack.region}
      const below = path === '' ? one.logicalId : `${path}/${one.logicalId}`
      return {
        ref,
        path: below,
        status: one.status,
        reason: one.reason,
        changedAt: one.changedAt,
        ...(await readInside(world, ref, below, read, signal)),
      }
    }),
  )
  return {resources, nested}
}

/** One that is there: a nested stack that is gone, or was never made, has nothing to ask for. */
const isNestedStack = ({type, physicalId, status}: StackResource): boolean =>
  type === nestedType && physicalId !== '' && status !== 'DELETE_COMPLETE'

/** All resources of a stack and of those nested in it, the nested stacks themselves left out. */
export function resourcesBelow(node: StackNode): readonly PlacedResource[] {
  const own = node.resources
    .filter(({type}) => type !== nestedType)
    .map((one): PlacedResource => ({
      ...one,
      stack: node.ref,
      path: node.path === '' ? one.logicalId : `${node.path}/${one.logicalId}`,
    }))
  return [...own, ...node.nested.flatMap(resourcesBelow)]
}

/** The stack itself and all below it. */
export const nodesOf = (node: StackNode): readonly StackNode[] => [node, ...node.nested.flatMap(nodesOf)]

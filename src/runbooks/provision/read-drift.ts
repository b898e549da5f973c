/**
 * What differs from the templates, in every stack of every Region and in those nested in them, because AWS looks at one stack at
 * a time. It only reads: detection changes nothing. All stacks are asked at once, but gently, and each is waited for a bounded
 * time; a stack that can't be asked now is said to be unchecked, never to be fine.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import {SluiceError} from '../../errors.ts'
import {minutes, seconds} from '../engine/clock.ts'
import type {Desk} from '../engine/desk.ts'
import {trafficDrift} from './drift-traffic.ts'
import {gently} from './gently.ts'
import type {Gently} from './gently.ts'
import {ownedByOthers} from './owned-by-others.ts'
import type {DriftedResource, ProvisionWorld} from './ports.ts'
import {readTraffic} from './read-status.ts'
import {releaseStanding} from './release-standing.ts'
import {nestedType, nodesOf, readRoots, regionsOf} from './stack-tree.ts'
import type {RootStack, StackNode} from './stack-tree.ts'

export interface DriftRow {
  /** `main@eu-west-1` */
  readonly stack: string
  readonly region: string
  /** `Api/Hosts`; `live-rule`, `slot-a` for what is in no stack. */
  readonly path: string
  readonly type: string
  readonly physicalId: string
  readonly kind: 'modified' | 'deleted'
  readonly properties: readonly {readonly path: string; readonly expected: string | null; readonly actual: string | null}[]
}

export interface Drift {
  readonly differs: readonly DriftRow[]
  /** Differences that are meant, each with its reason. */
  readonly ignored: readonly {
    readonly stack: string
    readonly path: string
    readonly property: string
    readonly because: string
  }[]
  readonly unchecked: readonly {readonly stack: string; readonly path: string; readonly because: string}[]
  /** Stacks looked at, nested ones included. */
  readonly checked: number
}

export type DriftWorld = Pick<ProvisionWorld, 'stacks' | 'slots'>

interface Options {
  readonly regions?: readonly string[]
  /** Told after each stack: how many of how many. */
  readonly onProgress?: (done: number, total: number) => void
}

const longestWaitMs = minutes(20)
/** CloudFormation compares a stack only while it stands still, and not one that was never finished. */
const comparable = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
  'IMPORT_COMPLETE',
])

export async function readDrift(
  world: DriftWorld,
  config: StackConfig,
  desk: Desk,
  signal: AbortSignal,
  options: Options = {},
): Promise<Drift> {
  const read = gently(desk.clock)
  const [roots, releases] = await Promise.all([
    readRoots(world, config, options.regions ?? regionsOf(config), read, signal),
    releaseStanding(desk, config),
  ])
  const places = roots.flatMap((root) => nodesOf(root).map((node) => ({root, node})))
  let done = 0
  const found = await Promise.all([
    ...places.map(async ({root, node}) => {
      const drift = await driftOf(world, desk, root, node, read, signal)
      options.onProgress?.((done += 1), places.length)
      return drift
    }),
    ...roots
      .filter(({kind}) => kind === 'main')
      .map(async (main): Promise<Drift> => {
        const traffic = await readTraffic(world, config, main, read, signal)
        if (traffic === null) return nothing
        const {region} = main.ref
        const {differs, ignored} = trafficDrift(config, region, traffic, region === config.region ? releases : null)
        return {...nothing, differs, ignored: ignored.map((one) => ({...one, stack: main.id}))}
      }),
  ])
  return {
    differs: found.flatMap(({differs}) => differs),
    ignored: found.flatMap(({ignored}) => ignored),
    unchecked: found.flatMap(({unchecked}) => unchecked),
    checked: found.reduce((sum, {checked}) => sum + checked, 0),
  }
}

const nothing: Drift = {differs: [], ignored: [], unchecked: [], checked: 0}

async function driftOf(
  world: DriftWorld,
  {clock}: Pick<Desk, 'clock'>,
  root: RootStack,
  node: StackNode,
  read: Gently,
  signal: AbortSignal,
): Promise<Drift> {
  const unchecked = (because: string): Drift => ({...nothing, unchecked: [{stack: root.id, path: node.path, because}]})
  if (!comparable.has(node.status)) return unchecked(`it is ${node.status}`)
  try {
    const {detection} = await read(() => world.stacks.detectDrift(node.ref, signal))
    const until = clock.now() + longestWaitMs
    for (let waitMs = seconds(1); ; waitMs = Math.min(seconds(10), waitMs * 1.5)) {
      const drifted = await read(() => world.stacks.drift(node.ref, detection, signal))
      if (drifted !== null) return judged(root, node, drifted)
      if (clock.now() > until) return unchecked('CloudFormation is still comparing')
      await clock.until(clock.now() + waitMs, signal)
    }
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return unchecked(error.message)
  }
}

function judged(root: RootStack, node: StackNode, drifted: readonly DriftedResource[]): Drift {
  const rows = drifted
    .filter(({type}) => type !== nestedType)
    .map((resource) => {
      const path = node.path === '' ? resource.logicalId : `${node.path}/${resource.logicalId}`
      const judgedProperties = resource.properties.map((property) => ({property, because: ownedByOthers(resource, property)}))
      const differs = judgedProperties.filter(({because}) => because === null).map(({property}) => property)
      return {
        ignored: judgedProperties.flatMap(({property, because}) =>
          because === null ? [] : [{stack: root.id, path, property: property.path, because}],
        ),
        differs: resource.kind === 'deleted' || differs.length > 0 ? [asRow(root, path, resource, differs)] : [],
      }
    })
  return {differs: rows.flatMap(({differs}) => differs), ignored: rows.flatMap(({ignored}) => ignored), unchecked: [], checked: 1}
}

const asRow = (
  root: RootStack,
  path: string,
  {type, physicalId, kind}: DriftedResource,
  properties: DriftedResource['properties'],
): DriftRow => ({
  stack: root.id,
  region: root.ref.region,
  path,
  type,
  physicalId,
  kind,
  properties: properties.map(({path: property, expected, actual}) => ({path: property, expected, actual})),
})

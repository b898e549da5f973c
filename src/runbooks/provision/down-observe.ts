/**
 * Looks at what is there to be taken away, and what would stay. Reads only. What it finds is the plan's input: what isn't in here
 * isn't deleted.
 */
import {infraTarget} from '../../config/infra-target.ts'
import {releaseTarget} from '../../config/release-target.ts'
import {slotService} from '../../config/slot-names.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {isHeld, readLease} from '../engine/lease.ts'
import {patiently} from '../engine/patience.ts'
import {runState} from '../engine/run-state.ts'
import type {Desk} from '../engine/desk.ts'
import {readRun} from '../release/find-run.ts'
import {downFindings} from './down-findings.ts'
import type {DownInput, DownOptions, DownSlots, DownStack} from './down-input.ts'
import type {DownWorld, Protected} from './down-ports.ts'
import {bucketKey, nestedThatOutlive, retainedBy, retainedKey, stateBucket, storeKey, storesOf} from './down-retained.ts'
import {downPlanName, upPlanName} from './infra-runs.ts'
import {gently} from './gently.ts'
import type {Gently} from './gently.ts'
import {nodesOf, readRoots, regionsOf, resourcesBelow} from './stack-tree.ts'
import type {RootStack} from './stack-tree.ts'

export interface DownRequest {
  readonly config: StackConfig
  readonly account: string
  readonly arn: string
  readonly options: DownOptions
}

export async function planDown(desk: Desk, request: DownRequest, world: DownWorld, signal: AbortSignal): Promise<DownInput> {
  const {config, account, arn, options} = request
  const read = gently(desk.clock)
  const roots = await readRoots(world, config, regionsOf(config), read, signal)
  const chosen =
    options.only === 'all'
      ? roots
      : roots.filter(({kind, ref}) => ref.region === config.recovery?.region && kind !== 'certificate')
  const [stacks, replicas, lease, before] = await Promise.all([
    Promise.all(chosen.map((root) => asDownStack(root, world, read, signal))),
    readReplicas(chosen, world, read, signal),
    patiently(desk.clock, () => readLease(desk.store, releaseTarget(config), signal)),
    unfinishedDown(desk, config),
  ])
  const wanted =
    options.data === 'kept' ? [] : unique([...chosen.flatMap(bucketsOf), ...(before?.buckets ?? [])], ({bucket}) => bucket)
  const sizes = await Promise.all(wanted.map(({region, bucket}) => read(() => world.ground.bucketSize(region, bucket, signal))))
  const buckets = wanted.filter((_, index) => sizes[index] !== null)
  const known =
    options.data === 'kept'
      ? []
      : unique(
          [...chosen.flatMap((root) => storesOf(config, root)), ...(before?.stores ?? [])],
          ({region, id}) => `${region} ${id}`,
        )
  const states = await Promise.all(known.map((store) => read(() => world.teardown.store(store, signal))))
  const stores = known.filter((_, index) => states[index] === 'removable')
  const goes = new Set([...buckets.map(bucketKey), ...stores.map(storeKey)])
  const retained = [
    ...(before?.retained.filter((one) => !goes.has(retainedKey(one))) ?? []),
    ...chosen.flatMap((root) => retainedBy(root, goes)),
    ...replicas.flatMap(({region, id, finalSnapshot}) => (finalSnapshot === null ? [] : [promoted(region, id, finalSnapshot)])),
    ...[...new Set(chosen.map(({ref}) => ref.region))]
      .filter((region) => chosen.some(({kind, ref}) => kind === 'main' && ref.region === region))
      .map((region) => stateBucket(account, region)),
  ]
  return {
    schema: 1,
    config,
    account,
    arn,
    options,
    stacks,
    replicas,
    buckets,
    stores,
    slots: chosen.flatMap((root) => slotsOf(config, root)),
    retained: unique(retained, retainedKey),
    findings: downFindings(request, roots, lease !== null && isHeld(lease, desk.clock.now()) ? lease : null),
  }
}

const unique = <T>(all: readonly T[], key: (one: T) => string): readonly T[] =>
  all.filter((one, index) => all.findIndex((other) => key(other) === key(one)) === index)

/**
 * What the last run down was about, if it came to no good end: stacks that it deleted can't tell any more which buckets were
 * theirs. Of a run with the same reach only.
 */
async function unfinishedDown(desk: Desk, config: StackConfig): Promise<DownInput | null> {
  const lease = await patiently(desk.clock, () => readLease(desk.store, infraTarget(config)))
  const runs =
    lease === null ? [] : (await patiently(desk.clock, () => desk.store.folders('runs/'))).filter((run) => run <= lease.run)
  // The newest is the one its lease names, unless that was killed before it wrote anything.
  for (const run of runs.toReversed().slice(0, 50)) {
    const events = await readRun(desk, run)
    const [first] = events
    if (first?.kind !== 'planned' || (first.data.plan !== downPlanName && first.data.plan !== upPlanName)) continue
    const input = first.data.input as unknown as DownInput
    if (infraTarget(input.config) !== infraTarget(config)) continue
    return first.data.plan === downPlanName && runState(events).ended?.data.outcome !== 'done' ? input : null
  }
  return null
}

async function asDownStack(root: RootStack, world: DownWorld, read: Gently, signal: AbortSignal): Promise<DownStack> {
  const {id, kind, ref, status, state} = root
  const below = resourcesBelow(root)
  const things = below.flatMap(({type, physicalId, status: at}) =>
    at === 'DELETE_COMPLETE' ? [] : asProtected(type, physicalId, ref.region),
  )
  const lifted = await Promise.all(things.map((thing) => read(() => world.teardown.deletionProtection(thing, signal))))
  return {
    id,
    kind,
    name: ref.name,
    region: ref.region,
    status,
    resources: below.length,
    terminationProtection: state.protected ? 'on' : 'off',
    protects: things.filter((_, index) => lifted[index] === 'on'),
    groups: below
      .filter(({type, physicalId}) => type === 'AWS::AutoScaling::AutoScalingGroup' && physicalId !== '')
      .map(({physicalId}) => physicalId),
    nested:
      kind !== 'main'
        ? []
        : root.nested.flatMap(({path, ref: nested}) =>
            nestedThatOutlive.some((name) => name === path) ? [{logicalId: path, id: nested.name}] : [],
          ),
    stuck: stuckIn(root),
  }
}

/** Deepest first: a nested stack is deleted before its parent is tried again. */
function stuckIn(root: RootStack): DownStack['stuck'] {
  return nodesOf(root)
    .filter(({status}) => status === 'DELETE_FAILED')
    .toReversed()
    .map((node) => {
      const failed = node.resources.filter(
        ({status, type}) => status === 'DELETE_FAILED' && type !== 'AWS::CloudFormation::Stack',
      )
      return {
        stack: node.ref,
        path: node.path,
        logicalIds: failed.map(({logicalId}) => logicalId),
        because: failed.map(({logicalId, reason}) => `${logicalId}: ${reason ?? 'no reason given'}`).join('; '),
      }
    })
}

function asProtected(type: string, id: string, region: string): readonly Protected[] {
  if (id === '') return []
  if (type === 'AWS::RDS::DBInstance') return [{kind: 'database', region, id}]
  if (type === 'AWS::ElasticLoadBalancingV2::LoadBalancer') return [{kind: 'load-balancer', region, id}]
  return []
}

async function readReplicas(
  roots: readonly RootStack[],
  world: DownWorld,
  read: Gently,
  signal: AbortSignal,
): Promise<DownInput['replicas']> {
  const instances = roots
    .filter(({kind}) => kind === 'replica')
    .flatMap((root) =>
      resourcesBelow(root)
        .filter(({type}) => type === 'AWS::RDS::DBInstance')
        .map(({physicalId}) => ({region: root.ref.region, id: physicalId})),
    )
  const found = await Promise.all(
    instances.map(async ({region, id}) => {
      const database = await read(() => world.teardown.database(region, id, signal))
      return database === null ? [] : [{region, id, finalSnapshot: database.replicaOf === null ? `${id}-final` : null}]
    }),
  )
  return found.flat()
}

const promoted = (region: string, id: string, snapshot: string) => ({
  what: 'final snapshot of the promoted database',
  id: snapshot,
  region,
  howToRemove: `aws rds delete-db-snapshot --region ${region} --db-snapshot-identifier ${snapshot} (of ${id})`,
})

const bucketsOf = (root: RootStack): DownInput['buckets'] =>
  resourcesBelow(root)
    .filter(({type, path, physicalId}) => type === 'AWS::S3::Bucket' && path !== 'StateBucket' && physicalId !== '')
    .map(({physicalId}) => ({region: root.ref.region, bucket: physicalId}))

/** After a deletion that failed half way, outputs still name what is gone already. */
function slotsOf(config: StackConfig, root: RootStack): readonly DownSlots[] {
  const {
    kind,
    ref,
    state: {outputs},
  } = root
  const {ClusterName: cluster, ListenerArn: listener, TargetGroupA: a, TargetGroupB: b} = outputs
  if (kind !== 'main' || cluster === undefined || listener === undefined || a === undefined || b === undefined) return []
  const there = new Set(
    resourcesBelow(root)
      .filter(({status}) => status !== 'DELETE_COMPLETE')
      .map(({physicalId}) => physicalId),
  )
  if (!there.has(cluster)) return []
  return [
    {
      region: ref.region,
      cluster,
      listener: there.has(listener) ? listener : null,
      targetGroups: {a, b},
      services: {a: slotService(config, 'a'), b: slotService(config, 'b')},
    },
  ]
}

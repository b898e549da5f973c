/**
 * A two-Region stack in memory, as `infra down` meets it, on a leaping clock. Written behaviour: a stack deletes its resources and
 * its nested stacks (but those that outlive it), takes a minute, and refuses what AWS refuses: a root with termination protection, a
 * database or load balancer with deletion protection, a group of protected hosts (which takes for ever), a network with a database
 * in it, a cluster with services, a listener with a rule of somebody else's, a certificate in use, a role that others still need.
 */
import {resolveStack} from '../../src/config/stack-config.ts'
import type {StackConfig} from '../../src/config/stack-config.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import type {DownWorld, Protected} from '../../src/runbooks/provision/down-ports.ts'
import type {SlotState, StackEvent, StackResource, StackState, StackStatus} from '../../src/runbooks/provision/ports.ts'
import type {LeapingClock} from '../support/leaping-clock.ts'

export const home = 'eu-west-1'
export const away = 'eu-central-1'

export const aStackConfig = (change: Partial<StackConfig> = {}): StackConfig => ({
  ...resolveStack({
    service: 'shop',
    environment: 'production',
    region: home,
    stack: {api: 'api.example.com', site: 'www.example.com', hostedZone: 'Z1', recovery: {region: away}},
  }),
  ...change,
})

export const databaseSecret = `arn:aws:secretsmanager:${home}:111122223333:secret:shop/production/database-aBcDeF`

interface Thing {
  readonly type: string
  readonly id: string
  /** Outlives its stack. */
  readonly stays?: true
  status: string
  reason: string | null
}
export interface FakeStack {
  readonly name: string
  readonly id: string
  readonly region: string
  readonly parent: FakeStack | null
  readonly logicalId: string
  readonly things: Map<string, Thing>
  readonly parameters: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
  status: StackStatus
  protected: boolean
  readonly events: StackEvent[]
}

export interface DownBench {
  readonly world: DownWorld
  readonly stacks: FakeStack[]
  /** `REGION/service` → its tasks. */
  readonly services: Map<string, {count: number; scaling: boolean; status: SlotState['status']}>
  readonly rules: Set<string>
  readonly protectedHosts: Map<string, string[]>
  readonly deletionProtection: Set<string>
  readonly databases: Map<string, {replicaOf: string | null; snapshot: string | null}>
  readonly snapshots: string[]
  readonly buckets: Map<string, number>
  /** `REGION/id` of vaults, repositories and secrets. */
  readonly stores: Map<string, 'removable' | 'full'>
  /** Everything that changed something, in order. */
  readonly changes: string[]
  stack(name: string, region?: string): FakeStack
}

const deletionTakesMs = 60_000
const nestedType = 'AWS::CloudFormation::Stack'

/** `around` is told before every change: a place to be killed at. */
export function downBench(clock: LeapingClock, around: (change: string) => void = () => undefined): DownBench {
  const stacks: FakeStack[] = []
  const bench: Omit<DownBench, 'world'> = {
    stacks,
    services: new Map(),
    rules: new Set(),
    protectedHosts: new Map(),
    deletionProtection: new Set(),
    databases: new Map(),
    snapshots: [],
    buckets: new Map(),
    stores: new Map(),
    changes: [],
    stack: (name, region = home) => {
      const found = stacks.find((one) => one.region === region && (one.name === name || one.id === name))
      if (found === undefined) throw new Error(`no stack ${name} in ${region}`)
      return found
    },
  }
  build(bench)
  const change = (what: string): void => {
    around(what)
    bench.changes.push(what)
  }
  return {...bench, world: asWorld(bench, clock, change)}
}

function build(bench: Omit<DownBench, 'world'>): void {
  const add = (
    name: string,
    region: string,
    things: Readonly<Record<string, Omit<Thing, 'status' | 'reason'>>>,
    more: Partial<FakeStack> = {},
  ): FakeStack => {
    const stack: FakeStack = {
      name,
      region,
      id: `arn:aws:cloudformation:${region}:1:stack/${name}/0`,
      parent: null,
      logicalId: '',
      parameters: {},
      outputs: {},
      status: 'CREATE_COMPLETE',
      protected: false,
      events: [],
      ...more,
      things: new Map(
        Object.entries(things).map(([logicalId, thing]) => [logicalId, {...thing, status: 'CREATE_COMPLETE', reason: null}]),
      ),
    }
    bench.stacks.push(stack)
    if (stack.parent !== null) {
      const stays = ['Database', 'Edge', 'Backup'].includes(stack.logicalId) ? {stays: true as const} : {}
      stack.parent.things.set(stack.logicalId, {
        type: nestedType,
        id: stack.id,
        status: 'CREATE_COMPLETE',
        reason: null,
        ...stays,
      })
    }
    return stack
  }
  const nested = (
    parent: FakeStack,
    logicalId: string,
    things: Readonly<Record<string, Omit<Thing, 'status' | 'reason'>>>,
  ): FakeStack => add(`${parent.name}-${logicalId}-1A`, parent.region, things, {parent, logicalId})
  for (const region of [home, away]) {
    add('shop-production-foundation', region, {
      ExecutionRole: {type: 'AWS::IAM::Role', id: 'execution'},
      DataKey: {type: 'AWS::KMS::Key', id: `key-${region}`, stays: true},
      LogBucket: {type: 'AWS::S3::Bucket', id: `logs-${region}`, stays: true},
    })
    const balancer = `arn:elb:${region}:loadbalancer/app/shop/0a`
    const main = add(
      'shop-production-main',
      region,
      {},
      {
        protected: true,
        parameters: {Replicate: 'true', PeerRegion: region === home ? away : home},
        outputs: {
          ClusterName: `cluster-${region}`,
          ListenerArn: `listener-${region}`,
          TargetGroupA: 'tg-a',
          TargetGroupB: 'tg-b',
        },
      },
    )
    nested(main, 'Vpc', {Vpc: {type: 'AWS::EC2::VPC', id: `vpc-${region}`}})
    nested(main, 'LoadBalancer', {
      LoadBalancer: {type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', id: balancer},
      Listener: {type: 'AWS::ElasticLoadBalancingV2::Listener', id: `listener-${region}`},
    })
    nested(main, 'Api', {
      Cluster: {type: 'AWS::ECS::Cluster', id: `cluster-${region}`},
      Hosts: {type: 'AWS::AutoScaling::AutoScalingGroup', id: `hosts-${region}`},
    })
    nested(main, 'Edge', {
      SiteBucket: {type: 'AWS::S3::Bucket', id: `site-${region}`, stays: true},
      ...(region === home && {Distribution: {type: 'AWS::CloudFront::Distribution', id: 'E1'}}),
    })
    nested(main, 'Images', {Repository: {type: 'AWS::ECR::Repository', id: 'shop-production/api', stays: true}})
    nested(main, 'Backup', {Vault: {type: 'AWS::Backup::BackupVault', id: 'shop-production', stays: true}})
    bench.deletionProtection.add(balancer)
    bench.protectedHosts.set(`${region}/hosts-${region}`, ['i-1', 'i-2'])
    bench.rules.add(region)
    bench.stores
      .set(`${region}/shop-production`, region === home ? 'full' : 'removable')
      .set(`${region}/shop-production/api`, 'removable')
    bench.buckets.set(`logs-${region}`, 1500).set(`site-${region}`, 10)
    for (const slot of ['a', 'b'])
      bench.services.set(`${region}/shop-production-${slot}`, {count: slot === 'a' ? 2 : 0, scaling: true, status: 'ACTIVE'})
  }
  nested(bench.stack('shop-production-main'), 'Database', {
    Database: {type: 'AWS::RDS::DBInstance', id: 'shop-db'},
    Secret: {type: 'AWS::SecretsManager::Secret', id: databaseSecret, stays: true},
  })
  bench.stores.set(`${home}/${databaseSecret}`, 'removable')
  add(
    'shop-production-replica',
    away,
    {Replica: {type: 'AWS::RDS::DBInstance', id: 'shop-replica', stays: true}},
    {protected: true},
  )
  add('shop-production-certificate', 'us-east-1', {
    Certificate: {type: 'AWS::CertificateManager::Certificate', id: 'certificate', stays: true},
    Topic: {type: 'AWS::SNS::Topic', id: 't'},
  })
  bench.databases
    .set(`${home}/shop-db`, {replicaOf: null, snapshot: null})
    .set(`${away}/shop-replica`, {replicaOf: 'shop-db', snapshot: null})
  for (const id of ['shop-db', 'shop-replica']) bench.deletionProtection.add(id)
}

/** What AWS would say to deleting this now; null: it goes. */
function refusal(bench: Omit<DownBench, 'world'>, stack: FakeStack, thing: Thing): string | null {
  const alive = (name: string): boolean =>
    bench.stacks.some((one) => one.name.startsWith(name) && one.status !== 'DELETE_COMPLETE')
  if (bench.deletionProtection.has(thing.id)) return 'deletion protection is on'
  switch (thing.type) {
    case 'AWS::EC2::VPC':
      return [...bench.databases.keys()].some((key) => key.startsWith(stack.region))
        ? 'The vpc has dependencies and cannot be deleted'
        : null
    case 'AWS::ECS::Cluster':
      return [...bench.services].some(([key, one]) => key.startsWith(stack.region) && one.status !== 'INACTIVE')
        ? 'The Cluster cannot be deleted while Services are active.'
        : null
    case 'AWS::RDS::DBInstance':
      return [...bench.databases.values()].some(({replicaOf}) => replicaOf === thing.id) ? 'it still has a replica' : null
    case 'AWS::SNS::Topic':
      return alive('shop-production-main-Edge') ? 'the distribution still uses it' : null
    case 'AWS::IAM::Role':
      return ['main', 'replica', 'surge', ...(stack.region === home ? ['certificate'] : [])].some((kind) =>
        bench.stacks.some(
          (one) =>
            one.name === `shop-production-${kind}`
            && one.status !== 'DELETE_COMPLETE'
            && (one.region === stack.region || kind === 'certificate'),
        ),
      )
        ? 'CloudFormation still needs this role'
        : null
    default:
      return null
  }
}

function deleteNow(bench: Omit<DownBench, 'world'>, stack: FakeStack, retain: readonly string[]): boolean {
  let failed: string | null = null
  for (const [logicalId, thing] of stack.things) {
    if (thing.stays === true || thing.status === 'DELETE_COMPLETE' || retain.includes(logicalId)) continue
    const inner = thing.type === nestedType ? bench.stack(thing.id, stack.region) : null
    const refused =
      inner === null
        ? refusal(bench, stack, thing)
        : inner.status === 'DELETE_COMPLETE' || deleteNow(bench, inner, [])
          ? null
          : `Embedded stack ${inner.id} failed`
    thing.status = refused === null ? 'DELETE_COMPLETE' : 'DELETE_FAILED'
    thing.reason = refused
    if (refused === null && thing.type === 'AWS::RDS::DBInstance') {
      bench.databases.delete(`${stack.region}/${thing.id}`)
      bench.snapshots.push(`${thing.id}-snapshot`)
    }
    if (refused !== null) {
      failed = refused
      say(stack, logicalId, thing.id, thing.type, 'DELETE_FAILED', refused)
    }
  }
  stack.status = failed === null ? 'DELETE_COMPLETE' : 'DELETE_FAILED'
  return failed === null
}

let said = 0
function say(stack: FakeStack, logicalId: string, physicalId: string, type: string, status: string, reason: string | null): void {
  said += 1
  stack.events.push({
    id: String(said),
    at: Number.MAX_SAFE_INTEGER - 1e6 + said,
    stack: stack.name,
    stackId: stack.id,
    logicalId,
    physicalId,
    type,
    status,
    reason,
  })
}

/** Nothing scales in while a host is protected: such a deletion is looked at again a minute later. */
function hangs(bench: Omit<DownBench, 'world'>, stack: FakeStack): boolean {
  return [...stack.things.values()].some(
    (thing) =>
      thing.status !== 'DELETE_COMPLETE'
      && thing.stays !== true
      && ((thing.type === 'AWS::AutoScaling::AutoScalingGroup'
        && (bench.protectedHosts.get(`${stack.region}/${thing.id}`) ?? []).length > 0)
        || (thing.type === nestedType && hangs(bench, bench.stack(thing.id, stack.region)))),
  )
}

function asWorld(bench: Omit<DownBench, 'world'>, clock: LeapingClock, change: (what: string) => void): DownWorld {
  const find = (name: string, region: string): FakeStack | undefined =>
    bench.stacks.find(
      (one) => one.region === region && (one.id === name || (one.name === name && one.status !== 'DELETE_COMPLETE')),
    )
  const service = (region: string, name: string) => bench.services.get(`${region}/${name}`)
  const finish = (stack: FakeStack, retain: readonly string[]): void =>
    clock.at(clock.now() + deletionTakesMs, () => {
      if (hangs(bench, stack)) finish(stack, retain)
      else deleteNow(bench, stack, retain)
    })
  const world = {
    stacks: {
      describe: async ({name, region}) => asState(find(name, region)),
      list: async (region, prefix) =>
        bench.stacks
          .filter(
            (one) =>
              one.parent === null && one.region === region && one.name.startsWith(prefix) && one.status !== 'DELETE_COMPLETE',
          )
          .flatMap((one) => asState(one) ?? []),
      resources: async ({name, region}) =>
        [...(find(name, region)?.things ?? [])].map(([logicalId, thing]): StackResource => ({
          logicalId,
          physicalId: thing.id,
          type: thing.type,
          status: thing.status,
          reason: thing.reason,
          changedAt: 0,
        })),
      events: async ({name, region}) => find(name, region)?.events ?? [],
      remove: async ({name, region}, {retain = []}) => {
        const stack = find(name, region)
        if (stack === undefined) return
        if (rootOf(stack).protected)
          throw new Error(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`)
        if (retain.length > 0 && stack.status !== 'DELETE_FAILED')
          throw new Error('retain is only for a stack whose deletion failed')
        change(`remove ${stack.parent === null ? `${name}@${region}` : `${stack.logicalId}@${region}`}`)
        stack.status = 'DELETE_IN_PROGRESS'
        stack.events.length = 0
        say(stack, stack.name, stack.id, nestedType, 'DELETE_IN_PROGRESS', null)
        finish(stack, retain)
      },
      protect: async ({name, region}, protection) => {
        change(`protect ${protection} ${name}@${region}`)
        bench.stack(name, region).protected = protection === 'on'
      },
    } as Partial<DownWorld['stacks']> as DownWorld['stacks'],
    ground: {
      protectedInstances: async (region, group) => bench.protectedHosts.get(`${region}/${group}`) ?? null,
      removeInstanceProtection: async (region, group) => {
        change(`free hosts of ${group}`)
        bench.protectedHosts.set(`${region}/${group}`, [])
      },
      bucketSize: async (_region, bucket) => {
        const objects = bench.buckets.get(bucket)
        return objects === undefined ? null : {objects: Math.min(objects, 1000), more: objects > 1000}
      },
      emptyBucket: async (_region, bucket) => {
        const objects = bench.buckets.get(bucket) ?? 0
        change(`empty ${bucket}`)
        bench.buckets.set(bucket, Math.max(0, objects - 1000))
        return {deleted: Math.min(objects, 1000), more: objects > 1000}
      },
    } as Partial<DownWorld['ground']> as DownWorld['ground'],
    slots: {
      slot: async (region, _cluster, name) => {
        const one = service(region, name)
        return one === undefined
          ? null
          : {
              status: one.status,
              desired: one.count,
              running: one.count,
              taskDefinition: 't',
              targetGroup: null,
              scaling: one.scaling ? {min: 1, max: 9} : null,
            }
      },
      removeScaling: async (region, _cluster, name) => {
        change(`no scaling ${name}@${region}`)
        const one = service(region, name)
        if (one !== undefined) one.scaling = false
      },
      scaleSlot: async (region, _cluster, name, count) => {
        change(`${count} tasks ${name}@${region}`)
        const one = service(region, name)
        // Scaling would bring them back.
        if (one !== undefined && !one.scaling) one.count = count
      },
      removeSlot: async (region, _cluster, name) => {
        const one = service(region, name)
        if (one !== undefined && one.count > 0) throw new Error('The service cannot be stopped while it is scaled above 0.')
        change(`no service ${name}@${region}`)
        if (one !== undefined) one.status = 'DRAINING'
        clock.at(clock.now() + 10_000, () => {
          if (one !== undefined) one.status = 'INACTIVE'
        })
      },
      liveRule: async (region) => (bench.rules.has(region) ? {arn: `rule-${region}`, weights: {a: 100, b: 0}} : null),
      removeLiveRule: async (region) => {
        change(`no rule@${region}`)
        bench.rules.delete(region)
      },
    } as Partial<DownWorld['slots']> as DownWorld['slots'],
    claims: {stoppedTasks: async () => [], serviceEvents: async () => [], scalingActivities: async () => []},
    teardown: {
      deletionProtection: async ({id}: Protected) => (bench.deletionProtection.has(id) ? 'on' : 'off'),
      liftDeletionProtection: async ({id}: Protected) => {
        change(`unprotect ${id}`)
        bench.deletionProtection.delete(id)
      },
      database: async (region: string, id: string) => {
        const found = bench.databases.get(`${region}/${id}`)
        return found === undefined ? null : {status: 'available', replicaOf: found.replicaOf}
      },
      removeDatabase: async (region: string, id: string, snapshot: string | null) => {
        if (bench.deletionProtection.has(id)) throw new Unavailable('rds:DeleteDBInstance', 'Cannot delete protected DB Instance')
        change(`no database ${id}`)
        if (snapshot !== null) bench.snapshots.push(snapshot)
        bench.databases.delete(`${region}/${id}`)
      },
      removeBucket: async (_region: string, bucket: string) => {
        if ((bench.buckets.get(bucket) ?? 0) > 0) throw new Error('The bucket you tried to delete is not empty')
        change(`no bucket ${bucket}`)
        bench.buckets.delete(bucket)
      },
      store: async ({region, id}) => bench.stores.get(`${region}/${id}`) ?? null,
      removeStore: async ({kind, region, id}) => {
        if (bench.stores.get(`${region}/${id}`) === 'full')
          throw new Error('Backup vault cannot be deleted because it contains recovery points')
        change(`no ${kind} ${id}@${region}`)
        bench.stores.delete(`${region}/${id}`)
      },
    },
  } satisfies DownWorld
  return world
}

const rootOf = (stack: FakeStack): FakeStack => (stack.parent === null ? stack : rootOf(stack.parent))

function asState(stack: FakeStack | undefined): StackState | null {
  if (stack === undefined) return null
  const {id, name, status, parameters, outputs, parent} = stack
  return {
    id,
    name,
    status,
    reason: null,
    parameters,
    resolved: {},
    tags: {},
    outputs,
    changedAt: 0,
    protected: rootOf(stack).protected,
    parent: parent?.id ?? null,
  }
}

import {describe, expect, test} from 'vitest'
import {SluiceError} from '../../src/errors.ts'
import {openJournal} from '../../src/runbooks/engine/journal.ts'
import {takeLease} from '../../src/runbooks/engine/lease.ts'
import {Unavailable} from '../../src/runbooks/engine/unavailable.ts'
import type {DriftedResource} from '../../src/runbooks/provision/ports.ts'
import {readDrift} from '../../src/runbooks/provision/read-drift.ts'
import {fakeAws} from '../support/fake-world.ts'
import {leapingClock} from '../support/leaping-clock.ts'
import {memoryStore} from '../support/memory-store.ts'
import {aDesk, aReleaseConfig, release} from '../support/release-bench.ts'
import {aStackConfig, away, downBench, home} from './down-world.ts'
import type {DownBench} from './down-world.ts'

const never = new AbortController().signal
const difference = (
  path: string,
  expected: string | null,
  actual: string | null,
  kind: DriftedResource['properties'][number]['kind'] = 'not-equal',
) => ({path, expected, actual, kind})
const modified = (logicalId: string, type: string, ...properties: DriftedResource['properties']): DriftedResource => ({
  logicalId,
  physicalId: `${logicalId}-1`,
  type,
  kind: 'modified',
  properties,
})

interface Given {
  /** By the end of a stack's name. */
  readonly drifted?: Readonly<Record<string, readonly DriftedResource[]>>
  readonly prepare?: (bench: DownBench) => void
  /** Answers of `drift` that are throttled before it is served. */
  readonly throttled?: number
  readonly refused?: string
  readonly takesMs?: number
}

/** A stack in which this differs; detection takes a while. */
async function drift(
  {drifted = {}, prepare, throttled = 0, refused, takesMs = 15_000}: Given = {},
  before?: (it: ReturnType<typeof aBench>) => Promise<unknown>,
) {
  const it = aBench(prepare)
  await before?.(it)
  const began = new Map<string, number>()
  let left = throttled
  const world = {
    ...it.bench.world,
    stacks: {
      ...it.bench.world.stacks,
      async detectDrift({name}: {readonly name: string}) {
        if (refused !== undefined && name.includes(refused))
          throw new SluiceError({code: 'x', exitCode: 1, message: 'Drift detection is already in progress'})
        began.set(name, it.clock.now())
        return {detection: name}
      },
      async drift(_stack: unknown, detection: string) {
        left -= 1
        if (left >= 0) throw new Unavailable('cloudformation:DescribeStackDriftDetectionStatus', 'Rate exceeded')
        if (it.clock.now() < (began.get(detection) ?? 0) + takesMs) return null
        return Object.entries(drifted).find(([stack]) => detection.includes(stack))?.[1] ?? []
      },
    },
  }
  return readDrift(world, aStackConfig(), aDesk(it.store, it.clock, 'w'), never)
}

function aBench(prepare: (bench: DownBench) => void = () => undefined) {
  const clock = leapingClock()
  const bench = downBench(clock)
  prepare(bench)
  return {clock, bench, store: memoryStore()}
}

describe('stacks', () => {
  test('without a difference there is no drift, and every stack was looked at, nested ones too', async () => {
    const {differs, ignored, unchecked, checked} = await drift()
    expect({differs, ignored, unchecked}).toEqual({differs: [], ignored: [], unchecked: []})
    expect(checked).toBe(19)
  })

  test('a difference in a nested stack is named by its path from the root', async () => {
    const {differs} = await drift({
      drifted: {
        'main-LoadBalancer': [
          modified('Listener', 'AWS::ElasticLoadBalancingV2::Listener', difference('/SslPolicy', 'new', 'old')),
        ],
      },
    })
    expect(differs).toContainEqual({
      stack: `main@${home}`,
      region: home,
      path: 'LoadBalancer/Listener',
      type: 'AWS::ElasticLoadBalancingV2::Listener',
      physicalId: 'Listener-1',
      kind: 'modified',
      properties: [{path: '/SslPolicy', expected: 'new', actual: 'old'}],
    })
  })

  test('a deleted resource is drift, whoever owns its properties', async () => {
    const gone: DriftedResource = {
      logicalId: 'ApiAmi',
      physicalId: '/x',
      type: 'AWS::SSM::Parameter',
      kind: 'deleted',
      properties: [],
    }
    expect((await drift({drifted: {foundation: [gone]}})).differs.map(({path, kind}) => ({path, kind}))).toContainEqual({
      path: 'ApiAmi',
      kind: 'deleted',
    })
  })

  test('of a resource with a meant and an unmeant difference, only the unmeant one is drift', async () => {
    const group = modified(
      'Hosts',
      'AWS::AutoScaling::AutoScalingGroup',
      difference('/MinSize', '4', '6'),
      difference('/MaxSize', '12', '2'),
    )
    const {differs, ignored} = await drift({drifted: {'eu-west-1:1:stack/shop-production-main-Api': [group]}})
    expect(differs.map(({properties}) => properties)).toEqual([[{path: '/MaxSize', expected: '12', actual: '2'}]])
    expect(ignored).toEqual([
      {
        stack: `main@${home}`,
        path: 'Api/Hosts',
        property: '/MinSize',
        because: 'scheduled actions move the least number of hosts',
      },
    ])
  })

  test('a stack in the middle of an update is unchecked, and never said to be fine', async () => {
    const {unchecked} = await drift({
      prepare: (bench) => {
        bench.stack('shop-production-replica', away).status = 'UPDATE_IN_PROGRESS'
      },
    })
    expect(unchecked).toEqual([{stack: `replica@${away}`, path: '', because: 'it is UPDATE_IN_PROGRESS'}])
  })

  test("a stack that can't be compared hides none of the others", async () => {
    const {unchecked, checked} = await drift({refused: 'replica'})
    expect(unchecked.map(({because}) => because)).toEqual(['Drift detection is already in progress'])
    expect(checked).toBe(18)
  })

  test('throttling is waited out', async () => {
    expect((await drift({throttled: 12})).checked).toBe(19)
  })

  test('a comparison that never ends is given up, and said', async () => {
    const {unchecked} = await drift({takesMs: Infinity})
    expect(new Set(unchecked.map(({because}) => because))).toEqual(new Set(['CloudFormation is still comparing']))
  })
})

describe('what others own', () => {
  test.each([
    ['AWS::AutoScaling::AutoScalingGroup', 'Hosts', difference('/DesiredCapacity', '4', '7')],
    ['AWS::AutoScaling::AutoScalingGroup', 'Hosts', difference('/Tags/3', null, '{"Key":"AmazonECSManaged","Value":""}', 'add')],
    ['AWS::SSM::Parameter', 'ApiAmi', difference('/Value', 'ami-0', 'ami-1')],
    ['AWS::RDS::DBInstance', 'Database', difference('/EngineVersion', '17.4', '17.6')],
    ['AWS::RDS::DBInstance', 'Database', difference('/AllocatedStorage', '100', '130')],
    ['AWS::ElastiCache::ReplicationGroup', 'ReplicationGroup', difference('/EngineVersion', '8.1', '8.2')],
    ['AWS::S3::Bucket', 'SiteBucket', difference('/ReplicationConfiguration', null, '{}', 'add')],
    ['AWS::SecretsManager::Secret', 'Secret', difference('/GenerateSecretString/PasswordLength', '64', null, 'remove')],
    ['AWS::ECS::Cluster', 'Cluster', difference('/CapacityProviders', null, '["hosts"]', 'add')],
  ] as const)("%s %s: is counted with its reason, and isn't drift", async (type, logicalId, one) => {
    const {differs, ignored} = await drift({
      drifted: {[`${home}:1:stack/shop-production-main-Vpc`]: [modified(logicalId, type, one)]},
    })
    expect(differs).toEqual([])
    expect(ignored).toHaveLength(1)
  })

  test.each([
    ["a parameter that Image Builder doesn't write", 'AWS::SSM::Parameter', 'PublishedDataKey', difference('/Value', 'x', 'y')],
    ['a major version', 'AWS::RDS::DBInstance', 'Database', difference('/EngineVersion', '17.4', '18.0')],
    ['storage that shrank', 'AWS::RDS::DBInstance', 'Database', difference('/AllocatedStorage', '100', '50')],
    [
      "a tag of somebody else's",
      'AWS::AutoScaling::AutoScalingGroup',
      'Hosts',
      difference('/Tags/3', null, '{"Key":"mine"}', 'add'),
    ],
    [
      'replication that was changed',
      'AWS::S3::Bucket',
      'SiteBucket',
      difference('/ReplicationConfiguration/Rules/0/Status', 'Enabled', 'Disabled'),
    ],
  ] as const)('%s is drift', async (_what, type, logicalId, one) => {
    expect(
      (await drift({drifted: {[`${home}:1:stack/shop-production-main-Vpc`]: [modified(logicalId, type, one)]}})).differs,
    ).toHaveLength(1)
  })
})

describe('what releases work on', () => {
  const weights =
    (a: number, b: number) =>
    (bench: DownBench): void => {
      bench.world.slots.liveRule = async (region) => ({arn: 'rule', weights: region === home ? {a, b} : {a: 100, b: 0}})
    }

  test('all weight on slot a is right before the first release', async () => {
    expect((await drift()).differs).toEqual([])
  })

  test('a live rule that is gone is drift', async () => {
    const {differs} = await drift({
      prepare: (bench) => {
        bench.rules.delete(home)
      },
    })
    expect(differs).toMatchObject([{path: 'live-rule', kind: 'deleted', region: home}])
  })

  test('weights other than all on one slot are drift while no release runs', async () => {
    const {differs} = await drift({prepare: weights(80, 20)})
    expect(differs).toMatchObject([
      {path: 'live-rule', properties: [{path: 'Weights', expected: 'a 100 / b 0', actual: 'a 80 / b 20'}]},
    ])
  })

  test("the same weights are a release's while one runs", async () => {
    const {differs, ignored} = await drift({prepare: weights(80, 20)}, async ({store, clock}) => {
      const desk = aDesk(store, clock, 'w9')
      await takeLease({store, clock, target: 'shop', run: 'r-9', owner: 'w9', host: 'ci', operation: 'release'})
      const journal = await openJournal({store, run: 'r-9', writer: desk.writer, clock})
      await journal.append(1, 'planned', {
        plan: 'release',
        planHash: 'h',
        steps: [],
        input: {config: {service: 'shop', environment: 'production'}},
      })
    })
    expect(differs).toEqual([])
    expect(ignored).toEqual([
      {stack: `main@${home}`, path: 'live-rule', property: 'Weights', because: "release r-9 isn't finished"},
    ])
  })

  test('after a promotion the other slot serves, and all weight there is right', async () => {
    const promoted = async ({
      store,
      clock,
    }: {
      readonly store: ReturnType<typeof memoryStore>
      readonly clock: ReturnType<typeof leapingClock>
    }) => {
      const ran = await release(aDesk(store, clock, 'w1'), fakeAws({clock}), undefined, {
        config: aReleaseConfig({service: 'shop'}),
      })
      expect(ran.end).toMatchObject({kind: 'ended', outcome: {outcome: 'promoted'}})
    }
    expect((await drift({prepare: weights(0, 100)}, promoted)).differs).toEqual([])
    expect((await drift({prepare: weights(100, 0)}, promoted)).differs).toMatchObject([
      {path: 'live-rule', properties: [{expected: 'a 0 / b 100'}]},
    ])
  })

  test("a slot that is gone is drift; its count and version are the releases'", async () => {
    const {differs} = await drift({
      prepare: ({services}) => {
        services.delete(`${away}/shop-production-b`)
        services.set(`${home}/shop-production-a`, {count: 9, scaling: true, status: 'ACTIVE'})
      },
    })
    expect(differs).toMatchObject([{path: 'slot-b', kind: 'deleted', region: away}])
  })

  test("slots that no image is named for aren't missing, though the live rule is there", async () => {
    expect(
      (
        await drift({
          prepare: ({services}) => {
            services.clear()
          },
        })
      ).differs,
    ).toEqual([])
  })

  test('where nothing was made because no image is named, nothing is missing', async () => {
    expect(
      (
        await drift({
          prepare: ({services, rules}) => {
            services.clear()
            rules.clear()
          },
        })
      ).differs,
    ).toEqual([])
  })
})

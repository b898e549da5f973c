import {describe, expect, test} from 'vitest'
import {readSide} from '../../../../src/infra/aws/recovery/read-side.ts'
import type {Place} from '../../../../src/runbooks/recovery/place.ts'
import type {RecoveryWorld} from '../../../../src/runbooks/recovery/ports/recovery-world.ts'

const place: Place = {
  service: 'shop',
  environment: 'production',
  account: '111122223333',
  home: 'eu-west-1',
  recovery: 'eu-central-1',
  shape: 'warm-standby',
  database: 'shop-production',
  engine: 'postgres',
  stacks: {
    foundation: 'shop-production-foundation',
    main: 'shop-production-main',
    replica: 'shop-production-replica',
    surge: 'shop-production-surge',
    drill: 'shop-production-drill',
  },
  slots: {a: 'shop-production-a', b: 'shop-production-b'},
  api: 'api.example.com',
  site: 'www.example.com',
  hostedZone: 'Z',
  vault: 'shop-production',
}
const outputs = {
  ClusterName: 'cluster',
  HostsName: 'hosts',
  ListenerArn: 'listener',
  LoadBalancerArn: 'balancer',
  TargetGroupA: 'a',
  TargetGroupB: 'b',
  TaskSecurityGroup: 'sg-tasks',
  CacheId: 'cache',
  TopicArn: 'topic',
}

interface Standing {
  readonly main?: Readonly<Record<string, string>> | null
  readonly surge?: Readonly<Record<string, string>>
  readonly weights?: {readonly a: number; readonly b: number} | null
  readonly group?: string
  readonly secret?: string
}

/** A Region as its ports tell it, and which Regions were asked. */
function aRegion({main = outputs, surge, weights = {a: 100, b: 0}, group = 'sg-database', secret = 'arn:secret'}: Standing = {}) {
  const asked = new Set<string>()
  const stack = (values: Readonly<Record<string, string>> | null | undefined) =>
    values === null || values === undefined ? null : {outputs: values, status: 'CREATE_COMPLETE'}
  const world = {
    stacks: {
      describe: async ({name, region}: {name: string; region: string}) => {
        asked.add(region)
        return stack(name.endsWith('-main') ? main : surge)
      },
    },
    fence: {
      liveRule: async (region: string) => {
        asked.add(region)
        return {arn: 'rule', forwards: weights, fixed: null}
      },
    },
    ground: {
      parameters: async (region: string, names: readonly string[]) => {
        asked.add(region)
        return group === '' ? {} : Object.fromEntries(names.map((name) => [name, group]))
      },
    },
    secrets: {
      describe: async (region: string, name: string) => {
        asked.add(region)
        return secret === '' ? null : {arn: `${secret}:${name}`}
      },
    },
  }
  return {asked, world: world as unknown as Pick<RecoveryWorld, 'stacks' | 'fence' | 'ground' | 'secrets'>}
}

describe("a Region's side", () => {
  test('is what its main stack says, its parameters and its secret; no other Region is asked', async () => {
    const {world, asked} = aRegion()
    expect(await readSide(world, place, 'eu-central-1')).toEqual({
      region: 'eu-central-1',
      cluster: 'cluster',
      hosts: 'hosts',
      listener: 'listener',
      loadBalancer: 'balancer',
      targetGroups: {a: 'a', b: 'b'},
      serving: 'a',
      databaseGroup: 'sg-database',
      taskGroup: 'sg-tasks',
      secret: 'arn:secret:shop/production/database',
      cache: 'cache',
      topic: 'topic',
    })
    expect([...asked]).toEqual(['eu-central-1'])
  })

  test.each([
    ['b has more', {a: 20, b: 80}, 'b'],
    ['a has more', {a: 80, b: 20}, 'a'],
    ['it is fenced', null, 'a'],
  ] as const)('has the slot serving that has the weight: %s', async (_, weights, serving) => {
    expect(await readSide(aRegion({weights}).world, place, 'eu-central-1')).toMatchObject({serving})
  })

  test('without a main stack is null', async () => {
    expect(await readSide(aRegion({main: null}).world, place, 'eu-west-1')).toBeNull()
  })

  test('in a pilot light has the cache of its surge stack, once that is there', async () => {
    const {CacheId: _none, ...main} = outputs
    const pilot = {...place, shape: 'pilot-light' as const}
    expect(await readSide(aRegion({main}).world, pilot, 'eu-central-1')).toMatchObject({cache: null})
    expect(
      await readSide(aRegion({main, surge: {ReplicationGroupId: 'surge-cache'}}).world, pilot, 'eu-central-1'),
    ).toMatchObject({cache: 'surge-cache'})
  })

  test('without a secret says none', async () => {
    expect(await readSide(aRegion({secret: ''}).world, place, 'eu-west-1')).toMatchObject({secret: null})
  })

  test.each([
    ['an output', {main: {...outputs, ListenerArn: undefined} as unknown as Record<string, string>}, /has no output ListenerArn/],
    ['what it should have published', {group: ''}, /hasn't published \/shop\/production\/sluice\/database-group/],
  ])('that lacks %s says so', async (_, standing, message) => {
    await expect(readSide(aRegion(standing).world, place, 'eu-west-1')).rejects.toThrow(message)
  })
})

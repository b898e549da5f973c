/** A release's whole world over HTTP against the sandbox's shop: real tasks, real traffic. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import type {ReleaseConfig} from '../../../src/config/release-config.ts'
import {discoverServices} from '../../../src/infra/aws/discover.ts'
import {releaseWorld} from '../../../src/infra/aws/release-world.ts'
import type {AwsSession} from '../../../src/infra/aws/session.ts'
import type {ReleaseWorld, SlotService} from '../../../src/runbooks/release/ports.ts'
import {startSandbox} from '../../../src/sandbox/server.ts'
import type {Sandbox} from '../../../src/sandbox/server.ts'
import {aSession, containing, signal} from './a-session.ts'

let sandbox: Sandbox
let session: AwsSession
let config: ReleaseConfig
let world: ReleaseWorld

beforeAll(async () => {
  sandbox = await startSandbox({speed: 60, seed: 1, world: 'shop', regions: ['eu-west-1', 'eu-central-1']})
  const {clock} = sandbox.world
  // The bound of a call is the real one here: this file is about answers, and the machine may be busy.
  session = aSession({
    endpoint: sandbox.endpoint,
    clock: {speed: 1, now: () => clock.now(), until: (at) => new Promise((resolve) => void clock.at(at, resolve))},
  })
  config = configOf(sandbox)
  world = releaseWorld(config, session, {account: sandbox.world.account})
}, 60_000)
afterAll(() => sandbox.close())

function configOf({shop}: Sandbox): ReleaseConfig {
  const one = shop[0] as Sandbox['shop'][number]
  return {
    service: one.service,
    environment: 'test',
    region: 'eu-west-1',
    listener: one.listenerArn,
    rule: one.ruleArn,
    cluster: 'shop',
    container: null,
    // A listener's ARN holds its load balancer's.
    loadBalancer: one.listenerArn.replace(':listener/', ':loadbalancer/').replace(/\/[^/]+$/, ''),
    slots: {a: {service: 'api-a', targetGroup: one.targetGroups.a}, b: {service: 'api-b', targetGroup: one.targetGroups.b}},
    gates: [
      {
        kind: 'latency',
        name: 'latency',
        boundMs: 500,
        settings: {} as never,
      },
    ],
    steps: [],
    warmupMs: 0,
    warmMs: 0,
    afterPromotion: 'alert',
    deadMansSwitch: {role: null, deadLetterQueue: null, group: 'sluice', windowMs: 600_000, pausedWindowMs: 3_600_000},
    recovery: {region: 'eu-central-1', cluster: 'shop', service: 'api-a'},
  }
}

const eventually = {timeout: 30_000, interval: 100}

test("the shop is found whole, by its live rule's tag", async () => {
  const {service, region, loadBalancer, listener, rule, cluster, slots} = config
  expect(await discoverServices(session)).toMatchObject([
    {service, region, loadBalancer, listener, rule, cluster, slots, container: 'app', problems: []},
  ])
})

test('stable has two healthy targets and all the weight, the other slot nothing', async () => {
  expect((await world.targets.health('a', signal)).map((target) => target.state)).toEqual(['healthy', 'healthy'])
  expect(await world.targets.health('b', signal)).toEqual([])
  expect(await world.rule.read(signal)).toMatchObject({weights: {a: 100, b: 0}, unusable: null, stickiness: false})
  expect(await world.scaling.read('a', signal)).toEqual({min: 2, max: 4, scaleInSuspended: false, scaleOutSuspended: false})
})

test('limits of a slot are written with everything else kept', async () => {
  const id = {ServiceNamespace: 'ecs', ResourceId: 'service/shop/api-a', ScalableDimension: 'ecs:service:DesiredCount'} as const
  await session.call('application-autoscaling', 'RegisterScalableTarget', {
    ...id,
    MinCapacity: 2,
    MaxCapacity: 4,
    SuspendedState: {ScheduledScalingSuspended: true},
  })
  await world.scaling.write('a', {min: 2, max: 6, scaleInSuspended: true, scaleOutSuspended: false}, signal)
  expect(await world.scaling.read('a', signal)).toEqual({min: 2, max: 6, scaleInSuspended: true, scaleOutSuspended: false})
  const {ScalableTargets} = await session.call('application-autoscaling', 'DescribeScalableTargets', {
    ServiceNamespace: 'ecs',
    ResourceIds: [id.ResourceId],
  })
  expect(ScalableTargets?.[0]?.SuspendedState?.ScheduledScalingSuspended).toBe(true)
})

test("CloudWatch counts stable's requests, and nothing for a slot without traffic", async () => {
  await expect
    .poll(async () => {
      const to = Math.floor(sandbox.world.clock.now() / 60_000) * 60_000
      const minutes = await world.metrics.counts(to - 600_000, to, signal)
      const isServed = (count: number | null): boolean => (count ?? 0) > 0
      return minutes.some(({a, b}) => [a.requests, a.timed, a.answered2xx].every(isServed) && b.requests === null)
    }, eventually)
    .toBe(true)
}, 40_000)

describe('a new version in the other slot', () => {
  test("is registered once, rolled, and followed by its own deployment's id until its targets are healthy", async () => {
    const {taskDefinition} = await world.slots.read('a', signal)
    const next = await world.revisions.withImage(taskDefinition, 'shop/api:1.9.0', signal)
    expect(next.reused).toBe(false)
    expect(await world.revisions.withImage(taskDefinition, 'shop/api:1.9.0', signal)).toEqual({...next, reused: true})
    expect(await world.revisions.image(next.taskDefinition, signal)).toBe('shop/api:1.9.0')

    const {deployment} = await world.slots.deploy('b', {taskDefinition: next.taskDefinition, desired: 1}, signal)
    const ours = (service: SlotService) => service.deployments.find((one) => one.id === deployment)
    await expect
      .poll(async () => ours(await world.slots.read('b', signal)), eventually)
      .toMatchObject({
        status: 'PRIMARY',
        rolloutState: 'COMPLETED',
        taskDefinition: next.taskDefinition,
        running: 1,
        failedTasks: 0,
      })
    expect(await world.slots.read('b', signal)).toMatchObject({
      circuitBreaker: {enabled: true, rollback: false},
      capacityProvider: 'shop',
      desired: 1,
    })
    await expect
      .poll(async () => (await world.targets.health('b', signal)).map((target) => target.state), eventually)
      .toEqual(['healthy'])
    expect(await world.slots.imageDigest('b', signal)).toMatch(/^sha256:/)
  }, 70_000)

  test('that is scaled away leaves a stopped task that says why, and asking again costs one call', async () => {
    await world.slots.resize('b', 0, signal)
    await expect
      .poll(() => world.slots.stopped('b', 0, signal), eventually)
      .toMatchObject([
        {
          stopCode: 'ServiceSchedulerInitiated',
          taskDefinition: containing('task-definition/'),
        },
      ])
    const before = session.calls
    await world.slots.stopped('b', 0, signal)
    expect(session.calls - before).toBe(1)
  }, 40_000)

  test('is carried to the recovery Region at its own size, once', async () => {
    const {taskDefinition} = await world.slots.read('b', signal)
    const carried = {taskDefinition, image: 'shop/api:1.9.0', digest: await world.slots.imageDigest('a', signal)}
    expect(await world.recovery?.carry(carried, signal)).toEqual({note: containing('eu-central-1 rolls to')})
    expect(await world.recovery?.carry(carried, signal)).toEqual({note: containing('eu-central-1 already runs')})
  })
})

test("a service that isn't there is an error, not an empty answer", async () => {
  const wrong = releaseWorld({...config, slots: {...config.slots, b: {...config.slots.b, service: 'nobody'}}}, session, {
    account: sandbox.world.account,
  })
  await expect(wrong.slots.read('b', signal)).rejects.toMatchObject({code: 'aws-not-found'})
})

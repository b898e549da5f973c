/** The adapters over HTTP against the sandbox: what is written is read back the way a release needs it. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest'
import {deadMansSwitch} from '../../../src/infra/aws/dead-mans-switch.ts'
import {ensureStateBucket, stateBucketExists} from '../../../src/infra/aws/ensure-state-bucket.ts'
import {identity} from '../../../src/infra/aws/identity.ts'
import {liveRule} from '../../../src/infra/aws/live-rule.ts'
import {metrics} from '../../../src/infra/aws/metrics.ts'
import type {AwsSession} from '../../../src/infra/aws/session.ts'
import {stateStore} from '../../../src/infra/aws/state-store.ts'
import {targets} from '../../../src/infra/aws/targets.ts'
import {startSandbox} from '../../../src/sandbox/server.ts'
import type {Sandbox} from '../../../src/sandbox/server.ts'
import {aSession, containing, signal} from './a-session.ts'

let sandbox: Sandbox
let session: AwsSession
let made: {readonly loadBalancer: string; readonly rule: string; readonly groups: {readonly a: string; readonly b: string}}

beforeAll(async () => {
  sandbox = await startSandbox({speed: 30, seed: 1, world: 'empty', regions: ['eu-west-1', 'eu-central-1']})
  const {clock} = sandbox.world
  session = aSession({
    endpoint: sandbox.endpoint,
    clock: {speed: 1, now: () => clock.now(), until: (at) => new Promise((resolve) => void clock.at(at, resolve))},
  })
  made = await balancerWithRule(session)
})
afterAll(() => sandbox.close())

async function balancerWithRule(aws: AwsSession): Promise<typeof made> {
  const elb = 'elasticloadbalancing'
  const {LoadBalancers} = await aws.call(elb, 'CreateLoadBalancer', {
    Name: 'shop',
    Type: 'application',
    Subnets: ['subnet-0a1b2c3d4e5f60718', 'subnet-18f7e6d5c4b3a2910'],
  })
  const loadBalancer = LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  const group = async (Name: string): Promise<string> => {
    const {TargetGroups} = await aws.call(elb, 'CreateTargetGroup', {
      Name,
      Protocol: 'HTTP',
      Port: 8080,
      VpcId: 'vpc-0123456789abcdef0',
      TargetType: 'ip',
    })
    return TargetGroups?.[0]?.TargetGroupArn ?? ''
  }
  const groups = {a: await group('shop-a'), b: await group('shop-b')}
  const {Listeners} = await aws.call(elb, 'CreateListener', {
    LoadBalancerArn: loadBalancer,
    Port: 443,
    Protocol: 'HTTP',
    DefaultActions: [
      {
        Type: 'fixed-response',
        FixedResponseConfig: {StatusCode: '503'},
      },
    ],
  })
  const {Rules} = await aws.call(elb, 'CreateRule', {
    ListenerArn: Listeners?.[0]?.ListenerArn,
    Priority: 40_000,
    Conditions: [
      {
        Field: 'path-pattern',
        Values: ['/*'],
      },
    ],
    Actions: [{Type: 'forward', TargetGroupArn: groups.a}],
    Tags: [{Key: 'sluice:live', Value: 'shop'}],
  })
  return {loadBalancer, groups, rule: Rules?.[0]?.RuleArn ?? ''}
}

test("it says who we are, and AWS's time is its own", async () => {
  const caller = await identity(session)
  expect(caller).toMatchObject({account: sandbox.world.account, arn: containing(sandbox.world.account)})
  expect(Math.abs(session.awsTime() - sandbox.world.clock.now())).toBeLessThan(10_000)
})

describe('the live rule', () => {
  test('a rule with one target group reads as all weight on it', async () => {
    expect(await liveRule(session, made.rule, made.groups).read(signal)).toMatchObject({weights: {b: 0}, unusable: null})
  })

  test('what was written reads back as it was announced', async () => {
    const rule = liveRule(session, made.rule, made.groups)
    for (const weights of [
      {a: 80, b: 20},
      {a: 99.9, b: 0.1},
      {a: 0, b: 100},
      {a: 100, b: 0},
    ]) {
      const before = await rule.read(signal)
      await rule.write(before, weights, signal)
      expect(await rule.read(signal)).toEqual({...rule.preview(before, weights), actions: expect.anything() as unknown})
    }
  })

  test("one that isn't there is said to be missing", async () => {
    await expect(liveRule(session, `${made.rule}0`, made.groups).read(signal)).rejects.toMatchObject({
      code: 'aws-not-found',
      exitCode: 2,
    })
  })
})

test("an empty target group has no targets, and AWS's default settings", async () => {
  const slots = targets(session, made.groups)
  expect(await slots.health('b', signal)).toEqual([])
  expect(await slots.settings('b', signal)).toMatchObject({
    targetGroup: made.groups.b,
    slowStartSeconds: 0,
    deregistrationDelaySeconds: 300,
    stickiness: false,
    minimumHealthyTargets: 1,
  })
})

test('minutes without traffic are minutes without counts', async () => {
  const gates = [{kind: 'latency', name: 'latency', boundMs: 500, settings: {} as never}] as const
  const to = Math.floor(sandbox.world.clock.now() / 60_000) * 60_000
  const minutes = await metrics(session, {loadBalancer: made.loadBalancer, groups: made.groups, gates}).counts(
    to - 180_000,
    to,
    signal,
  )
  expect(minutes.map(({a, b}) => [a.requests, b.slow])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ])
})

describe("the dead-man's switch", () => {
  const armed = () =>
    deadMansSwitch(session, {
      service: 'shop',
      rule: made.rule,
      groups: made.groups,
      group: 'sluice',
      role: `arn:aws:iam::${sandbox.world.account}:role/sluice-switch`,
      deadLetterQueue: null,
      scaling: {cluster: 'shop', services: {a: 'shop-a', b: 'shop-b'}},
    })

  test('is armed, pushed forward, read back and disarmed', async () => {
    const rule = liveRule(session, made.rule, made.groups)
    const before = await rule.read(signal)
    const dueAt = Math.floor(session.awsTime() / 1000) * 1000 + 600_000
    expect(await armed().read(signal)).toBeNull()
    await armed().arm(dueAt, before, 'a', signal)
    await armed().arm(dueAt + 60_000, before, 'a', signal)
    expect(await armed().read(signal)).toEqual({
      dueAt: dueAt + 60_000,
      weights: {a: 100, b: 0},
      actionsHash: rule.preview(before, {a: 100, b: 0}).actionsHash,
    })
    await armed().disarm(signal)
    await armed().disarm(signal)
    expect(await armed().read(signal)).toBeNull()
  })

  test('sends traffic home by itself, as a rule that reads like its own input, and is gone', async () => {
    const rule = liveRule(session, made.rule, made.groups)
    await rule.write(await rule.read(signal), {a: 60, b: 40}, signal)
    const before = await rule.read(signal)
    await armed().arm(session.awsTime() + 5000, before, 'a', signal)
    const expected = rule.preview(before, {a: 100, b: 0}).actionsHash
    await expect.poll(async () => (await rule.read(signal)).actionsHash, {timeout: 15_000, interval: 100}).toBe(expected)
    await expect.poll(() => armed().read(signal), {timeout: 15_000, interval: 100}).toBeNull()
  }, 40_000)
})

describe('state in S3', () => {
  test('a bucket is made once, in either Region', async () => {
    expect(await stateBucketExists(session, sandbox.world.account)).toBe(false)
    expect(await ensureStateBucket(session, sandbox.world.account)).toMatchObject({created: true})
    expect(await ensureStateBucket(session, sandbox.world.account)).toMatchObject({created: false})
    expect(await stateBucketExists(session, sandbox.world.account)).toBe(true)
    const {bucket} = await ensureStateBucket(session.inRegion('eu-central-1'), sandbox.world.account)
    expect(bucket).toBe(`sluice-state-${sandbox.world.account}-eu-central-1`)
  })

  test('an event can be written once, a lease only over the version that was read', async () => {
    const store = stateStore(session, `sluice-state-${sandbox.world.account}-eu-west-1`)
    expect(await store.get('runs/r-1/0.json')).toBeNull()
    const first = await store.create('runs/r-1/0.json', '{"seq":0}')
    expect(first.kind).toBe('written')
    expect(await store.create('runs/r-1/0.json', '{"seq":"other"}')).toEqual({kind: 'conflict'})
    const etag = first.kind === 'written' ? first.etag : ''
    expect(await store.get('runs/r-1/0.json')).toEqual({body: '{"seq":0}', etag})
    expect(await store.replace('runs/r-1/0.json', '{"seq":1}', etag)).toMatchObject({kind: 'written'})
    expect(await store.replace('runs/r-1/0.json', '{"seq":2}', etag)).toEqual({kind: 'conflict'})
    expect(await store.replace('runs/none.json', '{}', etag)).toEqual({kind: 'conflict'})
  })

  test('keys and folders come in order', async () => {
    const store = stateStore(session, `sluice-state-${sandbox.world.account}-eu-west-1`)
    for (const key of ['list/r-2/00000.json', 'list/r-1/00001.json', 'list/r-1/00000.json']) await store.create(key, '{}')
    expect(await store.list('list/')).toEqual(['list/r-1/00000.json', 'list/r-1/00001.json', 'list/r-2/00000.json'])
    expect(await store.list('list/', {after: 'list/r-1/00000.json', limit: 1})).toEqual(['list/r-1/00001.json'])
    expect(await store.folders('list/')).toEqual(['r-1', 'r-2'])
  })
})

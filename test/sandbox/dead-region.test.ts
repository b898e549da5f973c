import {GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {GetObjectCommand, PutBucketReplicationCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {ListHostedZonesCommand, Route53Client} from '@aws-sdk/client-route-53'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {createSts} from '../../src/sandbox/services/sts.ts'
import {seenCalls} from '../../src/sandbox/wire/seen-calls.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'

const [HOME, AWAY] = ['eu-west-1', 'eu-central-1'] as const
let wire: RecordsWire
let clock: LeapingClock

beforeEach(async () => {
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:09Z'))
  wire = await aRecordsWire({clock})
  wire.world.register(createS3(wire.world))
  wire.world.register(createSts(wire.world))
})
afterEach(async () => {
  await wire.close()
})

const whoAmI = async (region: string, abortSignal?: AbortSignal): Promise<unknown> =>
  await wire
    .kept(new STSClient(wire.client(region)))
    .send(new GetCallerIdentityCommand({}), abortSignal === undefined ? {} : {abortSignal})

describe('a Region that is down', () => {
  it('refuses connections; the other one answers', async () => {
    wire.world.setFault({kind: 'region-down', region: HOME})
    await expect(whoAmI(HOME)).rejects.toMatchObject({code: 'ECONNRESET'})
    await expect(whoAmI(AWAY)).resolves.toMatchObject({Account: '111122223333'})
  })

  it('that is silent leaves callers waiting until they give up', async () => {
    wire.world.setFault({kind: 'region-down', region: HOME, message: 'hang'})
    await expect(whoAmI(HOME, AbortSignal.timeout(300))).rejects.toMatchObject({name: 'AbortError'})
  })

  it('cuts off whoever still waits when it comes back, and answers the next call', async () => {
    wire.world.setFault({kind: 'region-down', region: HOME, message: 'hang'})
    const waiting = whoAmI(HOME)
    const ended = expect(waiting).rejects.toMatchObject({code: 'ECONNRESET'})
    await vi.waitFor(() => {
      expect(seenCalls(wire.world)).toMatchObject([{unreachable: 1}])
    })
    wire.world.clearFault()
    await ended
    await expect(whoAmI(HOME)).resolves.toMatchObject({Account: '111122223333'})
  })

  it("takes the global services' control planes with it when it is us-east-1", async () => {
    wire.world.setFault({kind: 'region-down', region: 'us-east-1'})
    await expect(
      wire.kept(new Route53Client(wire.client('us-east-1'))).send(new ListHostedZonesCommand({})),
    ).rejects.toMatchObject({code: 'ECONNRESET'})
    await expect(whoAmI(HOME)).resolves.toMatchObject({Account: '111122223333'})
  })

  it('is told of every call that was sent to it, and since when', async () => {
    await whoAmI(HOME)
    await clock.leap(1000)
    const since = clock.now()
    wire.world.setFault({kind: 'region-down', region: HOME})
    await whoAmI(HOME).catch(() => undefined)
    await whoAmI(AWAY)
    expect(seenCalls(wire.world, since)).toEqual([
      {action: 'sts:GetCallerIdentity', service: 'sts', region: AWAY, count: 1, unreachable: 0},
      {action: 'sts:GetCallerIdentity', service: 'sts', region: HOME, count: 1, unreachable: 1},
    ])
    expect(seenCalls(wire.world)).toContainEqual({
      action: 'sts:GetCallerIdentity',
      service: 'sts',
      region: HOME,
      count: 2,
      unreachable: 1,
    })
  })
})

describe("the site's objects", () => {
  let s3: S3Client
  const copied = async (Key: string): Promise<string> =>
    await wire
      .kept(new S3Client(wire.client(AWAY)))
      .send(new GetObjectCommand({Bucket: 'site-away', Key}))
      .then(
        async ({Body}) => (await Body?.transformToString()) ?? '',
        () => 'missing',
      )
  const write = async (Key: string): Promise<void> => {
    await s3.send(new PutObjectCommand({Bucket: 'site-home', Key, Body: 'page'}))
  }
  const pending = (): number | undefined => {
    const id = {
      namespace: 'AWS/S3',
      metric: 'OperationsPendingReplication',
      dimensions: {SourceBucket: 'site-home', DestinationBucket: 'site-away', RuleId: 'peer'},
    }
    return [...(wire.world.metrics.find({region: HOME, ...id})?.minutes.values() ?? [])].at(-1)?.sum
  }

  beforeEach(async () => {
    s3 = wire.kept(new S3Client(wire.client(HOME)))
    for (const [name, region] of [
      ['site-home', HOME],
      ['site-away', AWAY],
    ] as const) {
      await wire.world.invoke(
        's3',
        'CreateBucket',
        {Bucket: name, CreateBucketConfiguration: {LocationConstraint: region}},
        region,
      )
      await wire.world.invoke('s3', 'PutBucketVersioning', {Bucket: name, VersioningConfiguration: {Status: 'Enabled'}}, region)
    }
    await s3.send(
      new PutBucketReplicationCommand({
        Bucket: 'site-home',
        ReplicationConfiguration: {
          Role: 'arn:aws:iam::111122223333:role/copy',
          Rules: [
            {
              ID: 'peer',
              Status: 'Enabled',
              Priority: 1,
              Filter: {Prefix: ''},
              DeleteMarkerReplication: {Status: 'Enabled'},
              Destination: {Bucket: 'arn:aws:s3:::site-away', Metrics: {Status: 'Enabled', EventThreshold: {Minutes: 15}}},
            },
          ],
        },
      }),
    )
  })

  it.each<[string, Parameters<RecordsWire['world']['setFault']>[0]]>([
    ['the Region they come from is down', {kind: 'region-down', region: HOME}],
    ['the Region they go to is down', {kind: 'region-down', region: AWAY}],
    ["the site isn't replicated", {kind: 'site-stale', region: HOME}],
    ["the site isn't replicated, said by its Region as the target", {kind: 'site-stale', target: HOME}],
  ])('wait while %s, and arrive afterwards', async (_sentence, fault) => {
    await write('one.html')
    wire.world.setFault(fault)
    await clock.leap(120_000)
    expect(pending()).toBe(1)
    wire.world.clearFault()
    expect(await copied('one.html')).toBe('missing')
    await clock.leap(60_000)
    expect(await copied('one.html')).toBe('page')
    expect(pending()).toBe(0)
  })

  it("of another Region don't wait for a fault that names one", async () => {
    wire.world.setFault({kind: 'site-stale', region: AWAY})
    await write('two.html')
    await clock.leap(10_000)
    expect(await copied('two.html')).toBe('page')
  })
})

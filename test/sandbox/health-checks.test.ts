import {ChangeResourceRecordSetsCommand, GetHealthCheckStatusCommand, Route53Client} from '@aws-sdk/client-route-53'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {startHealthCheckers} from '../../src/sandbox/plane/health-checkers.ts'
import {createNames} from '../../src/sandbox/plane/names.ts'
import type {Names} from '../../src/sandbox/plane/names.ts'
import {isHealthy} from '../../src/sandbox/services/route53-checks.ts'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'

const SECOND = 1000
const [HOME, AWAY, BUCKET] = ['eu-west-1', 'eu-central-1', 'shop-switch']
let wire: RecordsWire
let clock: LeapingClock
let names: Names

const s3 = async (operation: string, input: object = {}): Promise<unknown> =>
  await wire.world.invoke('s3', operation, {Bucket: BUCKET, ...input}, AWAY)
const checkersMayRead = JSON.stringify({
  Statement: [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: [`arn:aws:s3:::${BUCKET}/stop`, `arn:aws:s3:::${BUCKET}/alive`],
      Condition: {IpAddress: {'aws:SourceIp': ['15.177.0.0/18']}},
    },
  ],
})
const aCheck = async (more: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  (
    await aResource(wire.world, 'AWS::Route53::HealthCheck', {
      HealthCheckConfig: {
        Type: 'HTTPS',
        FullyQualifiedDomainName: `${BUCKET}.s3.${AWAY}.amazonaws.com`,
        ResourcePath: '/stop',
        Inverted: true,
        RequestInterval: 10,
        FailureThreshold: 3,
        ...more,
      },
    })
  ).id
const healthy = (id: string): boolean => isHealthy(wire.world, id)

beforeEach(async () => {
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:09Z'))
  wire = await aRecordsWire({clock})
  wire.world.register(createS3(wire.world))
  names = createNames(wire.world, () =>
    [
      [HOME, 'home'],
      [AWAY, 'away'],
    ].map(([region = '', name = '']) => ({
      region,
      loadBalancer: name,
      dnsName: `${name}.${region}.elb.amazonaws.com`,
      listenerArn: name,
      listenerPort: 443,
      protocol: 'HTTPS',
      port: 1,
      url: 'http://127.0.0.1:1',
    })),
  )
  startHealthCheckers(wire.world, names)
  await s3('CreateBucket', {CreateBucketConfiguration: {LocationConstraint: AWAY}})
  await s3('PutBucketPolicy', {Policy: checkersMayRead})
})
afterEach(async () => {
  await wire.close()
})

describe('the stop check', () => {
  it("is healthy while the object isn't there, and unhealthy three looks after it is", async () => {
    const id = await aCheck()
    await clock.leap(40 * SECOND)
    expect(healthy(id)).toBe(true)
    await s3('PutObject', {Key: 'stop', Body: 'go'})
    await clock.leap(15 * SECOND)
    expect(healthy(id)).toBe(true)
    await clock.leap(20 * SECOND)
    expect(healthy(id)).toBe(false)
    await s3('DeleteObject', {Key: 'stop'})
    await clock.leap(40 * SECOND)
    expect(healthy(id)).toBe(true)
  })

  it('is unhealthy while nothing is known of it yet, as every inverted check is', async () => {
    const id = await aCheck()
    expect(healthy(id)).toBe(false)
    expect(healthy(await aCheck({Inverted: false}))).toBe(true)
  })

  it('keeps users at home when the Region of its bucket is lost, whatever lies in the bucket', async () => {
    await s3('PutObject', {Key: 'stop', Body: 'go'})
    const id = await aCheck()
    await clock.leap(40 * SECOND)
    expect(healthy(id)).toBe(false)
    wire.world.setFault({kind: 'region-down', region: AWAY, message: 'hang'})
    await clock.leap(40 * SECOND)
    expect(healthy(id)).toBe(true)
  })

  it.each<[string, () => Promise<unknown>]>([
    ["the bucket's policy doesn't let the checkers read", async () => await s3('DeleteBucketPolicy')],
    [
      'the bucket is encrypted with a key',
      async () =>
        await s3('PutBucketEncryption', {
          ServerSideEncryptionConfiguration: {Rules: [{ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms'}}]},
        }),
    ],
    [
      'the policy is public and public policies are blocked',
      async () => {
        await s3('PutPublicAccessBlock', {PublicAccessBlockConfiguration: {RestrictPublicBuckets: true}})
        await s3('PutBucketPolicy', {
          Policy: JSON.stringify({
            Statement: [{Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*`}],
          }),
        })
      },
    ],
  ])("doesn't see the object when %s", async (_sentence, arrange) => {
    await arrange()
    await s3('PutObject', {Key: 'stop', Body: 'go'})
    const [stop, alive] = [await aCheck(), await aCheck({ResourcePath: '/alive', Inverted: false})]
    await s3('PutObject', {Key: 'alive', Body: 'yes'})
    await clock.leap(60 * SECOND)
    expect([healthy(stop), healthy(alive)]).toEqual([true, false])
  })

  it('tells what its checkers saw, not what follows from it', async () => {
    const route53 = wire.kept(new Route53Client(wire.client('us-east-1')))
    const id = await aCheck()
    expect((await route53.send(new GetHealthCheckStatusCommand({HealthCheckId: id}))).HealthCheckObservations).toEqual([])
    await clock.leap(40 * SECOND)
    const {HealthCheckObservations} = await route53.send(new GetHealthCheckStatusCommand({HealthCheckId: id}))
    expect(HealthCheckObservations?.[0]?.StatusReport).toMatchObject({Status: 'Failure: HTTP Status Code 403'})
    const calculated = await aCheck({Type: 'CALCULATED', Inverted: false, ChildHealthChecks: [id], HealthThreshold: 1})
    await expect(route53.send(new GetHealthCheckStatusCommand({HealthCheckId: calculated}))).rejects.toMatchObject({
      name: 'InvalidInput',
    })
  })
})

describe('a calculated check', () => {
  it.each<[string, number, boolean]>([
    ['is healthy with as many healthy children as it asks for', 1, true],
    ['is never healthy when it asks for more children than it has', 2, false],
  ])('%s', async (_sentence, HealthThreshold, expected) => {
    const child = await aCheck({ResourcePath: '/alive', Inverted: false})
    const id = await aCheck({Type: 'CALCULATED', Inverted: false, ChildHealthChecks: [child], HealthThreshold})
    await s3('PutObject', {Key: 'alive', Body: 'yes'})
    await clock.leap(40 * SECOND)
    expect(healthy(id)).toBe(expected)
  })
})

describe('the failover pair', () => {
  const alias = (region: string, name: string): object => ({
    HostedZoneId: 'Z32O12XQLNTSW2',
    DNSName: `${name}.${region}.elb.amazonaws.com`,
    EvaluateTargetHealth: false,
  })
  const leadsTo = (): string | undefined => {
    const found = names.address('api.example.com')
    return found === null ? undefined : names.place(found.address)?.region
  }
  const aPair = async (check: string): Promise<void> => {
    const route53 = wire.kept(new Route53Client(wire.client('us-east-1')))
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: 'Z0EXAMPLE0000',
        ChangeBatch: {
          Changes: [
            {
              Action: 'CREATE',
              ResourceRecordSet: {
                Name: 'api.example.com',
                Type: 'A',
                SetIdentifier: HOME,
                Failover: 'PRIMARY',
                HealthCheckId: check,
                AliasTarget: alias(HOME, 'home') as never,
              },
            },
            {
              Action: 'CREATE',
              ResourceRecordSet: {
                Name: 'api.example.com',
                Type: 'A',
                SetIdentifier: AWAY,
                Failover: 'SECONDARY',
                AliasTarget: alias(AWAY, 'away') as never,
              },
            },
          ],
        },
      }),
    )
  }

  it('is answered only when its change is in sync', async () => {
    await aPair(await aCheck())
    await clock.leap(25 * SECOND)
    expect(leadsTo()).toBeUndefined()
    await clock.leap(10 * SECOND)
    expect(leadsTo()).toBe(HOME)
  })

  it('moves users when the object is put and back when it is removed, without a call to Route 53', async () => {
    await aPair(await aCheck())
    await clock.leap(60 * SECOND)
    expect(leadsTo()).toBe(HOME)
    await s3('PutObject', {Key: 'stop', Body: 'go'})
    await clock.leap(40 * SECOND)
    expect(leadsTo()).toBe(AWAY)
    await s3('DeleteObject', {Key: 'stop'})
    await clock.leap(40 * SECOND)
    expect(leadsTo()).toBe(HOME)
  })

  it("doesn't move when the home Region dies: nothing but the object moves it", async () => {
    await aPair(await aCheck())
    await clock.leap(60 * SECOND)
    wire.world.setFault({kind: 'region-down', region: HOME})
    await clock.leap(300 * SECOND)
    expect(leadsTo()).toBe(HOME)
  })
})

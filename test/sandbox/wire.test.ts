import {ApplicationAutoScalingClient, DescribeScheduledActionsCommand} from '@aws-sdk/client-application-auto-scaling'
import {CloudWatchClient, DescribeAlarmHistoryCommand} from '@aws-sdk/client-cloudwatch'
import {DescribeClustersCommand, ECSClient} from '@aws-sdk/client-ecs'
import {
  CreateTargetGroupCommand,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {GetObjectCommand, PutBucketRequestPaymentCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {GetScheduleCommand, SchedulerClient, TagResourceCommand} from '@aws-sdk/client-scheduler'
import {GetCallerIdentityCommand, GetSessionTokenCommand, STSClient} from '@aws-sdk/client-sts'
import {NormalizedSchema} from '@smithy/core/schema'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {createApplicationAutoScaling} from '../../src/sandbox/services/application-autoscaling.ts'
import {createCloudWatch} from '../../src/sandbox/services/cloudwatch.ts'
import {createRecordServices} from '../../src/sandbox/services/record-services.ts'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {createScheduler} from '../../src/sandbox/services/scheduler.ts'
import {createSts} from '../../src/sandbox/services/sts.ts'
import {createPlane} from '../../src/sandbox/plane/plane.ts'
import {catalogue} from '../../src/sandbox/wire/catalogue.ts'
import {serviceModel} from '../../src/sandbox/wire/model.ts'
import {parseXml} from '../../src/sandbox/wire/xml.ts'
import {AwsFault} from '../../src/sandbox/world/contract.ts'
import type {Service} from '../../src/sandbox/world/contract.ts'
import {createWorld} from '../../src/sandbox/world/world.ts'
import {aWire} from './a-wire.ts'
import type {AWire} from './a-wire.ts'

describe('the SDK exports that the codecs stand on', () => {
  const world = createWorld({speed: 60, seed: 1})
  const plane = createPlane(world)
  const services = [
    ...plane.services,
    createS3(world),
    createSts(world),
    createScheduler(world),
    createApplicationAutoScaling(world),
    createCloudWatch(world),
    ...createRecordServices(world),
  ]
  afterAll(async () => {
    await plane.close()
    await world.close()
  })

  it.each(services.map((service) => [service.name, service] as const))(
    'exist for every modelled operation of %s',
    async (name, service) => {
      const entry = catalogue.find((one) => one.name === name)
      const model = entry === undefined ? undefined : await serviceModel(entry)
      expect(Object.keys(service.operations).length).toBeGreaterThan(0)
      for (const operation of Object.keys(service.operations)) {
        const found = model?.operations.get(operation)
        expect(found, operation).toBeDefined()
        expect(found?.input, operation).toBeInstanceOf(NormalizedSchema)
        expect(found?.output, operation).toBeInstanceOf(NormalizedSchema)
        if (entry?.protocol.startsWith('rest') === true) expect(found?.http?.path, operation).toMatch(/^\//)
      }
    },
  )
})

describe('the wire', () => {
  let wire: AWire
  const clients: {destroy(): void}[] = []
  const kept = <C extends {destroy(): void}>(client: C): C => {
    clients.push(client)
    return client
  }
  const failing = (name: string, operation: string, fault: AwsFault) => (): Service => ({
    name,
    operations: {
      [operation]: () => {
        throw fault
      },
    },
  })

  beforeAll(async () => {
    wire = await aWire(
      [
        createS3,
        createSts,
        createScheduler,
        createApplicationAutoScaling,
        createCloudWatch,
        failing('elasticloadbalancingv2', 'DescribeRules', new AwsFault('RuleNotFound', 'One or more rules <not> found')),
        failing('ecs', 'DescribeClusters', new AwsFault('ClusterNotFoundException', 'Cluster not found.')),
      ],
      {startAt: Date.parse('2031-05-06T07:08:09Z')},
    )
  })
  afterEach(() => {
    wire.world.clearFault()
  })
  afterAll(async () => {
    for (const client of clients) client.destroy()
    await wire.close()
  })

  it('answers who the caller is', async () => {
    const sts = kept(new STSClient(wire.client()))
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '111122223333',
      Arn: 'arn:aws:iam::111122223333:user/sandbox',
    })
  })

  it.each<[string, string, () => Promise<unknown>]>([
    ['awsQuery', 'GetSessionToken', async () => kept(new STSClient(wire.client())).send(new GetSessionTokenCommand({}))],
    [
      'awsJson 1.0',
      'DescribeAlarmHistory',
      async () => kept(new CloudWatchClient(wire.client())).send(new DescribeAlarmHistoryCommand({})),
    ],
    [
      'awsJson 1.1',
      'DescribeScheduledActions',
      async () =>
        kept(new ApplicationAutoScalingClient(wire.client())).send(
          new DescribeScheduledActionsCommand({ServiceNamespace: 'ecs'}),
        ),
    ],
    [
      'restJson',
      'TagResource',
      async () => kept(new SchedulerClient(wire.client())).send(new TagResourceCommand({ResourceArn: 'arn:x', Tags: []})),
    ],
    [
      'restXml',
      'PutBucketRequestPayment',
      async () =>
        kept(new S3Client(wire.client())).send(
          new PutBucketRequestPaymentCommand({Bucket: 'b', RequestPaymentConfiguration: {Payer: 'Requester'}}),
        ),
    ],
  ])('names what it does not model (%s)', async (_, operation, call) => {
    await expect(call()).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(operation) as string,
      $metadata: {httpStatusCode: 501},
    })
  })

  it.each<[string, string, () => Promise<unknown>]>([
    [
      'awsQuery',
      'RuleNotFoundException',
      async () => kept(new ElasticLoadBalancingV2Client(wire.client())).send(new DescribeRulesCommand({})),
    ],
    ['awsJson', 'ClusterNotFoundException', async () => kept(new ECSClient(wire.client())).send(new DescribeClustersCommand({}))],
    [
      'restJson',
      'ResourceNotFoundException',
      async () => kept(new SchedulerClient(wire.client())).send(new GetScheduleCommand({Name: 'none'})),
    ],
    [
      'restXml',
      'NoSuchBucket',
      async () => kept(new S3Client(wire.client())).send(new GetObjectCommand({Bucket: 'none', Key: 'k'})),
    ],
  ])('has the SDK throw its own class (%s)', async (_, name, call) => {
    await expect(call()).rejects.toMatchObject({name, message: expect.stringMatching(/./) as string})
  })

  it('refuses a call without a required member', async () => {
    const elb = kept(new ElasticLoadBalancingV2Client(wire.client()))
    wire.world.register({name: 'elasticloadbalancingv2', operations: {CreateTargetGroup: () => ({})}})
    await expect(elb.send(new CreateTargetGroupCommand({Name: undefined}))).rejects.toMatchObject({
      message: expect.stringContaining('Name') as string,
    })
  })

  it("dates its answers with the sandbox's clock", async () => {
    const sts = kept(new STSClient(wire.client()))
    let date = ''
    sts.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        date = (result.response as {headers: Record<string, string>}).headers['date'] ?? ''
        return result
      },
      {step: 'deserialize', name: 'look-at-date'},
    )
    await sts.send(new GetCallerIdentityCommand({}))
    expect(new Date(date).getUTCFullYear()).toBe(2031)
  })

  it('answers 403 to what carries no signature, and names a service it does not know', async () => {
    expect((await fetch(`${wire.endpoint}/`)).status).toBe(403)
    const unknown = await fetch(`${wire.endpoint}/`, {
      headers: {authorization: 'AWS4-HMAC-SHA256 Credential=a/20310506/eu-west-1/kinesis/aws4_request, Signature=x'},
    })
    expect(unknown.status).toBe(501)
    expect(await unknown.text()).toContain('kinesis')
  })

  it('says so when a body is not what its protocol wants', async () => {
    const authorization = 'AWS4-HMAC-SHA256 Credential=a/20310506/eu-west-1/monitoring/aws4_request, Signature=x'
    const response = await fetch(`${wire.endpoint}/`, {
      method: 'POST',
      headers: {authorization, 'x-amz-target': 'GraniteServiceVersion20100801.GetMetricData'},
      body: '{',
    })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('SerializationException')
  })

  describe('faults', () => {
    const put = async (s3: S3Client, Key: string): Promise<unknown> =>
      s3.send(new PutObjectCommand({Bucket: 'faults', Key, Body: 'x'}))
    beforeAll(async () => {
      await wire.world.invoke(
        's3',
        'CreateBucket',
        {Bucket: 'faults', CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}},
        'eu-west-1',
      )
    })

    it("throttles with the service's own code and strikes only the operation it names", async () => {
      const [s3, sts] = [kept(new S3Client(wire.client())), kept(new STSClient(wire.client()))]
      wire.world.setFault({kind: 'throttle', target: 's3:PutObject'})
      await expect(put(s3, 'a')).rejects.toMatchObject({name: 'SlowDown', $metadata: {httpStatusCode: 503}})
      await expect(s3.send(new GetObjectCommand({Bucket: 'faults', Key: 'a'}))).rejects.toMatchObject({name: 'NoSuchKey'})
      expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe('111122223333')
      wire.world.setFault({kind: 'throttle', target: 'elbv2'})
      await expect(
        kept(new ElasticLoadBalancingV2Client(wire.client())).send(new DescribeRulesCommand({})),
      ).rejects.toMatchObject({name: 'Throttling'})
      wire.world.setFault({kind: 'throttle', target: 'cloudwatch'})
      await expect(kept(new CloudWatchClient(wire.client())).send(new DescribeAlarmHistoryCommand({}))).rejects.toMatchObject({
        name: 'ThrottlingException',
      })
    })

    it("is survived by the SDK's retries at 30 % throttling", async () => {
      const s3 = kept(new S3Client({...wire.client(), maxAttempts: 10, retryMode: 'standard'}))
      wire.world.setFault({kind: 'throttle', rate: 0.3})
      await Promise.all(
        Array.from({length: 10}, async (_, i) => {
          await put(s3, `t${i}`)
        }),
      )
      expect(await wire.world.invoke('s3', 'ListObjectsV2', {Bucket: 'faults', Prefix: 't'}, 'eu-west-1')).toMatchObject({
        KeyCount: 10,
      })
    })

    it('answers errors as 5xx without an effect', async () => {
      const s3 = kept(new S3Client(wire.client()))
      wire.world.setFault({kind: 'error'})
      await expect(put(s3, 'e')).rejects.toMatchObject({name: 'InternalError', $metadata: {httpStatusCode: 500}})
      expect(await wire.world.invoke('s3', 'ListObjectsV2', {Bucket: 'faults', Prefix: 'e'}, 'eu-west-1')).toMatchObject({
        KeyCount: 0,
      })
    })

    it('loses an answer after the effect took place', async () => {
      const s3 = kept(new S3Client(wire.client()))
      wire.world.setFault({kind: 'lost-answer'})
      await expect(put(s3, 'l')).rejects.toMatchObject({code: 'ECONNRESET'})
      expect(await wire.world.invoke('s3', 'ListObjectsV2', {Bucket: 'faults', Prefix: 'l'}, 'eu-west-1')).toMatchObject({
        KeyCount: 1,
      })
    })

    it('cuts connections to a Region that is down, and to no other', async () => {
      wire.world.setFault({kind: 'region-down', region: 'eu-west-1'})
      await expect(kept(new STSClient(wire.client('eu-west-1'))).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
        code: 'ECONNRESET',
      })
      expect((await kept(new STSClient(wire.client('eu-central-1'))).send(new GetCallerIdentityCommand({}))).Account).toBe(
        '111122223333',
      )
    })
  })
})

describe('XML', () => {
  it('reads entities, empty elements and nested ones, and refuses what does not close', () => {
    expect(parseXml('<?xml version="1.0"?><A x="1"><B>a &amp; &#65;</B><C/></A>')).toEqual({
      name: 'A',
      text: '',
      children: [
        {name: 'B', text: 'a & A', children: []},
        {name: 'C', text: '', children: []},
      ],
    })
    expect(parseXml('<A><B></A>')).toBeNull()
  })
})

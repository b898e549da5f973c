import {CloudFormationClient, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {DescribeImagesCommand, ECRClient} from '@aws-sdk/client-ecr'
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {GetObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {imageThere, recoveryFollower} from '../../../src/infra/aws/recovery-follower.ts'
import {aSession, signal} from './a-session.ts'

const ecs = mockClient(ECSClient)
beforeEach(() => ecs.reset())

const arn = (revision: number): string => `arn:aws:ecs:eu-central-1:111122223333:task-definition/shop-recovery:${revision}`
const whose = {container: null, account: '111122223333', service: 'shop', environment: 'production', home: 'eu-west-1'}
const follower = recoveryFollower(aSession({region: 'eu-central-1'}), {
  target: {region: 'eu-central-1', cluster: 'shop', service: 'shop-recovery'},
  ...whose,
})
const carried = {taskDefinition: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/shop:9', image: 'shop:2', digest: null}

function running(image: string): void {
  ecs
    .on(DescribeServicesCommand)
    .resolves({services: [{serviceName: 'shop-recovery', status: 'ACTIVE', taskDefinition: arn(4), desiredCount: 1}]})
  ecs.on(DescribeTaskDefinitionCommand).resolves({
    taskDefinition: {
      taskDefinitionArn: arn(4),
      family: 'shop-recovery',
      status: 'ACTIVE',
      containerDefinitions: [
        {
          name: 'api',
          image,
          environment: [{name: 'REGION', value: 'eu-central-1'}],
        },
      ],
    },
  })
  ecs.on(ListTaskDefinitionsCommand).resolves({taskDefinitionArns: [arn(4)]})
}

test('the recovery service gets the image in its own revision, and keeps its size', async () => {
  running('shop:1')
  ecs.on(RegisterTaskDefinitionCommand).resolves({taskDefinition: {taskDefinitionArn: arn(5)}})
  ecs.on(UpdateServiceCommand).resolves({service: {deployments: [{id: 'ecs-svc/5', status: 'PRIMARY', taskDefinition: arn(5)}]}})
  expect(await follower.carry(carried, signal)).toEqual({note: 'eu-central-1 rolls to shop-recovery:5, size 1'})
  expect(ecs.commandCalls(RegisterTaskDefinitionCommand)[0]?.args[0].input.containerDefinitions).toEqual([
    {name: 'api', image: 'shop:2', environment: [{name: 'REGION', value: 'eu-central-1'}]},
  ])
  expect(ecs.commandCalls(UpdateServiceCommand)[0]?.args[0].input).toMatchObject({
    service: 'shop-recovery',
    taskDefinition: arn(5),
    desiredCount: 1,
  })
})

test('carried twice, nothing happens the second time', async () => {
  running('shop:2')
  expect(await follower.carry(carried, signal)).toEqual({note: 'eu-central-1 already runs shop-recovery:4'})
  expect(ecs.commandCalls(UpdateServiceCommand)).toHaveLength(0)
})

describe('by digest', () => {
  const ecr = mockClient(ECRClient)
  beforeEach(() => ecr.reset())
  const promoted = `sha256:${'a'.repeat(64)}`
  const registered = () => ecs.commandCalls(RegisterTaskDefinitionCommand)[0]?.args[0].input.containerDefinitions?.[0]?.image
  function following(image: string): void {
    running(image)
    ecs.on(RegisterTaskDefinitionCommand).resolves({taskDefinition: {taskDefinitionArn: arn(5)}})
    ecs
      .on(UpdateServiceCommand)
      .resolves({service: {deployments: [{id: 'ecs-svc/5', status: 'PRIMARY', taskDefinition: arn(5)}]}})
  }
  const own = (region: string, rest: string): string => `111122223333.dkr.ecr.${region}.amazonaws.com/${rest}`
  const digests = (...there: readonly string[]) =>
    ecr.on(DescribeImagesCommand).callsFake(({imageIds}: {imageIds: {imageDigest?: string; imageTag?: string}[]}) => {
      const wanted = imageIds[0]?.imageDigest ?? there.at(-1)
      if (wanted === undefined || !there.includes(wanted))
        throw Object.assign(new Error('not there'), {name: 'ImageNotFoundException', $metadata: {httpStatusCode: 400}})
      return {imageDetails: [{imageDigest: wanted}]}
    })
  test('what the promoted tasks said is what is carried, whatever the tag means by now', async () => {
    following('shop:1')
    await follower.carry({...carried, digest: promoted}, signal)
    expect(registered()).toBe(`shop@${promoted}`)
  })
  test("from a registry of the Region's own, which has to have it", async () => {
    following(own('eu-central-1', 'shop:1'))
    digests(promoted)
    await follower.carry({taskDefinition: arn(9), image: own('eu-west-1', 'shop:2'), digest: promoted}, signal)
    expect(registered()).toBe(own('eu-central-1', `shop@${promoted}`))
  })
  test('another image under the same tag is not carried', async () => {
    following(own('eu-central-1', 'shop:1'))
    digests(`sha256:${'b'.repeat(64)}`)
    await expect(
      follower.carry({taskDefinition: arn(9), image: own('eu-west-1', 'shop:2'), digest: promoted}, signal),
    ).rejects.toMatchObject({
      code: 'image-not-replicated',
      message: expect.stringContaining('another image') as string,
    })
    expect(ecs.commandCalls(UpdateServiceCommand)).toHaveLength(0)
  })
  test('an image that was never replicated is not carried', async () => {
    following(own('eu-central-1', 'shop:1'))
    digests()
    await expect(
      follower.carry({taskDefinition: arn(9), image: own('eu-west-1', 'shop:2'), digest: promoted}, signal),
    ).rejects.toMatchObject({message: expect.stringContaining("isn't in the registry of eu-central-1") as string})
  })
  test("when no task said its digest, the registry's word for the tag counts", async () => {
    following(own('eu-central-1', 'shop:1'))
    digests(promoted)
    await follower.carry({taskDefinition: arn(9), image: own('eu-west-1', 'shop:2'), digest: null}, signal)
    expect(registered()).toBe(own('eu-central-1', `shop@${promoted}`))
  })
})

describe('signs of a recovery there', () => {
  const s3 = mockClient(S3Client)
  beforeEach(() => s3.reset())
  const target = {region: 'eu-central-1', stack: 'shop-production-main', slots: {a: 'a', b: 'b'}}
  const ofStack = () => recoveryFollower(aSession({region: 'eu-central-1'}), {target, ...whose})
  test('are lease, standing and the object stop, where recoveries keep them', async () => {
    s3.on(GetObjectCommand).callsFake(({Bucket, Key}: {Bucket: string; Key: string}) => {
      const bodies: Readonly<Record<string, string>> = {
        'sluice-state-111122223333-eu-central-1/leases/recovery.shop.production.json': '{"run":"r-1"}',
        'shop-production-switch-111122223333-eu-central-1/stop': 'r-1',
      }
      const body = bodies[`${Bucket}/${Key}`]
      if (body === undefined) throw Object.assign(new Error('no such key'), {name: 'NoSuchKey', $metadata: {httpStatusCode: 404}})
      return {Body: {transformToString: async () => body}}
    })
    expect(await ofStack().signs(signal)).toEqual({lease: {run: 'r-1'}, standing: null, stopped: true})
  })
  test("a Region of no stack of ours has none, and isn't asked", async () => {
    expect(await follower.signs(signal)).toBeNull()
    expect(s3.calls()).toHaveLength(0)
  })
})

describe("the image's name there", () => {
  const registry = (region: string, rest: string): string => `111122223333.dkr.ecr.${region}.amazonaws.com/${rest}`
  test.each([
    [
      "is that Region's own copy where it already pulls one",
      registry('eu-west-1', 'shop:2'),
      registry('eu-central-1', 'shop:1'),
      registry('eu-central-1', 'shop:2'),
    ],
    [
      'keeps its digest',
      registry('eu-west-1', 'team/shop@sha256:ab'),
      registry('eu-central-1', 'team/shop:1'),
      registry('eu-central-1', 'team/shop@sha256:ab'),
    ],
    [
      "stays where images aren't replicated",
      registry('eu-west-1', 'shop:2'),
      registry('eu-west-1', 'shop:1'),
      registry('eu-west-1', 'shop:2'),
    ],
    [
      'stays for another repository',
      registry('eu-west-1', 'shop:2'),
      registry('eu-central-1', 'other:1'),
      registry('eu-west-1', 'shop:2'),
    ],
    ['stays outside ECR', 'ghcr.io/shop:2', 'ghcr.io/shop:1', 'ghcr.io/shop:2'],
  ])('%s', (_, image, present, expected) => {
    expect(imageThere(image, present)).toBe(expected)
  })
})

test('of a stack of ours, the slot that is home there follows', async () => {
  const cfn = mockClient(CloudFormationClient)
  const elb = mockClient(ElasticLoadBalancingV2Client)
  const output = (OutputKey: string, OutputValue: string) => ({OutputKey, OutputValue})
  cfn.on(DescribeStacksCommand).resolves({
    Stacks: [
      {
        StackName: 'shop-production-main',
        StackStatus: 'CREATE_COMPLETE',
        CreationTime: new Date(0),
        Outputs: [
          output('ListenerArn', 'l'),
          output('TargetGroupA', 'a'),
          output('TargetGroupB', 'b'),
          output('ClusterName', 'cluster-there'),
        ],
      },
    ],
  })
  elb.on(DescribeRulesCommand).resolves({Rules: []})
  running('shop:2')
  const target = {region: 'eu-central-1', stack: 'shop-production-main', slots: {a: 'shop-production-a', b: 'shop-production-b'}}
  await recoveryFollower(aSession({region: 'eu-central-1'}), {target, ...whose}).carry(carried, signal)
  expect(ecs.commandCalls(DescribeServicesCommand)[0]?.args[0].input).toMatchObject({
    cluster: 'cluster-there',
    services: ['shop-production-a'],
  })
})

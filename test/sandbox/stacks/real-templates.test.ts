/**
 * The package's own templates, both Regions at once, deployed by the unmodified SDK client as anybody might who exported them: what
 * there is in the end, and that time was lost nowhere.
 */
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import type {Parameter, Stack} from '@aws-sdk/client-cloudformation'
import {CreateBucketCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {readSite, readTemplates} from '../../../src/infra/stack/templates.ts'
import {usualSeconds} from '../../../src/infra/stack/usual-seconds.ts'
import {wantedStacks} from '../../../src/infra/stack/wanted-stacks.ts'
import {longestSeconds} from '../../../src/runbooks/provision/forecast.ts'
import type {Wanted, WantedStack} from '../../../src/runbooks/provision/infra-plan.ts'
import {startSandbox} from '../../../src/sandbox/server.ts'
import type {Sandbox} from '../../../src/sandbox/server.ts'
import type {AccountRecord} from '../../../src/sandbox/world/contract.ts'
import {aStackConfig} from '../../support/provision-bench.ts'

const [home, recovery, edge] = ['eu-west-1', 'eu-central-1', 'us-east-1'] as const
let sandbox: Sandbox
let wanted: Wanted
const clients = new Map<string, CloudFormationClient>()
const bucket = (region: string): string => `sluice-state-111122223333-${region}`
const options = (region: string) => ({
  endpoint: sandbox.endpoint,
  region,
  credentials: {accessKeyId: 'sandbox', secretAccessKey: 'sandbox'},
  forcePathStyle: true,
  maxAttempts: 3,
})
const cfn = (region: string): CloudFormationClient => {
  const known = clients.get(region) ?? new CloudFormationClient(options(region))
  clients.set(region, known)
  return known
}

beforeAll(async () => {
  sandbox = await startSandbox({speed: 60, seed: 1, world: 'empty'})
  wanted = wantedStacks(aStackConfig(), await readTemplates(), {
    site: await readSite(),
    objectUrl: (region, key) => `https://${bucket(region)}.s3.${region}.amazonaws.com/${key}`,
  })
  await Promise.all(
    [home, recovery].map(async (region) => {
      const s3 = new S3Client(options(region))
      await s3.send(new CreateBucketCommand({Bucket: bucket(region), CreateBucketConfiguration: {LocationConstraint: region}}))
      await Promise.all(
        Object.entries(wanted.assets[region] ?? {}).map(
          async ([Key, Body]) => await s3.send(new PutObjectCommand({Bucket: bucket(region), Key, Body})),
        ),
      )
      s3.destroy()
    }),
  )
}, 60_000)
afterAll(async () => {
  for (const client of clients.values()) client.destroy()
  await sandbox.close()
})

const stackOf = (id: string): WantedStack => {
  const found = wanted.stacks.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no ${id}`)
  return found
}

async function settled(region: string, StackName: string): Promise<Stack> {
  return await vi.waitUntil(
    async () => {
      const {Stacks: [stack] = []} = await cfn(region).send(new DescribeStacksCommand({StackName}))
      return stack?.StackStatus?.endsWith('_IN_PROGRESS') === false ? stack : false
    },
    {timeout: 90_000, interval: 30},
  )
}

/** `@parameter:…` and `@stack@region/Nested:Output`, as the tool fills them in. */
async function filled(parameters: Readonly<Record<string, string>>): Promise<Parameter[]> {
  return await Promise.all(
    Object.entries(parameters).map(async ([ParameterKey, value]) => {
      if (value.startsWith('@parameter:')) return {ParameterKey, ParameterValue: 'ami-0123456789abcdef0'}
      const [, id = '', nested, output = ''] = /^@([a-z]+@[a-z0-9-]+)(?:\/(\w+))?:(\w+)$/.exec(value) ?? []
      return {ParameterKey, ParameterValue: id === '' ? value : await outputOf(stackOf(id), nested, output)}
    }),
  )
}

async function outputOf({region, name}: WantedStack, nested: string | undefined, output: string): Promise<string> {
  const {Stacks = []} = await cfn(region).send(new DescribeStacksCommand({}))
  const found = Stacks.find((one) =>
    nested === undefined ? one.StackName === name : one.StackName?.startsWith(`${name}-${nested}-`),
  )
  return found?.Outputs?.find((one) => one.OutputKey === output)?.OutputValue ?? ''
}

async function create(id: string): Promise<string> {
  const {region, name, body, first, tags} = stackOf(id)
  await cfn(region).send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: body,
      Parameters: await filled(first),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Tags: Object.entries(tags).map(([Key, Value]) => ({Key, Value})),
    }),
  )
  const {StackStatus, StackStatusReason} = await settled(region, name)
  return `${StackStatus}${StackStatusReason === undefined ? '' : `: ${StackStatusReason}`}`
}

async function update(id: string): Promise<string> {
  const {region, name, body, then} = stackOf(id)
  await cfn(region).send(
    new UpdateStackCommand({
      StackName: name,
      TemplateBody: body,
      Parameters: await filled(then),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  )
  return (await settled(region, name)).StackStatus ?? ''
}

/** From the stack's first event to its last. */
async function secondsOf(region: string, StackName: string): Promise<number> {
  const {Stacks: [stack] = []} = await cfn(region).send(new DescribeStacksCommand({StackName}))
  const {StackEvents: [last] = []} = await cfn(region).send(new DescribeStackEventsCommand({StackName}))
  return ((last?.Timestamp?.getTime() ?? 0) - (stack?.CreationTime?.getTime() ?? 0)) / 1000
}

const all = (region: string, type: string): readonly AccountRecord[] => sandbox.world.records.list(region, type)

describe("the package's templates", () => {
  it('make both foundations and the certificate', async () => {
    expect(
      await Promise.all([create(`foundation@${home}`), create(`foundation@${recovery}`), create(`certificate@${edge}`)]),
    ).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE', 'CREATE_COMPLETE'])
  }, 60_000)

  it('make both Regions at once, in the time of the longest path', async () => {
    expect(await Promise.all([create(`main@${home}`), create(`main@${recovery}`)])).toEqual([
      'CREATE_COMPLETE',
      'CREATE_COMPLETE',
    ])
    const path = Math.max(...[home, recovery].map((region) => longestSeconds(stackOf(`main@${region}`).resources)))
    const seconds = Math.max(
      ...(await Promise.all([home, recovery].map(async (region) => await secondsOf(region, stackOf(`main@${region}`).name)))),
    )
    // How close it comes is measured by bench/infra-up.ts. A busy machine is late, but not by as much as two branches one after the other take.
    expect(seconds).toBeLessThan(usualSeconds('AWS::ElastiCache::ReplicationGroup') + usualSeconds('AWS::RDS::DBInstance'))
    expect(seconds).toBeGreaterThan(path * 0.95)
  }, 120_000)

  it('stand there as they were drawn: two gateways in two zones, four hosts over two zones, a cache, a database', () => {
    expect(new Set(all(home, 'AWS::EC2::NatGateway').map((one) => one.properties['SubnetId'])).size).toBe(2)
    expect(all(home, 'AWS::ElastiCache::ReplicationGroup')).toMatchObject([
      {status: 'available', properties: {Engine: 'valkey', NumCacheClusters: 2}},
    ])
    expect(all(home, 'AWS::RDS::DBInstance')).toMatchObject([{id: 'shop-production', status: 'available'}])
    expect(all(recovery, 'AWS::RDS::DBInstance')).toEqual([])
    const hosts = all(home, 'AWS::EC2::Instance').filter((one) => JSON.stringify(one.tags).includes('-Api-'))
    expect(hosts).toHaveLength(4)
    expect(new Set(hosts.map((one) => one.properties['AvailabilityZone'])).size).toBe(2)
  })

  it('make the replica, and in a second pass the site, its replication and the alarms', async () => {
    const replica = create(`replica@${recovery}`)
    expect(await update(`main@${home}`)).toBe('UPDATE_COMPLETE')
    expect(await update(`main@${recovery}`)).toBe('UPDATE_COMPLETE')
    expect(await update(`certificate@${edge}`)).toBe('UPDATE_COMPLETE')
    expect(await replica).toBe('CREATE_COMPLETE')
    expect(all('aws-global', 'AWS::CloudFront::Distribution')).toHaveLength(1)
    expect(all(edge, 'AWS::CloudWatch::Alarm')).toHaveLength(3)
    expect(all(recovery, 'AWS::RDS::DBInstance')).toMatchObject([{id: 'shop-production', status: 'available'}])
    const replication = await sandbox.world.invoke(
      's3',
      'GetBucketReplication',
      {Bucket: `shop-production-site-111122223333-${home}`},
      home,
    )
    expect(JSON.stringify(replication)).toContain(`shop-production-site-111122223333-${recovery}`)
  }, 120_000)

  it('have nothing to do when they are deployed again', async () => {
    for (const {id} of wanted.stacks) await expect(update(id)).rejects.toMatchObject({message: 'No updates are to be performed.'})
  })
})

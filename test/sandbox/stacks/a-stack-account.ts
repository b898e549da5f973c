/** Builder: a whole empty sandbox and an unmodified CloudFormation client, with the few things every row of these tests does. */
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation'
import type {
  CreateChangeSetCommandInput,
  CreateStackCommandInput,
  DescribeChangeSetCommandOutput,
  Stack,
  StackEvent,
  UpdateStackCommandInput,
} from '@aws-sdk/client-cloudformation'
import {CreateBucketCommand, PutObjectCommand, S3Client} from '@aws-sdk/client-s3'
import {vi} from 'vitest'
import {startSandbox} from '../../../src/sandbox/server.ts'
import type {SandboxWorld} from '../../../src/sandbox/world/world.ts'

export const region = 'eu-west-1'
const BUCKET = 'templates-of-tests'
const patience = {timeout: 30_000, interval: 10}

export interface StackAccount {
  readonly world: SandboxWorld
  readonly cfn: CloudFormationClient
  readonly options: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: {readonly accessKeyId: string; readonly secretAccessKey: string}
    readonly forcePathStyle: boolean
    readonly maxAttempts: number
  }
  /** Puts a template where a stack can name it; answers its URL. */
  upload(key: string, text: string): Promise<string>
  create(name: string, body: string, input?: Partial<CreateStackCommandInput>): Promise<string>
  update(name: string, body: string, input?: Partial<UpdateStackCommandInput>): Promise<void>
  remove(name: string): Promise<void>
  stack(nameOrId: string): Promise<Stack>
  /** Waits until nothing is under way. */
  settled(nameOrId: string): Promise<Stack>
  status(nameOrId: string): Promise<string>
  /** Oldest first. */
  events(nameOrId: string): Promise<readonly StackEvent[]>
  /** Logical id → `STATUS physical id`. */
  resources(nameOrId: string): Promise<Readonly<Record<string, {readonly status: string; readonly id: string}>>>
  changeSet(name: string, body: string, input?: Partial<CreateChangeSetCommandInput>): Promise<DescribeChangeSetCommandOutput>
  close(): Promise<void>
}

export async function aStackAccount(): Promise<StackAccount> {
  const sandbox = await startSandbox({speed: 60, seed: 1, world: 'empty'})
  const options = {
    endpoint: sandbox.endpoint,
    region,
    credentials: {accessKeyId: 'sandbox', secretAccessKey: 'sandbox'},
    forcePathStyle: true,
    maxAttempts: 1,
  }
  const [cfn, s3] = [new CloudFormationClient(options), new S3Client(options)]
  await s3.send(new CreateBucketCommand({Bucket: BUCKET, CreateBucketConfiguration: {LocationConstraint: region}}))
  const Capabilities = ['CAPABILITY_NAMED_IAM'] as const

  const stack = async (StackName: string): Promise<Stack> => {
    const {Stacks = []} = await cfn.send(new DescribeStacksCommand({StackName}))
    return Stacks[0] ?? ({} as Stack)
  }
  const settled = async (name: string): Promise<Stack> => {
    const {StackId = ''} = await stack(name)
    return await vi.waitUntil(async () => {
      const now = await stack(StackId)
      return now.StackStatus?.endsWith('_IN_PROGRESS') === true && now.StackStatus !== 'REVIEW_IN_PROGRESS' ? false : now
    }, patience)
  }
  let changeSets = 0
  return {
    world: sandbox.world,
    cfn,
    options,
    stack,
    settled,
    upload: async (Key, Body) => {
      await s3.send(new PutObjectCommand({Bucket: BUCKET, Key, Body}))
      return `https://${BUCKET}.s3.${region}.amazonaws.com/${Key}`
    },
    create: async (StackName, TemplateBody, input = {}) =>
      (await cfn.send(new CreateStackCommand({StackName, TemplateBody, Capabilities: [...Capabilities], ...input}))).StackId
      ?? '',
    update: async (StackName, TemplateBody, input = {}) => {
      await cfn.send(new UpdateStackCommand({StackName, TemplateBody, Capabilities: [...Capabilities], ...input}))
    },
    remove: async (StackName) => {
      await cfn.send(new DeleteStackCommand({StackName}))
    },
    status: async (name) => (await settled(name)).StackStatus ?? '',
    events: async (StackName) => {
      const {StackEvents = []} = await cfn.send(new DescribeStackEventsCommand({StackName}))
      return StackEvents.reverse()
    },
    resources: async (StackName) => {
      const {StackResources = []} = await cfn.send(new DescribeStackResourcesCommand({StackName}))
      return Object.fromEntries(
        StackResources.map((one) => [
          one.LogicalResourceId ?? '',
          {status: one.ResourceStatus ?? '', id: one.PhysicalResourceId ?? ''},
        ]),
      )
    },
    changeSet: async (StackName, TemplateBody, input = {}) => {
      changeSets += 1
      const {Id} = await cfn.send(
        new CreateChangeSetCommand({
          StackName,
          TemplateBody,
          ChangeSetName: `c${changeSets}`,
          Capabilities: [...Capabilities],
          IncludeNestedStacks: true,
          ...input,
        }),
      )
      return await vi.waitUntil(async () => {
        const now = await cfn.send(new DescribeChangeSetCommand({ChangeSetName: Id, IncludePropertyValues: true}))
        return now.Status === 'CREATE_COMPLETE' || now.Status === 'FAILED' ? now : false
      }, patience)
    },
    close: async () => {
      cfn.destroy()
      s3.destroy()
      await sandbox.close()
    },
  }
}

/** `Logical STATUS` of each event of one stack's resources. */
export const story = (events: readonly StackEvent[]): readonly string[] =>
  events.map((one) => `${one.LogicalResourceId} ${one.ResourceStatus}`)

export const reasons = (events: readonly StackEvent[], logicalId: string): readonly string[] =>
  events.filter((one) => one.LogicalResourceId === logicalId).flatMap((one) => one.ResourceStatusReason ?? [])

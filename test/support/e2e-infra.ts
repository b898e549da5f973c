/**
 * An empty account of a test's own, and a sluice.yaml that describes a stack in it. What is in the account is read with the
 * unmodified AWS SDK, so that a test sees what anybody would see.
 */
import {randomInt} from 'node:crypto'
import {copyFile, mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {CloudControlClient, GetResourceCommand, ListResourcesCommand} from '@aws-sdk/client-cloudcontrol'
import {CloudFormationClient, DescribeStackResourcesCommand, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import type {Stack, StackResource} from '@aws-sdk/client-cloudformation'
import {stringify} from 'yaml'
import {aMachine, tidyLater} from './e2e-cli.ts'
import type {Machine, Ran, Running} from './e2e-cli.ts'
import {mustDo, sandboxDown} from './e2e-sandbox.ts'

export const home = 'eu-west-1'
export const away = 'eu-central-1'

export type Config = Readonly<Record<string, unknown>>

/** What a file holds unless a test says otherwise; `stack` is merged. */
export function stackConfig({stack = {}, ...changes}: Config = {}): Config {
  return {
    service: 'shop',
    environment: 'production',
    region: home,
    ...changes,
    stack: {
      api: 'origin-api.example.com',
      site: 'www.example.com',
      hostedZone: 'Z0EXAMPLE0000',
      alarms: 'oncall@example.com',
      firstImage: 'shop/api:1.8.2',
      recovery: {region: away},
      ...(stack as Config),
    },
  }
}

interface ClientOptions {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {readonly accessKeyId: string; readonly secretAccessKey: string}
  readonly maxAttempts: number
}

export interface InfraAccount {
  readonly name: string
  readonly account: string
  readonly endpoint: string
  readonly machine: Machine
  /** Another computer that knows where the sandbox is, with a sluice.yaml of its own. */
  elsewhere(config?: Config): Promise<Machine>
  /** Writes the sluice.yaml of the machine. */
  write(config: Config, machine?: Machine): Promise<void>
  start(argv: readonly string[], machine?: Machine): Running
  sluice(...argv: readonly string[]): Promise<Ran>
  fault(...argv: readonly string[]): Promise<void>
  /** A client of the Region; the same one each time. */
  client<C>(Client: new (options: ClientOptions) => C, region?: string): C
  /** null: no such stack. */
  stack(name: string, region?: string): Promise<Stack | null>
  outputs(name: string, region?: string): Promise<Readonly<Record<string, string>>>
  /** Resources of a stack by `Api/Hosts`: what is nested is read too. */
  tree(name: string, region?: string): Promise<ReadonlyMap<string, StackResource>>
  /** By Cloud Control: what has no describe of its own here. */
  resource(type: string, id: string, region?: string): Promise<Readonly<Record<string, unknown>>>
  resources(type: string, region?: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Requests per virtual minute to the load balancer that the home stack made; 0 ends them. */
  traffic(perMinute: number): Promise<void>
  /** Virtual epoch ms. */
  now(): Promise<number>
}

export async function anAccount({
  speed,
  seed = 1,
  config = stackConfig(),
}: {
  readonly speed: number
  readonly seed?: number
  readonly config?: Config
}): Promise<InfraAccount> {
  const machine = await aMachine()
  const name = `infra-${process.pid}-${randomInt(1e6)}`
  tidyLater(() => sandboxDown(machine, name))
  const up = await machine.sluice(
    'sandbox',
    'up',
    '--world',
    'empty',
    '--name',
    name,
    '--speed',
    String(speed),
    '--seed',
    String(seed),
    '--region',
    home,
    '--region',
    away,
    '--json',
  )
  if (up.code !== 0) throw new Error(`the sandbox didn't start: ${up.stdout}${up.stderr}`)
  const {endpoint, account} = up.json() as {readonly endpoint: string; readonly account: string}
  const clients = new Map<string, {destroy?(): void}>()
  tidyLater(() => {
    for (const client of clients.values()) client.destroy?.()
  })
  const write = (content: Config, on: Machine = machine): Promise<void> =>
    writeFile(join(on.directory, 'sluice.yaml'), stringify(content))
  await write(config)
  const client = <C>(Client: new (options: ClientOptions) => C, region = home): C => {
    const key = `${Client.name} ${region}`
    const known = clients.get(key) as C | undefined
    if (known !== undefined) return known
    const made = new Client({
      endpoint,
      region,
      credentials: {accessKeyId: 'test', secretAccessKey: 'test'},
      maxAttempts: 4,
      ...(Client.name === 'S3Client' && {forcePathStyle: true}),
    })
    clients.set(key, made as {destroy?(): void})
    return made
  }
  const stack = async (stackName: string, region = home): Promise<Stack | null> => {
    const answer = await client(CloudFormationClient, region)
      .send(new DescribeStacksCommand({StackName: stackName}))
      .catch((error: unknown) => {
        if (error instanceof Error && error.message.includes('does not exist')) return null
        throw error
      })
    return answer?.Stacks?.[0] ?? null
  }
  const self: InfraAccount = {
    name,
    account,
    endpoint,
    machine,
    write,
    client,
    stack,
    async elsewhere(content = config) {
      const other = await aMachine()
      const handle = join('sluice', 'sandbox', `${name}.json`)
      await mkdir(dirname(join(other.stateHome, handle)), {recursive: true})
      await Promise.all([copyFile(join(machine.stateHome, handle), join(other.stateHome, handle)), write(content, other)])
      return other
    },
    start: (argv, on = machine) => on.start([...argv, '--sandbox', name]),
    sluice: (...argv) => machine.sluice(...argv, '--sandbox', name),
    async fault(...argv) {
      mustDo(await machine.sluice('sandbox', 'fault', ...argv, '--name', name))
    },
    async outputs(stackName, region = home) {
      const found = await stack(stackName, region)
      return Object.fromEntries((found?.Outputs ?? []).map(({OutputKey = '', OutputValue = ''}) => [OutputKey, OutputValue]))
    },
    tree: (stackName, region = home) => treeOf(client(CloudFormationClient, region), stackName, ''),
    async resource(type, id, region = home) {
      const {ResourceDescription} = await client(CloudControlClient, region).send(
        new GetResourceCommand({TypeName: type, Identifier: id}),
      )
      return JSON.parse(ResourceDescription?.Properties ?? '{}') as Readonly<Record<string, unknown>>
    },
    async resources(type, region = home) {
      const {ResourceDescriptions = []} = await client(CloudControlClient, region).send(
        new ListResourcesCommand({TypeName: type}),
      )
      return ResourceDescriptions.map(({Properties}) => JSON.parse(Properties ?? '{}') as Readonly<Record<string, unknown>>)
    },
    async traffic(perMinute) {
      const loadBalancer = (await self.outputs('shop-production-main'))['LoadBalancerArn']?.split('/')[2]
      const answer = await fetch(`${endpoint}/_sluice/traffic`, {
        method: 'POST',
        body: JSON.stringify({service: 'shop', loadBalancer, perMinute}),
      })
      if (!answer.ok) throw new Error(`no traffic: ${await answer.text()}`)
    },
    now: async () => ((await (await fetch(`${endpoint}/_sluice/clock`)).json()) as {readonly epochMs: number}).epochMs,
  }
  return self
}

async function treeOf(
  cloudFormation: CloudFormationClient,
  stackName: string,
  path: string,
): Promise<Map<string, StackResource>> {
  const {StackResources = []} = await cloudFormation.send(new DescribeStackResourcesCommand({StackName: stackName}))
  const own = StackResources.map((one) => [`${path}${one.LogicalResourceId ?? ''}`, one] as const)
  const nested = await Promise.all(
    own.map(async ([at, {ResourceType, PhysicalResourceId = ''}]) =>
      ResourceType === 'AWS::CloudFormation::Stack' && PhysicalResourceId !== ''
        ? [...(await treeOf(cloudFormation, PhysicalResourceId, `${at}/`))]
        : [],
    ),
  )
  return new Map([...own, ...nested.flat()])
}

/**
 * A sandbox of a test's own, started and ended by the command line, and how things stand in it: read with the unmodified AWS SDK,
 * so that a test sees what anybody would see. Nothing here writes to it but what a test asks for.
 */
import {copyFile, mkdir, readFile, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {randomInt} from 'node:crypto'
import {ApplicationAutoScalingClient, DescribeScalableTargetsCommand} from '@aws-sdk/client-application-auto-scaling'
import {DescribeServicesCommand, ECSClient} from '@aws-sdk/client-ecs'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client, ModifyRuleCommand} from '@aws-sdk/client-elastic-load-balancing-v2'
import {GetObjectCommand, ListObjectsV2Command, S3Client} from '@aws-sdk/client-s3'
import {ListSchedulesCommand, SchedulerClient} from '@aws-sdk/client-scheduler'
import {parse, stringify} from 'yaml'
import type {Event} from '../../src/runbooks/engine/event.ts'
import type {SandboxStatus} from '../../src/sandbox/status.ts'
import {aMachine, isRunning, tidyLater, until} from './e2e-cli.ts'
import type {Machine, Ran} from './e2e-cli.ts'

export interface SandboxWish {
  readonly speed: number
  readonly rate: number
  readonly seed?: number
  readonly services?: readonly string[]
}

/** How one service stands. */
export interface ServiceState {
  readonly weights: {readonly a: number; readonly b: number}
  readonly desired: {readonly a: number; readonly b: number}
  /** Least and most tasks; `held` while scale-in is suspended. */
  readonly scaling: {readonly a: string; readonly b: string}
  /** Names of its schedules. */
  readonly schedules: readonly string[]
}

export interface TestSandbox {
  readonly name: string
  readonly pid: number
  /** The machine that started it. */
  readonly machine: Machine
  /** Another computer that knows where the sandbox is, and nothing else. */
  elsewhere(): Promise<Machine>
  /** Writes a sluice.yaml for a service: what `init` finds, with these top-level keys on top. Answers its path. */
  configFor(service: string, changes: Readonly<Record<string, unknown>>): Promise<string>
  image(tag: string, env: Readonly<Record<string, string | number>>): Promise<void>
  fault(...argv: readonly string[]): Promise<void>
  /** While `action` runs, one service gets this many requests per virtual minute. */
  withTraffic<T>(service: string, perMinute: number, action: () => Promise<T>): Promise<T>
  state(service: string): Promise<ServiceState>
  weights(service: string): Promise<ServiceState['weights']>
  /** What a person at the console would do in the middle of a release. */
  modifyRule(service: string, weights: ServiceState['weights']): Promise<void>
  /** The journal as it is in the state bucket. */
  journal(run: string): Promise<readonly Event[]>
  runs(): Promise<readonly string[]>
  /** The run that has, or had last, the lease of a service. */
  runOf(service: string): Promise<string>
  /** Virtual epoch ms. */
  now(): Promise<number>
  status(): Promise<SandboxStatus>
}

const region = 'eu-west-1'

interface Config {
  readonly rule: string
  readonly slots: {readonly a: {readonly targetGroup: string}; readonly b: {readonly targetGroup: string}}
}

export async function aSandbox({speed, rate, seed = 1, services = ['api']}: SandboxWish): Promise<TestSandbox> {
  const machine = await aMachine()
  const name = `e2e-${process.pid}-${randomInt(1e6)}`
  // Before it is up: an `up` that fails half-way must leave nothing either.
  tidyLater(() => sandboxDown(machine, name))
  const up = await machine.sluice(
    'sandbox',
    'up',
    '--name',
    name,
    '--speed',
    String(speed),
    '--rate',
    String(rate),
    '--seed',
    String(seed),
    '--services',
    services.join(','),
    '--region',
    region,
    '--json',
  )
  if (up.code !== 0) throw new Error(`the sandbox didn't start: ${up.stdout}${up.stderr}`)
  const {endpoint, pid, account} = up.json() as {readonly endpoint: string; readonly pid: number; readonly account: string}
  const look = clientsOf(endpoint)
  const found = new Map<string, Promise<Config>>()
  const configOf = (service: string): Promise<Config> => {
    const known = found.get(service) ?? init(machine, name, service)
    found.set(service, known)
    return known
  }
  const weights = async (service: string): Promise<ServiceState['weights']> => weightsOf(look.elb, await configOf(service))
  const bucket = `sluice-state-${account}-${region}`
  return {
    name,
    pid,
    machine,
    weights,
    async elsewhere() {
      const other = await aMachine()
      const handle = join('sluice', 'sandbox', `${name}.json`)
      await mkdir(dirname(join(other.stateHome, handle)), {recursive: true})
      await copyFile(join(machine.stateHome, handle), join(other.stateHome, handle))
      return other
    },
    async configFor(service, changes) {
      const path = join(machine.directory, `${service}.yaml`)
      await writeFile(path, stringify({...(await configOf(service)), ...changes}))
      return path
    },
    async image(tag, env) {
      const settings = Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`])
      mustDo(await machine.sluice('sandbox', 'image', 'add', tag, ...settings, '--name', name))
    },
    async fault(...argv) {
      mustDo(await machine.sluice('sandbox', 'fault', ...argv, '--name', name))
    },
    async withTraffic(service, perMinute, action) {
      await setTraffic(endpoint, service, perMinute)
      try {
        return await action()
      } finally {
        await setTraffic(endpoint, service, 0)
      }
    },
    async state(service) {
      const [rule, slots, schedules] = await Promise.all([
        weights(service),
        slotsOf(look, service),
        look.scheduler.send(new ListSchedulesCommand({})),
      ])
      return {
        weights: rule,
        ...slots,
        schedules: (schedules.Schedules ?? [])
          .map((one) => one.Name ?? '')
          .filter((one) => one.startsWith(`sluice-${service}-`))
          .toSorted(),
      }
    },
    async modifyRule(service, wanted) {
      const {rule, slots} = await configOf(service)
      const TargetGroups = (['a', 'b'] as const).map((slot) => ({TargetGroupArn: slots[slot].targetGroup, Weight: wanted[slot]}))
      await look.elb.send(
        new ModifyRuleCommand({
          RuleArn: rule,
          Actions: [{Type: 'forward', Order: 1, ForwardConfig: {TargetGroups, TargetGroupStickinessConfig: {Enabled: false}}}],
        }),
      )
    },
    async journal(run) {
      const {Contents = []} = await look.s3.send(new ListObjectsV2Command({Bucket: bucket, Prefix: `runs/${run}/`}))
      return Promise.all(
        Contents.map(
          async ({Key}) =>
            JSON.parse(
              (await (await look.s3.send(new GetObjectCommand({Bucket: bucket, Key}))).Body?.transformToString()) ?? '',
            ) as Event,
        ),
      )
    },
    async runs() {
      const {CommonPrefixes = []} = await look.s3.send(
        new ListObjectsV2Command({Bucket: bucket, Prefix: 'runs/', Delimiter: '/'}),
      )
      return CommonPrefixes.map(({Prefix = ''}) => Prefix.split('/')[1] ?? '')
    },
    async runOf(service) {
      const {Body} = await look.s3.send(new GetObjectCommand({Bucket: bucket, Key: `leases/${service}.json`}))
      return (JSON.parse((await Body?.transformToString()) ?? '') as {readonly run: string}).run
    },
    now: async () => (await admin<{readonly epochMs: number}>(endpoint, 'clock')).epochMs,
    status: () => admin<SandboxStatus>(endpoint, 'status'),
  }
}

type Clients = ReturnType<typeof clientsOf>

function clientsOf(endpoint: string) {
  const options = {endpoint, region, credentials: {accessKeyId: 'test', secretAccessKey: 'test'}, maxAttempts: 8}
  const clients = {
    elb: new ElasticLoadBalancingV2Client(options),
    ecs: new ECSClient(options),
    scaling: new ApplicationAutoScalingClient(options),
    scheduler: new SchedulerClient(options),
    s3: new S3Client({...options, forcePathStyle: true}),
  }
  tidyLater(() => {
    for (const client of Object.values(clients)) client.destroy()
  })
  return clients
}

async function weightsOf(elb: Clients['elb'], {rule, slots}: Config): Promise<ServiceState['weights']> {
  const {Rules} = await elb.send(new DescribeRulesCommand({RuleArns: [rule]}))
  const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []
  const weight = (slot: 'a' | 'b'): number => groups.find((one) => one.TargetGroupArn === slots[slot].targetGroup)?.Weight ?? 0
  return {a: weight('a'), b: weight('b')}
}

async function slotsOf({ecs, scaling}: Clients, service: string): Promise<Pick<ServiceState, 'desired' | 'scaling'>> {
  const names = [`${service}-a`, `${service}-b`]
  const [{services = []}, {ScalableTargets = []}] = await Promise.all([
    ecs.send(new DescribeServicesCommand({cluster: 'shop', services: names})),
    scaling.send(
      new DescribeScalableTargetsCommand({ServiceNamespace: 'ecs', ResourceIds: names.map((one) => `service/shop/${one}`)}),
    ),
  ])
  const desired = (slot: string): number => services.find((one) => one.serviceName === `${service}-${slot}`)?.desiredCount ?? -1
  const bounds = (slot: string): string => {
    const target = ScalableTargets.find((one) => one.ResourceId === `service/shop/${service}-${slot}`)
    return `${target?.MinCapacity}–${target?.MaxCapacity}${target?.SuspendedState?.DynamicScalingInSuspended === true ? ' held' : ''}`
  }
  return {desired: {a: desired('a'), b: desired('b')}, scaling: {a: bounds('a'), b: bounds('b')}}
}

async function init(machine: Machine, sandbox: string, service: string): Promise<Config> {
  const file = join(machine.directory, `${service}.init.yaml`)
  mustDo(await machine.sluice('init', '--sandbox', sandbox, '--service', service, '--output', file))
  return parse(await readFile(file, 'utf8')) as Config
}

async function admin<Answer>(endpoint: string, path: string): Promise<Answer> {
  return (await fetch(`${endpoint}/_sluice/${path}`)).json() as Promise<Answer>
}

/** As `sandbox traffic` does, without a process for each time. */
async function setTraffic(endpoint: string, service: string, perMinute: number): Promise<void> {
  await fetch(`${endpoint}/_sluice/traffic`, {method: 'POST', body: JSON.stringify({service, perMinute})})
}

/** By the command line; what doesn't go by itself is killed, and that is an error. */
export async function sandboxDown(machine: Machine, name: string): Promise<void> {
  const handle = await readFile(join(machine.stateHome, 'sluice', 'sandbox', `${name}.json`), 'utf8').catch(() => null)
  if (handle === null) return
  const {pid} = JSON.parse(handle) as {readonly pid: number}
  try {
    mustDo(await machine.sluice('sandbox', 'down', '--name', name))
    await until(`process ${pid} of sandbox ${name} to be gone`, async () => ((await isRunning(pid)) ? null : true), 10_000)
  } finally {
    if (await isRunning(pid)) process.kill(pid, 'SIGKILL')
  }
}

export function mustDo(ran: Ran): void {
  if (ran.code !== 0) throw new Error(`exit ${ran.code}: ${ran.stdout}${ran.stderr}`)
}

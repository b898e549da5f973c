/**
 * The function of a foundation that writes down, once a virtual hour, what production needs: run by its rule, through the
 * operations that the real one calls, with what its Python decides. It writes into the state of recoveries, and never of a Region
 * that users have left or that is at size 0.
 */
import {attribute} from '../services/records/lookup.ts'
import {bag, bags, text} from '../services/records/properties.ts'
import type {Bag} from '../services/records/properties.ts'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const FUNCTION = 'AWS::Lambda::Function'
const mostSeen = 60

/** Runs due functions: an hour after their rule was made, and every hour from then on. */
export function startCapacityFunctions(world: World): {close(): void} {
  const due = new Map<string, number>()
  const stop = world.clock.every(HOUR_MS / 60, () => {
    for (const record of world.records.all()) {
      const rule = record.type === FUNCTION && variable(record, 'STATE_BUCKETS') !== '' ? scheduleOf(world, record) : undefined
      if (rule === undefined) continue
      const key = `${record.region} ${record.id}`
      const at = due.get(key) ?? rule.createdAt + HOUR_MS
      due.set(key, at)
      if (world.clock.now() < at) continue
      due.set(key, at + HOUR_MS)
      void runOnce(world, record)
    }
  })
  return {close: stop}
}

const variable = (record: AccountRecord, name: string): string =>
  text(bag(bag(record.properties, 'Environment'), 'Variables'), name) ?? ''

function scheduleOf(world: World, record: AccountRecord): AccountRecord | undefined {
  const arn = attribute(record, 'Arn')
  return world.records
    .list(record.region, 'AWS::Events::Rule')
    .find(
      ({properties}) =>
        text(properties, 'ScheduleExpression') === 'rate(1 hour)'
        && text(properties, 'State') !== 'DISABLED'
        && bags(properties, 'Targets').some((target) => text(target, 'Arn') === arn),
    )
}

async function runOnce(world: World, record: AccountRecord): Promise<void> {
  const failed = await noteCapacity(world, record).then(
    () => false,
    () => true,
  )
  const about = {region: record.region, namespace: 'AWS/Lambda', dimensions: {FunctionName: record.id}}
  world.metrics.observe({...about, metric: 'Invocations', value: 1})
  world.metrics.observe({...about, metric: 'Errors', value: failed ? 1 : 0})
}

type Call = (service: string, operation: string, input: Bag) => Promise<Bag>

/** In the function's own words: what it did. */
export async function noteCapacity(world: World, record: AccountRecord): Promise<'written' | 'users elsewhere' | 'size 0'> {
  const {region} = record
  const [service, environment, peer] = ['SERVICE', 'ENVIRONMENT', 'PEER_REGION'].map((name) => variable(record, name)) as [
    string,
    string,
    string,
  ]
  const stem = `${service}-${environment}`
  const call: Call = async (of, operation, input) => (await world.invoke(of, operation, input, region)) as Bag
  const main = bags(await call('cloudformation', 'DescribeStacks', {StackName: `${stem}-main`}), 'Stacks')[0] ?? {}
  const outputs = Object.fromEntries(
    bags(main, 'Outputs').map((one) => [text(one, 'OutputKey') ?? '', text(one, 'OutputValue') ?? '']),
  )
  const isHome = bags(main, 'Parameters').some(
    (one) => text(one, 'ParameterKey') === 'Role' && text(one, 'ParameterValue') === 'home',
  )
  const state = stateOf(world, region, isHome ? peer : region, {
    bucket: variable(record, 'STATE_BUCKETS'),
    folder: `recovery/${service}.${environment}`,
  })
  const standing = await state.read('standing')
  if ((text(standing ?? {}, 'region') ?? (isHome ? region : peer)) !== region) return 'users elsewhere'
  const found = await lookAt(call, outputs, stem)
  if (found === null) return 'size 0'
  const before = (await state.read('capacity')) ?? {}
  const now = world.clock.now()
  const {hosts, tasks} = found
  const earlier =
    text(before, 'region') === region
      ? bags(before, 'seen')
          .filter((one) => Number(one['at']) > now - DAY_MS)
          .slice(-mostSeen)
      : []
  const seen = [...earlier, {at: now, hosts: hosts.inService, tasks: tasks.desired}]
  await state.write('capacity', {
    schema: 1,
    at: now,
    region,
    image: found.image,
    by: 'the hourly function',
    seen,
    hosts: {
      min: hosts.min,
      max: hosts.max,
      desired: hosts.desired,
      peak: Math.max(hosts.desired, ...seen.map((one) => Number(one['hosts']))),
    },
    service: {...tasks, peak: Math.max(...seen.map((one) => Number(one['tasks'])))},
    database: found.database,
  })
  return 'written'
}

interface State {
  read(name: string): Promise<Bag | null>
  write(name: string, value: Bag): Promise<void>
}

function stateOf(
  world: World,
  from: string,
  region: string,
  {bucket, folder}: {readonly bucket: string; readonly folder: string},
): State {
  const object = (name: string): Bag => ({Bucket: `${bucket}-${region}`, Key: `${folder}/${name}.json`})
  const reached = (): void => {
    if (!canReach(world, from, region)) throw new Error(`Connect timeout on endpoint URL of S3 in ${region}`)
  }
  return {
    async read(name) {
      reached()
      try {
        const {Body} = (await world.invoke('s3', 'GetObject', object(name), region)) as {readonly Body?: Uint8Array}
        return JSON.parse(Buffer.from(Body ?? []).toString('utf8')) as Bag
      } catch (error) {
        if (error instanceof AwsFault && error.code === 'NoSuchKey') return null
        throw error
      }
    },
    async write(name, value) {
      reached()
      await world.invoke(
        's3',
        'PutObject',
        {...object(name), ContentType: 'application/json', Body: JSON.stringify(value)},
        region,
      )
    },
  }
}

interface Seen {
  readonly hosts: {readonly min: number; readonly max: number; readonly desired: number; readonly inService: number}
  readonly tasks: {readonly desired: number; readonly min: number; readonly max: number}
  readonly database: Bag
  readonly image: string
}

/** null: nothing runs there. */
async function lookAt(call: Call, outputs: Readonly<Record<string, string>>, stem: string): Promise<Seen | null> {
  const cluster = outputs['ClusterName'] ?? ''
  const group =
    bags(
      await call('autoscaling', 'DescribeAutoScalingGroups', {AutoScalingGroupNames: [outputs['HostsName']]}),
      'AutoScalingGroups',
    )[0] ?? {}
  const slot = `${stem}-${await serving(call, outputs)}`
  const service = bags(await call('ecs', 'DescribeServices', {cluster, services: [slot]}), 'services')[0] ?? {}
  const [desiredHosts, desired] = [Number(group['DesiredCapacity'] ?? 0), Number(service['desiredCount'] ?? 0)]
  if (desiredHosts === 0 || desired === 0) return null
  const scaled = {ServiceNamespace: 'ecs', ResourceIds: [`service/${cluster}/${slot}`]}
  const bounds = bags(await call('application-autoscaling', 'DescribeScalableTargets', scaled), 'ScalableTargets')[0] ?? {}
  const database = bags(await call('rds', 'DescribeDBInstances', {DBInstanceIdentifier: stem}), 'DBInstances')[0] ?? {}
  return {
    hosts: {
      min: Number(group['MinSize']),
      max: Number(group['MaxSize']),
      desired: desiredHosts,
      inService: bags(group, 'Instances').length,
    },
    tasks: {desired, min: Number(bounds['MinCapacity'] ?? desired), max: Number(bounds['MaxCapacity'] ?? desired)},
    database: {
      class: database['DBInstanceClass'],
      multiAz: database['MultiAZ'] === true,
      backupDays: Number(database['BackupRetentionPeriod'] ?? 0),
      backupWindow: text(database, 'PreferredBackupWindow') ?? '',
    },
    image: await runningImage(call, cluster, service),
  }
}

async function serving(
  call: Call,
  {ListenerArn, TargetGroupA = '', TargetGroupB = ''}: Readonly<Record<string, string>>,
): Promise<'a' | 'b'> {
  const rules = bags(await call('elasticloadbalancingv2', 'DescribeRules', {ListenerArn}), 'Rules')
  const live = rules.find((rule) => text(rule, 'Priority') === '40000') ?? {}
  const groups = bags(bag(bags(live, 'Actions').at(-1) ?? {}, 'ForwardConfig'), 'TargetGroups')
  const weight = (arn: string): number => Number(groups.find((one) => text(one, 'TargetGroupArn') === arn)?.['Weight'] ?? 0)
  return weight(TargetGroupB) > weight(TargetGroupA) ? 'b' : 'a'
}

async function runningImage(call: Call, cluster: string, service: Bag): Promise<string> {
  const definition = bag(
    await call('ecs', 'DescribeTaskDefinition', {taskDefinition: text(service, 'taskDefinition')}),
    'taskDefinition',
  )
  const image = text(bags(definition, 'containerDefinitions').find((one) => one['essential'] !== false) ?? {}, 'image') ?? ''
  const {taskArns = []} = (await call('ecs', 'ListTasks', {cluster, serviceName: text(service, 'serviceName')})) as {
    readonly taskArns?: readonly string[]
  }
  if (image.includes('@') || taskArns.length === 0) return image
  const task = bags(await call('ecs', 'DescribeTasks', {cluster, tasks: taskArns.slice(0, 1)}), 'tasks')[0] ?? {}
  const digest = text(bags(task, 'containers')[0] ?? {}, 'imageDigest')
  return digest === undefined ? image : `${image.replace(/:[^:/]*$/, '')}@${digest}`
}

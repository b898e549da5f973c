/**
 * The small functions that fence their Region while the other one's switch bucket holds the object `stop`: run by their rule,
 * once a virtual minute, through the operations that the real function calls. Only "it isn't there" means go on as before;
 * whoever can't be reached is an error, and then nothing is changed. Once users were sent away, `returning` (a failback put a
 * replica here) stands it down.
 */
import type {ResourceTagMapping} from '@aws-sdk/client-resource-groups-tagging-api'
import {attribute} from '../services/records/lookup.ts'
import {bag, bags, text} from '../services/records/properties.ts'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'

const MINUTE_MS = 60_000
const FUNCTION = 'AWS::Lambda::Function'

export interface Fences {
  close(): void
}

export function startFences(world: World): Fences {
  // As its reserved concurrency has it: one at a time.
  const running = new Set<string>()
  const stop = world.clock.every(MINUTE_MS, () => {
    for (const record of world.records.all()) {
      if (
        record.type !== FUNCTION
        || variable(record, 'SWITCH_BUCKET') === undefined
        || running.has(record.id)
        || !isScheduled(world, record)
      )
        continue
      running.add(record.id)
      void runOnce(world, record).finally(() => {
        running.delete(record.id)
      })
    }
  })
  return {close: stop}
}

const variable = (record: AccountRecord, name: string): string | undefined =>
  text(bag(bag(record.properties, 'Environment'), 'Variables'), name)

function isScheduled(world: World, fence: AccountRecord): boolean {
  const arn = attribute(fence, 'Arn')
  return world.records
    .list(fence.region, 'AWS::Events::Rule')
    .some(
      ({properties}) =>
        text(properties, 'ScheduleExpression') === 'rate(1 minute)'
        && text(properties, 'State') !== 'DISABLED'
        && bags(properties, 'Targets').some((target) => text(target, 'Arn') === arn),
    )
}

async function runOnce(world: World, fence: AccountRecord): Promise<void> {
  const failed = await fenceOnce(world, fence).catch((error: unknown) => [String(error)])
  const about = {region: fence.region, namespace: 'AWS/Lambda', dimensions: {FunctionName: fence.id}}
  world.metrics.observe({...about, metric: 'Invocations', value: 1})
  world.metrics.observe({...about, metric: 'Errors', value: failed.length > 0 ? 1 : 0})
}

/** What went wrong; empty: it did what it had to, or had nothing to do. */
export async function fenceOnce(world: World, fence: AccountRecord): Promise<readonly string[]> {
  const {region} = fence
  if (!(await isThere(world, fence, 'stop'))) return []
  const failed: string[] = []
  const attempt = async <Answer>(what: string, run: () => Promise<Answer>): Promise<Answer | null> => {
    try {
      return await run()
    } catch (error) {
      failed.push(`${what}: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
  }
  if ((await attempt('returning', async () => await isThere(world, fence, 'returning'))) === true) return []
  await attempt('rules', async () => {
    await fenceRules(world, region, await tagged(world, fence, 'elasticloadbalancing:listener-rule/app', {Key: 'sluice:live'}))
  })
  await attempt('services', async () => {
    await emptyServices(world, region, await tagged(world, fence, 'ecs:service', {Key: 'sluice:slot'}))
  })
  await attempt('database', async () => {
    const groups = await tagged(world, fence, 'ec2:security-group', {Key: 'sluice:role', Values: ['database']})
    await closeGroups(world, fence, groups)
  })
  return failed
}

async function isThere(world: World, fence: AccountRecord, key: 'stop' | 'returning'): Promise<boolean> {
  const peer = variable(fence, 'PEER_REGION') ?? ''
  if (!canReach(world, fence.region, peer)) throw new Error(`Connect timeout on endpoint URL of S3 in ${peer}`)
  try {
    await world.invoke('s3', 'HeadObject', {Bucket: variable(fence, 'SWITCH_BUCKET'), Key: key}, peer)
    return true
  } catch (error) {
    if (error instanceof AwsFault && (error.code === 'NotFound' || error.code === 'NoSuchKey')) return false
    throw error
  }
}

interface TagFilter {
  readonly Key: string
  readonly Values?: readonly string[]
}

async function tagged(world: World, fence: AccountRecord, kind: string, filter: TagFilter): Promise<readonly string[]> {
  const mine = [
    {Key: 'service', Values: [variable(fence, 'SERVICE')]},
    {Key: 'environment', Values: [variable(fence, 'ENVIRONMENT')]},
  ]
  const found: string[] = []
  let PaginationToken: string | undefined
  do {
    const page = (await world.invoke(
      'resourcegroupstaggingapi',
      'GetResources',
      {
        ResourceTypeFilters: [kind],
        TagFilters: [...mine, filter],
        PaginationToken,
      },
      fence.region,
    )) as {readonly ResourceTagMappingList?: readonly ResourceTagMapping[]; readonly PaginationToken?: string}
    found.push(...(page.ResourceTagMappingList ?? []).map(({ResourceARN = ''}) => ResourceARN))
    PaginationToken = page.PaginationToken === '' ? undefined : page.PaginationToken
  } while (PaginationToken !== undefined)
  return found
}

async function fenceRules(world: World, region: string, rules: readonly string[]): Promise<void> {
  const FixedResponseConfig = {StatusCode: '503', ContentType: 'text/plain', MessageBody: 'This Region is fenced.'}
  for (const RuleArn of rules) {
    await world.invoke(
      'elasticloadbalancingv2',
      'ModifyRule',
      {RuleArn, Actions: [{Type: 'fixed-response', FixedResponseConfig}]},
      region,
    )
  }
}

/** `arn:…:service/cluster/name` */
async function emptyServices(world: World, region: string, services: readonly string[]): Promise<void> {
  for (const arn of services) {
    const [, cluster = '', service = ''] = arn.split(':').slice(5).join(':').split('/')
    try {
      await world.invoke(
        'application-autoscaling',
        'RegisterScalableTarget',
        {
          ServiceNamespace: 'ecs',
          ResourceId: `service/${cluster}/${service}`,
          ScalableDimension: 'ecs:service:DesiredCount',
          MinCapacity: 0,
          MaxCapacity: 0,
        },
        region,
      )
    } finally {
      await world.invoke('ecs', 'UpdateService', {cluster, service, desiredCount: 0}, region)
    }
  }
}

/** Closing ends no session, a restart does: once, and not for the door through which a failback looks for rows. */
async function closeGroups(world: World, fence: AccountRecord, groups: readonly string[]): Promise<void> {
  const {region} = fence
  for (const arn of groups) {
    const GroupId = arn.split('/').at(-1) ?? ''
    const {SecurityGroups = []} = (await world.invoke('ec2', 'DescribeSecurityGroups', {GroupIds: [GroupId]}, region)) as {
      readonly SecurityGroups?: readonly {readonly IpPermissions?: readonly unknown[]}[]
    }
    const IpPermissions = SecurityGroups[0]?.IpPermissions ?? []
    if (IpPermissions.length === 0) continue
    await world.invoke('ec2', 'RevokeSecurityGroupIngress', {GroupId, IpPermissions}, region)
    if (JSON.stringify(IpPermissions).includes('orphan rows')) continue
    const DBInstanceIdentifier = `${variable(fence, 'SERVICE') ?? ''}-${variable(fence, 'ENVIRONMENT') ?? ''}`
    await world.invoke('rds', 'RebootDBInstance', {DBInstanceIdentifier}, region)
  }
}

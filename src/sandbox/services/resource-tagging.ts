/**
 * Resource Groups Tagging: what of a Region carries which tags, over all services. Load balancing and ECS are asked themselves,
 * because their tags change by calls; everything else is read off the account's records. What has no tag isn't told.
 */
import type {
  GetResourcesInput,
  GetResourcesOutput,
  ResourceTagMapping,
  TagFilter,
} from '@aws-sdk/client-resource-groups-tagging-api'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {attribute} from './records/lookup.ts'
import {page} from './records/page.ts'

type Tags = Readonly<Record<string, string>>
interface Tagged {
  readonly arn: string
  readonly tags: Tags
}

export function createResourceTagging(world: World): Service {
  return {
    name: 'resourcegroupstaggingapi',
    operations: {
      GetResources: async (input: GetResourcesInput, call: CallContext): Promise<GetResourcesOutput> => {
        const found = (await taggedIn(world, call.region))
          .filter(({arn, tags}) => matchesType(arn, input.ResourceTypeFilters) && matchesTags(tags, input.TagFilters))
          .toSorted((one, other) => (one.arn < other.arn ? -1 : 1))
        const invalid = (): AwsFault => new AwsFault('InvalidParameterException', "The pagination token isn't valid.")
        const token = input.PaginationToken === '' ? undefined : input.PaginationToken
        const {items, next} = page(found, token, input.ResourcesPerPage ?? 50, invalid)
        return {ResourceTagMappingList: items.map(mapping), PaginationToken: next ?? ''}
      },
    },
  }
}

const mapping = ({arn, tags}: Tagged): ResourceTagMapping => ({
  ResourceARN: arn,
  Tags: Object.entries(tags).map(([Key, Value]) => ({Key, Value})),
})

function matchesTags(tags: Tags, filters: readonly TagFilter[] | undefined): boolean {
  return (filters ?? []).every(
    ({Key = '', Values = []}) => Object.hasOwn(tags, Key) && (Values.length === 0 || Values.includes(tags[Key] ?? '')),
  )
}

/** `ec2`, or `ec2:security-group`, or `elasticloadbalancing:listener-rule/app`. */
function matchesType(arn: string, filters: readonly string[] | undefined): boolean {
  if (filters === undefined || filters.length === 0) return true
  const [, , service = '', , , ...rest] = arn.split(':')
  const resource = service === 's3' ? 'bucket' : rest.join(':')
  return filters.some((filter) => {
    const [wanted = '', kind] = filter.split(':')
    return (
      wanted === service
      && (kind === undefined || resource === kind || resource.startsWith(`${kind}/`) || resource.startsWith(`${kind}:`))
    )
  })
}

async function taggedIn(world: World, region: string): Promise<readonly Tagged[]> {
  // The things of global services are told in us-east-1.
  const homes = region === 'us-east-1' ? [region, 'aws-global'] : [region]
  const recorded = [...world.records.all()]
    .filter((one) => homes.includes(one.region) && !isAsked(one.type))
    .flatMap((one): readonly Tagged[] => {
      const arn = arnOf(world, one)
      return arn === null ? [] : [{arn, tags: one.tags}]
    })
  const asked = await Promise.all(
    [ofLoadBalancing, ofEcs, ofStacks].map(async (ask) => await ifModelled(async () => await ask(world, region))),
  )
  const all = new Map([...recorded, ...asked.flat()].map((one) => [one.arn, one]))
  return [...all.values()].filter(({tags}) => Object.keys(tags).length > 0)
}

const isAsked = (type: string): boolean =>
  type.startsWith('AWS::ElasticLoadBalancingV2::')
  || type === 'AWS::ECS::Service'
  || type === 'AWS::ECS::Cluster'
  || type === 'AWS::CloudFormation::Stack'

/** Of types that have neither an ARN for an id nor one among their attributes: service and what stands before the id. */
const ARNS: Readonly<Record<string, readonly [service: string, prefix: string]>> = {
  'AWS::EC2::EIP': ['ec2', 'elastic-ip/'],
  'AWS::EC2::FlowLog': ['ec2', 'vpc-flow-log/'],
  'AWS::EC2::Instance': ['ec2', 'instance/'],
  'AWS::EC2::InternetGateway': ['ec2', 'internet-gateway/'],
  'AWS::EC2::LaunchTemplate': ['ec2', 'launch-template/'],
  'AWS::EC2::NatGateway': ['ec2', 'natgateway/'],
  'AWS::EC2::NetworkAcl': ['ec2', 'network-acl/'],
  'AWS::EC2::NetworkInterface': ['ec2', 'network-interface/'],
  'AWS::EC2::RouteTable': ['ec2', 'route-table/'],
  'AWS::EC2::SecurityGroup': ['ec2', 'security-group/'],
  'AWS::EC2::Subnet': ['ec2', 'subnet/'],
  'AWS::EC2::Volume': ['ec2', 'volume/'],
  'AWS::EC2::VPC': ['ec2', 'vpc/'],
  'AWS::EC2::VPCEndpoint': ['ec2', 'vpc-endpoint/'],
  'AWS::ElastiCache::ReplicationGroup': ['elasticache', 'replicationgroup:'],
  'AWS::ElastiCache::SubnetGroup': ['elasticache', 'subnetgroup:'],
  'AWS::KMS::Key': ['kms', 'key/'],
  'AWS::Logs::LogGroup': ['logs', 'log-group:'],
  'AWS::RDS::DBInstance': ['rds', 'db:'],
  'AWS::RDS::DBParameterGroup': ['rds', 'pg:'],
  'AWS::RDS::DBSnapshot': ['rds', 'snapshot:'],
  'AWS::RDS::DBSubnetGroup': ['rds', 'subgrp:'],
  'AWS::SSM::Parameter': ['ssm', 'parameter'],
}

function arnOf(world: World, record: AccountRecord): string | null {
  if (record.id.startsWith('arn:')) return record.id
  const own = attribute(record, 'Arn') || attribute(record, 'DBInstanceArn') || attribute(record, 'DBSnapshotArn')
  if (own.startsWith('arn:')) return own.replace(/:\*$/, '')
  if (record.type === 'AWS::S3::Bucket') return `arn:aws:s3:::${record.id}`
  if (record.type === 'AWS::CloudFront::Distribution') return `arn:aws:cloudfront::${world.account}:distribution/${record.id}`
  const known = ARNS[record.type]
  return known === undefined ? null : `arn:aws:${known[0]}:${record.region}:${world.account}:${known[1]}${record.id}`
}

const fromList = (list: readonly {readonly Key?: string; readonly Value?: string}[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({Key = '', Value = ''}) => [Key, Value]))

interface Elb {
  readonly LoadBalancers?: readonly {readonly LoadBalancerArn: string}[]
  readonly TargetGroups?: readonly {readonly TargetGroupArn: string}[]
  readonly Listeners?: readonly {readonly ListenerArn: string}[]
  readonly Rules?: readonly {readonly RuleArn: string}[]
  readonly TagDescriptions?: readonly {
    readonly ResourceArn: string
    readonly Tags?: readonly {readonly Key?: string; readonly Value?: string}[]
  }[]
}

async function ofLoadBalancing(world: World, region: string): Promise<readonly Tagged[]> {
  const elb = async (operation: string, input: object): Promise<Elb> =>
    (await world.invoke('elasticloadbalancingv2', operation, input, region)) as Elb
  const balancers = ((await elb('DescribeLoadBalancers', {})).LoadBalancers ?? []).map((one) => one.LoadBalancerArn)
  const groups = ((await elb('DescribeTargetGroups', {})).TargetGroups ?? []).map((one) => one.TargetGroupArn)
  const listeners = (
    await Promise.all(
      balancers.map(async (LoadBalancerArn) => (await elb('DescribeListeners', {LoadBalancerArn})).Listeners ?? []),
    )
  ).flat()
  const rules = (
    await Promise.all(listeners.map(async ({ListenerArn}) => (await elb('DescribeRules', {ListenerArn})).Rules ?? []))
  ).flat()
  const arns = [...balancers, ...groups, ...listeners.map((one) => one.ListenerArn), ...rules.map((one) => one.RuleArn)]
  const found: Tagged[] = []
  // DescribeTags takes twenty at most.
  for (let first = 0; first < arns.length; first += 20) {
    const {TagDescriptions = []} = await elb('DescribeTags', {ResourceArns: arns.slice(first, first + 20)})
    found.push(...TagDescriptions.map(({ResourceArn, Tags}) => ({arn: ResourceArn, tags: fromList(Tags)})))
  }
  return found
}

interface Ecs {
  readonly clusterArns?: readonly string[]
  readonly serviceArns?: readonly string[]
  readonly tags?: readonly {readonly key?: string; readonly value?: string}[]
}

async function ofEcs(world: World, region: string): Promise<readonly Tagged[]> {
  const ecs = async (operation: string, input: object): Promise<Ecs> =>
    (await world.invoke('ecs', operation, input, region)) as Ecs
  const {clusterArns = []} = await ecs('ListClusters', {})
  const services = await Promise.all(
    clusterArns.map(async (cluster) => (await ecs('ListServices', {cluster, maxResults: 100})).serviceArns ?? []),
  )
  return (
    await Promise.all(
      [...clusterArns, ...services.flat()].map(async (resourceArn): Promise<readonly Tagged[]> => {
        try {
          const {tags = []} = await ecs('ListTagsForResource', {resourceArn})
          return [{arn: resourceArn, tags: Object.fromEntries(tags.map(({key = '', value = ''}) => [key, value]))}]
        } catch {
          // It went in the meantime.
          return []
        }
      }),
    )
  ).flat()
}

interface StacksPage {
  readonly Stacks?: readonly {
    readonly StackId?: string
    readonly StackStatus?: string
    readonly Tags?: readonly {readonly Key?: string; readonly Value?: string}[]
  }[]
  readonly NextToken?: string
}

async function ofStacks(world: World, region: string): Promise<readonly Tagged[]> {
  const found: Tagged[] = []
  let NextToken: string | undefined
  do {
    const page = (await world.invoke('cloudformation', 'DescribeStacks', {NextToken}, region)) as StacksPage
    found.push(
      ...(page.Stacks ?? [])
        .filter(({StackStatus}) => StackStatus !== 'DELETE_COMPLETE')
        .map(({StackId = '', Tags}) => ({arn: StackId, tags: fromList(Tags)})),
    )
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return found
}

/** A world of records alone has neither load balancers nor clusters nor stacks. */
async function ifModelled(ask: () => Promise<readonly Tagged[]>): Promise<readonly Tagged[]> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof AwsFault && error.code === 'NotImplemented') return []
    throw error
  }
}

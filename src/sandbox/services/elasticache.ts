/** ElastiCache: replication groups and their nodes. A group that is being made has no endpoint yet. */
import type {
  CacheCluster,
  CacheClusterMessage,
  CacheSubnetGroup,
  CacheSubnetGroupMessage,
  DescribeCacheClustersMessage,
  DescribeCacheSubnetGroupsMessage,
  DescribeReplicationGroupsMessage,
  DescribeSnapshotsListMessage,
  DescribeSnapshotsMessage,
  Endpoint,
  ReplicationGroup,
  ReplicationGroupMessage,
} from '@aws-sdk/client-elasticache'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {allOrNamed, attribute, recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {bag, bags, flag, number, text, texts} from './records/properties.ts'
import {zonesOf} from './records/zones.ts'

const GROUP = 'AWS::ElastiCache::ReplicationGroup'
const SUBNETS = 'AWS::ElastiCache::SubnetGroup'

const notFound =
  (code: string, what: string) =>
  (name: string): AwsFault =>
    new AwsFault(code, `${what} ${name} not found.`, 404)

export function createElastiCache(world: World): Service {
  return {
    name: 'elasticache',
    operations: {
      DescribeReplicationGroups: (input: DescribeReplicationGroupsMessage, call: CallContext): ReplicationGroupMessage => {
        const found = allOrNamed(
          world,
          GROUP,
          call.region,
          input.ReplicationGroupId,
          notFound('ReplicationGroupNotFoundFault', 'ReplicationGroup'),
        )
        const {items, next} = page(found, input.Marker, input.MaxRecords ?? 100)
        return {ReplicationGroups: items.map((one) => groupShape(world, one)), Marker: next}
      },
      DescribeCacheClusters: (input: DescribeCacheClustersMessage, call: CallContext): CacheClusterMessage => {
        const all = recordsOf(world, GROUP, call.region).flatMap((group) => nodesOf(world, group))
        const found = all.filter(
          ({CacheClusterId}) => input.CacheClusterId === undefined || CacheClusterId === input.CacheClusterId,
        )
        if (input.CacheClusterId !== undefined && found.length === 0) {
          throw new AwsFault('CacheClusterNotFound', `CacheCluster not found: ${input.CacheClusterId}`, 404)
        }
        const {items, next} = page(found, input.Marker, input.MaxRecords ?? 100)
        return {CacheClusters: [...items], Marker: next}
      },
      DescribeCacheSubnetGroups: (input: DescribeCacheSubnetGroupsMessage, call: CallContext): CacheSubnetGroupMessage => {
        const found = allOrNamed(
          world,
          SUBNETS,
          call.region,
          input.CacheSubnetGroupName,
          notFound('CacheSubnetGroupNotFoundFault', 'Cache Subnet Group'),
        )
        const {items, next} = page(found, input.Marker, input.MaxRecords ?? 100)
        return {CacheSubnetGroups: items.map((one) => subnetGroup(world, one)), Marker: next}
      },
      DescribeSnapshots: (input: DescribeSnapshotsMessage, call: CallContext): DescribeSnapshotsListMessage => {
        const found = recordsOf(world, 'AWS::ElastiCache::Snapshot', call.region).filter(
          ({id, properties}) =>
            (input.SnapshotName ?? id) === id
            && (input.ReplicationGroupId ?? text(properties, 'ReplicationGroupId')) === text(properties, 'ReplicationGroupId'),
        )
        return {
          Snapshots: found.map(({id, properties, status}) => ({
            SnapshotName: id,
            ReplicationGroupId: text(properties, 'ReplicationGroupId'),
            SnapshotStatus: status,
            SnapshotSource: 'manual',
          })),
        }
      },
    },
  }
}

function subnetsOf(world: World, group: AccountRecord): readonly AccountRecord[] {
  const subnets = recordOf(world, SUBNETS, group.region, text(group.properties, 'CacheSubnetGroupName')?.toLowerCase() ?? '')
  return texts(subnets?.properties ?? {}, 'SubnetIds')
    .map((id) => recordOf(world, 'AWS::EC2::Subnet', group.region, id))
    .filter((one) => one !== undefined)
}

/** Nodes go round the zones of the subnets, the primary into the first. */
function zoneOf(world: World, group: AccountRecord, index: number): string {
  const zones = subnetsOf(world, group).map((one) => attribute(one, 'AvailabilityZone'))
  const choice = zones.length > 0 ? zones : zonesOf(group.region)
  return choice[index % choice.length] ?? ''
}

function endpoint(group: AccountRecord, name: string): Endpoint {
  return {Address: attribute(group, `${name}.Address`), Port: number(group.attributes, `${name}.Port`)}
}

function members(group: AccountRecord): readonly string[] {
  return Array.from({length: number(group.properties, 'NumCacheClusters') ?? 2}, (_, index) => `${group.id}-00${index + 1}`)
}

function groupShape(world: World, group: AccountRecord): ReplicationGroup {
  const {properties} = group
  const isThere = group.status !== 'creating'
  const onOff = (name: string): 'enabled' | 'disabled' => (flag(properties, name) ? 'enabled' : 'disabled')
  return {
    ReplicationGroupId: group.id,
    ARN: attribute(group, 'Arn'),
    Description: text(properties, 'ReplicationGroupDescription'),
    Status: group.status,
    Engine: text(properties, 'Engine') ?? 'redis',
    CacheNodeType: text(properties, 'CacheNodeType'),
    ClusterEnabled: false,
    AutomaticFailover: onOff('AutomaticFailoverEnabled'),
    MultiAZ: onOff('MultiAZEnabled'),
    AtRestEncryptionEnabled: flag(properties, 'AtRestEncryptionEnabled'),
    KmsKeyId: text(properties, 'KmsKeyId'),
    TransitEncryptionEnabled: flag(properties, 'TransitEncryptionEnabled'),
    ...(flag(properties, 'TransitEncryptionEnabled') && {TransitEncryptionMode: 'required'}),
    AuthTokenEnabled: text(properties, 'AuthToken') !== undefined,
    SnapshotRetentionLimit: number(properties, 'SnapshotRetentionLimit') ?? 0,
    SnapshotWindow: text(properties, 'SnapshotWindow'),
    ReplicationGroupCreateTime: new Date(group.createdAt),
    MemberClusters: [...members(group)],
    LogDeliveryConfigurations: bags(properties, 'LogDeliveryConfigurations').map((one) => ({
      LogType: text(one, 'LogType') as 'slow-log',
      LogFormat: text(one, 'LogFormat') as 'json',
      DestinationType: text(one, 'DestinationType') as 'cloudwatch-logs',
      Status: 'active',
      DestinationDetails: {
        CloudWatchLogsDetails: {LogGroup: text(bag(bag(one, 'DestinationDetails'), 'CloudWatchLogsDetails'), 'LogGroup')},
      },
    })),
    NodeGroups: isThere
      ? [
          {
            NodeGroupId: '0001',
            Status: group.status,
            PrimaryEndpoint: endpoint(group, 'PrimaryEndPoint'),
            ReaderEndpoint: endpoint(group, 'ReaderEndPoint'),
            NodeGroupMembers: members(group).map((CacheClusterId, index) => ({
              CacheClusterId,
              CacheNodeId: '0001',
              CurrentRole: index === 0 ? 'primary' : 'replica',
              PreferredAvailabilityZone: zoneOf(world, group, index),
            })),
          },
        ]
      : [],
  }
}

function nodesOf(world: World, group: AccountRecord): readonly CacheCluster[] {
  const {properties} = group
  return members(group).map((CacheClusterId, index): CacheCluster => ({
    CacheClusterId,
    ReplicationGroupId: group.id,
    ARN: attribute(group, 'Arn').replace(/:replicationgroup:.*$/, `:cluster:${CacheClusterId}`),
    CacheClusterStatus: group.status,
    Engine: text(properties, 'Engine') ?? 'redis',
    EngineVersion: text(properties, 'EngineVersion'),
    CacheNodeType: text(properties, 'CacheNodeType'),
    NumCacheNodes: 1,
    PreferredAvailabilityZone: zoneOf(world, group, index),
    CacheSubnetGroupName: text(properties, 'CacheSubnetGroupName'),
    SecurityGroups: texts(properties, 'SecurityGroupIds').map((SecurityGroupId) => ({SecurityGroupId, Status: 'active'})),
    CacheParameterGroup: {
      CacheParameterGroupName: text(properties, 'CacheParameterGroupName'),
      ParameterApplyStatus: 'in-sync',
      CacheNodeIdsToReboot: [],
    },
    CacheClusterCreateTime: new Date(group.createdAt),
    AtRestEncryptionEnabled: flag(properties, 'AtRestEncryptionEnabled'),
    TransitEncryptionEnabled: flag(properties, 'TransitEncryptionEnabled'),
  }))
}

function subnetGroup(world: World, record: AccountRecord): CacheSubnetGroup {
  const subnets = texts(record.properties, 'SubnetIds')
    .map((id) => recordOf(world, 'AWS::EC2::Subnet', record.region, id))
    .filter((one) => one !== undefined)
  return {
    CacheSubnetGroupName: record.id,
    CacheSubnetGroupDescription: text(record.properties, 'Description'),
    ARN: attribute(record, 'Arn'),
    VpcId: text(subnets[0]?.properties ?? {}, 'VpcId'),
    Subnets: subnets.map((one) => ({
      SubnetIdentifier: one.id,
      SubnetAvailabilityZone: {Name: attribute(one, 'AvailabilityZone')},
    })),
  }
}

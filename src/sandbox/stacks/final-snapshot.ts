/** What DeletionPolicy Snapshot leaves behind: a record of the snapshot, where its service looks for one. */
import {DATABASE} from '../services/rds-databases.ts'
import {enterSnapshot} from '../services/rds-snapshots.ts'
import type {World} from '../world/contract.ts'
import type {StackResource} from './stack-state.ts'

const kinds: Readonly<Record<string, {readonly type: string; readonly source: string; readonly name: string}>> = {
  'AWS::RDS::DBInstance': {type: 'AWS::RDS::DBSnapshot', source: 'DBInstanceIdentifier', name: 'DBSnapshotIdentifier'},
  'AWS::RDS::DBCluster': {
    type: 'AWS::RDS::DBClusterSnapshot',
    source: 'DBClusterIdentifier',
    name: 'DBClusterSnapshotIdentifier',
  },
  'AWS::ElastiCache::ReplicationGroup': {type: 'AWS::ElastiCache::Snapshot', source: 'ReplicationGroupId', name: 'SnapshotName'},
  'AWS::ElastiCache::CacheCluster': {type: 'AWS::ElastiCache::Snapshot', source: 'CacheClusterId', name: 'SnapshotName'},
  'AWS::EC2::Volume': {type: 'AWS::EC2::Snapshot', source: 'VolumeId', name: 'SnapshotId'},
}

export function takeFinalSnapshot(
  world: World,
  stack: {readonly id: string; readonly name: string; readonly region: string},
  resource: StackResource,
): void {
  const kind = kinds[resource.type]
  if (kind === undefined) return
  const id =
    kind.type === 'AWS::EC2::Snapshot'
      ? `snap-0${world.hex(16)}`
      : `${stack.name}-snapshot-${resource.logicalId}-${world.hex(12)}`.toLowerCase()
  const database = resource.type === DATABASE ? world.records.get(stack.region, DATABASE, resource.physicalId) : undefined
  if (database !== undefined) {
    enterSnapshot(world, database, {name: id, kind: 'manual', tags: resource.tags}, 'available')
    return
  }
  world.records.put({
    region: stack.region,
    type: kind.type,
    id,
    tags: resource.tags,
    status: 'available',
    createdAt: world.clock.now(),
    stack: null,
    properties: {[kind.name]: id, [kind.source]: resource.physicalId},
    attributes: {},
  })
}

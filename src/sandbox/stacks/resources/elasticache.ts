/**
 * Caches: a replication group with its endpoints, and the groups it needs. What is in use can't be deleted;
 * an id is taken once per Region.
 */
import {digest} from '../../services/records/digest.ts'
import {recordOf, recordsOf} from '../../services/records/lookup.ts'
import {flag, number, text, texts} from '../../services/records/properties.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, generatedName, recordHandler, refuseTaken} from './record-handler.ts'

const GROUP = 'AWS::ElastiCache::ReplicationGroup'

export const elastiCacheHandlers: ResourceHandlers = {
  [GROUP]: recordHandler({check: checkGroup, make: makeGroup}),
  'AWS::ElastiCache::SubnetGroup': recordHandler({
    check: checkSubnets,
    make: (request) => named(request, 'CacheSubnetGroupName', 'subnetgroup'),
    release: refuseUsed(
      'CacheSubnetGroupName',
      'CacheSubnetGroupInUse',
      (id) => `Cache Subnet Group ${id} is currently in use by a cache cluster.`,
    ),
  }),
  'AWS::ElastiCache::ParameterGroup': recordHandler({
    make: (request) => named(request, 'CacheParameterGroupName', 'parametergroup'),
    release: refuseUsed(
      'CacheParameterGroupName',
      'InvalidCacheParameterGroupState',
      (id) => `One or more cache clusters are still members of this parameter group ${id}, so the group cannot be deleted.`,
    ),
  }),
}

function named(request: ResourceRequest, property: string, noun: string): Made {
  const name = (text(request.properties, property) ?? generatedName(request, 255)).toLowerCase()
  return {physicalId: name, attributes: {[property]: name, Arn: arn(request, 'elasticache', `${noun}:${name}`)}}
}

function refuseUsed(property: string, code: string, message: (id: string) => string): (request: ChangeRequest) => void {
  return (request) => {
    const used = recordsOf(request.world, GROUP, request.region).some(
      ({properties}) => text(properties, property)?.toLowerCase() === request.physicalId,
    )
    if (used) throw new AwsFault(code, message(request.physicalId))
  }
}

function checkSubnets(request: ResourceRequest): void {
  const name = text(request.properties, 'CacheSubnetGroupName')?.toLowerCase()
  if (name !== undefined)
    refuseTaken(request, name, 'CacheSubnetGroupAlreadyExists', `Cache subnet group ${name} already exists.`)
  for (const id of texts(request.properties, 'SubnetIds')) {
    if (recordOf(request.world, 'AWS::EC2::Subnet', request.region, id) === undefined) {
      throw new AwsFault('InvalidSubnet', `The subnet ID '${id}' does not exist`)
    }
  }
}

function checkGroup(request: ResourceRequest): void {
  const {properties, world, region} = request
  const id = text(properties, 'ReplicationGroupId')?.toLowerCase()
  if (id !== undefined) refuseTaken(request, id, 'ReplicationGroupAlreadyExists', `Replication group ${id} already exists.`)
  const subnets = text(properties, 'CacheSubnetGroupName')
  if (subnets !== undefined && recordOf(world, 'AWS::ElastiCache::SubnetGroup', region, subnets.toLowerCase()) === undefined) {
    throw new AwsFault('CacheSubnetGroupNotFoundFault', `Cache Subnet Group ${subnets} does not exist.`)
  }
  if (flag(properties, 'AutomaticFailoverEnabled') && (number(properties, 'NumCacheClusters') ?? 2) < 2) {
    throw new AwsFault('InvalidParameterValue', 'Replication group with automatic failover must have at least two nodes.')
  }
  if (text(properties, 'AuthToken') === undefined) return
  if (!flag(properties, 'TransitEncryptionEnabled')) {
    throw new AwsFault('InvalidParameterCombination', 'The AUTH token is only supported when encryption-in-transit is enabled.')
  }
  const token = text(properties, 'AuthToken') ?? ''
  if (token.length < 16 || token.length > 128 || /[/@" ]/.test(token)) {
    throw new AwsFault(
      'InvalidParameterValue',
      "Invalid AuthToken provided. Needs to be at least 16 characters and at most 128, and may not contain '/', '\"', '@' or spaces.",
    )
  }
}

function makeGroup(request: ResourceRequest): Made {
  const {properties, world, region} = request
  const id = (text(properties, 'ReplicationGroupId') ?? generatedName(request, 40)).toLowerCase()
  const tail = `${id}.${digest(`${world.account} ${region} cache`, 6)}.${region}.cache.amazonaws.com`
  const port = String(number(properties, 'Port') ?? 6379)
  const nodes = number(properties, 'NumCacheClusters') ?? 2
  const readers = Array.from({length: nodes}, (_, index) => `${id}-00${index + 1}.${tail}`)
  return {
    physicalId: id,
    attributes: {
      ReplicationGroupId: id,
      Arn: arn(request, 'elasticache', `replicationgroup:${id}`),
      'PrimaryEndPoint.Address': `master.${tail}`,
      'PrimaryEndPoint.Port': port,
      'ReaderEndPoint.Address': `replica.${tail}`,
      'ReaderEndPoint.Port': port,
      'ConfigurationEndPoint.Address': `clustercfg.${tail}`,
      'ConfigurationEndPoint.Port': port,
      'ReadEndPoint.Addresses': readers.join(','),
      'ReadEndPoint.Addresses.List': readers,
      'ReadEndPoint.Ports': readers.map(() => port).join(','),
      'ReadEndPoint.Ports.List': readers.map(() => port),
    },
  }
}

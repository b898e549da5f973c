/**
 * Databases of stacks: primaries, replicas of another Region, and the groups they need. RDS refuses a replica without its source, a
 * subnet group in one zone, the deletion of what is protected or in use; it keeps names in lower case.
 */
import {recordOf, recordsOf} from '../../services/records/lookup.ts'
import {flag, number, text, texts} from '../../services/records/properties.ts'
import {databaseArn, databaseByArn, DATABASE, defaultPort, endpointOf} from '../../services/rds-databases.ts'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, capitals, generatedName, recordHandler, refuseTaken} from './record-handler.ts'
import {requireRoom} from './network.ts'

export const rdsHandlers: ResourceHandlers = {
  'AWS::RDS::DBInstance': recordHandler({
    check: checkDatabase,
    make: makeDatabase,
    change: changeDatabase,
    release: releaseDatabase,
  }),
  'AWS::RDS::DBSubnetGroup': recordHandler({
    check: checkSubnetGroup,
    make: (request) => named(request, 'DBSubnetGroupName', 'subgrp'),
    release: releaseSubnetGroup,
  }),
  'AWS::RDS::DBParameterGroup': recordHandler({
    check: checkParameterGroup,
    make: (request) => named(request, 'DBParameterGroupName', 'pg'),
    release: releaseParameterGroup,
  }),
  'AWS::RDS::EventSubscription': recordHandler({
    check: (request) => {
      const name = text(request.properties, 'SubscriptionName')
      if (name !== undefined) refuseTaken(request, name, 'SubscriptionAlreadyExist', `Subscription ${name} already exists.`)
    },
    make: (request) => named(request, 'SubscriptionName', 'es'),
  }),
}

function named(request: ResourceRequest, property: string, noun: string): Made {
  const name = (text(request.properties, property) ?? generatedName(request, 255)).toLowerCase()
  return {
    physicalId: name,
    attributes: {
      [property]: name,
      DBParameterGroupArn: arn(request, 'rds', `${noun}:${name}`),
      Arn: arn(request, 'rds', `${noun}:${name}`),
    },
  }
}

function checkDatabase(request: ResourceRequest): void {
  const {properties, world, region} = request
  const name = text(properties, 'DBInstanceIdentifier')?.toLowerCase()
  if (name !== undefined) refuseTaken(request, name, 'DBInstanceAlreadyExists', 'DB instance already exists')
  requireRoom(request, 'rds', 'L-7B6409FD', 'InstanceQuotaExceeded', 'Instance quota exceeded')
  const group = text(properties, 'DBSubnetGroupName')
  if (group !== undefined && recordOf(world, 'AWS::RDS::DBSubnetGroup', region, group.toLowerCase()) === undefined) {
    throw new AwsFault('DBSubnetGroupNotFoundFault', `DB subnet group '${group}' does not exist.`, 404)
  }
  const parameters = text(properties, 'DBParameterGroupName')
  if (
    parameters !== undefined
    && !parameters.startsWith('default.')
    && recordOf(world, 'AWS::RDS::DBParameterGroup', region, parameters.toLowerCase()) === undefined
  ) {
    throw new AwsFault('DBParameterGroupNotFound', `DBParameterGroup not found: ${parameters}`, 404)
  }
  for (const security of texts(properties, 'VPCSecurityGroups')) {
    if (recordOf(world, 'AWS::EC2::SecurityGroup', region, security) === undefined) {
      throw new AwsFault('InvalidParameterValue', `Invalid security group , groupId= ${security}, groupName=.`)
    }
  }
  if (text(properties, 'SourceDBInstanceIdentifier') === undefined) checkPrimary(request)
  else checkReplica(request)
}

function checkPrimary({properties}: ResourceRequest): void {
  if (text(properties, 'DBSnapshotIdentifier') !== undefined) return
  for (const member of ['Engine', 'DBInstanceClass', 'AllocatedStorage', 'MasterUsername']) {
    if (text(properties, member) === undefined) {
      throw new AwsFault('MissingParameter', `The request must contain the parameter ${member}`)
    }
  }
  const password = text(properties, 'MasterUserPassword')
  if (password === undefined && !flag(properties, 'ManageMasterUserPassword')) {
    throw new AwsFault('InvalidParameterValue', 'Invalid master password')
  }
  if (password !== undefined && (password.length < 8 || /[/@" ]/.test(password))) {
    throw new AwsFault(
      'InvalidParameterValue',
      "The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '\"', ' ' may be used.",
    )
  }
}

/** A replica takes engine, credentials and encryption from its source; a cross-Region source is named by ARN, with a key of this Region. */
function checkReplica({properties, world, region}: ResourceRequest): void {
  const source = text(properties, 'SourceDBInstanceIdentifier') ?? ''
  const found = source.startsWith('arn:') ? databaseByArn(world, source) : recordOf(world, DATABASE, region, source)
  if (found === undefined) throw new AwsFault('DBInstanceNotFound', `DBInstance ${source} not found.`, 404)
  if (found.status !== 'available' && found.status !== 'modifying') {
    throw new AwsFault(
      'InvalidDBInstanceState',
      `DB instance ${found.id} is not in the available state. Its state is ${found.status}.`,
    )
  }
  if (number(found.properties, 'BackupRetentionPeriod') === 0) {
    throw new AwsFault(
      'InvalidDBInstanceState',
      'Automated backups are not enabled for this database instance. To enable automated backups, use ModifyDBInstance to set the backup retention period to a non-zero value.',
    )
  }
  const key = text(properties, 'KmsKeyId')
  if (found.region !== region && flag(found.properties, 'StorageEncrypted') && key?.split(':')[3] !== region) {
    throw new AwsFault(
      'InvalidParameterCombination',
      'Cannot create a cross region replica from an encrypted DB instance without a KMS key of the destination region.',
    )
  }
  if (flag(found.properties, 'ManageMasterUserPassword') && found.region !== region) {
    throw new AwsFault(
      'InvalidDBInstanceState',
      'Cross-region read replicas are not supported for instances whose master user password is managed by RDS in Secrets Manager.',
    )
  }
}

function makeDatabase(request: ResourceRequest): Made {
  const {properties, world, region} = request
  const id = (text(properties, 'DBInstanceIdentifier') ?? generatedName(request, 63)).toLowerCase()
  const source = text(properties, 'SourceDBInstanceIdentifier')
  const primary =
    source === undefined
      ? undefined
      : source.startsWith('arn:')
        ? databaseByArn(world, source)
        : recordOf(world, DATABASE, region, source)
  const engine = text(properties, 'Engine') ?? text(primary?.properties ?? {}, 'Engine') ?? 'postgres'
  const port = number(properties, 'Port') ?? defaultPort(engine)
  return {
    physicalId: id,
    attributes: {
      'Endpoint.Address': endpointOf(world, region, id),
      'Endpoint.Port': String(port),
      'Endpoint.HostedZoneId': 'Z29XKXDKYMONMX',
      DBInstanceArn: databaseArn(world, region, id),
      DbiResourceId: `db-${capitals(request, 26)}`,
      Engine: engine,
      EngineVersion: text(properties, 'EngineVersion') ?? text(primary?.properties ?? {}, 'EngineVersion') ?? '17.6',
      ...(source !== undefined && {ReplicaOf: source}),
    },
  }
}

/** Without its source in the template a replica is promoted, and never back again; the port moves the endpoint. */
function changeDatabase(request: ChangeRequest, known: AccountRecord | undefined): Made {
  const [before, after] = [text(request.previous, 'SourceDBInstanceIdentifier'), text(request.properties, 'SourceDBInstanceIdentifier')]
  if (after !== undefined && after !== before) {
    throw new AwsFault('NotUpdatable', `${request.physicalId} would have to be replaced to become a replica of ${after}.`)
  }
  const attributes: Record<string, unknown> = {...known?.attributes}
  const port = number(request.properties, 'Port')
  if (port !== undefined) attributes['Endpoint.Port'] = String(port)
  const version = text(request.properties, 'EngineVersion')
  if (version !== undefined) attributes['EngineVersion'] = version
  if (text(request.properties, 'SourceDBInstanceIdentifier') === undefined) attributes['ReplicaOf'] = ''
  return {physicalId: request.physicalId, attributes}
}

function releaseDatabase(request: ChangeRequest): void {
  const known = recordOf(request.world, DATABASE, request.region, request.physicalId)
  if (known !== undefined && flag(known.properties, 'DeletionProtection')) {
    throw new AwsFault(
      'InvalidParameterCombination',
      'Cannot delete protected DB Instance, please disable deletion protection and try again.',
    )
  }
  if (known !== undefined) request.world.records.change(known.region, known.type, known.id, {status: 'deleting'})
}

function checkSubnetGroup(request: ResourceRequest): void {
  const {properties, world, region} = request
  const name = text(properties, 'DBSubnetGroupName')?.toLowerCase()
  if (name !== undefined)
    refuseTaken(request, name, 'DBSubnetGroupAlreadyExists', `The DB subnet group '${name}' already exists.`)
  const subnets = texts(properties, 'SubnetIds').map((id) => {
    const subnet = recordOf(world, 'AWS::EC2::Subnet', region, id)
    if (subnet === undefined) throw new AwsFault('InvalidParameterValue', `Some input subnets in :[${id}] are invalid.`)
    return subnet
  })
  const zones = [...new Set(subnets.map(({attributes}) => attributes['AvailabilityZone']))]
  if (zones.length < 2) {
    throw new AwsFault(
      'DBSubnetGroupDoesNotCoverEnoughAZs',
      `The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: ${zones.join(', ')}. Add subnets to cover at least 2 AZs.`,
    )
  }
}

function usersOf(request: ChangeRequest, property: string): readonly AccountRecord[] {
  return recordsOf(request.world, DATABASE, request.region).filter(
    ({properties}) => text(properties, property)?.toLowerCase() === request.physicalId,
  )
}

function releaseSubnetGroup(request: ChangeRequest): void {
  const user = usersOf(request, 'DBSubnetGroupName')[0]
  if (user === undefined) return
  throw new AwsFault(
    'InvalidDBSubnetGroupStateFault',
    `Cannot delete the subnet group '${request.physicalId}' because at least one database instance: ${user.id} is still using it.`,
  )
}

function checkParameterGroup(request: ResourceRequest): void {
  const name = text(request.properties, 'DBParameterGroupName')?.toLowerCase()
  if (name !== undefined) refuseTaken(request, name, 'DBParameterGroupAlreadyExists', `Parameter group ${name} already exists`)
  const family = text(request.properties, 'Family') ?? ''
  if (!/^(postgres|mysql|mariadb|aurora|oracle|sqlserver)/.test(family)) {
    throw new AwsFault('InvalidParameterValue', `ParameterGroupFamily ${family} is not a valid parameter group family`)
  }
}

function releaseParameterGroup(request: ChangeRequest): void {
  if (usersOf(request, 'DBParameterGroupName').length === 0) return
  throw new AwsFault(
    'InvalidDBParameterGroupState',
    `One or more database instances are still members of this parameter group ${request.physicalId}, so the group cannot be deleted`,
  )
}

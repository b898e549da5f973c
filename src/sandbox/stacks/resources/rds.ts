/**
 * Databases of stacks: primaries, replicas of another Region, and the groups they need. RDS refuses a replica without its source,
 * a subnet group in one zone, the deletion of what is protected or in use; it keeps names in lower case.
 */
import {attribute, putRecord, recordOf, recordsOf} from '../../services/records/lookup.ts'
import {flag, number, text, texts} from '../../services/records/properties.ts'
import {PARAMETER_STATUS} from '../../services/rds-change.ts'
import {databaseArn, databaseByArn, DATABASE, defaultPort, endpointOf} from '../../services/rds-databases.ts'
import {databaseResource} from '../../services/rds-life.ts'
import {promoteReplica, PROMOTING} from '../../services/rds-promotion.ts'
import {replicaSource} from '../../services/rds-replicas.ts'
import {restorable, restoredFrom} from '../../services/rds-snapshots.ts'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'
import type {ChangeRequest, Made, Properties, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, generatedName, recordHandler, refuseTaken} from './record-handler.ts'
import {requireRoom} from './network.ts'

export const rdsHandlers: ResourceHandlers = {
  'AWS::RDS::DBInstance': {
    create: (request) => {
      checkDatabase(request)
      return makeDatabase(request)
    },
    update: updateDatabase,
    remove: releaseDatabase,
    read: readDatabase,
    stable: ({world, region, physicalId}) => {
      const known = recordOf(world, DATABASE, region, physicalId)
      return known !== undefined && attribute(known, PROMOTING) !== '' ? 'the promotion' : null
    },
  },
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

function checkPrimary({properties, world, region}: ResourceRequest): void {
  const snapshot = text(properties, 'DBSnapshotIdentifier')
  if (snapshot !== undefined) {
    restorable(world, region, snapshot)
    return
  }
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

/**
 * A replica takes engine, credentials and encryption from its source; a cross-Region source is named by ARN,
 * with a key of this Region.
 */
function checkReplica({properties, world, region}: ResourceRequest): void {
  replicaSource(world, region, text(properties, 'SourceDBInstanceIdentifier') ?? '', text(properties, 'KmsKeyId'))
}

function makeDatabase(request: ResourceRequest): Made {
  const {properties, world, region} = request
  const id = (text(properties, 'DBInstanceIdentifier') ?? generatedName(request, 63)).toLowerCase()
  const source = text(properties, 'SourceDBInstanceIdentifier')
  const primary = source === undefined ? undefined : sourceRecord(request, source)
  const snapshot = text(properties, 'DBSnapshotIdentifier')
  const from = snapshot === undefined ? null : restoredFrom(restorable(world, region, snapshot))
  const engine = text(from?.attributes ?? {}, 'Engine') ?? text(properties, 'Engine') ?? engineOf(primary) ?? 'postgres'
  const attributes = {
    'Endpoint.Address': endpointOf(world, region, id),
    'Endpoint.Port': String(number(properties, 'Port') ?? defaultPort(engine)),
    'Endpoint.HostedZoneId': 'Z29XKXDKYMONMX',
    DBInstanceArn: databaseArn(world, region, id),
    DbiResourceId: databaseResource(world),
    EngineVersion: text(properties, 'EngineVersion') ?? text(primary?.attributes ?? {}, 'EngineVersion') ?? '17.6',
    ...from?.attributes,
    Engine: engine,
    ...(source !== undefined && {ReplicaOf: source}),
  }
  // What its snapshot brings stands in no template; the engine completes this record.
  if (from !== null) putRecord(world, {type: DATABASE, region, id, status: 'creating', properties: from.properties, attributes})
  return {physicalId: id, attributes}
}

const engineOf = (primary: AccountRecord | undefined): string | undefined => text(primary?.attributes ?? {}, 'Engine')

const sourceRecord = ({world, region}: ResourceRequest, source: string): AccountRecord | undefined =>
  source.startsWith('arn:') ? databaseByArn(world, source) : recordOf(world, DATABASE, region, source)

/**
 * Without its source in the template a replica is promoted, and never back again; one that a call has promoted can't be promoted
 * a second time. What a template doesn't say any more stays as it is: RDS is only told what is there.
 */
function updateDatabase(request: ChangeRequest): Made {
  const {world, region, physicalId, previous, properties, tags} = request
  const [before, after] = [text(previous, 'SourceDBInstanceIdentifier'), text(properties, 'SourceDBInstanceIdentifier')]
  if (after !== undefined && after !== before) {
    throw new AwsFault('NotUpdatable', `${physicalId} would have to be replaced to become a replica of ${after}.`)
  }
  const known = recordOf(world, DATABASE, region, physicalId)
  if (known === undefined) throw new AwsFault('DBInstanceNotFound', `DBInstance ${physicalId} not found.`, 404)
  if (before !== undefined && after === undefined) promoteByTemplate(request, known)
  const present = recordOf(world, DATABASE, region, physicalId) ?? known
  const others =
    properties['DBParameterGroupName'] !== undefined
    && properties['DBParameterGroupName'] !== present.properties['DBParameterGroupName']
  const changed = {
    ...present.attributes,
    ...(number(properties, 'Port') !== undefined && {'Endpoint.Port': String(number(properties, 'Port'))}),
    ...(text(properties, 'EngineVersion') !== undefined && {EngineVersion: text(properties, 'EngineVersion')}),
    ...(others && {[PARAMETER_STATUS]: 'pending-reboot'}),
  }
  world.records.change(region, DATABASE, physicalId, {
    properties: {...present.properties, ...properties},
    attributes: changed,
    tags: {...present.tags, ...tags},
  })
  return {physicalId, attributes: changed}
}

/** Nobody can read them back: drift of these is silent, the promotion of a replica by a call among them. */
const WRITE_ONLY = [
  'SourceDBInstanceIdentifier',
  'SourceRegion',
  'DBSnapshotIdentifier',
  'MasterUserPassword',
  'AllowMajorVersionUpgrade',
  'ApplyImmediately',
  'DeleteAutomatedBackups',
  'UseDefaultProcessorFeatures',
  'CertificateRotationRestart',
  'EngineLifecycleSupport',
]

function readDatabase({world, region, physicalId, properties}: ChangeRequest): Properties {
  const known = recordOf(world, DATABASE, region, physicalId)
  if (known === undefined) throw new AwsFault('DBInstanceNotFound', `DBInstance ${physicalId} not found.`, 404)
  const [wanted, version] = [text(properties, 'EngineVersion'), attribute(known, 'EngineVersion')]
  const name = text(properties, 'DBInstanceIdentifier')
  return {
    ...known.properties,
    DBInstanceIdentifier: name?.toLowerCase() === known.id ? name : known.id,
    Engine: attribute(known, 'Engine'),
    Port: attribute(known, 'Endpoint.Port'),
    // A template names a major version and has what is the newest of it.
    EngineVersion: wanted !== undefined && version.startsWith(wanted) ? wanted : version,
    ...Object.fromEntries(WRITE_ONLY.flatMap((name) => (properties[name] === undefined ? [] : [[name, properties[name]]]))),
  }
}

function promoteByTemplate({world, properties}: ChangeRequest, known: AccountRecord): void {
  try {
    promoteReplica(world, known, {
      BackupRetentionPeriod: number(properties, 'BackupRetentionPeriod'),
      PreferredBackupWindow: text(properties, 'PreferredBackupWindow'),
    })
  } catch (error) {
    if (!(error instanceof AwsFault) || error.code !== 'InvalidDBInstanceState') throw error
    throw new AwsFault('ResourceConflict', error.message)
  }
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
      "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
        + `${zones.join(', ')}. Add subnets to cover at least 2 AZs.`,
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
    `Cannot delete the subnet group '${request.physicalId}' because at least one database instance: `
      + `${user.id} is still using it.`,
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
    `One or more database instances are still members of this parameter group ${request.physicalId}, `
      + 'so the group cannot be deleted',
  )
}

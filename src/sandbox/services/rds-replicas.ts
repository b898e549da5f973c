/**
 * CreateDBInstanceReadReplica: of a source in this Region or, by ARN, in another. Engine, storage and credentials are its
 * source's; what is left out of a cross-Region replica becomes this Region's default, which is rarely what was meant.
 */
import type {CreateDBInstanceReadReplicaMessage} from '@aws-sdk/client-rds'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, World} from '../world/contract.ts'
import {canReach} from '../world/region-down.ts'
import {checkPlace, freshInstance} from './rds-creation.ts'
import {DATABASE, databaseByArn} from './rds-databases.ts'
import {around} from './rds-life.ts'
import {attribute, recordOf, tagsFrom} from './records/lookup.ts'
import {flag, number, text} from './records/properties.ts'

const ELSEWHERE_MS = 600_000
const HERE_MS = 420_000

export function createReplica(world: World, input: CreateDBInstanceReadReplicaMessage, call: CallContext): AccountRecord {
  const named = input.SourceDBInstanceIdentifier ?? ''
  const source = replicaSource(world, call.region, named, input.KmsKeyId)
  const elsewhere = source.region !== call.region
  if (
    !elsewhere
    && input.DBSubnetGroupName !== undefined
    && input.DBSubnetGroupName !== text(source.properties, 'DBSubnetGroupName')
  ) {
    throw new AwsFault(
      'DBSubnetGroupNotAllowedFault',
      'DBSubnetGroupName can not be specified for a read replica in the same Region as its source.',
    )
  }
  checkPlace(world, call, input)
  const {
    DBInstanceIdentifier: id = '',
    SourceDBInstanceIdentifier: _source,
    PreSignedUrl: _url,
    VpcSecurityGroupIds: groups,
    Tags,
    Port,
    ...rest
  } = input
  const inherited = Object.fromEntries(
    [
      'AllocatedStorage',
      'StorageType',
      'DBName',
      'MasterUsername',
      'StorageEncrypted',
      'EngineVersion',
      'DBInstanceClass',
    ].flatMap((name) => (source.properties[name] === undefined ? [] : [[name, source.properties[name]]])),
  )
  const here = elsewhere
    ? {}
    : {DBSubnetGroupName: source.properties['DBSubnetGroupName'], KmsKeyId: source.properties['KmsKeyId']}
  return freshInstance(world, call, {
    id,
    tags: tagsFrom(Tags),
    afterMs: around(world, elsewhere ? ELSEWHERE_MS : HERE_MS),
    properties: {
      ...inherited,
      ...here,
      ...rest,
      BackupRetentionPeriod: 0,
      ...(groups !== undefined && {VPCSecurityGroups: groups}),
    },
    attributes: {
      Engine: attribute(source, 'Engine'),
      EngineVersion: attribute(source, 'EngineVersion'),
      'Endpoint.Port': String(Port ?? attribute(source, 'Endpoint.Port')),
      ReplicaOf: elsewhere ? attribute(source, 'DBInstanceArn') : source.id,
    },
    said: 'DB instance created',
  })
}

/** The source of a replica, if it can be one: for calls and for stacks. */
export function replicaSource(world: World, region: string, named: string, key: string | undefined): AccountRecord {
  const sourceRegion = named.startsWith('arn:') ? (named.split(':')[3] ?? '') : region
  if (!canReach(world, region, sourceRegion)) {
    throw new AwsFault('InternalFailure', `The request to the source Region ${sourceRegion} has failed. Try again later.`, 500)
  }
  const source = named.startsWith('arn:') ? databaseByArn(world, named) : recordOf(world, DATABASE, region, named.toLowerCase())
  if (source === undefined) throw new AwsFault('DBInstanceNotFound', `DBInstance ${named} not found.`, 404)
  if (source.status !== 'available' && source.status !== 'modifying' && source.status !== 'backing-up') {
    throw new AwsFault(
      'InvalidDBInstanceState',
      `DB instance ${source.id} is not in the available state. Its state is ${source.status}.`,
    )
  }
  if (attribute(source, 'ReplicaOf') !== '' && sourceRegion !== region) {
    throw new AwsFault(
      'InvalidDBInstanceState',
      `DB instance ${source.id} is a read replica: it can't be the source of one in another Region.`,
    )
  }
  if (number(source.properties, 'BackupRetentionPeriod') === 0) {
    throw new AwsFault(
      'InvalidDBInstanceState',
      'Automated backups are not enabled for this database instance. To enable automated backups, '
        + 'use ModifyDBInstance to set the backup retention period to a non-zero value.',
    )
  }
  if (sourceRegion !== region && flag(source.properties, 'StorageEncrypted') && key?.split(':')[3] !== region) {
    throw new AwsFault(
      'InvalidParameterCombination',
      'Cannot create a cross region replica from an encrypted DB instance without a KMS key of the destination region.',
    )
  }
  if (flag(source.properties, 'ManageMasterUserPassword') && sourceRegion !== region) {
    throw new AwsFault(
      'InvalidDBInstanceState',
      'Cross-region read replicas are not supported for instances whose master user password is managed by RDS in '
        + 'Secrets Manager.',
    )
  }
  return source
}

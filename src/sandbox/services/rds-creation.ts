/** Instances that calls make: their place is checked as RDS checks it, then they are `creating` for their time. */
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, World} from '../world/contract.ts'
import {insufficientCapacity, lacksCapacity} from './rds-change.ts'
import {DATABASE, databaseArn, endpointOf} from './rds-databases.ts'
import {tellEvent} from './rds-events.ts'
import {databaseResource, passThrough} from './rds-life.ts'
import {putRecord, recordOf, recordsOf} from './records/lookup.ts'
import {quotaOf} from './records/quotas.ts'

export interface WantedPlace {
  readonly DBInstanceIdentifier?: string | undefined
  readonly DBInstanceClass?: string | undefined
  readonly DBSubnetGroupName?: string | undefined
  readonly DBParameterGroupName?: string | undefined
  readonly VpcSecurityGroupIds?: readonly string[] | undefined
}

export function checkPlace(world: World, {region}: Pick<CallContext, 'region'>, wanted: WantedPlace): void {
  const id = (wanted.DBInstanceIdentifier ?? '').toLowerCase()
  if (!/^[a-z](?!.*--)[a-z0-9-]{0,62}$/.test(id) || id.endsWith('-')) {
    throw new AwsFault('InvalidParameterValue', `The parameter DBInstanceIdentifier is not a valid identifier: ${id}`)
  }
  if (recordOf(world, DATABASE, region, id) !== undefined)
    throw new AwsFault('DBInstanceAlreadyExists', 'DB instance already exists')
  const subnets = wanted.DBSubnetGroupName
  if (subnets !== undefined && recordOf(world, 'AWS::RDS::DBSubnetGroup', region, subnets.toLowerCase()) === undefined) {
    throw new AwsFault('DBSubnetGroupNotFoundFault', `DB subnet group '${subnets}' does not exist.`, 404)
  }
  const parameters = wanted.DBParameterGroupName
  if (
    parameters !== undefined
    && !parameters.startsWith('default.')
    && recordOf(world, 'AWS::RDS::DBParameterGroup', region, parameters.toLowerCase()) === undefined
  ) {
    throw new AwsFault('DBParameterGroupNotFound', `DBParameterGroup not found: ${parameters}`, 404)
  }
  for (const group of wanted.VpcSecurityGroupIds ?? []) {
    if (recordOf(world, 'AWS::EC2::SecurityGroup', region, group) === undefined) {
      throw new AwsFault('InvalidParameterValue', `Invalid security group , groupId= ${group}, groupName=.`)
    }
  }
  const size = wanted.DBInstanceClass
  if (size !== undefined && lacksCapacity(world, {region}, size) !== null) throw insufficientCapacity(size)
  if (recordsOf(world, DATABASE, region).length >= (quotaOf('rds', 'L-7B6409FD')?.value ?? Infinity))
    throw new AwsFault('InstanceQuotaExceeded', 'Instance quota exceeded')
}

export interface FreshInstance {
  readonly id: string
  readonly tags: AccountRecord['tags']
  readonly properties: AccountRecord['properties']
  /** Engine, version, port, source. */
  readonly attributes: AccountRecord['attributes']
  readonly afterMs: number
  /** The event that tells it is there. */
  readonly said: string
}

export function freshInstance(
  world: World,
  {region}: Pick<CallContext, 'region'>,
  {id: name, tags, properties, attributes, afterMs, said}: FreshInstance,
): AccountRecord {
  const id = name.toLowerCase()
  const record = putRecord(world, {
    type: DATABASE,
    region,
    id,
    tags,
    status: 'creating',
    // Of those who make one by a call most can't say when it is maintained: RDS chooses.
    properties: {PreferredMaintenanceWindow: 'thu:22:08-thu:22:38', ...properties, DBInstanceIdentifier: id},
    attributes: {
      'Endpoint.Address': endpointOf(world, region, id),
      'Endpoint.HostedZoneId': 'Z29XKXDKYMONMX',
      DBInstanceArn: databaseArn(world, region, id),
      DbiResourceId: databaseResource(world),
      ...attributes,
    },
  })
  passThrough(world, record, [
    {
      afterMs,
      status: 'available',
      effect: (present) => {
        tellEvent(world, present, said, 'creation')
        return {}
      },
    },
  ])
  return record
}

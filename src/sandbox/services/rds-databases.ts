/** Names of databases: ARN, address, port, and which record an ARN means in whatever Region. */
import type {AccountRecord, World} from '../world/contract.ts'
import {digest} from './records/digest.ts'

export const DATABASE = 'AWS::RDS::DBInstance'

export function databaseArn(world: World, region: string, id: string): string {
  return `arn:aws:rds:${region}:${world.account}:db:${id}`
}

export function databaseByArn(world: World, arn: string): AccountRecord | undefined {
  const [, , service, region = '', , kind, id = ''] = arn.split(':')
  return service === 'rds' && kind === 'db' ? world.records.get(region, DATABASE, id) : undefined
}

/** The middle is the same for every database of an account and Region. */
export function endpointOf(world: World, region: string, id: string): string {
  return `${id}.c${digest(`${world.account} ${region} rds`, 11)}.${region}.rds.amazonaws.com`
}

export function defaultPort(engine: string): number {
  return engine.includes('postgres') ? 5432 : 3306
}

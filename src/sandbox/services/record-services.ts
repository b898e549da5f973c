/** The services that answer from account records, and what every account of the sandbox begins with: one public zone. */
import type {Service, World} from '../world/contract.ts'
import {createAcm} from './acm.ts'
import {createKms} from './kms.ts'
import {createRds} from './rds.ts'
import {createRoute53} from './route53.ts'
import {addZone, zoneOf} from './route53-zones.ts'
import {createSecretsManager} from './secretsmanager.ts'
import {createSsm} from './ssm.ts'

/** A domain that is there from the beginning, so that names and certificates have somewhere to go. */
export const FIRST_ZONE = {id: 'Z0EXAMPLE0000', name: 'example.com'}

export function createRecordServices(world: World): readonly Service[] {
  if (zoneOf(world, FIRST_ZONE.id) === undefined) addZone(world, FIRST_ZONE.id, FIRST_ZONE.name)
  return [createSsm, createAcm, createRoute53, createRds, createSecretsManager, createKms].map((create) => create(world))
}

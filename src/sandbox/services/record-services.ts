/** The services that answer from account records, and what every account of the sandbox begins with: one public zone. */
import type {Service, World} from '../world/contract.ts'
import {createAcm} from './acm.ts'
import {createBackup} from './backup.ts'
import {createCloudControl} from './cloudcontrol.ts'
import {createCloudFront} from './cloudfront.ts'
import {createEc2} from './ec2.ts'
import {createEcr} from './ecr.ts'
import {createElastiCache} from './elasticache.ts'
import {createIam} from './iam.ts'
import {createKms} from './kms.ts'
import {createLogs} from './logs.ts'
import {createRds} from './rds.ts'
import {createResourceTagging} from './resource-tagging.ts'
import {createRoute53} from './route53.ts'
import {addZone, zoneOf} from './route53-zones.ts'
import {createSecretsManager} from './secretsmanager.ts'
import {createServiceQuotas} from './servicequotas.ts'
import {createSsm} from './ssm.ts'

/** A domain that is there from the beginning, so that names and certificates have somewhere to go. */
export const FIRST_ZONE = {id: 'Z0EXAMPLE0000', name: 'example.com'}

const services = [
  createEc2,
  createSsm,
  createAcm,
  createRoute53,
  createServiceQuotas,
  createIam,
  createCloudFront,
  createRds,
  createElastiCache,
  createBackup,
  createSecretsManager,
  createKms,
  createLogs,
  createEcr,
  createCloudControl,
  createResourceTagging,
]

export function createRecordServices(world: World): readonly Service[] {
  if (zoneOf(world, FIRST_ZONE.id) === undefined) addZone(world, FIRST_ZONE.id, FIRST_ZONE.name)
  return services.map((create) => create(world))
}

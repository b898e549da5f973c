/**
 * Certificates of stacks. With a zone of the account the validation record is made by the stack; without, the stack waits and
 * says which record it waits for, in CloudFormation's words, until somebody makes it.
 */
import {certificateUsers} from '../../services/certificate-users.ts'
import {domainsOf, isIssued, validationRecord, validations} from '../../services/acm-validation.ts'
import {recordOf} from '../../services/records/lookup.ts'
import {bags, text} from '../../services/records/properties.ts'
import {canonicalName, changeSets, zoneName, zoneOf} from '../../services/route53-zones.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {arn, recordHandler} from './record-handler.ts'
import {uuid} from '../../world/uuid.ts'

export const acmHandlers: ResourceHandlers = {
  'AWS::CertificateManager::Certificate': {
    ...recordHandler({check: checkZones, make: makeCertificate, release: releaseCertificate}),
    stable: pending,
  },
}

function zonesFor(request: ResourceRequest): readonly {readonly domain: string; readonly zone: string}[] {
  return bags(request.properties, 'DomainValidationOptions')
    .map((option) => ({domain: text(option, 'DomainName') ?? '', zone: text(option, 'HostedZoneId') ?? ''}))
    .filter(({zone}) => zone !== '')
}

function checkZones(request: ResourceRequest): void {
  for (const {domain, zone: id} of zonesFor(request)) {
    const zone = zoneOf(request.world, id)
    if (zone === undefined) throw new AwsFault('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404)
    if (!`.${canonicalName(domain.replace(/^\*\./, ''))}`.endsWith(`.${zoneName(zone)}`)) {
      throw new AwsFault(
        'InvalidChangeBatch',
        `[RRSet with DNS name ${validationRecord(request.world, domain).name} is not permitted in zone ${zoneName(zone)}]`,
      )
    }
  }
}

function makeCertificate(request: ResourceRequest): Made {
  const id = arn(request, 'acm', `certificate/${uuid(request.world)}`)
  const zones = new Map(zonesFor(request).map(({domain, zone}) => [domain, zone]))
  if (text(request.properties, 'ValidationMethod') === 'DNS') {
    for (const domain of domainsOf(request)) {
      const zone = zoneOf(request.world, zones.get(domain) ?? zones.get(domain.replace(/^\*\./, '')) ?? '')
      const {name, value} = validationRecord(request.world, domain)
      if (zone !== undefined)
        changeSets(request.world, zone, [
          {Action: 'UPSERT', ResourceRecordSet: {Name: name, Type: 'CNAME', TTL: 300, ResourceRecords: [{Value: value}]}},
        ])
    }
  }
  return {physicalId: id, attributes: {CertificateArn: id, Id: id}}
}

function pending(request: ChangeRequest): string | null {
  const certificate = recordOf(request.world, request.type, request.region, request.physicalId)
  if (certificate === undefined || isIssued(request.world, certificate)) return null
  const open = validations(request.world, certificate).filter(({since}) => since === null)
  if (open.length === 0) return 'Waiting for the certificate to be issued'
  return open.map(({name, value}) => `Content of DNS Record is: {Name: ${name},Type: CNAME,Value: ${value}}`).join('; ')
}

function releaseCertificate(request: ChangeRequest): void {
  if (certificateUsers(request.world, request.physicalId).length > 0) {
    throw new AwsFault(
      'ResourceInUseException',
      `Certificate ${request.physicalId} in account ${request.world.account} is in use.`,
    )
  }
}

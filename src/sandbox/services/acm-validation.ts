/**
 * DNS validation of certificates: the record that proves a name follows from account and name, as on AWS, and a certificate is
 * issued a while after all of its records are in a public zone of the account. Nothing is stored: whoever asks finds out.
 */
import type {AccountRecord, World} from '../world/contract.ts'
import {digest} from './records/digest.ts'
import {recordsOf} from './records/lookup.ts'
import {bags, text, texts} from './records/properties.ts'
import {canonicalName, findSet, setSince, ZONE, zoneName} from './route53-zones.ts'

export const CERTIFICATE = 'AWS::CertificateManager::Certificate'
/** After its records are there. Less than what CloudFormation usually takes for the whole. */
const ISSUED_AFTER_MS = 180_000

export interface ValidationRecord {
  readonly domain: string
  readonly name: string
  readonly value: string
}

export function domainsOf({properties}: Pick<AccountRecord, 'properties'>): readonly string[] {
  return [...new Set([text(properties, 'DomainName') ?? '', ...texts(properties, 'SubjectAlternativeNames')])].filter(
    (one) => one !== '',
  )
}

export function validationRecord(world: World, domain: string): ValidationRecord {
  const base = domain.toLowerCase().replace(/^\*\./, '')
  return {
    domain,
    name: `_${digest(`${world.account} name ${base}`, 32)}.${base}.`,
    value: `_${digest(`${world.account} value ${base}`, 32)}.${digest(base, 10)}.acm-validations.aws.`,
  }
}

export interface Validation extends ValidationRecord {
  /** Since when its record is in a zone; null: it isn't. */
  readonly since: number | null
}

export function validations(world: World, certificate: Pick<AccountRecord, 'properties'>): readonly Validation[] {
  return domainsOf(certificate).map((domain) => {
    const record = validationRecord(world, domain)
    return {...record, since: presentSince(world, record)}
  })
}

function presentSince(world: World, record: ValidationRecord): number | null {
  const set = {Name: record.name, Type: 'CNAME' as const}
  for (const zone of recordsOf(world, ZONE, '')) {
    if (bags(zone.properties, 'VPCs').length > 0 || !record.name.endsWith(`.${zoneName(zone)}`)) continue
    const found = findSet(world, zone.id, set)
    if (found?.ResourceRecords?.some(({Value}) => canonicalName(Value ?? '') === canonicalName(record.value)) === true)
      return setSince(world, zone.id, set)
  }
  return null
}

/** When it was or will be issued (virtual epoch ms); null: records are missing. */
export function issuedAt(world: World, certificate: Pick<AccountRecord, 'properties' | 'createdAt'>): number | null {
  if (text(certificate.properties, 'ValidationMethod') !== 'DNS') return null
  const since = validations(world, certificate).map((one) => one.since)
  if (since.some((one) => one === null)) return null
  return Math.max(certificate.createdAt, ...since.map((one) => one ?? 0)) + ISSUED_AFTER_MS
}

export function isIssued(world: World, certificate: Pick<AccountRecord, 'properties' | 'createdAt'>): boolean {
  const at = issuedAt(world, certificate)
  return at !== null && at <= world.clock.now()
}

/** `*.example.com` covers one label. */
export function covers(certificate: Pick<AccountRecord, 'properties'>, name: string): boolean {
  return domainsOf(certificate).some(
    (domain) => domain === name || (domain.startsWith('*.') && name.split('.').slice(1).join('.') === domain.slice(2)),
  )
}

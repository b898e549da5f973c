/**
 * A distribution's configuration between the API's spelling and the template's, both ways. What a caller gives back as it was
 * shown keeps the template's own spelling in the record, so that only what really changed shows as drift.
 */
import type {DistributionConfig} from '@aws-sdk/client-cloudfront'
import {entryByName} from '../wire/catalogue.ts'
import {serviceModel} from '../wire/model.ts'
import type {Shape} from '../wire/model.ts'
import type {AccountRecord} from '../world/contract.ts'
import {configOf} from './cloudfront-distributions.ts'
import {bag, flag} from './records/properties.ts'
import type {Bag} from './records/properties.ts'
import {sdkShape} from './records/sdk-shape.ts'

/** As the API answers it. */
export async function shownConfig(record: AccountRecord): Promise<DistributionConfig> {
  const given = configOf(record)
  const shaped = sdkShape(await configSchema(), {
    CallerReference: record.id,
    Comment: '',
    PriceClass: 'PriceClass_All',
    HttpVersion: 'http2',
    ...given,
    IsIPV6Enabled: flag(given, 'IPV6Enabled'),
    Aliases: given['Aliases'] ?? [],
    CacheBehaviors: given['CacheBehaviors'] ?? [],
    DefaultCacheBehavior: withMethods(bag(given, 'DefaultCacheBehavior')),
  })
  return shaped as DistributionConfig
}

/** What a record holds after somebody put this configuration in the place of the one shown. */
export async function keptConfig(record: AccountRecord, given: DistributionConfig): Promise<Bag> {
  const [known, shown] = [configOf(record), {...(await shownConfig(record))} as Bag]
  const members = Object.entries<unknown>({...given})
    .filter(([name]) => name !== 'CallerReference')
    .flatMap(([name, value]): [string, unknown][] => {
      const inTemplate = NAMES[name] ?? name
      if (same(value, shown[name])) return known[inTemplate] === undefined ? [] : [[inTemplate, known[inTemplate]]]
      const kept = name === 'OriginGroups' ? value : asTemplate(value)
      return kept === undefined || isEmpty(kept) ? [] : [[inTemplate, kept]]
    })
  return Object.fromEntries(members)
}

/** Where the template says otherwise than the API. */
const NAMES: Readonly<Record<string, string>> = {
  IsIPV6Enabled: 'IPV6Enabled',
  ACMCertificateArn: 'AcmCertificateArn',
  SSLSupportMethod: 'SslSupportMethod',
  IAMCertificateId: 'IamCertificateId',
  OriginSslProtocols: 'OriginSSLProtocols',
}

/** Counted lists become lists, and cached methods stand beside the allowed ones. */
function asTemplate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTemplate)
  if (typeof value !== 'object' || value === null) return value
  const from = value as Bag
  if (typeof from['Quantity'] === 'number') return Array.isArray(from['Items']) ? from['Items'].map(asTemplate) : []
  const methods = from['AllowedMethods'] as Bag | undefined
  const flat = methods?.['CachedMethods'] === undefined ? from : {...from, CachedMethods: methods['CachedMethods']}
  return Object.fromEntries(
    Object.entries(flat)
      .map(([name, one]) => [NAMES[name] ?? name, asTemplate(one)])
      .filter(([, one]) => one !== undefined),
  )
}

const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0)

/** An empty list and none are the same to XML. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other))
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined && !isEmpty(one))
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .map(([name, one]) => [name, plain(one)]),
  )
}

async function configSchema(): Promise<Shape> {
  const entry = entryByName('cloudfront')
  const output = entry === undefined ? undefined : (await serviceModel(entry)).operations.get('GetDistributionConfig')?.output
  if (output === undefined) throw new Error('The client of CloudFront has no GetDistributionConfig.')
  return output.getMemberSchema('DistributionConfig')
}

/** CachedMethods stand beside AllowedMethods in a template and within them in the API. */
function withMethods(behaviour: Bag): Bag {
  const list = (name: string, otherwise: readonly string[]): {readonly Quantity: number; readonly Items: unknown} => {
    const items = Array.isArray(behaviour[name]) ? (behaviour[name] as readonly unknown[]) : otherwise
    return {Quantity: items.length, Items: items}
  }
  return {
    ...behaviour,
    AllowedMethods: {...list('AllowedMethods', ['HEAD', 'GET']), CachedMethods: list('CachedMethods', ['HEAD', 'GET'])},
  }
}

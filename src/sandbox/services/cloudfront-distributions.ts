/**
 * How a distribution changes: its configuration at once, what the edges serve two virtual minutes later, and its ETag with every
 * change. Its record keeps what the edges still serve until then, so control plane and data can't drift apart.
 * Stacks and calls come through here.
 */
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, World} from '../world/contract.ts'
import {number, text, texts, bag} from './records/properties.ts'
import type {Bag} from './records/properties.ts'
import {recordOf, recordsOf} from './records/lookup.ts'
import {covers, isIssued} from './acm-validation.ts'

export const DISTRIBUTION = 'AWS::CloudFront::Distribution'
const DEPLOYS_IN_MS = 120_000

export const configOf = (record: AccountRecord): Bag => bag(record.properties, 'DistributionConfig')
export const aliasesOf = (record: AccountRecord): readonly string[] => texts(configOf(record), 'Aliases')

/** Attributes of a distribution that begins to be what it shall be now; `before`: what its edges serve meanwhile. */
export function deploying(world: World, before: AccountRecord | undefined): Readonly<Record<string, unknown>> {
  return {
    ETag: `E${world.hex(13).toUpperCase()}`,
    Revision: (number(before?.attributes ?? {}, 'Revision') ?? 0) + 1,
    ChangedAt: world.clock.now(),
    Served: before === undefined ? null : servedConfig(world, before),
  }
}

export function isDeployed(world: World, record: AccountRecord): boolean {
  return world.clock.now() - (number(record.attributes, 'ChangedAt') ?? -Infinity) >= DEPLOYS_IN_MS
}

/** null: no edge knows it yet. */
export function servedConfig(world: World, record: AccountRecord): Bag | null {
  return isDeployed(world, record) ? configOf(record) : (record.attributes['Served'] as Bag | null)
}

/** A change by a call, or a part of one (an alias that moves). Answers the new record. */
export function changeDistribution(world: World, record: AccountRecord, config: Bag): AccountRecord {
  return world.records.change(record.region, record.type, record.id, {
    properties: {...record.properties, DistributionConfig: config},
    attributes: {...record.attributes, ...deploying(world, record)},
  })
}

/** The version a caller has seen must be the present one. */
export function requireMatch(record: AccountRecord, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '') {
    throw new AwsFault('InvalidIfMatchVersion', 'The If-Match version is missing or not valid for the resource.')
  }
  if (ifMatch !== record.attributes['ETag']) {
    throw new AwsFault(
      'PreconditionFailed',
      "The request failed because it didn't meet the preconditions in one or more request-header fields.",
      412,
    )
  }
}

/** An alias belongs to one distribution in the world. */
export function refuseTakenAliases(world: World, aliases: readonly string[], self: string | undefined): void {
  const taken = recordsOf(world, DISTRIBUTION, '').some(
    (one) => one.id !== self && aliasesOf(one).some((alias) => aliases.includes(alias)),
  )
  if (!taken) return
  throw new AwsFault(
    'CNAMEAlreadyExists',
    'One or more of the CNAMEs you provided are already associated with a different resource.',
    409,
  )
}

/** The certificate must be issued, lie in us-east-1 and cover every alias. */
export function checkCertificate(world: World, config: Bag, aliases: readonly string[]): void {
  const certificate = text(bag(config, 'ViewerCertificate'), 'AcmCertificateArn')
  if (certificate === undefined) {
    if (aliases.length === 0) return
    throw new AwsFault(
      'InvalidViewerCertificate',
      'To add an alternate domain name (CNAME) to a CloudFront distribution, '
        + 'you must attach a trusted certificate that validates your authorization to use the domain name.',
    )
  }
  const found = recordOf(world, 'AWS::CertificateManager::Certificate', 'us-east-1', certificate)
  if (found === undefined || !isIssued(world, found)) {
    throw new AwsFault(
      'InvalidViewerCertificate',
      "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, "
        + "or doesn't include a valid certificate chain.",
    )
  }
  if (!aliases.every((alias) => covers(found, alias))) {
    throw new AwsFault(
      'InvalidViewerCertificate',
      "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) that you're "
        + 'trying to add.',
    )
  }
}

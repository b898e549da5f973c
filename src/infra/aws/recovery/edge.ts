/**
 * CloudFront, whose control plane is us-east-1's: for readiness and the `record` flip. A configuration is replaced whole, and
 * only if it is still the one that was read: a race is an answer (`stale`), and so is an alias that can't be moved.
 */
import type {Distribution, DistributionConfig} from '@aws-sdk/client-cloudfront'
import {ExitCode, SluiceError} from '../../../errors.ts'
import {controlPlaneOf} from '../../../runbooks/recovery/port-calls.ts'
import type {DistributionState, EdgePort} from '../../../runbooks/recovery/ports/edge-port.ts'
import {paged} from '../paged.ts'
import type {AwsSession} from '../session.ts'
import {awsErrorName, awsStatus} from '../translate-error.ts'
import {unlessMissing} from '../unless-missing.ts'

type Signal = AbortSignal | undefined

export function edge(session: AwsSession): EdgePort {
  const cloudfront = session.inRegion(controlPlaneOf(session.region))
  return {
    async distribution(wanted, signal) {
      const id = 'id' in wanted ? wanted.id : await idOfAlias(cloudfront, wanted.alias, signal)
      if (id === null) return null
      const answer = await unlessMissing(cloudfront.call('cloudfront', 'GetDistribution', {Id: id}, {signal, resource: id}))
      return answer?.Distribution === undefined ? null : distributionState(answer.Distribution, answer.ETag ?? '')
    },
    preferOrigin: (id, region, etag, signal) => preferOrigin(cloudfront, {id, region, etag}, signal),
    async moveAlias(Domain, DistributionId, IfMatch, signal) {
      try {
        await cloudfront.call(
          'cloudfront',
          'UpdateDomainAssociation',
          {Domain, TargetResource: {DistributionId}, IfMatch},
          {signal, resource: Domain},
        )
        return 'asked'
      } catch (error) {
        if (isStale(error)) return 'stale'
        if (cannotMove.has(awsErrorName(error) ?? '')) return {conflict: causeMessage(error)}
        throw error
      }
    },
  }
}

const isStale = (error: unknown): boolean => awsStatus(error) === 412 || awsErrorName(error) === 'InvalidIfMatchVersion'
const cannotMove = new Set([
  'CNAMEAlreadyExists',
  'IllegalUpdate',
  'InvalidArgument',
  'IllegalOriginAccessConfiguration',
  'ResourceInUse',
])
const causeMessage = (error: unknown): string =>
  ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message

async function idOfAlias(session: AwsSession, alias: string, signal: Signal): Promise<string | null> {
  const has = ({Aliases}: {readonly Aliases?: {readonly Items?: readonly string[] | undefined} | undefined}): boolean =>
    Aliases?.Items?.includes(alias) === true
  const all = await paged(
    async (Marker) => {
      const page = await session.call('cloudfront', 'ListDistributions', {Marker}, {signal, resource: alias})
      const list = page.DistributionList
      return {items: list?.Items, next: list?.IsTruncated === true ? list.NextMarker : undefined}
    },
    (page) => page.some(has),
  )
  return all.find(has)?.Id ?? null
}

function distributionState(distribution: Distribution, etag: string): DistributionState {
  const config = distribution.DistributionConfig
  return {
    id: distribution.Id ?? '',
    arn: distribution.ARN ?? '',
    domain: distribution.DomainName ?? '',
    status: distribution.Status === 'Deployed' ? 'Deployed' : 'InProgress',
    etag,
    aliases: config?.Aliases?.Items ?? [],
    certificate: config?.ViewerCertificate?.ACMCertificateArn ?? null,
    siteOrigins: config === undefined ? [] : siteOrigins(config),
    origins: (config?.Origins?.Items ?? []).map(({Id = '', DomainName = ''}) => ({id: Id, domain: DomainName})),
  }
}

const siteGroup = ({OriginGroups, DefaultCacheBehavior}: DistributionConfig) =>
  OriginGroups?.Items?.find(({Id}) => Id === DefaultCacheBehavior?.TargetOriginId)

function siteOrigins(config: DistributionConfig): readonly string[] {
  const group = siteGroup(config)
  const ids = group?.Members?.Items?.map(({OriginId}) => OriginId) ?? [config.DefaultCacheBehavior?.TargetOriginId]
  return ids.flatMap((id) => id ?? [])
}

interface Preferred {
  readonly id: string
  readonly region: string
  readonly etag: string
}

async function preferOrigin(session: AwsSession, {id, region, etag}: Preferred, signal: Signal): Promise<'asked' | 'stale'> {
  const answer = await session.call('cloudfront', 'GetDistributionConfig', {Id: id}, {signal, resource: id})
  const config = answer.DistributionConfig
  if (config === undefined || answer.ETag !== etag) return 'stale'
  const first = originIn(config, region, id)
  if (siteOrigins(config)[0] === first) return 'asked'
  try {
    await session.call(
      'cloudfront',
      'UpdateDistribution',
      {Id: id, IfMatch: etag, DistributionConfig: preferring(config, first)},
      {signal, resource: id},
    )
    return 'asked'
  } catch (error) {
    if (isStale(error)) return 'stale'
    throw error
  }
}

/** The site's bucket of a Region, by its Regional name; the API's origin has no Region in its name. */
function originIn(config: DistributionConfig, region: string, id: string): string {
  const group = siteGroup(config)?.Members?.Items?.map(({OriginId}) => OriginId)
  const origins = (config.Origins?.Items ?? []).filter(({Id}) => group === undefined || group.includes(Id))
  const found = origins.find(({DomainName}) => DomainName?.includes(`.s3.${region}.`) === true)?.Id
  if (found !== undefined) return found
  throw new SluiceError({
    code: 'no-such-origin',
    exitCode: ExitCode.usage,
    message: `The distribution ${id} has no origin for the site in ${region}: it can't be preferred.`,
    suggestions: ['sluice infra up', 'set `recovery.flip: stop`, which needs no distribution changed'],
  })
}

function preferring(config: DistributionConfig, first: string): DistributionConfig {
  const group = siteGroup(config)
  if (group === undefined || config.DefaultCacheBehavior === undefined) {
    return {
      ...config,
      DefaultCacheBehavior: {
        ...(config.DefaultCacheBehavior as NonNullable<DistributionConfig['DefaultCacheBehavior']>),
        TargetOriginId: first,
      },
    }
  }
  const members = group.Members?.Items ?? []
  const Items = [...members.filter(({OriginId}) => OriginId === first), ...members.filter(({OriginId}) => OriginId !== first)]
  const changed = {...group, Members: {Quantity: Items.length, Items}}
  const groups = (config.OriginGroups?.Items ?? []).map((one) => (one === group ? changed : one))
  return {...config, OriginGroups: {Quantity: groups.length, Items: groups}}
}

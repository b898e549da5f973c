/** CloudFront: distributions as they are, with the ETag that a change would have to name. It serves nothing. */
import type {
  Distribution,
  DistributionConfig,
  DistributionSummary,
  GetDistributionConfigRequest,
  GetDistributionConfigResult,
  GetDistributionRequest,
  GetDistributionResult,
  GetOriginAccessControlRequest,
  GetOriginAccessControlResult,
  ListDistributionsRequest,
  ListDistributionsResult,
} from '@aws-sdk/client-cloudfront'
import {entryByName} from '../wire/catalogue.ts'
import {serviceModel} from '../wire/model.ts'
import type {Shape} from '../wire/model.ts'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, Service, World} from '../world/contract.ts'
import {attribute, recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {bag, flag, text} from './records/properties.ts'
import {sdkShape} from './records/sdk-shape.ts'

const TYPE = 'AWS::CloudFront::Distribution'

export function createCloudFront(world: World): Service {
  const find = (id: string | undefined): AccountRecord => {
    const found = recordOf(world, TYPE, '', id ?? '')
    if (found === undefined) throw new AwsFault('NoSuchDistribution', 'The specified distribution does not exist.')
    return found
  }
  return {
    name: 'cloudfront',
    operations: {
      GetDistribution: async ({Id}: GetDistributionRequest): Promise<GetDistributionResult> => {
        const found = find(Id)
        return {Distribution: await distribution(world, found), ETag: attribute(found, 'ETag')}
      },
      GetDistributionConfig: async ({Id}: GetDistributionConfigRequest): Promise<GetDistributionConfigResult> => {
        const found = find(Id)
        return {DistributionConfig: await config(found), ETag: attribute(found, 'ETag')}
      },
      ListDistributions: async (input: ListDistributionsRequest): Promise<ListDistributionsResult> => {
        const size = Number(input.MaxItems ?? 100)
        const {items, next} = page(recordsOf(world, TYPE, ''), input.Marker, size)
        const summaries = await Promise.all(
          items.map(async (one): Promise<DistributionSummary> => summary(await distribution(world, one))),
        )
        return {
          DistributionList: {
            Marker: input.Marker ?? '',
            MaxItems: size,
            IsTruncated: next !== undefined,
            NextMarker: next,
            Quantity: summaries.length,
            Items: summaries,
          },
        }
      },
      GetOriginAccessControl: ({Id}: GetOriginAccessControlRequest): GetOriginAccessControlResult => {
        const found = recordOf(world, 'AWS::CloudFront::OriginAccessControl', '', Id ?? '')
        if (found === undefined) {
          throw new AwsFault('NoSuchOriginAccessControl', 'The specified origin access control does not exist.')
        }
        const {Name, OriginAccessControlOriginType, SigningBehavior, SigningProtocol} = bag(
          found.properties,
          'OriginAccessControlConfig',
        ) as Record<string, never>
        return {
          OriginAccessControl: {
            Id: found.id,
            OriginAccessControlConfig: {Name, OriginAccessControlOriginType, SigningBehavior, SigningProtocol},
          },
        }
      },
    },
  }
}

async function configSchema(): Promise<Shape> {
  const entry = entryByName('cloudfront')
  const output = entry === undefined ? undefined : (await serviceModel(entry)).operations.get('GetDistributionConfig')?.output
  if (output === undefined) throw new Error('The client of CloudFront has no GetDistributionConfig.')
  return output.getMemberSchema('DistributionConfig')
}

async function config(record: AccountRecord): Promise<DistributionConfig> {
  const given = bag(record.properties, 'DistributionConfig')
  const behaviour = bag(given, 'DefaultCacheBehavior')
  const shaped = sdkShape(await configSchema(), {
    CallerReference: record.id,
    Comment: '',
    PriceClass: 'PriceClass_All',
    HttpVersion: 'http2',
    ...given,
    IsIPV6Enabled: flag(given, 'IPV6Enabled'),
    Aliases: given['Aliases'] ?? [],
    CacheBehaviors: given['CacheBehaviors'] ?? [],
    DefaultCacheBehavior: withMethods(behaviour),
  })
  return shaped as DistributionConfig
}

/** CachedMethods stand beside AllowedMethods in a template and within them in the API. */
function withMethods(behaviour: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const list = (name: string, otherwise: readonly string[]): {readonly Quantity: number; readonly Items: unknown} => {
    const items = Array.isArray(behaviour[name]) ? behaviour[name] as readonly unknown[] : otherwise
    return {Quantity: items.length, Items: items}
  }
  return {
    ...behaviour,
    AllowedMethods: {...list('AllowedMethods', ['HEAD', 'GET']), CachedMethods: list('CachedMethods', ['HEAD', 'GET'])},
  }
}

async function distribution(world: World, record: AccountRecord): Promise<Distribution> {
  return {
    Id: record.id,
    ARN: `arn:aws:cloudfront::${world.account}:distribution/${record.id}`,
    Status: record.status === 'creating' || record.status === 'modifying' ? 'InProgress' : 'Deployed',
    LastModifiedTime: new Date(record.createdAt),
    InProgressInvalidationBatches: 0,
    DomainName: attribute(record, 'DomainName'),
    ActiveTrustedSigners: {Enabled: false, Quantity: 0},
    ActiveTrustedKeyGroups: {Enabled: false, Quantity: 0},
    DistributionConfig: await config(record),
    AliasICPRecordals: [],
  }
}

function summary({Id, ARN, Status, LastModifiedTime, DomainName, DistributionConfig: of}: Distribution): DistributionSummary {
  if (of === undefined) throw new Error('A distribution has a configuration.')
  return {
    Id,
    ARN,
    Status,
    LastModifiedTime,
    DomainName,
    Aliases: of.Aliases,
    Origins: of.Origins,
    OriginGroups: of.OriginGroups,
    DefaultCacheBehavior: of.DefaultCacheBehavior,
    CacheBehaviors: of.CacheBehaviors,
    CustomErrorResponses: of.CustomErrorResponses ?? {Quantity: 0},
    Comment: text({...of}, 'Comment') ?? '',
    PriceClass: of.PriceClass,
    Enabled: of.Enabled,
    ViewerCertificate: of.ViewerCertificate,
    Restrictions: of.Restrictions ?? {GeoRestriction: {RestrictionType: 'none', Quantity: 0}},
    WebACLId: of.WebACLId ?? '',
    HttpVersion: of.HttpVersion,
    IsIPV6Enabled: of.IsIPV6Enabled,
    Staging: false,
  }
}

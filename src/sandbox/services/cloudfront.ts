/**
 * CloudFront: distributions as they are, and their changes, which must name the ETag they began from.
 * The edges themselves are in `../plane/cdn.ts`.
 */
import type {
  Distribution,
  DistributionSummary,
  GetDistributionConfigRequest,
  GetDistributionConfigResult,
  GetDistributionRequest,
  GetDistributionResult,
  GetOriginAccessControlRequest,
  GetOriginAccessControlResult,
  ListConflictingAliasesRequest,
  ListConflictingAliasesResult,
  ListDistributionsRequest,
  ListDistributionsResult,
  UpdateDistributionRequest,
  UpdateDistributionResult,
  UpdateDomainAssociationRequest,
  UpdateDomainAssociationResult,
} from '@aws-sdk/client-cloudfront'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, Service, World} from '../world/contract.ts'
import {attribute, recordOf, recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import {bag, text, texts} from './records/properties.ts'
import {keptConfig, shownConfig} from './cloudfront-config.ts'
import {
  aliasesOf,
  changeDistribution,
  checkCertificate,
  configOf,
  DISTRIBUTION as TYPE,
  isDeployed,
  refuseTakenAliases,
  requireMatch,
} from './cloudfront-distributions.ts'

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
        return {DistributionConfig: await shownConfig(found), ETag: attribute(found, 'ETag')}
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
      UpdateDistribution: async (input: UpdateDistributionRequest): Promise<UpdateDistributionResult> =>
        await update(world, find(input.Id), input),
      UpdateDomainAssociation: ({
        Domain = '',
        TargetResource,
        IfMatch,
      }: UpdateDomainAssociationRequest): UpdateDomainAssociationResult => {
        const target = recordOf(world, TYPE, '', TargetResource?.DistributionId ?? '')
        if (target === undefined) throw new AwsFault('EntityNotFound', 'The entity was not found.', 404)
        return {Domain, ResourceId: target.id, ETag: attribute(moveAlias(world, target, Domain, IfMatch), 'ETag')}
      },
      ListConflictingAliases: ({DistributionId, Alias = ''}: ListConflictingAliasesRequest): ListConflictingAliasesResult => {
        find(DistributionId)
        const Items = recordsOf(world, TYPE, '')
          .filter((one) => one.id !== DistributionId)
          .flatMap((one) =>
            aliasesOf(one)
              .filter((alias) => overlap(alias, Alias))
              .map((alias) => ({Alias: alias, DistributionId: one.id, AccountId: world.account})),
          )
        return {ConflictingAliasesList: {MaxItems: 100, Quantity: Items.length, Items}}
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

/** `*.example.com` and `shop.example.com` can't belong to two accounts. */
function overlap(one: string, other: string): boolean {
  const covers = (wide: string, name: string): boolean => wide.startsWith('*.') && name.slice(name.indexOf('.')) === wide.slice(1)
  return one === other || covers(one, other) || covers(other, one)
}

/** What it asks for must fit together, and be nobody else's. */
async function update(
  world: World,
  found: AccountRecord,
  {DistributionConfig: given, IfMatch}: UpdateDistributionRequest,
): Promise<UpdateDistributionResult> {
  requireMatch(found, IfMatch)
  if (given === undefined) throw new AwsFault('InvalidArgument', 'The distribution configuration is missing.')
  if (given.CallerReference !== found.id)
    throw new AwsFault('IllegalUpdate', 'The update contains modifications that are not allowed.')
  const config = await keptConfig(found, given)
  const aliases = texts(config, 'Aliases')
  refuseTakenAliases(world, aliases, found.id)
  checkCertificate(world, config, aliases)
  const targets = [...(given.Origins?.Items ?? []), ...(given.OriginGroups?.Items ?? [])].map(({Id}) => Id)
  if (!targets.includes(given.DefaultCacheBehavior?.TargetOriginId)) {
    throw new AwsFault('NoSuchOrigin', 'One or more of your origins or origin groups do not exist.', 404)
  }
  const changed = changeDistribution(world, found, config)
  return {Distribution: await distribution(world, changed), ETag: attribute(changed, 'ETag')}
}

/** Takes an alias from whoever has it in this account and gives it to the target; what the edges do follows two minutes later. */
function moveAlias(world: World, target: AccountRecord, alias: string, ifMatch: string | undefined): AccountRecord {
  requireMatch(target, ifMatch)
  try {
    checkCertificate(world, configOf(target), [...aliasesOf(target), alias])
  } catch (error) {
    throw error instanceof AwsFault ? new AwsFault('InvalidArgument', error.message) : error
  }
  if (aliasesOf(target).includes(alias)) return target
  for (const source of recordsOf(world, TYPE, '').filter((one) => aliasesOf(one).includes(alias))) {
    changeDistribution(world, source, {...configOf(source), Aliases: aliasesOf(source).filter((one) => one !== alias)})
  }
  return changeDistribution(world, target, {...configOf(target), Aliases: [...aliasesOf(target), alias]})
}

async function distribution(world: World, record: AccountRecord): Promise<Distribution> {
  return {
    Id: record.id,
    ARN: `arn:aws:cloudfront::${world.account}:distribution/${record.id}`,
    Status: isDeployed(world, record) ? 'Deployed' : 'InProgress',
    LastModifiedTime: new Date(record.createdAt),
    InProgressInvalidationBatches: 0,
    DomainName: attribute(record, 'DomainName'),
    ActiveTrustedSigners: {Enabled: false, Quantity: 0},
    ActiveTrustedKeyGroups: {Enabled: false, Quantity: 0},
    DistributionConfig: await shownConfig(record),
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

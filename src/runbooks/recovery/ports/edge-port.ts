/**
 * CloudFront: which Region's origin comes first, and whose alias it is. Its control plane is us-east-1's: never on the `stop` path.
 */

export interface DistributionState {
  readonly id: string
  readonly arn: string
  readonly domain: string
  readonly status: 'Deployed' | 'InProgress'
  readonly etag: string
  readonly aliases: readonly string[]
  readonly certificate: string | null
  /** Origin ids in the order of the site's origin group; one: no group. */
  readonly siteOrigins: readonly string[]
  readonly origins: readonly {readonly id: string; readonly domain: string}[]
}

export interface EdgePort {
  distribution(
    idOrAlias: {readonly id: string} | {readonly alias: string},
    signal?: AbortSignal,
  ): Promise<DistributionState | null>
  /** Puts the site's origin of this Region first. `etag`: If-Match; answers `stale` when it isn't the present one any more. */
  preferOrigin(id: string, region: string, etag: string, signal?: AbortSignal): Promise<'asked' | 'stale'>
  /** UpdateDomainAssociation; `conflict` with CloudFront's own words when the alias can't be moved. */
  moveAlias(
    alias: string,
    toDistribution: string,
    etag: string,
    signal?: AbortSignal,
  ): Promise<'asked' | 'stale' | {readonly conflict: string}>
}

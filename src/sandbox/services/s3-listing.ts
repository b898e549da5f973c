/** S3's lists: keys in UTF-8 order, grouped by delimiter, paged. A page never repeats or leaves out a key that didn't change. */
import type {
  ListObjectVersionsOutput,
  ListObjectVersionsRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
} from '@aws-sdk/client-s3'
import type {CallContext, Operation} from '../world/contract.ts'
import {AwsFault} from '../world/contract.ts'
import {bucketOf, currentVersion, sortedKeys} from './s3-state.ts'
import type {S3State} from './s3-state.ts'

const LARGEST_PAGE = 1000

export function listingOperations(state: S3State): Readonly<Record<string, Operation>> {
  return {
    ListObjectsV2: (input: ListObjectsV2Request, call: CallContext): ListObjectsV2Output => listObjects(state, input, call),
    ListObjectVersions: (input: ListObjectVersionsRequest, call: CallContext): ListObjectVersionsOutput =>
      listVersions(state, input, call),
  }
}

function listObjects(state: S3State, input: ListObjectsV2Request, call: CallContext): ListObjectsV2Output {
  const bucket = bucketOf(state, input.Bucket ?? '', call)
  const prefix = input.Prefix ?? ''
  const after = input.ContinuationToken === undefined ? (input.StartAfter ?? '') : readToken(input.ContinuationToken)
  const maxKeys = Math.min(input.MaxKeys ?? LARGEST_PAGE, LARGEST_PAGE)
  const contents: NonNullable<ListObjectsV2Output['Contents']> = []
  const groups = new Set<string>()
  let last = ''
  let truncated = false
  for (const key of sortedKeys(bucket)) {
    const version = currentVersion(bucket, key)
    if (version === undefined || !key.startsWith(prefix) || !isAfter(key, after)) continue
    const group = groupOf(key, prefix, input.Delimiter)
    // A group that the last page ended with isn't begun again.
    if (group !== null && (groups.has(group) || (!isAfter(group, after) && after.startsWith(group)))) continue
    if (contents.length + groups.size >= maxKeys) {
      truncated = true
      break
    }
    last = group ?? key
    if (group !== null) groups.add(group)
    else
      contents.push({
        Key: key,
        ETag: version.etag,
        Size: version.body.length,
        LastModified: new Date(version.modifiedAt),
        StorageClass: 'STANDARD',
      })
  }
  const encode = (text: string): string => (input.EncodingType === 'url' ? encodeURIComponent(text).replaceAll('%2F', '/') : text)
  return {
    Name: bucket.name,
    Prefix: encode(prefix),
    Delimiter: input.Delimiter,
    MaxKeys: maxKeys,
    StartAfter: input.StartAfter,
    EncodingType: input.EncodingType,
    ContinuationToken: input.ContinuationToken,
    KeyCount: contents.length + groups.size,
    IsTruncated: truncated && maxKeys > 0,
    ...(truncated && maxKeys > 0 && {NextContinuationToken: Buffer.from(last).toString('base64url')}),
    Contents: contents.map((one) => ({...one, Key: encode(one.Key ?? '')})),
    CommonPrefixes: [...groups].map((group) => ({Prefix: encode(group)})),
  }
}

function isAfter(key: string, after: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0
}

function groupOf(key: string, prefix: string, delimiter: string | undefined): string | null {
  if (delimiter === undefined || delimiter === '') return null
  const end = key.indexOf(delimiter, prefix.length)
  return end < 0 ? null : key.slice(0, end + delimiter.length)
}

function readToken(token: string): string {
  const key = Buffer.from(token, 'base64url').toString('utf8')
  if (key === '') throw new AwsFault('InvalidArgument', 'The continuation token provided is incorrect', 400)
  return key
}

/** Newest first within a key. */
function listVersions(state: S3State, input: ListObjectVersionsRequest, call: CallContext): ListObjectVersionsOutput {
  const bucket = bucketOf(state, input.Bucket ?? '', call)
  const maxKeys = Math.min(input.MaxKeys ?? LARGEST_PAGE, LARGEST_PAGE)
  const rows = sortedKeys(bucket)
    .filter((key) => key.startsWith(input.Prefix ?? ''))
    .flatMap((key) => {
      const versions = [...(bucket.objects.get(key) ?? [])].reverse()
      return versions.map((version, index) => ({key, version, latest: index === 0}))
    })
  const resumeAt = input.KeyMarker === undefined ? 0 : rows.findIndex((row) => isAfter(row.key, input.KeyMarker ?? ''))
  const exact = rows.findIndex((row) => row.key === input.KeyMarker && row.version.id === input.VersionIdMarker)
  const start = exact >= 0 ? exact + 1 : resumeAt < 0 ? rows.length : resumeAt
  const page = rows.slice(start, start + maxKeys)
  const truncated = rows.length > start + maxKeys
  const row = ({
    key,
    version,
    latest,
  }: (typeof rows)[number]): {Key: string; VersionId: string; IsLatest: boolean; LastModified: Date} => ({
    Key: key,
    VersionId: version.id,
    IsLatest: latest,
    LastModified: new Date(version.modifiedAt),
  })
  return {
    Name: bucket.name,
    Prefix: input.Prefix,
    MaxKeys: maxKeys,
    IsTruncated: truncated,
    ...(truncated && {NextKeyMarker: page.at(-1)?.key, NextVersionIdMarker: page.at(-1)?.version.id}),
    Versions: page
      .filter((one) => !one.version.deleteMarker)
      .map((one) => ({...row(one), ETag: one.version.etag, Size: one.version.body.length, StorageClass: 'STANDARD'})),
    DeleteMarkers: page.filter((one) => one.version.deleteMarker).map(row),
  }
}

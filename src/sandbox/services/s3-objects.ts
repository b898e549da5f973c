/**
 * S3's operations on objects. Conditional writes are what Sluice's journal and lease stand on: `If-None-Match: *` never
 * overwrites, and a stale ETag in `If-Match` is never accepted.
 */
import {createHash} from 'node:crypto'
import {crc32} from 'node:zlib'
import type {
  DeleteObjectOutput,
  DeleteObjectRequest,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  GetObjectRequest,
  HeadObjectOutput,
  PutObjectOutput,
  PutObjectRequest,
} from '@aws-sdk/client-s3'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Operation} from '../world/contract.ts'
import {replicate} from './s3-replication.ts'
import {addVersion, bucketOf, currentVersion, etagOf, freshVersionId} from './s3-state.ts'
import type {Bucket, ObjectVersion, S3State} from './s3-state.ts'

type Put = Omit<PutObjectRequest, 'Body'> & {readonly Body?: Uint8Array | string}
type Get = GetObjectRequest & {readonly Bucket: string; readonly Key: string}

export function objectOperations(state: S3State): Readonly<Record<string, Operation>> {
  return {
    PutObject: (input: Put, call: CallContext): PutObjectOutput => putObject(state, input, call),
    GetObject: (input: Get, call: CallContext) => {
      const found = versionFor(bucketOf(state, input.Bucket, call), input, 'NoSuchKey')
      const range = byteRange(input.Range, found.body.length)
      const body = range === null ? found.body : found.body.subarray(range.first, range.last + 1)
      const contentRange = range === null ? undefined : `bytes ${range.first}-${range.last}/${found.body.length}`
      return {...described(found), Body: body, ContentLength: body.length, ContentRange: contentRange}
    },
    HeadObject: (input: Get, call: CallContext) => described(versionFor(bucketOf(state, input.Bucket, call), input, 'NotFound')),
    DeleteObject: (input: DeleteObjectRequest, call: CallContext): DeleteObjectOutput => deleteObject(state, input, call),
    DeleteObjects: (input: DeleteObjectsRequest, call: CallContext): DeleteObjectsOutput => ({
      Deleted: (input.Delete?.Objects ?? []).map(({Key, VersionId}) => {
        const done = deleteObject(state, {Bucket: input.Bucket, Key, VersionId}, call)
        return {Key, VersionId, DeleteMarker: done.DeleteMarker}
      }),
    }),
  }
}

function putObject(state: S3State, input: Put, call: CallContext): PutObjectOutput {
  const bucket = bucketOf(state, input.Bucket ?? '', call)
  const key = input.Key ?? ''
  if (Buffer.byteLength(key) > 1024) throw new AwsFault('KeyTooLongError', 'Your key is too long', 400)
  const body = Buffer.from(input.Body ?? '')
  checkDigests(input, body)
  checkWriteConditions(input, currentVersion(bucket, key))
  const version: ObjectVersion = {
    id: freshVersionId(state, bucket),
    deleteMarker: false,
    body,
    etag: etagOf(body),
    modifiedAt: state.world.clock.now(),
    contentType: input.ContentType ?? 'application/octet-stream',
    contentEncoding: input.ContentEncoding,
    cacheControl: input.CacheControl,
    metadata: input.Metadata ?? {},
    replica: false,
  }
  addVersion(bucket, key, version)
  replicate(state, bucket, key, version)
  const versionId = bucket.versioning === undefined ? {} : {VersionId: version.id}
  return {
    ETag: version.etag,
    ServerSideEncryption: 'AES256',
    ...versionId,
    ...(input.ChecksumCRC32 !== undefined && {ChecksumCRC32: input.ChecksumCRC32, ChecksumType: 'FULL_OBJECT'}),
  }
}

/** What arrived must be what was sent. Checksums the sandbox can't compute are taken on trust. */
function checkDigests(input: Put, body: Buffer): void {
  const crc = Buffer.alloc(4)
  crc.writeUInt32BE(crc32(body))
  const computed: readonly (readonly [string | undefined, string])[] = [
    [input.ChecksumCRC32, crc.toString('base64')],
    [input.ChecksumSHA256, createHash('sha256').update(body).digest('base64')],
    [input.ContentMD5, createHash('md5').update(body).digest('base64')],
  ]
  if (computed.some(([given, own]) => given !== undefined && given !== own)) {
    throw new AwsFault('BadDigest', 'The checksum you specified did not match what we received.', 400)
  }
}

function checkWriteConditions(
  input: {readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined},
  current: ObjectVersion | undefined,
): void {
  if (input.IfNoneMatch !== undefined) {
    if (input.IfNoneMatch !== '*') throw new AwsFault('NotImplemented', 'If-None-Match takes only * in a write.', 501)
    if (current !== undefined) throw preconditionFailed('If-None-Match')
  }
  if (input.IfMatch !== undefined) {
    if (current === undefined) throw new AwsFault('NoSuchKey', 'The specified key does not exist.', 404)
    if (!matches(input.IfMatch, current)) throw preconditionFailed('If-Match')
  }
}

function matches(condition: string, version: ObjectVersion): boolean {
  return condition
    .split(',')
    .some((one) => one.trim() === '*' || one.trim().replaceAll('"', '') === version.etag.replaceAll('"', ''))
}

function preconditionFailed(condition: string): AwsFault {
  return new AwsFault('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  })
}

function versionFor(bucket: Bucket, input: Get, missingCode: string): ObjectVersion {
  const missing = new AwsFault(missingCode, 'The specified key does not exist.', 404, {Key: input.Key})
  if (input.VersionId !== undefined) {
    const version = bucket.objects.get(input.Key)?.find((one) => one.id === input.VersionId)
    if (version === undefined) throw new AwsFault('NoSuchVersion', 'The specified version does not exist.', 404)
    if (version.deleteMarker) {
      throw new AwsFault('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405)
    }
    return version
  }
  const current = currentVersion(bucket, input.Key)
  if (current === undefined) throw missing
  if (input.IfMatch !== undefined && !matches(input.IfMatch, current)) throw preconditionFailed('If-Match')
  if (input.IfNoneMatch !== undefined && matches(input.IfNoneMatch, current)) {
    throw new AwsFault('NotModified', 'Not Modified', 304)
  }
  return current
}

function described(version: ObjectVersion): HeadObjectOutput {
  return {
    ETag: version.etag,
    LastModified: new Date(version.modifiedAt),
    ContentLength: version.body.length,
    ContentType: version.contentType,
    ContentEncoding: version.contentEncoding,
    CacheControl: version.cacheControl,
    Metadata: {...version.metadata},
    ...(version.replica && {ReplicationStatus: 'REPLICA' as const}),
    AcceptRanges: 'bytes',
    ...(version.id !== 'null' && {VersionId: version.id}),
  }
}

/** One range only; what S3 can't read it ignores, what lies outside it refuses. */
function byteRange(header: string | undefined, size: number): {readonly first: number; readonly last: number} | null {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return null
  const first = from === '' ? Math.max(size - Number(to), 0) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (first > last) throw new AwsFault('InvalidRange', 'The requested range is not satisfiable', 416)
  return {first, last}
}

function deleteObject(state: S3State, input: DeleteObjectRequest, call: CallContext): DeleteObjectOutput {
  const bucket = bucketOf(state, input.Bucket ?? '', call)
  const key = input.Key ?? ''
  const versions = bucket.objects.get(key) ?? []
  if (input.VersionId !== undefined) {
    const gone = versions.find((one) => one.id === input.VersionId)
    const left = versions.filter((one) => one !== gone)
    if (left.length === 0) bucket.objects.delete(key)
    else bucket.objects.set(key, left)
    return {VersionId: input.VersionId, ...(gone?.deleteMarker === true && {DeleteMarker: true})}
  }
  checkWriteConditions({IfMatch: input.IfMatch}, currentVersion(bucket, key))
  if (bucket.versioning === undefined) {
    bucket.objects.delete(key)
    return {}
  }
  const marker = {
    id: freshVersionId(state, bucket),
    deleteMarker: true,
    body: Buffer.alloc(0),
    etag: '',
    modifiedAt: state.world.clock.now(),
    contentType: '',
    contentEncoding: undefined,
    cacheControl: undefined,
    metadata: {},
    replica: false,
  }
  addVersion(bucket, key, marker)
  replicate(state, bucket, key, marker)
  return {DeleteMarker: true, VersionId: marker.id}
}

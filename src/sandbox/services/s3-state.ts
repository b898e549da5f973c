/**
 * What S3 holds: buckets, and per key its versions, oldest first. Every read sees the last write (S3 is strongly consistent),
 * and a conditional write is decided and done in one go: nothing may be awaited between the two.
 */
import {createHash} from 'node:crypto'
import type {
  BucketLocationConstraint,
  PublicAccessBlockConfiguration,
  ReplicationConfiguration,
  ServerSideEncryptionConfiguration,
} from '@aws-sdk/client-s3'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, World} from '../world/contract.ts'

export interface ObjectVersion {
  /** `null` for objects written while the bucket wasn't versioned. */
  readonly id: string
  readonly deleteMarker: boolean
  readonly body: Buffer
  readonly etag: string
  /** Virtual epoch ms. */
  readonly modifiedAt: number
  readonly contentType: string
  readonly contentEncoding: string | undefined
  readonly cacheControl: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** It came by replication. */
  readonly replica: boolean
}

export type SettingName = 'policy' | 'ownership' | 'logging' | 'lifecycle' | 'notification' | 'website' | 'cors' | 'tagging'

export interface Bucket {
  readonly name: string
  readonly region: string
  readonly createdAt: number
  versioning: 'Enabled' | 'Suspended' | undefined
  encryption: ServerSideEncryptionConfiguration | undefined
  publicAccessBlock: PublicAccessBlockConfiguration | undefined
  replication: ReplicationConfiguration | undefined
  /** What is only kept and answered, as it was put. */
  readonly settings: Map<SettingName, unknown>
  readonly objects: Map<string, ObjectVersion[]>
}

export interface S3State {
  readonly world: World
  readonly buckets: Map<string, Bucket>
}

/** The bucket, for a call that came to its own Region. */
export function bucketOf(state: S3State, name: string, call: CallContext): Bucket {
  const bucket = state.buckets.get(name)
  if (bucket === undefined) throw new AwsFault('NoSuchBucket', 'The specified bucket does not exist', 404, {BucketName: name})
  if (bucket.region !== call.region) {
    throw new AwsFault('PermanentRedirect', `The bucket is in ${bucket.region}; address it there.`, 301, {
      Bucket: name,
      Region: bucket.region,
    })
  }
  return bucket
}

export function currentVersion(bucket: Bucket, key: string): ObjectVersion | undefined {
  const newest = bucket.objects.get(key)?.at(-1)
  return newest === undefined || newest.deleteMarker ? undefined : newest
}

/** Adds a version, replacing the `null` one where the bucket doesn't keep versions. */
export function addVersion(bucket: Bucket, key: string, version: ObjectVersion): void {
  const versions = bucket.objects.get(key) ?? []
  const kept = version.id === 'null' ? versions.filter((one) => one.id !== 'null') : versions
  bucket.objects.set(key, [...kept, version])
}

export function freshVersionId(state: S3State, bucket: Bucket): string {
  return bucket.versioning === 'Enabled' ? state.world.hex(32) : 'null'
}

export function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`
}

/** S3 orders keys by their UTF-8 bytes. */
export function sortedKeys(bucket: Bucket): readonly string[] {
  return [...bucket.objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

export function locationOf(region: string): BucketLocationConstraint | undefined {
  return region === 'us-east-1' ? undefined : (region as BucketLocationConstraint)
}

/** S3's operations on buckets and their settings. Settings are kept and answered; encryption changes nothing about the bytes. */
import type {
  CreateBucketRequest,
  CreateBucketOutput,
  DeleteBucketRequest,
  GetBucketEncryptionOutput,
  GetBucketLocationOutput,
  GetBucketVersioningOutput,
  GetPublicAccessBlockOutput,
  HeadBucketOutput,
  HeadBucketRequest,
  ListBucketsOutput,
  PutBucketEncryptionRequest,
  PutBucketVersioningRequest,
  PutPublicAccessBlockRequest,
} from '@aws-sdk/client-s3'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Operation} from '../world/contract.ts'
import {bucketOf, locationOf} from './s3-state.ts'
import type {S3State} from './s3-state.ts'

interface Named {
  readonly Bucket: string
}

export function bucketOperations(state: S3State): Readonly<Record<string, Operation>> {
  return {
    CreateBucket: (input: CreateBucketRequest, call: CallContext): CreateBucketOutput => createBucket(state, input, call),
    HeadBucket: ({Bucket}: HeadBucketRequest, call: CallContext): HeadBucketOutput => {
      if (!state.buckets.has(Bucket ?? '')) throw new AwsFault('NotFound', 'Not Found', 404)
      return {BucketRegion: bucketOf(state, Bucket ?? '', call).region}
    },
    ListBuckets: (): ListBucketsOutput => ({
      Buckets: [...state.buckets.values()]
        .map(({name, region, createdAt}) => ({Name: name, BucketRegion: region, CreationDate: new Date(createdAt)}))
        .sort((a, b) => (a.Name < b.Name ? -1 : 1)),
      Owner: {ID: state.world.account},
    }),
    DeleteBucket: ({Bucket}: DeleteBucketRequest, call: CallContext) => {
      const bucket = bucketOf(state, Bucket ?? '', call)
      if ([...bucket.objects.values()].some((versions) => versions.length > 0)) {
        const also = bucket.versioning === undefined ? '' : '. You must delete all versions in the bucket.'
        throw new AwsFault('BucketNotEmpty', `The bucket you tried to delete is not empty${also}`, 409, {BucketName: bucket.name})
      }
      state.buckets.delete(bucket.name)
      return {}
    },
    PutBucketVersioning: ({Bucket, VersioningConfiguration}: PutBucketVersioningRequest, call: CallContext) => {
      const bucket = bucketOf(state, Bucket ?? '', call)
      if (bucket.replication !== undefined && VersioningConfiguration?.Status !== 'Enabled') {
        const message =
          'A replication configuration is present on this bucket, so you cannot change the versioning state. To '
          + 'change the versioning state, first delete the replication configuration.'
        throw new AwsFault('InvalidBucketState', message, 409)
      }
      bucket.versioning = VersioningConfiguration?.Status
      return {}
    },
    GetBucketVersioning: ({Bucket}: Named, call: CallContext): GetBucketVersioningOutput => ({
      Status: bucketOf(state, Bucket, call).versioning,
    }),
    PutBucketEncryption: ({Bucket, ServerSideEncryptionConfiguration}: PutBucketEncryptionRequest, call: CallContext) => {
      bucketOf(state, Bucket ?? '', call).encryption = ServerSideEncryptionConfiguration
      return {}
    },
    GetBucketEncryption: ({Bucket}: Named, call: CallContext): GetBucketEncryptionOutput => {
      const byDefault = {
        Rules: [{ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'AES256' as const}, BucketKeyEnabled: false}],
      }
      return {ServerSideEncryptionConfiguration: bucketOf(state, Bucket, call).encryption ?? byDefault}
    },
    PutPublicAccessBlock: ({Bucket, PublicAccessBlockConfiguration}: PutPublicAccessBlockRequest, call: CallContext) => {
      bucketOf(state, Bucket ?? '', call).publicAccessBlock = PublicAccessBlockConfiguration
      return {}
    },
    DeleteBucketEncryption: ({Bucket}: Named, call: CallContext) => {
      bucketOf(state, Bucket, call).encryption = undefined
      return {}
    },
    DeletePublicAccessBlock: ({Bucket}: Named, call: CallContext) => {
      bucketOf(state, Bucket, call).publicAccessBlock = undefined
      return {}
    },
    GetBucketLocation: ({Bucket}: Named, call: CallContext): GetBucketLocationOutput => ({
      LocationConstraint: locationOf(bucketOf(state, Bucket, call).region),
    }),
    GetPublicAccessBlock: ({Bucket}: Named, call: CallContext): GetPublicAccessBlockOutput => {
      const {publicAccessBlock} = bucketOf(state, Bucket, call)
      if (publicAccessBlock === undefined) {
        throw new AwsFault('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found', 404)
      }
      return {PublicAccessBlockConfiguration: publicAccessBlock}
    },
  }
}

function createBucket(state: S3State, input: CreateBucketRequest, call: CallContext): CreateBucketOutput {
  const name = input.Bucket ?? ''
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw new AwsFault('InvalidBucketName', 'The specified bucket is not valid.', 400)
  }
  const asked = input.CreateBucketConfiguration?.LocationConstraint
  if (asked !== locationOf(call.region)) {
    const message =
      `The ${asked ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this `
      + `request was sent to.`
    throw new AwsFault('IllegalLocationConstraintException', message, 400)
  }
  if (state.buckets.has(name)) {
    throw new AwsFault(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
    )
  }
  const empty = {
    versioning: undefined,
    encryption: undefined,
    publicAccessBlock: undefined,
    replication: undefined,
    settings: new Map(),
    objects: new Map(),
  }
  state.buckets.set(name, {name, region: call.region, createdAt: state.world.clock.now(), ...empty})
  return {Location: `/${name}`}
}

/**
 * What a bucket is told and S3 only keeps: policy, ownership, logging, lifecycle, notifications, website, CORS, tags. Each is
 * put whole, answered as it was put, and missing under the name S3 gives to its absence. None of them changes what happens to
 * objects.
 */
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Operation} from '../world/contract.ts'
import {bucketOf} from './s3-state.ts'
import type {Bucket, S3State, SettingName} from './s3-state.ts'

interface Kept {
  readonly name: SettingName
  /** Suffix of its operations: `Put…`, `Get…`, `Delete…`. */
  readonly put: string
  readonly get: string
  readonly remove: string | null
  /** Member of the put's input that holds it. */
  readonly input: string
  /** Its answer, when there is one. */
  readonly answer: (value: unknown) => object
  /** What S3 says when there is none. */
  readonly absent: {readonly code: string; readonly message: string} | object
  readonly check?: (state: S3State, bucket: Bucket, value: unknown) => void
}

const none = (code: string, message: string): {readonly code: string; readonly message: string} => ({code, message})
const asMembers = (value: unknown): object => value as object

const KEPT: readonly Kept[] = [
  {
    name: 'policy',
    put: 'PutBucketPolicy',
    get: 'GetBucketPolicy',
    remove: 'DeleteBucketPolicy',
    input: 'Policy',
    answer: (Policy) => ({Policy}),
    absent: none('NoSuchBucketPolicy', 'The bucket policy does not exist'),
    check: checkPolicy,
  },
  {
    name: 'ownership',
    put: 'PutBucketOwnershipControls',
    get: 'GetBucketOwnershipControls',
    remove: 'DeleteBucketOwnershipControls',
    input: 'OwnershipControls',
    answer: (OwnershipControls) => ({OwnershipControls}),
    absent: none('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'),
  },
  {
    name: 'logging',
    put: 'PutBucketLogging',
    get: 'GetBucketLogging',
    remove: null,
    input: 'BucketLoggingStatus',
    answer: asMembers,
    absent: {},
    check: checkLogging,
  },
  {
    name: 'lifecycle',
    put: 'PutBucketLifecycleConfiguration',
    get: 'GetBucketLifecycleConfiguration',
    remove: 'DeleteBucketLifecycle',
    input: 'LifecycleConfiguration',
    answer: asMembers,
    absent: none('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  },
  {
    name: 'notification',
    put: 'PutBucketNotificationConfiguration',
    get: 'GetBucketNotificationConfiguration',
    remove: null,
    input: 'NotificationConfiguration',
    answer: asMembers,
    absent: {},
  },
  {
    name: 'website',
    put: 'PutBucketWebsite',
    get: 'GetBucketWebsite',
    remove: 'DeleteBucketWebsite',
    input: 'WebsiteConfiguration',
    answer: asMembers,
    absent: none('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'),
  },
  {
    name: 'cors',
    put: 'PutBucketCors',
    get: 'GetBucketCors',
    remove: 'DeleteBucketCors',
    input: 'CORSConfiguration',
    answer: asMembers,
    absent: none('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
  },
  {
    name: 'tagging',
    put: 'PutBucketTagging',
    get: 'GetBucketTagging',
    remove: 'DeleteBucketTagging',
    input: 'Tagging',
    answer: asMembers,
    absent: none('NoSuchTagSet', 'The TagSet does not exist'),
  },
]

type Input = {readonly Bucket: string} & Readonly<Record<string, unknown>>

export function settingOperations(state: S3State): Readonly<Record<string, Operation>> {
  return Object.fromEntries(
    KEPT.flatMap((kept): [string, Operation][] => [
      [
        kept.put,
        (input: Input, call: CallContext) => {
          const bucket = bucketOf(state, input.Bucket, call)
          const value = input[kept.input]
          kept.check?.(state, bucket, value)
          bucket.settings.set(kept.name, value)
          return {}
        },
      ],
      [
        kept.get,
        (input: Input, call: CallContext) => {
          const value = bucketOf(state, input.Bucket, call).settings.get(kept.name)
          if (value !== undefined) return kept.answer(value)
          if ('code' in kept.absent) throw new AwsFault(kept.absent.code, kept.absent.message, 404, {BucketName: input.Bucket})
          return kept.absent
        },
      ],
      ...(kept.remove === null
        ? []
        : [
            [
              kept.remove,
              (input: Input, call: CallContext) => {
                bucketOf(state, input.Bucket, call).settings.delete(kept.name)
                return {}
              },
            ] as [string, Operation],
          ]),
    ]),
  )
}

function checkPolicy(_state: S3State, bucket: Bucket, value: unknown): void {
  let policy: {readonly Statement?: unknown}
  try {
    policy = JSON.parse(String(value)) as typeof policy
  } catch {
    throw new AwsFault('MalformedPolicy', 'This policy contains invalid Json', 400)
  }
  const {Statement} = policy
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as readonly {readonly Resource?: unknown}[]
  const own = `arn:aws:s3:::${bucket.name}`
  const named = statements.flatMap((one) => (Array.isArray(one?.Resource) ? one.Resource : [one?.Resource]) as readonly unknown[])
  if (named.some((resource) => resource !== own && !String(resource).startsWith(`${own}/`))) {
    throw new AwsFault('MalformedPolicy', 'Policy has invalid resource', 400)
  }
}

/** Logs go to a bucket of the same Region. */
function checkLogging(state: S3State, bucket: Bucket, value: unknown): void {
  const target = (value as {readonly LoggingEnabled?: {readonly TargetBucket?: string}} | undefined)?.LoggingEnabled?.TargetBucket
  if (target === undefined) return
  const found = state.buckets.get(target)
  if (found === undefined) {
    throw new AwsFault('InvalidTargetBucketForLogging', 'The target bucket for logging does not exist', 400, {
      TargetBucket: target,
    })
  }
  if (found.region !== bucket.region) {
    throw new AwsFault('CrossLocationLoggingProhibitted', 'Cross S3 location logging not allowed. ', 403, {
      TargetBucketLocation: found.region,
    })
  }
}

/**
 * The state bucket of an account and Region: made when it isn't there; versioned, encrypted, private. It changes nothing about
 * a bucket that somebody else owns, and never deletes.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {AwsSession} from './session.ts'
import {stateBucketName} from './state-store.ts'
import {awsErrorName, isMissing} from './translate-error.ts'

/** Answers the bucket's name. Safe to run again: what was interrupted halfway is finished. */
export async function ensureStateBucket(
  session: AwsSession,
  account: string,
  signal?: AbortSignal,
): Promise<{readonly bucket: string; readonly created: boolean}> {
  const bucket = stateBucketName(account, session.region)
  if ((await versioning(session, bucket, account, signal)) === 'on') return {bucket, created: false}
  const created = await createBucket(session, bucket, signal)
  const options = {signal, resource: bucket}
  const owned = {Bucket: bucket, ExpectedBucketOwner: account}
  await session.call(
    's3',
    'PutPublicAccessBlock',
    {
      ...owned,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    },
    options,
  )
  await session.call(
    's3',
    'PutBucketEncryption',
    {
      ...owned,
      ServerSideEncryptionConfiguration: {Rules: [{ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'AES256'}}]},
    },
    options,
  )
  // Last, because its presence is what says that the others are there.
  await session.call('s3', 'PutBucketVersioning', {...owned, VersioningConfiguration: {Status: 'Enabled'}}, options)
  return {bucket, created}
}

/** Whether there is a bucket to read, finished or not. */
export async function stateBucketExists(session: AwsSession, account: string, signal?: AbortSignal): Promise<boolean> {
  return (await versioning(session, stateBucketName(account, session.region), account, signal)) !== null
}

/** Null: no such bucket. */
async function versioning(
  session: AwsSession,
  Bucket: string,
  account: string,
  signal: AbortSignal | undefined,
): Promise<'on' | 'off' | null> {
  try {
    const answer = await session.call(
      's3',
      'GetBucketVersioning',
      {Bucket, ExpectedBucketOwner: account},
      {signal, resource: Bucket},
    )
    return answer.Status === 'Enabled' ? 'on' : 'off'
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function createBucket(session: AwsSession, bucket: string, signal: AbortSignal | undefined): Promise<boolean> {
  // us-east-1 is the one Region that must not be named.
  const LocationConstraint = session.region as 'eu-west-1'
  const location = session.region === 'us-east-1' ? {} : {CreateBucketConfiguration: {LocationConstraint}}
  try {
    await session.call('s3', 'CreateBucket', {Bucket: bucket, ...location}, {signal, resource: bucket})
    return true
  } catch (error) {
    const name = awsErrorName(error)
    if (name === 'BucketAlreadyOwnedByYou') return false
    if (name !== 'BucketAlreadyExists') throw error
    throw new SluiceError({
      code: 'state-bucket-taken',
      exitCode: ExitCode.usage,
      message: `The state bucket ${bucket} belongs to another account.`,
      suggestions: ['sluice doctor'],
      cause: error,
    })
  }
}

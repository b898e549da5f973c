/** Is the state bucket of this account and Region there, and versioned? Reads only; `ensure-state-bucket.ts` makes it. */
import type {AwsSession} from './session.ts'
import {stateBucketName} from './state-store.ts'
import {isMissing} from './translate-error.ts'

export async function stateBucketStatus(
  session: AwsSession,
  account: string,
  signal: AbortSignal,
): Promise<{readonly bucket: string; readonly versioned: boolean} | null> {
  const bucket = stateBucketName(account, session.region)
  try {
    const answer = await session.call(
      's3',
      'GetBucketVersioning',
      {Bucket: bucket, ExpectedBucketOwner: account},
      {signal, resource: bucket},
    )
    return {bucket, versioned: answer.Status === 'Enabled'}
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

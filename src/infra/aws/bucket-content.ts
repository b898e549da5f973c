/** A bucket's objects with all their versions: counted, or deleted a page at a time. It deletes whatever it is pointed at. */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {AwsSession} from './session.ts'
import {isMissing} from './translate-error.ts'

type Signal = AbortSignal | undefined

interface Page {
  readonly versions: readonly {readonly Key: string; readonly VersionId: string | undefined}[]
  readonly more: boolean
}

export async function bucketSize(
  session: AwsSession,
  bucket: string,
  signal?: Signal,
): Promise<{readonly objects: number; readonly more: boolean} | null> {
  const page = await firstPage(session, bucket, signal)
  return page === null ? null : {objects: page.versions.length, more: page.more}
}

/** Delete markers are versions too: a bucket that looks empty may be full of them. */
export async function emptyBucket(
  session: AwsSession,
  bucket: string,
  signal?: Signal,
): Promise<{readonly deleted: number; readonly more: boolean}> {
  const page = await firstPage(session, bucket, signal)
  if (page === null || page.versions.length === 0) return {deleted: 0, more: false}
  const answer = await session.call(
    's3',
    'DeleteObjects',
    {Bucket: bucket, Delete: {Objects: [...page.versions], Quiet: true}},
    {signal, resource: bucket},
  )
  const [refused] = answer.Errors ?? []
  if (refused !== undefined)
    throw notDeleted(
      session,
      bucket,
      answer.Errors?.length ?? 0,
      `${refused.Key ?? '?'}: ${refused.Message ?? refused.Code ?? ''}`,
    )
  return {deleted: page.versions.length, more: page.more}
}

/** What was looked at is deleted, so the first page is always the next one. */
async function firstPage(session: AwsSession, Bucket: string, signal: Signal): Promise<Page | null> {
  try {
    const answer = await session.call('s3', 'ListObjectVersions', {Bucket, MaxKeys: 1000}, {signal, resource: Bucket})
    const all = [...(answer.Versions ?? []), ...(answer.DeleteMarkers ?? [])]
    return {
      versions: all.flatMap(({Key, VersionId}) => (Key === undefined ? [] : [{Key, VersionId}])),
      more: answer.IsTruncated === true,
    }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function notDeleted({region}: AwsSession, bucket: string, count: number, first: string): SluiceError {
  return new SluiceError({
    code: 'bucket-not-emptied',
    exitCode: ExitCode.unexpected,
    message: `${count} of the versions in ${bucket} in ${region} can't be deleted (${first}).`,
    suggestions: [`aws s3api list-object-versions --bucket ${bucket} --region ${region}`],
  })
}

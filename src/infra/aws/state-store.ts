/**
 * The engine's store over S3: one object a key, conditional writes, nothing else. A condition that doesn't hold is an answer;
 * everything else that goes wrong is `StoreUnavailable`, because what happened to a write then isn't known. It never
 * overwrites without a condition and never deletes.
 */
import {StoreUnavailable} from '../../runbooks/engine/store.ts'
import type {Put, Store} from '../../runbooks/engine/store.ts'
import {boundedSignal} from './bounded-signal.ts'
import type {AwsSession} from './session.ts'
import {awsErrorName, awsStatus, isMissing} from './translate-error.ts'

/** Two conditional writes to one key at once: S3 asks the loser (409) to try again. */
const triesWhenContended = 4
const contendedWaitMs = 100

export function stateBucketName(account: string, region: string): string {
  return `sluice-state-${account}-${region}`
}

export function stateStore(session: AwsSession, bucket: string): Store {
  const resource = (key: string): string => `s3://${bucket}/${key}`
  const put = async (
    key: string,
    body: string,
    condition: {IfNoneMatch: '*'} | {IfMatch: string},
    signal: AbortSignal | undefined,
  ): Promise<Put> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await session.call(
          's3',
          'PutObject',
          {Bucket: bucket, Key: key, Body: body, ContentType: 'application/json', ...condition},
          {signal, resource: resource(key)},
        )
        return {kind: 'written', etag: answer.ETag ?? ''}
      } catch (error) {
        if (awsStatus(error) === 412) return {kind: 'conflict'}
        // If-Match on an object that isn't there (any more) is 404; a missing bucket is too, and isn't an answer.
        if (isMissing(error) && awsErrorName(error) !== 'NoSuchBucket') return {kind: 'conflict'}
        if (awsStatus(error) !== 409 || attempt >= triesWhenContended) throw unavailable(error)
        await pause(session, contendedWaitMs * attempt, signal)
      }
    }
  }
  return {
    async get(key, signal) {
      try {
        const answer = await session.call('s3', 'GetObject', {Bucket: bucket, Key: key}, {signal, resource: resource(key)})
        return {body: await readBody(answer.Body, session.boundMs, signal), etag: answer.ETag ?? ''}
      } catch (error) {
        if (isMissing(error) && awsErrorName(error) !== 'NoSuchBucket') return null
        throw unavailable(error)
      }
    },
    create: (key, body, signal) => put(key, body, {IfNoneMatch: '*'}, signal),
    replace: (key, body, etag, signal) => put(key, body, {IfMatch: etag}, signal),
    list: (prefix, options = {}, signal = undefined) => listKeys(session, bucket, prefix, options, signal),
    folders: (prefix, signal) => listFolders(session, bucket, prefix, signal),
  }
}

type Body = {transformToString(encoding: string): Promise<string>; destroy?(): unknown}

/** The headers were in time; the rest must be too. */
export async function readBody(body: Body | undefined, boundMs: number, signal: AbortSignal | undefined): Promise<string> {
  const bounded = boundedSignal(boundMs, signal)
  try {
    return await Promise.race([body?.transformToString('utf-8') ?? '', bounded.aborted])
  } catch (error) {
    body?.destroy?.()
    throw error
  } finally {
    bounded.release()
  }
}

async function listKeys(
  session: AwsSession,
  bucket: string,
  prefix: string,
  options: {readonly after?: string; readonly limit?: number},
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY
  const keys: string[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await available(
      session.call(
        's3',
        'ListObjectsV2',
        {
          Bucket: bucket,
          Prefix: prefix,
          MaxKeys: Math.min(limit - keys.length, 1000),
          ...(options.after !== undefined && {StartAfter: options.after}),
          ...(ContinuationToken !== undefined && {ContinuationToken}),
        },
        {signal, resource: `s3://${bucket}/${prefix}`},
      ),
    )
    keys.push(...(page.Contents ?? []).flatMap((object) => object.Key ?? []))
    ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (ContinuationToken !== undefined && keys.length < limit)
  return keys.slice(0, limit)
}

async function listFolders(
  session: AwsSession,
  bucket: string,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const folders: string[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await available(
      session.call(
        's3',
        'ListObjectsV2',
        {
          Bucket: bucket,
          Prefix: prefix,
          Delimiter: '/',
          ...(ContinuationToken !== undefined && {ContinuationToken}),
        },
        {signal, resource: `s3://${bucket}/${prefix}`},
      ),
    )
    folders.push(...(page.CommonPrefixes ?? []).flatMap(({Prefix}) => Prefix?.slice(prefix.length).replace(/\/$/, '') ?? []))
    ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (ContinuationToken !== undefined)
  return folders
}

async function available<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable(error: unknown): StoreUnavailable {
  return error instanceof StoreUnavailable
    ? error
    : new StoreUnavailable(error instanceof Error ? error.message : String(error), {cause: error})
}

async function pause(session: AwsSession, ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await session.clock.until(session.clock.now() + ms, signal)
  } catch (error) {
    throw unavailable(error)
  }
}

/**
 * Reading an object of S3 as somebody without this account's signature: anybody on the internet, or CloudFront for one
 * distribution. The bucket's policy decides, its public access block and its key may stand against it, and what may not be listed
 * isn't told to be missing.
 */
import type {GetObjectOutput} from '@aws-sdk/client-s3'
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'

interface Statement {
  readonly Effect?: string
  readonly Principal?: unknown
  readonly Action?: string | readonly string[]
  readonly Resource?: string | readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

/** Who reads: CloudFront says for which distribution. */
type Reader = {readonly kind: 'anybody'} | {readonly kind: 'cloudfront'; readonly distribution: string}

export interface Read {
  readonly status: number
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** Status of an anonymous GET: 200, or 403 whether the object is missing, encrypted with a key, or nobody's to read. */
export async function readAnonymously(world: World, region: string, bucket: string, key: string): Promise<number> {
  return (await readObject(world, region, bucket, key, {kind: 'anybody'})).status
}

export async function readObject(world: World, region: string, bucket: string, key: string, reader: Reader): Promise<Read> {
  const call = async (operation: string, input: object): Promise<unknown> =>
    await world.invoke('s3', operation, {Bucket: bucket, ...input}, region)
  try {
    const {Policy = '{}'} = (await quietly(call('GetBucketPolicy', {}), ['NoSuchBucketPolicy'])) as {readonly Policy?: string}
    const statements = statementsOf(Policy).filter((one) => grantsTo(one, reader))
    const allows = (action: string, resource: string): boolean =>
      statements.some(
        (one) =>
          list(one.Action).some((given) => matches(given, action))
          && list(one.Resource).some((given) => matches(given, resource)),
      )
    const arn = `arn:aws:s3:::${bucket}`
    if (!allows('s3:GetObject', `${arn}/${key}`)) return failure(403, 'AccessDenied')
    if (reader.kind === 'anybody' && ((await isEncryptedWithKey(call)) || (await restrictsPublic(call, statements))))
      return failure(403, 'AccessDenied')
    const found = (await quietly(call('GetObject', {Key: key}), ['NoSuchKey'])) as GetObjectOutput
    if (found.Body === undefined) return allows('s3:ListBucket', arn) ? failure(404, 'NoSuchKey') : failure(403, 'AccessDenied')
    const body = found.Body as unknown as Uint8Array
    return {status: 200, body, headers: headersOf(found)}
  } catch (error) {
    if (error instanceof AwsFault) return failure(error.status, error.code)
    throw error
  }
}

async function isEncryptedWithKey(call: (operation: string, input: object) => Promise<unknown>): Promise<boolean> {
  const answer = await quietly(call('GetBucketEncryption', {}), ['ServerSideEncryptionConfigurationNotFoundError'])
  return JSON.stringify(answer).includes('aws:kms')
}

/** A policy for anybody is public unless it names the ranges it is for. */
async function restrictsPublic(
  call: (operation: string, input: object) => Promise<unknown>,
  statements: readonly Statement[],
): Promise<boolean> {
  if (statements.some(({Condition}) => Condition?.['IpAddress'] !== undefined)) return false
  const block = (await quietly(call('GetPublicAccessBlock', {}), ['NoSuchPublicAccessBlockConfiguration'])) as {
    readonly PublicAccessBlockConfiguration?: {readonly RestrictPublicBuckets?: boolean}
  }
  return block.PublicAccessBlockConfiguration?.RestrictPublicBuckets === true
}

function statementsOf(policy: string): readonly Statement[] {
  const {Statement: statements} = JSON.parse(policy) as {readonly Statement?: Statement | readonly Statement[]}
  return statements === undefined
    ? []
    : Array.isArray(statements)
      ? (statements as readonly Statement[])
      : [statements as Statement]
}

function grantsTo({Effect, Principal, Condition}: Statement, reader: Reader): boolean {
  if (Effect !== 'Allow') return false
  if (reader.kind === 'anybody') return Principal === '*' || JSON.stringify(Principal) === '{"AWS":"*"}'
  if (JSON.stringify(Principal) !== '{"Service":"cloudfront.amazonaws.com"}') return false
  const wanted = Object.values(Condition ?? {}).flatMap((one) => list(one['aws:SourceArn'] ?? one['AWS:SourceArn']))
  return wanted.length === 0 || wanted.some((pattern) => matches(pattern, reader.distribution))
}

const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []

function matches(pattern: string, value: string): boolean {
  return new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(value)
}

async function quietly(call: Promise<unknown>, missing: readonly string[]): Promise<unknown> {
  try {
    return await call
  } catch (error) {
    if (error instanceof AwsFault && missing.includes(error.code)) return {}
    throw error
  }
}

function headersOf({
  ContentType,
  ETag,
  CacheControl,
  ContentEncoding,
  LastModified,
}: GetObjectOutput): Readonly<Record<string, string>> {
  return {
    'content-type': ContentType ?? 'binary/octet-stream',
    ...(ETag !== undefined && {etag: ETag}),
    ...(CacheControl !== undefined && {'cache-control': CacheControl}),
    ...(ContentEncoding !== undefined && {'content-encoding': ContentEncoding}),
    ...(LastModified !== undefined && {'last-modified': LastModified.toUTCString()}),
  }
}

function failure(status: number, code: string): Read {
  return {
    status,
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`),
    headers: {'content-type': 'application/xml'},
  }
}

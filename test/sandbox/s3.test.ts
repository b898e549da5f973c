import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
  GetBucketEncryptionCommand,
} from '@aws-sdk/client-s3'
import {Readable} from 'node:stream'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {aWire} from './a-wire.ts'
import type {AWire} from './a-wire.ts'

describe('S3 as the unmodified SDK sees it', () => {
  let wire: AWire
  let s3: S3Client
  let number = 0

  const aBucket = async (versioned = false): Promise<string> => {
    number += 1
    const Bucket = `bucket-${number}`
    await s3.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}}))
    if (versioned) await s3.send(new PutBucketVersioningCommand({Bucket, VersioningConfiguration: {Status: 'Enabled'}}))
    return Bucket
  }
  const text = async (Bucket: string, Key: string): Promise<string | undefined> =>
    (await s3.send(new GetObjectCommand({Bucket, Key}))).Body?.transformToString()
  const put = async (
    Bucket: string,
    Key: string,
    Body: string,
    conditions: {IfMatch?: string; IfNoneMatch?: string} = {},
  ): Promise<string> => (await s3.send(new PutObjectCommand({Bucket, Key, Body, ...conditions}))).ETag ?? ''

  beforeAll(async () => {
    wire = await aWire([createS3])
    s3 = new S3Client(wire.client())
  })
  afterAll(async () => {
    s3.destroy()
    await wire.close()
  })

  it('answers what was put, with its length, type, metadata and ETag', async () => {
    const Bucket = await aBucket()
    const {ETag} = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'runs/r 1/ü+&.json',
        Body: '{"a":1}',
        ContentType: 'application/json',
        Metadata: {writer: 'w1'},
      }),
    )
    const got = await s3.send(new GetObjectCommand({Bucket, Key: 'runs/r 1/ü+&.json'}))
    expect(await got.Body?.transformToString()).toBe('{"a":1}')
    expect(got).toMatchObject({ETag, ContentLength: 7, ContentType: 'application/json', Metadata: {writer: 'w1'}})
    expect(await s3.send(new HeadObjectCommand({Bucket, Key: 'runs/r 1/ü+&.json'}))).toMatchObject({ETag, ContentLength: 7})
  })

  it('decodes a streamed body (aws-chunked with a checksum trailer)', async () => {
    const Bucket = await aBucket()
    const parts = Array.from({length: 5}, (_, i) => Buffer.alloc(40_000, 97 + i))
    await s3.send(new PutObjectCommand({Bucket, Key: 'stream', Body: Readable.from(parts), ContentLength: 200_000}))
    const bytes = await (await s3.send(new GetObjectCommand({Bucket, Key: 'stream'}))).Body?.transformToByteArray()
    expect(Buffer.concat(parts).equals(Buffer.from(bytes ?? []))).toBe(true)
  })

  it('keeps an object that says it is gzip as it came', async () => {
    const Bucket = await aBucket()
    await s3.send(new PutObjectCommand({Bucket, Key: 'z', Body: 'not really gzip', ContentEncoding: 'gzip'}))
    expect(await s3.send(new HeadObjectCommand({Bucket, Key: 'z'}))).toMatchObject({ContentEncoding: 'gzip', ContentLength: 15})
  })

  it('refuses a body that is not what its checksum says', async () => {
    const Bucket = await aBucket()
    await expect(
      s3.send(new PutObjectCommand({Bucket, Key: 'k', Body: 'a', ContentMD5: Buffer.alloc(16).toString('base64')})),
    ).rejects.toMatchObject({name: 'BadDigest'})
  })

  it('never overwrites with If-None-Match: *', async () => {
    const Bucket = await aBucket()
    await put(Bucket, 'event', 'first', {IfNoneMatch: '*'})
    await expect(put(Bucket, 'event', 'second', {IfNoneMatch: '*'})).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: {httpStatusCode: 412},
    })
    expect(await text(Bucket, 'event')).toBe('first')
  })

  it('lets exactly one of many racing first writes win', async () => {
    const Bucket = await aBucket()
    const races = await Promise.allSettled(Array.from({length: 20}, (_, i) => put(Bucket, 'event', `w${i}`, {IfNoneMatch: '*'})))
    expect(races.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('writes again after a delete with If-None-Match: *', async () => {
    const Bucket = await aBucket(true)
    await put(Bucket, 'k', '1')
    await s3.send(new DeleteObjectCommand({Bucket, Key: 'k'}))
    await put(Bucket, 'k', '2', {IfNoneMatch: '*'})
    expect(await text(Bucket, 'k')).toBe('2')
  })

  it('accepts If-Match on the newest ETag only, never on a stale one', async () => {
    const Bucket = await aBucket()
    const first = await put(Bucket, 'lease', '1')
    const second = await put(Bucket, 'lease', '2', {IfMatch: first})
    await expect(put(Bucket, 'lease', '3', {IfMatch: first})).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: {httpStatusCode: 412},
    })
    await put(Bucket, 'lease', '3', {IfMatch: second})
    expect(await text(Bucket, 'lease')).toBe('3')
  })

  it('answers 404 to If-Match on a key that is not there', async () => {
    const Bucket = await aBucket()
    await expect(put(Bucket, 'none', 'x', {IfMatch: '"abc"'})).rejects.toMatchObject({
      name: 'NoSuchKey',
      $metadata: {httpStatusCode: 404},
    })
  })

  it('deletes with If-Match only what was read', async () => {
    const Bucket = await aBucket()
    const first = await put(Bucket, 'lease', '1')
    await put(Bucket, 'lease', '2')
    await expect(s3.send(new DeleteObjectCommand({Bucket, Key: 'lease', IfMatch: first}))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    expect(await text(Bucket, 'lease')).toBe('2')
  })

  it('throws the classes the SDK has for missing keys, buckets and heads', async () => {
    const Bucket = await aBucket()
    await expect(s3.send(new GetObjectCommand({Bucket, Key: 'none'}))).rejects.toMatchObject({name: 'NoSuchKey'})
    await expect(s3.send(new HeadObjectCommand({Bucket, Key: 'none'}))).rejects.toMatchObject({name: 'NotFound'})
    await expect(s3.send(new GetObjectCommand({Bucket: 'nowhere', Key: 'none'}))).rejects.toMatchObject({name: 'NoSuchBucket'})
    await expect(s3.send(new HeadBucketCommand({Bucket: 'nowhere'}))).rejects.toMatchObject({name: 'NotFound'})
  })

  it('pages through a list without repeating or leaving out a key', async () => {
    const Bucket = await aBucket()
    const keys = Array.from({length: 7}, (_, i) => `runs/r-1/${i}.json`)
    for (const key of keys) await put(Bucket, key, key)
    await put(Bucket, 'other', 'x')
    const seen: (string | undefined)[] = []
    let ContinuationToken: string | undefined
    do {
      const page = await s3.send(new ListObjectsV2Command({Bucket, Prefix: 'runs/', MaxKeys: 3, ContinuationToken}))
      seen.push(...(page.Contents ?? []).map((one) => one.Key))
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    expect(seen).toEqual(keys)
    const rest = await s3.send(new ListObjectsV2Command({Bucket, Prefix: 'runs/', StartAfter: 'runs/r-1/4.json'}))
    expect(rest.Contents?.map((one) => one.Key)).toEqual(keys.slice(5))
  })

  it('groups by delimiter, also across pages', async () => {
    const Bucket = await aBucket()
    for (const key of ['a/1', 'a/2', 'b/1', 'c', 'd/1']) await put(Bucket, key, 'x')
    const first = await s3.send(new ListObjectsV2Command({Bucket, Delimiter: '/', MaxKeys: 2}))
    const second = await s3.send(
      new ListObjectsV2Command({Bucket, Delimiter: '/', MaxKeys: 5, ContinuationToken: first.NextContinuationToken}),
    )
    expect(first.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['a/', 'b/'])
    expect(second.CommonPrefixes?.map((one) => one.Prefix)).toEqual(['d/'])
    expect(second.Contents?.map((one) => one.Key)).toEqual(['c'])
  })

  it('keeps every version and a delete marker where versioning is on', async () => {
    const Bucket = await aBucket(true)
    expect((await s3.send(new GetBucketVersioningCommand({Bucket}))).Status).toBe('Enabled')
    const first = await s3.send(new PutObjectCommand({Bucket, Key: 'k', Body: '1'}))
    await s3.send(new PutObjectCommand({Bucket, Key: 'k', Body: '2'}))
    const deleted = await s3.send(new DeleteObjectCommand({Bucket, Key: 'k'}))
    expect(deleted.DeleteMarker).toBe(true)
    await expect(text(Bucket, 'k')).rejects.toMatchObject({name: 'NoSuchKey'})
    const old = await s3.send(new GetObjectCommand({Bucket, Key: 'k', VersionId: first.VersionId}))
    expect(await old.Body?.transformToString()).toBe('1')
    const listed = await s3.send(new ListObjectVersionsCommand({Bucket}))
    expect(listed.Versions).toHaveLength(2)
    expect(listed.DeleteMarkers).toMatchObject([{Key: 'k', IsLatest: true, VersionId: deleted.VersionId}])
    await s3.send(new DeleteObjectCommand({Bucket, Key: 'k', VersionId: deleted.VersionId}))
    expect(await text(Bucket, 'k')).toBe('2')
  })

  it('keeps a bucket in its Region and says where it is', async () => {
    const Bucket = await aBucket()
    const elsewhere = new S3Client(wire.client('eu-central-1'))
    await expect(elsewhere.send(new GetObjectCommand({Bucket, Key: 'k'}))).rejects.toMatchObject({
      name: 'PermanentRedirect',
      $metadata: {httpStatusCode: 301},
    })
    expect((await elsewhere.send(new ListBucketsCommand({}))).Buckets?.map((one) => one.Name)).toContain(Bucket)
    elsewhere.destroy()
  })

  it('keeps encryption and the public access block, and deletes only empty buckets', async () => {
    const Bucket = await aBucket()
    const rules = {Rules: [{ApplyServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms' as const}}]}
    await s3.send(new PutBucketEncryptionCommand({Bucket, ServerSideEncryptionConfiguration: rules}))
    expect((await s3.send(new GetBucketEncryptionCommand({Bucket}))).ServerSideEncryptionConfiguration).toEqual(rules)
    await s3.send(new PutPublicAccessBlockCommand({Bucket, PublicAccessBlockConfiguration: {BlockPublicAcls: true}}))
    expect((await s3.send(new GetPublicAccessBlockCommand({Bucket}))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
    })
    await put(Bucket, 'k', '1')
    await expect(s3.send(new DeleteBucketCommand({Bucket}))).rejects.toMatchObject({name: 'BucketNotEmpty'})
    await s3.send(new DeleteObjectCommand({Bucket, Key: 'k'}))
    await s3.send(new DeleteBucketCommand({Bucket}))
    await expect(s3.send(new HeadBucketCommand({Bucket}))).rejects.toMatchObject({name: 'NotFound'})
  })

  it('refuses a second bucket of that name', async () => {
    const Bucket = await aBucket()
    await expect(
      s3.send(new CreateBucketCommand({Bucket, CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'}})),
    ).rejects.toMatchObject({name: 'BucketAlreadyOwnedByYou'})
  })

  it('finds the bucket in a virtual host as well', async () => {
    const Bucket = await aBucket()
    const port = new URL(wire.endpoint).port
    const virtual = new S3Client({...wire.client(), endpoint: `http://localhost:${port}`, forcePathStyle: false})
    virtual.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as {hostname: string}
        expect(request.hostname).toBe(`${Bucket}.localhost`)
        request.hostname = '127.0.0.1'
        return next(args)
      },
      {step: 'finalizeRequest', priority: 'low', name: 'resolve-on-loopback'},
    )
    await virtual.send(new PutObjectCommand({Bucket, Key: 'k', Body: 'v'}))
    expect(await text(Bucket, 'k')).toBe('v')
    virtual.destroy()
  })
})

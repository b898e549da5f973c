import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {ensureStateBucket, stateBucketExists} from '../../../src/infra/aws/ensure-state-bucket.ts'
import {stateStore} from '../../../src/infra/aws/state-store.ts'
import {StoreUnavailable} from '../../../src/runbooks/engine/store.ts'
import {aSession, awsError, standingClock} from './a-session.ts'

const s3 = mockClient(S3Client)
beforeEach(() => s3.reset())
const bucket = 'sluice-state-111122223333-eu-west-1'
const clock = standingClock()
const store = stateStore(aSession({clock}), bucket)

describe('writing', () => {
  test('creating needs that there is nothing yet', async () => {
    s3.on(PutObjectCommand).resolves({ETag: '"1"'})
    expect(await store.create('runs/r/0.json', '{}')).toEqual({kind: 'written', etag: '"1"'})
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toEqual({
      Bucket: bucket,
      Key: 'runs/r/0.json',
      Body: '{}',
      ContentType: 'application/json',
      IfNoneMatch: '*',
    })
  })

  test('replacing needs the version that was read', async () => {
    s3.on(PutObjectCommand).resolves({ETag: '"2"'})
    expect(await store.replace('lease.json', '{}', '"1"')).toEqual({kind: 'written', etag: '"2"'})
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({IfMatch: '"1"'})
  })

  test("a condition that doesn't hold is an answer", async () => {
    s3.on(PutObjectCommand).rejects(awsError('PreconditionFailed', 412))
    expect(await store.create('k', '{}')).toEqual({kind: 'conflict'})
    expect(await store.replace('k', '{}', '"1"')).toEqual({kind: 'conflict'})
  })

  test('replacing what is gone is a conflict', async () => {
    s3.on(PutObjectCommand).rejects(awsError('NoSuchKey', 404))
    expect(await store.replace('k', '{}', '"1"')).toEqual({kind: 'conflict'})
  })

  test('two writers at the same moment: it tries again', async () => {
    s3.on(PutObjectCommand).rejectsOnce(awsError('ConditionalRequestConflict', 409)).resolves({ETag: '"1"'})
    expect(await store.create('k', '{}')).toEqual({kind: 'written', etag: '"1"'})
  })

  test("two writers that never stop: what happened isn't known", async () => {
    s3.on(PutObjectCommand).rejects(awsError('ConditionalRequestConflict', 409))
    await expect(store.create('k', '{}')).rejects.toBeInstanceOf(StoreUnavailable)
    expect(s3.commandCalls(PutObjectCommand)).toHaveLength(4)
  })

  test.each<[string, Error]>([
    ['a 5xx', awsError('InternalError', 500)],
    ['no permission', awsError('AccessDenied', 403)],
    ['no bucket', awsError('NoSuchBucket', 404)],
    ['expired credentials', awsError('ExpiredToken', 400)],
    ['a lost connection', Object.assign(new Error('x'), {code: 'ECONNRESET'})],
  ])("%s means that the state can't be reached", async (_, error) => {
    s3.on(PutObjectCommand).rejects(error)
    s3.on(GetObjectCommand).rejects(error)
    s3.on(ListObjectsV2Command).rejects(error)
    await expect(store.create('k', '{}')).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(store.get('k')).rejects.toBeInstanceOf(StoreUnavailable)
    await expect(store.list('k')).rejects.toBeInstanceOf(StoreUnavailable)
  })
})

describe('reading', () => {
  test('a body comes with its version', async () => {
    s3.on(GetObjectCommand, {Bucket: bucket, Key: 'k'}).resolves({
      ETag: '"7"',
      Body: {transformToString: async () => '{"a":1}'} as never,
    })
    expect(await store.get('k')).toEqual({body: '{"a":1}', etag: '"7"'})
  })

  test("what isn't there is null", async () => {
    s3.on(GetObjectCommand).rejects(awsError('NoSuchKey', 404))
    expect(await store.get('k')).toBeNull()
  })

  test('keys come in order, after a key, page by page, no more than asked for', async () => {
    s3.on(ListObjectsV2Command).resolves({
      IsTruncated: true,
      NextContinuationToken: 'more',
      Contents: [{Key: 'r/1'}, {Key: 'r/2'}],
    })
    s3.on(ListObjectsV2Command, {ContinuationToken: 'more'}).resolves({IsTruncated: false, Contents: [{Key: 'r/3'}]})
    expect(await store.list('r/', {after: 'r/0', limit: 5})).toEqual(['r/1', 'r/2', 'r/3'])
    expect(s3.commandCalls(ListObjectsV2Command).map((call) => call.args[0].input)).toEqual([
      {Bucket: bucket, Prefix: 'r/', StartAfter: 'r/0', MaxKeys: 5},
      {
        Bucket: bucket,
        Prefix: 'r/',
        StartAfter: 'r/0',
        MaxKeys: 3,
        ContinuationToken: 'more',
      },
    ])
    expect(await store.list('r/', {limit: 2})).toEqual(['r/1', 'r/2'])
  })

  test('folders are the next segments only', async () => {
    s3.on(ListObjectsV2Command, {Prefix: 'runs/', Delimiter: '/'}).resolves({
      CommonPrefixes: [{Prefix: 'runs/r-1/'}, {Prefix: 'runs/r-2/'}],
    })
    expect(await store.folders('runs/')).toEqual(['r-1', 'r-2'])
  })
})

describe('the bucket', () => {
  test('is made versioned, encrypted and private, in its Region', async () => {
    s3.on(GetBucketVersioningCommand).rejects(awsError('NoSuchBucket', 404))
    expect(await ensureStateBucket(aSession(), '111122223333')).toEqual({bucket, created: true})
    expect(s3.commandCalls(CreateBucketCommand)[0]?.args[0].input).toEqual({
      Bucket: bucket,
      CreateBucketConfiguration: {LocationConstraint: 'eu-west-1'},
    })
    expect(s3.commandCalls(PutPublicAccessBlockCommand)[0]?.args[0].input.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    })
    expect(s3.commandCalls(PutBucketEncryptionCommand)).toHaveLength(1)
    expect(s3.commandCalls(PutBucketVersioningCommand)[0]?.args[0].input.VersioningConfiguration).toEqual({Status: 'Enabled'})
  })

  test('in us-east-1 is made without naming the Region, which AWS refuses there', async () => {
    s3.on(GetBucketVersioningCommand).rejects(awsError('NoSuchBucket', 404))
    await ensureStateBucket(aSession({region: 'us-east-1'}), '111122223333')
    expect(s3.commandCalls(CreateBucketCommand)[0]?.args[0].input).toEqual({Bucket: 'sluice-state-111122223333-us-east-1'})
  })

  test('that is complete costs one call', async () => {
    s3.on(GetBucketVersioningCommand).resolves({Status: 'Enabled'})
    expect(await ensureStateBucket(aSession(), '111122223333')).toEqual({bucket, created: false})
    expect(s3.calls()).toHaveLength(1)
  })

  test('that somebody was making when they were interrupted is finished', async () => {
    s3.on(GetBucketVersioningCommand).resolves({})
    s3.on(CreateBucketCommand).rejects(awsError('BucketAlreadyOwnedByYou', 409))
    expect(await ensureStateBucket(aSession(), '111122223333')).toEqual({bucket, created: false})
    expect(s3.commandCalls(PutBucketVersioningCommand)).toHaveLength(1)
  })

  test.each<[string, object | Error, boolean]>([
    ['that is there, finished or not, exists', {}, true],
    ["that isn't there doesn't", awsError('NoSuchBucket', 404), false],
  ])('%s', async (_, answer, expected) => {
    if (answer instanceof Error) s3.on(GetBucketVersioningCommand).rejects(answer)
    else s3.on(GetBucketVersioningCommand).resolves(answer)
    expect(await stateBucketExists(aSession(), '111122223333')).toBe(expected)
  })

  test('of another account is refused', async () => {
    s3.on(GetBucketVersioningCommand).rejects(awsError('NoSuchBucket', 404))
    s3.on(CreateBucketCommand).rejects(awsError('BucketAlreadyExists', 409))
    await expect(ensureStateBucket(aSession(), '111122223333')).rejects.toMatchObject({code: 'state-bucket-taken', exitCode: 2})
  })
})

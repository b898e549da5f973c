import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ReplicateSecretToRegionsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {secrets} from '../../../../src/infra/aws/recovery/secrets.ts'
import {aSession, awsError} from '../a-session.ts'

const aws = mockClient(SecretsManagerClient)
beforeEach(() => {
  aws.reset()
  aws.onAnyCommand().resolves({})
})
const port = secrets(aSession())
const [home, away] = ['eu-west-1', 'eu-central-1']
const copy = () => port.copyValue({region: away, secret: 'from'}, {region: home, secret: 'to'})
const there = (VersionIdsToStages: Record<string, string[]>) =>
  aws.on(DescribeSecretCommand).resolves({ARN: 'arn', VersionIdsToStages})

describe('a secret', () => {
  test.each([
    ['at home, replicated', home, {PrimaryRegion: home, ReplicationStatus: [{Region: away, Status: 'InSync' as const}]}, null],
    ['a replica', away, {PrimaryRegion: home}, home],
    ['never replicated', away, {}, null],
  ])('%s', async (_, region, answer, primaryRegion) => {
    aws
      .on(DescribeSecretCommand)
      .resolves({ARN: 'arn', VersionIdsToStages: {old: ['AWSPREVIOUS'], v1: ['AWSCURRENT']}, ...answer})
    expect(await port.describe(region, 'shop')).toMatchObject({arn: 'arn', primaryRegion, version: 'v1'})
  })

  test("that is being deleted, or isn't there, is null", async () => {
    aws
      .on(DescribeSecretCommand)
      .resolvesOnce({ARN: 'arn', DeletedDate: new Date(0)})
      .rejectsOnce(awsError('ResourceNotFoundException'))
    expect([await port.describe(home, 'shop'), await port.describe(home, 'shop')]).toEqual([null, null])
  })

  test('is replicated over what stands there; replicated already is fine', async () => {
    aws.on(ReplicateSecretToRegionsCommand).rejects(awsError('ResourceExistsException'))
    await port.replicate(home, 'shop', {region: away, kmsKey: 'alias/shop'})
    expect(aws.commandCalls(ReplicateSecretToRegionsCommand)[0]?.args[0].input).toEqual({
      SecretId: 'shop',
      ForceOverwriteReplicaSecret: true,
      AddReplicaRegions: [{Region: away, KmsKeyId: 'alias/shop'}],
    })
  })
})

describe('copying a value', () => {
  beforeEach(() => void aws.on(GetSecretValueCommand).resolves({SecretString: 'hunter2', VersionId: 'v2'}))

  test('keeps its version id, so that a second try is the same', async () => {
    there({v1: ['AWSCURRENT']})
    await copy()
    expect(aws.commandCalls(PutSecretValueCommand)[0]?.args[0].input).toEqual({
      SecretId: 'to',
      SecretString: 'hunter2',
      ClientRequestToken: 'v2',
    })
  })

  test('that is there already writes nothing', async () => {
    there({v2: ['AWSCURRENT']})
    await copy()
    expect(aws.commandCalls(PutSecretValueCommand)).toHaveLength(0)
  })

  test("that was current once comes as a new version: the old id wouldn't become current", async () => {
    there({v1: ['AWSCURRENT'], v2: ['AWSPREVIOUS']})
    await copy()
    expect(aws.commandCalls(PutSecretValueCommand)[0]?.args[0].input).toEqual({SecretId: 'to', SecretString: 'hunter2'})
  })

  test('never shows it: neither in the answer nor in an error', async () => {
    there({v1: ['AWSCURRENT']})
    expect(await copy()).toBeUndefined()
    aws.on(PutSecretValueCommand).rejects(awsError('InvalidRequestException', 400, 'the secret is scheduled for deletion'))
    const error = await copy().catch((thrown: unknown) => thrown)
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toContain('hunter2')
  })

  test("to a secret that isn't there says so", async () => {
    aws.on(DescribeSecretCommand).rejects(awsError('ResourceNotFoundException'))
    await expect(copy()).rejects.toMatchObject({code: 'aws-not-found'})
  })
})

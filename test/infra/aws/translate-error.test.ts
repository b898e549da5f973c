import {GetCallerIdentityCommand, STSClient} from '@aws-sdk/client-sts'
import {ECSClient, UpdateServiceCommand} from '@aws-sdk/client-ecs'
import {mockClient} from 'aws-sdk-client-mock'
import {describe, expect, test} from 'vitest'
import {translateError} from '../../../src/infra/aws/translate-error.ts'
import type {Circumstances} from '../../../src/infra/aws/translate-error.ts'
import {SluiceError} from '../../../src/errors.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {arns, aSession, awsError, containing} from './a-session.ts'

const at = (over: Partial<Circumstances> = {}): Circumstances => ({
  action: 'ecs:UpdateService',
  region: 'eu-west-1',
  resource: 'shop-a',
  profile: null,
  who: null,
  ...over,
})
const networkError = (code: string): Error => Object.assign(new Error(code), {code})

describe('look again later', () => {
  test.each<[string, Error]>([
    ['throttling', awsError('ThrottlingException')],
    ['throttling of the query protocol', awsError('Throttling')],
    ['S3 asking to slow down', awsError('SlowDown', 503)],
    ['status 429 under any name', awsError('Whatever', 429)],
    ['any 5xx', awsError('InternalFailure', 500)],
    ['a timeout', Object.assign(new Error('x'), {name: 'TimeoutError'})],
    ['a connection reset', networkError('ECONNRESET')],
    ["a name that doesn't resolve just now", networkError('ENOTFOUND')],
    ["an answer that isn't HTTP", networkError('HPE_INVALID_CONSTANT')],
    ['half an answer', Object.assign(new SyntaxError('Unexpected end of JSON input'), {$response: {}})],
    [
      'two registrations at once',
      awsError('ClientException', 400, 'Too many concurrent attempts to create a new revision of the specified family.'),
    ],
    [
      "a target group that ECS doesn't know yet",
      awsError(
        'InvalidParameterException',
        400,
        'The target group with targetGroupArn x does not have an associated load balancer.',
      ),
    ],
  ])('%s', (_, error) => {
    const translated = translateError(error, at())
    expect(translated).toBeInstanceOf(Unavailable)
    expect(translated).toMatchObject({action: 'ecs:UpdateService', cause: error})
  })
})

describe('credentials', () => {
  test.each([
    'ExpiredTokenException',
    'ExpiredToken',
    'CredentialsProviderError',
    'InvalidClientTokenId',
    'UnrecognizedClientException',
  ])('%s ends with exit code 4 and the way to log in', (name) => {
    expect(translateError(awsError(name, 403), at({profile: 'shop'}))).toMatchObject({
      exitCode: 4,
      suggestions: ['aws sso login --profile shop', 'aws sts get-caller-identity --profile shop'],
    })
  })

  test('credentials that never reached AWS are the same', () => {
    const error = Object.assign(new Error('Could not load credentials from any providers'), {name: 'CredentialsProviderError'})
    expect(translateError(error, at())).toMatchObject({
      code: 'credentials',
      exitCode: 4,
      suggestions: ['aws sso login', 'aws sts get-caller-identity'],
    })
  })

  test('a denied call names the action, the resource and who we are', async () => {
    mockClient(ECSClient)
      .on(UpdateServiceCommand)
      .rejects(awsError('AccessDeniedException', 403, 'not authorized'))
    mockClient(STSClient).on(GetCallerIdentityCommand).resolves({Arn: 'arn:aws:iam::111122223333:role/ci'})
    const failed = aSession().call('ecs', 'UpdateService', {service: 'shop-a'}, {resource: 'shop-a'})
    await expect(failed).rejects.toMatchObject({
      code: 'access-denied',
      exitCode: 4,
      message: 'arn:aws:iam::111122223333:role/ci may not ecs:UpdateService on shop-a in eu-west-1.',
      details: ['AWS says: not authorized', 'AWS request id req-1'],
    })
  })

  test("S3's permissions are named as a policy names them", () => {
    const translated = translateError(awsError('AccessDenied', 403), at({action: 's3:ListObjectsV2'}))
    expect(translated.message).toContain('may not s3:ListBucket')
  })
})

describe('what AWS refused', () => {
  test.each([
    'RuleNotFoundException',
    'TargetGroupNotFound',
    'ClusterNotFoundException',
    'ServiceNotFoundException',
    'ResourceNotFoundException',
    'NoSuchBucket',
  ])("%s is a thing that doesn't exist", (name) => {
    expect(translateError(awsError(name), at())).toMatchObject({
      code: 'aws-not-found',
      exitCode: 2,
      message: containing("shop-a doesn't exist in eu-west-1"),
    })
  })

  test('an ARN of another Region is said to be elsewhere', () => {
    expect(translateError(awsError('RuleNotFound'), at({region: 'eu-central-1', resource: arns.rule}))).toMatchObject({
      code: 'wrong-region',
      exitCode: 2,
    })
  })

  test('a bucket of another Region too', () => {
    expect(translateError(awsError('PermanentRedirect', 301), at({action: 's3:GetObject'}))).toMatchObject({code: 'wrong-region'})
  })

  test("everything else is told in AWS's own words", () => {
    const translated = translateError(awsError('InvalidParameterException', 400, 'desiredCount is wrong'), at())
    expect(translated).toBeInstanceOf(SluiceError)
    expect(translated).toMatchObject({
      code: 'aws-refused',
      exitCode: 1,
      message: 'AWS refused ecs:UpdateService on shop-a in eu-west-1: InvalidParameterException: desiredCount is wrong',
    })
  })
})

test("what the other side doesn't know at all won't get better by waiting", () => {
  expect(translateError(awsError('NotImplemented', 501, 'not modelled'), at())).toMatchObject({code: 'aws-refused'})
})

test('a bug of ours comes back as it is', () => {
  const bug = new TypeError('x is not a function')
  expect(translateError(bug, at())).toBe(bug)
})

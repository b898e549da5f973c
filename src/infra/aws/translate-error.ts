/**
 * The one place where AWS's errors become ours. Three ways out: `Unavailable` (the outcome isn't known, or AWS can't serve
 * now: look again later), a `SluiceError` with exit 4 (who we are, what we may), or a `SluiceError` saying what AWS refused.
 * It decides by error names, codes and status, never by a message's words, except where it says that there is no other way.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import {Unavailable} from '../../runbooks/engine/unavailable.ts'
import {badCredentials, denied, missing, network, passing, throttled, wrongRegion} from './error-names.ts'

export interface Circumstances {
  /** `ecs:UpdateService` */
  readonly action: string
  readonly region: string
  readonly resource: string | null
  readonly profile: string | null
  /** Our ARN, looked up when access was denied. */
  readonly who: string | null
}

interface AwsError {
  readonly name?: string
  readonly message?: string
  /** Node's code for a network error, or a query protocol's error code. */
  readonly code?: string
  readonly Code?: string
  readonly $fault?: 'client' | 'server'
  readonly $metadata?: {readonly httpStatusCode?: number; readonly requestId?: string}
  readonly $retryable?: {readonly throttling?: boolean}
  readonly $response?: unknown
}

export function isAccessDenied(error: unknown): boolean {
  return denied.has(nameOf(error)) || (statusOf(error) === 403 && !badCredentials.has(nameOf(error)))
}

/** True for AWS's "no such thing", whatever the service calls it: adapters for which that is an answer ask this first. */
export function isMissing(error: unknown): boolean {
  return error instanceof SluiceError && error.code === 'aws-not-found'
}

/** AWS's own name of the error that a `SluiceError` or `Unavailable` was translated from. */
export function awsErrorName(error: unknown): string | null {
  return error instanceof Error && error.cause !== undefined ? nameOf(error.cause) : null
}

export function awsStatus(error: unknown): number | null {
  return error instanceof Error && error.cause !== undefined ? statusOf(error.cause) : null
}

/** What isn't an AWS answer, a network error or a matter of credentials is a bug, and comes back as it is. */
export function translateError(error: unknown, at: Circumstances): Error {
  if (error instanceof SluiceError || error instanceof Unavailable) return error
  const name = nameOf(error)
  if (badCredentials.has(name)) return credentialsError(name, error, at)
  if (isUnavailable(error, name))
    return new Unavailable(at.action, `${at.action} in ${at.region}: ${shortReason(error, name)}`, {cause: error})
  if ((error as AwsError).$metadata === undefined) return error instanceof Error ? error : new Error(String(error))
  if (isAccessDenied(error)) return accessDenied(error, at)
  if (wrongRegion.has(name) || isElsewhere(at)) return wrongRegionError(error, at)
  if (missing.has(name.replace(/(Exception|Error|Fault)$/, ''))) return notFound(error, at)
  return new SluiceError({
    code: 'aws-refused',
    exitCode: ExitCode.unexpected,
    message: `AWS refused ${at.action}${on(at)} in ${at.region}: ${name}: ${messageOf(error)}`,
    details: requestId(error),
    cause: error,
  })
}

function isUnavailable(error: unknown, name: string): boolean {
  const {$retryable, $fault, $response, code} = error as AwsError
  const status = statusOf(error)
  if ($retryable?.throttling === true || throttled.has(name) || status === 429) return true
  if (passing.has(name) || isNetwork(name) || (code !== undefined && isNetwork(code))) return true
  // 501 won't get better by waiting: S3 lookalikes and the sandbox say so of what they don't know.
  if (status !== 501 && ((status !== null && status >= 500) || $fault === 'server')) return true
  // Half an answer, or one that isn't AWS's (a proxy's page): the call may or may not have happened.
  if ($response !== undefined && error instanceof SyntaxError) return true
  return passesByItself(name, messageOf(error))
}

/**
 * Two ECS errors that go away by themselves share their names with every other mistake; their sentences are the only thing
 * that tells them apart. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
function passesByItself(name: string, message: string): boolean {
  if (name === 'ClientException') return message.includes('Too many concurrent attempts to create a new revision')
  // Right after a target group was put on a rule, ECS doesn't know of it yet.
  return name === 'InvalidParameterException' && message.includes('does not have an associated load balancer')
}

/** `HPE_…`: what came back wasn't HTTP. */
function isNetwork(code: string): boolean {
  return network.has(code) || code.startsWith('HPE_')
}

function credentialsError(name: string, error: unknown, at: Circumstances): SluiceError {
  const expired = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'].includes(name)
  const skewed = name === 'RequestTimeTooSkewed'
  const absent = name === 'CredentialsProviderError' || name === 'TokenProviderError'
  const what = expired ? 'have expired' : absent ? "can't be loaded" : "aren't accepted"
  const whose = at.profile === null ? '' : ` of profile ${at.profile}`
  return new SluiceError({
    code: expired ? 'credentials-expired' : 'credentials',
    exitCode: ExitCode.credentials,
    message: skewed
      ? `AWS refused ${at.action}: this machine's clock is too far from AWS's.`
      : `The AWS credentials${whose} ${what} (${at.action} in ${at.region}: ${name}).`,
    suggestions: skewed
      ? ["set this machine's clock"]
      : [`aws sso login${profileFlag(at)}`, `aws sts get-caller-identity${profileFlag(at)}`],
    details: requestId(error),
    cause: error,
  })
}

function accessDenied(error: unknown, at: Circumstances): SluiceError {
  return new SluiceError({
    code: 'access-denied',
    exitCode: ExitCode.credentials,
    message: `${at.who ?? 'The present identity'} may not ${iamAction(at.action)}${on(at)} in ${at.region}.`,
    suggestions: ['sluice iam policy', `aws sts get-caller-identity${profileFlag(at)}`],
    details: [`AWS says: ${messageOf(error)}`, ...requestId(error)],
    cause: error,
  })
}

function wrongRegionError(error: unknown, at: Circumstances): SluiceError {
  return new SluiceError({
    code: 'wrong-region',
    exitCode: ExitCode.usage,
    message: `${at.resource ?? 'What was asked for'} isn't in ${at.region} (${at.action}: ${nameOf(error)}).`,
    suggestions: ['correct `region` in sluice.yaml, or name the resource of that Region'],
    details: requestId(error),
    cause: error,
  })
}

function notFound(error: unknown, at: Circumstances): SluiceError {
  return new SluiceError({
    code: 'aws-not-found',
    exitCode: ExitCode.usage,
    message: `${at.resource ?? 'What was asked for'} doesn't exist in ${at.region} (${at.action}: ${nameOf(error)}).`,
    suggestions: ['correct its name in sluice.yaml, or find it with `sluice init --import`'],
    details: requestId(error),
    cause: error,
  })
}

/** An ARN says its Region itself; no need to guess from AWS's answer. */
function isElsewhere(at: Circumstances): boolean {
  const region = at.resource?.startsWith('arn:') === true ? at.resource.split(':')[3] : ''
  return region !== undefined && region !== '' && region !== at.region
}

/** S3's permissions aren't named like its operations. */
function iamAction(action: string): string {
  const named: Readonly<Record<string, string>> = {
    's3:ListObjectsV2': 's3:ListBucket',
    's3:HeadBucket': 's3:ListBucket',
    's3:HeadObject': 's3:GetObject',
    's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
    's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  }
  return named[action] ?? action
}

const on = (at: Circumstances): string => (at.resource === null ? '' : ` on ${at.resource}`)
const profileFlag = (at: Circumstances): string => (at.profile === null ? '' : ` --profile ${at.profile}`)
const messageOf = (error: unknown): string => (error as AwsError).message ?? ''
const statusOf = (error: unknown): number | null => (error as AwsError).$metadata?.httpStatusCode ?? null

function nameOf(error: unknown): string {
  const {name, Code} = error as AwsError
  return name === undefined || name === 'Error' ? (Code ?? (error as AwsError).code ?? 'Error') : name
}

function requestId(error: unknown): readonly string[] {
  const id = (error as AwsError).$metadata?.requestId
  return id === undefined ? [] : [`AWS request id ${id}`]
}

function shortReason(error: unknown, name: string): string {
  if ((error as AwsError).$retryable?.throttling === true || throttled.has(name)) return 'throttled'
  const status = statusOf(error)
  if (status !== null && status >= 500) return `${name} (HTTP ${status})`
  return `${name}: ${messageOf(error)}`
}

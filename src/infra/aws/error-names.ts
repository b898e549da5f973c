/**
 * AWS's and Node's names of errors, by what they mean for us. A table: services name the same thing differently, and a query
 * protocol's code may or may not end in `Exception`. A name that isn't here means nothing by itself; the status decides then.
 */

export const throttled = new Set([
  'Throttling', 'ThrottlingException', 'ThrottledException', 'RequestThrottled', 'RequestThrottledException',
  'TooManyRequestsException', 'RequestLimitExceeded', 'SlowDown', 'BandwidthLimitExceeded', 'PriorRequestNotComplete',
])
export const passing = new Set([
  'TimeoutError', 'AbortError', 'RequestTimeout', 'RequestTimeoutException', 'HealthUnavailable',
  'HealthUnavailableException', 'ServerException', 'InternalServerException', 'InternalServiceException',
  'InternalServiceFault', 'InternalFailure', 'ServiceUnavailable', 'ConcurrentUpdateException', 'OperationAborted',
  'ConditionalRequestConflict', 'UpdateInProgressException',
])
export const badCredentials = new Set([
  'CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId',
  'UnrecognizedClientException', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidSignatureException',
  'MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'IncompleteSignature', 'AuthFailure', 'RequestExpired',
  'InvalidToken', 'RequestTimeTooSkewed', 'NotAuthorized',
])
export const denied = new Set([
  'AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'UnauthorizedException', 'Forbidden', 'AllAccessDisabled',
  '403',
])
export const wrongRegion = new Set([
  'PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', 'OptInRequired',
])
export const missing = new Set([
  'RuleNotFound', 'TargetGroupNotFound', 'LoadBalancerNotFound', 'ListenerNotFound', 'ClusterNotFound', 'ServiceNotFound',
  'ServiceNotActive', 'ResourceNotFound', 'ObjectNotFound', 'NoSuchBucket', 'NoSuchKey', 'NotFound', 'TaskSetNotFound',
  'ChangeSetNotFound', 'StackNotFound', 'ParameterNotFound', 'NoSuchHostedZone', 'NoSuchEntity', 'NoSuchResource',
  'DBInstanceNotFound', 'RepositoryNotFound', 'DBSnapshotNotFound', 'ReplicationGroupNotFound', 'NoSuchHealthCheck', 'NoSuchDistribution', 'ImageNotFound',
  'InvalidGroup.NotFound', 'InvalidAMIID.NotFound',
])
export const network = new Set([
  'ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
])

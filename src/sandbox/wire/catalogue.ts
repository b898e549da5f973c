/**
 * Which services can be spoken to, as a table: adding one is naming its client. Nothing here says how a service behaves. The
 * clients are loaded only when somebody calls, so that the sandbox starts quickly.
 */
export type ProtocolKind = 'query' | 'ec2' | 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml'

export interface CatalogueEntry {
  /** The sandbox's name: `World.invoke`, fault targets, universal targets. */
  readonly name: string
  /** In the Authorization header's credential scope. */
  readonly signingName: string
  /** Other names people use for it in fault targets. */
  readonly aliases: readonly string[]
  readonly protocol: ProtocolKind
  readonly throttlingCode: string
  readonly internalErrorCode: string
  /** What the service answers when a required member is missing; null: the service looks itself. */
  readonly missingMemberCode: string | null
  readonly xmlNamespace: string
  /** Loaded while the sandbox starts; the others with their first call, because their models cost time nobody may need. */
  readonly warm?: true
  readonly load: () => Promise<object>
}

const json = {
  throttlingCode: 'ThrottlingException',
  internalErrorCode: 'InternalFailure',
  missingMemberCode: 'ValidationException',
  xmlNamespace: '',
}

const query = {
  protocol: 'query' as const,
  throttlingCode: 'Throttling',
  internalErrorCode: 'InternalFailure',
  missingMemberCode: 'ValidationError',
}

export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'elasticloadbalancingv2',
    signingName: 'elasticloadbalancing',
    aliases: ['elbv2', 'elasticloadbalancing'],
    protocol: 'query',
    throttlingCode: 'Throttling',
    internalErrorCode: 'InternalFailure',
    missingMemberCode: 'ValidationError',
    xmlNamespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    warm: true,
    load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  },
  {
    name: 'sts',
    signingName: 'sts',
    aliases: [],
    protocol: 'query',
    throttlingCode: 'ThrottlingException',
    internalErrorCode: 'InternalFailure',
    missingMemberCode: 'ValidationError',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    warm: true,
    load: () => import('@aws-sdk/client-sts'),
  },
  {
    ...json,
    name: 'ecs',
    signingName: 'ecs',
    aliases: [],
    protocol: 'json-1.1',
    missingMemberCode: 'InvalidParameterException',
    warm: true,
    load: () => import('@aws-sdk/client-ecs'),
  },
  {
    ...json,
    name: 'monitoring',
    signingName: 'monitoring',
    aliases: ['cloudwatch'],
    protocol: 'json-1.0',
    missingMemberCode: 'MissingRequiredParameterException',
    warm: true,
    load: () => import('@aws-sdk/client-cloudwatch'),
  },
  {
    ...json,
    name: 'application-autoscaling',
    signingName: 'application-autoscaling',
    aliases: ['applicationautoscaling'],
    protocol: 'json-1.1',
    warm: true,
    load: () => import('@aws-sdk/client-application-auto-scaling'),
  },
  {
    ...json,
    name: 'scheduler',
    signingName: 'scheduler',
    aliases: [],
    protocol: 'rest-json',
    warm: true,
    load: () => import('@aws-sdk/client-scheduler'),
  },
  {
    name: 's3',
    signingName: 's3',
    aliases: [],
    protocol: 'rest-xml',
    throttlingCode: 'SlowDown',
    internalErrorCode: 'InternalError',
    missingMemberCode: null,
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    warm: true,
    load: () => import('@aws-sdk/client-s3'),
  },
  {
    ...query,
    name: 'cloudformation',
    signingName: 'cloudformation',
    aliases: ['cfn'],
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    load: () => import('@aws-sdk/client-cloudformation'),
  },
  {
    ...query,
    name: 'autoscaling',
    signingName: 'autoscaling',
    aliases: ['auto-scaling'],
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    load: () => import('@aws-sdk/client-auto-scaling'),
  },
  {
    ...query,
    name: 'ec2',
    signingName: 'ec2',
    aliases: [],
    missingMemberCode: 'MissingParameter',
    protocol: 'ec2',
    throttlingCode: 'RequestLimitExceeded',
    internalErrorCode: 'InternalError',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    load: () => import('@aws-sdk/client-ec2'),
  },
  {
    ...query,
    name: 'iam',
    signingName: 'iam',
    aliases: [],
    internalErrorCode: 'ServiceFailure',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    load: () => import('@aws-sdk/client-iam'),
  },
  {
    ...query,
    name: 'rds',
    signingName: 'rds',
    aliases: [],
    missingMemberCode: 'MissingParameter',
    xmlNamespace: 'http://rds.amazonaws.com/doc/2014-10-31/',
    load: () => import('@aws-sdk/client-rds'),
  },
  {
    ...query,
    name: 'elasticache',
    signingName: 'elasticache',
    aliases: [],
    missingMemberCode: 'MissingParameter',
    xmlNamespace: 'http://elasticache.amazonaws.com/doc/2015-02-02/',
    load: () => import('@aws-sdk/client-elasticache'),
  },
  {
    ...json,
    name: 'ssm',
    signingName: 'ssm',
    aliases: [],
    protocol: 'json-1.1',
    internalErrorCode: 'InternalServerError',
    load: () => import('@aws-sdk/client-ssm'),
  },
  {
    ...json,
    name: 'acm',
    signingName: 'acm',
    aliases: [],
    protocol: 'json-1.1',
    load: () => import('@aws-sdk/client-acm'),
  },
  {
    ...json,
    name: 'servicequotas',
    signingName: 'servicequotas',
    aliases: ['service-quotas'],
    protocol: 'json-1.1',
    throttlingCode: 'TooManyRequestsException',
    internalErrorCode: 'ServiceException',
    missingMemberCode: 'IllegalArgumentException',
    load: () => import('@aws-sdk/client-service-quotas'),
  },
  {
    ...json,
    name: 'secretsmanager',
    signingName: 'secretsmanager',
    aliases: ['secrets-manager'],
    protocol: 'json-1.1',
    internalErrorCode: 'InternalServiceError',
    load: () => import('@aws-sdk/client-secrets-manager'),
  },
  {
    ...json,
    name: 'kms',
    signingName: 'kms',
    aliases: [],
    protocol: 'json-1.1',
    internalErrorCode: 'KMSInternalException',
    load: () => import('@aws-sdk/client-kms'),
  },
  {
    ...json,
    name: 'logs',
    signingName: 'logs',
    aliases: ['cloudwatch-logs'],
    protocol: 'json-1.1',
    internalErrorCode: 'ServiceUnavailableException',
    missingMemberCode: 'InvalidParameterException',
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
  },
  {
    ...json,
    name: 'ecr',
    signingName: 'ecr',
    aliases: [],
    protocol: 'json-1.1',
    internalErrorCode: 'ServerException',
    missingMemberCode: 'InvalidParameterException',
    load: () => import('@aws-sdk/client-ecr'),
  },
  {
    ...json,
    name: 'cloudcontrol',
    signingName: 'cloudcontrolapi',
    aliases: ['cloudcontrolapi'],
    protocol: 'json-1.0',
    internalErrorCode: 'ServiceInternalErrorException',
    load: () => import('@aws-sdk/client-cloudcontrol'),
  },
  {
    ...json,
    name: 'backup',
    signingName: 'backup',
    aliases: [],
    protocol: 'rest-json',
    internalErrorCode: 'ServiceUnavailableException',
    missingMemberCode: 'MissingParameterValueException',
    load: () => import('@aws-sdk/client-backup'),
  },
  {
    ...json,
    name: 'resourcegroupstaggingapi',
    signingName: 'tagging',
    aliases: ['tagging', 'resource-groups-tagging-api'],
    protocol: 'json-1.1',
    throttlingCode: 'ThrottledException',
    internalErrorCode: 'InternalServiceException',
    missingMemberCode: 'InvalidParameterException',
    load: () => import('@aws-sdk/client-resource-groups-tagging-api'),
  },
  {
    ...query,
    name: 'route53',
    signingName: 'route53',
    aliases: ['route-53'],
    protocol: 'rest-xml',
    missingMemberCode: 'InvalidInput',
    xmlNamespace: 'https://route53.amazonaws.com/doc/2013-04-01/',
    load: () => import('@aws-sdk/client-route-53'),
  },
  {
    ...query,
    name: 'cloudfront',
    signingName: 'cloudfront',
    aliases: [],
    protocol: 'rest-xml',
    missingMemberCode: 'InvalidArgument',
    xmlNamespace: 'http://cloudfront.amazonaws.com/doc/2020-05-31/',
    load: () => import('@aws-sdk/client-cloudfront'),
  },
]

export function entryBySigningName(signingName: string): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.signingName === signingName)
}

/** By its own name or an alias, in any case: what a person or a universal target's ARN calls it. */
export function entryByName(name: string): CatalogueEntry | undefined {
  const wanted = name.toLowerCase()
  return catalogue.find((entry) => entry.name === wanted || entry.aliases.includes(wanted))
}

/**
 * Which services can be spoken to, as a table: adding one is naming its client. Nothing here says how a service behaves. The
 * clients are loaded only when somebody calls, so that the sandbox starts quickly.
 */
export type ProtocolKind = 'query' | 'json-1.0' | 'json-1.1' | 'rest-json' | 'rest-xml'

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
  readonly load: () => Promise<object>
}

const json = {
  throttlingCode: 'ThrottlingException',
  internalErrorCode: 'InternalFailure',
  missingMemberCode: 'ValidationException',
  xmlNamespace: '',
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
    load: () => import('@aws-sdk/client-sts'),
  },
  {
    ...json,
    name: 'ecs',
    signingName: 'ecs',
    aliases: [],
    protocol: 'json-1.1',
    missingMemberCode: 'InvalidParameterException',
    load: () => import('@aws-sdk/client-ecs'),
  },
  {
    ...json,
    name: 'monitoring',
    signingName: 'monitoring',
    aliases: ['cloudwatch'],
    protocol: 'json-1.0',
    missingMemberCode: 'MissingRequiredParameterException',
    load: () => import('@aws-sdk/client-cloudwatch'),
  },
  {
    ...json,
    name: 'application-autoscaling',
    signingName: 'application-autoscaling',
    aliases: ['applicationautoscaling'],
    protocol: 'json-1.1',
    load: () => import('@aws-sdk/client-application-auto-scaling'),
  },
  {
    ...json,
    name: 'scheduler',
    signingName: 'scheduler',
    aliases: [],
    protocol: 'rest-json',
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
    load: () => import('@aws-sdk/client-s3'),
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

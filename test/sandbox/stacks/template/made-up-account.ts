/** An account in which everything a template declares is already made: ids of the right form, attributes from the schema. */
import type {ParameterValue, Scope, TemplateDocument} from '../../../../src/sandbox/stacks/contract.ts'
import {resourceSchemas} from '../../../../src/sandbox/stacks/schemas/resource-schemas.ts'

const prefixes: Readonly<Record<string, string>> = {
  'AWS::EC2::VPC': 'vpc-',
  'AWS::EC2::Subnet': 'subnet-',
  'AWS::EC2::SecurityGroup': 'sg-',
  'AWS::EC2::Volume': 'vol-',
  'AWS::EC2::RouteTable': 'rtb-',
}
const account = '123456789012'
const arn = (service: string, rest: string, region = 'eu-central-1'): string => `arn:aws:${service}:${region}:${account}:${rest}`

export const made = {
  id: (type: string, logicalId: string): string => {
    if (type === 'AWS::CertificateManager::Certificate') return arn('acm', 'certificate/00000000-0000-0000-0000-000000000000')
    if (type === 'AWS::Route53::HealthCheck') return '00000000-0000-0000-0000-000000000000'
    if (type === 'AWS::SecretsManager::Secret') return arn('secretsmanager', `secret:${logicalId}-AbCdEf`)
    if (type.startsWith('AWS::ElasticLoadBalancingV2::'))
      return arn('elasticloadbalancing', `${logicalId.toLowerCase()}/app/main/0123456789abcdef`)
    const prefix = prefixes[type]
    return prefix === undefined ? logicalId.toLowerCase() : `${prefix}0123456789abcdef0`
  },
  attribute: (type: string, logicalId: string, name: string): unknown => {
    if (name.endsWith('Arn') || name.endsWith('ARN')) return arn(type.split('::')[1]?.toLowerCase() ?? '', `thing/${logicalId}`)
    if (name === 'CanonicalHostedZoneID') return 'Z215JYRZR1TBD5'
    if (name === 'CidrBlock') return '10.40.0.0/16'
    if (name.endsWith('.Port') || name.endsWith('VersionNumber')) return '5433'
    if (name === 'LoadBalancerFullName') return 'app/main/0123456789abcdef'
    if (name === 'TargetGroupFullName') return 'targetgroup/a/0123456789abcdef'
    if (name === 'RepositoryUri') return `${account}.dkr.ecr.eu-central-1.amazonaws.com/shop`
    if (name === 'AvailabilityZone') return logicalId.endsWith('A') ? 'eu-central-1a' : 'eu-central-1b'
    if (name === 'GroupId') return 'sg-0123456789abcdef0'
    return `${logicalId.toLowerCase()}.${name.toLowerCase()}.example.com`
  },
  /** What each parameter that our templates read holds. */
  parameter: (name: string): string => {
    const last = name.split('/').at(-1) ?? ''
    if (name.includes('/ami/') || last === 'image_id') return 'ami-0123456789abcdef0'
    if (last.includes('subnet')) return 'subnet-0123456789abcdef0'
    if (last.endsWith('-group')) return 'sg-0123456789abcdef0'
    if (last.includes('route-table')) return 'rtb-0123456789abcdef0'
    if (last === 'vpc') return 'vpc-0123456789abcdef0'
    if (last.endsWith('-key')) return arn('kms', 'key/00000000-0000-0000-0000-000000000000')
    if (last.endsWith('-secret')) return arn('secretsmanager', `secret:${last}-AbCdEf`)
    if (last.endsWith('-role')) return `arn:aws:iam::${account}:role/${last}`
    return last
  },
}

export function theAccount(
  document: TemplateDocument,
  parameters: ReadonlyMap<string, ParameterValue>,
  {region, stackName}: {readonly region: string; readonly stackName: string},
  nested: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Scope {
  const typeOf = (id: string): string => document.resources.get(id)?.type ?? ''
  return {
    document,
    parameters,
    pseudo: {
      accountId: account,
      region,
      partition: 'aws',
      stackId: arn('cloudformation', `stack/${stackName}/1`, region),
      stackName,
      urlSuffix: 'amazonaws.com',
      notificationArns: [],
    },
    zones: ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
    ref: (id) => made.id(typeOf(id), id),
    attribute: (id, name) => {
      if (name.startsWith('Outputs.')) return nested.get(id)?.[name.slice('Outputs.'.length)]
      return resourceSchemas.find(typeOf(id))?.attributes.includes(name) === true
        ? made.attribute(typeOf(id), id, name)
        : undefined
    },
    dynamic: () => 'a-secret-that-is-long-enough',
  }
}

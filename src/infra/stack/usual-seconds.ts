/**
 * How long CloudFormation usually takes to make a resource, in seconds: historical averages, good for a forecast until the tool
 * has its own history. A table and nothing else; nothing may wait, fail or be skipped because of it.
 */

/** What isn't named is small. */
const small = 2

/**
 * From 13 seconds on they are public averages, but for the group's; short ones are of the right order,
 * and never decide a forecast.
 */
const createSeconds: Readonly<Record<string, number>> = {
  'AWS::ElastiCache::ReplicationGroup': 712,
  'AWS::RDS::DBInstance': 595,
  'AWS::ElastiCache::CacheCluster': 344,
  'AWS::CloudFront::Distribution': 266,
  'AWS::CertificateManager::Certificate': 239,
  'AWS::RDS::DBProxy': 225,
  'AWS::RDS::DBCluster': 222,
  'AWS::ECS::Service': 119,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 116,
  'AWS::EC2::NatGateway': 106,
  'AWS::Route53::HostedZone': 71,
  'AWS::AutoScaling::AutoScalingGroup': 20,
  'AWS::ElasticLoadBalancingV2::TargetGroup': 18,
  'AWS::ECS::ClusterCapacityProviderAssociations': 13,
  ...same(5, [
    'AWS::EC2::EIP',
    'AWS::EC2::InternetGateway',
    'AWS::EC2::Route',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::VPC',
    'AWS::EC2::VPCEndpoint',
    'AWS::ECS::CapacityProvider',
    'AWS::ECS::Cluster',
    'AWS::IAM::InstanceProfile',
    'AWS::IAM::Role',
    'AWS::KMS::Key',
    'AWS::Lambda::Function',
    'AWS::Route53::RecordSet',
    'AWS::SQS::Queue',
  ]),
  ...same(4, ['AWS::Backup::BackupPlan', 'AWS::EC2::FlowLog', 'AWS::EC2::Subnet', 'AWS::SNS::Topic']),
  ...same(3, ['AWS::Backup::BackupVault', 'AWS::Route53::HealthCheck']),
}

const updateSeconds: Readonly<Record<string, number>> = {
  'AWS::CloudFront::Distribution': 164,
  'AWS::ECS::Service': 71,
}

/** What a nested stack adds to its members. */
export const nestedStackSeconds = 2
export const nestedStackType = 'AWS::CloudFormation::Stack'

export function usualSeconds(type: string, operation: 'create' | 'update' = 'create'): number {
  if (type === nestedStackType) return nestedStackSeconds
  return (operation === 'update' ? updateSeconds[type] : undefined) ?? createSeconds[type] ?? small
}

function same(seconds: number, types: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(types.map((type) => [type, seconds]))
}

/**
 * How long CloudFormation usually takes to make a resource, in seconds: historical averages, good for a forecast until the tool
 * has its own history. A table and nothing else; nothing may wait, fail or be skipped because of it.
 */

/** What isn't named is small. */
const small = 3

/** Long ones are public averages; short ones are of the right order, and never on a critical path. */
const createSeconds: Readonly<Record<string, number>> = {
  'AWS::ElastiCache::ReplicationGroup': 712,
  'AWS::RDS::DBInstance': 595,
  'AWS::ElastiCache::CacheCluster': 344,
  'AWS::CloudFront::Distribution': 266,
  'AWS::CertificateManager::Certificate': 239,
  'AWS::RDS::DBCluster': 222,
  'AWS::RDS::DBProxy': 225,
  'AWS::ECS::Service': 119,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 116,
  'AWS::EC2::NatGateway': 106,
  'AWS::Route53::HostedZone': 71,
  'AWS::ElasticLoadBalancingV2::TargetGroup': 18,
  'AWS::ECS::ClusterCapacityProviderAssociations': 13,
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

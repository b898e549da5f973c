/**
 * How long CloudFormation usually takes for a resource, in virtual seconds: measured averages where there are any (create and
 * update of the slow types), a few seconds for everything else. Data and a little arithmetic; no clock.
 */

interface Usual {
  readonly create: number
  readonly update?: number
  readonly remove?: number
  /** After that many seconds without becoming stable it has failed. */
  readonly longest?: number
}

const minutes = (count: number): number => count * 60

const usual: Readonly<Record<string, Usual>> = {
  'AWS::AutoScaling::AutoScalingGroup': {create: 20, update: 15, remove: 60, longest: minutes(30)},
  'AWS::Backup::BackupPlan': {create: 4},
  'AWS::Backup::BackupVault': {create: 3},
  'AWS::CertificateManager::Certificate': {create: 239, update: 5, remove: 5, longest: minutes(72 * 60)},
  'AWS::CloudFront::Distribution': {create: 266, update: 164, remove: 180, longest: minutes(60)},
  'AWS::EC2::EIP': {create: 5, remove: 5},
  'AWS::EC2::FlowLog': {create: 4},
  'AWS::EC2::InternetGateway': {create: 5},
  'AWS::EC2::NatGateway': {create: 106, update: 5, remove: 60},
  'AWS::EC2::Route': {create: 5},
  'AWS::EC2::SecurityGroup': {create: 5},
  'AWS::EC2::Subnet': {create: 4},
  'AWS::EC2::VPC': {create: 5},
  'AWS::EC2::VPCEndpoint': {create: 5},
  'AWS::ECR::Repository': {create: 2},
  'AWS::ECS::CapacityProvider': {create: 5},
  'AWS::ECS::Cluster': {create: 5, remove: 5},
  'AWS::ECS::ClusterCapacityProviderAssociations': {create: 13, update: 13, remove: 13},
  'AWS::ECS::Daemon': {create: 60, update: 60, remove: 20},
  'AWS::ECS::Service': {create: 119, update: 71, remove: 40, longest: minutes(180)},
  'AWS::ElastiCache::CacheCluster': {create: 344, update: 180, remove: 120},
  'AWS::ElastiCache::ReplicationGroup': {create: 712, update: 300, remove: 240},
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {create: 116, update: 5, remove: 15},
  'AWS::ElasticLoadBalancingV2::TargetGroup': {create: 18, update: 3, remove: 3},
  'AWS::IAM::InstanceProfile': {create: 5},
  'AWS::IAM::Role': {create: 5},
  'AWS::ImageBuilder::Image': {create: 846, update: 846},
  'AWS::KMS::Key': {create: 5},
  'AWS::Lambda::Function': {create: 5, update: 5},
  'AWS::RDS::DBCluster': {create: 222, update: 120, remove: 180},
  'AWS::RDS::DBInstance': {create: 595, update: 180, remove: 240},
  'AWS::RDS::DBProxy': {create: 225, update: 60, remove: 60},
  'AWS::Route53::HealthCheck': {create: 3},
  'AWS::Route53::HostedZone': {create: 71, update: 30, remove: 30},
  'AWS::Route53::RecordSet': {create: 5, update: 5, remove: 5},
  'AWS::SNS::Topic': {create: 4},
  'AWS::SQS::Queue': {create: 5},
}

const small: Usual = {create: 2}
const JITTER = 0.03

const of = (type: string): Usual => usual[type] ?? small

/** Virtual ms, give or take 3 %. `dice` answers [0, 1). */
export function durationMs(type: string, doing: 'create' | 'update' | 'remove', dice: number): number {
  const {create, update, remove} = of(type)
  const seconds =
    doing === 'create' ? create : doing === 'update' ? (update ?? Math.min(create, 5)) : (remove ?? Math.min(create, 3))
  return Math.round(seconds * 1000 * (1 - JITTER + 2 * JITTER * dice))
}

/** Virtual ms after which something that never becomes stable has failed. */
export function longestWaitMs(type: string): number {
  const {create, longest} = of(type)
  return (longest ?? Math.max(create * 4, minutes(30))) * 1000
}

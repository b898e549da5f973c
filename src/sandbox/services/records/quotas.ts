/**
 * Quotas as a fresh account has them (the EC2 vCPU one as after a first increase: a new account's 5 would hold nothing). Service
 * Quotas answers from this table, and whoever makes what is limited refuses the one too many.
 */
export interface Quota {
  readonly service: string
  readonly serviceName: string
  readonly code: string
  readonly name: string
  readonly value: number
  readonly adjustable: boolean
  /** What is counted against it. */
  readonly usage?: {readonly namespace: string; readonly type: string; readonly resource: string; readonly class: string}
}

const ec2 = {service: 'ec2', serviceName: 'Amazon Elastic Compute Cloud (Amazon EC2)', adjustable: true}
const vpc = {service: 'vpc', serviceName: 'Amazon Virtual Private Cloud (Amazon VPC)', adjustable: true}
const elb = {service: 'elasticloadbalancing', serviceName: 'Elastic Load Balancing (ELB)', adjustable: true}
const rds = {service: 'rds', serviceName: 'Amazon Relational Database Service (Amazon RDS)', adjustable: true}
const usage = (service: string, resource: string, type = 'Resource', kind = 'None') => ({
  usage: {namespace: 'AWS/Usage', type, resource: `${service}:${resource}`, class: kind},
})

export const quotas: readonly Quota[] = [
  {
    ...ec2,
    code: 'L-1216C47A',
    name: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    value: 64,
    ...usage('EC2', 'vCPU', 'Resource', 'Standard/OnDemand'),
  },
  {...ec2, code: 'L-34B43A08', name: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', value: 64},
  {...ec2, code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs', value: 5},
  {...vpc, code: 'L-F678F1CE', name: 'VPCs per Region', value: 5},
  {...vpc, code: 'L-FE5A380F', name: 'NAT gateways per Availability Zone', value: 5},
  {...vpc, code: 'L-A4707A72', name: 'Internet gateways per Region', value: 5},
  {...vpc, code: 'L-407747CB', name: 'Subnets per VPC', value: 200},
  {...vpc, code: 'L-1B52E74A', name: 'Gateway VPC endpoints per Region', value: 20},
  {...elb, code: 'L-53DA6B97', name: 'Application Load Balancers per Region', value: 50},
  {...elb, code: 'L-B22855CB', name: 'Target Groups per Region', value: 3000},
  {...rds, code: 'L-7B6409FD', name: 'DB instances', value: 40},
  {...rds, code: 'L-7ADDB58A', name: 'Total storage for all DB instances', value: 100_000},
  {...rds, code: 'L-5BC124EF', name: 'Read replicas per primary', value: 15},
  {
    service: 'elasticache',
    serviceName: 'Amazon ElastiCache',
    adjustable: true,
    code: 'L-DFE45DF3',
    name: 'Nodes per Region',
    value: 300,
  },
  {
    service: 's3',
    serviceName: 'Amazon Simple Storage Service (Amazon S3)',
    adjustable: true,
    code: 'L-DC2B2D3D',
    name: 'General purpose buckets',
    value: 10_000,
  },
  {
    service: 'ecs',
    serviceName: 'Amazon Elastic Container Service (Amazon ECS)',
    adjustable: true,
    code: 'L-21C621EB',
    name: 'Clusters per account',
    value: 10_000,
  },
  {
    service: 'autoscaling',
    serviceName: 'Amazon EC2 Auto Scaling',
    adjustable: true,
    code: 'L-CDE20ADC',
    name: 'Auto Scaling groups per region',
    value: 500,
  },
  {
    service: 'cloudformation',
    serviceName: 'AWS CloudFormation',
    adjustable: true,
    code: 'L-0485CB21',
    name: 'Stack count',
    value: 2000,
  },
]

export function quotaOf(service: string, code: string): Quota | undefined {
  return quotas.find((quota) => quota.service === service && quota.code === code)
}

/** What the pieces of a network know of each other: existence, ranges, quotas, and what hangs on a VPC. */
import type {Made, ResourceRequest} from '../contract.ts'
import {ec2Id} from './record-handler.ts'
import {AwsFault} from '../../world/contract.ts'
import type {AccountRecord} from '../../world/contract.ts'
import {overlap, within} from '../../services/records/cidr.ts'
import {recordOf, recordsOf} from '../../services/records/lookup.ts'
import {text} from '../../services/records/properties.ts'
import {quotaOf} from '../../services/records/quotas.ts'

/** EC2's own words for each type of thing that isn't there. */
const missing: Readonly<Record<string, readonly [code: string, what: string]>> = {
  'AWS::EC2::VPC': ['InvalidVpcID.NotFound', 'vpc ID'],
  'AWS::EC2::Subnet': ['InvalidSubnetID.NotFound', 'subnet ID'],
  'AWS::EC2::RouteTable': ['InvalidRouteTableID.NotFound', 'routeTable ID'],
  'AWS::EC2::InternetGateway': ['InvalidInternetGatewayID.NotFound', 'internetGateway ID'],
  'AWS::EC2::NatGateway': ['NatGatewayNotFound', 'natGateway ID'],
  'AWS::EC2::SecurityGroup': ['InvalidGroup.NotFound', 'security group'],
}

export function requireRecord(request: ResourceRequest, type: string, id: string | undefined): AccountRecord {
  const found = id === undefined ? undefined : recordOf(request.world, type, request.region, id)
  if (found !== undefined) return found
  const [code, what] = missing[type] ?? ['InvalidParameterValue', type]
  throw new AwsFault(code, `The ${what} '${id ?? ''}' does not exist`)
}

/** Refuses the one too many of a type; `counts` says which of those that are there count. */
export function requireRoom(
  request: ResourceRequest,
  service: string,
  code: string,
  fault: string,
  message: string,
  counts: (record: AccountRecord) => boolean = () => true,
): void {
  const limit = quotaOf(service, code)?.value ?? Number.POSITIVE_INFINITY
  if (recordsOf(request.world, request.type, request.region).filter(counts).length >= limit) throw new AwsFault(fault, message)
}

export function cidrConflict(request: ResourceRequest, vpc: AccountRecord): AwsFault | null {
  const cidr = text(request.properties, 'CidrBlock') ?? ''
  if (!within(cidr, text(vpc.properties, 'CidrBlock') ?? '0.0.0.0/0')) {
    return new AwsFault('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`)
  }
  const taken = recordsOf(request.world, 'AWS::EC2::Subnet', request.region).some(
    ({properties}) => text(properties, 'VpcId') === vpc.id && overlap(text(properties, 'CidrBlock') ?? '', cidr),
  )
  return taken ? new AwsFault('InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`) : null
}

const IN_A_VPC = [
  'AWS::EC2::Subnet',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::RouteTable',
  'AWS::EC2::NetworkAcl',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::VPCGatewayAttachment',
]

function ofVpc(request: ResourceRequest, vpc: string): readonly AccountRecord[] {
  return IN_A_VPC.flatMap((type) => recordsOf(request.world, type, request.region)).filter(
    ({properties}) => text(properties, 'VpcId') === vpc,
  )
}

/** What came with the VPC and goes with it. */
export function defaultsOf(request: ResourceRequest, vpc: string): readonly AccountRecord[] {
  return ofVpc(request, vpc).filter(({attributes}) => attributes['Default'] === 'true')
}

export function vpcDependents(request: ResourceRequest, vpc: string): readonly AccountRecord[] {
  return ofVpc(request, vpc).filter(({attributes}) => attributes['Default'] !== 'true')
}

export function withId(prefix: string, attribute: string): (request: ResourceRequest) => Made {
  return (request) => {
    const id = ec2Id(request, prefix)
    return {physicalId: id, attributes: {[attribute]: id}}
  }
}

export function requireVpc(request: ResourceRequest): void {
  requireRecord(request, 'AWS::EC2::VPC', text(request.properties, 'VpcId'))
}

export function attachments(request: ResourceRequest) {
  return recordsOf(request.world, 'AWS::EC2::VPCGatewayAttachment', request.region)
}

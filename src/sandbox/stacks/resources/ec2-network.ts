/**
 * Networks: VPC, subnets, gateways, routes, addresses. It refuses what EC2 refuses (ranges that collide, a route to a gateway that isn't
 * attached, one address too many) and gives every VPC what comes with it: a main route table, a default group and a default ACL.
 */
import {cidrConflict, defaultsOf, requireRecord, requireRoom, vpcDependents} from './network.ts'
import {number, text, texts} from '../../services/records/properties.ts'
import {putRecord, recordOf, recordsOf} from '../../services/records/lookup.ts'
import {zonesOf} from '../../services/records/zones.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {ec2Id, recordHandler} from './record-handler.ts'

export const ec2NetworkHandlers: ResourceHandlers = {
  'AWS::EC2::VPC': recordHandler({
    check: (request) => {
      requireRoom(request, 'vpc', 'L-F678F1CE', 'VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
    },
    make: makeVpc,
    release: releaseVpc,
  }),
  'AWS::EC2::Subnet': recordHandler({check: checkSubnet, make: makeSubnet, release: releaseSubnet}),
  'AWS::EC2::InternetGateway': recordHandler({
    check: (request) => {
      requireRoom(
        request,
        'vpc',
        'L-A4707A72',
        'InternetGatewayLimitExceeded',
        'The maximum number of internet gateways has been reached.',
      )
    },
    make: withId('igw', 'InternetGatewayId'),
    release: (request) => {
      if (attachments(request).some(({properties}) => text(properties, 'InternetGatewayId') === request.physicalId)) {
        throw new AwsFault(
          'DependencyViolation',
          `The internetGateway '${request.physicalId}' has dependencies and cannot be deleted.`,
        )
      }
    },
  }),
  'AWS::EC2::VPCGatewayAttachment': recordHandler({
    check: checkAttachment,
    make: (request) => ({physicalId: `IGW|${text(request.properties, 'VpcId') ?? ''}`, attributes: {AttachmentType: 'IGW'}}),
  }),
  'AWS::EC2::RouteTable': recordHandler({check: requireVpc, make: withId('rtb', 'RouteTableId'), release: releaseRouteTable}),
  'AWS::EC2::Route': recordHandler({check: checkRoute, make: makeRoute}),
  'AWS::EC2::SubnetRouteTableAssociation': recordHandler({check: checkAssociation, make: withId('rtbassoc', 'Id')}),
  'AWS::EC2::EIP': recordHandler({
    check: (request) => {
      requireRoom(request, 'ec2', 'L-0263D0A3', 'AddressLimitExceeded', 'The maximum number of addresses has been reached.')
    },
    make: makeAddress,
    release: releaseAddress,
  }),
  'AWS::EC2::NatGateway': recordHandler({check: checkNatGateway, make: withId('nat', 'NatGatewayId')}),
  'AWS::EC2::VPCEndpoint': recordHandler({check: requireVpc, make: makeEndpoint}),
  'AWS::EC2::FlowLog': recordHandler({
    check: (request) => {
      requireRecord(request, 'AWS::EC2::VPC', text(request.properties, 'ResourceId'))
    },
    make: withId('fl', 'Id'),
  }),
  'AWS::EC2::Volume': recordHandler({check: checkVolume, make: withId('vol', 'VolumeId')}),
}

export function withId(prefix: string, attribute: string): (request: ResourceRequest) => Made {
  return (request) => {
    const id = ec2Id(request, prefix)
    return {physicalId: id, attributes: {[attribute]: id}}
  }
}

function requireVpc(request: ResourceRequest): void {
  requireRecord(request, 'AWS::EC2::VPC', text(request.properties, 'VpcId'))
}

function makeVpc(request: ResourceRequest): Made {
  const id = ec2Id(request, 'vpc')
  const defaults = {group: ec2Id(request, 'sg'), acl: ec2Id(request, 'acl'), routes: ec2Id(request, 'rtb')}
  const put = (type: string, name: string, properties: Record<string, unknown>, attributes: Record<string, string>): void => {
    putRecord(request.world, {
      type,
      region: request.region,
      id: name,
      properties: {VpcId: id, ...properties},
      attributes: {...attributes, Default: 'true'},
    })
  }
  put(
    'AWS::EC2::SecurityGroup',
    defaults.group,
    {GroupName: 'default', GroupDescription: 'default VPC security group'},
    {GroupId: defaults.group, VpcId: id},
  )
  put('AWS::EC2::NetworkAcl', defaults.acl, {}, {Id: defaults.acl})
  put('AWS::EC2::RouteTable', defaults.routes, {}, {RouteTableId: defaults.routes})
  const cidr = text(request.properties, 'CidrBlock') ?? '10.0.0.0/16'
  return {
    physicalId: id,
    attributes: {
      VpcId: id,
      CidrBlock: cidr,
      CidrBlockAssociations: [`vpc-cidr-assoc-0${request.world.hex(16)}`],
      DefaultSecurityGroup: defaults.group,
      DefaultNetworkAcl: defaults.acl,
      Ipv6CidrBlocks: [],
    },
  }
}

function releaseVpc(request: ChangeRequest): void {
  if (vpcDependents(request, request.physicalId).length > 0) {
    throw new AwsFault('DependencyViolation', `The vpc '${request.physicalId}' has dependencies and cannot be deleted.`)
  }
  for (const {type, id, region} of defaultsOf(request, request.physicalId)) request.world.records.remove(region, type, id)
}

function checkSubnet(request: ResourceRequest): void {
  const vpc = requireRecord(request, 'AWS::EC2::VPC', text(request.properties, 'VpcId'))
  const zone = text(request.properties, 'AvailabilityZone')
  if (zone !== undefined && !zonesOf(request.region).includes(zone)) {
    throw new AwsFault(
      'InvalidParameterValue',
      `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zonesOf(request.region).join(', ')}.`,
    )
  }
  const problem = cidrConflict(request, vpc)
  if (problem !== null) throw problem
}

function makeSubnet(request: ResourceRequest): Made {
  const id = ec2Id(request, 'subnet')
  const {properties} = request
  return {
    physicalId: id,
    attributes: {
      SubnetId: id,
      VpcId: text(properties, 'VpcId') ?? '',
      CidrBlock: text(properties, 'CidrBlock') ?? '',
      AvailabilityZone: text(properties, 'AvailabilityZone') ?? zonesOf(request.region)[0],
      NetworkAclAssociationId: ec2Id(request, 'aclassoc'),
      Ipv6CidrBlocks: [],
    },
  }
}

/** Whatever has an address in a subnet holds it: on AWS that is a network interface. */
function releaseSubnet(request: ChangeRequest): void {
  const {world, region, physicalId} = request
  const gateways = recordsOf(world, 'AWS::EC2::NatGateway', region).some(
    ({properties}) => text(properties, 'SubnetId') === physicalId,
  )
  const instances = recordsOf(world, 'AWS::EC2::Instance', region).some(
    ({properties, status}) => text(properties, 'SubnetId') === physicalId && status !== 'terminated',
  )
  const balancers = recordsOf(world, 'AWS::ElasticLoadBalancingV2::LoadBalancer', region).some(({properties}) =>
    texts(properties, 'Subnets').includes(physicalId),
  )
  if (gateways || instances || balancers) {
    throw new AwsFault('DependencyViolation', `The subnet '${physicalId}' has dependencies and cannot be deleted.`)
  }
}

function attachments(request: ResourceRequest) {
  return recordsOf(request.world, 'AWS::EC2::VPCGatewayAttachment', request.region)
}

function checkAttachment(request: ResourceRequest): void {
  requireVpc(request)
  const gateway = text(request.properties, 'InternetGatewayId')
  requireRecord(request, 'AWS::EC2::InternetGateway', gateway)
  const attached = attachments(request).find(({properties}) => text(properties, 'InternetGatewayId') === gateway)
  if (attached !== undefined) {
    throw new AwsFault(
      'Resource.AlreadyAssociated',
      `resource ${gateway ?? ''} is already attached to network ${text(attached.properties, 'VpcId') ?? ''}`,
    )
  }
}

function releaseRouteTable(request: ChangeRequest): void {
  const associated = recordsOf(request.world, 'AWS::EC2::SubnetRouteTableAssociation', request.region)
    .some(({properties}) => text(properties, 'RouteTableId') === request.physicalId)
  if (associated) {
    throw new AwsFault('DependencyViolation', `The routeTable '${request.physicalId}' has dependencies and cannot be deleted.`)
  }
}

function checkRoute(request: ResourceRequest): void {
  const {properties} = request
  const table = requireRecord(request, 'AWS::EC2::RouteTable', text(properties, 'RouteTableId'))
  const gateway = text(properties, 'GatewayId')
  const vpc = text(table.properties, 'VpcId')
  if (
    gateway?.startsWith('igw-') === true
    && !attachments(request).some(
      (one) => text(one.properties, 'InternetGatewayId') === gateway && text(one.properties, 'VpcId') === vpc,
    )
  ) {
    throw new AwsFault(
      'InvalidParameterValue',
      `route table ${table.id} and network gateway ${gateway} belong to different networks`,
    )
  }
  const nat = text(properties, 'NatGatewayId')
  if (nat !== undefined) requireRecord(request, 'AWS::EC2::NatGateway', nat)
  if (recordOf(request.world, 'AWS::EC2::Route', request.region, routeId(request)) !== undefined) {
    throw new AwsFault('RouteAlreadyExists', `The route identified by ${destination(request)} already exists.`)
  }
}

function destination({properties}: ResourceRequest): string {
  return (
    text(properties, 'DestinationCidrBlock')
    ?? text(properties, 'DestinationIpv6CidrBlock')
    ?? text(properties, 'DestinationPrefixListId')
    ?? ''
  )
}

function routeId(request: ResourceRequest): string {
  return `${text(request.properties, 'RouteTableId') ?? ''}|${destination(request)}`
}

function makeRoute(request: ResourceRequest): Made {
  return {physicalId: routeId(request), attributes: {CidrBlock: destination(request)}}
}

function checkAssociation(request: ResourceRequest): void {
  const subnet = text(request.properties, 'SubnetId')
  requireRecord(request, 'AWS::EC2::Subnet', subnet)
  requireRecord(request, 'AWS::EC2::RouteTable', text(request.properties, 'RouteTableId'))
  const taken = recordsOf(request.world, 'AWS::EC2::SubnetRouteTableAssociation', request.region).some(
    ({properties}) => text(properties, 'SubnetId') === subnet,
  )
  if (taken) {
    throw new AwsFault(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${text(request.properties, 'RouteTableId') ?? ''} conflicts with an existing association`,
    )
  }
}

function makeAddress(request: ResourceRequest): Made {
  const used = new Set(recordsOf(request.world, 'AWS::EC2::EIP', request.region).map(({id}) => id))
  const byte = (): number => Number.parseInt(request.world.hex(2), 16)
  let ip = ''
  do ip = `52.${byte()}.${byte()}.${byte()}`
  while (used.has(ip))
  return {physicalId: ip, attributes: {AllocationId: ec2Id(request, 'eipalloc'), PublicIp: ip}}
}

function gatewayOn(request: ResourceRequest, allocation: unknown) {
  return recordsOf(request.world, 'AWS::EC2::NatGateway', request.region).find(
    ({properties}) => properties['AllocationId'] === allocation,
  )
}

function releaseAddress(request: ChangeRequest): void {
  const known = recordOf(request.world, request.type, request.region, request.physicalId)
  const allocation = known?.attributes['AllocationId']
  if (allocation !== undefined && gatewayOn(request, allocation) !== undefined) {
    throw new AwsFault('InvalidIPAddress.InUse', `Address ${request.physicalId} is in use.`)
  }
}

function checkNatGateway(request: ResourceRequest): void {
  const subnet = requireRecord(request, 'AWS::EC2::Subnet', text(request.properties, 'SubnetId'))
  const allocation = text(request.properties, 'AllocationId')
  if (text(request.properties, 'ConnectivityType') === 'private') return
  const address = recordsOf(request.world, 'AWS::EC2::EIP', request.region).find(
    ({attributes}) => attributes['AllocationId'] === allocation,
  )
  if (address === undefined) {
    throw new AwsFault('InvalidAllocationID.NotFound', `The allocation ID '${allocation ?? ''}' does not exist`)
  }
  const holder = gatewayOn(request, allocation)
  if (holder !== undefined) {
    throw new AwsFault('Resource.AlreadyAssociated', `resource ${allocation ?? ''} is already associated.`)
  }
  const zone = subnet.attributes['AvailabilityZone']
  requireRoom(
    request,
    'vpc',
    'L-FE5A380F',
    'NatGatewayLimitExceeded',
    'The maximum number of NAT Gateways has been reached.',
    (gateway) => {
      return (
        recordOf(request.world, 'AWS::EC2::Subnet', request.region, text(gateway.properties, 'SubnetId') ?? '')?.attributes[
          'AvailabilityZone'
        ] === zone
      )
    },
  )
}

function makeEndpoint(request: ResourceRequest): Made {
  const id = ec2Id(request, 'vpce')
  return {
    physicalId: id,
    attributes: {
      Id: id,
      CreationTimestamp: new Date(request.world.clock.now()).toISOString(),
      DnsEntries: [],
      NetworkInterfaceIds: [],
    },
  }
}

function checkVolume(request: ResourceRequest): void {
  const {properties} = request
  const zone = text(properties, 'AvailabilityZone') ?? ''
  if (!zonesOf(request.region).includes(zone)) throw new AwsFault('InvalidZone.NotFound', `The zone '${zone}' does not exist.`)
  if (number(properties, 'Size') === undefined && text(properties, 'SnapshotId') === undefined) {
    throw new AwsFault('MissingParameter', 'The request must contain the parameter size or snapshotId')
  }
}

/**
 * Ways out: route tables, routes, addresses, NAT gateways. A route needs a gateway of its own network, an address has one holder.
 */
import {requireRecord, requireRoom, withId, requireVpc, attachments} from './network.ts'
import {text} from '../../services/records/properties.ts'
import {recordOf, recordsOf} from '../../services/records/lookup.ts'
import {AwsFault} from '../../world/contract.ts'
import type {ChangeRequest, Made, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {ec2Id, recordHandler} from './record-handler.ts'

export const ec2RouteHandlers: ResourceHandlers = {
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
}

function releaseRouteTable(request: ChangeRequest): void {
  const associated = recordsOf(request.world, 'AWS::EC2::SubnetRouteTableAssociation', request.region).some(
    ({properties}) => text(properties, 'RouteTableId') === request.physicalId,
  )
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
      `the specified association for route table ${text(request.properties, 'RouteTableId') ?? ''} conflicts with an `
        + 'existing association',
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

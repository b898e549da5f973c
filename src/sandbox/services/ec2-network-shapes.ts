/** The pieces of a network in EC2's shapes, with the values its filters look at. */
import type * as E from '@aws-sdk/client-ec2'
import type {AccountRecord, World} from '../world/contract.ts'
import {freeAddresses} from './records/cidr.ts'
import type {FilterValues} from './records/ec2-filters.ts'
import {attribute, recordOf, recordsOf, tagList} from './records/lookup.ts'
import {flag, number, text, texts} from './records/properties.ts'
import {zoneId} from './records/zones.ts'

/** One kind of thing: its shape, and what a filter of EC2's sees of it. */
export interface Kind<S> {
  readonly type: string
  readonly shape: (world: World, record: AccountRecord) => S
  readonly filters: (world: World, record: AccountRecord) => Readonly<Record<string, readonly (string | undefined)[]>>
  /** What EC2 answers to an id that isn't there. */
  readonly missing: readonly [code: string, what: string]
}

export function filterValues(known: Readonly<Record<string, readonly (string | undefined)[]>>): FilterValues {
  return (name) => (Object.hasOwn(known, name) ? known[name] : undefined)
}

const stateOf = ({status}: AccountRecord, whileMade: string): string => (status === 'creating' ? whileMade : 'available')
const vpcOf = ({properties}: AccountRecord): string | undefined => text(properties, 'VpcId')
const isDefault = ({attributes}: AccountRecord): boolean => attributes['Default'] === 'true'

export const vpcs: Kind<E.Vpc> = {
  type: 'AWS::EC2::VPC',
  missing: ['InvalidVpcID.NotFound', 'vpc ID'],
  filters: (_world, record) => ({
    'vpc-id': [record.id],
    cidr: [text(record.properties, 'CidrBlock')],
    'cidr-block-association.cidr-block': [text(record.properties, 'CidrBlock')],
    state: ['available'],
    'is-default': ['false'],
  }),
  shape: (world, record) => ({
    VpcId: record.id,
    CidrBlock: text(record.properties, 'CidrBlock'),
    State: 'available',
    IsDefault: false,
    OwnerId: world.account,
    InstanceTenancy: (text(record.properties, 'InstanceTenancy') ?? 'default') as E.Tenancy,
    DhcpOptionsId: 'default',
    CidrBlockAssociationSet: [{CidrBlock: text(record.properties, 'CidrBlock'), CidrBlockState: {State: 'associated'}}],
    Tags: tagList(record),
  }),
}

export const subnets: Kind<E.Subnet> = {
  type: 'AWS::EC2::Subnet',
  missing: ['InvalidSubnetID.NotFound', 'subnet ID'],
  filters: (_world, record) => ({
    'subnet-id': [record.id],
    'vpc-id': [vpcOf(record)],
    'availability-zone': [attribute(record, 'AvailabilityZone')],
    'cidr-block': [text(record.properties, 'CidrBlock')],
    state: ['available'],
    'map-public-ip-on-launch': [String(flag(record.properties, 'MapPublicIpOnLaunch'))],
  }),
  shape: (world, record) => ({
    SubnetId: record.id,
    SubnetArn: `arn:aws:ec2:${record.region}:${world.account}:subnet/${record.id}`,
    VpcId: vpcOf(record),
    CidrBlock: text(record.properties, 'CidrBlock'),
    AvailabilityZone: attribute(record, 'AvailabilityZone'),
    AvailabilityZoneId: zoneId(attribute(record, 'AvailabilityZone')),
    State: 'available',
    OwnerId: world.account,
    MapPublicIpOnLaunch: flag(record.properties, 'MapPublicIpOnLaunch'),
    DefaultForAz: false,
    AvailableIpAddressCount: freeAddresses(text(record.properties, 'CidrBlock') ?? '0.0.0.0/32'),
    AssignIpv6AddressOnCreation: false,
    Tags: tagList(record),
  }),
}

function address(world: World, gateway: AccountRecord): AccountRecord | undefined {
  const allocation = text(gateway.properties, 'AllocationId')
  return recordsOf(world, 'AWS::EC2::EIP', gateway.region).find(({attributes}) => attributes['AllocationId'] === allocation)
}

export const natGateways: Kind<E.NatGateway> = {
  type: 'AWS::EC2::NatGateway',
  missing: ['NatGatewayNotFound', 'natGateway ID'],
  filters: (world, record) => ({
    'nat-gateway-id': [record.id],
    'subnet-id': [text(record.properties, 'SubnetId')],
    state: [stateOf(record, 'pending')],
    'vpc-id': [vpcOf(recordOf(world, 'AWS::EC2::Subnet', record.region, text(record.properties, 'SubnetId') ?? '') ?? record)],
  }),
  shape: (world, record) => {
    const subnet = text(record.properties, 'SubnetId')
    const held = address(world, record)
    return {
      NatGatewayId: record.id,
      SubnetId: subnet,
      VpcId: vpcOf(recordOf(world, 'AWS::EC2::Subnet', record.region, subnet ?? '') ?? record),
      State: stateOf(record, 'pending') as E.NatGatewayState,
      ConnectivityType: (text(record.properties, 'ConnectivityType') ?? 'public') as E.ConnectivityType,
      CreateTime: new Date(record.createdAt),
      Tags: tagList(record),
      NatGatewayAddresses:
        held === undefined
          ? []
          : [{AllocationId: attribute(held, 'AllocationId'), PublicIp: held.id, IsPrimary: true, Status: 'succeeded'}],
    }
  },
}

export const routeTables: Kind<E.RouteTable> = {
  type: 'AWS::EC2::RouteTable',
  missing: ['InvalidRouteTableID.NotFound', 'routeTable ID'],
  filters: (world, record) => ({
    'route-table-id': [record.id],
    'vpc-id': [vpcOf(record)],
    'association.main': [String(isDefault(record))],
    'association.subnet-id': associations(world, record).map(({properties}) => text(properties, 'SubnetId')),
    'route.nat-gateway-id': routes(world, record).map(({properties}) => text(properties, 'NatGatewayId')),
    'route.gateway-id': routes(world, record).map(({properties}) => text(properties, 'GatewayId')),
    'route.destination-cidr-block': routes(world, record).map(({properties}) => text(properties, 'DestinationCidrBlock')),
  }),
  shape: (world, record) => ({
    RouteTableId: record.id,
    VpcId: vpcOf(record),
    OwnerId: world.account,
    Tags: tagList(record),
    PropagatingVgws: [],
    Associations: [
      ...(isDefault(record) ? [{Main: true, RouteTableId: record.id, AssociationState: {State: 'associated' as const}}] : []),
      ...associations(world, record).map((one) => ({
        RouteTableAssociationId: one.id,
        RouteTableId: record.id,
        SubnetId: text(one.properties, 'SubnetId'),
        Main: false,
        AssociationState: {State: 'associated' as const},
      })),
    ],
    Routes: [
      {
        DestinationCidrBlock: text(
          recordOf(world, 'AWS::EC2::VPC', record.region, vpcOf(record) ?? '')?.properties ?? {},
          'CidrBlock',
        ),
        GatewayId: 'local',
        State: 'active',
        Origin: 'CreateRouteTable',
      },
      ...routes(world, record).map((one) => routeShape(world, one)),
    ],
  }),
}

function associations(world: World, table: AccountRecord): readonly AccountRecord[] {
  return recordsOf(world, 'AWS::EC2::SubnetRouteTableAssociation', table.region).filter(
    ({properties}) => text(properties, 'RouteTableId') === table.id,
  )
}

function routes(world: World, table: AccountRecord): readonly AccountRecord[] {
  return recordsOf(world, 'AWS::EC2::Route', table.region).filter(({properties}) => text(properties, 'RouteTableId') === table.id)
}

/** A route whose gateway is gone stays, as a black hole. */
function routeShape(world: World, {region, properties}: AccountRecord): E.Route {
  const nat = text(properties, 'NatGatewayId')
  const isLost = nat !== undefined && recordOf(world, 'AWS::EC2::NatGateway', region, nat) === undefined
  return {
    DestinationCidrBlock: text(properties, 'DestinationCidrBlock'),
    DestinationIpv6CidrBlock: text(properties, 'DestinationIpv6CidrBlock'),
    GatewayId: text(properties, 'GatewayId'),
    NatGatewayId: nat,
    State: isLost ? 'blackhole' : 'active',
    Origin: 'CreateRoute',
  }
}

export const vpcEndpoints: Kind<E.VpcEndpoint> = {
  type: 'AWS::EC2::VPCEndpoint',
  missing: ['InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id'],
  filters: (_world, record) => ({
    'vpc-endpoint-id': [record.id],
    'vpc-id': [vpcOf(record)],
    'service-name': [text(record.properties, 'ServiceName')],
    'vpc-endpoint-type': [text(record.properties, 'VpcEndpointType') ?? 'Gateway'],
    'vpc-endpoint-state': [stateOf(record, 'pending')],
  }),
  shape: (world, record) => ({
    VpcEndpointId: record.id,
    VpcId: vpcOf(record),
    ServiceName: text(record.properties, 'ServiceName'),
    State: stateOf(record, 'pending') as E.State,
    OwnerId: world.account,
    VpcEndpointType: (text(record.properties, 'VpcEndpointType') ?? 'Gateway') as E.VpcEndpointType,
    CreationTimestamp: new Date(record.createdAt),
    RouteTableIds: [...texts(record.properties, 'RouteTableIds')],
    SubnetIds: [...texts(record.properties, 'SubnetIds')],
    Groups: texts(record.properties, 'SecurityGroupIds').map((GroupId) => ({GroupId})),
    PrivateDnsEnabled: flag(record.properties, 'PrivateDnsEnabled'),
    Tags: tagList(record),
  }),
}

export const internetGateways: Kind<E.InternetGateway> = {
  type: 'AWS::EC2::InternetGateway',
  missing: ['InvalidInternetGatewayID.NotFound', 'internetGateway ID'],
  filters: (world, record) => ({'internet-gateway-id': [record.id], 'attachment.vpc-id': attachedTo(world, record)}),
  shape: (world, record) => ({
    InternetGatewayId: record.id,
    OwnerId: world.account,
    Tags: tagList(record),
    Attachments: attachedTo(world, record).map((VpcId) => ({VpcId, State: 'available' as E.AttachmentStatus})),
  }),
}

function attachedTo(world: World, gateway: AccountRecord): readonly string[] {
  return recordsOf(world, 'AWS::EC2::VPCGatewayAttachment', gateway.region)
    .filter(({properties}) => text(properties, 'InternetGatewayId') === gateway.id)
    .map((one) => vpcOf(one) ?? '')
}

export const flowLogs: Kind<E.FlowLog> = {
  type: 'AWS::EC2::FlowLog',
  missing: ['InvalidFlowLogId.NotFound', 'flow log ID'],
  filters: (_world, record) => ({
    'flow-log-id': [record.id],
    'resource-id': [text(record.properties, 'ResourceId')],
    'log-group-name': [text(record.properties, 'LogGroupName')],
    'traffic-type': [text(record.properties, 'TrafficType')],
  }),
  shape: (_world, record) => ({
    FlowLogId: record.id,
    FlowLogStatus: 'ACTIVE',
    ResourceId: text(record.properties, 'ResourceId'),
    TrafficType: text(record.properties, 'TrafficType') as E.TrafficType,
    LogDestinationType: (text(record.properties, 'LogDestinationType') ?? 'cloud-watch-logs') as E.LogDestinationType,
    LogGroupName: text(record.properties, 'LogGroupName'),
    DeliverLogsPermissionArn: text(record.properties, 'DeliverLogsPermissionArn'),
    DeliverLogsStatus: 'SUCCESS',
    MaxAggregationInterval: number(record.properties, 'MaxAggregationInterval') ?? 600,
    CreationTime: new Date(record.createdAt),
    Tags: tagList(record),
  }),
}

export const addresses: Kind<E.Address> = {
  type: 'AWS::EC2::EIP',
  missing: ['InvalidAddress.NotFound', 'address'],
  filters: (_world, record) => ({
    'allocation-id': [attribute(record, 'AllocationId')],
    'public-ip': [record.id],
    domain: ['vpc'],
  }),
  shape: (world, record) => {
    const holder = recordsOf(world, 'AWS::EC2::NatGateway', record.region).find(
      ({properties}) => text(properties, 'AllocationId') === attribute(record, 'AllocationId'),
    )
    return {
      AllocationId: attribute(record, 'AllocationId'),
      PublicIp: record.id,
      Domain: 'vpc',
      Tags: tagList(record),
      ...(holder !== undefined && {AssociationId: `eipassoc-${holder.id.slice(4)}`}),
    }
  },
}

/**
 * Networks: VPC, subnets, internet gateways, endpoints, flow logs, volumes. It refuses what EC2 refuses (ranges that collide, a
 * network that isn't empty) and gives every VPC what comes with it: a main route table, a default group and a default ACL.
 */
import {cidrConflict, defaultsOf, requireRecord, requireRoom, vpcDependents, withId, requireVpc, attachments} from './network.ts'
import {number, text, texts} from '../../services/records/properties.ts'
import {putRecord, recordsOf} from '../../services/records/lookup.ts'
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
  'AWS::EC2::VPCEndpoint': recordHandler({check: requireVpc, make: makeEndpoint}),
  'AWS::EC2::FlowLog': recordHandler({
    check: (request) => {
      requireRecord(request, 'AWS::EC2::VPC', text(request.properties, 'ResourceId'))
    },
    make: withId('fl', 'Id'),
  }),
  'AWS::EC2::Volume': recordHandler({check: checkVolume, make: withId('vol', 'VolumeId')}),
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
      `Value (${zone}) for parameter availabilityZone is invalid. `
        + `Subnets can currently only be created in the following availability zones: ${zonesOf(request.region).join(', ')}.`,
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

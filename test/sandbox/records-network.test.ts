import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import {GetServiceQuotaCommand, ServiceQuotasClient} from '@aws-sdk/client-service-quotas'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {aNetwork} from './a-network.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'

let wire: RecordsWire
let ec2: EC2Client

beforeEach(async () => {
  wire = await aRecordsWire()
  ec2 = new EC2Client(wire.client())
})
afterEach(async () => {
  ec2.destroy()
  await wire.close()
})

describe('networks', () => {
  it('a VPC comes with a main route table, a default group and an ACL that allows everything', async () => {
    const {
      vpc,
      data: [first],
    } = await aNetwork(wire.world)
    const Filters = [{Name: 'vpc-id', Values: [vpc.id]}]
    expect((await ec2.send(new DescribeRouteTablesCommand({Filters}))).RouteTables).toMatchObject([
      {Associations: [{Main: true}], Routes: [{GatewayId: 'local'}]},
    ])
    expect((await ec2.send(new DescribeSecurityGroupsCommand({Filters}))).SecurityGroups).toMatchObject([{GroupName: 'default'}])
    const {NetworkAcls} = await ec2.send(new DescribeNetworkAclsCommand({Filters}))
    expect(NetworkAcls).toMatchObject([
      {IsDefault: true, Entries: [{RuleAction: 'allow'}, {RuleAction: 'deny'}, {RuleAction: 'allow'}, {RuleAction: 'deny'}]},
    ])
    expect(NetworkAcls?.[0]?.Associations?.map(({SubnetId}) => SubnetId)).toContain(first.id)
  })

  it('subnets are found by VPC, zone and tag, with wildcards', async () => {
    const {vpc} = await aNetwork(wire.world)
    const names = async (Name: string, ...Values: string[]): Promise<unknown> =>
      (
        await ec2.send(
          new DescribeSubnetsCommand({
            Filters: [
              {Name: 'vpc-id', Values: [vpc.id]},
              {Name, Values},
            ],
          }),
        )
      ).Subnets?.map(({Tags}) => Tags?.find(({Key}) => Key === 'Name')?.Value)
    expect(await names('tag:Name', 'data-*')).toEqual(['data-a', 'data-b'])
    expect(await names('availability-zone', 'eu-west-1a')).toEqual(['public-a', 'data-a'])
    expect(await names('tag:Name', 'nobody')).toEqual([])
  })

  it('a filter EC2 does not know is refused, never read over', async () => {
    await expect(ec2.send(new DescribeVpcsCommand({Filters: [{Name: 'colour', Values: ['red']}]}))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: "The filter 'colour' is invalid",
    })
  })

  it('an id that is not there is an error with its own code', async () => {
    await expect(ec2.send(new DescribeVpcsCommand({VpcIds: ['vpc-0dead']}))).rejects.toMatchObject({
      name: 'InvalidVpcID.NotFound',
      message: "The vpc ID 'vpc-0dead' does not exist",
    })
  })

  it('a VPC is seen in its own Region only', async () => {
    await aNetwork(wire.world)
    const other = new EC2Client(wire.client('eu-central-1'))
    expect((await other.send(new DescribeVpcsCommand({}))).Vpcs ?? []).toEqual([])
    other.destroy()
  })

  it('subnets that share an address are refused', async () => {
    const {vpc} = await aNetwork(wire.world)
    await expect(
      aResource(wire.world, 'AWS::EC2::Subnet', {VpcId: vpc.id, CidrBlock: '10.40.8.128/25', AvailabilityZone: 'eu-west-1b'}),
    ).rejects.toThrow("The CIDR '10.40.8.128/25' conflicts with another subnet")
  })

  it('a NAT gateway stands in its zone with the address it was given, and the address cannot be released meanwhile', async () => {
    const {publicSubnet, vpc} = await aNetwork(wire.world)
    const address = await aResource(wire.world, 'AWS::EC2::EIP', {Domain: 'vpc'})
    const gateway = await aResource(wire.world, 'AWS::EC2::NatGateway', {
      SubnetId: publicSubnet.id,
      AllocationId: address.attributes['AllocationId'],
    })
    expect(
      (await ec2.send(new DescribeNatGatewaysCommand({Filter: [{Name: 'vpc-id', Values: [vpc.id]}]}))).NatGateways,
    ).toMatchObject([
      {NatGatewayId: gateway.id, SubnetId: publicSubnet.id, State: 'available', NatGatewayAddresses: [{PublicIp: address.id}]},
    ])
    expect((await ec2.send(new DescribeAddressesCommand({}))).Addresses).toMatchObject([
      {PublicIp: address.id, AssociationId: expect.any(String) as string},
    ])
    await expect(address.remove()).rejects.toMatchObject({code: 'InvalidIPAddress.InUse'})
    await gateway.remove()
    await expect(address.remove()).resolves.toBeUndefined()
  })

  it('the sixth address is one too many, as the quota says', async () => {
    const quotas = new ServiceQuotasClient(wire.client())
    const {Quota} = await quotas.send(new GetServiceQuotaCommand({ServiceCode: 'ec2', QuotaCode: 'L-0263D0A3'}))
    quotas.destroy()
    for (let made = 0; made < (Quota?.Value ?? 0); made++) await aResource(wire.world, 'AWS::EC2::EIP', {Domain: 'vpc'})
    await expect(aResource(wire.world, 'AWS::EC2::EIP', {Domain: 'vpc'})).rejects.toMatchObject({code: 'AddressLimitExceeded'})
  })

  it('a route needs a gateway that is attached to the same network', async () => {
    const {vpc} = await aNetwork(wire.world)
    const gateway = await aResource(wire.world, 'AWS::EC2::InternetGateway', {})
    const table = await aResource(wire.world, 'AWS::EC2::RouteTable', {VpcId: vpc.id})
    const route = {RouteTableId: table.id, DestinationCidrBlock: '0.0.0.0/0', GatewayId: gateway.id}
    await expect(aResource(wire.world, 'AWS::EC2::Route', route)).rejects.toThrow('belong to different networks')
    await aResource(wire.world, 'AWS::EC2::VPCGatewayAttachment', {VpcId: vpc.id, InternetGatewayId: gateway.id})
    expect(await aResource(wire.world, 'AWS::EC2::Route', route)).toMatchObject({id: `${table.id}|0.0.0.0/0`})
    await expect(aResource(wire.world, 'AWS::EC2::Route', route)).rejects.toMatchObject({code: 'RouteAlreadyExists'})
  })

  it('a VPC with something in it cannot be deleted; an empty one takes its defaults along', async () => {
    const {vpc, publicSubnet, data} = await aNetwork(wire.world)
    await expect(vpc.remove()).rejects.toThrow(`The vpc '${vpc.id}' has dependencies and cannot be deleted.`)
    for (const subnet of [publicSubnet, ...data]) await subnet.remove()
    await vpc.remove()
    expect((await ec2.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).toEqual([])
  })
})

describe('security groups', () => {
  it('a rule of its own and a rule within its group are both rules of the group', async () => {
    const {vpc} = await aNetwork(wire.world)
    const tasks = await aResource(wire.world, 'AWS::EC2::SecurityGroup', {
      VpcId: vpc.id,
      GroupDescription: 'tasks',
      SecurityGroupEgress: [{IpProtocol: '-1', CidrIp: '127.0.0.1/32'}],
    })
    const balancer = await aResource(wire.world, 'AWS::EC2::SecurityGroup', {VpcId: vpc.id, GroupDescription: 'balancer'})
    await aResource(wire.world, 'AWS::EC2::SecurityGroupIngress', {
      GroupId: tasks.id,
      IpProtocol: 'tcp',
      FromPort: '8080',
      ToPort: '8080',
      SourceSecurityGroupId: balancer.id,
    })
    const {SecurityGroupRules} = await ec2.send(
      new DescribeSecurityGroupRulesCommand({Filters: [{Name: 'group-id', Values: [tasks.id]}]}),
    )
    expect(SecurityGroupRules).toMatchObject([
      {IsEgress: false, FromPort: 8080, ReferencedGroupInfo: {GroupId: balancer.id}},
      {IsEgress: true, CidrIpv4: '127.0.0.1/32'},
    ])
  })

  it('a group that says nothing of what leaves lets everything out', async () => {
    const {vpc} = await aNetwork(wire.world)
    const group = await aResource(wire.world, 'AWS::EC2::SecurityGroup', {VpcId: vpc.id, GroupDescription: 'open'})
    expect((await ec2.send(new DescribeSecurityGroupsCommand({GroupIds: [group.id]}))).SecurityGroups).toMatchObject([
      {IpPermissionsEgress: [{IpRanges: [{CidrIp: '0.0.0.0/0'}]}]},
    ])
  })

  it('the same rule twice is a duplicate', async () => {
    const {vpc} = await aNetwork(wire.world)
    const group = await aResource(wire.world, 'AWS::EC2::SecurityGroup', {VpcId: vpc.id, GroupDescription: 'web'})
    const rule = {GroupId: group.id, IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0'}
    await aResource(wire.world, 'AWS::EC2::SecurityGroupIngress', rule)
    await expect(aResource(wire.world, 'AWS::EC2::SecurityGroupIngress', {...rule, Description: 'again'})).rejects.toMatchObject({
      code: 'InvalidPermission.Duplicate',
    })
  })

  it("a group that another group's rule names stays", async () => {
    const {vpc} = await aNetwork(wire.world)
    const group = async (): ReturnType<typeof aResource> =>
      aResource(wire.world, 'AWS::EC2::SecurityGroup', {VpcId: vpc.id, GroupDescription: 'one'})
    const [named, other] = [await group(), await group()]
    const rule = await aResource(wire.world, 'AWS::EC2::SecurityGroupIngress', {
      GroupId: other.id,
      IpProtocol: 'tcp',
      FromPort: 1,
      ToPort: 1,
      SourceSecurityGroupId: named.id,
    })
    await expect(named.remove()).rejects.toMatchObject({code: 'DependencyViolation'})
    await rule.remove()
    await expect(named.remove()).resolves.toBeUndefined()
  })
})

describe('what a Region offers', () => {
  it('has three zones', async () => {
    const {AvailabilityZones} = await ec2.send(new DescribeAvailabilityZonesCommand({}))
    expect(AvailabilityZones?.map(({ZoneName, ZoneId}) => [ZoneName, ZoneId])).toEqual([
      ['eu-west-1a', 'euw1-az1'],
      ['eu-west-1b', 'euw1-az2'],
      ['eu-west-1c', 'euw1-az3'],
    ])
  })

  it('has some types in two of them only', async () => {
    const zones = async (type: string): Promise<unknown> =>
      (
        await ec2.send(
          new DescribeInstanceTypeOfferingsCommand({
            LocationType: 'availability-zone',
            Filters: [{Name: 'instance-type', Values: [type]}],
          }),
        )
      ).InstanceTypeOfferings?.map(({Location}) => Location)
    expect(await zones('m7g.large')).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c'])
    expect(await zones('m8g.large')).toEqual(['eu-west-1a', 'eu-west-1b'])
  })

  it('answers hosts with state, zone and tags', async () => {
    const {
      data: [first],
      vpc,
    } = await aNetwork(wire.world)
    wire.world.records.put({
      region: 'eu-west-1',
      type: 'AWS::EC2::Instance',
      id: 'i-0123456789abcdef0',
      status: 'running',
      attributes: {},
      tags: {'aws:autoscaling:groupName': 'hosts'},
      createdAt: 0,
      stack: null,
      properties: {
        InstanceType: 'm7g.large',
        ImageId: 'ami-0123456789abcdef0',
        SubnetId: first.id,
        AvailabilityZone: 'eu-west-1a',
      },
    })
    const {Reservations} = await ec2.send(
      new DescribeInstancesCommand({Filters: [{Name: 'tag:aws:autoscaling:groupName', Values: ['hosts']}]}),
    )
    expect(Reservations?.[0]?.Instances).toMatchObject([
      {InstanceType: 'm7g.large', State: {Name: 'running', Code: 16}, VpcId: vpc.id, Placement: {AvailabilityZone: 'eu-west-1a'}},
    ])
  })

  it('knows an image by its id and refuses what is none', async () => {
    expect((await ec2.send(new DescribeImagesCommand({ImageIds: ['ami-0123456789abcdef0']}))).Images).toMatchObject([
      {State: 'available', Architecture: 'arm64'},
    ])
    await expect(ec2.send(new DescribeImagesCommand({ImageIds: ['latest']}))).rejects.toMatchObject({
      name: 'InvalidAMIID.Malformed',
    })
  })

  it('says by name what it does not model', async () => {
    await expect(ec2.send(new RunInstancesCommand({MinCount: 1, MaxCount: 1}))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: "The sandbox doesn't model ec2:RunInstances.",
    })
  })
})

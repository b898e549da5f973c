/**
 * EC2's describes, from the account's records: every kind of thing has its shape and filters in a file beside this. It makes
 * nothing: stacks and Auto Scaling do.
 */
import type * as E from '@aws-sdk/client-ec2'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {imageShape, instances, launchTemplates, templateName, templateVersion, volumes} from './ec2-compute-shapes.ts'
import {
  addresses,
  filterValues,
  flowLogs,
  internetGateways,
  natGateways,
  routeTables,
  subnets,
  vpcEndpoints,
  vpcs,
} from './ec2-network-shapes.ts'
import type {Kind} from './ec2-network-shapes.ts'
import {ingressOperations} from './ec2-ingress.ts'
import {networkAcls, rulesOf, ruleShape, securityGroups} from './ec2-security-shapes.ts'
import {passes, refuseUnknown} from './records/ec2-filters.ts'
import {recordsOf} from './records/lookup.ts'
import {page} from './records/page.ts'
import type {Page} from './records/page.ts'
import {offersType, zoneId, zonesOf} from './records/zones.ts'

interface Query {
  readonly Filters?: E.Filter[] | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

const LARGEST_PAGE = 1000

export function createEc2(world: World): Service {
  const list = <S>(kind: Kind<S>, input: Query, call: CallContext, ids?: readonly string[]): Page<S> => {
    const {items, next} = page(select(world, kind, input, call, ids), input.NextToken, input.MaxResults ?? LARGEST_PAGE)
    return {items: items.map((record) => kind.shape(world, record)), next}
  }
  return {
    name: 'ec2',
    operations: {
      DescribeVpcs: (input: E.DescribeVpcsRequest, call: CallContext): E.DescribeVpcsResult => {
        const {items, next} = list(vpcs, input, call, input.VpcIds)
        return {Vpcs: [...items], NextToken: next}
      },
      DescribeSubnets: (input: E.DescribeSubnetsRequest, call: CallContext): E.DescribeSubnetsResult => {
        const {items, next} = list(subnets, input, call, input.SubnetIds)
        return {Subnets: [...items], NextToken: next}
      },
      DescribeNatGateways: (input: E.DescribeNatGatewaysRequest, call: CallContext): E.DescribeNatGatewaysResult => {
        // The one describe whose filters are called `Filter`.
        const {items, next} = list(natGateways, {...input, Filters: input.Filter}, call, input.NatGatewayIds)
        return {NatGateways: [...items], NextToken: next}
      },
      DescribeRouteTables: (input: E.DescribeRouteTablesRequest, call: CallContext): E.DescribeRouteTablesResult => {
        const {items, next} = list(routeTables, input, call, input.RouteTableIds)
        return {RouteTables: [...items], NextToken: next}
      },
      DescribeInternetGateways: (
        input: E.DescribeInternetGatewaysRequest,
        call: CallContext,
      ): E.DescribeInternetGatewaysResult => {
        const {items, next} = list(internetGateways, input, call, input.InternetGatewayIds)
        return {InternetGateways: [...items], NextToken: next}
      },
      DescribeSecurityGroups: (input: E.DescribeSecurityGroupsRequest, call: CallContext): E.DescribeSecurityGroupsResult => {
        const {items, next} = list(securityGroups, input, call, input.GroupIds)
        return {SecurityGroups: [...items], NextToken: next}
      },
      ...ingressOperations(world),
      DescribeSecurityGroupRules: (input: E.DescribeSecurityGroupRulesRequest, call: CallContext) =>
        describeRules(world, input, call),
      DescribeNetworkAcls: (input: E.DescribeNetworkAclsRequest, call: CallContext): E.DescribeNetworkAclsResult => {
        const {items, next} = list(networkAcls, input, call, input.NetworkAclIds)
        return {NetworkAcls: [...items], NextToken: next}
      },
      DescribeVpcEndpoints: (input: E.DescribeVpcEndpointsRequest, call: CallContext): E.DescribeVpcEndpointsResult => {
        const {items, next} = list(vpcEndpoints, input, call, input.VpcEndpointIds)
        return {VpcEndpoints: [...items], NextToken: next}
      },
      DescribeFlowLogs: (input: E.DescribeFlowLogsRequest, call: CallContext): E.DescribeFlowLogsResult => {
        const {items, next} = list(flowLogs, {...input, Filters: input.Filter}, call, input.FlowLogIds)
        return {FlowLogs: [...items], NextToken: next}
      },
      DescribeAddresses: (input: E.DescribeAddressesRequest, call: CallContext): E.DescribeAddressesResult => {
        const allocations = input.AllocationIds
        const {items} = list(addresses, input, call, input.PublicIps)
        return {
          Addresses: items.filter(({AllocationId}) => allocations === undefined || allocations.includes(AllocationId ?? '')),
        }
      },
      DescribeVolumes: (input: E.DescribeVolumesRequest, call: CallContext): E.DescribeVolumesResult => {
        const {items, next} = list(volumes, input, call, input.VolumeIds)
        return {Volumes: [...items], NextToken: next}
      },
      DescribeInstances: (input: E.DescribeInstancesRequest, call: CallContext): E.DescribeInstancesResult => {
        const {items, next} = list(instances, input, call, input.InstanceIds)
        return {
          Reservations: items.map((one) => ({
            ReservationId: `r-${one.InstanceId?.slice(2) ?? ''}`,
            OwnerId: call.account,
            Instances: [one],
          })),
          NextToken: next,
        }
      },
      DescribeLaunchTemplates: (input: E.DescribeLaunchTemplatesRequest, call: CallContext): E.DescribeLaunchTemplatesResult => {
        const {items, next} = list(launchTemplates, input, call, input.LaunchTemplateIds)
        const names = input.LaunchTemplateNames
        return {
          LaunchTemplates: items.filter((one) => names === undefined || names.includes(one.LaunchTemplateName ?? '')),
          NextToken: next,
        }
      },
      DescribeLaunchTemplateVersions: (
        input: E.DescribeLaunchTemplateVersionsRequest,
        call: CallContext,
      ): E.DescribeLaunchTemplateVersionsResult => ({
        LaunchTemplateVersions: recordsOf(world, launchTemplates.type, call.region)
          .filter((one) => one.id === input.LaunchTemplateId || templateName(one) === input.LaunchTemplateName)
          .map(templateVersion),
      }),
      DescribeImages: ({ImageIds}: E.DescribeImagesRequest, call: CallContext): E.DescribeImagesResult => {
        const ids = ImageIds ?? recordsOf(world, 'AWS::EC2::Image', call.region).map(({id}) => id)
        const malformed = ids.find((id) => !/^ami-[0-9a-f]{8,17}$/.test(id))
        if (malformed !== undefined) throw new AwsFault('InvalidAMIID.Malformed', `Invalid id: "${malformed}"`)
        return {Images: ids.map((id) => imageShape(world, call.region, id))}
      },
      DescribeAvailabilityZones: (
        _input: E.DescribeAvailabilityZonesRequest,
        call: CallContext,
      ): E.DescribeAvailabilityZonesResult => ({
        AvailabilityZones: zonesOf(call.region).map((zone) => ({
          ZoneName: zone,
          ZoneId: zoneId(zone),
          RegionName: call.region,
          GroupName: call.region,
          State: 'available',
          OptInStatus: 'opt-in-not-required',
          ZoneType: 'availability-zone',
        })),
      }),
      DescribeInstanceTypeOfferings: (input: E.DescribeInstanceTypeOfferingsRequest, call: CallContext) => offerings(input, call),
    },
  }
}

function select<S>(
  world: World,
  kind: Kind<S>,
  input: Query,
  call: CallContext,
  ids: readonly string[] | undefined,
): readonly AccountRecord[] {
  const all = recordsOf(world, kind.type, call.region)
  refuseUnknown(input.Filters, filterValues(kind.filters(world, {...NOTHING, type: kind.type, region: call.region})))
  const lost = ids?.find((id) => all.every((one) => one.id !== id))
  if (lost !== undefined) throw new AwsFault(kind.missing[0], `The ${kind.missing[1]} '${lost}' does not exist`)
  return all.filter(
    (record) =>
      (ids === undefined || ids.includes(record.id))
      && passes(input.Filters, record.tags, filterValues(kind.filters(world, record))),
  )
}

/** Which filters there are doesn't depend on what there is: an account without a VPC refuses a filter of no VPC's, too. */
const NOTHING: AccountRecord = {
  region: '',
  type: '',
  id: '',
  properties: {},
  attributes: {},
  tags: {},
  status: '',
  createdAt: 0,
  stack: null,
}

function describeRules(
  world: World,
  input: E.DescribeSecurityGroupRulesRequest,
  call: CallContext,
): E.DescribeSecurityGroupRulesResult {
  const all = recordsOf(world, securityGroups.type, call.region).flatMap((group) => rulesOf(world, group))
  const found = all.filter(
    (rule) =>
      (input.SecurityGroupRuleIds === undefined || input.SecurityGroupRuleIds.includes(rule.id))
      && passes(input.Filters, rule.tags, filterValues({'group-id': [rule.group], 'security-group-rule-id': [rule.id]})),
  )
  const {items, next} = page(found, input.NextToken, input.MaxResults ?? LARGEST_PAGE)
  return {SecurityGroupRules: items.map((rule) => ruleShape(world, rule)), NextToken: next}
}

/** There are hundreds of types; only those asked for by name are listed, as nobody asks otherwise. */
function offerings(input: E.DescribeInstanceTypeOfferingsRequest, call: CallContext): E.DescribeInstanceTypeOfferingsResult {
  const wanted = (name: string): readonly string[] | undefined => input.Filters?.find(({Name}) => Name === name)?.Values
  const types = wanted('instance-type') ?? ['m7g.large', 'm7g.xlarge', 'm8g.large', 't4g.small', 't4g.medium', 'c7g.large']
  const byZone = input.LocationType === 'availability-zone' || input.LocationType === 'availability-zone-id'
  const places = byZone ? zonesOf(call.region) : [call.region]
  const named = (place: string): string => (input.LocationType === 'availability-zone-id' ? zoneId(place) : place)
  const all = types.flatMap((type) =>
    places
      .filter((place) => offersType(place, type))
      .map((place): E.InstanceTypeOffering => ({
        InstanceType: type as E._InstanceType,
        LocationType: input.LocationType ?? 'region',
        Location: named(place),
      })),
  )
  const found = all.filter(({Location}) => wanted('location')?.includes(Location ?? '') ?? true)
  const {items, next} = page(found, input.NextToken, input.MaxResults ?? LARGEST_PAGE)
  return {InstanceTypeOfferings: [...items], NextToken: next}
}

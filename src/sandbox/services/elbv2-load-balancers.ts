/** Load balancers and their attributes. It must never delete one that deletion protection holds. */
import type * as E from '@aws-sdk/client-elastic-load-balancing-v2'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, World} from '../world/contract.ts'
import {zoneOf} from './zones.ts'
import {LOAD_BALANCER_DEFAULTS, attributeList, changeAttributes} from './elbv2-attributes.ts'
import {invalid, loadBalancerOf, pageOf, refreshUse, setTags} from './elbv2-state.ts'
import type {DataPlane, ElbRegion, LoadBalancer} from './elbv2-state.ts'

/** How long a new load balancer is `provisioning`, virtual ms. */
const PROVISIONING_MS = 20_000

/** Zones in which load balancers' own names live. */
const HOSTED_ZONES: Readonly<Record<string, string>> = {
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-west-2': 'ZHURV8PSTC4K8',
  'eu-west-3': 'Z3Q77PNBQS71R4',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'eu-north-1': 'Z23TAZ6LKFMNIO',
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-east-2': 'Z3AADJGX6KTTL2',
  'us-west-2': 'Z1H1FL5HABSF5',
}

type Subnets = Pick<E.CreateLoadBalancerCommandInput, 'Subnets' | 'SubnetMappings'>

/** At least two zones; a subnet that the account has no record of is taken on trust. */
function checkedSubnets(world: World, region: string, input: Subnets): readonly string[] {
  const subnets = input.Subnets ?? input.SubnetMappings?.map((mapping) => mapping.SubnetId ?? '') ?? []
  const known = subnets.filter((subnet) => world.records.get(region, 'AWS::EC2::Subnet', subnet) !== undefined)
  const zones = new Set(known.map((subnet, turn) => zoneOf(world, region, subnet, turn)))
  if (known.length > 0 && known.length === subnets.length && zones.size < 2) {
    throw invalid('At least two subnets in two different Availability Zones must be specified')
  }
  return subnets
}

function vpcOf(world: World, region: string, subnets: readonly string[]): string {
  const vpc = world.records.get(region, 'AWS::EC2::Subnet', subnets[0] ?? '')?.properties['VpcId']
  return typeof vpc === 'string' ? vpc : `vpc-${world.hex(17)}`
}

export function loadBalancerOperations(world: World, stateOf: (region: string) => ElbRegion, plane: DataPlane) {
  const shape = (lb: LoadBalancer): E.LoadBalancer => ({
    LoadBalancerArn: lb.arn,
    LoadBalancerName: lb.name,
    DNSName: lb.dnsName,
    CanonicalHostedZoneId: HOSTED_ZONES[lb.region] ?? 'Z32O12XQLNTSW2',
    CreatedTime: new Date(lb.createdAt),
    Scheme: lb.scheme,
    VpcId: lb.vpcId,
    State: {Code: world.clock.now() >= lb.activeAt ? 'active' : 'provisioning'},
    Type: 'application',
    AvailabilityZones: lb.subnets.map((subnet, i) => ({
      ZoneName: zoneOf(world, lb.region, subnet, i),
      SubnetId: subnet,
      LoadBalancerAddresses: [],
    })),
    SecurityGroups: [...lb.securityGroups],
    IpAddressType: lb.ipAddressType,
  })

  return {
    CreateLoadBalancer: (
      input: E.CreateLoadBalancerCommandInput,
      call: CallContext,
    ): Partial<E.CreateLoadBalancerCommandOutput> => {
      const state = stateOf(call.region)
      const name = input.Name ?? ''
      if (!/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
        throw invalid(`The load balancer name '${name}' must be 1–32 alphanumeric characters or hyphens, not at either end`)
      }
      if (input.Type !== undefined && input.Type !== 'application') {
        throw invalid(`The sandbox has no '${input.Type}' load balancers`)
      }
      const scheme = input.Scheme ?? 'internet-facing'
      const same = [...state.loadBalancers.values()].find((lb) => lb.name === name)
      if (same !== undefined) {
        if (same.scheme === scheme) return {LoadBalancers: [shape(same)]}
        throw new AwsFault(
          'DuplicateLoadBalancerName',
          `A load balancer with the same name '${name}' exists, but with different settings`,
        )
      }
      const subnets = checkedSubnets(world, call.region, input)
      const id = world.hex(16)
      const suffix = `app/${name}/${id}`
      const now = world.clock.now()
      const lb: LoadBalancer = {
        arn: `arn:aws:elasticloadbalancing:${call.region}:${call.account}:loadbalancer/${suffix}`,
        suffix,
        name,
        region: call.region,
        dnsName: `${scheme === 'internal' ? 'internal-' : ''}${name}-${parseInt(id.slice(0, 7), 16)}.${call.region}.elb.amazonaws.com`,
        scheme,
        vpcId: vpcOf(world, call.region, subnets),
        subnets,
        securityGroups: input.SecurityGroups ?? [],
        ipAddressType: input.IpAddressType === 'dualstack' ? 'dualstack' : 'ipv4',
        createdAt: now,
        activeAt: now + PROVISIONING_MS,
        attributes: new Map(Object.entries(LOAD_BALANCER_DEFAULTS)),
      }
      state.loadBalancers.set(lb.arn, lb)
      setTags(state, lb.arn, input.Tags)
      return {LoadBalancers: [shape(lb)]}
    },

    DescribeLoadBalancers: (
      input: E.DescribeLoadBalancersCommandInput,
      call: CallContext,
    ): Partial<E.DescribeLoadBalancersCommandOutput> => {
      const state = stateOf(call.region)
      const all = [...state.loadBalancers.values()]
      const missing = input.Names?.find((name) => !all.some((lb) => lb.name === name))
      if (missing !== undefined) throw new AwsFault('LoadBalancerNotFound', `Load balancers '[${missing}]' not found`)
      const chosen =
        input.LoadBalancerArns !== undefined
          ? input.LoadBalancerArns.map((arn) => loadBalancerOf(state, arn))
          : all.filter((lb) => input.Names?.includes(lb.name) ?? true)
      const page = pageOf(chosen, input.Marker, input.PageSize)
      return {LoadBalancers: page.items.map(shape), NextMarker: page.next}
    },

    DeleteLoadBalancer: async (input: E.DeleteLoadBalancerCommandInput, call: CallContext): Promise<object> => {
      const state = stateOf(call.region)
      const lb = state.loadBalancers.get(input.LoadBalancerArn ?? '')
      if (lb === undefined) return {}
      if (lb.attributes.get('deletion_protection.enabled') === 'true') {
        throw new AwsFault(
          'OperationNotPermitted',
          `Load balancer '${lb.arn}' cannot be deleted because deletion protection is enabled`,
        )
      }
      state.loadBalancers.delete(lb.arn)
      state.tags.delete(lb.arn)
      const listeners = [...state.listeners.values()].filter((listener) => listener.loadBalancer === lb)
      for (const listener of listeners) state.listeners.delete(listener.arn)
      for (const group of refreshUse(state)) plane.targetsChanged(group)
      await Promise.all(listeners.map(async (listener) => plane.closed(listener)))
      return {}
    },

    DescribeLoadBalancerAttributes: (
      input: E.DescribeLoadBalancerAttributesCommandInput,
      call: CallContext,
    ): Partial<E.DescribeLoadBalancerAttributesCommandOutput> => ({
      Attributes: attributeList(loadBalancerOf(stateOf(call.region), input.LoadBalancerArn).attributes),
    }),

    ModifyLoadBalancerAttributes: (
      input: E.ModifyLoadBalancerAttributesCommandInput,
      call: CallContext,
    ): Partial<E.ModifyLoadBalancerAttributesCommandOutput> => {
      const lb = loadBalancerOf(stateOf(call.region), input.LoadBalancerArn)
      changeAttributes(lb.attributes, input.Attributes)
      return {Attributes: attributeList(lb.attributes)}
    },

    SetSubnets: (input: E.SetSubnetsCommandInput, call: CallContext): Partial<E.SetSubnetsCommandOutput> => {
      const lb = loadBalancerOf(stateOf(call.region), input.LoadBalancerArn)
      lb.subnets = checkedSubnets(world, call.region, input)
      return {AvailabilityZones: shape(lb).AvailabilityZones, IpAddressType: lb.ipAddressType}
    },

    SetSecurityGroups: (input: E.SetSecurityGroupsCommandInput, call: CallContext): Partial<E.SetSecurityGroupsCommandOutput> => {
      const lb = loadBalancerOf(stateOf(call.region), input.LoadBalancerArn)
      lb.securityGroups = input.SecurityGroups ?? []
      return {SecurityGroupIds: [...lb.securityGroups]}
    },
  }
}

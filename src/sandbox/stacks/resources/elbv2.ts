/**
 * Load balancers, listeners, their rules and target groups of a stack, made through the service's own operations. It never
 * touches rules that it hasn't made: the live rule is somebody else's.
 */
import type * as E from '@aws-sdk/client-elastic-load-balancing-v2'
import type {ChangeRequest, Made, Properties, ResourceHandler, ResourceHandlers, ResourceRequest} from '../contract.ts'
import {drifted, list, means, number, only, text, withKinds} from './property-values.ts'
import {generatedName} from './record-handler.ts'
import {call, keyValueTags, missing, tagChanges, unlessMissing} from './service-call.ts'

const NAME_LENGTH = 32
const NUMBERS = [
  'Port',
  'Weight',
  'Order',
  'DurationSeconds',
  'Priority',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
]
const KINDS = {
  numbers: NUMBERS,
  flags: ['Enabled', 'HealthCheckEnabled'],
  texts: ['StatusCode', 'HttpCode', 'HealthCheckPort', 'Value'],
}

const elb = async <Output>(
  request: Pick<ResourceRequest, 'world' | 'region'>,
  operation: string,
  input: object,
): Promise<Output> => call<Output>(request, 'elasticloadbalancingv2', operation, input)

/** Ports of redirects are texts, ports of listeners numbers. */
function typed(properties: Properties): Properties {
  const {DefaultActions, Actions, ...rest} = properties
  const actions = (value: unknown): unknown =>
    withKinds(value, {...KINDS, numbers: NUMBERS.filter((name) => name !== 'Port'), texts: [...KINDS.texts, 'Port']})
  return {
    ...withKinds(rest, KINDS),
    ...(DefaultActions === undefined ? {} : {DefaultActions: actions(DefaultActions)}),
    ...(Actions === undefined ? {} : {Actions: actions(Actions)}),
  }
}

async function retag(request: ChangeRequest, arn: string): Promise<void> {
  const described = await elb<E.DescribeTagsCommandOutput>(request, 'DescribeTags', {ResourceArns: [arn]})
  const before = Object.fromEntries((described.TagDescriptions?.[0]?.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']))
  const {set, gone} = tagChanges(
    Object.fromEntries(Object.entries(before).filter(([key]) => !key.startsWith('aws:'))),
    request.tags,
  )
  if (Object.keys(set).length > 0) await elb(request, 'AddTags', {ResourceArns: [arn], Tags: keyValueTags(set)})
  if (gone.length > 0) await elb(request, 'RemoveTags', {ResourceArns: [arn], TagKeys: gone})
}

const loadBalancer: ResourceHandler = {
  create: async (request) => {
    const properties = typed(request.properties)
    const Name = text(properties['Name']) ?? generatedName(request, NAME_LENGTH)
    const input = only(properties, ['Subnets', 'SubnetMappings', 'SecurityGroups', 'Scheme', 'Type', 'IpAddressType'])
    const made = await elb<E.CreateLoadBalancerCommandOutput>(request, 'CreateLoadBalancer', {
      ...input,
      Name,
      Tags: keyValueTags(request.tags),
    })
    const lb = made.LoadBalancers?.[0]
    await setAttributes(request, lb?.LoadBalancerArn ?? '', properties)
    return loadBalancerMade(lb)
  },
  update: async (request) => {
    const properties = typed(request.properties)
    const LoadBalancerArn = request.physicalId
    const changed = (name: string): boolean => properties[name] !== undefined && !means(properties[name], request.previous[name])
    const groups = only(properties, ['SecurityGroups'])
    if (changed('SecurityGroups')) await elb(request, 'SetSecurityGroups', {LoadBalancerArn, ...groups})
    const subnets = only(properties, ['Subnets', 'SubnetMappings'])
    if (changed('Subnets') || changed('SubnetMappings')) await elb(request, 'SetSubnets', {LoadBalancerArn, ...subnets})
    await setAttributes(request, LoadBalancerArn, properties)
    await retag(request, LoadBalancerArn)
    return loadBalancerMade(await loadBalancerOf(request))
  },
  remove: async (request) => {
    await elb(request, 'DeleteLoadBalancer', {LoadBalancerArn: request.physicalId})
  },
  stable: async (request) => {
    const state = (await loadBalancerOf(request)).State?.Code
    return state === 'active' ? null : `load balancer to be active: it is ${state ?? 'unknown'}`
  },
  read: async (request) => {
    const lb = await loadBalancerOf(request)
    const {Attributes} = await elb<E.DescribeLoadBalancerAttributesCommandOutput>(request, 'DescribeLoadBalancerAttributes', {
      LoadBalancerArn: request.physicalId,
    })
    return drifted(request.properties, {
      SecurityGroups: lb.SecurityGroups,
      Subnets: lb.AvailabilityZones?.map((zone) => zone.SubnetId),
      Scheme: lb.Scheme,
      LoadBalancerAttributes: presentAttributes(request.properties['LoadBalancerAttributes'], Attributes),
    })
  },
}

async function setAttributes(request: ResourceRequest, LoadBalancerArn: string, properties: Properties): Promise<void> {
  const Attributes = list(properties['LoadBalancerAttributes'])
  if (Attributes.length > 0) await elb(request, 'ModifyLoadBalancerAttributes', {LoadBalancerArn, Attributes})
}

/** Those that the template names, in its order, as they are. */
function presentAttributes(
  named: unknown,
  all: readonly {readonly Key?: string | undefined; readonly Value?: string | undefined}[] | undefined,
): readonly object[] {
  return list(named).map((one) => {
    const {Key} = one as {readonly Key?: string}
    return {Key, Value: all?.find((attribute) => attribute.Key === Key)?.Value}
  })
}

async function loadBalancerOf(request: ChangeRequest): Promise<E.LoadBalancer> {
  const answer = await unlessMissing(
    async () =>
      elb<E.DescribeLoadBalancersCommandOutput>(request, 'DescribeLoadBalancers', {LoadBalancerArns: [request.physicalId]}),
    ['LoadBalancerNotFound'],
  )
  const lb = answer?.LoadBalancers?.[0]
  if (lb === undefined) throw missing(request)
  return lb
}

function loadBalancerMade(lb: E.LoadBalancer | undefined): Made {
  const arn = lb?.LoadBalancerArn ?? ''
  return {
    physicalId: arn,
    attributes: {
      LoadBalancerArn: arn,
      LoadBalancerFullName: arn.split(':loadbalancer/')[1] ?? '',
      LoadBalancerName: lb?.LoadBalancerName,
      DNSName: lb?.DNSName,
      CanonicalHostedZoneID: lb?.CanonicalHostedZoneId,
      SecurityGroups: lb?.SecurityGroups,
    },
  }
}

const CHECK = [
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckPath',
  'HealthCheckEnabled',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'Matcher',
]

const targetGroup: ResourceHandler = {
  create: async (request) => {
    const properties = typed(request.properties)
    const Name = text(properties['Name']) ?? generatedName(request, NAME_LENGTH)
    const input = only(properties, [...CHECK, 'Protocol', 'ProtocolVersion', 'Port', 'VpcId', 'TargetType', 'IpAddressType'])
    const made = await elb<E.CreateTargetGroupCommandOutput>(request, 'CreateTargetGroup', {
      ...input,
      Name,
      Tags: keyValueTags(request.tags),
    })
    const group = made.TargetGroups?.[0]
    await setGroupAttributes(request, group?.TargetGroupArn ?? '', properties)
    const Targets = list(properties['Targets'])
    if (Targets.length > 0) await elb(request, 'RegisterTargets', {TargetGroupArn: group?.TargetGroupArn, Targets})
    return targetGroupMade(group)
  },
  update: async (request) => {
    const properties = typed(request.properties)
    const input = only(properties, CHECK)
    if (Object.keys(input).length > 0) await elb(request, 'ModifyTargetGroup', {TargetGroupArn: request.physicalId, ...input})
    await setGroupAttributes(request, request.physicalId, properties)
    await retag(request, request.physicalId)
    return targetGroupMade(await targetGroupOf(request))
  },
  remove: async (request) => {
    await elb(request, 'DeleteTargetGroup', {TargetGroupArn: request.physicalId})
  },
  read: async (request) => {
    const group = await targetGroupOf(request)
    const {Attributes} = await elb<E.DescribeTargetGroupAttributesCommandOutput>(request, 'DescribeTargetGroupAttributes', {
      TargetGroupArn: request.physicalId,
    })
    return drifted(request.properties, {
      ...only(group, [...CHECK, 'Protocol', 'Port', 'VpcId', 'TargetType']),
      TargetGroupAttributes: presentAttributes(request.properties['TargetGroupAttributes'], Attributes),
    })
  },
}

async function setGroupAttributes(request: ResourceRequest, TargetGroupArn: string, properties: Properties): Promise<void> {
  const Attributes = list(properties['TargetGroupAttributes'])
  if (Attributes.length > 0) await elb(request, 'ModifyTargetGroupAttributes', {TargetGroupArn, Attributes})
}

async function targetGroupOf(request: ChangeRequest): Promise<E.TargetGroup> {
  const answer = await unlessMissing(
    async () =>
      elb<E.DescribeTargetGroupsCommandOutput>(request, 'DescribeTargetGroups', {TargetGroupArns: [request.physicalId]}),
    ['TargetGroupNotFound'],
  )
  const group = answer?.TargetGroups?.[0]
  if (group === undefined) throw missing(request)
  return group
}

function targetGroupMade(group: E.TargetGroup | undefined): Made {
  const arn = group?.TargetGroupArn ?? ''
  return {
    physicalId: arn,
    attributes: {
      TargetGroupArn: arn,
      TargetGroupFullName: arn.split(':').at(-1) ?? '',
      TargetGroupName: group?.TargetGroupName,
      LoadBalancerArns: group?.LoadBalancerArns ?? [],
    },
  }
}

const LISTENER = ['Port', 'Protocol', 'SslPolicy', 'Certificates', 'DefaultActions', 'AlpnPolicy', 'MutualAuthentication']

const listener: ResourceHandler = {
  create: async (request) => {
    const properties = typed(request.properties)
    const input = only(properties, ['LoadBalancerArn', ...LISTENER])
    const made = await elb<E.CreateListenerCommandOutput>(request, 'CreateListener', {...input, Tags: keyValueTags(request.tags)})
    const arn = made.Listeners?.[0]?.ListenerArn ?? ''
    await setListenerAttributes(request, arn, properties)
    return {physicalId: arn, attributes: {ListenerArn: arn}}
  },
  update: async (request) => {
    const properties = typed(request.properties)
    const input = only(properties, LISTENER)
    await elb(request, 'ModifyListener', {ListenerArn: request.physicalId, ...input})
    await setListenerAttributes(request, request.physicalId, properties)
    await retag(request, request.physicalId)
    return {physicalId: request.physicalId, attributes: {ListenerArn: request.physicalId}}
  },
  remove: async (request) => {
    await elb(request, 'DeleteListener', {ListenerArn: request.physicalId})
  },
  read: async (request) => {
    const answer = await unlessMissing(
      async () => elb<E.DescribeListenersCommandOutput>(request, 'DescribeListeners', {ListenerArns: [request.physicalId]}),
      ['ListenerNotFound'],
    )
    const present = answer?.Listeners?.[0]
    if (present === undefined) throw missing(request)
    return drifted(request.properties, {
      ...only(present, ['Port', 'Protocol', 'SslPolicy', 'Certificates']),
      DefaultActions: presentActions(request.properties['DefaultActions'], present.DefaultActions),
    })
  },
}

async function setListenerAttributes(request: ResourceRequest, ListenerArn: string, properties: Properties): Promise<void> {
  const Attributes = list(properties['ListenerAttributes'])
  if (Attributes.length > 0) await elb(request, 'ModifyListenerAttributes', {ListenerArn, Attributes})
}

/** AWS answers an action with all its defaults: only what the template says of it is compared. */
function presentActions(expected: unknown, present: unknown): unknown {
  const asExpected = (wanted: unknown, found: unknown): unknown => {
    if (Array.isArray(wanted) && Array.isArray(found)) return found.map((one, index) => asExpected(wanted[index], one))
    if (typeof wanted !== 'object' || wanted === null || typeof found !== 'object' || found === null) return found
    return Object.fromEntries(
      Object.keys(wanted).map((name) => [name, asExpected((wanted as Properties)[name], (found as Properties)[name])]),
    )
  }
  return asExpected(expected, present)
}

const rule: ResourceHandler = {
  create: async (request) => {
    const properties = typed(request.properties)
    const input = only(properties, ['ListenerArn', 'Priority', 'Conditions', 'Actions'])
    const made = await elb<E.CreateRuleCommandOutput>(request, 'CreateRule', {...input, Tags: keyValueTags(request.tags)})
    return ruleMade(made.Rules?.[0]?.RuleArn ?? '')
  },
  update: async (request) => {
    const properties = typed(request.properties)
    await elb(request, 'ModifyRule', {RuleArn: request.physicalId, ...only(properties, ['Conditions', 'Actions'])})
    if (!means(properties['Priority'], request.previous['Priority'])) {
      await elb(request, 'SetRulePriorities', {
        RulePriorities: [{RuleArn: request.physicalId, Priority: number(properties['Priority'])}],
      })
    }
    await retag(request, request.physicalId)
    return ruleMade(request.physicalId)
  },
  remove: async (request) => {
    await elb(request, 'DeleteRule', {RuleArn: request.physicalId})
  },
  read: async (request) => {
    const answer = await unlessMissing(
      async () => elb<E.DescribeRulesCommandOutput>(request, 'DescribeRules', {RuleArns: [request.physicalId]}),
      ['RuleNotFound'],
    )
    const present = answer?.Rules?.[0]
    if (present === undefined) throw missing(request)
    return drifted(request.properties, {
      Priority: present.Priority,
      Actions: presentActions(request.properties['Actions'], present.Actions),
      Conditions: presentActions(request.properties['Conditions'], present.Conditions),
    })
  },
}

const ruleMade = (arn: string): Made => ({physicalId: arn, attributes: {RuleArn: arn, IsDefault: false}})

export const elbv2Handlers: ResourceHandlers = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
  'AWS::ElasticLoadBalancingV2::TargetGroup': targetGroup,
  'AWS::ElasticLoadBalancingV2::Listener': listener,
  'AWS::ElasticLoadBalancingV2::ListenerRule': rule,
}

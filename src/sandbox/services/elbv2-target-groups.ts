/**
 * Target groups and their targets. A deregistered target stays `draining` for the whole deregistration delay, even when idle,
 * and never gets another request; it must never come back by itself.
 */
import type * as E from '@aws-sdk/client-elastic-load-balancing-v2'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, World} from '../world/contract.ts'
import {TARGET_GROUP_DEFAULTS, attributeList, changeAttributes, numberAttribute} from './elbv2-attributes.ts'
import {invalid, loadBalancerOf, pageOf, setTags, startingHealth, targetGroupOf, targetKey} from './elbv2-state.ts'
import type {DataPlane, ElbRegion, HealthCheck, Target, TargetGroup} from './elbv2-state.ts'

const DEFAULT_CHECK: HealthCheck = {
  path: '/',
  protocol: 'HTTP',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 5,
  healthyThreshold: 5,
  unhealthyThreshold: 2,
  matcher: '200',
}

type CheckInput = Pick<
  E.ModifyTargetGroupCommandInput,
  | 'HealthCheckPath'
  | 'HealthCheckProtocol'
  | 'HealthCheckPort'
  | 'HealthCheckIntervalSeconds'
  | 'HealthCheckTimeoutSeconds'
  | 'HealthyThresholdCount'
  | 'UnhealthyThresholdCount'
  | 'Matcher'
>

function healthCheck(input: CheckInput, base: HealthCheck): HealthCheck {
  const check: HealthCheck = {
    path: input.HealthCheckPath ?? base.path,
    protocol: input.HealthCheckProtocol ?? base.protocol,
    port: input.HealthCheckPort ?? base.port,
    intervalSeconds: input.HealthCheckIntervalSeconds ?? base.intervalSeconds,
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? base.timeoutSeconds,
    healthyThreshold: input.HealthyThresholdCount ?? base.healthyThreshold,
    unhealthyThreshold: input.UnhealthyThresholdCount ?? base.unhealthyThreshold,
    matcher: input.Matcher?.HttpCode ?? base.matcher,
  }
  between('Health check interval', check.intervalSeconds, 5, 300)
  between('Health check timeout', check.timeoutSeconds, 2, 120)
  between('Healthy threshold count', check.healthyThreshold, 2, 10)
  between('Unhealthy threshold count', check.unhealthyThreshold, 2, 10)
  if (check.timeoutSeconds >= check.intervalSeconds) {
    throw invalid(`Health check timeout '${check.timeoutSeconds}' must be smaller than the interval '${check.intervalSeconds}'`)
  }
  if (!/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/.test(check.matcher)) {
    throw invalid(`Health check matcher HTTP code '${check.matcher}' is not valid`)
  }
  return check
}

function between(what: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw invalid(`${what} '${value}' must be between ${low} and ${high}`)
  }
}

function targetGroupShape(group: TargetGroup): E.TargetGroup {
  const check = group.healthCheck
  return {
    TargetGroupArn: group.arn,
    TargetGroupName: group.name,
    Protocol: group.protocol as E.ProtocolEnum,
    Port: group.port,
    VpcId: group.vpcId,
    HealthCheckProtocol: check.protocol as E.ProtocolEnum,
    HealthCheckPort: check.port,
    HealthCheckEnabled: true,
    HealthCheckIntervalSeconds: check.intervalSeconds,
    HealthCheckTimeoutSeconds: check.timeoutSeconds,
    HealthyThresholdCount: check.healthyThreshold,
    UnhealthyThresholdCount: check.unhealthyThreshold,
    HealthCheckPath: check.path,
    Matcher: {HttpCode: check.matcher},
    LoadBalancerArns: group.usedBy === undefined ? [] : [group.usedBy.arn],
    TargetType: group.targetType,
    ProtocolVersion: group.protocolVersion,
    IpAddressType: group.ipAddressType,
  }
}

function createTargetGroup(
  world: World,
  state: ElbRegion,
  input: E.CreateTargetGroupCommandInput,
  call: CallContext,
): TargetGroup {
  const name = input.Name ?? ''
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
    throw invalid(`Target group name '${name}' must be 1–32 alphanumeric characters or hyphens, not at either end`)
  }
  if (input.Protocol !== 'HTTP' && input.Protocol !== 'HTTPS') {
    throw invalid(`The sandbox has no '${input.Protocol ?? ''}' target groups`)
  }
  const check = healthCheck(input, DEFAULT_CHECK)
  const same = [...state.targetGroups.values()].find((group) => group.name === name)
  if (same !== undefined) {
    if (
      same.protocol === input.Protocol
      && same.port === input.Port
      && JSON.stringify(same.healthCheck) === JSON.stringify(check)
    ) {
      return same
    }
    throw new AwsFault(
      'DuplicateTargetGroupName',
      `A target group with the same name '${name}' exists, but with different settings`,
    )
  }
  const suffix = `targetgroup/${name}/${world.hex(16)}`
  const group: TargetGroup = {
    arn: `arn:aws:elasticloadbalancing:${call.region}:${call.account}:${suffix}`,
    suffix,
    name,
    region: call.region,
    protocol: input.Protocol,
    protocolVersion: input.ProtocolVersion ?? 'HTTP1',
    port: input.Port ?? 80,
    vpcId: input.VpcId,
    targetType: input.TargetType === 'ip' ? 'ip' : 'instance',
    ipAddressType: 'ipv4',
    healthCheck: check,
    attributes: new Map(Object.entries(TARGET_GROUP_DEFAULTS)),
    targets: new Map(),
    usedBy: undefined,
  }
  state.targetGroups.set(group.arn, group)
  setTags(state, group.arn, input.Tags)
  return group
}

export function targetGroupOperations(world: World, stateOf: (region: string) => ElbRegion, plane: DataPlane) {
  return {
    CreateTargetGroup: (input: E.CreateTargetGroupCommandInput, call: CallContext): Partial<E.CreateTargetGroupCommandOutput> => {
      const group = createTargetGroup(world, stateOf(call.region), input, call)
      plane.targetsChanged(group)
      return {TargetGroups: [targetGroupShape(group)]}
    },

    DescribeTargetGroups: (
      input: E.DescribeTargetGroupsCommandInput,
      call: CallContext,
    ): Partial<E.DescribeTargetGroupsCommandOutput> => {
      const state = stateOf(call.region)
      const all = [...state.targetGroups.values()]
      const missing = input.Names?.find((name) => !all.some((group) => group.name === name))
      if (missing !== undefined) throw new AwsFault('TargetGroupNotFound', `Target groups '[${missing}]' not found`)
      const lb = input.LoadBalancerArn === undefined ? undefined : loadBalancerOf(state, input.LoadBalancerArn)
      const named =
        input.TargetGroupArns !== undefined
          ? input.TargetGroupArns.map((arn) => targetGroupOf(state, arn))
          : all.filter((group) => input.Names?.includes(group.name) ?? true)
      const page = pageOf(
        named.filter((group) => lb === undefined || group.usedBy === lb),
        input.Marker,
        input.PageSize,
      )
      return {TargetGroups: page.items.map(targetGroupShape), NextMarker: page.next}
    },

    ModifyTargetGroup: (input: E.ModifyTargetGroupCommandInput, call: CallContext): Partial<E.ModifyTargetGroupCommandOutput> => {
      const group = targetGroupOf(stateOf(call.region), input.TargetGroupArn)
      group.healthCheck = healthCheck(input, group.healthCheck)
      plane.targetsChanged(group)
      return {TargetGroups: [targetGroupShape(group)]}
    },

    DeleteTargetGroup: (input: E.DeleteTargetGroupCommandInput, call: CallContext): object => {
      const state = stateOf(call.region)
      const group = state.targetGroups.get(input.TargetGroupArn ?? '')
      if (group === undefined) return {}
      if (group.usedBy !== undefined) {
        throw new AwsFault('ResourceInUse', `Target group '${group.arn}' is currently in use by a listener or a rule`)
      }
      state.targetGroups.delete(group.arn)
      state.tags.delete(group.arn)
      plane.removed(group)
      return {}
    },

    DescribeTargetGroupAttributes: (
      input: E.DescribeTargetGroupAttributesCommandInput,
      call: CallContext,
    ): Partial<E.DescribeTargetGroupAttributesCommandOutput> => ({
      Attributes: attributeList(targetGroupOf(stateOf(call.region), input.TargetGroupArn).attributes),
    }),

    ModifyTargetGroupAttributes: (
      input: E.ModifyTargetGroupAttributesCommandInput,
      call: CallContext,
    ): Partial<E.ModifyTargetGroupAttributesCommandOutput> => {
      const group = targetGroupOf(stateOf(call.region), input.TargetGroupArn)
      changeAttributes(group.attributes, input.Attributes)
      plane.targetsChanged(group)
      return {Attributes: attributeList(group.attributes)}
    },

    RegisterTargets: (input: E.RegisterTargetsCommandInput, call: CallContext): object => {
      const group = targetGroupOf(stateOf(call.region), input.TargetGroupArn)
      for (const {id, port} of targetsNamed(group, input.Targets)) {
        const known = group.targets.get(targetKey(id, port))
        if (known !== undefined && known.state !== 'draining') continue
        group.targets.set(targetKey(id, port), {id, port, ...startingHealth(group)})
      }
      plane.targetsChanged(group)
      return {}
    },

    DeregisterTargets: (input: E.DeregisterTargetsCommandInput, call: CallContext): object => {
      const group = targetGroupOf(stateOf(call.region), input.TargetGroupArn)
      for (const {id, port} of targetsNamed(group, input.Targets)) drain(world, group, targetKey(id, port), plane)
      plane.targetsChanged(group)
      return {}
    },

    DescribeTargetHealth: (
      input: E.DescribeTargetHealthCommandInput,
      call: CallContext,
    ): Partial<E.DescribeTargetHealthCommandOutput> => {
      const group = targetGroupOf(stateOf(call.region), input.TargetGroupArn)
      const asked = input.Targets?.length ? targetsNamed(group, input.Targets) : undefined
      return {
        TargetHealthDescriptions:
          asked === undefined
            ? [...group.targets.values()].map((target) => healthShape(group, target))
            : asked.map(({id, port}) => {
                const target = group.targets.get(targetKey(id, port))
                return target === undefined ? unknownTarget(id, port) : healthShape(group, target)
              }),
      }
    },
  }
}

function drain(world: World, group: TargetGroup, key: string, plane: DataPlane): void {
  const target = group.targets.get(key)
  if (target === undefined || target.state === 'draining') return
  const delaySeconds = numberAttribute(group.attributes, 'deregistration_delay.timeout_seconds')
  if (group.usedBy === undefined || delaySeconds === 0) {
    group.targets.delete(key)
    return
  }
  target.state = 'draining'
  target.reason = 'Target.DeregistrationInProgress'
  target.description = 'Target deregistration is in progress'
  world.clock.at(world.clock.now() + delaySeconds * 1000, () => {
    // Registered again meanwhile: that is another target at the same address.
    if (group.targets.get(key) !== target || target.state !== 'draining') return
    group.targets.delete(key)
    plane.targetsChanged(group)
  })
}

function targetsNamed(group: TargetGroup, targets: readonly E.TargetDescription[] | undefined): {id: string; port: number}[] {
  if (targets === undefined || targets.length === 0) throw invalid('A target must be specified')
  return targets.map((target) => {
    const id = target.Id ?? ''
    const port = target.Port ?? group.port
    if (group.targetType === 'ip' && !/^[\d.]+$|:/.test(id)) {
      throw new AwsFault('InvalidTarget', `The IP address '${id}' is not valid`)
    }
    if (!Number.isInteger(port) || port < 1 || port > 65_535) throw invalid(`Port '${port}' must be between 1 and 65535`)
    return {id, port}
  })
}

function healthShape(group: TargetGroup, target: Target): E.TargetHealthDescription {
  return {
    Target: {Id: target.id, Port: target.port, AvailabilityZone: `${group.region}a`},
    HealthCheckPort: group.healthCheck.port === 'traffic-port' ? String(target.port) : group.healthCheck.port,
    TargetHealth: {
      State: target.state,
      Reason: target.reason as E.TargetHealthReasonEnum | undefined,
      Description: target.description,
    },
  }
}

function unknownTarget(id: string, port: number): E.TargetHealthDescription {
  return {
    Target: {Id: id, Port: port},
    TargetHealth: {State: 'unused', Reason: 'Target.NotRegistered', Description: 'Target is not registered to the target group'},
  }
}

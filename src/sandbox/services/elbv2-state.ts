/**
 * What exists in Elastic Load Balancing, Region by Region, and how things refer to each other. The control plane
 * (`elbv2-*.ts`) changes it, the data plane (`../plane`) reads it. It decides nothing and moves no request.
 */
import type {Action, RuleCondition, Tag} from '@aws-sdk/client-elastic-load-balancing-v2'
import {AwsFault} from '../world/contract.ts'
import {page} from './records/page.ts'
import type {Page} from './records/page.ts'

export type TargetStateName = 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining'

export interface Target {
  readonly id: string
  readonly port: number
  state: TargetStateName
  reason: string | undefined
  description: string | undefined
  /** Results in a row. */
  passes: number
  failures: number
  /** True until its first success: a new target needs one only. */
  fresh: boolean
}

export interface HealthCheck {
  readonly path: string
  readonly protocol: string
  /** A number, or `traffic-port`. */
  readonly port: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
  /** As AWS writes it: `200`, `200,202`, `200-299`. */
  readonly matcher: string
}

export interface TargetGroup {
  readonly arn: string
  /** `targetgroup/name/id`, the CloudWatch dimension. */
  readonly suffix: string
  readonly name: string
  readonly region: string
  readonly protocol: string
  readonly protocolVersion: string
  readonly port: number
  readonly vpcId: string | undefined
  readonly targetType: 'ip' | 'instance'
  readonly ipAddressType: 'ipv4' | 'ipv6'
  healthCheck: HealthCheck
  readonly attributes: Map<string, string>
  readonly targets: Map<string, Target>
  /** The one load balancer whose rules name this group, if any. */
  usedBy: LoadBalancer | undefined
}

export interface LoadBalancer {
  readonly arn: string
  /** `app/name/id`, the CloudWatch dimension. */
  readonly suffix: string
  readonly name: string
  readonly region: string
  readonly dnsName: string
  readonly scheme: 'internet-facing' | 'internal'
  readonly vpcId: string
  subnets: readonly string[]
  securityGroups: readonly string[]
  readonly ipAddressType: 'ipv4' | 'dualstack'
  readonly createdAt: number
  /** Virtual epoch ms from which its state is `active`. */
  readonly activeAt: number
  readonly attributes: Map<string, string>
}

export interface Listener {
  readonly arn: string
  readonly loadBalancer: LoadBalancer
  port: number
  protocol: string
  sslPolicy: string | undefined
  certificates: readonly string[]
  readonly attributes: Map<string, string>
  readonly rules: Map<string, Rule>
}

export interface Rule {
  readonly arn: string
  readonly listener: Listener
  priority: number | 'default'
  conditions: readonly RuleCondition[]
  actions: readonly Action[]
}

export interface ElbRegion {
  readonly region: string
  readonly loadBalancers: Map<string, LoadBalancer>
  readonly targetGroups: Map<string, TargetGroup>
  readonly listeners: Map<string, Listener>
  readonly tags: Map<string, Map<string, string>>
}

/** What the data plane is told. `changed` must let a change reach traffic later, in the order it was told. */
export interface DataPlane {
  opened(listener: Listener): Promise<void>
  changed(listener: Listener): void
  closed(listener: Listener): Promise<void>
  /** A group's targets, their health, or its attributes aren't what they were. */
  targetsChanged(group: TargetGroup): void
  removed(group: TargetGroup): void
}

export function emptyRegion(region: string): ElbRegion {
  return {region, loadBalancers: new Map(), targetGroups: new Map(), listeners: new Map(), tags: new Map()}
}

export const targetKey = (id: string, port: number): string => `${id}:${port}`

export function targetGroupOf(state: ElbRegion, arn: string | undefined): TargetGroup {
  const group = state.targetGroups.get(arn ?? '')
  if (group === undefined) throw new AwsFault('TargetGroupNotFound', `Target groups '${arn ?? ''}' not found`)
  return group
}

export function loadBalancerOf(state: ElbRegion, arn: string | undefined): LoadBalancer {
  const found = state.loadBalancers.get(arn ?? '')
  if (found === undefined) throw new AwsFault('LoadBalancerNotFound', `Load balancers '[${arn ?? ''}]' not found`)
  return found
}

export function listenerOf(state: ElbRegion, arn: string | undefined): Listener {
  const found = state.listeners.get(arn ?? '')
  if (found === undefined) throw new AwsFault('ListenerNotFound', `Listeners '${arn ?? ''}' not found`)
  return found
}

export function ruleOf(state: ElbRegion, arn: string | undefined): Rule {
  for (const listener of state.listeners.values()) {
    const rule = listener.rules.get(arn ?? '')
    if (rule !== undefined) return rule
  }
  throw new AwsFault('RuleNotFound', `Rules '${arn ?? ''}' not found`)
}

export function* rulesOf(state: ElbRegion): Generator<Rule> {
  for (const listener of state.listeners.values()) yield* listener.rules.values()
}

export function* groupsNamedBy(actions: readonly Action[]): Generator<string> {
  for (const action of actions) {
    if (action.TargetGroupArn !== undefined) yield action.TargetGroupArn
    for (const tuple of action.ForwardConfig?.TargetGroups ?? [])
      if (tuple.TargetGroupArn !== undefined) yield tuple.TargetGroupArn
  }
}

/** A group on no rule isn't in use: its targets are `unused`, and nobody checks them. Answers the groups whose use changed. */
export function refreshUse(state: ElbRegion): readonly TargetGroup[] {
  const users = new Map<string, LoadBalancer>()
  for (const rule of rulesOf(state)) for (const arn of groupsNamedBy(rule.actions)) users.set(arn, rule.listener.loadBalancer)
  const changed: TargetGroup[] = []
  for (const group of state.targetGroups.values()) {
    const user = users.get(group.arn)
    if (user === group.usedBy) continue
    group.usedBy = user
    for (const [key, target] of group.targets) {
      if (target.state === 'draining') {
        if (user === undefined) group.targets.delete(key)
      } else Object.assign(target, startingHealth(group))
    }
    changed.push(group)
  }
  return changed
}

export function startingHealth(group: TargetGroup): Omit<Target, 'id' | 'port'> {
  return group.usedBy === undefined
    ? {
        state: 'unused',
        reason: 'Target.NotInUse',
        description: 'Target group is not configured to receive traffic from the load balancer',
        passes: 0,
        failures: 0,
        fresh: true,
      }
    : {
        state: 'initial',
        reason: 'Elb.RegistrationInProgress',
        description: 'Target registration is in progress',
        passes: 0,
        failures: 0,
        fresh: true,
      }
}

export function setTags(state: ElbRegion, arn: string, tags: readonly Tag[] | undefined): void {
  const known = state.tags.get(arn) ?? new Map<string, string>()
  for (const tag of tags ?? []) known.set(tag.Key ?? '', tag.Value ?? '')
  state.tags.set(arn, known)
}

/** One page of a describe; `Marker` is opaque to callers. */
export function pageOf<T>(items: readonly T[], marker: string | undefined, size: number | undefined): Page<T> {
  if (size !== undefined && (size < 1 || size > 400)) throw invalid(`PageSize '${size}' must be between 1 and 400`)
  return page(items, marker, size ?? 400, () => invalid(`Invalid marker '${marker ?? ''}'`))
}

export const invalid = (message: string): AwsFault => new AwsFault('ValidationError', message)

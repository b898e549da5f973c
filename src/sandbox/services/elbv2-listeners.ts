/**
 * Listeners and rules. What a describe answers is what was written last, at once; traffic follows a little later, which is
 * the data plane's business. A rule's actions are replaced whole, never merged.
 */
import type * as E from '@aws-sdk/client-elastic-load-balancing-v2'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, World} from '../world/contract.ts'
import {LISTENER_DEFAULTS, attributeList, changeAttributes} from './elbv2-attributes.ts'
import {checkedActions, checkedConditions} from './elbv2-actions.ts'
import {invalid, listenerOf, loadBalancerOf, pageOf, refreshUse, ruleOf, setTags} from './elbv2-state.ts'
import type {DataPlane, ElbRegion, Listener, Rule} from './elbv2-state.ts'

const MAX_RULES = 100

const sslPolicyFor = (protocol: string, asked: string | undefined): string | undefined =>
  protocol === 'HTTPS' ? (asked ?? 'ELBSecurityPolicy-TLS13-1-2-2021-06') : undefined

export function listenerOperations(world: World, stateOf: (region: string) => ElbRegion, plane: DataPlane) {
  const written = (state: ElbRegion, listener: Listener): void => {
    for (const group of refreshUse(state)) plane.targetsChanged(group)
    plane.changed(listener)
  }

  return {
    CreateListener: async (
      input: E.CreateListenerCommandInput,
      call: CallContext,
    ): Promise<Partial<E.CreateListenerCommandOutput>> => {
      const state = stateOf(call.region)
      const lb = loadBalancerOf(state, input.LoadBalancerArn)
      const port = checkedPort(input.Port)
      const protocol = checkedProtocol(input.Protocol)
      const actions = checkedActions(state, lb, input.DefaultActions)
      const same = [...state.listeners.values()].find((listener) => listener.loadBalancer === lb && listener.port === port)
      if (same !== undefined) {
        if (same.protocol === protocol && JSON.stringify(defaultRule(same).actions) === JSON.stringify(actions)) {
          return {Listeners: [listenerShape(same)]}
        }
        throw new AwsFault('DuplicateListener', `A listener already exists on port ${port} of load balancer '${lb.arn}'`)
      }
      const arn = `${lb.arn.replace(':loadbalancer/', ':listener/')}/${world.hex(16)}`
      const listener: Listener = {
        arn,
        loadBalancer: lb,
        port,
        protocol,
        sslPolicy: sslPolicyFor(protocol, input.SslPolicy),
        certificates: (input.Certificates ?? []).map((certificate) => certificate.CertificateArn ?? ''),
        attributes: new Map(Object.entries(LISTENER_DEFAULTS)),
        rules: new Map(),
      }
      const ruleArn = newRuleArn(world, listener)
      listener.rules.set(ruleArn, {arn: ruleArn, listener, priority: 'default', conditions: [], actions})
      state.listeners.set(arn, listener)
      setTags(state, arn, input.Tags)
      await plane.opened(listener)
      for (const group of refreshUse(state)) plane.targetsChanged(group)
      return {Listeners: [listenerShape(listener)]}
    },

    DescribeListeners: (input: E.DescribeListenersCommandInput, call: CallContext): Partial<E.DescribeListenersCommandOutput> => {
      const state = stateOf(call.region)
      if (input.LoadBalancerArn === undefined && input.ListenerArns === undefined) {
        throw invalid('You must specify either listener ARNs or a load balancer ARN')
      }
      const lb = input.LoadBalancerArn === undefined ? undefined : loadBalancerOf(state, input.LoadBalancerArn)
      const chosen =
        input.ListenerArns?.map((arn) => listenerOf(state, arn))
        ?? [...state.listeners.values()].filter((listener) => listener.loadBalancer === lb)
      const page = pageOf(chosen, input.Marker, input.PageSize)
      return {Listeners: page.items.map(listenerShape), NextMarker: page.next}
    },

    ModifyListener: (input: E.ModifyListenerCommandInput, call: CallContext): Partial<E.ModifyListenerCommandOutput> => {
      const state = stateOf(call.region)
      const listener = listenerOf(state, input.ListenerArn)
      const actions =
        input.DefaultActions === undefined ? undefined : checkedActions(state, listener.loadBalancer, input.DefaultActions)
      const port = input.Port === undefined ? listener.port : checkedPort(input.Port)
      const taken = [...state.listeners.values()].some(
        (other) => other !== listener && other.loadBalancer === listener.loadBalancer && other.port === port,
      )
      if (taken) throw new AwsFault('DuplicateListener', `A listener already exists on port ${port}`)
      listener.protocol = input.Protocol === undefined ? listener.protocol : checkedProtocol(input.Protocol)
      listener.port = port
      listener.sslPolicy = sslPolicyFor(listener.protocol, input.SslPolicy ?? listener.sslPolicy)
      if (input.Certificates !== undefined) listener.certificates = input.Certificates.map((one) => one.CertificateArn ?? '')
      if (actions !== undefined) defaultRule(listener).actions = actions
      written(state, listener)
      return {Listeners: [listenerShape(listener)]}
    },

    DescribeListenerAttributes: (
      input: E.DescribeListenerAttributesCommandInput,
      call: CallContext,
    ): Partial<E.DescribeListenerAttributesCommandOutput> => ({
      Attributes: attributeList(listenerOf(stateOf(call.region), input.ListenerArn).attributes),
    }),

    ModifyListenerAttributes: (
      input: E.ModifyListenerAttributesCommandInput,
      call: CallContext,
    ): Partial<E.ModifyListenerAttributesCommandOutput> => {
      const listener = listenerOf(stateOf(call.region), input.ListenerArn)
      changeAttributes(listener.attributes, input.Attributes)
      return {Attributes: attributeList(listener.attributes)}
    },

    DeleteListener: async (input: E.DeleteListenerCommandInput, call: CallContext): Promise<object> => {
      const state = stateOf(call.region)
      const listener = listenerOf(state, input.ListenerArn)
      state.listeners.delete(listener.arn)
      state.tags.delete(listener.arn)
      for (const arn of listener.rules.keys()) state.tags.delete(arn)
      for (const group of refreshUse(state)) plane.targetsChanged(group)
      await plane.closed(listener)
      return {}
    },

    CreateRule: (input: E.CreateRuleCommandInput, call: CallContext): Partial<E.CreateRuleCommandOutput> => {
      const state = stateOf(call.region)
      const listener = listenerOf(state, input.ListenerArn)
      const priority = freePriority(listener, input.Priority)
      if (listener.rules.size > MAX_RULES) {
        throw new AwsFault('TooManyRules', `A load balancer can have at most ${MAX_RULES} rules`)
      }
      const conditions = checkedConditions(input.Conditions)
      const actions = checkedActions(state, listener.loadBalancer, input.Actions)
      const rule: Rule = {arn: newRuleArn(world, listener), listener, priority, conditions, actions}
      listener.rules.set(rule.arn, rule)
      setTags(state, rule.arn, input.Tags)
      written(state, listener)
      return {Rules: [ruleShape(rule)]}
    },

    DescribeRules: (input: E.DescribeRulesCommandInput, call: CallContext): Partial<E.DescribeRulesCommandOutput> => {
      const state = stateOf(call.region)
      if (input.ListenerArn === undefined && input.RuleArns === undefined) {
        throw invalid('You must specify either listener rule ARNs or a listener ARN')
      }
      const chosen = input.RuleArns?.map((arn) => ruleOf(state, arn)) ?? byPriority(listenerOf(state, input.ListenerArn))
      const page = pageOf(chosen, input.Marker, input.PageSize)
      return {Rules: page.items.map(ruleShape), NextMarker: page.next}
    },

    ModifyRule: (input: E.ModifyRuleCommandInput, call: CallContext): Partial<E.ModifyRuleCommandOutput> => {
      const state = stateOf(call.region)
      const rule = ruleOf(state, input.RuleArn)
      if (rule.priority === 'default') {
        throw new AwsFault('OperationNotPermitted', `Default rule '${rule.arn}' cannot be modified`)
      }
      const conditions = input.Conditions === undefined ? rule.conditions : checkedConditions(input.Conditions)
      const actions =
        input.Actions === undefined ? rule.actions : checkedActions(state, rule.listener.loadBalancer, input.Actions)
      rule.conditions = conditions
      rule.actions = actions
      written(state, rule.listener)
      return {Rules: [ruleShape(rule)]}
    },

    DeleteRule: (input: E.DeleteRuleCommandInput, call: CallContext): object => {
      const state = stateOf(call.region)
      const rule = ruleOf(state, input.RuleArn)
      if (rule.priority === 'default') throw new AwsFault('OperationNotPermitted', `Default rule '${rule.arn}' cannot be deleted`)
      rule.listener.rules.delete(rule.arn)
      state.tags.delete(rule.arn)
      written(state, rule.listener)
      return {}
    },

    SetRulePriorities: (input: E.SetRulePrioritiesCommandInput, call: CallContext): Partial<E.SetRulePrioritiesCommandOutput> => {
      const state = stateOf(call.region)
      const wanted = (input.RulePriorities ?? []).map((pair) => ({
        rule: ruleOf(state, pair.RuleArn),
        priority: checkedPriority(pair.Priority),
      }))
      for (const {rule, priority} of wanted) {
        if (rule.priority === 'default') {
          throw new AwsFault('OperationNotPermitted', `The priority of default rule '${rule.arn}' cannot be changed`)
        }
        const holder = [...rule.listener.rules.values()].find(
          (other) => other !== rule && (wanted.find((entry) => entry.rule === other)?.priority ?? other.priority) === priority,
        )
        if (holder !== undefined) throw new AwsFault('PriorityInUse', `Priority '${priority}' is currently in use`)
      }
      for (const {rule, priority} of wanted) rule.priority = priority
      for (const listener of new Set(wanted.map(({rule}) => rule.listener))) written(state, listener)
      return {Rules: wanted.map(({rule}) => ruleShape(rule))}
    },
  }
}

/** Lowest number first, the default rule last: the order in which requests are matched. */
export function byPriority(listener: Listener): readonly Rule[] {
  const rank = (rule: Rule): number => (rule.priority === 'default' ? Infinity : rule.priority)
  return [...listener.rules.values()].sort((a, b) => rank(a) - rank(b))
}

function defaultRule(listener: Listener): Rule {
  for (const rule of listener.rules.values()) if (rule.priority === 'default') return rule
  throw new Error(`Listener ${listener.arn} has lost its default rule`)
}

function newRuleArn(world: World, listener: Listener): string {
  return `${listener.arn.replace(':listener/', ':listener-rule/')}/${world.hex(16)}`
}

function checkedPort(port: number | undefined): number {
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid(`Port '${port ?? ''}' must be between 1 and 65535`)
  }
  return port
}

function checkedProtocol(protocol: string | undefined): string {
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    throw invalid(`Listener protocol '${protocol ?? ''}' must be one of 'HTTP, HTTPS'`)
  }
  return protocol
}

function checkedPriority(priority: number | undefined): number {
  if (priority === undefined || !Number.isInteger(priority) || priority < 1 || priority > 50_000) {
    throw invalid(`Rule priority '${priority ?? ''}' must be between 1 and 50000`)
  }
  return priority
}

function freePriority(listener: Listener, asked: number | undefined): number {
  const priority = checkedPriority(asked)
  for (const rule of listener.rules.values()) {
    if (rule.priority === priority) throw new AwsFault('PriorityInUse', `Priority '${priority}' is currently in use`)
  }
  return priority
}

function listenerShape(listener: Listener): E.Listener {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancer.arn,
    Port: listener.port,
    Protocol: listener.protocol as E.ProtocolEnum,
    SslPolicy: listener.sslPolicy,
    Certificates: listener.certificates.map((CertificateArn) => ({CertificateArn})),
    DefaultActions: [...defaultRule(listener).actions],
  }
}

function ruleShape(rule: Rule): E.Rule {
  return {
    RuleArn: rule.arn,
    Priority: String(rule.priority),
    Conditions: [...rule.conditions],
    Actions: [...rule.actions],
    IsDefault: rule.priority === 'default',
  }
}

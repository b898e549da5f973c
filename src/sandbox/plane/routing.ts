/**
 * Where a request goes: a listener's rules compiled into what can be decided per request without looking anything up.
 * Pure: randomness comes in. A group with weight 0 never gets a request by weight; only a stickiness cookie can still lead there.
 */
import {BlockList, isIP} from 'node:net'
import type {Action, RuleCondition} from '@aws-sdk/client-elastic-load-balancing-v2'

export interface RequestFacts {
  readonly path: string
  readonly query: string
  readonly method: string
  readonly source: string
  header(name: string): string | undefined
}

export interface Choice<Group> {
  readonly group: Group
  readonly weight: number
}

export type RouteAction<Group> =
  | {
      readonly kind: 'forward'
      readonly choices: readonly Choice<Group>[]
      readonly total: number
      readonly stickySeconds: number | undefined
    }
  | {readonly kind: 'fixed-response'; readonly status: number; readonly contentType: string; readonly body: string}
  | {readonly kind: 'redirect'; readonly status: number; readonly location: (facts: RequestFacts) => string}

export interface Route<Group> {
  /** Every one must hold; none for the default rule. */
  readonly conditions: readonly ((facts: RequestFacts) => boolean)[]
  readonly action: RouteAction<Group>
}

export interface RuleLike {
  readonly conditions: readonly RuleCondition[]
  readonly actions: readonly Action[]
}

/** `rules` in the order in which they are matched, the default rule last. */
export function compileRoutes<Group>(
  rules: readonly RuleLike[],
  listenerPort: number,
  groupOf: (arn: string) => Group,
): readonly Route<Group>[] {
  return rules.map((rule) => ({
    conditions: rule.conditions.map(compileCondition),
    action: compileAction(rule.actions, listenerPort, groupOf),
  }))
}

export function matchRoute<Group>(routes: readonly Route<Group>[], facts: RequestFacts): RouteAction<Group> | undefined {
  for (const route of routes) if (route.conditions.every((holds) => holds(facts))) return route.action
  return undefined
}

/** w/Σw. `random` in [0, 1). Undefined when all weights are 0. */
export function chooseByWeight<Group>(choices: readonly Choice<Group>[], total: number, random: number): Group | undefined {
  let rest = random * total
  for (const choice of choices) {
    if (choice.weight === 0) continue
    rest -= choice.weight
    if (rest < 0) return choice.group
  }
  return undefined
}

function compileAction<Group>(
  actions: readonly Action[],
  listenerPort: number,
  groupOf: (arn: string) => Group,
): RouteAction<Group> {
  for (const action of actions) {
    if (action.Type === 'forward') {
      const choices = (action.ForwardConfig?.TargetGroups ?? []).map((tuple) => ({
        group: groupOf(tuple.TargetGroupArn ?? ''),
        weight: tuple.Weight ?? 1,
      }))
      const sticky = action.ForwardConfig?.TargetGroupStickinessConfig
      return {
        kind: 'forward',
        choices,
        total: choices.reduce((sum, choice) => sum + choice.weight, 0),
        stickySeconds: sticky?.Enabled === true ? sticky.DurationSeconds : undefined,
      }
    }
    if (action.Type === 'fixed-response') {
      const fixed = action.FixedResponseConfig
      const contentType = fixed?.ContentType ?? 'text/plain'
      return {kind: 'fixed-response', status: Number(fixed?.StatusCode ?? 503), contentType, body: fixed?.MessageBody ?? ''}
    }
    if (action.Type === 'redirect') {
      const to = action.RedirectConfig
      const template = `${to?.Protocol?.toLowerCase() ?? '#{protocol}'}://${to?.Host ?? '#{host}'}:${to?.Port ?? '#{port}'}${to?.Path ?? '/#{path}'}`
      const query = to?.Query ?? '#{query}'
      return {
        kind: 'redirect',
        status: to?.StatusCode === 'HTTP_301' ? 301 : 302,
        location: (facts) => {
          const fill = (text: string): string =>
            text
              .replaceAll('#{protocol}', 'http')
              .replaceAll('#{host}', (facts.header('host') ?? '').split(':')[0] ?? '')
              .replaceAll('#{port}', String(listenerPort))
              .replaceAll('#{path}', facts.path.slice(1))
              .replaceAll('#{query}', facts.query)
          const search = fill(query)
          return fill(template) + (search === '' ? '' : `?${search}`)
        },
      }
    }
  }
  return {kind: 'fixed-response', status: 500, contentType: 'text/plain', body: ''}
}

function compileCondition(condition: RuleCondition): (facts: RequestFacts) => boolean {
  switch (condition.Field) {
    case 'path-pattern': {
      const matches = anyPattern(condition.PathPatternConfig?.Values ?? condition.Values ?? [], 'case-sensitive')
      return (facts) => matches(facts.path)
    }
    case 'host-header': {
      const matches = anyPattern(condition.HostHeaderConfig?.Values ?? condition.Values ?? [], 'any-case')
      return (facts) => matches((facts.header('host') ?? '').replace(/:\d+$/, ''))
    }
    case 'http-header': {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? ''
      const matches = anyPattern(condition.HttpHeaderConfig?.Values ?? [], 'any-case')
      return (facts) => {
        const value = facts.header(name)
        return value !== undefined && matches(value)
      }
    }
    case 'http-request-method': {
      const methods = condition.HttpRequestMethodConfig?.Values ?? []
      return (facts) => methods.includes(facts.method)
    }
    case 'source-ip': {
      const contains = anyRange(condition.SourceIpConfig?.Values ?? [])
      return (facts) => contains(facts.source)
    }
    case 'query-string': {
      const pairs = (condition.QueryStringConfig?.Values ?? []).map((pair) => ({
        key: pair.Key,
        matches: anyPattern([pair.Value ?? ''], 'any-case'),
      }))
      return (facts) =>
        [...new URLSearchParams(facts.query)].some(([key, value]) =>
          pairs.some((pair) => (pair.key === undefined || pair.key.toLowerCase() === key.toLowerCase()) && pair.matches(value)),
        )
    }
    case undefined:
    default:
      return () => false
  }
}

/** `*` is any run of characters, `?` any one. */
function anyPattern(patterns: readonly string[], letters: 'case-sensitive' | 'any-case'): (text: string) => boolean {
  if (patterns.some((pattern) => pattern === '*' || pattern === '/*')) return () => true
  const expressions = patterns.map((pattern) => {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    return new RegExp(`^${source}$`, letters === 'any-case' ? 'is' : 's')
  })
  return (text) => expressions.some((expression) => expression.test(text))
}

function anyRange(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', bits = ''] = range.split('/')
    const version = isIP(net)
    if (version !== 0) list.addSubnet(net, Number(bits), version === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

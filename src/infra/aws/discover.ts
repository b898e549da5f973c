/**
 * What is there to release, for `sluice init --import`: every listener rule tagged `sluice:live`, with all that a release of
 * it touches. It only reads. What it can't tell it says as a problem, so that a person completes the file; it never guesses.
 */
import type {Listener, LoadBalancer, Rule} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Slot} from '../../runbooks/release/ports.ts'
import type {AwsSession} from './session.ts'
import {servicesByTargetGroup} from './services-by-target-group.ts'
import type {HoldingService} from './services-by-target-group.ts'

/** Everything the `sluice.yaml` of one service names; null where it couldn't be found, with a sentence in `problems`. */
export interface DiscoveredService {
  /** The tag's value, else the slots' common name. */
  readonly service: string
  readonly region: string
  /** ARNs. */
  readonly loadBalancer: string
  readonly listener: string
  readonly rule: string
  /** Host and port under which the load balancer answers. */
  readonly address: string
  /** Cluster name. */
  readonly cluster: string | null
  /** Container that the load balancer sends requests to. */
  readonly container: string | null
  readonly slots: Readonly<Record<Slot, {readonly service: string | null; readonly targetGroup: string | null}>>
  readonly problems: readonly string[]
}

const liveTag = 'sluice:live'
/** DescribeTags takes no more ARNs. */
const arnsPerCall = 20

export async function discoverServices(session: AwsSession, signal?: AbortSignal): Promise<readonly DiscoveredService[]> {
  const live = await liveRules(session, signal)
  if (live.length === 0) return []
  const holders = await servicesByTargetGroup(session, signal)
  return live.map((found) => discovered(found, holders, session.region)).sort((x, y) => (x.service < y.service ? -1 : 1))
}

interface LiveRuleFound {
  readonly loadBalancer: LoadBalancer
  readonly listener: Listener
  readonly rule: Rule
  readonly tag: string
}

async function liveRules(session: AwsSession, signal: AbortSignal | undefined): Promise<readonly LiveRuleFound[]> {
  const candidates: Omit<LiveRuleFound, 'tag'>[] = []
  for (const loadBalancer of await pages(async (Marker) => {
    const page = await session.call('elasticloadbalancing', 'DescribeLoadBalancers', {...Marker}, {signal})
    return {items: page.LoadBalancers, next: page.NextMarker}
  })) {
    if (loadBalancer.Type !== undefined && loadBalancer.Type !== 'application') continue
    for (const listener of await listenersOf(session, loadBalancer, signal)) {
      for (const rule of await rulesOf(session, listener, signal)) candidates.push({loadBalancer, listener, rule})
    }
  }
  const tags = await liveTags(
    session,
    candidates.flatMap(({rule}) => rule.RuleArn ?? []),
    signal,
  )
  return candidates.flatMap((candidate) => {
    const tag = tags.get(candidate.rule.RuleArn ?? '')
    return tag === undefined ? [] : [{...candidate, tag}]
  })
}

function listenersOf(
  session: AwsSession,
  {LoadBalancerArn}: LoadBalancer,
  signal: AbortSignal | undefined,
): Promise<readonly Listener[]> {
  return pages(async (Marker) => {
    const page = await session.call('elasticloadbalancing', 'DescribeListeners', {LoadBalancerArn, ...Marker}, {signal})
    return {items: page.Listeners, next: page.NextMarker}
  })
}

function rulesOf(session: AwsSession, {ListenerArn}: Listener, signal: AbortSignal | undefined): Promise<readonly Rule[]> {
  return pages(async (Marker) => {
    const page = await session.call('elasticloadbalancing', 'DescribeRules', {ListenerArn, ...Marker}, {signal})
    return {items: page.Rules, next: page.NextMarker}
  })
}

async function liveTags(
  session: AwsSession,
  arns: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (let first = 0; first < arns.length; first += arnsPerCall) {
    const answer = await session.call(
      'elasticloadbalancing',
      'DescribeTags',
      {ResourceArns: arns.slice(first, first + arnsPerCall)},
      {signal},
    )
    for (const {ResourceArn, Tags} of answer.TagDescriptions ?? []) {
      const tag = Tags?.find(({Key}) => Key === liveTag)
      if (tag !== undefined && ResourceArn !== undefined) found.set(ResourceArn, tag.Value ?? '')
    }
  }
  return found
}

interface Page<T> {
  readonly items: readonly T[] | undefined
  readonly next: string | undefined
}

async function pages<T>(read: (marker: {Marker?: string}) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = []
  let marker: string | undefined
  do {
    const page = await read(marker === undefined ? {} : {Marker: marker})
    all.push(...(page.items ?? []))
    marker = page.next
  } while (marker !== undefined && marker !== '')
  return all
}

function discovered(
  {loadBalancer, listener, rule, tag}: LiveRuleFound,
  holders: ReadonlyMap<string, readonly HoldingService[]>,
  region: string,
): DiscoveredService {
  const problems: string[] = []
  const groups = forwardedTo(rule)
  const a = slotOf('a', groups, holders, problems)
  const b = slotOf('b', groups, holders, problems)
  const clusters = new Set([a.holder?.cluster, b.holder?.cluster].filter((cluster) => cluster !== undefined))
  if (clusters.size > 1) problems.push(`the slots are in different clusters: ${[...clusters].join(', ')}`)
  const base = (a.holder?.service ?? nameOf(a.targetGroup ?? '') ?? '').replace(/-a$/, '')
  return {
    service: tag !== '' && tag !== 'true' ? tag : base,
    region,
    loadBalancer: loadBalancer.LoadBalancerArn ?? '',
    listener: listener.ListenerArn ?? '',
    rule: rule.RuleArn ?? '',
    address: `${loadBalancer.DNSName ?? ''}:${listener.Port ?? ''}`,
    cluster: [...clusters][0] ?? null,
    container: a.holder?.container ?? b.holder?.container ?? null,
    slots: {
      a: {service: a.holder?.service ?? null, targetGroup: a.targetGroup},
      b: {service: b.holder?.service ?? null, targetGroup: b.targetGroup},
    },
    problems,
  }
}

function forwardedTo(rule: Rule): readonly string[] {
  const forward = rule.Actions?.find((action) => action.Type === 'forward')
  const groups = forward?.ForwardConfig?.TargetGroups?.flatMap(({TargetGroupArn}) => TargetGroupArn ?? []) ?? []
  return groups.length > 0 || forward?.TargetGroupArn === undefined ? groups : [forward.TargetGroupArn]
}

interface SlotFound {
  readonly targetGroup: string | null
  readonly holder: HoldingService | undefined
}

/** By the suffix of the target group's name, else of the service that holds it. */
function slotOf(
  slot: Slot,
  groups: readonly string[],
  holders: ReadonlyMap<string, readonly HoldingService[]>,
  problems: string[],
): SlotFound {
  const suffix = `-${slot}`
  const byName = groups.find((arn) => nameOf(arn)?.endsWith(suffix))
  const targetGroup = byName ?? groups.find((arn) => holders.get(arn)?.some((holder) => holder.service.endsWith(suffix))) ?? null
  if (targetGroup === null) {
    problems.push(`no target group of the rule ends in ${suffix}, nor does the ECS service of one: name slot ${slot} yourself`)
    return {targetGroup: null, holder: undefined}
  }
  const holding = holders.get(targetGroup) ?? []
  if (holding.length === 0) problems.push(`no ECS service registers with ${nameOf(targetGroup)}`)
  if (holding.length > 1) {
    const names = holding.map((one) => one.service).join(', ')
    problems.push(`more than one ECS service registers with ${nameOf(targetGroup)}: ${names}`)
  }
  return {targetGroup, holder: holding[0]}
}

const nameOf = (targetGroup: string): string | undefined => targetGroup.split('/')[1]

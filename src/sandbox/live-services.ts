/**
 * Services by their live rule (tag `sluice:live`) in the primary Region, whoever made them: the shop, a stack, a client by hand.
 * Read through the services' own operations, so that it says what a client would see. It changes nothing.
 */
import type {World} from './world/contract.ts'

export interface LiveService {
  readonly service: string
  /** The load balancer's name. */
  readonly loadBalancer: string
  readonly ruleArn: string
  readonly targetGroups: {readonly a: string; readonly b: string}
}

/** An ECS service that holds a target group. */
export interface Holder {
  readonly name: string
  readonly desired: number
  readonly running: number
  readonly taskDefinition: string | null
}

type Call = <Answer>(service: 'elasticloadbalancingv2' | 'ecs', operation: string, input: object) => Promise<Answer>

interface Balancers {
  readonly LoadBalancers?: readonly {readonly LoadBalancerArn: string; readonly LoadBalancerName: string}[]
}
interface Listeners {
  readonly Listeners?: readonly {readonly ListenerArn: string}[]
}
interface Rules {
  readonly Rules?: readonly {
    readonly RuleArn: string
    readonly Actions?: readonly {
      readonly ForwardConfig?: {readonly TargetGroups?: readonly {readonly TargetGroupArn: string}[]}
    }[]
  }[]
}
interface Tags {
  readonly TagDescriptions?: readonly {readonly Tags?: readonly {readonly Key: string; readonly Value?: string}[]}[]
}
interface Services {
  readonly services?: readonly {
    readonly serviceName?: string
    readonly status?: string
    readonly desiredCount?: number
    readonly runningCount?: number
    readonly taskDefinition?: string
    readonly loadBalancers?: readonly {readonly targetGroupArn?: string}[]
  }[]
}

export async function liveServices(world: World): Promise<readonly LiveService[]> {
  const call = callsIn(world)
  const [balancers, holders] = await Promise.all([
    call<Balancers>('elasticloadbalancingv2', 'DescribeLoadBalancers', {}),
    holdersByTargetGroup(world),
  ])
  const found: LiveService[] = []
  for (const {LoadBalancerArn, LoadBalancerName} of balancers.LoadBalancers ?? []) {
    const {Listeners = []} = await call<Listeners>('elasticloadbalancingv2', 'DescribeListeners', {LoadBalancerArn})
    for (const {ListenerArn} of Listeners) {
      const {Rules = []} = await call<Rules>('elasticloadbalancingv2', 'DescribeRules', {ListenerArn})
      for (const rule of Rules) {
        const service = await liveTag(call, rule.RuleArn)
        const targetGroups = slotsOf(rule, holders)
        if (service !== null && targetGroups !== null)
          found.push({service, loadBalancer: LoadBalancerName, ruleArn: rule.RuleArn, targetGroups})
      }
    }
  }
  return found
}

export async function holdersByTargetGroup(world: World): Promise<ReadonlyMap<string, Holder>> {
  const call = callsIn(world)
  const {clusterArns = []} = await call<{readonly clusterArns?: readonly string[]}>('ecs', 'ListClusters', {})
  const found = new Map<string, Holder>()
  for (const cluster of clusterArns) {
    const {serviceArns = []} = await call<{readonly serviceArns?: readonly string[]}>('ecs', 'ListServices', {
      cluster,
      maxResults: 100,
    })
    // DescribeServices takes ten at most.
    for (let first = 0; first < serviceArns.length; first += 10) {
      const {services = []} = await call<Services>('ecs', 'DescribeServices', {
        cluster,
        services: serviceArns.slice(first, first + 10),
      })
      for (const {
        serviceName = '',
        status,
        desiredCount = 0,
        runningCount = 0,
        taskDefinition = null,
        loadBalancers = [],
      } of services) {
        if (status !== 'ACTIVE') continue
        for (const {targetGroupArn = ''} of loadBalancers)
          found.set(targetGroupArn, {name: serviceName, desired: desiredCount, running: runningCount, taskDefinition})
      }
    }
  }
  return found
}

const callsIn =
  (world: World): Call =>
  async <Answer>(service: string, operation: string, input: object) =>
    (await world.invoke(service, operation, input, world.regions[0] ?? '')) as Answer

async function liveTag(call: Call, ruleArn: string): Promise<string | null> {
  const {TagDescriptions = []} = await call<Tags>('elasticloadbalancingv2', 'DescribeTags', {ResourceArns: [ruleArn]})
  return TagDescriptions[0]?.Tags?.find(({Key}) => Key === 'sluice:live')?.Value ?? null
}

/** By the name of the ECS service that holds the group; where that says nothing, by the rule's order. */
function slotsOf(
  {Actions = []}: NonNullable<Rules['Rules']>[number],
  holders: ReadonlyMap<string, Holder>,
): LiveService['targetGroups'] | null {
  const [first, second] =
    Actions.find(({ForwardConfig}) => ForwardConfig !== undefined)?.ForwardConfig?.TargetGroups?.map(
      ({TargetGroupArn}) => TargetGroupArn,
    ) ?? []
  if (first === undefined || second === undefined) return null
  return holders.get(first)?.name.endsWith('-b') === true ? {a: second, b: first} : {a: first, b: second}
}

/**
 * Elastic Load Balancing v2 for application load balancers: the control plane, composed. It keeps what was asked for and tells
 * the data plane; it never routes a request and never says a target is healthy: the probes do.
 */
import type * as E from '@aws-sdk/client-elastic-load-balancing-v2'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Service, World} from '../world/contract.ts'
import {listenerOperations} from './elbv2-listeners.ts'
import {loadBalancerOperations} from './elbv2-load-balancers.ts'
import {emptyRegion, rulesOf, setTags} from './elbv2-state.ts'
import type {DataPlane, ElbRegion} from './elbv2-state.ts'
import {targetGroupOperations} from './elbv2-target-groups.ts'

export interface Elbv2 {
  readonly service: Service
  readonly regions: readonly ElbRegion[]
  region(name: string): ElbRegion
}

export function createElbv2(world: World, plane: DataPlane): Elbv2 {
  const regions = new Map(world.regions.map((name) => [name, emptyRegion(name)]))
  const region = (name: string): ElbRegion => {
    const state = regions.get(name)
    if (state === undefined) throw new AwsFault('InvalidConfigurationRequest', `The sandbox has no Region '${name}'`)
    return state
  }
  const service: Service = {
    name: 'elasticloadbalancingv2',
    operations: {
      ...loadBalancerOperations(world, region, plane),
      ...targetGroupOperations(world, region, plane),
      ...listenerOperations(world, region, plane),
      ...tagOperations(region),
    },
  }
  return {service, regions: [...regions.values()], region}
}

function tagOperations(stateOf: (region: string) => ElbRegion) {
  return {
    AddTags: (input: E.AddTagsCommandInput, call: CallContext): object => {
      const state = stateOf(call.region)
      for (const arn of input.ResourceArns ?? []) tagsOf(state, arn)
      for (const arn of input.ResourceArns ?? []) setTags(state, arn, input.Tags)
      return {}
    },
    RemoveTags: (input: E.RemoveTagsCommandInput, call: CallContext): object => {
      const state = stateOf(call.region)
      for (const arn of input.ResourceArns ?? []) for (const key of input.TagKeys ?? []) tagsOf(state, arn).delete(key)
      return {}
    },
    DescribeTags: (input: E.DescribeTagsCommandInput, call: CallContext): Partial<E.DescribeTagsCommandOutput> => {
      const state = stateOf(call.region)
      return {
        TagDescriptions: (input.ResourceArns ?? []).map((arn) => ({
          ResourceArn: arn,
          Tags: [...tagsOf(state, arn)].map(([Key, Value]) => ({Key, Value})),
        })),
      }
    },
  }
}

function tagsOf(state: ElbRegion, arn: string): Map<string, string> {
  const tags = state.tags.get(arn)
  if (tags !== undefined) return tags
  for (const rule of rulesOf(state)) {
    if (rule.arn !== arn) continue
    setTags(state, arn, [])
    return tagsOf(state, arn)
  }
  const [code, what] = arn.includes(':targetgroup/')
    ? ['TargetGroupNotFound', 'Target groups']
    : arn.includes(':listener-rule/')
      ? ['RuleNotFound', 'Rules']
      : arn.includes(':listener/')
        ? ['ListenerNotFound', 'Listeners']
        : ['LoadBalancerNotFound', 'Load balancers']
  throw new AwsFault(code, `${what} '${arn}' not found`)
}

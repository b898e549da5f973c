/** ARNs of what is a stack's own, as patterns for a policy, and the condition that its tags are on it. Pure. */
import type {Where} from '../where.ts'
import type {Reach} from './reach.ts'

export const everything =
  (sid: string, because: string): (() => Reach) =>
  () => ({sid, resources: ['*'], because})
export const arn = ({partition, account}: Where, service: string, region: string, resource: string): string =>
  `arn:${partition}:${service}:${region}:${account}:${resource}`
export const inRegions = (where: Where, service: string, ...resources: readonly string[]): readonly string[] =>
  where.regions.flatMap((region) => resources.map((resource) => arn(where, service, region, resource)))
export const own = ({service, environment}: Where): string => `${service}-${environment}`
export const ours = ({service, environment}: Where) => ({
  StringEquals: {'aws:ResourceTag/service': service, 'aws:ResourceTag/environment': environment},
})

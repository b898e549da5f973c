/**
 * What a load balancer counts, in CloudWatch's names and dimensions. A request is counted when it is given to a target group,
 * its answer when it comes: one that is never answered is in RequestCount alone. Nothing is observed without traffic.
 * The points are made once per group, because thousands a second are observed.
 */
import type {MetricSink} from '../world/contract.ts'
import type {LoadBalancer, TargetGroup} from '../services/elbv2-state.ts'

type Point = Parameters<MetricSink['observe']>[0]

const NAMESPACE = 'AWS/ApplicationELB'

export interface GroupMetrics {
  given(): void
  answered(status: number, seconds: number): void
  connectionError(): void
  routedUnhealthy(): void
  hosts(healthy: number, unhealthy: number): void
}

export interface LoadBalancerMetrics {
  /** An answer the load balancer made itself because it had none of a target. */
  madeUp(status: 502 | 503 | 504): void
  clientGone(): void
  fixedResponse(): void
  redirected(): void
}

export function groupMetrics(sink: MetricSink, loadBalancer: LoadBalancer, group: TargetGroup): GroupMetrics {
  const {region} = group
  const dimensions = {LoadBalancer: loadBalancer.suffix, TargetGroup: group.suffix}
  const point = (metric: string, value = 1): Point => ({region, namespace: NAMESPACE, metric, dimensions, value})
  const given = point('RequestCount')
  const classes = [2, 3, 4, 5].map((first) => point(`HTTPCode_Target_${first}XX_Count`))
  const connectionError = point('TargetConnectionErrorCount')
  const routedUnhealthy = point('UnhealthyRoutingRequestCount')
  return {
    given: () => {
      sink.observe(given)
    },
    answered: (status, seconds) => {
      const answer = classes[Math.floor(status / 100) - 2]
      if (answer !== undefined) sink.observe(answer)
      sink.observe(point('TargetResponseTime', seconds))
    },
    connectionError: () => {
      sink.observe(connectionError)
    },
    routedUnhealthy: () => {
      sink.observe(routedUnhealthy)
    },
    hosts: (healthy, unhealthy) => {
      sink.observe(point('HealthyHostCount', healthy))
      sink.observe(point('UnHealthyHostCount', unhealthy))
    },
  }
}

export function loadBalancerMetrics(sink: MetricSink, loadBalancer: LoadBalancer): LoadBalancerMetrics {
  const count = (metric: string): void => {
    const dimensions = {LoadBalancer: loadBalancer.suffix}
    sink.observe({region: loadBalancer.region, namespace: NAMESPACE, metric, dimensions, value: 1})
  }
  return {
    madeUp: (status) => {
      count('HTTPCode_ELB_5XX_Count')
      count(`HTTPCode_ELB_${status}_Count`)
    },
    clientGone: () => {
      count('HTTPCode_ELB_4XX_Count')
    },
    fixedResponse: () => {
      count('HTTP_Fixed_Response_Count')
    },
    redirected: () => {
      count('HTTP_Redirect_Count')
    },
  }
}

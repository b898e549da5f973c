/**
 * The data plane behind the load balancers: one server per listener, one pool per target group, probes, and counts.
 * What is written reaches traffic half a second to three seconds later (virtual), in the order it was written.
 */
import type {World} from '../world/contract.ts'
import {regionDown} from '../world/region-down.ts'
import type {Down} from '../world/region-down.ts'
import {byPriority} from '../services/elbv2-listeners.ts'
import type {DataPlane, LoadBalancer, Listener, Target, TargetGroup} from '../services/elbv2-state.ts'
import {groupMetrics} from './alb-metrics.ts'
import {createHealthChecks} from './health-checks.ts'
import {openListener, targetAgent} from './listener-server.ts'
import type {ListenerServer, RoutedGroup} from './listener-server.ts'
import {compileRoutes} from './routing.ts'
import type {Route} from './routing.ts'
import {createTargetPool} from './target-pool.ts'
import type {TargetPool} from './target-pool.ts'

const PROPAGATION_MS = {least: 500, most: 3000}
const MINUTE_MS = 60_000
const DNS_MINIMUM = 'target_group_health.dns_failover.minimum_healthy_targets.count'

/** A group that nobody is registered in says nothing, and one whose minimum for DNS is off says nothing either. */
function countsAsHealthy({group, healthy, unhealthy}: TargetPool): boolean {
  return group.attributes.get(DNS_MINIMUM) === 'off' || group.usedBy === undefined || healthy + unhealthy === 0 || healthy > 0
}

/** Where a listener really listens. */
export interface Endpoint {
  readonly region: string
  readonly loadBalancer: string
  readonly dnsName: string
  readonly listenerArn: string
  /** The port it has on AWS: 443, 80. */
  readonly listenerPort: number
  readonly protocol: string
  /** The loopback port that serves it, plain HTTP whatever the protocol. */
  readonly port: number
  readonly url: string
}

export interface LoadBalancing extends DataPlane {
  readonly endpoints: () => readonly Endpoint[]
  /** As Route 53 judges a load balancer whose health a record evaluates: by all of its target groups. */
  readonly isHealthy: (dnsName: string) => boolean
  close(): Promise<void>
}

export function createLoadBalancing(world: World, forced: (group: TargetGroup, target: Target) => boolean): LoadBalancing {
  const {clock} = world
  const random = world.random('propagation')
  const agent = targetAgent()
  const servers = new Map<string, {server: ListenerServer; lastChangeAt: number}>()
  const routed = new Map<string, RoutedGroup & {readonly loadBalancer: LoadBalancer}>()
  const checks = createHealthChecks({
    world,
    forced,
    changed: (group) => {
      routed.get(group.arn)?.pool.refresh()
    },
  })
  const down = (region: string) => (): Down | null => regionDown(world, region)

  const routedGroup = (loadBalancer: LoadBalancer, group: TargetGroup): RoutedGroup => {
    const known = routed.get(group.arn)
    if (known?.loadBalancer === loadBalancer) return known
    const fresh = {loadBalancer, pool: createTargetPool(group), metrics: groupMetrics(world.metrics, loadBalancer, group)}
    routed.set(group.arn, fresh)
    return fresh
  }
  const groups = new Map<string, TargetGroup>()
  const routesOf = (listener: Listener): readonly Route<RoutedGroup>[] =>
    compileRoutes(byPriority(listener), listener.port, (arn) => {
      const group = groups.get(arn)
      if (group === undefined) throw new Error(`No such target group: ${arn}`)
      return routedGroup(listener.loadBalancer, group)
    })

  const stopCounting = clock.every(MINUTE_MS, () => {
    for (const {pool, metrics} of routed.values()) {
      if (pool.group.usedBy !== undefined && pool.healthy + pool.unhealthy > 0) metrics.hosts(pool.healthy, pool.unhealthy)
    }
  })

  return {
    opened: async (listener) => {
      const server = await openListener({
        world,
        listener,
        agent,
        routes: routesOf(listener),
        down: down(listener.loadBalancer.region),
      })
      servers.set(listener.arn, {server, lastChangeAt: 0})
    },
    changed: (listener) => {
      const entry = servers.get(listener.arn)
      if (entry === undefined) return
      const routes = routesOf(listener)
      const arrivesAt = clock.now() + PROPAGATION_MS.least + random() * (PROPAGATION_MS.most - PROPAGATION_MS.least)
      // Never before an earlier write, or the last word would be lost.
      entry.lastChangeAt = Math.max(arrivesAt, entry.lastChangeAt + 1)
      clock.at(entry.lastChangeAt, () => {
        entry.server.use(routes)
      })
    },
    closed: async (listener) => {
      const entry = servers.get(listener.arn)
      servers.delete(listener.arn)
      await entry?.server.close()
    },
    targetsChanged: (group) => {
      groups.set(group.arn, group)
      routed.get(group.arn)?.pool.refresh()
      checks.watch(group)
    },
    removed: (group) => {
      groups.delete(group.arn)
      routed.delete(group.arn)
    },
    isHealthy: (dnsName) =>
      [...routed.values()].every(
        ({loadBalancer, pool}) =>
          loadBalancer.dnsName.toLowerCase() !== dnsName
          || (regionDown(world, loadBalancer.region) === null && countsAsHealthy(pool)),
      ),
    endpoints: () =>
      [...servers.values()].map(({server}) => {
        const {loadBalancer, arn, port, protocol} = server.listener
        return {
          region: loadBalancer.region,
          loadBalancer: loadBalancer.name,
          dnsName: loadBalancer.dnsName,
          listenerArn: arn,
          listenerPort: port,
          protocol,
          port: server.port,
          url: `http://127.0.0.1:${server.port}`,
        }
      }),
    close: async () => {
      stopCounting()
      checks.close()
      await Promise.all([...servers.values()].map(async ({server}) => server.close()))
      servers.clear()
      agent.destroy()
    },
  }
}

/**
 * Probes: real HTTP requests at virtual intervals. A target whose port is closed becomes unhealthy because nothing answers,
 * never because somebody says so. Groups on no rule aren't probed.
 */
import {Agent, request} from 'node:http'
import type {World} from '../world/contract.ts'
import {targetKey} from '../services/elbv2-state.ts'
import type {HealthCheck, Target, TargetGroup} from '../services/elbv2-state.ts'
import {afterProbe} from './target-health.ts'
import type {ProbeResult} from './target-health.ts'

/**
 * A probe's own duration is real; on a fast clock its timeout may shrink with the intervals, but not below this: a machine
 * that is busy for a second must not make healthy tasks look dead.
 */
const LEAST_TIMEOUT_MS = 3000
/** A new target's first probe comes within this, virtual ms. */
const FIRST_PROBE_MS = 2000

export interface HealthChecks {
  /** Begins to probe what isn't probed yet. */
  watch(group: TargetGroup): void
  close(): void
}

export interface HealthCheckOptions {
  readonly world: World
  readonly changed: (group: TargetGroup) => void
  /** A person made this target fail (fault `unhealthy-targets`). */
  readonly forced: (group: TargetGroup, target: Target) => boolean
}

export function createHealthChecks({world, changed, forced}: HealthCheckOptions): HealthChecks {
  const {clock} = world
  const random = world.random('health-checks')
  const agent = new Agent({keepAlive: false})
  const watched = new WeakSet<Target>()
  let closed = false

  const stillProbed = (group: TargetGroup, target: Target): boolean =>
    !closed
    && target.state !== 'draining'
    && target.state !== 'unused'
    && group.targets.get(targetKey(target.id, target.port)) === target

  const probe = async (group: TargetGroup, target: Target): Promise<void> => {
    if (!stillProbed(group, target)) {
      watched.delete(target)
      return
    }
    const startedAt = clock.now()
    if (target.state === 'initial' && target.reason === 'Elb.RegistrationInProgress') {
      target.reason = 'Elb.InitialHealthChecking'
      target.description = 'Initial health checks in progress'
    }
    const check = group.healthCheck
    const result: ProbeResult = forced(group, target) ? {kind: 'failed'} : await probeOnce(agent, target, check, clock.speed)
    if (!stillProbed(group, target)) {
      watched.delete(target)
      return
    }
    const before = target.state
    Object.assign(target, afterProbe(target, result, check))
    if (target.state !== before) changed(group)
    clock.at(Math.max(startedAt + check.intervalSeconds * 1000, clock.now()), () => void probe(group, target))
  }

  return {
    watch: (group) => {
      for (const target of group.targets.values()) {
        if (watched.has(target) || !stillProbed(group, target)) continue
        watched.add(target)
        clock.at(clock.now() + random() * FIRST_PROBE_MS, () => void probe(group, target))
      }
    },
    close: () => {
      closed = true
      agent.destroy()
    },
  }
}

async function probeOnce(agent: Agent, target: Target, check: HealthCheck, speed: number): Promise<ProbeResult> {
  const timeout = Math.min(check.timeoutSeconds * 1000, Math.max((check.timeoutSeconds * 1000) / speed, LEAST_TIMEOUT_MS))
  return new Promise((resolve) => {
    const port = check.port === 'traffic-port' ? target.port : Number(check.port)
    const headers = {host: `${target.id}:${port}`, 'user-agent': 'ELB-HealthChecker/2.0', connection: 'close'}
    const asked = request({agent, host: target.id, port, path: check.path, headers}, (answer) => {
      answer.resume()
      answer.on('error', () => {})
      resolve({kind: 'answered', status: answer.statusCode ?? 0})
    })
    // The whole probe has one deadline, however the time is spent.
    const deadline = setTimeout(() => {
      resolve({kind: 'timed-out'})
      asked.destroy()
    }, timeout)
    asked.on('close', () => {
      clearTimeout(deadline)
      resolve({kind: 'failed'})
    })
    asked.on('error', () => {
      resolve({kind: 'failed'})
    })
    asked.end()
  })
}

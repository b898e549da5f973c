/**
 * Hosts, services, live rules and the database's ingress of a fake recovery world. Written behaviour: a host registers 120 s after it
 * was asked for, a task is healthy 60 s after its service wants it and has a host, four tasks fit on a host, a task connects when it
 * begins (read-only to a replica, not at all through a closed group) and keeps that until it is replaced; a roll takes 60 s.
 */
import {seconds} from '../../src/runbooks/engine/clock.ts'
import type {ScalingActivity} from '../../src/runbooks/provision/launch-failure.ts'
import type {ComputePort} from '../../src/runbooks/recovery/ports/compute-port.ts'
import type {FencePort} from '../../src/runbooks/recovery/ports/fence-port.ts'
import {orphansDoor} from '../../src/runbooks/recovery/failback-steps/tasks-ingress.ts'
import type {LeapingClock} from './leaping-clock.ts'

export type Connected = 'no' | 'read-only' | 'read-write'

export interface FakeService {
  readonly name: string
  readonly region: string
  readonly slot: 'a' | 'b'
  desired: number
  running: number
  bounds: {min: number; max: number}
  deployment: {id: string; state: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED'; reason: string}
  connected: Connected
  image: string
}

export interface FakeHosts {
  readonly group: string
  min: number
  max: number
  desired: number
  registered: number
  /** Of those, how many ECS keeps from being scaled in. */
  protected: number
  /** What Auto Scaling says of every launch; null: they succeed. */
  refusal: string | null
  /** Newest last. */
  readonly activities: ScalingActivity[]
}

export interface FakeRule {
  readonly arn: string
  forwards: {a: number; b: number} | null
  fixed: number | null
}

export interface FakeCompute {
  readonly compute: ComputePort
  readonly fence: FencePort
  readonly services: FakeService[]
  readonly hosts: Map<string, FakeHosts>
  readonly rules: Map<string, FakeRule>
  /** Of a database group: its rules as JSON, `[]` when closed. */
  readonly ingress: Map<string, string>
  readonly tasks: {
    readonly arn: string
    readonly region: string
    readonly environment: Readonly<Record<string, string>>
    readonly startedAt: number
  }[]
  /** What a one-shot task prints; by default rows written after the moment it was asked for. */
  taskLines: (region: string, environment: Readonly<Record<string, string>>) => readonly string[]
  /** Tasks of a service never become healthy. */
  readonly sick: Set<string>
  /** True: it closed a group that others than a failback had open. */
  selfFence(region: string): boolean
}

const tasksPerHost = 4
export const openIngress = '[{"from":"sg-tasks","port":5433}]'

export function fakeCompute(clock: LeapingClock, settled: () => void, connection: (region: string) => Connected): FakeCompute {
  const services: FakeService[] = []
  const hosts = new Map<string, FakeHosts>()
  const rules = new Map<string, FakeRule>()
  const ingress = new Map<string, string>()
  const tasks: FakeCompute['tasks'] = []
  let ids = 0
  const after = (ms: number, action: () => void): void =>
    clock.at(clock.now() + ms, () => {
      settled()
      action()
    })
  const service = (region: string, name: string): FakeService | undefined =>
    services.find((one) => one.region === region && one.name === name)
  const fits = (region: string): number => (hosts.get(region)?.registered ?? 0) * tasksPerHost
  const reconcile = (region: string): void => {
    for (const one of services.filter((each) => each.region === region)) {
      if (one.desired < one.running)
        after(seconds(10), () => {
          if (one.desired < one.running) one.running = one.desired
          if (one.running === 0) one.connected = 'no'
        })
      if (one.desired > one.running && !fake.sick.has(one.name))
        after(seconds(60), () => {
          const before = one.running
          one.running = Math.max(one.running, Math.min(one.desired, fits(region)))
          if (before === 0 && one.running > 0) one.connected = connection(region)
        })
    }
  }
  /** Tried again a minute after it failed. */
  const launch = (region: string, group: FakeHosts): void => {
    const {refusal} = group
    const of = {at: clock.now(), description: 'Launching a new EC2 instance', zone: `${region}a`}
    group.activities.push({...of, status: refusal === null ? 'Successful' : 'Failed', message: refusal ?? of.description})
    if (refusal === null) return
    after(seconds(60), () => {
      if (group.desired <= group.registered) return
      if (group.refusal === null) sizeHosts(region, group)
      else launch(region, group)
    })
  }
  const sizeHosts = (region: string, size: {min: number; max: number; desired: number}): void => {
    const group = hosts.get(region)
    if (group === undefined) return
    Object.assign(group, size)
    if (group.desired > group.registered) launch(region, group)
    after(group.desired > group.registered ? seconds(120) : seconds(30), () => {
      if (group.refusal !== null && group.desired > group.registered) return
      // As ECS has it: what is there is protected, and a smaller size takes nobody of those away.
      group.registered = Math.max(group.desired, group.registered < group.desired ? 0 : group.protected)
      group.protected = group.registered
      reconcile(region)
    })
  }
  const fake: FakeCompute = {
    services,
    hosts,
    rules,
    ingress,
    tasks,
    sick: new Set(),
    taskLines: () => ['{"done":true,"rows":0}'],
    selfFence(region) {
      const rule = rules.get(region)
      if (rule !== undefined) Object.assign(rule, {forwards: null, fixed: 503})
      for (const one of services) if (one.region === region) Object.assign(one, {desired: 0, bounds: {min: 0, max: 0}})
      const open = [...ingress].filter(([key, given]) => key.startsWith(`${region}/`) && given !== '[]')
      for (const [key] of open) ingress.set(key, '[]')
      reconcile(region)
      return open.some(([, given]) => !given.includes(orphansDoor))
    },
    compute: {
      hosts: async (region) => {
        const group = hosts.get(region)
        return group === undefined
          ? null
          : {
              group: group.group,
              min: group.min,
              max: group.max,
              desired: group.desired,
              inService: group.registered,
              registered: group.registered,
              instanceTypes: ['c7g.large'],
            }
      },
      scalingActivities: async (region) => [...(hosts.get(region)?.activities ?? [])].reverse(),
      sizeHosts: async (region, _group, size) => sizeHosts(region, {...size}),
      freeHosts: async (region, _group, _cluster, tooMany) => {
        const group = hosts.get(region)
        const held = Math.min(tooMany, group?.protected ?? 0)
        if (group === undefined || held <= 0) return 0
        group.protected -= held
        sizeHosts(region, group)
        return held
      },
      boundService: async (region, _cluster, name, bounds) => {
        const one = service(region, name)
        if (one === undefined) return
        one.bounds = {...bounds}
        one.desired = Math.min(Math.max(one.desired, bounds.min), bounds.max)
        reconcile(region)
      },
      sizeService: async (region, _cluster, name, count) => {
        const one = service(region, name)
        if (one === undefined) return
        one.desired = count
        reconcile(region)
      },
      rollService: async (region, _cluster, name) => {
        const one = service(region, name)
        ids += 1
        const id = `deployment-${ids}`
        if (one === undefined) return {deployment: id}
        one.deployment = {id, state: 'IN_PROGRESS', reason: ''}
        after(seconds(60), () => {
          if (one.deployment.id !== id) return
          one.deployment = {id, state: 'COMPLETED', reason: ''}
          if (one.running > 0) one.connected = connection(region)
        })
        return {deployment: id}
      },
      service: async (region, _cluster, name) => {
        const one = service(region, name)
        return one === undefined
          ? null
          : {
              name,
              desired: one.desired,
              running: one.running,
              taskDefinition: `${name}:1`,
              targetGroup: `tg-${one.slot}@${region}`,
              bounds: {...one.bounds},
              deployment: {...one.deployment},
              createdAt: 0,
            }
      },
      healthyTargets: async (region, targetGroup) =>
        services.find((one) => one.region === region && targetGroup === `tg-${one.slot}@${region}`)?.running ?? 0,
      image: async (region, definition) =>
        services.find((one) => one.region === region && definition.startsWith(`${one.name}:`))?.image ?? null,
      runTask: async (region, _cluster, _service, environment) => {
        ids += 1
        const arn = `task-${ids}`
        tasks.push({arn, region, environment, startedAt: clock.now()})
        return {task: arn}
      },
      taskResult: async (region, _cluster, arn) => {
        const task = tasks.find((one) => one.arn === arn && one.region === region)
        if (task === undefined) return {exitCode: null, reason: 'no such task', lines: []}
        if (clock.now() - task.startedAt < seconds(45)) return null
        return {exitCode: 0, reason: '', lines: fake.taskLines(region, task.environment)}
      },
    },
    fence: {
      liveRule: async (region) => {
        const rule = rules.get(region)
        return rule === undefined ? null : structuredClone(rule)
      },
      refuseAll: async (region) => void Object.assign(rules.get(region) ?? {}, {forwards: null, fixed: 503}),
      forward: async (region, _rule, _groups, weights) =>
        void Object.assign(rules.get(region) ?? {}, {forwards: {...weights}, fixed: null}),
      ingress: async (region, group) => {
        const present = ingress.get(`${region}/${group}`) ?? '[]'
        return present
      },
      closeIngress: async (region, group) => void ingress.set(`${region}/${group}`, '[]'),
      openIngress: async (region, group, given) => void ingress.set(`${region}/${group}`, given),
    },
  }
  return fake
}

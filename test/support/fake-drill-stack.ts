/**
 * A drill's stack in a fake recovery world. Written behaviour: its database begins 20 s after the stack, takes 480 s to restore and has
 * the rows of its snapshot; two tasks are healthy 80 s later, and then the stack is complete. Where it brings hosts, the first runs 40 s
 * after the stack has begun and registers 150 s after it, the others with it; `hostless` has them run and never register. Requests with the drill's Host header are
 * answered by the restored database once they are. Deleting it takes 240 s, and everything it made goes with it. `fail` ends the
 * creation at the database; `sticks` keeps an instance behind.
 */
import {seconds} from '../../src/runbooks/engine/clock.ts'
import type {StackEvent, StackInput, StackState, StackStatus} from '../../src/runbooks/provision/ports.ts'
import type {Heartbeat, ProbeAnswer} from '../../src/runbooks/recovery/ports/api-port.ts'
import type {HostsState} from '../../src/runbooks/recovery/ports/compute-port.ts'
import {aDatabase} from './fake-recovery-databases.ts'
import type {FakeRecovery} from './fake-recovery-world.ts'

interface Standing {
  readonly id: string
  readonly input: StackInput
  readonly at: number
  removedAt: number | null
}

export interface FakeDrill {
  /** How often its creation still fails. */
  fails: number
  /** The database stays when the stack goes. */
  sticks: boolean
  /** Its hosts find no way to ECS. */
  hostless: boolean
  /** Its group of hosts stays when the stack goes. */
  keepsHosts: boolean
  /** Synthetic writes that are still refused. */
  refusesWrites: number
  stands(): boolean
  /** A stack of an earlier drill. */
  leave(name: string, expiresAt: number, tags?: Readonly<Record<string, string>>): void
  readonly created: string[]
}

type Around = (moment: 'before' | 'after', call: string, region: string) => void

export function fakeDrillStack(fake: FakeRecovery, around: Around = () => undefined): FakeDrill {
  const {clock, place} = fake
  const region = place.recovery
  let standing: Standing | null = null
  let ids = 0
  const drill: FakeDrill = {
    fails: 0,
    sticks: false,
    hostless: false,
    keepsHosts: false,
    refusesWrites: 0,
    created: [],
    stands: () => present() !== null,
    leave: (name, expiresAt, tags = {'sluice:drill': name, 'sluice:expires': String(expiresAt)}) =>
      make({
        stack: {name: place.stacks.drill, region},
        template: {kind: 'body', body: ''},
        parameters: {Name: name},
        tags,
        role: null,
        token: name,
      }),
  }
  const databaseId = (one: Standing): string =>
    `${place.service}-${place.environment}-drill-${one.input.parameters['Name'] ?? ''}`
  const failing = new Set<string>()
  const hostsOf = (one: Standing): number => Number(one.input.parameters['HostCount'] ?? '0')
  let keptHosts: string | null = null
  const age = (one: Standing): number => clock.now() - one.at

  function present(): Standing | null {
    if (standing?.removedAt != null && clock.now() - standing.removedAt >= seconds(240)) {
      const id = databaseId(standing)
      const index = fake.databases.all.findIndex((database) => database.id === id)
      if (index !== -1 && !drill.sticks) fake.databases.all.splice(index, 1)
      standing = null
    }
    if (
      standing !== null
      && age(standing) >= seconds(20)
      && fake.databases.find(region, databaseId(standing)) === undefined
      && standing.removedAt === null
    ) {
      fake.databases.all.push(
        aDatabase(region, {id: databaseId(standing), status: 'creating', tags: standing.input.tags, class: 'db.m7g.large'}),
      )
    }
    const made = standing === null ? undefined : fake.databases.find(region, databaseId(standing))
    if (standing !== null && made !== undefined && !failing.has(standing.id) && age(standing) >= seconds(500))
      made.status = 'available'
    return standing
  }

  function make(input: StackInput): void {
    ids += 1
    standing = {
      id: `arn:aws:cloudformation:${region}:${place.account}:stack/${input.stack.name}/drill-${ids}`,
      input,
      at: clock.now(),
      removedAt: null,
    }
    drill.created.push(input.tags['sluice:drill'] ?? '')
    if (drill.fails === 0) return
    drill.fails -= 1
    failing.add(standing.id)
  }

  const statusOf = (one: Standing): StackStatus => {
    if (one.removedAt !== null) return 'DELETE_IN_PROGRESS'
    if (failing.has(one.id)) return age(one) < seconds(120) ? 'CREATE_IN_PROGRESS' : 'CREATE_FAILED'
    return age(one) < seconds(580) || (drill.hostless && hostsOf(one) > 0) ? 'CREATE_IN_PROGRESS' : 'CREATE_COMPLETE'
  }
  const stateOf = (one: Standing): StackState => ({
    id: one.id,
    name: one.input.stack.name,
    status: statusOf(one),
    reason: null,
    parameters: {},
    resolved: {},
    tags: one.input.tags,
    changedAt: one.at,
    protected: false,
    parent: null,
    outputs: {TargetGroupArn: `tg-drill@${region}`},
  })
  /** null: no group of this name. */
  const hostsNow = (group: string): HostsState | null => {
    const one = present()
    const state = (registered: number, inService: number): HostsState => ({
      group,
      min: 2,
      max: 2,
      desired: 2,
      inService,
      registered,
      instanceTypes: ['m7g.large'],
    })
    if (one === null) return group === keptHosts ? state(0, 2) : null
    const wanted = hostsOf(one)
    if (wanted === 0 || group !== databaseId(one) || age(one) < seconds(25)) return null
    if (drill.keepsHosts) keptHosts = group
    return state(age(one) < seconds(150) || drill.hostless ? 0 : wanted, age(one) < seconds(40) ? 0 : wanted)
  }
  const eventsOf = (one: Standing): readonly StackEvent[] => {
    const event = (after: number, status: string, reason: string | null = null): readonly StackEvent[] =>
      age(one) < seconds(after)
        ? []
        : [
            {
              id: `${one.id}-${status}`,
              at: one.at + seconds(after),
              stack: one.input.stack.name,
              stackId: one.id,
              logicalId: 'Database',
              physicalId: databaseId(one),
              type: 'AWS::RDS::DBInstance',
              status,
              reason,
            },
          ]
    const hosts = hostsOf(one) === 0 ? [] : event(25, 'CREATE_IN_PROGRESS')
    return [
      ...hosts.map((told) => ({
        ...told,
        id: `${told.id}-hosts`,
        logicalId: 'Hosts',
        type: 'AWS::AutoScaling::AutoScalingGroup',
      })),
      ...event(20, 'CREATE_IN_PROGRESS'),
      ...(failing.has(one.id) ? event(120, 'CREATE_FAILED', "DB snapshot can't be restored") : event(500, 'CREATE_COMPLETE')),
    ]
  }

  const {stacks, compute, readiness} = fake.world
  const asked = async <T>(call: string, run: () => T): Promise<T> => {
    await Promise.resolve()
    fake.calls.push(`${call} ${region}`)
    around('before', call, region)
    fake.settle()
    const result = run()
    around('after', call, region)
    return result
  }
  const isOurs = ({name}: {readonly name: string}): boolean => name === place.stacks.drill
  Object.assign(fake.world, {
    stacks: {
      ...stacks,
      describe: (ref, signal) =>
        isOurs(ref)
          ? asked('stacks.describe', () => {
              const one = present()
              return one === null ? null : stateOf(one)
            })
          : stacks.describe(ref, signal),
      resources: (ref, signal) =>
        isOurs(ref)
          ? asked('stacks.resources', () => {
              const one = present()
              return one === null || age(one) < seconds(20)
                ? []
                : [
                    {
                      logicalId: 'Database',
                      physicalId: databaseId(one),
                      type: 'AWS::RDS::DBInstance',
                      status: 'CREATE_IN_PROGRESS',
                      reason: null,
                      changedAt: one.at,
                    },
                  ]
            })
          : stacks.resources(ref, signal),
      events: (ref, since, signal) =>
        isOurs(ref)
          ? asked('stacks.events', () => {
              const one = present()
              return one === null ? [] : eventsOf(one)
            })
          : stacks.events(ref, since, signal),
      create: (input, signal) =>
        isOurs(input.stack)
          ? asked('stacks.create', () => {
              if (present() === null) make(input)
              return {id: present()?.id ?? ''}
            })
          : stacks.create(input, signal),
      remove: (ref, options, signal) =>
        isOurs(ref)
          ? asked('stacks.remove', () => {
              const one = present()
              if (one !== null) one.removedAt ??= clock.now()
            })
          : stacks.remove(ref, options, signal),
    } satisfies typeof stacks,
    compute: {
      ...compute,
      hosts: (at: string, group: string, cluster: string, signal?: AbortSignal) =>
        group.includes('-drill-')
          ? asked('compute.hosts', () => (group === cluster ? hostsNow(group) : null))
          : compute.hosts(at, group, cluster, signal),
      healthyTargets: (at: string, group: string, signal?: AbortSignal) =>
        group === `tg-drill@${region}`
          ? asked('compute.healthyTargets', () => {
              const one = present()
              return one !== null && statusOf(one) === 'CREATE_COMPLETE' ? 2 : 0
            })
          : compute.healthyTargets(at, group, signal),
    },
    readiness: {
      ...readiness,
      tagged: (at: string, tags: Readonly<Record<string, string>>) =>
        asked('readiness.tagged', () => {
          const one = present()
          const here = one !== null && one.input.tags['sluice:drill'] === tags['sluice:drill'] ? [one.id] : []
          return [
            ...here,
            ...fake.databases.all
              .filter((database) => database.region === at && database.tags['sluice:drill'] === tags['sluice:drill'])
              .map(({arn}) => arn),
            `arn:aws:ecs:${at}:1:task-definition/drill:1`,
          ]
        }),
    },
  })
  const before = fake.answers
  fake.answers = (target): ProbeAnswer | null => {
    if (target.hostHeader !== `drill.${place.api}`) return before(target)
    const one = present()
    if (one === null || statusOf(one) !== 'CREATE_COMPLETE') return {status: 503, region: null, body: '', at: clock.now()}
    const say = (status: number, body: unknown): ProbeAnswer => ({status, region, body: JSON.stringify(body), at: clock.now()})
    if (target.method === 'POST' && drill.refusesWrites > 0) {
      drill.refusesWrites -= 1
      return say(503, {committed: false})
    }
    return target.path === '/heartbeat'
      ? say(200, {region, writable: true, drained: true, last: {seq: 9, at: one.at, region: place.home}} satisfies Heartbeat)
      : say(200, {committed: true, seq: 1})
  }
  return drill
}

/**
 * A small AWS in memory for whole releases on a leaping clock. Written behaviour: tasks take 20 s to become healthy; a deploy of
 * another revision is a new deployment that completes then; counts follow the rule's weights second by second, each slot failing
 * at its revision's rate; a schedule that isn't deleted by its time is delivered `lateMs` after it, whatever happens to it
 * meanwhile. `around` runs before and after every call: a place to be killed at, throttled, or to lose an answer.
 */
import {seconds} from '../../src/runbooks/engine/clock.ts'
import type {
  CountedMinute,
  Deployment,
  ReleaseWorld,
  RuleReading,
  Scaling,
  Slot,
  SlotMinute,
  SwitchReading,
  Target,
  Weights,
} from '../../src/runbooks/release/ports.ts'
import type {LeapingClock} from './leaping-clock.ts'

export interface FakeOptions {
  readonly clock: LeapingClock
  /** Bad fraction of requests by image; 0.1 % where nothing is said. */
  readonly errorRates?: Readonly<Record<string, number>>
  readonly requestsPerMinute?: number
  readonly lateMs?: number
  around?(moment: 'before' | 'after', call: string): void
}

interface FakeSlot {
  taskDefinition: string
  desired: number
  deployment: string
  /** When its present tasks are healthy. */
  healthyAt: number
  scaling: Scaling
}

export interface FakeAws {
  readonly world: ReleaseWorld
  readonly slots: Record<Slot, FakeSlot>
  readonly rule: {weights: Weights; stickiness: boolean; extra: string}
  readonly schedule: () => SwitchReading | null
  /** Weights from each moment on, oldest first. */
  readonly weightHistory: {readonly at: number; readonly weights: Weights; readonly by: string}[]
  /** Somebody else changes the rule. */
  modifyRule(weights: Weights): void
  readonly calls: string[]
}

const healthyAfterMs = seconds(20)
const imageOf = (taskDefinition: string): string => taskDefinition.replace('td:', 'shop/api:')
const hashOf = (weights: Weights, stickiness: boolean, extra: string): string =>
  `${weights.a}/${weights.b}/${String(stickiness)}/${extra}`
const started = 24 * 60 * 60_000

export function fakeAws(options: FakeOptions): FakeAws {
  const {clock, errorRates = {}, requestsPerMinute = 900, lateMs = 0} = options
  const scaling: Scaling = {min: 2, max: 4, scaleInSuspended: false, scaleOutSuspended: false}
  const slot = (desired: number): FakeSlot => ({
    taskDefinition: 'td:1.8.2',
    desired,
    deployment: 'd-0',
    healthyAt: clock.now() - started,
    scaling: desired > 0 ? scaling : {...scaling, min: 0},
  })
  const slots: Record<Slot, FakeSlot> = {a: slot(2), b: slot(0)}
  const rule = {weights: {a: 100, b: 0} as Weights, stickiness: false, extra: ''}
  const weightHistory = [{at: clock.now() - started, weights: rule.weights, by: 'before'}]
  let schedule: (SwitchReading & {readonly id: number}) | null = null
  let ids = 0
  const calls: string[] = []

  const setWeights = (weights: Weights, by: string): void => {
    rule.weights = weights
    weightHistory.push({at: clock.now(), weights, by})
  }
  const call = async <T>(name: string, action: () => T): Promise<T> => {
    await Promise.resolve()
    calls.push(name)
    options.around?.('before', name)
    const result = action()
    options.around?.('after', name)
    return result
  }
  const reading = (weights: Weights, stickiness: boolean): RuleReading => ({
    rule: 'rule-1',
    weights,
    stickiness,
    actionsHash: hashOf(weights, stickiness, rule.extra),
    unusable: null,
    words: `a ${weights.a} / b ${weights.b}`,
  })
  const running = (which: Slot): number => (clock.now() >= slots[which].healthyAt ? slots[which].desired : 0)
  const grow = (which: Slot, desired: number): void => {
    if (desired > slots[which].desired) slots[which].healthyAt = clock.now() + healthyAfterMs
    slots[which].desired = desired
  }
  const fire = (id: number): void => {
    const due = schedule
    if (due === null || due.id !== id) return
    schedule = null
    clock.at(clock.now() + lateMs, () => setWeights(due.weights, 'switch'))
  }

  const world: ReleaseWorld = {
    rule: {
      read: () => call('rule.read', () => reading(rule.weights, rule.stickiness)),
      preview: (_reading, weights) => reading(weights, false),
      write: (_reading, weights) => call('rule.write', () => setWeights(weights, 'run')),
    },
    otherRules: () => call('otherRules', () => []),
    targets: {
      health: (which) =>
        call('targets.health', () =>
          Array.from({length: slots[which].desired}, (_, index): Target => ({
            id: `${which}${index}`,
            state: index < running(which) ? 'healthy' : 'initial',
            reason: null,
          })),
        ),
      settings: (which) =>
        call('targets.settings', () => ({
          targetGroup: which,
          slowStartSeconds: 0,
          deregistrationDelaySeconds: 30,
          stickiness: false,
          minimumHealthyTargets: 1,
        })),
    },
    slots: {
      read: (which) =>
        call('slots.read', () => {
          const {taskDefinition, desired, deployment} = slots[which]
          const complete = running(which) === desired
          const only: Deployment = {
            id: deployment,
            status: 'PRIMARY',
            rolloutState: complete ? 'COMPLETED' : 'IN_PROGRESS',
            rolloutStateReason: null,
            taskDefinition,
            desired,
            running: running(which),
            pending: desired - running(which),
            failedTasks: 0,
          }
          return {
            service: `api-${which}`,
            taskDefinition,
            desired,
            running: running(which),
            deployments: [only],
            circuitBreaker: {enabled: true, rollback: false},
            capacityProvider: 'shop',
          }
        }),
      deploy: (which, to) =>
        call('slots.deploy', () => {
          if (slots[which].taskDefinition !== to.taskDefinition || slots[which].desired === 0) {
            ids += 1
            slots[which].deployment = `d-${ids}`
            slots[which].healthyAt = clock.now() + healthyAfterMs
          }
          slots[which].taskDefinition = to.taskDefinition
          grow(which, to.desired)
          return {deployment: slots[which].deployment}
        }),
      resize: (which, desired) => call('slots.resize', () => grow(which, desired)),
      stopped: () => call('slots.stopped', () => []),
      imageDigest: () => call('slots.imageDigest', () => 'sha256:00'),
    },
    revisions: {
      image: (taskDefinition) => call('revisions.image', () => imageOf(taskDefinition)),
      withImage: (_from, image) =>
        call('revisions.withImage', () => ({taskDefinition: image.replace('shop/api:', 'td:'), reused: false})),
    },
    scaling: {
      read: (which) => call('scaling.read', () => slots[which].scaling),
      write: (which, next) =>
        call('scaling.write', () => {
          slots[which].scaling = next
        }),
    },
    metrics: {
      counts: (from, to) =>
        call('metrics.counts', () => Array.from({length: (to - from) / 60_000}, (_, index) => minuteAt(from + index * 60_000))),
    },
    deadMansSwitch: {
      read: () => call('switch.read', () => schedule),
      arm: (dueAt, from, home) =>
        call('switch.arm', () => {
          ids += 1
          const id = ids
          const weights = home === 'a' ? {a: 100, b: 0} : {a: 0, b: 100}
          schedule = {dueAt, weights, actionsHash: hashOf(weights, false, from.actionsHash.split('/')[3] ?? ''), id}
          clock.at(dueAt, () => fire(id))
        }),
      disarm: () =>
        call('switch.disarm', () => {
          schedule = null
        }),
      armScaling: () => call('switch.armScaling', () => undefined),
      disarmScaling: () => call('switch.disarmScaling', () => undefined),
    },
    awsTime: () => clock.now(),
    recovery: null,
  }

  /** Requests of a slot in a minute follow the weights that were in force, for as long as each was. */
  function minuteAt(at: number): CountedMinute {
    const end = at + 60_000
    const from = weightHistory.findLastIndex((one) => one.at <= at)
    const share = {a: 0, b: 0}
    for (let index = Math.max(0, from); index < weightHistory.length; index += 1) {
      const {at: began, weights} = weightHistory[index]!
      if (began >= end) break
      const part = (Math.min(end, weightHistory[index + 1]?.at ?? end) - Math.max(at, began)) / 60_000
      share.a += (part * weights.a) / (weights.a + weights.b)
      share.b += (part * weights.b) / (weights.a + weights.b)
    }
    return {at, a: slotMinute('a', share.a), b: slotMinute('b', share.b), loadBalancer5xx: 0, custom: {}}
  }
  function slotMinute(which: Slot, share: number): SlotMinute {
    const requests = Math.round(requestsPerMinute * share)
    if (requests === 0)
      return {
        requests: null,
        answered2xx: null,
        answered3xx: null,
        answered4xx: null,
        answered5xx: null,
        connectionErrors: null,
        timed: null,
        slow: null,
      }
    const answered5xx = Math.round(requests * (errorRates[imageOf(slots[which].taskDefinition)] ?? 0.001))
    return {
      requests,
      answered2xx: requests - answered5xx,
      answered3xx: null,
      answered4xx: null,
      answered5xx,
      connectionErrors: null,
      timed: requests,
      slow: 0,
    }
  }

  return {
    world,
    slots,
    rule,
    schedule: () => schedule,
    weightHistory,
    modifyRule: (weights) => setWeights(weights, 'somebody'),
    calls,
  }
}

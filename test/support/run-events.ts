/**
 * A release's journal, event by event, with boring defaults: `aRun().prepared().shifted(5).verdict({verdict: 'pass'}).events`.
 * Every call returns the builder; time moves on by the seconds each part takes. Hashes are links, not digests.
 */
import type {ReleaseConfig} from '../../src/config/release-config.ts'
import type {Event, EventKind, EventOf, GateReading, Json} from '../../src/runbooks/engine/event.ts'
import type {Cause} from '../../src/runbooks/engine/step.ts'

export const runId = 'r-20261122-183210-ab12'
export const startOfRun = Date.parse('2026-11-22T18:32:10Z')

type VerdictData = EventOf<'verdict'>['data']

export function aReading(change: Partial<GateReading> = {}): GateReading {
  return {
    gate: 'errors',
    verdict: 'need-data',
    reason: 'too few requests to tell',
    canary: {requests: 1812, bad: 2},
    stable: {requests: 5440, bad: 6},
    budget: 0.005,
    logHarm: 0.2,
    logHarmLimit: Math.log(200),
    logFit: 1.5,
    logFitLimit: Math.log(20),
    etaMinutes: 3,
    curve: {canary: [0, 1, 0, 0, 1, 0], stable: [1, 0, 2, 1, 1, 1]},
    ...change,
  }
}

const settings = {
  method: 'mixed',
  budget: 0.005,
  tolerance: 1.25,
  ratio: 2.5,
  floor: 0.001,
  ceiling: 0.2,
  alpha: 0.005,
  beta: 0.05,
  minMinutes: 3,
} as const

export function aConfig(change: Partial<ReleaseConfig> = {}): ReleaseConfig {
  return {
    service: 'api',
    environment: 'production',
    region: 'eu-west-1',
    loadBalancer: 'arn:lb',
    listener: 'arn:listener',
    rule: 'arn:rule',
    cluster: 'shop',
    container: null,
    slots: {a: {service: 'api-a', targetGroup: 'arn:tg-a'}, b: {service: 'api-b', targetGroup: 'arn:tg-b'}},
    gates: [
      {kind: 'errors', name: 'errors', settings},
      {kind: 'latency', name: 'slow >500ms', boundMs: 500, settings: {...settings, budget: 0.01}},
    ],
    steps: [
      {weight: 5, holdMs: 360_000, atMostMs: 720_000},
      {weight: 25, holdMs: 480_000, atMostMs: 960_000},
      {weight: 50, holdMs: 600_000, atMostMs: 1_200_000},
    ],
    warmupMs: 0,
    warmMs: 1_800_000,
    afterPromotion: 'alert',
    deadMansSwitch: {role: 'arn:role', deadLetterQueue: null, group: 'sluice', windowMs: 600_000, pausedWindowMs: 3_600_000},
    recovery: null,
    ...change,
  }
}

const before = ['preflight', 'finish-previous', 'arm', 'register', 'hold-scale-in', 'canary-tasks']
const after = ['size-100', 'shift-100', 'observe-100', 'swap', 'repoint', 'disarm', 'release-scale-in', 'carry']

export class RunBuilder {
  readonly events: Event[] = []
  now = startOfRun
  epoch = 1
  private weight = 0
  private readonly config: ReleaseConfig

  constructor(config: ReleaseConfig) {
    this.config = config
    const weights = config.steps.flatMap(({weight}) => [`size-${weight}`, `shift-${weight}`, `share-${weight}`, `bake-${weight}`])
    this.plan('release', [...before, ...weights.slice(1), ...after], {
      input: {
        run: runId,
        config: config as unknown as Json,
        image: 'shop/api:1.9.0',
        from: {image: 'shop/api:1.8.2', taskDefinition: 'api:41', slot: 'a'},
      },
      toolVersion: '0.1.0',
    })
    this.put('lease-taken', {owner: 'mira', host: 'laptop', expiresAt: this.now + 180_000})
  }

  put<K extends EventKind>(kind: K, data: EventOf<K>['data']): this {
    const seq = this.events.length
    const event = {
      seq,
      at: this.now,
      epoch: this.epoch,
      writer: 'w1',
      kind,
      previousHash: seq === 0 ? '' : `hash-${seq - 1}`,
      data,
    }
    this.events.push(event as Event)
    return this
  }

  after(seconds: number): this {
    this.now += seconds * 1000
    return this
  }

  plan(name: string, steps: readonly string[], more: Partial<EventOf<'planned'>['data']> = {}): this {
    const planned = steps.map((id, index) => ({
      id,
      title: id.replaceAll('-', ' '),
      needs: index === 0 ? [] : [steps[index - 1]!],
    }))
    return this.put('planned', {plan: name, planHash: `plan-${name}`, steps: planned, ...more})
  }

  step(id: string, seconds: number, note?: string): this {
    return this.started(id)
      .after(seconds)
      .put('step-ended', {step: id, how: 'done', ...(note !== undefined && {note})})
  }

  started(id: string): this {
    return this.put('step-started', {step: id})
  }

  armed(windowMs = 600_000): this {
    const dueAt = this.now + windowMs
    return this.put('armed', {phase: 'asked', dueAt, home: 'a'}).after(1).put('armed', {phase: 'confirmed', dueAt, home: 'a'})
  }

  /** Everything up to healthy canary tasks. */
  prepared(): this {
    this.step('preflight', 8, 'rule, targets, capacity, metrics').step('finish-previous', 1)
    this.started('arm').armed().put('step-ended', {step: 'arm', how: 'done'})
    this.step('register', 1).step('hold-scale-in', 1).started('canary-tasks').after(30)
    this.put('step-observed', {step: 'canary-tasks', waitsFor: '0 of 1 healthy in slot b'}).after(30)
    return this.put('step-ended', {step: 'canary-tasks', how: 'done', note: '1 of 1 healthy in slot b'})
  }

  ruleWritten(weight: number): this {
    const data = {rule: 'arn:rule', weights: {a: 100 - weight, b: weight}, actionsHash: `actions-${weight}`}
    return this.put('rule-written', {phase: 'asked', ...data})
      .after(1)
      .put('rule-written', {phase: 'read-back', ...data})
  }

  /** The weight asked, read back and observed; its bake begun. */
  shifted(weight: number): this {
    this.weight = weight
    if (this.events[0]?.kind === 'planned' && this.events[0].data.steps.some(({id}) => id === `size-${weight}`))
      this.step(`size-${weight}`, 20)
    this.started(`shift-${weight}`)
      .ruleWritten(weight)
      .put('step-ended', {step: `shift-${weight}`, how: 'done'})
    return this.step(`share-${weight}`, 60, `observed ${weight}.1 % after 60 s`).started(`bake-${weight}`)
  }

  verdict(change: Partial<VerdictData> = {}): this {
    const reason =
      change.verdict === 'pass'
        ? 'canary 0.11 % (2 of 1,812): within the budget of 0.5 %'
        : 'canary 0.11 % (2 of 1,812) against stable 0.11 % (6 of 5,440): too little to tell; ~3 min more at 310 requests/min'
    const slow = aReading({
      reason,
      gate: 'slow >500ms',
      verdict: change.verdict === 'fail' ? 'need-data' : (change.verdict ?? 'need-data'),
      canary: {requests: 1810, bad: 7},
      stable: {requests: 5438, bad: 22},
      budget: 0.01,
      logFit: 0.9,
    })
    const errors = aReading({reason, verdict: change.verdict ?? 'need-data'})
    return this.put('verdict', {
      step: `bake-${this.weight}`,
      weight: this.weight,
      verdict: 'need-data',
      minute: 6,
      gates: [errors, slow],
      observedShare: this.weight / 100 + 0.001,
      reason: 'every gate',
      ...change,
    })
  }

  /** Baked and passed. */
  passed(minute: number): this {
    return this.after(300)
      .verdict({verdict: 'pass', minute})
      .put('step-ended', {step: `bake-${this.weight}`, how: 'done', note: 'pass'})
  }

  promoted(): this {
    this.step('size-100', 20).started('shift-100').ruleWritten(100).put('step-ended', {step: 'shift-100', how: 'done'})
    this.step('observe-100', 60, 'observed 100 %').step('swap', 2, 'minimum 2, maximum 6').step('repoint', 1)
    this.started('disarm').put('disarmed', {at: this.now}).put('step-ended', {step: 'disarm', how: 'done'})
    this.step('release-scale-in', 1).step('carry', 2, 'carried to eu-central-1')
    return this.put('ended', {outcome: 'promoted', because: 'every gate passed at every weight'})
  }

  retiring(): this {
    return this.plan('retire', ['warm', 'retire']).started('warm')
  }

  rejected(minute: number, reading: Partial<GateReading> = {}): this {
    const errors = aReading({
      verdict: 'fail',
      reason:
        'canary 1.10 % (34 of 3,091) against stable 0.10 % (9 of 9,240), 11× worse; chance alone under 1 in 6,000 (limit 1 in 200)',
      canary: {requests: 3091, bad: 34},
      stable: {requests: 9240, bad: 9},
      logHarm: Math.log(6200),
      logFit: 0,
      etaMinutes: null,
      curve: {canary: [1, 0, 9, 12, 12], stable: [2, 1, 2, 2, 2]},
      unanswered: {canary: 28, stable: 0},
      ...reading,
    })
    const because = `${errors.gate}: ${errors.reason}`
    return this.verdict({verdict: 'fail', minute, gates: [errors], reason: because})
      .put('step-ended', {step: `bake-${this.weight}`, how: 'failed', because, then: 'roll-back', cause: 'verdict'})
      .rollingBack('verdict', because)
  }

  rollingBack(cause: Cause, because: string): this {
    return this.plan('rollback', ['home', 'observe-home', 'drain', 'release-scale-in', 'disarm'], {because, cause})
  }

  /** The rollback plan to its end. */
  home(cause: Cause, because: string): this {
    this.started('home').ruleWritten(0).put('step-ended', {step: 'home', how: 'done', note: 'rule reads a 100 / b 0'})
    this.step('observe-home', 41, 'observed 0 % after 41 s').step('drain', 30, 'drained').step('release-scale-in', 1)
    this.started('disarm').put('disarmed', {at: this.now}).put('step-ended', {step: 'disarm', how: 'done'})
    return this.put('ended', {outcome: 'rolled-back', because, cause})
  }

  asked(wish: EventOf<'asked'>['data']['wish'], by: string, why: string): this {
    return this.put('asked', {wish, by, why})
  }
}

export const aRun = (change: Partial<ReleaseConfig> = {}): RunBuilder => new RunBuilder(aConfig(change))

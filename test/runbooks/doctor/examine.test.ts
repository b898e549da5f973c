import {describe, expect, it} from 'vitest'
import {parseConfig} from '../../../src/config/load.ts'
import {ExitCode, SluiceError} from '../../../src/errors.ts'
import type {Lease} from '../../../src/runbooks/engine/lease.ts'
import {leaseKey} from '../../../src/runbooks/engine/lease.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {examine} from '../../../src/runbooks/doctor/examine.ts'
import type {Finding} from '../../../src/runbooks/doctor/finding.ts'
import type {DoctorWorld} from '../../../src/runbooks/doctor/ports.ts'
import type {ReleaseConfig} from '../../../src/config/release-config.ts'
import type {
  CountedMinute,
  RuleReading,
  SlotMinute,
  SlotService,
  TargetGroupSettings,
} from '../../../src/runbooks/release/ports.ts'

const now = Date.UTC(2026, 0, 1, 12)
const minute = 60_000
const elb = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333'
const parsed = parseConfig(`service: shop
region: eu-west-1
loadBalancer: ${elb}:loadbalancer/app/shop/50dc
listener: ${elb}:listener/app/shop/50dc/f2f7
rule: ${elb}:listener-rule/app/shop/50dc/f2f7/9683
cluster: shop
slots:
  a: {service: shop-a, targetGroup: ${elb}:targetgroup/shop-a/73e2}
  b: {service: shop-b, targetGroup: ${elb}:targetgroup/shop-b/84f3}
`)
if (parsed.kind !== 'config') throw new Error("the test's own configuration")
const config: ReleaseConfig = parsed.config

/** One boring world in which all is well; a test changes one thing. */
interface Facts {
  readonly expiresAt: number | null
  readonly bucket: {readonly bucket: string; readonly versioned: boolean} | null
  readonly leases: readonly Partial<Lease>[]
  readonly rule: Partial<RuleReading>
  readonly otherRules: readonly string[]
  readonly surroundings: {readonly priority: string; readonly liveTag: string | null; readonly listenerDefault: string}
  readonly armedFor: number | null
  readonly service: Partial<SlotService>
  readonly unhealthy: boolean
  readonly settings: Partial<TargetGroupSettings>
  readonly scaleInSuspended: boolean
  readonly requests: number | null
  /** Thrown by the reading of metrics. */
  readonly metricsThrow: Error | null
}

const wellFacts: Facts = {
  expiresAt: null,
  bucket: {bucket: 'sluice-state-111122223333-eu-west-1', versioned: true},
  leases: [],
  rule: {},
  otherRules: [],
  surroundings: {priority: '40000', liveTag: 'shop', listenerDefault: 'fixed-response 503'},
  armedFor: null,
  service: {},
  unhealthy: false,
  settings: {},
  scaleInSuspended: false,
  requests: 300,
  metricsThrow: null,
}

const notAsked = (): never => {
  throw new Error('doctor only reads')
}

function world(change: Partial<Facts>): DoctorWorld {
  const facts = {...wellFacts, ...change}
  const leases = new Map(
    facts.leases.map((lease, index) => [
      leaseKey(`t${index}`),
      JSON.stringify({
        run: 'r-1',
        owner: 'ann',
        host: 'laptop',
        operation: 'release',
        epoch: 1,
        since: now - minute,
        expiresAt: now + minute,
        released: false,
        ...lease,
      }),
    ]),
  )
  const rule: RuleReading = {
    rule: config.rule,
    weights: {a: 100, b: 0},
    stickiness: false,
    actionsHash: 'h',
    unusable: null,
    words: 'a 100 / b 0',
    ...facts.rule,
  }
  const slotMinute = (requests: number | null): SlotMinute => ({
    requests,
    answered2xx: requests,
    answered3xx: null,
    answered4xx: null,
    answered5xx: null,
    connectionErrors: null,
    timed: requests,
    slow: 0,
  })
  return {
    config,
    now: () => now,
    caller: async () => ({account: '111122223333', arn: 'arn:aws:iam::111122223333:role/deployer', expiresAt: facts.expiresAt}),
    stateBucket: async () => facts.bucket,
    surroundings: async () => facts.surroundings,
    store: {
      list: async () => [...leases.keys()],
      get: async (key) => ({body: leases.get(key) ?? '', etag: '1'}),
      create: notAsked,
      replace: notAsked,
      folders: notAsked,
    },
    release: {
      rule: {read: async () => rule, preview: notAsked, write: notAsked},
      otherRules: async () => facts.otherRules,
      targets: {
        health: async () => [
          {id: 't', state: facts.unhealthy ? 'unhealthy' : 'healthy', reason: facts.unhealthy ? 'Target.Timeout' : null},
        ],
        settings: async (slot) => ({
          targetGroup: slot,
          slowStartSeconds: 0,
          deregistrationDelaySeconds: 60,
          stickiness: false,
          minimumHealthyTargets: 1,
          ...(slot === 'a' && facts.settings),
        }),
      },
      slots: {
        read: async (slot) => ({
          service: `shop-${slot}`,
          taskDefinition: 'td:1',
          desired: 1,
          running: 1,
          deployments: [],
          circuitBreaker: {enabled: true, rollback: false},
          capacityProvider: 'FARGATE',
          ...(slot === 'a' && facts.service),
        }),
        deploy: notAsked,
        resize: notAsked,
        stopped: notAsked,
        imageDigest: notAsked,
      },
      revisions: {image: notAsked, withImage: notAsked},
      scaling: {
        read: async () => ({min: 1, max: 4, scaleInSuspended: facts.scaleInSuspended, scaleOutSuspended: false}),
        write: notAsked,
      },
      metrics: {
        counts: async (from, to) => {
          if (facts.metricsThrow !== null) throw facts.metricsThrow
          return Array.from({length: (to - from) / minute}, (_, index): CountedMinute => ({
            at: from + index * minute,
            a: slotMinute(facts.requests),
            b: slotMinute(null),
            loadBalancer5xx: 0,
            custom: {},
          }))
        },
      },
      deadMansSwitch: {
        read: async () => (facts.armedFor === null ? null : {dueAt: facts.armedFor, weights: {a: 100, b: 0}, actionsHash: 'h'}),
        arm: notAsked,
        disarm: notAsked,
        armScaling: notAsked,
        disarmScaling: notAsked,
      },
      awsTime: () => now,
      recovery: null,
    },
  }
}

const flat = (findings: readonly Finding[], path = ''): readonly (Finding & {readonly path: string})[] =>
  findings.flatMap((finding) => [
    {...finding, path: `${path}${finding.name}`},
    ...flat(finding.children ?? [], `${path}${finding.name} > `),
  ])
/** Leaves that aren't fine, `path: words`. */
async function notFine(change: Partial<Facts>): Promise<readonly string[]> {
  const findings = await examine(world(change), new AbortController().signal)
  return flat(findings)
    .filter(({state, children}) => state !== 'ok' && children === undefined)
    .map(({path, state, words}) => `${state} ${path}: ${words}`)
}

describe('doctor', () => {
  it('finds nothing in a world in which all is well', async () => {
    expect(await notFine({})).toEqual([])
  })

  const rows: readonly (readonly [string, Partial<Facts>, readonly string[]])[] = [
    [
      "credentials that won't last for a release",
      {expiresAt: now + 5 * minute},
      ['warn credentials: arn:aws:iam::111122223333:role/deployer in account 111122223333; 5 min left, a release needs about 25'],
    ],
    ['no state bucket yet', {bucket: null}, ['warn state > bucket: there is none yet; the first release makes it']],
    [
      'a state bucket without versions',
      {bucket: {bucket: 'b', versioned: false}},
      ["fail state > bucket: b isn't versioned: a lost journal couldn't be brought back"],
    ],
    [
      'a lease that is held',
      {leases: [{}]},
      ['warn state > leases: ann on laptop has held it since 2026-01-01T11:59:00.000Z (release r-1)'],
    ],
    [
      'a run that stopped without ending',
      {leases: [{expiresAt: now - minute}]},
      ['warn state > leases: r-1 on laptop stopped without ending'],
    ],
    ['a lease that was given back', {leases: [{released: true}]}, []],
    [
      'weights in between with no run',
      {rule: {weights: {a: 80, b: 20}, words: 'a 80 / b 20'}},
      ['fail live rule > weights: a 80 / b 20, and no run is unfinished: expected one slot at 100, the other at 0'],
    ],
    [
      'weights in between during a run',
      {rule: {weights: {a: 80, b: 20}, words: 'a 80 / b 20'}, leases: [{}]},
      ['warn state > leases: ann on laptop has held it since 2026-01-01T11:59:00.000Z (release r-1)'],
    ],
    [
      'a second rule to the slots',
      {otherRules: ['arn:r2']},
      ['fail live rule > other rules: 1 forward to the slots too: a release would move only part of the traffic'],
    ],
    [
      "a rule a release can't use",
      {rule: {unusable: 'three target groups'}},
      ["fail live rule > weights: a release can't use it: three target groups"],
    ],
    [
      'stickiness between the groups',
      {rule: {stickiness: true, words: 'a 100 / b 0, stickiness on'}},
      [
        'warn live rule > weights: a 100 / b 0, stickiness on: stickiness keeps clients on a slot whatever the weights say; a release turns it off',
      ],
    ],
    [
      'a default rule',
      {surroundings: {...wellFacts.surroundings, priority: 'default'}},
      ["fail live rule > rule: it is the listener's default rule, which the dead-man's switch can't write"],
    ],
    [
      'a rule without its tag',
      {surroundings: {...wellFacts.surroundings, liveTag: null}},
      ["warn live rule > rule: priority 40000, not tagged sluice:live: init --import and other tools can't know it"],
    ],
    [
      'a listener that forwards by default',
      {surroundings: {...wellFacts.surroundings, listenerDefault: 'forward'}},
      ['warn live rule > listener: default action forward: requests that no rule matches go round the release'],
    ],
    [
      'a switch armed with no run',
      {armedFor: now + minute},
      ["warn live rule > dead-man's switch: armed for 2026-01-01T12:01:00.000Z, though no run is unfinished"],
    ],
    [
      'a circuit breaker that rolls back',
      {service: {circuitBreaker: {enabled: true, rollback: true}}},
      ['fail slot a > service: 1 of 1 tasks run; its circuit breaker rolls back by itself, to a version older than stable'],
    ],
    [
      'a circuit breaker that is off',
      {service: {circuitBreaker: {enabled: false, rollback: false}}},
      ["warn slot a > service: 1 of 1 tasks run; its circuit breaker is off: a version that can't start is retried for ever"],
    ],
    [
      'no named capacity provider',
      {service: {capacityProvider: null}},
      [
        "warn slot a > service: 1 of 1 tasks run; no capacity provider is named, so the cluster's default decides where tasks start",
      ],
    ],
    [
      'the serving slot without a healthy target',
      {unhealthy: true},
      ['fail slot a > targets: 0 of 1 healthy, and this slot serves'],
    ],
    [
      'slow start',
      {settings: {slowStartSeconds: 60}},
      ["warn slot a > target group: slow start 60 s: the first 2 minutes of each task aren't judged"],
    ],
    [
      'a sticky target group',
      {settings: {stickiness: true}},
      ['warn slot a > target group: stickiness is on: clients keep their target, so the observed share lags behind the weight'],
    ],
    [
      'scale-in left suspended',
      {scaleInSuspended: true},
      [
        'warn slot a > scaling: 1 to 4 tasks; scale-in is suspended and no release is under way',
        'warn slot b > scaling: 1 to 4 tasks; scale-in is suspended and no release is under way',
      ],
    ],
    [
      'no traffic',
      {requests: null},
      ['warn metrics: no request counted in the last 10 settled minutes: a release would wait for data and pause'],
    ],
    [
      "one thing that can't be read, beside all others",
      {metricsThrow: new Unavailable('cloudwatch:GetMetricData', 'throttled')},
      ["fail metrics: can't be read now: throttled"],
    ],
    [
      "one thing that isn't allowed",
      {metricsThrow: new SluiceError({code: 'access-denied', exitCode: ExitCode.credentials, message: 'not allowed'})},
      ['fail metrics: not allowed'],
    ],
  ]
  it.each(rows)('%s', async (_, change, expected) => {
    expect(await notFine(change)).toEqual(expected)
  })

  it("a bug of ours isn't a finding", async () => {
    await expect(examine(world({metricsThrow: new TypeError('x')}), new AbortController().signal)).rejects.toThrow(TypeError)
  })

  it('what fails says what to do', async () => {
    const all = await Promise.all(
      rows.map(async ([, change]) => flat(await examine(world({...change, metricsThrow: null}), new AbortController().signal))),
    )
    const silent = all
      .flat()
      .filter(({state, children, fix}) => state === 'fail' && children === undefined && (fix ?? []).length === 0)
    expect(silent).toEqual([])
  })
})

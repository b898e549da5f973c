import {describe, expect, it} from 'vitest'
import {parseConfig} from '../../src/config/load.ts'
import type {ReleaseConfig} from '../../src/config/release-config.ts'

const elb = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333'
const base = `service: shop
region: eu-west-1
loadBalancer: ${elb}:loadbalancer/app/shop/50dc
listener: ${elb}:listener/app/shop/50dc/f2f7
rule: ${elb}:listener-rule/app/shop/50dc/f2f7/9683
cluster: shop
slots:
  a: {service: shop-a, targetGroup: ${elb}:targetgroup/shop-a/73e2}
  b: {service: shop-b, targetGroup: ${elb}:targetgroup/shop-b/84f3}
`
/** Line 10 is the first of `more`. */
const withMore = (more: string): string => `${base}${more}`

function problems(text: string): readonly string[] {
  const parsed = parseConfig(text)
  return parsed.kind === 'problems' ? parsed.problems : []
}
function config(text: string): ReleaseConfig {
  const parsed = parseConfig(text)
  if (parsed.kind !== 'config') throw new Error(parsed.kind === 'problems' ? parsed.problems.join('\n') : 'of a stack')
  return parsed.config
}

describe('what is wrong is said with its place and the way out', () => {
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'an unknown key, with the nearest known one',
      withMore('contanier: api\n'),
      ['10:1  contanier: unknown key; did you mean container?'],
    ],
    [
      'an unknown key that resembles nothing, with all that are known',
      base.replace('{service: shop-a', '{colour: blue, service: shop-a'),
      ['8:7  slots.a.colour: unknown key; known here: service, targetGroup'],
    ],
    ['a duration as a number', withMore('warm: 30\n'), ['10:7  warm: 30 has no unit: write a unit: 30m']],
    ['a duration as a number in quotes', withMore('warm: "30"\n'), ['10:7  warm: "30" has no unit: write a unit: 30m']],
    [
      'a duration in words',
      withMore('warm: half an hour\n'),
      ['10:7  warm: "half an hour" isn\'t a duration: write one like 90s, 30m or 1h30m'],
    ],
    [
      'a share as a fraction',
      withMore('gates:\n  errors: {budget: 0.005}\n'),
      ['11:20  gates.errors.budget: 0.005 has no unit: write a percent: 0.5%'],
    ],
    [
      'a share of everything',
      withMore('gates:\n  errors: {budget: 100%}\n'),
      ['11:20  gates.errors.budget: 100% is out of range: above 0% and below 100%'],
    ],
    [
      "a weight that doesn't rise",
      withMore('steps:\n  - weight: 20\n  - weight: 5\n'),
      ["12:13  steps[1].weight: 5 doesn't rise above 20"],
    ],
    [
      'a weight of 100',
      withMore('steps:\n  - weight: 100\n'),
      [
        "11:13  steps[0].weight: 100 isn't usable here: a weight is a plain number of percent above 0 and below 100; 100 % follows as promotion",
      ],
    ],
    [
      'a weight of 0',
      withMore('steps: [{weight: 0}]\n'),
      [
        "10:18  steps[0].weight: 0 isn't usable here: a weight is a plain number of percent above 0 and below 100; 100 % follows as promotion",
      ],
    ],
    [
      'a weight finer than a load balancer can split',
      withMore('steps: [{weight: 0.25}]\n'),
      ['10:18  steps[0].weight: 0.25 is finer than a load balancer can split: tenths of a percent at most'],
    ],
    ['no step at all', withMore('steps: []\n'), ['10:8  steps: a release needs at least one step']],
    [
      'a hold longer than its limit',
      withMore('steps: [{weight: 5, hold: 40m}]\n'),
      ['10:27  steps[0].hold: hold 40m is longer than atMost 30m: the step could never pass'],
    ],
    [
      'a limit shorter than the default hold',
      withMore('steps: [{weight: 5, atMost: 3m}]\n'),
      ['10:29  steps[0].atMost: hold 5m is longer than atMost 3m: the step could never pass'],
    ],
    [
      'a latency gate without its bound',
      withMore('gates:\n  latency: {budget: 1%}\n'),
      ['11:12  gates.latency.bound: missing: a duration like 500ms'],
    ],
    [
      "a gate of one's own without a metric",
      withMore('gates:\n  checkout: {budget: 1%}\n'),
      ['11:3  gates.checkout: this gate has no metric: a gate of your own needs requests and bad, for slots a and b'],
    ],
    [
      'a built-in gate misspelt',
      withMore('gates:\n  latancy: {bound: 500ms}\n'),
      [
        '11:3  gates.latancy: this gate has no metric: a gate of your own needs requests and bad, for slots a and b; did you mean latency?',
      ],
    ],
    [
      'a second latency gate, with what to write instead',
      withMore('gates:\n  slow-checkout: {bound: 800ms}\n'),
      [
        '11:3  gates.slow-checkout: only the gate latency has a bound; a second one is a gate of your own: bad is TargetResponseTime with stat TC(0.8:)',
      ],
    ],
    [
      'a step that waits for a gate there is not',
      withMore('steps: [{weight: 5, gates: [errors, latency]}]\n'),
      ['10:37  steps[0].gates[1]: there is no gate latency; there are: errors'],
    ],
    [
      'a step without any gate',
      withMore('steps: [{weight: 5, gates: []}]\n'),
      ['10:28  steps[0].gates: a step with no gate could never pass: leave it out for all of them'],
    ],
    [
      'a ratio at which nothing could count as fitness',
      withMore('gates:\n  errors: {ratio: 1.2}\n'),
      ["11:19  gates.errors.ratio: 1.2 isn't usable here: a number above 1.25, at most 100"],
    ],
    [
      'the same gate twice',
      withMore('gates:\n  errors: {budget: 1%}\n  errors: {budget: 2%}\n'),
      ['12:3  this key is here twice'],
    ],
    [
      'both slots with one target group',
      base.replace('shop-b/84f3', 'shop-a/73e2'),
      ['9:37  slots.b.targetGroup: the same target group as slot a: a release needs two'],
    ],
    [
      'an ARN in another Region',
      base.replace('eu-west-1:111122223333:targetgroup/shop-b', 'eu-west-2:111122223333:targetgroup/shop-b'),
      ['9:37  slots.b.targetGroup: is in eu-west-2, but region is eu-west-1'],
    ],
    [
      'an ARN in another account',
      base.replace('111122223333:targetgroup/shop-b', '999922223333:targetgroup/shop-b'),
      ['9:37  slots.b.targetGroup: is in account 999922223333, but loadBalancer is in 111122223333'],
    ],
    [
      'a rule of another listener',
      base.replace('50dc/f2f7/9683', '50dc/aaaa/9683'),
      ['5:7  rule: is a rule of another listener'],
    ],
    [
      'too short a way back',
      withMore('warm: 6m\n'),
      ['10:7  warm: 6m is too short: the old slot is the way back, keep it at least 7m'],
    ],
    [
      'a switch that goes off between two ticks',
      withMore('switch: {window: 30s}\n'),
      ['10:18  switch.window: 30s is too short: a slow tick would send traffic home; write at least 4m'],
    ],
    [
      'a recovery Region that is the Region itself',
      withMore('recovery: {region: eu-west-1, cluster: c, service: s}\n'),
      ['10:20  recovery.region: eu-west-1 is the Region of the service itself'],
    ],
    ['a missing key', base.replace('cluster: shop\n', ''), ['1:1  cluster: missing: name or ARN of the ECS cluster']],
    ['an empty file', '', ['1:1  the file is empty']],
    ['a tab', 'service:\n\tname: x\n', ['2:1  a tab: YAML is indented with spaces']],
  ]
  it.each(rows)('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expected)
  })

  /** One mistake that shows in several places. */
  const among: typeof rows = [
    [
      'an ARN of another kind',
      base.replace('listener: ', 'listener: arn:aws:s3:::bucket # '),
      [
        '4:11  listener: "arn:aws:s3:::bucket" isn\'t the ARN of a listener: it looks like arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2',
      ],
    ],
    [
      "a statistic that isn't a count",
      withMore('gates:\n  c: {requests: {a: &m {namespace: N, metric: M, stat: p99}, b: *m}, bad: {a: *m, b: *m}}\n'),
      [
        '11:56  gates.c.requests.a.stat: "p99" isn\'t usable here: a count is Sum, SampleCount or TC(…); averages and percentiles can\'t be judged',
      ],
    ],
  ]
  it.each(among)('%s', (_, text, expected) => {
    expect(problems(text)).toEqual(expect.arrayContaining([...expected]))
  })

  it('says everything at once, in the order of the file', () => {
    const text = withMore('warm: 5\nsteps:\n  - {weight: 20, hold: 5}\n  - {weight: 10}\ngates:\n  latency: {}\n').replace(
      'service: shop\n',
      'servic: shop\n',
    )
    expect(problems(text).map((line) => line.replace(/:.*?  /, '  ').split(': ')[0])).toEqual([
      '1  service',
      '1  servic',
      '10  warm',
      '12  steps[0].hold',
      '13  steps[1].weight',
      '15  gates.latency.bound',
    ])
  })

  it("compares the account with the caller's", () => {
    const parsed = parseConfig(base, {account: '444455556666'})
    expect(parsed.kind === 'problems' && parsed.problems).toContain(
      '3:15  loadBalancer: is in account 111122223333, but these credentials are in 444455556666',
    )
  })
})

describe('a stack of ours', () => {
  const ofStack =
    'service: shop\nregion: eu-west-1\nstack: {api: api.example.com, site: www.example.com, recovery: {region: eu-central-1}}\n'

  it("tells itself what is in it, so the file doesn't have to; the promoted version follows to its other Region", () => {
    expect(parseConfig(`${ofStack}warm: 1h\n`)).toMatchObject({
      kind: 'of-stack',
      settings: {
        service: 'shop',
        environment: 'production',
        region: 'eu-west-1',
        warmMs: 3_600_000,
        steps: [{weight: 5}, {weight: 25}, {weight: 50}],
        recovery: {
          region: 'eu-central-1',
          stack: 'shop-production-main',
          slots: {a: 'shop-production-a', b: 'shop-production-b'},
        },
      },
    })
  })

  it('is released where the file says, when it says so', () => {
    expect(parseConfig(withMore('stack: {api: api.example.com, site: www.example.com}\n'))).toMatchObject({
      kind: 'config',
      config: {cluster: 'shop', recovery: null},
    })
  })

  it('is named whole or not at all', () => {
    expect(problems(`${ofStack}cluster: shop\n`).map((line) => line.replace(/^\S+ +/, ''))).toEqual([
      'loadBalancer: missing: the ARN of an application load balancer',
      'listener: missing: the ARN of a listener',
      'rule: missing: the ARN of a listener rule',
      'slots: missing: slot a and slot b',
    ])
  })

  it('and its file has the same mistakes pointed out', () => {
    expect(problems(`${ofStack}contanier: api\nwarm: 5\n`)).toEqual([
      '4:1  contanier: unknown key; did you mean container?',
      '5:7  warm: 5 has no unit: write a unit: 5m',
    ])
  })
})

describe('what is left out has its default', () => {
  it('steps 5, 25, 50; errors always judged; no role for the switch', () => {
    expect(config(base)).toMatchObject({
      environment: 'production',
      container: null,
      steps: [{weight: 5, holdMs: 300_000, atMostMs: 1_800_000}, {weight: 25}, {weight: 50}],
      gates: [
        {
          kind: 'errors',
          name: 'errors',
          settings: {
            method: 'mixed',
            budget: 0.005,
            tolerance: 1.25,
            ratio: 2.5,
            floor: 0.001,
            ceiling: 0.2,
            alpha: 0.01,
            beta: 0.05,
            minMinutes: 3,
          },
        },
      ],
      warmupMs: 0,
      warmMs: 1_800_000,
      afterPromotion: 'alert',
      deadMansSwitch: {role: null, deadLetterQueue: null, group: 'default', windowMs: 600_000, pausedWindowMs: 3_600_000},
      recovery: null,
    })
  })

  it('a step waits for all gates, or for those it names', () => {
    expect(config(withMore('steps: [{weight: 5, gates: [errors]}, {weight: 20}]\n')).steps.map(({gates}) => gates)).toEqual([
      ['errors'],
      undefined,
    ])
  })

  it('alpha is shared by the gates of a release', () => {
    const gates = config(withMore('gates:\n  latency: {bound: 500ms}\n')).gates
    expect(gates.map(({name, settings}) => [name, settings.alpha, settings.budget])).toEqual([
      ['errors', 0.005, 0.005],
      ['latency', 0.005, 0.01],
    ])
  })

  it('units are read: 1h30m, 0.5 %', () => {
    const read = config(withMore('warm: 1h30m\nwarmup: 90s\ngates: {errors: {budget: 0.3 %}, latency: {bound: 1.5s}}\n'))
    expect([
      read.warmMs,
      read.warmupMs,
      read.gates[0]?.settings.budget,
      read.gates[1]?.kind === 'latency' && read.gates[1].boundMs,
    ]).toEqual([5_400_000, 90_000, 0.003, 1500])
  })

  it("a gate of one's own counts a sum", () => {
    const read = config(
      withMore('gates:\n  checkout:\n    requests: {a: &m {namespace: N, metric: M}, b: *m}\n    bad: {a: *m, b: *m}\n'),
    )
    expect(read.gates[1]).toMatchObject({
      kind: 'counts',
      name: 'checkout',
      requests: {a: {namespace: 'N', metric: 'M', stat: 'Sum', dimensions: {}}},
    })
  })
})

/**
 * The commented `sluice.yaml` that `sluice init` writes. Pure. What was discovered stands there; what has a default stands there
 * as a comment with its default, so that a reader learns what can be changed without reading a manual.
 */
import {stringify} from 'yaml'

export interface DiscoveredSlot {
  readonly service: string | null
  readonly targetGroup: string | null
}

/** As much of a configuration as is known; what is null is left for the person to fill in. */
export interface Discovered {
  readonly service: string | null
  readonly region: string | null
  readonly loadBalancer: string | null
  readonly listener: string | null
  readonly rule: string | null
  readonly cluster: string | null
  readonly container: string | null
  readonly slots: {readonly a: DiscoveredSlot; readonly b: DiscoveredSlot}
}

/** What is known when nothing was looked at. */
export function undiscovered(service: string | null, region: string | null): Discovered {
  const slot = {service: null, targetGroup: null}
  return {
    service,
    region,
    loadBalancer: null,
    listener: null,
    rule: null,
    cluster: null,
    container: null,
    slots: {a: slot, b: slot},
  }
}

export interface RenderOptions {
  /** Path or URL of the JSON schema, for editors. */
  readonly schema: string
}

const scalar = (value: string): string => stringify(value, {lineWidth: 0}).trimEnd()

export function renderYaml(found: Discovered, {schema}: RenderOptions): string {
  return [
    `# yaml-language-server: $schema=${schema}`,
    '# What `sluice release` works on. Durations have a unit (90s, 5m, 1h30m), shares are percents (0.5%).',
    '# Lines that begin with # hold defaults: take the # away to change one.',
    '',
    known('service', found.service, 'the name of the service'),
    '# environment: production',
    known('region', found.region, 'its Region, like eu-west-1'),
    '',
    '# The load balancer, and the one rule whose weights a release moves.',
    known('loadBalancer', found.loadBalancer, 'the ARN of the application load balancer'),
    known('listener', found.listener, 'the ARN of its listener'),
    known('rule', found.rule, 'the ARN of the rule that forwards to both target groups'),
    '',
    '# Two ECS services, each with its target group. Stable and canary are roles that they take in turn.',
    known('cluster', found.cluster, 'the name of the ECS cluster'),
    found.container === null ? '# container: the first essential container' : `container: ${scalar(found.container)}`,
    'slots:',
    ...slot('a', found.slots.a),
    ...slot('b', found.slots.b),
    '',
    judging,
    stepping,
    deadMansSwitch,
    recovery,
  ].join('\n')
}

function known(key: string, value: string | null, what: string): string {
  return `${key}: ${value === null ? `TODO # ${what}` : scalar(value)}`
}

function slot(letter: string, found: DiscoveredSlot): readonly string[] {
  return [
    `  ${letter}:`,
    `    ${known('service', found.service, 'the name of an ECS service')}`,
    `    ${known('targetGroup', found.targetGroup, 'the ARN of its target group')}`,
  ]
}

const judging = `# What a release is judged by. Errors are always judged: 5xx answers, and requests that were never answered.
gates:
  errors:
    budget: 0.5%            # share of requests that may be bad
    # tolerance: 1.25       # the canary may be this many times as bad as stable
    # ratio: 2.5            # shown to be less than this many times as bad: fit
    # floor: 0.1%           # a smaller difference never fails
    # ceiling: 20%          # more than this fails within two minutes
    # alpha: 0.5%           # chance of a false rollback: 1% divided by the number of gates
    # beta: 5%              # chance of a false pass
    # minMinutes: 3
  # latency:
  #   bound: 500ms          # slowest answer that is still good
  #   budget: 1%
`

const stepping = `# Percent of requests on the canary. A step is judged for \`hold\` at least, and goes on as soon as every gate passes;
# without enough data at \`atMost\` the release pauses. 100 % follows the last step.
steps:
  - {weight: 5, hold: 5m, atMost: 30m}
  - {weight: 25, hold: 5m, atMost: 30m}
  - {weight: 50, hold: 5m, atMost: 30m}

# warmup: 0s                # time of a new task that isn't judged
# warm: 30m                 # how long the old slot keeps its size after a promotion
# afterPromotion: alert     # or roll-back
`

const deadMansSwitch = `# The dead-man's switch: when nobody ticks a release any more, EventBridge Scheduler sends all traffic back to stable.
# It takes a role that may call elasticloadbalancing:ModifyRule on the rule above.
# switch:
#   role: arn:aws:iam::ACCOUNT:role/sluice-switch
#   deadLetterQueue: the ARN of an SQS queue for calls that failed
#   group: default
#   window: 10m
#   pausedWindow: 60m
`

const recovery = `# Where a promoted version is carried to.
# recovery:
#   region: eu-central-1
#   cluster: shop
#   service: shop
`

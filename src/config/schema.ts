/**
 * The shape of `sluice.yaml`: which keys there are, what each may hold, and the sentence a person reads when it holds something
 * else. Only what one value can say about itself; what two values say about each other is in `rules.ts`. The JSON schema that
 * editors use is generated from this, so every key has a description.
 */
import {z} from 'zod'
import type {ArnKind} from './arn.ts'
import {arnExamples, arnPatterns} from './arn.ts'
import {stackSchema} from './stack-schema.ts'
import {durationHint, durationPattern, percentHint, percentPattern, shown} from './units.ts'

interface Issue {
  readonly input?: unknown
}
const saying =
  (missing: string, wrong: (input: unknown) => string) =>
  ({input}: Issue): string =>
    input === undefined ? `missing: ${missing}` : wrong(input)

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

const duration = (description: string, example = '5m') => {
  const error = saying(`a duration like ${example}`, (input) => durationHint(input, example))
  return z
    .string({error})
    .regex(durationPattern, {error})
    .meta({description, examples: [example]})
}
const percent = (description: string, example: string) => {
  const error = saying(`a percent like ${example}`, percentHint)
  return z
    .string({error})
    .regex(percentPattern, {error})
    .meta({description, examples: [example]})
}
const arn = (kind: ArnKind, what: string) => {
  const error = saying(
    `the ARN of ${what}`,
    (input) => `${shown(input)} isn't the ARN of ${what}: it looks like ${arnExamples[kind]}`,
  )
  return z
    .string({error})
    .regex(arnPatterns[kind], {error})
    .meta({description: `ARN of ${what}`})
}
const text = (description: string, pattern: RegExp, allowed: string) => {
  const error = saying(lowerFirst(description), (input) => `${shown(input)} isn't usable here: ${allowed}`)
  return z.string({error}).regex(pattern, {error}).describe(description)
}
const number = (description: string, test: (n: number) => boolean, allowed: string) => {
  const error = saying(allowed, (input) => `${shown(input)} isn't usable here: ${allowed}`)
  return z.number({error}).refine(test, {error}).describe(description)
}
const oneOf = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  z
    .enum(values, {
      error: saying(values.join(' or '), (input) => `${shown(input)} isn't one of ${values.join(', ')}`),
    })
    .describe(description)
const map = <T extends z.core.$ZodLooseShape>(shape: T, missing: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? saying(missing, (input) => `${shown(input)} stands where a map belongs: ${missing}`)(issue)
        : undefined,
  })

const name = /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/
const names = 'letters, digits, - and _'
const region = (description: string) => text(description, /^[a-z]{2}(-[a-z]+)+-\d+$/, 'a Region is written like eu-west-1')
const wholeMinutes = (n: number): boolean => Number.isInteger(n) && n >= 1 && n <= 1440

const settings = {
  method: oneOf(['mixed', 'betting', 'pooled'], 'How evidence of harm is weighed; mixed is the default').optional(),
  budget: percent(
    'Share of requests that may be bad before the promise of the service is broken (errors 0.5%, others 1%)',
    '0.5%',
  ).optional(),
  tolerance: number(
    'The canary may be this many times as bad as stable before that counts as harm (1.25)',
    (n) => n >= 1 && n <= 10,
    'a number from 1 to 10',
  ).optional(),
  // 1.25 is the worst ratio that still counts as fitness: evidence against a smaller one would be worth nothing.
  ratio: number(
    'Evidence that the canary is less than this many times as bad as stable counts as fitness (2.5)',
    (n) => n > 1.25 && n <= 100,
    'a number above 1.25, at most 100',
  ).optional(),
  floor: percent('Least difference of the bad shares that can fail (0.1%)', '0.1%').optional(),
  ceiling: percent('Bad share that fails within two minutes whatever the evidence (20%)', '20%').optional(),
  alpha: percent(
    'Chance of a false rollback by this gate, spent once a release (1% divided by the number of gates)',
    '0.5%',
  ).optional(),
  beta: percent('Chance of a false pass (5%)', '5%').optional(),
  minMinutes: number(
    'Minutes with canary traffic that a pass needs at least (3)',
    wholeMinutes,
    'a whole number of minutes, without a unit',
  ).optional(),
}

const metric = map(
  {
    namespace: text('CloudWatch namespace', /^[^:].{0,254}$/, 'a CloudWatch namespace like Shop/Checkout'),
    metric: text('CloudWatch metric name', /^.{1,255}$/, 'a metric name'),
    stat: text(
      'Statistic that yields a count per minute: Sum, SampleCount or TC(…)',
      /^(Sum|SampleCount|TC\(.+\))$/,
      "a count is Sum, SampleCount or TC(…); averages and percentiles can't be judged",
    ).default('Sum'),
    dimensions: z.record(z.string(), z.string()).default({}).describe('Dimensions of the metric'),
  },
  'a metric: namespace, metric, dimensions',
)
const perSlot = (what: string) =>
  map(
    {a: metric.describe(`${what} of slot a`), b: metric.describe(`${what} of slot b`)},
    `${lowerFirst(what)}, for slot a and for slot b`,
  ).describe(what)

const errors = map(settings, 'the settings of the gate').describe('5xx answers and requests that were never answered. Always on.')
const latency = map(
  {bound: duration('Slowest answer that is still good', '500ms'), ...settings},
  'the bound and settings of the gate',
).describe('Requests slower than a bound')
const counts = map(
  {
    requests: perSlot('Requests a minute'),
    bad: perSlot('Bad requests a minute'),
    ...settings,
  },
  'requests and bad, for slots a and b',
).describe('A gate of your own: bad out of requests, per slot')

const slot = (letter: string) =>
  map(
    {
      service: text('Name of the ECS service', name, names),
      targetGroup: arn('targetGroup', 'a target group'),
    },
    'service and targetGroup',
  ).describe(`Slot ${letter}: an ECS service with its target group`)

const step = map(
  {
    weight: number(
      'Percent of requests sent to the canary, above the step before and below 100',
      (n) => n > 0 && n < 100,
      'a weight is a plain number of percent above 0 and below 100; 100 % follows as promotion',
    ),
    hold: duration('Least time that is judged at this weight (5m)').optional(),
    atMost: duration('Without enough data by then the release pauses (30m)', '30m').optional(),
    gates: z
      .array(text('Name of a gate', /^.+$/, 'the name of a gate'), {
        error: saying('a list of gates', (input) => `${shown(input)} stands where a list of gates belongs`),
      })
      .min(1, {error: 'a step with no gate could never pass: leave it out for all of them'})
      .optional()
      .describe('Gates that have to pass before the next step (all); any gate may fail at any step'),
  },
  'weight, hold, atMost, gates',
)

const optionalArn = (kind: ArnKind, what: string) => arn(kind, what).optional()

export const configSchema = map(
  {
    service: text('Name of the service being released', name, names),
    environment: text('Which environment this is (production)', name, names).optional(),
    region: region('Region of the service'),
    loadBalancer: arn('loadBalancer', 'an application load balancer'),
    listener: arn('listener', 'a listener'),
    rule: arn('rule', 'a listener rule'),
    cluster: text('Name or ARN of the ECS cluster', /^[A-Za-z0-9:/_-]+$/, 'a name or an ARN'),
    container: text('Container whose image a release changes (the first essential one)', name, names).optional(),
    slots: map({a: slot('a'), b: slot('b')}, 'slot a and slot b').describe(
      'The two slots; stable and canary are roles that they take in turn',
    ),
    gates: z
      .object({
        errors: errors.optional(),
        latency: latency.optional(),
      })
      .catchall(counts)
      .optional()
      .describe('What a release is judged by'),
    steps: z
      .array(step, {
        error: saying('a list of steps', (input) => `${shown(input)} stands where a list of steps belongs`),
      })
      .min(1, {error: 'a release needs at least one step'})
      .optional()
      .describe('Weights on the way to 100 % (5, 25, 50)'),
    warmup: duration("Time of a new task that isn't judged, on top of its slow start (0s)", '30s').optional(),
    warm: duration('How long the old slot keeps its size after a promotion, at least 7m (30m)', '30m').optional(),
    afterPromotion: oneOf(['alert', 'roll-back'], 'What a failed gate after a promotion does (alert)').optional(),
    switch: map(
      {
        role: optionalArn('role', 'the role EventBridge Scheduler takes').describe(
          'Role that Scheduler takes to send traffic home (sluice-switch of the account)',
        ),
        deadLetterQueue: optionalArn('queue', 'an SQS queue').describe('Queue for switch calls that failed'),
        group: text('Schedule group (default)', /^[A-Za-z0-9._-]{1,64}$/, `${names}, at most 64`).optional(),
        window: duration('Traffic goes home when nobody has ticked for this long (10m)', '10m').optional(),
        pausedWindow: duration('The same while a release is paused (60m)', '60m').optional(),
      },
      'role, deadLetterQueue, group, window, pausedWindow',
    )
      .optional()
      .describe("The dead-man's switch"),
    recovery: map(
      {
        region: region('Recovery Region'),
        cluster: text('Name or ARN of the ECS cluster there', /^[A-Za-z0-9:/_-]+$/, 'a name or an ARN'),
        service: text('Name of the ECS service there', name, names),
      },
      'region, cluster, service',
    )
      .optional()
      .describe('Where a promoted version is carried to'),
    stack: stackSchema.optional(),
  },
  'the configuration of a release',
)

export type ConfigInput = z.output<typeof configSchema>

/** What the outputs of a stack of ours tell: all of it is named here, or none. */
export const placeKeys = ['loadBalancer', 'listener', 'rule', 'cluster', 'slots'] as const
/** The file of a stack of ours: it says what the stack is, and doesn't name what is in it. */
export const stackConfigSchema = configSchema
  .omit({loadBalancer: true, listener: true, rule: true, cluster: true, slots: true})
  .extend({stack: stackSchema})
export type StackConfigInput = z.output<typeof stackConfigSchema>

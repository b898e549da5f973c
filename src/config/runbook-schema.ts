/**
 * The shape of a file in `runbooks/`: which keys there are, what each may hold, and the sentence a person reads when it holds something
 * else. What two values say about each other is in `runbook-rules.ts`. Editors' JSON schema is generated from this.
 */
import {z} from 'zod'
import {recoveries} from './runbook.ts'
import {durationHint, durationPattern, shown} from './units.ts'

interface Issue {
  readonly input?: unknown
}
const saying =
  (what: string) =>
  ({input}: Issue): string =>
    input === undefined ? `missing: ${what}` : `${shown(input)} isn't usable here: ${what}`

const text = (description: string, pattern: RegExp, allowed: string) =>
  z
    .string({error: saying(allowed)})
    .regex(pattern, {error: saying(allowed)})
    .describe(description)
const words = (description: string, what: string) => text(description, /\S/, what)
const duration = (description: string, example: string) => {
  const error = ({input}: Issue): string =>
    input === undefined ? `missing: a duration like ${example}` : durationHint(input, example)
  return z
    .string({error})
    .regex(durationPattern, {error})
    .meta({description, examples: [example]})
}
const oneOf = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  z.enum(values, {error: saying(`one of ${values.join(', ')}`)}).describe(description)
const map = <T extends z.core.$ZodLooseShape>(shape: T, what: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? issue.input === undefined
          ? `missing: ${what}`
          : `${shown(issue.input)} stands where a map belongs: ${what}`
        : undefined,
  })
const list = <T extends z.core.$ZodType>(item: T, what: string) => z.array(item, {error: saying(`a list of ${what}`)})
const whole = (description: string, least: number, most: number) => {
  const error = saying(`a whole number from ${least} to ${most}`)
  return z
    .number({error})
    .refine((n) => Number.isInteger(n) && n >= least && n <= most, {error})
    .describe(description)
}
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], {error: saying('a text, a number, true, false or null')})
const texts = (description: string) =>
  z.record(z.string(), z.string({error: saying('a text')}), {error: saying('a map of texts')}).describe(description)

const id = (description: string) =>
  text(description, /^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and -, at most 40, like check-replica')
const region = text(
  "Where the call goes; may be ${place.home} or ${place.recovery} (the runbook's)",
  /^([a-z]{2}(-[a-z]+)+-\d+|\$\{place\.(home|recovery)\})$/,
  'a Region like eu-west-1, or ${place.recovery}',
)
const path = (description: string) =>
  text(
    description,
    /^[A-Za-z0-9_-]+(\[\d+\])*(\.[A-Za-z0-9_-]+(\[\d+\])*)*$/,
    'a path into the answer, like DBInstances[0].DBInstanceStatus',
  )
const fact = "a fact's name: letters, digits, - and _"
const keep = z
  .record(text('Name of the fact', /^[A-Za-z][A-Za-z0-9_-]*$/, fact), path('Path in the answer'), {
    error: (issue) =>
      issue.code === 'invalid_key' ? fact : issue.code === 'invalid_type' ? 'a map of facts and paths' : undefined,
  })
  .describe('Fact → path in the answer; other steps refer to it as ${steps.ID.FACT}')

const doneWhen = map(
  {
    path: path('Path in the answer'),
    equals: scalar.optional().describe('Done when it is this'),
    in: list(scalar, 'values')
      .min(1, {error: 'nothing is never the answer: name at least one value'})
      .optional()
      .describe('Done when it is one of these'),
    exists: z
      .boolean({error: saying('true or false')})
      .optional()
      .describe("Done when it is there, or isn't"),
  },
  'path, and one of equals, in, exists',
).describe('What the answer has to say')

const call = {
  service: words('Service as IAM writes it', 'a service like rds'),
  action: words('Action as IAM writes it', 'an action like DescribeDBInstances'),
  region: region.optional(),
  input: z
    .record(z.string(), z.json(), {error: saying('a map')})
    .optional()
    .describe('Input of the call; may refer to facts'),
}
const every = duration('How often to look again (10s)', '10s').optional()
const read = {...call, 'done-when': doneWhen.optional(), every, keep: keep.optional()}
const check = map(read, 'service, action, input, done-when, every, keep')
  .optional()
  .describe('A call that reads: tells whether the effect is there, before and after')

const expected = map(
  {
    status: z
      .union([whole('Status', 100, 599), list(whole('Status', 100, 599), 'statuses').min(1)], {
        error: saying('a status like 200, or a list of them'),
      })
      .optional()
      .describe('Status, or several (any 2xx)'),
    body: words('Text that the body holds', 'a text').optional(),
    header: texts('Header → value').optional(),
  },
  'status, body, header',
)
  .optional()
  .describe('What the answer has to be')

const whose = oneOf(['anybody', 'another'], 'another: somebody else than who began the run (anybody)').optional()

export const doingKeys = ['uses', 'call', 'http', 'metric', 'manual', 'approval', 'wait'] as const

const step = map(
  {
    id: id('Name of the step, unique in the plan'),
    title: words('What a person reads (the id)', 'a few words').optional(),
    needs: list(id('Id of a step'), 'step ids').optional().describe('Steps that come before (the one above; [] for none)'),
    deadline: duration('When the step has failed (10m; 1h for people; the wait and a minute)', '10m').optional(),
    usual: map(
      {p50: duration('Half of the time it takes less', '30s'), p90: duration('Nine times out of ten it takes less', '2m')},
      'p50, p90',
    )
      .optional()
      .describe('How long it usually takes, for the critical path'),
    'on-failure': oneOf(
      ['pause', 'halt', 'undo', 'go-on'],
      'pause asks a person; halt ends the run where it is; undo takes back what was done; go-on tells it and goes on without (pause)',
    ).optional(),
    undo: map(call, 'service, action, input').optional().describe('The call that takes this step back'),
    uses: words('A step that comes with the tool', 'a built-in step').optional(),
    with: z
      .record(z.string(), z.json(), {error: saying('a map')})
      .optional()
      .describe('What the built-in step is told'),
    call: map({...read, check}, 'service, action, input')
      .optional()
      .describe('One AWS call, of those that are allowed'),
    http: map(
      {
        url: text(
          'Where, like https://status.example.com/up',
          /^(https?:\/\/\S+|\$\{env\.[A-Za-z_][A-Za-z0-9_]*\})$/,
          'a URL like https://status.example.com/up',
        ).optional(),
        name: text('A host name, asked over HTTPS', /^[a-z0-9$][a-z0-9.${}-]*$/i, 'a host name').optional(),
        path: text('Path with name (/)', /^\/\S*$/, 'a path that begins with /').optional(),
        method: oneOf(['GET', 'HEAD', 'POST'], 'GET').optional(),
        headers: texts('Headers of the request').optional(),
        body: z
          .string({error: saying('a text')})
          .optional()
          .describe('Body of a POST'),
        expect: expected,
        times: whole('So many good answers in a row (1)', 1, 20).optional(),
        repeatable: z
          .boolean({error: saying('true or false')})
          .optional()
          .describe('A second POST is the same as one: it may be sent again until the answer is as expected (false)'),
        every,
        keep: keep.optional(),
      },
      'url or name, expect',
    )
      .optional()
      .describe('Asks until the answer is as expected'),
    metric: map(
      {
        namespace: words('CloudWatch namespace', 'a namespace like AWS/ApplicationELB'),
        metric: words('Name of the metric', "a metric's name"),
        dimensions: texts('Dimensions').optional(),
        region: region.optional(),
        stat: text(
          'Statistic',
          /^(Average|Sum|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d+)?)$/,
          'Average, Sum, Minimum, Maximum, SampleCount or p99',
        ),
        is: oneOf(['above', 'below'], 'Which side of the value'),
        value: z.number({error: saying('a number')}).describe('The value'),
        for: duration('How long, in whole minutes, every minute with a datapoint', '3m'),
      },
      'namespace, metric, stat, is, value, for',
    )
      .optional()
      .describe('Waits until a metric has been above or below a value'),
    manual: map(
      {
        instructions: words('What a person does', 'instructions'),
        evidence: oneOf(['required', 'optional'], 'Whether they must say what shows that it is done (required)').optional(),
        by: whose,
      },
      'instructions, evidence, by',
    )
      .optional()
      .describe('Done by a person: sluice runbook resume --done STEP --evidence TEXT'),
    approval: map(
      {
        question: words('What is asked', 'a question'),
        names: list(words('Name', 'a name'), 'names')
          .optional()
          .describe('Who may say yes: the last part of their ARN, or all of it (anybody)'),
        by: whose,
      },
      'question, names, by',
    )
      .optional()
      .describe("Waits for a person's yes: sluice runbook resume --approve STEP"),
    wait: duration('Waits', '5m').optional(),
  },
  'id, and one of uses, call, http, metric, manual, approval, wait',
)

const anchored = z.record(z.string(), list(step, 'steps').min(1, {error: 'no steps here'}), {
  error: saying('a map of step ids and lists of steps'),
})

export const runbookSchema = map(
  {
    name: id('What it is called: sluice runbook run NAME'),
    description: words('What it is for', 'what it is for'),
    region: region.optional().describe('Where its calls go (the recovery Region)'),
    objectives: map(
      {rto: duration('Longest time', '30m').optional(), rpo: duration('Most that may be lost', '1m').optional()},
      'rto, rpo',
    )
      .optional()
      .describe('What a run is measured against'),
    steps: list(step, 'steps')
      .min(1, {error: 'a runbook needs at least one step'})
      .optional()
      .describe('The steps; needs makes the order'),
    extends: oneOf(recoveries, 'A built-in recovery that these steps belong to').optional(),
    before: anchored.optional().describe('Built-in step → steps that it waits for'),
    after: anchored.optional().describe('Built-in step → steps that wait for it and hold up nothing but the report'),
  },
  'name, description, and steps, or extends with before or after',
)

export type RunbookFile = z.output<typeof runbookSchema>
export type StepFile = z.output<typeof step>
export type ReadFile = NonNullable<z.output<typeof check>>

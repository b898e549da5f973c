/**
 * The shape of the `stack:` section of `sluice.yaml`: what the embedded templates are deployed with. Few keys on purpose;
 * whatever else a template can be told is a template's parameter, set by its own name under `parameters`.
 */
import {z} from 'zod'
import {durationHint, durationPattern, intervalPattern, shown} from './units.ts'

const text = (description: string, pattern: RegExp, allowed: string) => {
  const error = ({input}: {readonly input?: unknown}): string =>
    input === undefined ? `missing: ${allowed}` : `${shown(input)} isn't usable here: ${allowed}`
  return z.string({error}).regex(pattern, {error}).describe(description)
}
const oneOf = <const T extends readonly [string, ...string[]]>(values: T, description: string) =>
  z.enum(values, {error: ({input}) => `${shown(input)} isn't one of ${values.join(', ')}`}).describe(description)
const map = <T extends z.core.$ZodLooseShape>(shape: T, what: string) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'invalid_type'
        ? issue.input === undefined
          ? `missing: ${what}`
          : `${shown(issue.input)} stands where a map belongs: ${what}`
        : undefined,
  })

const domainName = (description: string) =>
  text(description, /^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain name in lower case, like www.example.com')
const network = (description: string) => text(description, /^(\d{1,3}\.){3}\d{1,3}\/16$/, 'a network like 10.40.0.0/16')
const parameters = (description: string) =>
  z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], {
        error: ({input}) => `${shown(input)} isn't usable here: a text, a number, true or false`,
      }),
    )
    .describe(description)

export const recoveryShapes = ['warm-standby', 'pilot-light', 'full-scale'] as const
export type RecoveryShape = (typeof recoveryShapes)[number]

const count = (description: string, least: number, most: number) => {
  const error = ({input}: {readonly input?: unknown}): string =>
    `${shown(input)} isn't usable here: a whole number from ${least} to ${most}`
  return z
    .number({error})
    .refine((n) => Number.isInteger(n) && n >= least && n <= most, {error})
    .describe(description)
}

const duration = (description: string, example: string, pattern = durationPattern) => {
  const error = ({input}: {readonly input?: unknown}): string =>
    input === undefined ? `missing: a duration like ${example}` : durationHint(input, example)
  return z
    .string({error})
    .regex(pattern, {error})
    .meta({description, examples: [example]})
}
const path = (description: string) => text(description, /^\/[^\s]*$/, 'a path of the API that begins with /').optional()

/** What recoveries need to know beside the stacks themselves: objectives, how users are moved, how the API is asked. */
const recoveryKeys = {
  objectives: map(
    {
      rto: duration('Longest time without service (30m)', '30m').optional(),
      rpo: duration('Most that may be lost (1m)', '1m').optional(),
    },
    'rto, rpo',
  )
    .optional()
    .describe('What a recovery is measured against'),
  flip: oneOf(
    ['stop', 'record'],
    'How users are moved: stop puts one object in the switch bucket and needs no control plane, '
      + 'record changes DNS and CloudFront (stop)',
  ).optional(),
  distribution: text(
    "Id of a second distribution that the site's name is moved to with flip: record",
    /^E[A-Z0-9]{5,30}$/,
    'the id of a distribution like E1ABCDEF2GHIJK',
  ).optional(),
  probes: map(
    {
      heartbeat: path('Answers the newest heartbeat row it can read (/heartbeat)'),
      write: path('POST: commits one row (/ready-write)'),
      read: path('2xx when users can be served (/)'),
      warm: z
        .array(text('Path', /^\/[^\s]*$/, 'a path of the API that begins with /'), {
          error: ({input}) => `${shown(input)} stands where a list of paths belongs`,
        })
        .optional()
        .describe('Paths that are asked to warm the cache'),
      regionHeader: text(
        'Header of every answer that names the Region it comes from (x-region)',
        /^[a-z0-9-]+$/,
        'the name of a header in lower case',
      ).optional(),
    },
    'heartbeat, write, read, warm, regionHeader',
  )
    .optional()
    .describe('How the API is asked; docs/recovery.md says what it has to answer'),
  drillEvery: duration('A drill is overdue after this (92d)', '92d', intervalPattern).optional(),
  approval: duration('How long the question before the point of no return stays open (5m)', '5m').optional(),
  breakGlassRole: text(
    'Role for the day on which nobody can sign in as usual; readiness looks whether it is there',
    /^[\w+=,.@-]{1,64}$/,
    'the name of a role',
  ).optional(),
  extend: text('File with steps of your own for the built-in recoveries', /^.+$/, 'the path of a file').optional(),
}

export const stackSchema = map(
  {
    shape: oneOf(['production', 'staging'], 'Size of the stack at home (production)').optional(),
    api: domainName("Name of the API's origin, the same in both Regions"),
    site: domainName('Name of the static site'),
    hostedZone: text(
      'Public hosted zone of both names; without it, records are made by hand',
      /^Z[A-Z0-9]{1,31}$/,
      'the id of a hosted zone like Z0123456789ABC',
    ).optional(),
    network: network('Addresses of the home Region (10.40.0.0/16)').optional(),
    engine: oneOf(['postgres', 'mysql'], 'Database engine (postgres)').optional(),
    account: oneOf(
      ['own', 'shared'],
      "shared when another environment of this account and Region has the state bucket and the registry's settings (own)",
    ).optional(),
    alarms: text('E-mail address that alarms go to', /^[^@\s]+@[^@\s]+$/, 'an e-mail address').optional(),
    siteCertificate: text(
      'Certificate of the site, from us-east-1, once it is there',
      /^arn:[a-z-]+:acm:us-east-1:.+$/,
      'the ARN of a certificate in us-east-1',
    ).optional(),
    distribution: text(
      'The distribution, once it is there',
      /^arn:[a-z-]+:cloudfront::\d{12}:distribution\/[A-Z0-9]+$/,
      'the ARN of a distribution',
    ).optional(),
    activeRegion: text(
      'Where users are meant to be, after a settled failover (the home Region)',
      /^[a-z]{2}(-[a-z]+)+-\d+$/,
      'a Region is written like eu-west-1',
    ).optional(),
    firstImage: text(
      'Image that the slots begin with; releases change it from then on. Without it no slots are made',
      /^[^\s@]+(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/,
      'an image with its tag or digest, like registry/shop:1.0',
    ).optional(),
    allowedAccounts: z
      .array(text('Account', /^\d{12}$/, 'an account is 12 digits in quotes'), {
        error: ({input}) => `${shown(input)} stands where a list belongs: account ids in quotes`,
      })
      .min(1, {error: 'an empty list would allow no account'})
      .describe('Accounts this may be deployed to (any)')
      .optional(),
    task: map(
      {
        cpu: count('CPU units of a task, 1024 to a vCPU (512)', 128, 196_608).optional(),
        memory: count('Memory of a task in MiB (1024)', 128, 1_048_576).optional(),
      },
      'cpu, memory',
    )
      .optional()
      .describe("Size of the slots' first tasks"),
    parameters: parameters('Parameters of 00-master.yaml by their own names, in both Regions').optional(),
    recovery: map(
      {
        region: text('Recovery Region', /^[a-z]{2}(-[a-z]+)+-\d+$/, 'a Region is written like eu-west-1'),
        shape: oneOf(recoveryShapes, 'How much of the recovery Region there is in peace (warm-standby)').optional(),
        network: network('Addresses of the recovery Region (10.41.0.0/16)').optional(),
        parameters: parameters('Parameters of 00-master.yaml by their own names, in the recovery Region only').optional(),
        ...recoveryKeys,
      },
      `region, shape, network, parameters, ${Object.keys(recoveryKeys).join(', ')}`,
    )
      .optional()
      .describe('The second Region'),
  },
  'what sluice infra deploys; see docs/stack.md',
).describe('The stack that sluice infra deploys')

/** What the stack takes from the rest of the file. */
export const stackFileSchema = z.looseObject({
  service: text(
    'Name of the service',
    /^[a-z][a-z0-9-]{1,19}$/,
    "a stack's service is 2 to 20 lower-case letters, digits and hyphens",
  ),
  environment: text(
    'Name of the environment',
    /^[a-z][a-z0-9-]{1,14}$/,
    "a stack's environment is 2 to 15 lower-case letters, digits and hyphens",
  ).default('production'),
  region: text('Home Region', /^[a-z]{2}(-[a-z]+)+-\d+$/, 'a Region is written like eu-west-1'),
  stack: stackSchema,
})

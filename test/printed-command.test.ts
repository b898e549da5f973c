import {expect, it} from 'vitest'
import {printedCommands} from '../src/printed-command.ts'

it.each([
  [
    'a command gets the sandbox it was found by',
    '  sluice release resume r-1',
    ['--sandbox', 'shop'],
    '  sluice release resume r-1 --sandbox shop',
  ],
  ['also where the flag is joined', 'sluice doctor', ['--sandbox=shop'], 'sluice doctor --sandbox shop'],
  [
    'one that has it keeps it',
    'sluice release x:1 --sandbox a --yes',
    ['--sandbox', 'b'],
    'sluice release x:1 --sandbox a --yes',
  ],
  ['help needs none', 'sluice release --help', ['--sandbox', 'b'], 'sluice release --help'],
  [
    'so does one that stands behind what it is for',
    '  what happened when: sluice release status r-1',
    ['--sandbox', 'b'],
    '  what happened when: sluice release status r-1 --sandbox b',
  ],
  ['words about a command are words', 'its way: sluice release status', ['--sandbox', 'b'], 'its way: sluice release status'],
  [
    'provisioning works on a sandbox too',
    '    sluice infra up --yes',
    ['--sandbox', 'b'],
    '    sluice infra up --yes --sandbox b',
  ],
  ['recoveries do', '    sluice dr resume r-1 --withdraw', ['--sandbox', 'b'], '    sluice dr resume r-1 --withdraw --sandbox b'],
  [
    'in a log with its time',
    '03:13:46Z sluice dr resume r-1 --accept-loss 10s',
    ['--sandbox', 'b'],
    '03:13:46Z sluice dr resume r-1 --accept-loss 10s --sandbox b',
  ],
  [
    'a line of a log that tells of one is left alone',
    '03:13:46Z flip: sluice dr resume goes on',
    ['--sandbox', 'b'],
    '03:13:46Z flip: sluice dr resume goes on',
  ],
  ['runbooks do', 'sluice runbook resume r-1', ['--sandbox', 'b'], 'sluice runbook resume r-1 --sandbox b'],
  ['an export reaches nothing', 'sluice infra export --help', ['--sandbox', 'b'], 'sluice infra export --help'],
  [
    'the configuration, the environment and the Region it was found by go with it',
    '  sluice dr resume r-1',
    ['--sandbox', 'b', '--region', 'eu-west-1', '--environment=blue', '--config', 'a b.yaml'],
    "  sluice dr resume r-1 --config 'a b.yaml' --environment blue --region eu-west-1 --sandbox b",
  ],
  [
    'a release has no environment to be told',
    'sluice release status',
    ['--config', 'c.yaml', '--environment', 'blue'],
    'sluice release status --config c.yaml',
  ],
  [
    'an export looks at the configuration alone',
    'sluice infra export DIR',
    ['--config', 'c.yaml', '--sandbox', 'b'],
    'sluice infra export DIR --config c.yaml',
  ],
  [
    'what it names itself stays, and the rest is added',
    'sluice infra up --region us-east-1',
    ['--region', 'eu-west-1', '--config', 'c.yaml'],
    'sluice infra up --region us-east-1 --config c.yaml',
  ],
  ['on AWS nothing is added', 'sluice release resume r-1', [], 'sluice release resume r-1'],
])('%s', (_what, text, argv, expected) => {
  expect(printedCommands(text, argv)).toBe(expected)
})

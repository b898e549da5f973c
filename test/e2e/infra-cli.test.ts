/** What a person meets before anything of a stack is made: wrong input, no terminal, an empty account, a plan that doesn't fit any more. */
import {randomInt} from 'node:crypto'
import {readFile, stat, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {aMachine, tidyLater, tidyUp} from '../support/e2e-cli.ts'
import type {Machine, Ran} from '../support/e2e-cli.ts'

const stack = `service: shop
environment: production
region: eu-west-1
stack:
  api: api.example.com
  site: www.example.com
  hostedZone: Z0EXAMPLE0000
  firstImage: shop/api:1.8.2
`
const recovery = `  recovery:
    region: eu-central-1
`
const name = `infra-${process.pid}-${randomInt(1e6)}`
let machine: Machine

beforeAll(async () => {
  machine = await aMachine()
  tidyLater(async () => void (await machine.sluice('sandbox', 'down', '--name', name)))
  const up = await machine.sluice(
    'sandbox',
    'up',
    '--world',
    'empty',
    '--name',
    name,
    '--speed',
    '60',
    '--region',
    'eu-west-1',
    '--region',
    'eu-central-1',
    '--json',
  )
  if (up.code !== 0) throw new Error(`the sandbox didn't start: ${up.stdout}${up.stderr}`)
  await configured(stack + recovery)
}, 60_000)
afterAll(tidyUp, 60_000)

const configured = (text: string): Promise<void> => writeFile(join(machine.directory, 'sluice.yaml'), text)
const infra = (...argv: readonly string[]): Promise<Ran> => machine.sluice('infra', ...argv, '--sandbox', name)
const error = (ran: Ran): unknown => [ran.code, (ran.json() as {readonly error?: {readonly code: string}}).error?.code]

describe('wrong input is exit 2, and nothing is touched', () => {
  it.each([
    ["a configuration that isn't there", ['plan', '--config', 'nowhere.yaml'], 'config-missing'],
    ["a plan that isn't there", ['up', 'nowhere.json'], 'plan-missing'],
    ['a plan that is none', ['up', 'sluice.yaml'], 'plan-invalid'],
    ['a Region that is the recovery Region already', ['plan', '--region', 'eu-central-1'], 'region-taken'],
    ['a flag that nobody knows', ['up', '--force'], 'usage'],
    ["a part that there isn't", ['plan', '--only', 'moon'], 'usage'],
  ])('%s', async (_, argv, code) => {
    expect(error(await infra(...argv, '--json'))).toEqual([2, code])
  })

  it('all that is wrong with the stack at once, each with its line', async () => {
    const path = join(machine.directory, 'wrong.yaml')
    await writeFile(path, stack.replace('Z0EXAMPLE0000', 'example.com').replace('api.example.com', 'API') + '  shapes: staging\n')
    const ran = await infra('plan', '--config', path, '--json')
    const {
      error: {details},
    } = ran.json() as {readonly error: {readonly details: readonly string[]}}
    expect([ran.code, details.map((line) => /:(\d+):\d+ /.exec(line)?.[1])]).toEqual([2, expect.arrayContaining(['5', '7', '9'])])
  })

  it("the recovery Region's part, when there is no recovery Region", async () => {
    const path = join(machine.directory, 'alone.yaml')
    await writeFile(path, stack)
    expect(error(await infra('plan', '--only', 'recovery', '--config', path, '--json'))).toEqual([2, 'no-recovery'])
  })
})

describe('an empty account', () => {
  it('has no stack to show', async () => {
    const ran = await infra('status', '--json')
    expect([ran.code, ran.json()]).toMatchObject([0, {command: 'infra status', outcome: 'none'}])
  })

  it('has nothing to take away, and nobody is asked', async () => {
    const ran = await infra('down', '--json')
    expect([ran.code, ran.json()]).toMatchObject([0, {command: 'infra down', outcome: 'nothing'}])
  })

  it('is planned for: what would be made, how long it takes, and exit 10 when that is asked for', async () => {
    const ran = await infra('plan', '--detailed-exitcode', '--json')
    const {stacks, etaSeconds} = ran.json() as {
      readonly stacks: readonly {readonly id: string; readonly verdict: {readonly kind: string}}[]
      readonly etaSeconds: number
    }
    expect([ran.code, stacks.map(({verdict}) => verdict.kind)]).toEqual([10, Array(6).fill('create')])
    expect(etaSeconds).toBeGreaterThan(600)
  })

  it('in words has no escape codes when it is piped, and keeps to 80 columns', async () => {
    const {stdout} = await infra('plan')
    expect(stdout).toContain('+ create  main eu-west-1')
    expect(stdout).not.toContain('\u001b')
    expect(stdout.split('\n').filter((line) => Array.from(line).length > 80)).toEqual([])
  })

  it('is not changed without a yes: exit 3 with the exact command', async () => {
    const ran = await infra('up', '--shape', 'staging')
    expect([ran.code, ran.stdout]).toEqual([3, ''])
    expect(ran.stderr).toContain(`\n  sluice infra up --shape staging --sandbox ${name} --yes\n`)
    expect((await infra('status', '--json')).json()).toMatchObject({outcome: 'none'})
  })

  it('data is only deleted for the right name', async () => {
    expect(error(await infra('down', '--delete-data', 'staging', '--json'))).toEqual([3, 'wrong-name'])
  })
})

describe('a plan that was written', () => {
  it("is for its owner's eyes, and isn't applied to another configuration: exit 2 names what differs", async () => {
    const path = join(machine.directory, 'plan.json')
    expect((await infra('plan', '--out', path)).code).toBe(0)
    expect((await stat(path)).mode & 0o077).toBe(0)
    await configured(stack)
    const ran = await infra('up', path, '--yes', '--json')
    await configured(stack + recovery)
    expect([ran.code, ran.json()]).toMatchObject([
      2,
      {error: {code: 'plan-outdated', details: expect.arrayContaining([expect.stringMatching(/configuration/)]) as unknown}},
    ])
  })

  it("isn't applied when somebody has changed it", async () => {
    const path = join(machine.directory, 'forged.json')
    await infra('plan', '--out', path)
    const made = await readFile(path, 'utf8')
    const forged = made.replace(/"resources": \d+/, '"resources": 1')
    expect(forged).not.toBe(made)
    await writeFile(path, forged)
    expect(error(await infra('up', path, '--yes', '--json'))).toEqual([2, 'plan-outdated'])
    expect((await infra('status', '--json')).json()).toMatchObject({outcome: 'none'})
  })
})

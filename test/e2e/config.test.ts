/** What a person meets before the first release: a file that is wrong, a file that `init` writes, doctor, and the judge by itself. */
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {aMachine, tidyUp} from '../support/e2e-cli.ts'
import {aSandbox} from '../support/e2e-sandbox.ts'
import type {ServiceState, TestSandbox} from '../support/e2e-sandbox.ts'

let sandbox: TestSandbox

beforeAll(async () => {
  sandbox = await aSandbox({speed: 30, rate: 240})
}, 60_000)
afterAll(tidyUp, 60_000)

const atRest: ServiceState = {weights: {a: 100, b: 0}, desired: {a: 2, b: 0}, scaling: {a: '2–4', b: '0–4'}, schedules: []}

describe('a sluice.yaml with an unknown key, a bare number for a duration, weights that fall and a gate without its metric', () => {
  it('is refused with all of it at once, each with its line and column, exit 2, and nothing is touched', async () => {
    const machine = await sandbox.elsewhere()
    const good = await readFile(await sandbox.configFor('api', {}), 'utf8')
    const wrong = [
      'stesp: []',
      'warmup: "5"',
      'gates:',
      '  errors: {budget: 0.5%}',
      '  orders: {budget: 1%}',
      'steps:',
      '  - {weight: 25, hold: 5m}',
      '  - {weight: 10, hold: 5m}',
    ]
    const kept = good
      .split(/^(?=\S)/m)
      .filter((part) => !/^(gates|steps):/.test(part))
      .join('')
    await writeFile(join(machine.directory, 'sluice.yaml'), `${kept}${wrong.join('\n')}\n`)
    const ran = await machine.sluice('release', 'shop/api:1.9.0', '--sandbox', sandbox.name, '--yes', '--json')
    const {error} = ran.json() as {readonly error: {readonly code: string; readonly details: readonly string[]}}
    const first = kept.split('\n').length
    const at = (line: number, column: number, what: string): unknown =>
      expect.stringMatching(new RegExp(`^sluice\\.yaml:${first + line}:${column} .*${what}`))
    expect([ran.code, error.code]).toEqual([2, 'config-invalid'])
    expect(error.details).toEqual([
      at(0, 1, 'stesp'),
      at(1, 9, '"5"'),
      at(4, 3, 'no metric'),
      at(7, 14, "10 doesn't rise above 25"),
    ])
    expect([await sandbox.runs(), await sandbox.state('api')]).toEqual([[], atRest])
  })
})

describe('a fresh shop', () => {
  it('gets a sluice.yaml from init, which is never overwritten, and that doctor finds nothing wrong with', async () => {
    const machine = await sandbox.elsewhere()
    const written = await machine.sluice('init', '--sandbox', sandbox.name, '--json')
    expect([written.code, written.json()]).toMatchObject([
      0,
      {command: 'init', outcome: 'written', file: 'sluice.yaml', service: 'api'},
    ])
    const text = await readFile(join(machine.directory, 'sluice.yaml'), 'utf8')
    expect(text.split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=\S+$/)
    const doctor = await machine.sluice('doctor', '--sandbox', sandbox.name, '--json')
    expect([doctor.code, doctor.json()]).toMatchObject([
      0,
      {command: 'doctor', outcome: expect.stringMatching(/^(ok|warn)$/) as unknown},
    ])
    const again = await machine.sluice('init', '--sandbox', sandbox.name, '--json')
    expect([again.code, again.json()]).toMatchObject([2, {error: {code: 'file-exists'}}])
    expect(await readFile(join(machine.directory, 'sluice.yaml'), 'utf8')).toBe(text)
  })

  it('is planned for without anything being changed', async () => {
    const machine = await sandbox.elsewhere()
    const config = await sandbox.configFor('api', {})
    const plan = await machine.sluice(
      'release',
      'plan',
      'shop/api:1.9.0',
      '--config',
      config,
      '--sandbox',
      sandbox.name,
      '--detailed-exitcode',
      '--json',
    )
    expect([plan.code, plan.json()]).toMatchObject([
      10,
      {command: 'release plan', outcome: 'changes', from: 'shop/api:1.8.2', to: 'shop/api:1.9.0'},
    ])
    expect([await sandbox.runs(), await sandbox.state('api')]).toEqual([[], atRest])
  })
})

describe('judge -', () => {
  const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 1, minute)).toISOString()
  const minutes = (bad: number) =>
    Array.from({length: 10}, (_, index) => ({at: at(index), errors: {canary: [300, bad], stable: [2700, 3]}}))
  const judged = async (input: unknown) => {
    const ran = await (await aMachine()).start(['judge', '-', '--json'], {stdin: JSON.stringify(input)}).ended
    return [ran.code, ran.json()]
  }

  it.each([
    ['passes a canary that is as good as stable', 0, 0, 'pass'],
    ['fails one that is fifty times as bad', 15, 5, 'fail'],
  ])('%s', async (_, bad, code, outcome) => {
    expect(await judged({gates: {errors: {}}, minutes: minutes(bad)})).toMatchObject([
      code,
      {schema: 1, command: 'judge', outcome, gates: {errors: {verdict: outcome}}},
    ])
  })

  it('needs more data than one minute', async () => {
    expect(await judged({gates: {errors: {}}, minutes: minutes(0).slice(0, 1)})).toMatchObject([8, {outcome: 'need-data'}])
  })

  it('names the minute that has more bad requests than requests, exit 2', async () => {
    expect(await judged({gates: {errors: {}}, minutes: minutes(301)})).toMatchObject([
      2,
      {command: 'judge', error: {message: expect.stringMatching(/minutes/) as unknown}},
    ])
  })
})

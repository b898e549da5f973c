/**
 * AWS at its worst behaviour: throttling, 5xx, answers that get lost. It may slow a release down; it must never change how it ends,
 * nor what is in its journal. The clock is slow here, so that the SDK's real back-off stays small against virtual minutes. It mostly waits: release.test.ts runs these rows beside its own.
 */
import {describe, expect, it} from 'vitest'
import type {Ran} from '../support/e2e-cli.ts'
import {aSandbox} from '../support/e2e-sandbox.ts'
import type {ServiceState, TestSandbox} from '../support/e2e-sandbox.ts'

const speed = 10
const perMinute = 480
const quick = {gates: {errors: {budget: '2%', minMinutes: 1}}, steps: [{weight: 50, hold: '1m', atMost: '20m'}], warm: '7m'}
const atRest = {weights: {a: 100, b: 0}, desired: {a: 2, b: 0}, schedules: []}
const promoted = {weights: {a: 0, b: 100}, desired: {a: 2, b: 2}, schedules: []}

type Weather = readonly (readonly string[])[]
const stormy: Weather = [
  ['throttle', '--rate', '0.3'],
  ['error', '--rate', '0.05'],
]

/** A release in a sandbox of its own, under faults from before it begins until it has ended. */
async function released(
  env: Readonly<Record<string, number>>,
  weather: Weather,
): Promise<{readonly ran: Ran; readonly state: ServiceState; readonly sandbox: TestSandbox}> {
  const sandbox = await aSandbox({speed, rate: perMinute})
  const config = await sandbox.configFor('api', quick)
  await sandbox.image('shop/api:2.0.0', env)
  for (const fault of weather) await sandbox.fault(...fault)
  const ran = await sandbox.machine.sluice(
    'release',
    'shop/api:2.0.0',
    '--config',
    config,
    '--sandbox',
    sandbox.name,
    '--yes',
    '--json',
  )
  await sandbox.fault('--clear')
  return {ran, state: await sandbox.state('api'), sandbox}
}

describe.concurrent('with 30 % of all calls throttled and 5 % failing', {timeout: 400_000}, () => {
  it('a healthy version is promoted', async () => {
    const {ran, state} = await released({}, stormy)
    expect(ran.json(), ran.stdout).toMatchObject({outcome: 'promoted'})
    expect([ran.code, state]).toMatchObject([0, promoted])
  })

  it('a version that fails a third of its requests is rolled back by the gate errors', async () => {
    const {ran, state} = await released({ERROR_RATE: 0.33}, stormy)
    expect(ran.json(), ran.stdout).toMatchObject({outcome: 'rolled-back', because: 'verdict', gate: 'errors'})
    expect([ran.code, state]).toMatchObject([5, atRest])
  })
})

describe.concurrent('with every fifth answer to a write of state lost', () => {
  it('a release ends the same, and nothing is in its journal twice', async () => {
    const {ran, state, sandbox} = await released({}, [['lost-answer', '--rate', '0.2', '--target', 's3:PutObject']])
    expect(ran.json(), ran.stdout).toMatchObject({outcome: 'promoted'})
    expect([ran.code, state]).toMatchObject([0, promoted])
    const journal = await sandbox.journal(String(ran.json()['run']))
    expect(journal.map(({seq}) => seq)).toEqual(journal.map((_, index) => index))
    const said = journal.map(({at, kind, data}) => JSON.stringify([at, kind, data]))
    expect(said).toEqual([...new Set(said)])
    const begun = journal.flatMap((event) => (event.kind === 'step-started' ? [event.data.step] : []))
    expect(begun).toEqual([...new Set(begun)])
  })
})

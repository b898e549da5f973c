/**
 * `kill -9` of real `infra up` processes, a drawn moment after a drawn step of each part of the way was seen to begin; each time
 * another computer runs it again. In the end everything stands as if nothing had happened. While one is alive, another one is refused.
 */
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import type {Event} from '../../src/runbooks/engine/event.ts'
import {tidyUp} from '../support/e2e-cli.ts'
import type {Machine, Running} from '../support/e2e-cli.ts'
import {eventOf} from '../support/e2e-events.ts'
import {anAccount, away, home} from '../support/e2e-infra.ts'
import type {InfraAccount} from '../support/e2e-infra.ts'
import {after, seededKills} from '../support/e2e-kills.ts'
import {plannedFor, standing, whole} from '../support/e2e-standing.ts'
import type {Planned} from '../support/e2e-standing.ts'

const kills = seededKills()
const {seed, drawn} = kills

/** Steps of `infra up` by the part of the way they are on; one of each is died in, in this order. */
const parts: readonly (readonly string[])[] = [
  ['service-roles', `templates@${home}`, `templates@${away}`, 'create-certificate@us-east-1'],
  [`create-foundation@${home}`, `create-foundation@${away}`],
  [`create-main@${home}`, `create-main@${away}`],
  [`live-rule@${home}`, `slot-a@${home}`, `scaling-a@${home}`, `slot-b@${away}`, `live-rule@${away}`],
  [`update-main@${home}`, 'update-certificate@us-east-1', `create-replica@${away}`],
]
/** Long steps are died in anywhere, short ones at once. */
const longest: Readonly<Record<string, number>> = {
  'create-main': 9000,
  'update-main': 3000,
  'create-replica': 3000,
  'create-foundation': 400,
}

interface Moment {
  readonly step: string
  /** Real milliseconds after the step was seen. */
  readonly delayMs: number
}

const moments: readonly Moment[] = parts.map((steps) => {
  const step = drawn.shuffled(steps)[0] ?? ''
  return {step, delayMs: Math.round(drawn.next() * (longest[step.split('@')[0] ?? ''] ?? 120))}
})

let sandbox: InfraAccount
let planned: Planned

beforeAll(async () => {
  sandbox = await anAccount({speed: 60, seed})
  planned = await plannedFor(sandbox)
}, 60_000)
afterAll(async () => {
  kills.print()
  await tidyUp()
}, 60_000)

interface Attempt {
  readonly machine: Machine
  readonly running: Running
  readonly events: string
}

/** On a computer that has never seen the run: its state comes from the bucket. */
async function begin(): Promise<Attempt> {
  const machine = await sandbox.elsewhere()
  const events = join(machine.directory, 'events.ndjson')
  return {machine, events, running: sandbox.start(['infra', 'up', '--yes', '--json', '--events', events], machine)}
}

const begins =
  (step: string) =>
  (event: Event): boolean =>
    event.kind === 'step-started' && event.data.step === step

/** False: it ended without coming to that step again. */
async function killAt({step, delayMs}: Moment, {running, events}: Attempt): Promise<boolean> {
  if ((await eventOf(running, events, `step ${step}`, begins(step))) === null) return false
  return kills.strike({running, events}, delayMs, (last) => `${step} + ${delayMs} ms, ${after(last)}`)
}

describe('infra up', () => {
  it('killed at moments of its way and run again elsewhere, ends as if nothing had happened', async () => {
    const about = `seed ${seed}: ${moments.map(({step, delayMs}) => `${step}+${delayMs}ms`).join(', ')}`
    let present = await begin()
    for (const moment of moments) {
      if (!(await killAt(moment, present))) break
      present = await begin()
    }
    const ran = await present.running.ended
    expect([ran.code, ran.json()['outcome']], `${about}: ${ran.stdout}${ran.stderr}`).toEqual([0, 'done'])
    kills.wereAtLeast(3, about)
    expect(await standing(sandbox, planned), about).toEqual(whole(planned))
    const again = await sandbox.sluice('infra', 'up', '--yes', '--json')
    expect([again.code, again.json()['outcome']], about).toEqual([0, 'unchanged'])
    expect((await sandbox.sluice('infra', 'drift', '--json')).json(), about).toMatchObject({outcome: 'in-sync'})
  }, 240_000)
})

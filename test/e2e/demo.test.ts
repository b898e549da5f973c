/** The demo as a newcomer runs it: four endings, and afterwards nothing is left of it, however it ended. */
import {readdir, readFile} from 'node:fs/promises'
import {afterAll, describe, expect, it} from 'vitest'
import {aMachine, isRunning, tidyUp, until} from '../support/e2e-cli.ts'
import type {Machine, Running} from '../support/e2e-cli.ts'

afterAll(tidyUp, 60_000)

const longestSeconds = 150

/** Every process that came from one: by its state home, which nobody else has. */
async function processesOf({stateHome}: Machine): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const ours = await Promise.all(pids.map(async (pid) => {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    return environment.includes(stateHome) && await isRunning(pid) ? [pid] : []
  }))
  return ours.flat()
}

/** The sandbox and its tasks are up. */
const inTheMiddle = (machine: Machine, demo: Running): Promise<true> =>
  until('the demo to be under way', async () => {
    if (demo.isOver()) throw new Error(`it ended: ${JSON.stringify(demo.output())}`)
    return (await processesOf(machine)).length >= 4 && /weight|canary/i.test(demo.output().stderr) ? true : null
  })

const nothingIsLeft = (machine: Machine, withinMs: number): Promise<true> =>
  until('every process of the demo to be gone', async () => ((await processesOf(machine)).length === 0 ? true : null), withinMs)

describe('sluice demo', () => {
  it('promotes a good version, rolls two bad ones back, and is not fooled by an incident', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    await inTheMiddle(machine, demo)
    const ran = await demo.ended
    expect(ran.json()).toMatchObject({schema: 1, command: 'demo', outcome: 'done', releases: [
      {name: 'healthy', outcome: 'promoted'},
      {name: 'errors', outcome: 'rolled-back', gate: 'errors'},
      {name: 'crash', outcome: 'rolled-back', gate: 'errors'},
      {name: 'incident', outcome: 'promoted'},
    ]})
    expect(ran.code).toBe(0)
    const {seconds} = ran.json() as {readonly seconds: number}
    process.stdout.write(`the demo took ${seconds} s\n`)
    expect(seconds).toBeLessThan(longestSeconds)
    await nothingIsLeft(machine, 5000)
    expect(await readdir(machine.stateHome)).toEqual([])
  })

  it('interrupted in the middle leaves no process and no file, and says so with exit 130', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    await inTheMiddle(machine, demo)
    demo.signal('SIGINT')
    expect((await demo.ended).code).toBe(130)
    await nothingIsLeft(machine, 5000)
    expect(await readdir(machine.stateHome)).toEqual([])
  })

  it('killed in the middle leaves no process either', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    await inTheMiddle(machine, demo)
    demo.signal('SIGKILL')
    await demo.ended
    await nothingIsLeft(machine, 10_000)
  })
})

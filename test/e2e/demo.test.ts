/** The demo as a newcomer runs it: four endings, and afterwards nothing is left of it, however it ended. */
import {readdir, readFile} from 'node:fs/promises'
import {setTimeout as pause} from 'node:timers/promises'
import {afterAll, describe, expect, it} from 'vitest'
import {aMachine, isRunning, tidyUp, until} from '../support/e2e-cli.ts'
import type {Running} from '../support/e2e-cli.ts'

afterAll(tidyUp, 60_000)

const longestSeconds = 150

/** A process and everything it started, directly or not, as long as their parents live. */
async function treeOf(root: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const parents = new Map(await Promise.all(pids.map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
    return [pid, Number(/^\d+ \(.*\) \S (\d+) /s.exec(stat)?.[1] ?? 0)] as const
  })))
  const below = (pid: number): readonly number[] => [pid, ...pids.filter((one) => parents.get(one) === pid).flatMap(below)]
  return below(root)
}

/** Itself, its sandbox, the traffic, three stable tasks (one in recovery), and a canary: the first release is under way. */
const underWay = 7

/** Resolves, with every process there is, once the demo is in the middle of a release. */
const inTheMiddle = (demo: Running): Promise<readonly number[]> =>
  until('the demo to be under way', async () => {
    if (demo.isOver()) throw new Error(`it ended: ${JSON.stringify(demo.output())}`)
    const pids = await treeOf(demo.pid)
    return pids.length >= underWay ? pids : null
  })

const nothingIsLeftOf = (pids: Iterable<number>, withinMs: number): Promise<true> =>
  until('every process of the demo to be gone', async () => {
    const running = await Promise.all([...pids].map(isRunning))
    return running.includes(true) ? null : true
  }, withinMs)

describe('sluice demo', () => {
  it('promotes a good version, rolls two bad ones back, and is not fooled by an incident', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    const seen = new Set<number>()
    while (!demo.isOver()) {
      for (const pid of await treeOf(demo.pid)) seen.add(pid)
      await pause(250)
    }
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
    expect(seen.size).toBeGreaterThanOrEqual(underWay)
    await nothingIsLeftOf(seen, 5000)
    expect(await readdir(machine.stateHome)).toEqual([])
  })

  it('interrupted in the middle leaves no process and no file, and says so with exit 130', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    const pids = await inTheMiddle(demo)
    demo.signal('SIGINT')
    expect((await demo.ended).code).toBe(130)
    await nothingIsLeftOf(pids, 5000)
    expect(await readdir(machine.stateHome)).toEqual([])
  })

  it('killed in the middle leaves no process either', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    const pids = await inTheMiddle(demo)
    demo.signal('SIGKILL')
    await demo.ended
    await nothingIsLeftOf(pids, 10_000)
  })
})

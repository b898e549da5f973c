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
  const parents = new Map(
    await Promise.all(
      pids.map(async (pid) => {
        const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')
        return [pid, Number(/^\d+ \(.*\) \S (\d+) /s.exec(stat)?.[1] ?? 0)] as const
      }),
    ),
  )
  const below = (pid: number): readonly number[] => [pid, ...pids.filter((one) => parents.get(one) === pid).flatMap(below)]
  return below(root)
}

/** Itself, its sandbox, four tasks at home: the stack is nearly made. With two in recovery, the traffic and a canary: it is released to. */
const slotServes = 6
const released = 10

/** Resolves, with every process there is, once the demo has so many of them. */
const inTheMiddle = (demo: Running, processes: number): Promise<readonly number[]> =>
  until(
    `the demo to have ${processes} processes`,
    async () => {
      if (demo.isOver()) throw new Error(`it ended: ${JSON.stringify(demo.output())}`)
      const pids = await treeOf(demo.pid)
      return pids.length >= processes ? pids : null
    },
    120_000,
  )

const nothingIsLeftOf = (pids: Iterable<number>, withinMs: number): Promise<true> =>
  until(
    'every process of the demo to be gone',
    async () => {
      const running = await Promise.all([...pids].map(isRunning))
      return running.includes(true) ? null : true
    },
    withinMs,
  )

describe('sluice demo', () => {
  it('makes a stack in two Regions, promotes a good version on it, rolls two bad ones back, and is not fooled by an incident', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    const seen = new Set<number>()
    while (!demo.isOver()) {
      for (const pid of await treeOf(demo.pid)) seen.add(pid)
      await pause(250)
    }
    const ran = await demo.ended
    expect(ran.json()).toMatchObject({
      schema: 1,
      command: 'demo',
      outcome: 'done',
      releases: [
        {name: 'healthy', outcome: 'promoted'},
        {name: 'errors', outcome: 'rolled-back', gate: 'errors'},
        {name: 'crash', outcome: 'rolled-back', gate: 'errors'},
        {name: 'incident', outcome: 'promoted'},
      ],
    })
    expect(ran.code).toBe(0)
    const {seconds, infra} = ran.json() as {
      readonly seconds: number
      readonly infra: Readonly<Record<'seconds' | 'virtualSeconds' | 'criticalPathSeconds' | 'resources', number>>
    }
    process.stdout.write(`the demo took ${seconds} s, its infra up ${infra.seconds} s\n`)
    expect(seconds).toBeLessThan(longestSeconds)
    expect(infra.seconds).toBeLessThan(seconds)
    expect(infra.resources).toBeGreaterThan(300)
    expect(infra.criticalPathSeconds).toBeGreaterThan(15 * 60)
    // On a clock 60 times faster, the way to the end takes at least that much of it.
    expect(infra.virtualSeconds).toBeGreaterThan(infra.criticalPathSeconds / 2)
    expect(infra.virtualSeconds).toBeLessThanOrEqual(infra.seconds * 60)
    expect(seen.size).toBeGreaterThanOrEqual(released)
    await nothingIsLeftOf(seen, 5000)
    expect(await readdir(machine.stateHome)).toEqual([])
  })

  it.each([
    ['while the stack is made', slotServes],
    ['in the middle of a release', released],
  ])('interrupted %s leaves no process and no file, and says so with exit 130', async (_, processes) => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    const pids = await inTheMiddle(demo, processes)
    demo.signal('SIGINT')
    const ran = await demo.ended
    expect(ran.code).toBe(130)
    expect(ran.json()).toMatchObject({outcome: 'interrupted'})
    await nothingIsLeftOf(pids, 5000)
    expect(await readdir(machine.stateHome)).toEqual([])
  })

  it('killed in the middle leaves no process either', async () => {
    const machine = await aMachine()
    const demo = machine.start(['demo', '--json'])
    const pids = await inTheMiddle(demo, slotServes)
    demo.signal('SIGKILL')
    await demo.ended
    await nothingIsLeftOf(pids, 10_000)
  })
})

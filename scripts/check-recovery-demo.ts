/**
 * Reads the JSON of `sluice demo recovery` and says whether every recovery ended as it must, and how close the measured recovery time
 * came to the critical path. Exits 1 when one didn't end well; how long it took is told, because machines are shared.
 */
import {readFile} from 'node:fs/promises'

interface Recovery {
  readonly name: string
  readonly outcome: string
  readonly because?: string
  readonly rtoSeconds: number | null
  readonly criticalPathSeconds: number
  readonly lostRows: number
  readonly measuredLossSeconds: number | null
  readonly callsToLostRegion?: number
  readonly callsToUsEast1?: number
  readonly residue?: number
  readonly productionRequestsFailed?: number
}
interface Demo {
  readonly outcome: string
  readonly recoveries: readonly Recovery[]
  readonly seconds: number
}

type Wanted = Partial<Record<keyof Recovery, string | number>>

const expected: Readonly<Record<string, Wanted>> = {
  unplanned: {outcome: 'recovered', callsToLostRegion: 0, callsToUsEast1: 0},
  failback: {outcome: 'returned', lostRows: 0},
  planned: {outcome: 'recovered', lostRows: 0, measuredLossSeconds: 0},
  back: {outcome: 'returned', lostRows: 0},
  drill: {outcome: 'rehearsed', residue: 0, productionRequestsFailed: 0, lostRows: 0},
}
const limitSeconds = 300
const rtoObjectiveSeconds = 30 * 60
const ratioGoal = 1.05

const demo = JSON.parse(await readFile(process.argv[2] ?? '/dev/stdin', 'utf8')) as Demo
const wrong = Object.entries(expected).flatMap(([name, wanted]) => {
  const got = demo.recoveries?.find((one) => one.name === name)
  if (got === undefined) return [`${name}: it isn't there`]
  return Object.entries(wanted)
    .filter(([key, value]) => got[key as keyof Recovery] !== value)
    .map(
      ([key, value]) =>
        `${name}: ${key} is ${String(got[key as keyof Recovery])}, ${String(value)} is right${got.because === undefined ? '' : ` (${got.because})`}`,
    )
})
if (demo.outcome !== 'done') wrong.push(`the demo ended ${demo.outcome}`)
if (!(demo.seconds < limitSeconds)) wrong.push(`it took ${demo.seconds} s, at most ${limitSeconds} s`)
const moved = (demo.recoveries ?? []).filter(({name}) => name === 'unplanned' || name === 'planned')
for (const {name, rtoSeconds} of moved)
  if (!((rtoSeconds ?? Infinity) <= rtoObjectiveSeconds))
    wrong.push(`${name}: served after ${String(rtoSeconds)} s, at most ${rtoObjectiveSeconds} s`)
for (const {name, rtoSeconds, criticalPathSeconds} of moved) {
  const ratio = (rtoSeconds ?? NaN) / criticalPathSeconds
  console.log(
    `${name}: served after ${String(rtoSeconds)} s, ${ratio.toFixed(3)} × its critical path of ${criticalPathSeconds} s${ratio <= ratioGoal ? '' : ` (the goal is ${ratioGoal} ×: was the machine busy?)`}`,
  )
}
for (const line of wrong) console.error(line)
console.log(wrong.length === 0 ? `five recoveries ended as they must; all in ${demo.seconds} s` : 'the recovery demo is wrong')
process.exitCode = wrong.length === 0 ? 0 : 1

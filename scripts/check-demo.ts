/** Reads the JSON of a demo and says whether its stack was made and its four releases ended as they must. Exits 1 when one didn't. */
import {readFile} from 'node:fs/promises'

interface DemoRelease {
  readonly name: string
  readonly outcome: string
  readonly gate?: string
}
interface Demo {
  readonly outcome: string
  readonly infra: {
    readonly seconds: number
    readonly virtualSeconds: number
    readonly criticalPathSeconds: number
    readonly resources: number
  }
  readonly releases: readonly DemoRelease[]
  readonly seconds: number
}

const expected: readonly DemoRelease[] = [
  {name: 'healthy', outcome: 'promoted'},
  {name: 'errors', outcome: 'rolled-back', gate: 'errors'},
  {name: 'crash', outcome: 'rolled-back'},
  {name: 'incident', outcome: 'promoted'},
]
const limitSeconds = 150
const fewestResources = 300

const demo = JSON.parse(await readFile(process.argv[2] ?? '/dev/stdin', 'utf8')) as Demo
const wrong = expected.flatMap((want) => {
  const got = demo.releases.find(({name}) => name === want.name)
  const ok = got !== undefined && got.outcome === want.outcome && (want.gate === undefined || got.gate === want.gate)
  return ok
    ? []
    : [`${want.name}: expected ${want.outcome}${want.gate === undefined ? '' : ` by ${want.gate}`}, got ${JSON.stringify(got)}`]
})
if (demo.outcome !== 'done') wrong.push(`the demo ended ${demo.outcome}`)
if (!(demo.seconds < limitSeconds)) wrong.push(`it took ${demo.seconds} s, at most ${limitSeconds} s`)
const {infra} = demo
if (!(infra.resources >= fewestResources))
  wrong.push(`infra up made ${infra.resources} resources, at least ${fewestResources} are wanted`)
if (!(infra.virtualSeconds > 0 && infra.criticalPathSeconds > 0))
  wrong.push(`infra up took ${infra.virtualSeconds} s of a critical path of ${infra.criticalPathSeconds} s`)
for (const line of wrong) console.error(line)
const made = `${infra.resources} resources in ${infra.seconds} s (${infra.virtualSeconds} s on AWS's clock, critical path ${infra.criticalPathSeconds} s)`
console.log(
  wrong.length === 0
    ? `infra up made ${made}, and four releases ended as they must; all in ${demo.seconds} s`
    : 'the demo is wrong',
)
process.exitCode = wrong.length === 0 ? 0 : 1

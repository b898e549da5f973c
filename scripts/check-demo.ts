/** Reads the JSON of a demo and says whether its four releases ended as they must. Exits 1 when one didn't. */
import {readFile} from 'node:fs/promises'

interface DemoRelease {
  readonly name: string
  readonly outcome: string
  readonly gate?: string
}
interface Demo {
  readonly outcome: string
  readonly releases: readonly DemoRelease[]
  readonly seconds: number
}

const expected: readonly DemoRelease[] = [
  {name: 'healthy', outcome: 'promoted'},
  {name: 'errors', outcome: 'rolled-back', gate: 'errors'},
  {name: 'crash', outcome: 'rolled-back'},
  {name: 'incident', outcome: 'promoted'},
]
const limitSeconds = 90

const demo = JSON.parse(await readFile(process.argv[2] ?? '/dev/stdin', 'utf8')) as Demo
const wrong = expected.flatMap((want) => {
  const got = demo.releases.find(({name}) => name === want.name)
  const ok = got !== undefined && got.outcome === want.outcome && (want.gate === undefined || got.gate === want.gate)
  return ok ? [] : [`${want.name}: expected ${want.outcome}${want.gate === undefined ? '' : ` by ${want.gate}`}, got ${JSON.stringify(got)}`]
})
if (demo.outcome !== 'done') wrong.push(`the demo ended ${demo.outcome}`)
if (!(demo.seconds < limitSeconds)) wrong.push(`it took ${demo.seconds} s, at most ${limitSeconds} s`)
for (const line of wrong) console.error(line)
console.log(wrong.length === 0 ? `four releases ended as they must, in ${demo.seconds} s` : 'the demo is wrong')
process.exitCode = wrong.length === 0 ? 0 : 1

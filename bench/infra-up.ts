/**
 * `sluice infra up` of both Regions on a sandbox of its own, as a person runs it: how long it took, and how its virtual time compares
 * with the critical path of what it planned. Then the same again, with nothing to do. Needs a build. A missed bar is said, not
 * an error: machines are shared and noisy. Exits 1 when something went wrong.
 */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {availableParallelism, loadavg, tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const entry = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const speed = 60
const bars = {seconds: 60, ratio: 1.1, againSeconds: 5}
const root = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
const env = {PATH: process.env['PATH'], HOME: root, XDG_STATE_HOME: root, TMPDIR: root}

interface Answer {
  readonly outcome: string
  readonly durationSeconds: number
  readonly criticalPathSeconds: number
  readonly criticalPath: readonly {readonly label: string; readonly seconds: number}[]
  readonly resources: {readonly done: number; readonly total: number}
}

function sluice(...argv: readonly string[]): {readonly seconds: number; readonly answer: Answer} {
  const began = performance.now()
  const {status, stdout, stderr} = spawnSync(process.execPath, [entry, ...argv, '--json'], {cwd: root, env, encoding: 'utf8'})
  if (status !== 0) throw new Error(`sluice ${argv.join(' ')} exited ${status}: ${stdout}${stderr}`)
  return {seconds: (performance.now() - began) / 1000, answer: JSON.parse(stdout) as Answer}
}

writeFileSync(
  join(root, 'sluice.yaml'),
  `service: shop
environment: production
region: eu-west-1
stack:
  api: origin-api.example.com
  site: www.example.com
  hostedZone: Z0EXAMPLE0000
  alarms: oncall@example.com
  firstImage: shop/api:1.8.2
  recovery:
    region: eu-central-1
`,
)

try {
  sluice('sandbox', 'up', '--world', 'empty', '--speed', String(speed), '--name', 'bench')
  const up = sluice('infra', 'up', '--yes', '--sandbox', 'bench')
  const again = sluice('infra', 'up', '--yes', '--sandbox', 'bench')
  const {durationSeconds, criticalPathSeconds, criticalPath, resources} = up.answer
  const ratio = durationSeconds / criticalPathSeconds
  const told = (name: string, figure: string, within: boolean, bar: string): void =>
    console.log(`  ${name.padEnd(24)} ${figure.padStart(10)}   ${within ? 'within' : 'OVER'} its bar of ${bar}`)
  console.log(
    `infra up of two Regions at speed ${speed}, ${resources.done} of ${resources.total} resources, node ${process.version}`,
  )
  // At speed 60 a millisecond that something else takes is 60 virtual ones.
  console.log(
    `  ${'load of the machine'.padEnd(24)} ${(loadavg()[0] ?? 0).toFixed(1).padStart(10)}   on ${availableParallelism()} cores, its own part included`,
  )
  told('real time', `${up.seconds.toFixed(1)} s`, up.seconds <= bars.seconds, `${bars.seconds} s`)
  told('virtual time', `${durationSeconds} s`, ratio <= bars.ratio, `${bars.ratio} × the critical path`)
  console.log(
    `  ${'critical path'.padEnd(24)} ${`${criticalPathSeconds} s`.padStart(10)}   ${criticalPath.map(({label, seconds}) => `${label} ${seconds} s`).join(' → ')}`,
  )
  console.log(`  ${'ratio'.padEnd(24)} ${ratio.toFixed(3).padStart(10)}`)
  told(
    'a second time',
    `${again.seconds.toFixed(1)} s`,
    again.seconds <= bars.againSeconds && again.answer.outcome === 'unchanged',
    `${bars.againSeconds} s, and unchanged`,
  )
  if (again.answer.outcome !== 'unchanged') throw new Error(`the second run was ${again.answer.outcome}`)
} finally {
  spawnSync(process.execPath, [entry, 'sandbox', 'down', '--name', 'bench'], {cwd: root, env})
  rmSync(root, {recursive: true, force: true})
}

/**
 * How long the CLI takes to start, beside a Node that does nothing: many runs, interleaved so that a busy machine slows both, and
 * the ratio of the medians. Then: which service clients a command loads that doesn't call AWS. Needs a build. Exits 1 when the bar
 * is missed or a client is loaded for nothing.
 */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = `${root}bin/run.js`
const rounds = Number(process.argv[2] ?? 25)
const bar = 5

const contenders = {
  'node -e 0': ['-e', '0'],
  'sluice --version': [run, '--version'],
  'sluice --help': [run, '--help'],
} as const
type Contender = keyof typeof contenders
const names = Object.keys(contenders) as Contender[]

function once(args: readonly string[]): number {
  const began = performance.now()
  const {status, stderr} = spawnSync(process.execPath, args, {encoding: 'utf8'})
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}: ${stderr}`)
  return performance.now() - began
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Names of the @aws-sdk clients whose files a run resolves, told by a loader hook that sees both import and require. */
function clientsLoaded(args: readonly string[]): readonly string[] {
  const hook = `import {registerHooks} from 'node:module'
const seen = new Set()
registerHooks({load(url, context, next) { const found = /@aws-sdk[/]client-[a-z0-9-]+/.exec(url); if (found) seen.add(found[0]); return next(url, context) }})
process.on('exit', () => process.stderr.write('\\nclients:' + [...seen].join(',')))`
  const {stderr} = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  const line = /clients:(.*)$/m.exec(stderr)
  if (line === null) throw new Error(`no clients were reported for ${args.join(' ')}: ${stderr}`)
  return (line[1] ?? '').split(',').filter((name) => name !== '')
}

const times: Record<Contender, number[]> = {'node -e 0': [], 'sluice --version': [], 'sluice --help': []}
for (const name of names) once(contenders[name])
for (let round = 0; round < rounds; round++) for (const name of names) times[name].push(once(contenders[name]))

const base = median(times['node -e 0'])
console.log(`start-up, medians of ${rounds} interleaved runs, node ${process.version}`)
for (const name of names)
  console.log(
    `  ${name.padEnd(18)} ${median(times[name]).toFixed(0).padStart(5)} ms   ${(median(times[name]) / base).toFixed(2)} × node -e 0`,
  )
const ratio = median(times['sluice --version']) / base
console.log(`  sluice --version is ${ratio <= bar ? 'within' : 'OVER'} its bar of ${bar} ×`)

// Without this the lines below would say "none" even if the hook saw nothing.
if (clientsLoaded(['-e', 'import("@aws-sdk/client-sts")']).length !== 1)
  throw new Error("the hook doesn't see a client that is loaded")

console.log('service clients loaded by commands that call none')
let wasted = 0
for (const args of [
  ['--version'],
  ['--help'],
  ['release', '--help'],
  ['judge', '--help'],
  ['judge', '/dev/null'],
  ['doctor', '--config', '/nonexistent'],
]) {
  const loaded = clientsLoaded([run, ...args])
  wasted += loaded.length
  console.log(`  ${args.join(' ').padEnd(30)} ${loaded.length === 0 ? 'none' : loaded.join(', ')}`)
}
process.exitCode = ratio <= bar && wasted === 0 ? 0 : 1

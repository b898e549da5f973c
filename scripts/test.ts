/**
 * Runs vitest with the arguments it is given, and says at the very end, alone on a line, `N passed, N failed`. A file that
 * doesn't load and a rejection nobody caught count as failures, though no test of theirs ran.
 *
 * With --once-more, files that failed run once more, alone, and their second end counts: end-to-end tests kill real processes on
 * a fast clock, and a machine that is busy with something else can starve them. Which files needed it is said.
 */
import {spawn} from 'node:child_process'
import {mkdir, readFile, rm} from 'node:fs/promises'
import {relative} from 'node:path'
import {fileURLToPath} from 'node:url'

interface TestFile {
  readonly name: string
  readonly status: string
  readonly assertionResults: readonly {readonly status: string}[]
}

interface Run {
  readonly exitCode: number
  readonly files: readonly TestFile[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const report = `${root}.cache/test-results-${process.pid}.json`
let isInterrupted = false

async function main(args: readonly string[]): Promise<void> {
  await mkdir(`${root}.cache`, {recursive: true})
  // The terminal sends Ctrl-C to both; vitest tidies up, and we still say how far it came.
  process.on('SIGINT', () => (isInterrupted = true))
  const first = await run(args.filter((one) => one !== onceMore))
  const again = first.files.filter(hasFailed).map(({name}) => relative(root, name))
  const repeats = args.includes(onceMore) && again.length > 0 && !isInterrupted
  if (repeats) console.log(`\nonce more, because they failed: ${again.join(', ')}\n`)
  const last = repeats ? settled(first, await run(again)) : first
  const passed = last.files.reduce((sum, file) => sum + ended(file, 'passed'), 0)
  const failed = last.files.reduce((sum, file) => sum + (hasFailed(file) ? Math.max(1, ended(file, 'failed')) : 0), 0)
  if (repeats) console.log(`\nneeded a second run: ${again.join(', ')}`)
  console.log(`${passed} passed, ${last.exitCode === 0 ? failed : Math.max(1, failed)} failed`)
  process.exitCode = last.exitCode === 0 && failed > 0 ? 1 : last.exitCode
}

const onceMore = '--once-more'
const hasFailed = ({status}: TestFile): boolean => status === 'failed'
const ended = ({assertionResults}: TestFile, as: string): number => assertionResults.filter(({status}) => status === as).length

/** Each file's end is that of the run it was last in. */
function settled(first: Run, second: Run): Run {
  const later = new Map(second.files.map((file) => [file.name, file]))
  return {exitCode: second.exitCode, files: first.files.map((file) => later.get(file.name) ?? file)}
}

async function run(args: readonly string[]): Promise<Run> {
  const exitCode = await vitest(args)
  const files = await readFile(report, 'utf8')
    .then((text) => (JSON.parse(text) as {readonly testResults: readonly TestFile[]}).testResults)
    .catch(() => [])
  await rm(report, {force: true})
  return {exitCode, files}
}

function vitest(args: readonly string[]): Promise<number> {
  const command = [
    `${root}node_modules/vitest/vitest.mjs`,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ]
  const child = spawn(process.execPath, command, {cwd: root, stdio: 'inherit'})
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

await main(process.argv.slice(2))

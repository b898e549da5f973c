/**
 * Runs vitest with the arguments it is given, and says at the very end, alone on a line, `N passed, N failed`. A file that
 * doesn't load and a rejection nobody caught count as failures, though no test of theirs ran.
 */
import {spawn} from 'node:child_process'
import {mkdir, readFile, rm} from 'node:fs/promises'
import {fileURLToPath} from 'node:url'

interface Results {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {readonly status: string; readonly assertionResults: readonly {readonly status: string}[]}[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const report = `${root}.cache/test-results-${process.pid}.json`

async function main(args: readonly string[]): Promise<void> {
  await mkdir(`${root}.cache`, {recursive: true})
  const exitCode = await vitest(args)
  const results = await readFile(report, 'utf8')
    .then((text) => JSON.parse(text) as Results)
    .catch(() => null)
  await rm(report, {force: true})
  const unloaded =
    results?.testResults.filter(
      (file) => file.status === 'failed' && !file.assertionResults.some(({status}) => status === 'failed'),
    ).length ?? 0
  const failed = (results?.numFailedTests ?? 0) + unloaded
  console.log(`${results?.numPassedTests ?? 0} passed, ${exitCode === 0 ? failed : Math.max(1, failed)} failed`)
  process.exitCode = exitCode === 0 && failed > 0 ? 1 : exitCode
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
  // The terminal sends Ctrl-C to both; vitest tidies up, and we still say how far it came.
  process.on('SIGINT', () => undefined)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

await main(process.argv.slice(2))

/**
 * The sandbox's own process. Options come as one JSON argument; one JSON line on stdout says it is ready, or why not. It ends,
 * with everything it started, on SIGTERM, SIGINT, `POST /_sluice/down`, and, when attached, as soon as its parent is gone.
 */
import type {SandboxOptions} from './options.ts'
import {startSandbox} from './server.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as SandboxOptions & {readonly attached?: boolean}
const LONGEST_SHUTDOWN_MS = 8000

let isStopping = false
const stopNow = new AbortController()
function stop(): void {
  if (isStopping) return
  isStopping = true
  stopNow.abort()
  setTimeout(() => process.exit(1), LONGEST_SHUTDOWN_MS).unref()
}

process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// Whoever started us may be gone before we say something; that must not end us.
process.stdout.on('error', () => {})
process.stderr.on('error', () => {})
if (options.attached === true) {
  process.stdin.on('end', stop).on('close', stop).resume()
  process.on('disconnect', stop)
}
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`)
  stop()
})

try {
  const sandbox = await startSandbox(options)
  process.stdout.write(
    `${JSON.stringify({endpoint: sandbox.endpoint, pid: process.pid, account: sandbox.world.account, regions: sandbox.world.regions})}\n`,
  )
  const end = (): void => {
    void sandbox.close()
  }
  if (stopNow.signal.aborted) end()
  else stopNow.signal.addEventListener('abort', end)
  await sandbox.closed
  process.exit(0)
} catch (error) {
  process.stdout.write(`${JSON.stringify({error: error instanceof Error ? error.message : String(error)})}\n`, () =>
    process.exit(1),
  )
}

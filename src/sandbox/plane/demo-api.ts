/**
 * The image: a small API whose behaviour its environment decides, run as one child process per task. It knows nothing of the
 * sandbox but its parent, and must never outlive it: when the channel to the parent closes, it exits.
 *
 * It listens at once, because the parent needs its port; during START_MS it cuts every connection, as if it weren't there.
 */
import {createServer} from 'node:http'
import type {IncomingMessage, ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'

/** EX_CONFIG: the environment makes no sense. */
const BAD_CONFIGURATION = 78
const {env} = process

const log = (line: string): void => { process.stdout.write(`${line}\n`) }

function number(name: string, fallback: number, high = Number.MAX_SAFE_INTEGER): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0 && value <= high) return value
  log(`${name}=${text} is not a number between 0 and ${high}`)
  process.exit(BAD_CONFIGURATION)
}

const errorRate = number('ERROR_RATE', 0, 1)
const slowFraction = number('SLOW_FRACTION', 0, 1)
const slowMs = number('SLOW_MS', 300)
const resetFraction = number('RESET_FRACTION', 0, 1)
const hangFraction = number('HANG_FRACTION', 0, 1)
const latencyMs = number('LATENCY_MS', 1)
const startMs = number('START_MS', 0)
const crashAfterMs = number('CRASH_AFTER_MS', 0)
const exitCode = number('CRASH_EXIT', 1, 255)
const speed = Math.max(number('SANDBOX_SPEED', 1), 0.001)
const failsHealthChecks = env['HEALTH'] === 'fail'

// Mulberry32, seeded by the parent: the same task makes the same choices.
let state = number('SANDBOX_SEED', 1) >>> 0
function random(): number {
  state = (state + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}

let ready = startMs === 0
let stopping = false
let incidentRate = 0
const ok = `${JSON.stringify({ok: true, version: env['VERSION'] ?? null})}\n`
const failed = '{"ok":false}\n'

function answer(response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return
  const headers = {'content-type': 'application/json', 'content-length': body.length}
  response.writeHead(status, stopping ? {...headers, connection: 'close'} : headers)
  response.end(body)
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') request.resume()
  if (request.headers['user-agent']?.startsWith('ELB-HealthChecker') === true || request.url === '/health') {
    answer(response, failsHealthChecks ? 500 : 200, failsHealthChecks ? failed : ok)
    return
  }
  if (resetFraction > 0 && random() < resetFraction) {
    request.socket.resetAndDestroy()
    return
  }
  if (hangFraction > 0 && random() < hangFraction) return
  const bad = random() < Math.max(errorRate, incidentRate)
  const waitMs = slowFraction > 0 && random() < slowFraction ? slowMs : latencyMs * (0.5 + random())
  const finish = (): void => { answer(response, bad ? 500 : 200, bad ? failed : ok) }
  if (waitMs < 1) finish()
  else setTimeout(finish, waitMs)
}

process.on('disconnect', () => { process.exit(0) })

if (env['EXIT_ON_START'] !== undefined && env['EXIT_ON_START'] !== '' && env['EXIT_ON_START'] !== '0') {
  log(`exiting at start with ${exitCode}`)
  process.exit(exitCode)
}

const server = createServer(serve)
// The load balancer decides when an idle connection ends, not the task.
server.keepAliveTimeout = 0
server.on('connection', (socket) => { if (!ready) socket.resetAndDestroy() })
server.listen(0, '127.0.0.1', () => { process.send?.({kind: 'listening', port: (server.address() as AddressInfo).port}) })

if (!ready) {
  setTimeout(() => {
    ready = true
    log('started')
  }, startMs / speed)
}
if (crashAfterMs > 0) {
  setTimeout(() => {
    log(`crashing with ${exitCode}`)
    process.exit(exitCode)
  }, crashAfterMs / speed)
}

process.on('message', (message: {kind: 'incident', rate: number}) => { incidentRate = message.rate })

process.on('SIGTERM', () => {
  stopping = true
  server.close(() => { process.exit(0) })
  server.closeIdleConnections()
})

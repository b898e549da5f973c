/**
 * The image: a small API whose behaviour its environment decides, run as one child process per task. It knows nothing of the
 * sandbox but its parent, and must never outlive it: when the channel to the parent closes, it exits. Its database is with its
 * parent too: the recovery probes and the counter ask there, everything else is answered here.
 *
 * It listens at once, because the parent needs its port; during START_MS it cuts every connection, as if it weren't there.
 */
import {createServer} from 'node:http'
import type {IncomingMessage, ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {Answer, Ask} from './database-asks.ts'

/** EX_CONFIG: the environment makes no sense. */
const BAD_CONFIGURATION = 78
const {env} = process

const log = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

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
const regionHeader = env['AWS_REGION'] === undefined ? {} : {'x-region': env['AWS_REGION']}

function answer(response: ServerResponse, status: number, body: string): void {
  if (response.destroyed) return
  const headers = {'content-type': 'application/json', 'content-length': body.length, ...regionHeader}
  response.writeHead(status, stopping ? {...headers, connection: 'close'} : headers)
  response.end(body)
}

/** Answers that the database's keeper owes; more than these at once are turned away. */
const MOST_WAITING = 256
const LONGEST_BODY = 1024
const waiting = new Map<number, (answer: Answer) => void>()
let asked = 0

function askParent(ask: Ask, then: (answer: Answer) => void): void {
  if (waiting.size >= MOST_WAITING || process.send === undefined) {
    then({status: 503, body: '{"because":"busy"}'})
    return
  }
  asked += 1
  waiting.set(asked, then)
  process.send({kind: 'ask', n: asked, ask})
}

/** null: a path that has nothing to do with the database. */
function databaseCall(request: IncomingMessage): ((body: string) => Ask | null) | null {
  switch (`${request.method} ${request.url}`) {
    case 'GET /heartbeat':
      return () => ({what: 'heartbeat'})
    case 'POST /ready-write':
      return () => ({what: 'ready-write'})
    case 'GET /counter':
      return () => ({what: 'counter'})
    case 'POST /counter':
      return countOf
    default:
      return null
  }
}

function countOf(body: string): Ask | null {
  try {
    const {id} = JSON.parse(body) as {readonly id?: unknown}
    return typeof id === 'number' && Number.isSafeInteger(id) ? {what: 'count', id} : null
  } catch {
    return null
  }
}

function serveFromDatabase(request: IncomingMessage, response: ServerResponse, read: (body: string) => Ask | null): void {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    if (body.length <= LONGEST_BODY) body += chunk.toString()
  })
  request.on('end', () => {
    const ask = body.length > LONGEST_BODY ? null : read(body)
    if (ask === null) answer(response, 400, '{"because":"the body is {\\"id\\": number}"}')
    else
      askParent(ask, ({status, body: text}) => {
        answer(response, status, text)
      })
  })
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const fromDatabase = request.url === '/' ? null : databaseCall(request)
  if (fromDatabase !== null) {
    serveFromDatabase(request, response, fromDatabase)
    return
  }
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
  const finish = (): void => {
    answer(response, bad ? 500 : 200, bad ? failed : ok)
  }
  if (waitMs < 1) finish()
  else setTimeout(finish, waitMs)
}

process.on('disconnect', () => {
  process.exit(0)
})

if (env['EXIT_ON_START'] !== undefined && env['EXIT_ON_START'] !== '' && env['EXIT_ON_START'] !== '0') {
  log(`exiting at start with ${exitCode}`)
  process.exit(exitCode)
}

type FromParent =
  {readonly kind: 'incident'; readonly rate: number} | {readonly kind: 'answer'; readonly n: number; readonly answer: Answer}

process.on('message', (message: FromParent) => {
  if (message.kind === 'incident') incidentRate = message.rate
  else {
    waiting.get(message.n)?.(message.answer)
    waiting.delete(message.n)
  }
})

/** A one-shot task: asks once, says what it heard, and ends. */
function askAndEnd(question: string): void {
  const [what, text = ''] = question.split(':')
  const at = Number(text)
  if (what !== 'writes-after' || text === '' || !Number.isFinite(at)) {
    log(`SLUICE_ASK=${question} is no question that this image knows`)
    process.exit(BAD_CONFIGURATION)
  }
  askParent({what, at}, ({status, body}) => {
    log(body)
    process.exit(status === 200 ? 0 : 1)
  })
}

function listen(): void {
  const server = createServer(serve)
  // The load balancer decides when an idle connection ends, not the task.
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => {
    if (!ready) socket.resetAndDestroy()
  })
  server.listen(0, '127.0.0.1', () => {
    process.send?.({kind: 'listening', port: (server.address() as AddressInfo).port})
  })
  process.on('SIGTERM', () => {
    stopping = true
    server.close(() => {
      process.exit(0)
    })
    server.closeIdleConnections()
  })
}

if (env['SLUICE_ASK'] !== undefined && env['SLUICE_ASK'] !== '') askAndEnd(env['SLUICE_ASK'])
else listen()

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

/**
 * The load, in a process of its own: requests leave at Poisson times whether or not earlier ones were answered. It must never
 * wait for an answer before the next request; what can't be sent because too many are open is counted as skipped, not delayed.
 */
import {Agent, request} from 'node:http'
import type {Flow, TrafficCounts} from './traffic.ts'
import {mulberry32} from '../world/random.ts'

const OPEN_AT_MOST = 2000
const REPORT_MS = 250
/** A client gives up after this, real ms. */
const PATIENCE_MS = 10_000
/** A pause longer than this (a suspended machine) isn't caught up with. */
const CATCH_UP_MS = 1000

interface Source {
  flow: Flow
  nextAt: number
  readonly random: () => number
  readonly counts: TrafficCounts
}

const agent = new Agent({keepAlive: true, maxSockets: OPEN_AT_MOST, maxFreeSockets: 128, scheduling: 'lifo'})
const sources = new Map<string, Source>()
let timer: NodeJS.Timeout | undefined

function send({flow, counts}: Source): void {
  if (counts.open >= OPEN_AT_MOST) {
    counts.skipped += 1
    return
  }
  counts.sent += 1
  counts.open += 1
  let over = false
  const done = (what: 'answered2xx' | 'answered3xx' | 'answered4xx' | 'answered5xx' | 'errors' | 'timeouts'): void => {
    if (over) return
    over = true
    counts.open -= 1
    counts[what] += 1
  }
  const sent = request({agent, host: '127.0.0.1', port: flow.port, path: flow.path, headers: {host: flow.host}})
  sent.on('response', (answer) => {
    const status = answer.statusCode ?? 0
    answer.resume()
    answer.on('end', () => {
      done(status < 300 ? 'answered2xx' : status < 400 ? 'answered3xx' : status < 500 ? 'answered4xx' : 'answered5xx')
    })
    answer.on('error', () => {
      done('errors')
    })
  })
  sent.on('error', () => {
    done('errors')
  })
  sent.on('close', () => {
    done('errors')
  })
  started.push({
    at: performance.now(),
    isOver: () => over,
    giveUp: () => {
      done('timeouts')
      sent.destroy()
    },
  })
  sent.end()
}

/** Requests by age, oldest first: one look now and then costs less than a timer each. */
let started: {at: number; isOver: () => boolean; giveUp: () => void}[] = []

function loseThePatience(): void {
  const now = performance.now()
  started = started.filter((one) => {
    if (one.isOver()) return false
    if (now - one.at < PATIENCE_MS) return true
    one.giveUp()
    return false
  })
}

function pump(): void {
  const now = performance.now()
  let soonest = Infinity
  for (const source of sources.values()) {
    if (source.flow.perSecond <= 0 || source.flow.port === 0) continue
    if (now - source.nextAt > CATCH_UP_MS) source.nextAt = now
    while (source.nextAt <= now) {
      send(source)
      source.nextAt += (-Math.log(1 - source.random()) * 1000) / source.flow.perSecond
    }
    soonest = Math.min(soonest, source.nextAt)
  }
  timer = soonest === Infinity ? undefined : setTimeout(pump, Math.max(1, soonest - performance.now()))
}

process.on('message', (flow: Flow) => {
  const known = sources.get(flow.id)
  if (known !== undefined) {
    if (known.flow.perSecond <= 0 || known.flow.port === 0) known.nextAt = performance.now()
    known.flow = flow
  } else {
    sources.set(flow.id, {
      flow,
      nextAt: performance.now(),
      random: mulberry32(flow.seed),
      counts: {
        sent: 0,
        open: 0,
        answered2xx: 0,
        answered3xx: 0,
        answered4xx: 0,
        answered5xx: 0,
        errors: 0,
        timeouts: 0,
        skipped: 0,
      },
    })
  }
  clearTimeout(timer)
  pump()
})
process.on('disconnect', () => {
  process.exit(0)
})

setInterval(() => {
  loseThePatience()
  if (process.connected)
    process.send?.(
      [...sources].map(([id, {counts}]) => [id, counts]),
      undefined,
      undefined,
      () => {},
    )
}, REPORT_MS)

/**
 * One listener: a real HTTP server on loopback that gives each request to a target and the target's answer to the client.
 * It must stay cheap (a thousand requests a second on half a core), must never try a request a second time, and measures
 * in real time: a request's own duration, and the idle timeout, are not scaled.
 */
import {Agent, createServer, request as httpRequest} from 'node:http'
import type {ClientRequest, IncomingMessage, ServerResponse} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'
import type {World} from '../world/contract.ts'
import type {Down} from '../world/region-down.ts'
import {numberAttribute} from '../services/elbv2-attributes.ts'
import type {Listener} from '../services/elbv2-state.ts'
import {loadBalancerMetrics} from './alb-metrics.ts'
import type {GroupMetrics} from './alb-metrics.ts'
import {chooseByWeight, matchRoute} from './routing.ts'
import type {RequestFacts, Route, RouteAction} from './routing.ts'
import {COOKIE, stickyCookie, stuckTo} from './stickiness.ts'
import type {TargetPool} from './target-pool.ts'

/** How often in-flight requests are looked at for the idle timeout, real ms. */
const SWEEP_MS = 200
const NOT_FORWARDED = new Set(['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'te'])
const NOT_RETURNED = new Set(['connection', 'keep-alive', 'transfer-encoding'])
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])

/** A group as routes name it. */
export interface RoutedGroup {
  readonly pool: TargetPool
  readonly metrics: GroupMetrics
}

type Forward = Extract<RouteAction<RoutedGroup>, {kind: 'forward'}>

interface InFlight {
  readonly givenAt: number
  readonly upstream: ClientRequest
  readonly giveUp: () => void
}

export interface ListenerServer {
  readonly listener: Listener
  readonly port: number
  use(routes: readonly Route<RoutedGroup>[]): void
  close(): Promise<void>
}

export interface ListenerServerOptions {
  readonly world: World
  readonly listener: Listener
  readonly agent: Agent
  readonly routes: readonly Route<RoutedGroup>[]
  /** While the Region is down nothing is answered: connections are cut, or stay open until the client gives up. */
  readonly down: () => Down | null
}

/** Sockets to targets are kept; a target's own keep-alive must outlast them. */
export const targetAgent = (): Agent => new Agent({keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64, scheduling: 'lifo'})

export async function openListener({
  world,
  listener,
  agent,
  routes: first,
  down,
}: ListenerServerOptions): Promise<ListenerServer> {
  const {loadBalancer} = listener
  const random = world.random(`route/${listener.arn}`)
  const own = loadBalancerMetrics(world.metrics, loadBalancer)
  const inFlight = new Set<InFlight>()
  /**
   * Connections that were left waiting; cut as soon as the Region is back, as a client behind a healed network would find them.
   */
  const hung = new Set<Socket>()
  const leaveHanging = (socket: Socket): void => {
    hung.add(socket)
    socket.once('close', () => {
      hung.delete(socket)
    })
  }
  let routes = first

  const answerItself = (response: ServerResponse, status: 502 | 503 | 504): void => {
    own.madeUp(status)
    if (response.headersSent) response.destroy()
    else
      response
        .writeHead(status, {
          'content-type': 'text/html',
          server: 'awselb/2.0',
        })
        .end(`<html><body>${status}</body></html>\r\n`)
  }

  const forward = (request: IncomingMessage, response: ServerResponse, action: Forward): void => {
    const group = chooseGroup(action, request.headers.cookie, random, world)
    const target = group?.pool.next()
    if (group === undefined || target === undefined) {
      answerItself(response, 503)
      return
    }
    const {metrics} = group
    metrics.given()
    if (group.pool.failingOpen) metrics.routedUnhealthy()
    const givenAt = performance.now()
    let ended = false
    const upstream = httpRequest({
      agent,
      host: target.id,
      port: target.port,
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: forwarded(request, listener),
    })
    const flight: InFlight = {
      givenAt,
      upstream,
      giveUp: () => {
        fail(504)
      },
    }
    inFlight.add(flight)
    const fail = (status: 502 | 504): void => {
      if (ended) return
      ended = true
      inFlight.delete(flight)
      upstream.destroy()
      answerItself(response, status)
    }
    upstream.on('response', (answer) => {
      inFlight.delete(flight)
      if (ended || down() !== null) {
        // The Region went down while the target worked: what it answers doesn't get out.
        if (!ended && down() === 'refused') request.socket.destroy()
        else if (!ended) leaveHanging(request.socket)
        ended = true
        answer.resume()
        return
      }
      const status = answer.statusCode ?? 502
      metrics.answered(status, (performance.now() - givenAt) / 1000)
      const headers = returned(answer)
      if (action.stickySeconds !== undefined) {
        const expiresAt = world.clock.now() + action.stickySeconds * 1000
        headers.push('Set-Cookie', `${COOKIE}=${stickyCookie(group.pool.group.suffix, expiresAt)}; Path=/`)
      }
      response.writeHead(status, headers)
      answer.on('data', (chunk: Buffer) => {
        if (response.write(chunk)) return
        answer.pause()
        response.once('drain', () => {
          answer.resume()
        })
      })
      answer.on('end', () => {
        ended = true
        response.end()
      })
      // The answer broke off after it began: the client must see that, and nothing more is counted.
      answer.on('error', () => {
        response.destroy()
      })
    })
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      if (ended || response.headersSent) return
      if (UNREACHABLE.has(error.code ?? '')) metrics.connectionError()
      fail(502)
    })
    response.on('close', () => {
      if (ended) return
      ended = true
      if (inFlight.delete(flight)) own.clientGone()
      upstream.destroy()
    })
    if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) upstream.end()
    else request.pipe(upstream)
  }

  const server = createServer((request, response) => {
    const isDown = down()
    if (isDown !== null) {
      if (isDown === 'refused') request.socket.destroy()
      else leaveHanging(request.socket)
      return
    }
    const action = matchRoute(routes, factsOf(request))
    switch (action?.kind) {
      case 'forward':
        forward(request, response, action)
        return
      case 'fixed-response':
        own.fixedResponse()
        response.writeHead(action.status, {'content-type': action.contentType, server: 'awselb/2.0'}).end(action.body)
        return
      case 'redirect':
        own.redirected()
        response.writeHead(action.status, {location: action.location(factsOf(request)), server: 'awselb/2.0'}).end()
        return
      case undefined:
        answerItself(response, 503)
    }
  })
  server.keepAliveTimeout = 0
  server.requestTimeout = 0
  server.on('clientError', (_error, socket) => {
    socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  const sweep = setInterval(() => {
    if (hung.size > 0 && down() !== 'hang') {
      for (const socket of hung) socket.destroy()
      hung.clear()
    }
    const idleMs = numberAttribute(loadBalancer.attributes, 'idle_timeout.timeout_seconds') * 1000
    const now = performance.now()
    for (const flight of inFlight) {
      // Oldest first: the rest is younger.
      if (now - flight.givenAt < idleMs) break
      flight.giveUp()
    }
  }, SWEEP_MS)
  sweep.unref()

  return {
    listener,
    port: (server.address() as AddressInfo).port,
    use: (next) => {
      routes = next
    },
    close: async () => {
      clearInterval(sweep)
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
      })
      server.closeAllConnections()
      await closed
    },
  }
}

function chooseGroup(action: Forward, cookie: string | undefined, random: () => number, world: World): RoutedGroup | undefined {
  if (action.stickySeconds !== undefined && cookie !== undefined) {
    const suffix = stuckTo(cookie, world.clock.now())
    const stuck = suffix === undefined ? undefined : action.choices.find((choice) => choice.group.pool.group.suffix === suffix)
    if (stuck !== undefined) return stuck.group
  }
  return chooseByWeight(action.choices, action.total, random())
}

function factsOf(request: IncomingMessage): RequestFacts {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  return {
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    method: request.method ?? 'GET',
    source: request.socket.remoteAddress ?? '',
    header: (name) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
  }
}

/** The client's headers, name and value in turn, without those that belong to its own connection. */
function forwarded(request: IncomingMessage, listener: Listener): string[] {
  const raw = request.rawHeaders
  const headers: string[] = []
  let forwardedFor = request.socket.remoteAddress ?? ''
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string
    const value = raw[i + 1] as string
    const lower = name.toLowerCase()
    if (NOT_FORWARDED.has(lower) || lower === 'x-forwarded-proto' || lower === 'x-forwarded-port') continue
    if (lower === 'x-forwarded-for') forwardedFor = `${value}, ${forwardedFor}`
    else headers.push(name, value)
  }
  headers.push(
    'X-Forwarded-For',
    forwardedFor,
    'X-Forwarded-Proto',
    listener.protocol.toLowerCase(),
    'X-Forwarded-Port',
    String(listener.port),
    'Connection',
    'keep-alive',
  )
  return headers
}

function returned(answer: IncomingMessage): string[] {
  const raw = answer.rawHeaders
  const headers: string[] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (!NOT_RETURNED.has((raw[i] as string).toLowerCase())) headers.push(raw[i] as string, raw[i + 1] as string)
  }
  return headers
}

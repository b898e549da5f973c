/** Probes as they go to AWS: over TLS, to a server on this machine. */
import {createServer} from 'node:https'
import type {Server} from 'node:https'
import type {IncomingMessage, ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import type {TLSSocket} from 'node:tls'
import {afterEach, describe, expect, test} from 'vitest'
import {apiProbe} from '../../../../src/infra/aws/recovery/api-probe.ts'
import type {ApiPort} from '../../../../src/runbooks/recovery/ports/api-port.ts'
import {selfSigned} from '../../../support/self-signed.ts'
import {aSession, standingClock} from '../a-session.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const now = Date.UTC(2026, 10, 23)
let server: Server
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function anApi(
  handler: Handler,
  options: {readonly name?: string; readonly trusted?: boolean; readonly speed?: number} = {},
): Promise<ApiPort> {
  const {cert, key} = selfSigned(options.name ?? 'localhost')
  server = createServer({cert, key}, handler)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  return apiProbe(aSession({clock: standingClock(now, options.speed)}), 'x-region', null, {
    port,
    ...(options.trusted !== false && {ca: cert}),
  })
}

const here: Handler = (_, response) => void response.setHeader('x-region', 'eu-west-1').end('well')

describe('a probe', () => {
  test('brings status, Region, body and the moment', async () => {
    const api = await anApi(here)
    expect(await api.ask({host: 'localhost', path: '/'})).toEqual({status: 200, region: 'eu-west-1', body: 'well', at: now})
  })

  test('says the method, path and headers it was given, and the Host header of a name without a record', async () => {
    const seen: unknown[] = []
    const api = await anApi((request, response) => {
      seen.push(
        request.method,
        request.url,
        request.headers.host,
        request.headers['x-drill'],
        (request.socket as TLSSocket).servername,
      )
      response.end()
    })
    expect(
      await api.ask({
        host: 'localhost',
        method: 'POST',
        path: '/ready-write',
        hostHeader: 'drill.example.com',
        headers: {'x-drill': 'd1'},
      }),
    ).toMatchObject({status: 200, region: null})
    expect(seen).toEqual(['POST', '/ready-write', 'drill.example.com', 'd1', 'localhost'])
  })

  test('follows no redirect', async () => {
    const api = await anApi((_, response) => void response.writeHead(307, {location: 'https://elsewhere.example.com/'}).end())
    expect(await api.ask({host: 'localhost', path: '/'})).toMatchObject({status: 307})
  })

  test('makes a new connection each time: the name may lead elsewhere by then', async () => {
    const ports = new Set<number | undefined>()
    const api = await anApi((request, response) => {
      ports.add(request.socket.remotePort)
      here(request, response)
    })
    await api.ask({host: 'localhost', path: '/'})
    await api.ask({host: 'localhost', path: '/'})
    expect(ports.size).toBe(2)
  })

  test('reads a long answer only so far', async () => {
    const api = await anApi((_, response) => void response.end('x'.repeat(1_000_000)))
    expect((await api.ask({host: 'localhost', path: '/'}))?.body.length).toBeLessThan(200_000)
  })
})

describe('nobody has answered', () => {
  test("when the certificate isn't good for the name", async () => {
    const api = await anApi(here, {name: 'other.example.com'})
    expect(await api.ask({host: 'localhost', path: '/'})).toBeNull()
  })

  test("when the certificate is nobody's", async () => {
    const api = await anApi(here, {trusted: false})
    expect(await api.ask({host: 'localhost', path: '/'})).toBeNull()
  })

  test('when the connection is cut, or the answer ends half way', async () => {
    const api = await anApi(
      (_, response) => void response.writeHead(200, {'content-length': '100'}).write('half', () => response.destroy()),
    )
    expect(await api.ask({host: 'localhost', path: '/'})).toBeNull()
  })

  test('when it takes too long', async () => {
    const api = await anApi(() => {}, {speed: 60})
    expect(await api.ask({host: 'localhost', path: '/'})).toBeNull()
  })

  test('when whoever asked has given up', async () => {
    const api = await anApi(here)
    expect(await api.ask({host: 'localhost', path: '/'}, AbortSignal.abort())).toBeNull()
  })
})

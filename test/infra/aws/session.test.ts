import {createServer} from 'node:http'
import type {RequestListener, Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, describe, expect, test} from 'vitest'
import {ExitCode, SluiceError} from '../../../src/errors.ts'
import {isLoopback} from '../../../src/infra/aws/clients.ts'
import {identity} from '../../../src/infra/aws/identity.ts'
import {partitionOf} from '../../../src/infra/aws/session.ts'
import type {ObservedCall} from '../../../src/infra/aws/session.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {StoreUnavailable} from '../../../src/runbooks/engine/store.ts'
import {stateStore} from '../../../src/infra/aws/state-store.ts'
import {aSession, containing, standingClock} from './a-session.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const caller = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:user/ada</Arn><UserId>AIDA</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`

const answers = (dates: readonly string[]): RequestListener => {
  let n = 0
  return (_request, response) => {
    response.writeHead(200, {'content-type': 'text/xml', date: dates[Math.min(n++, dates.length - 1)]})
    response.end(caller)
  }
}

describe('a call', () => {
  test('reaches the sandbox with the Region in its signature, and is shown to whoever listens', async () => {
    const seen: ObservedCall[] = []
    let authorization = ''
    const endpoint = await serve((request, response) => {
      authorization = request.headers.authorization ?? ''
      response.end(caller)
    })
    const session = aSession({endpoint, region: 'eu-central-1', onCall: (call) => seen.push(call)})
    expect(await identity(session)).toEqual({account: '111122223333', arn: 'arn:aws:iam::111122223333:user/ada', expiresAt: null})
    expect(authorization).toContain('/eu-central-1/sts/')
    expect(seen).toMatchObject([{action: 'sts:GetCallerIdentity', region: 'eu-central-1', failed: false}])
  })

  test('counts once with all its retries, and together with its siblings in other Regions', async () => {
    let attempts = 0
    const endpoint = await serve((_request, response) => {
      attempts += 1
      response.writeHead(attempts === 1 ? 503 : 200)
      response.end(attempts === 1 ? '' : caller)
    })
    const session = aSession({endpoint})
    await session.call('sts', 'GetCallerIdentity', {})
    await session.inRegion('eu-central-1').call('sts', 'GetCallerIdentity', {})
    expect(attempts).toBe(3)
    expect(session.calls).toBe(2)
  })

  test("that is never answered ends as unavailable when its bound has passed, shrunk by the clock's speed", async () => {
    const endpoint = await serve(() => {})
    const session = aSession({endpoint, clock: standingClock(0, 15)})
    await expect(session.call('sts', 'GetCallerIdentity', {})).rejects.toThrow(/no answer within 2000 ms/)
  })

  test("ends as unavailable when the caller gives up, and isn't sent again", async () => {
    const controller = new AbortController()
    let attempts = 0
    const endpoint = await serve(() => {
      attempts += 1
      controller.abort()
    })
    await expect(aSession({endpoint}).call('sts', 'GetCallerIdentity', {}, {signal: controller.signal})).rejects.toBeInstanceOf(
      Unavailable,
    )
    expect(attempts).toBe(1)
  })

  test('to an address where nobody listens is unavailable', async () => {
    const endpoint = await serve(() => {})
    servers[0]?.close()
    await new Promise((resolve) => servers[0]?.once('close', resolve))
    await expect(aSession({endpoint, clock: standingClock(0, 60)}).call('sts', 'GetCallerIdentity', {})).rejects.toBeInstanceOf(
      Unavailable,
    )
  })

  test('whose answer is cut off is unavailable: it may have taken effect', async () => {
    const endpoint = await serve((_request, response) => {
      response.writeHead(200, {'content-length': 1000})
      response.write('<Get')
      response.destroy()
    })
    await expect(aSession({endpoint, clock: standingClock(0, 60)}).call('sts', 'GetCallerIdentity', {})).rejects.toBeInstanceOf(
      Unavailable,
    )
  })
})

test("an object whose rest never comes is a state that can't be reached", async () => {
  const endpoint = await serve((_request, response) => {
    response.writeHead(200, {'content-length': 1000, etag: '"1"'})
    response.write('{"seq":')
  })
  const store = stateStore(aSession({endpoint, clock: standingClock(0, 60)}), 'sluice-state')
  await expect(store.get('runs/r/0.json')).rejects.toBeInstanceOf(StoreUnavailable)
})

describe('in sandbox mode', () => {
  test('a request to any other machine is refused before it is sent', async () => {
    const call = aSession({endpoint: 'http://sluice.invalid:4566'}).call('sts', 'GetCallerIdentity', {})
    const failed = await call.catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(SluiceError)
    expect(failed).toMatchObject({code: 'outside-sandbox', exitCode: ExitCode.usage, message: containing('sluice.invalid')})
  })

  test("a bucket's name doesn't lead anywhere else", async () => {
    let path = ''
    const endpoint = await serve((request, response) => {
      path = request.url ?? ''
      response.writeHead(404)
      response.end()
    })
    await aSession({endpoint})
      .call('s3', 'GetObject', {Bucket: 'sluice-state', Key: 'runs/1.json'})
      .catch(() => {})
    expect(path).toMatch(/^\/sluice-state\/runs\/1\.json/)
  })

  test.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['localhost', true],
    ['[::1]', true],
    ['127.0.0.1.evil.example', false],
    ['10.0.0.1', false],
    ['', false],
  ])('%s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected)
  })
})

describe("AWS's time", () => {
  test("is the newest Date header, carried forward by the run's clock", async () => {
    const clock = standingClock(Date.UTC(2026, 0, 1))
    const session = aSession({
      clock,
      endpoint: await serve(answers(['Fri, 02 Jan 2026 00:00:10 GMT', 'Fri, 02 Jan 2026 00:00:05 GMT'])),
    })
    expect(session.awsTime()).toBe(clock.now())
    await session.call('sts', 'GetCallerIdentity', {})
    clock.forward(2500)
    expect(session.awsTime()).toBe(Date.UTC(2026, 0, 2, 0, 0, 12, 500))
    await session.call('sts', 'GetCallerIdentity', {})
    expect(session.awsTime()).toBe(Date.UTC(2026, 0, 2, 0, 0, 12, 500))
  })
})

test.each([
  ['eu-west-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['eusc-de-east-1', 'aws-eusc'],
])('%s is in partition %s', (region, partition) => {
  expect(partitionOf(region)).toBe(partition)
})

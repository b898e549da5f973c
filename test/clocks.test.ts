import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {sandboxClock, shiftedClock, wallClock} from '../src/clocks.ts'

const epochMs = Date.UTC(2026, 0, 1)
let answer = JSON.stringify({epochMs, speed: 60})
const server = createServer((_, response) => response.end(answer))
let endpoint = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
})

describe("the sandbox's clock", () => {
  it("starts from the reading, and goes forward at the sandbox's speed", async () => {
    const clock = await sandboxClock(endpoint)
    const first = clock.now()
    await clock.until(first + 600)
    expect(clock.speed).toBe(60)
    expect(first).toBeGreaterThanOrEqual(epochMs)
    expect(clock.now()).toBeGreaterThanOrEqual(first + 600)
  })

  it('says so when something else answers there', async () => {
    answer = '{}'
    await expect(sandboxClock(endpoint)).rejects.toMatchObject({code: 'sandbox-silent', exitCode: 2})
  })

  it('says so when nobody answers', async () => {
    await expect(sandboxClock('http://127.0.0.1:1')).rejects.toMatchObject({
      code: 'sandbox-silent',
      suggestions: ['sluice sandbox status', 'sluice sandbox up'],
    })
  })
})

describe('a clock put right', () => {
  it("says AWS's time and waits until it", async () => {
    const clock = wallClock()
    const right = shiftedClock(clock, 120_000)
    expect(right.now() - clock.now()).toBeGreaterThanOrEqual(119_990)
    await right.until(right.now() + 5)
    await expect(right.until(right.now() + 60_000, AbortSignal.abort(new Error('out')))).rejects.toThrow('out')
  })
})

describe('a wait', () => {
  it('is over at once when the time has come', async () => {
    const clock = wallClock()
    await expect(clock.until(clock.now() - 1)).resolves.toBeUndefined()
  })

  it("ends with the signal's reason", async () => {
    const clock = wallClock()
    const stop = new AbortController()
    const waiting = clock.until(clock.now() + 3_600_000, stop.signal)
    stop.abort(new Error('detached'))
    await expect(waiting).rejects.toThrow('detached')
  })

  it("doesn't begin when the signal is aborted already", async () => {
    const clock = wallClock()
    await expect(clock.until(clock.now() + 3_600_000, AbortSignal.abort(new Error('detached')))).rejects.toThrow('detached')
  })
})

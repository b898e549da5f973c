import {createServer} from 'node:http'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {startWatches} from '../../src/sandbox/plane/watch-function.ts'
import {createS3} from '../../src/sandbox/services/s3.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aRecordsWire} from './a-records-wire.ts'
import type {RecordsWire} from './a-records-wire.ts'
import {aResource} from './a-resource.ts'

const [HOME, AWAY, BUCKET, KEY] = ['eu-west-1', 'eu-central-1', 'state', 'recovery/shop.production/watch.json'] as const
const SECOND = 1000
let wire: RecordsWire
let clock: LeapingClock
/** What home's API answers its heartbeat. */
let status: number
let asked: {path: string; host: string}[]
let api: Server
let watches: {close(): void}

interface Seen {
  readonly region: string
  readonly lookedAt: number
  readonly answeredAt: number | null
  readonly silentSince: number | null
  readonly misses: number
}
async function seen(): Promise<Seen | null> {
  const {Body} = await (
    wire.world.invoke('s3', 'GetObject', {Bucket: BUCKET, Key: KEY}, AWAY) as Promise<{Body?: Uint8Array}>
  ).catch(() => ({Body: undefined}))
  return Body === undefined ? null : (JSON.parse(Buffer.from(Body).toString()) as Seen)
}
/** So many looks, each with the time that a socket takes. */
async function looks(count: number): Promise<void> {
  for (let look = 0; look < count; look += 1) {
    const [before, isDead] = [asked.length, wire.world.faults('region-down').length > 0]
    await clock.leap(10 * SECOND)
    await expect.poll(() => isDead || asked.length > before).toBe(true)
    // An answer's way back, and the object's.
    for (let turn = 0; turn < 20; turn += 1)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
  }
}
async function aWatch(state = 'ENABLED', URL = `https://${HOME}.api.example.com/heartbeat`): Promise<void> {
  const arn = `arn:aws:lambda:${AWAY}:111122223333:function:watch`
  wire.world.records.put({
    region: AWAY,
    type: 'AWS::Lambda::Function',
    id: 'watch',
    attributes: {Arn: arn},
    tags: {},
    status: 'available',
    createdAt: clock.now(),
    stack: null,
    properties: {Environment: {Variables: {URL, BUCKET, KEY, PEER_REGION: HOME}}},
  })
  await aResource(
    wire.world,
    'AWS::Events::Rule',
    {ScheduleExpression: 'rate(1 minute)', State: state, Targets: [{Id: 'watch', Arn: arn}]},
    {region: AWAY},
  )
}

beforeEach(async () => {
  clock = aLeapingClock(Date.parse('2031-05-06T07:08:00Z'))
  wire = await aRecordsWire({clock})
  wire.world.register(createS3(wire.world))
  await wire.world.invoke('s3', 'CreateBucket', {Bucket: BUCKET, CreateBucketConfiguration: {LocationConstraint: AWAY}}, AWAY)
  status = 200
  asked = []
  api = createServer((request, response) => {
    asked.push({path: request.url ?? '', host: request.headers.host ?? ''})
    response.writeHead(status).end('{}')
  })
  await new Promise<void>((resolve) => {
    api.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const names = new Map([[`${HOME}.api.example.com`, '127.10.0.1']])
  watches = startWatches(wire.world, {
    address: (name) => (names.has(name) ? {address: names.get(name) ?? '', ttl: 60} : null),
    place: (address) => ({address, name: 'home', region: HOME, url}),
  })
})
afterEach(async () => {
  watches.close()
  await wire.close()
  await new Promise((resolve) => {
    api.close(resolve)
  })
})

describe('the watch of the other Region', () => {
  it("asks its API's heartbeat by its own name and writes down when it answered", async () => {
    await aWatch()
    await looks(1)
    expect(asked).toEqual([{path: '/heartbeat', host: `${HOME}.api.example.com`}])
    expect(await seen()).toEqual({
      schema: 1,
      region: HOME,
      lookedAt: clock.now(),
      answeredAt: clock.now(),
      silentSince: null,
      misses: 0,
    })
  })

  it('writes once a minute, and at once when a silence is confirmed by a third look', async () => {
    await aWatch()
    await looks(2)
    expect((await seen())?.lookedAt).toBe(clock.now() - 10 * SECOND)
    const answered = clock.now()
    wire.world.setFault({kind: 'region-down', region: HOME})
    await looks(2)
    expect(await seen()).toMatchObject({silentSince: null})
    await looks(1)
    // The end of the first look without an answer, with what it waited.
    expect(await seen()).toMatchObject({answeredAt: answered, silentSince: answered + 13 * SECOND, misses: 3})
  })

  it('goes on counting a silence, and ends it with the first answer', async () => {
    await aWatch()
    await looks(1)
    const answered = clock.now()
    wire.world.setFault({kind: 'region-down', region: HOME})
    await looks(12)
    expect(await seen()).toMatchObject({answeredAt: answered, silentSince: answered + 13 * SECOND})
    wire.world.clearFault()
    await looks(7)
    expect(await seen()).toMatchObject({silentSince: null, misses: 0})
  })

  it.each([503, 404])("takes a %i for no answer: the database there can't be read", async (code) => {
    status = code
    await aWatch()
    await looks(3)
    expect(await seen()).toMatchObject({answeredAt: null, misses: 3})
  })

  it('begins a silence anew when nobody looked for more than three minutes: it may have answered', async () => {
    const Body = JSON.stringify({
      schema: 1,
      region: HOME,
      lookedAt: clock.now() - 600 * SECOND,
      answeredAt: 7,
      silentSince: 8,
      misses: 9,
    })
    await wire.world.invoke('s3', 'PutObject', {Bucket: BUCKET, Key: KEY, Body}, AWAY)
    wire.world.setFault({kind: 'region-down', region: HOME})
    await aWatch()
    await looks(1)
    expect(await seen()).toMatchObject({answeredAt: 7, silentSince: clock.now() + 3 * SECOND, misses: 1})
  })

  it('goes on from what lies there when its last minute was a moment ago', async () => {
    const Body = JSON.stringify({
      schema: 1,
      region: HOME,
      lookedAt: clock.now() - 20 * SECOND,
      answeredAt: 7,
      silentSince: 8,
      misses: 9,
    })
    await wire.world.invoke('s3', 'PutObject', {Bucket: BUCKET, Key: KEY, Body}, AWAY)
    wire.world.setFault({kind: 'region-down', region: HOME})
    await aWatch()
    await looks(1)
    expect(await seen()).toMatchObject({answeredAt: 7, silentSince: 8, misses: 10})
  })

  it('asks nobody while its rule is disabled', async () => {
    await aWatch('DISABLED')
    await clock.leap(60 * SECOND)
    expect([asked, await seen()]).toEqual([[], null])
  })
})

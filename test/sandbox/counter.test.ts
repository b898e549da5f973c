import {createServer} from 'node:http'
import type {Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {createCounter} from '../../src/sandbox/plane/counter.ts'
import type {Counter} from '../../src/sandbox/plane/counter.ts'
import {databasesOf} from '../../src/sandbox/plane/databases.ts'
import {createNames} from '../../src/sandbox/plane/names.ts'
import {rowsByRight} from '../../src/sandbox/plane/rightful-database.ts'
import {DATABASE} from '../../src/sandbox/services/rds-databases.ts'
import {createWorld} from '../../src/sandbox/world/world.ts'
import type {SandboxWorld} from '../../src/sandbox/world/world.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {AWAY, aPair, HOME, NAME} from './a-pair.ts'
import {aResource} from './a-resource.ts'

const HOST = 'api.eu-west-1.elb.amazonaws.com'

describe('the counter', () => {
  let clock: LeapingClock
  let world: SandboxWorld
  let server: Server
  let counter: Counter
  /** What the API behind the name committed, and how it behaves. */
  let committed: number[]
  let behaves: 'well' | 'fails' | 'forgets the answer' | 'commits twice'

  beforeEach(async () => {
    ;[committed, behaves] = [[], 'well']
    server = createServer((request, response) => {
      let body = ''
      request
        .on('data', (chunk: Buffer) => {
          body += chunk.toString()
        })
        .on('end', () => {
          const {id} = JSON.parse(body) as {readonly id: number}
          if (behaves !== 'fails') committed.push(id)
          if (behaves === 'commits twice') committed.push(id)
          if (behaves === 'forgets the answer') request.socket.destroy()
          else response.writeHead(behaves === 'fails' ? 503 : 200).end(JSON.stringify({id, region: HOME}))
        })
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    clock = aLeapingClock(Date.UTC(2026, 10, 22, 12))
    world = createWorld({speed: 60, seed: 1, clock})
    counter = createCounter(
      world,
      createNames(world, () => [
        {
          region: HOME,
          loadBalancer: 'api',
          dnsName: HOST,
          listenerArn: 'api',
          listenerPort: 443,
          protocol: 'HTTPS',
          port: 1,
          url,
        },
      ]),
    )
    counter.set(HOST, 60)
  })
  afterEach(async () => {
    counter.close()
    server.closeAllConnections()
    await new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
    await world.close()
  })

  const report = () => counter.report(() => committed)
  /** Numbers go out by the clock; what became of them comes back over a socket. */
  const afterWrites = async (count: number, expected: object): Promise<void> => {
    await clock.leap(count * 1000)
    await vi.waitFor(() => {
      expect(report()).toMatchObject(expected)
    })
  }

  it('writes each number once, and knows that all of them are there', async () => {
    await afterWrites(10, {
      sent: 10,
      acknowledged: 10,
      failed: 0,
      present: 10,
      lost: [],
      lostCount: 0,
      duplicates: 0,
      byRegion: {[HOME]: 10},
    })
    expect(committed.toSorted((x, y) => x - y)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('goes on with the next number whatever became of the last', async () => {
    behaves = 'fails'
    await afterWrites(3, {sent: 3, acknowledged: 0, failed: 3, present: 0})
    behaves = 'well'
    await afterWrites(2, {sent: 5, acknowledged: 2, failed: 3, present: 2, lostCount: 0})
    expect(committed.toSorted((x, y) => x - y)).toEqual([4, 5])
  })

  it("calls lost what was acknowledged and isn't there any more, by number", async () => {
    await afterWrites(5, {acknowledged: 5})
    committed = committed.filter((id) => id !== 2 && id !== 4)
    expect(report()).toMatchObject({present: 3, lost: [2, 4], lostCount: 2})
  })

  it("doesn't call lost what was committed and never acknowledged, nor what it can't look for", async () => {
    behaves = 'forgets the answer'
    await afterWrites(3, {sent: 3, acknowledged: 0, failed: 3, present: 3, lostCount: 0})
    expect(counter.report(() => null)).toMatchObject({present: null, lost: [], duplicates: 0})
  })

  it('tells of numbers that are there twice', async () => {
    behaves = 'commits twice'
    await afterWrites(3, {acknowledged: 3, present: 3, duplicates: 3})
  })
})

describe('the database that is primary by right', () => {
  it("is the one that takes writes and that the Region's parameter names: no replica, no drill's copy, none that was set aside", async () => {
    const {world, home} = await aPair()
    const record = (region: string, id: string) => {
      const found = world.records.get(region, DATABASE, id)
      if (found === undefined) throw new Error(`no ${id} in ${region}`)
      return found
    }
    databasesOf(world).commit(record(HOME, NAME), {kind: 'row', id: 7, region: HOME})
    databasesOf(world).commit(record(HOME, NAME), {kind: 'heartbeat', id: 0, region: HOME})
    expect([rowsByRight(world, HOME), rowsByRight(world, AWAY)]).toEqual([[7], null])
    const alone = async (id: string, tags: Readonly<Record<string, string>> = {}): Promise<void> => {
      await aResource(
        world,
        DATABASE,
        {
          DBInstanceIdentifier: id,
          Engine: 'postgres',
          DBInstanceClass: 'db.m7g.large',
          AllocatedStorage: '20',
          MasterUsername: 'root',
          MasterUserPassword: 'open-sesame',
        },
        {region: AWAY, tags},
      )
    }
    await alone('shop-drill', {'sluice:drill': 'd-1'})
    await alone(`${NAME}-fenced-1`)
    expect(rowsByRight(world, AWAY)).toBeNull()
    await alone('other')
    await aResource(
      world,
      'AWS::SSM::Parameter',
      {Name: '/shop/production/database/host', Type: 'String', Value: String(home.database.attributes['Endpoint.Address'])},
      {region: HOME},
    )
    expect([rowsByRight(world, HOME), rowsByRight(world, AWAY)]).toEqual([[7], []])
  })
})

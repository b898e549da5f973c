/** Names as they are asked on AWS: a DNS server on this machine is the system's, the zone's and the public resolvers' in one. */
import {createSocket} from 'node:dgram'
import type {Socket} from 'node:dgram'
import {decode, encode} from 'dns-packet'
import type {Answer} from 'dns-packet'
import {afterEach, describe, expect, test} from 'vitest'
import {recoveryNames} from '../../../../src/infra/aws/recovery/names.ts'
import type {NamesPort} from '../../../../src/runbooks/recovery/ports/names-port.ts'
import {aSession, standingClock} from '../a-session.ts'

let socket: Socket
const asked: string[] = []
afterEach(() => {
  asked.length = 0
  socket.close()
})

type Records = Readonly<Record<string, readonly Answer[] | 'silent' | 'refused'>>
const address = (name: string, data: string, ttl = 60): Answer => ({type: 'A', name, data, ttl})
const zone: Records = {
  'NS example.com': [
    {type: 'NS', name: 'example.com', data: 'ns-2.test', ttl: 900},
    {type: 'NS', name: 'example.com', data: 'ns-1.test', ttl: 900},
  ],
  'A ns-1.test': [address('ns-1.test', '127.0.0.1')],
  'A ns-2.test': [address('ns-2.test', '127.0.0.1')],
  'A api.example.com': [address('api.example.com', '10.0.0.2', 60), address('api.example.com', '10.0.0.1', 30)],
}

async function withDns(records: Records): Promise<NamesPort> {
  socket = createSocket('udp4')
  socket.on('message', (message, {port}) => {
    const query = decode(message)
    const [question] = query.questions ?? []
    const key = `${question?.type ?? ''} ${question?.name ?? ''}`
    asked.push(key)
    const found = records[key]
    if (found === 'silent') return
    const code = found === undefined ? 3 : found === 'refused' ? 5 : 0
    socket.send(
      encode({
        type: 'response',
        id: query.id ?? 0,
        flags: code,
        questions: query.questions ?? [],
        answers: Array.isArray(found) ? [...(found as Answer[])] : [],
      }),
      port,
      '127.0.0.1',
    )
  })
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  const {port} = socket.address()
  return recoveryNames(aSession({clock: standingClock(0, 60)}), null, {
    system: [`127.0.0.1:${port}`],
    resolvers: ['127.0.0.1'],
    port,
  })
}

describe('a name', () => {
  test('is asked of every server of its zone, found by walking up, and of the public resolvers', async () => {
    const names = await withDns(zone)
    const answer = {addresses: ['10.0.0.1', '10.0.0.2'], ttlSeconds: 30}
    expect(await names.resolve('api.example.com')).toEqual([
      {server: 'ns-1.test', kind: 'authoritative', ...answer},
      {server: 'ns-2.test', kind: 'authoritative', ...answer},
      {server: '127.0.0.1', kind: 'resolver', ...answer},
    ])
  })

  test("has its zone's servers looked up once", async () => {
    const names = await withDns(zone)
    await names.resolve('api.example.com')
    await names.resolve('api.example.com')
    expect(asked.filter((question) => question === 'NS example.com')).toHaveLength(1)
    expect(asked.filter((question) => question === 'A api.example.com')).toHaveLength(6)
  })

  test("that a server doesn't know is known to be nobody's", async () => {
    const names = await withDns({...zone, 'A api.example.com': []})
    expect((await names.resolve('api.example.com')).map(({addresses}) => addresses)).toEqual([[], [], []])
    expect((await names.resolve('nobody.example.com')).map(({addresses}) => addresses)).toEqual([[], [], []])
  })

  test.each(['silent', 'refused'] as const)("that a server is %s about isn't known, and not left out", async (how) => {
    const names = await withDns({...zone, 'A api.example.com': how})
    expect((await names.resolve('api.example.com')).map(({addresses}) => addresses)).toEqual([null, null, null])
  })

  test("whose zone can't be found is asked of the public resolvers alone, and its zone looked for again", async () => {
    const names = await withDns({'A api.example.com': [address('api.example.com', '10.0.0.1')]})
    expect((await names.resolve('api.example.com')).map(({kind}) => kind)).toEqual(['resolver'])
    await names.resolve('api.example.com')
    expect(asked.filter((question) => question === 'NS example.com')).toHaveLength(2)
  })

  test('never has the servers of a top-level domain asked', async () => {
    const names = await withDns({})
    await names.resolve('api.example.com')
    expect(asked.filter((question) => question.startsWith('NS'))).toEqual(['NS api.example.com', 'NS example.com'])
  })
})

/**
 * DNS over UDP on loopback: the four servers that every zone is delegated to, and the public resolvers people ask. Resolvers keep
 * what they learned for as long as its TTL says, in virtual seconds, so that a flip takes as long to be seen as it would;
 * they know no other names.
 */
import {createSocket} from 'node:dgram'
import type {Socket} from 'node:dgram'
import {decode, encode} from 'dns-packet'
import type {Answer, DecodedPacket, Packet} from 'dns-packet'
import type {World} from '../world/contract.ts'
import {NAME_SERVERS} from '../services/route53-zones.ts'
import type {DnsAnswer, DnsRow} from './dns-lookup.ts'
import type {Names} from './names.ts'

const RESOLVERS: readonly string[] = ['1.1.1.1', '8.8.8.8', '9.9.9.9']
/** What isn't there is remembered for as long as the zone's SOA says, at most. */
const NEGATIVE_TTL = 900

export interface DnsServer {
  readonly name: string
  /** `127.0.0.1:PORT` */
  readonly address: string
  readonly kind: 'authoritative' | 'resolver'
}

export interface DnsServers {
  readonly servers: readonly DnsServer[]
  close(): Promise<void>
}

type Ask = (name: string, type: string) => DnsAnswer

export async function openDnsServers(world: World, names: Names): Promise<DnsServers> {
  const open = await Promise.all([
    ...NAME_SERVERS.map(async (name) => ({
      name,
      kind: 'authoritative' as const,
      socket: await openServer(names.ask, 'authoritative'),
    })),
    ...RESOLVERS.map(async (name) => ({
      name,
      kind: 'resolver' as const,
      socket: await openServer(cached(world, names.ask), 'resolver'),
    })),
  ])
  return {
    servers: open.map(({name, kind, socket}) => ({name, kind, address: `127.0.0.1:${socket.address().port}`})),
    close: async () => {
      await Promise.all(
        open.map(async ({socket}) => {
          await new Promise<void>((resolve) => {
            socket.close(resolve)
          })
        }),
      )
    },
  }
}

/** A cache in front of the authoritative servers. */
export function cached(world: Pick<World, 'clock'>, ask: Ask): Ask {
  const known = new Map<string, {readonly answer: DnsAnswer; readonly at: number; readonly until: number}>()
  return (name, type) => {
    const [key, now] = [`${name.toLowerCase()} ${type}`, world.clock.now()]
    const held = known.get(key)
    if (held !== undefined && now < held.until) return aged(held.answer, (now - held.at) / 1000)
    const answer = ask(name, type)
    if (answer.kind === 'answered') {
      const ttl =
        answer.rows.length > 0 ? Math.min(...answer.rows.map((row) => row.ttl)) : Math.min(answer.soa?.ttl ?? 0, NEGATIVE_TTL)
      known.set(key, {answer, at: now, until: now + ttl * 1000})
    }
    return answer
  }
}

function aged(answer: DnsAnswer, seconds: number): DnsAnswer {
  if (answer.kind === 'refused') return answer
  return {...answer, rows: answer.rows.map((row) => ({...row, ttl: Math.max(0, Math.ceil(row.ttl - seconds))}))}
}

async function openServer(ask: Ask, kind: DnsServer['kind']): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    const answer = answerTo(message, ask, kind)
    if (answer !== null) socket.send(answer, from.port, from.address)
  })
  // Whoever asked may be gone.
  socket.on('error', () => {})
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve)
  })
  return socket
}

function answerTo(message: Buffer, ask: Ask, kind: DnsServer['kind']): Buffer | null {
  const query = readQuery(message)
  const question = query?.questions?.[0]
  if (query === null || question === undefined) return null
  const answer = ask(question.name, question.type)
  const flags = kind === 'authoritative' ? AUTHORITATIVE : RECURSIVE
  // A resolver that is sent nowhere says that there is no such name; an authoritative server that it isn't the one to ask.
  const code = answer.kind === 'refused' ? (kind === 'authoritative' ? REFUSED : NO_SUCH_NAME) : answer.exists ? 0 : NO_SUCH_NAME
  const rows = answer.kind === 'refused' ? [] : answer.rows
  const soa = answer.kind === 'refused' || answer.soa === null ? [] : [answer.soa]
  const packet: Packet = {
    type: 'response',
    id: query.id ?? 0,
    flags: flags | ((query.flags ?? 0) & RECURSION_DESIRED) | code,
    questions: [question],
    answers: rows.map((row) => asPacket(row, question.name)),
    authorities: soa.map((row) => asPacket(row, question.name)),
  }
  return encode(packet)
}

const [AUTHORITATIVE, RECURSIVE, RECURSION_DESIRED, NO_SUCH_NAME, REFUSED] = [0x0400, 0x0080, 0x0100, 3, 5]

function readQuery(message: Buffer): DecodedPacket | null {
  try {
    return decode(message)
  } catch {
    return null
  }
}

/** Names without their last dot, as the packet's encoder wants them, and the name asked for as it was spelled. */
function asPacket({name, type, ttl, value}: DnsRow, asked: string): Answer {
  const bare = (one: string): string => one.replace(/\.$/, '').replaceAll('\\052', '*')
  const head = {name: bare(name) === asked.toLowerCase() ? asked : bare(name), ttl, class: 'IN' as const}
  switch (type) {
    case 'SOA': {
      const [mname = '', rname = '', serial, refresh, retry, expire, minimum] = value.split(' ')
      const data = {
        mname: bare(mname),
        rname: bare(rname),
        serial: Number(serial),
        refresh: Number(refresh),
        retry: Number(retry),
        expire: Number(expire),
        minimum: Number(minimum),
      }
      return {...head, type: 'SOA', data}
    }
    case 'TXT':
      return {...head, type: 'TXT', data: value.replaceAll(/^"|"$/g, '')}
    case 'MX': {
      const [preference, exchange = ''] = value.split(' ')
      return {...head, type: 'MX', data: {preference: Number(preference), exchange: bare(exchange)}}
    }
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return {...head, type, data: bare(value)}
    default:
      return {...head, type: type as 'A', data: value}
  }
}

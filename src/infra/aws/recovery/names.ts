/**
 * What a name leads to, as its own servers and public resolvers say: DNS alone, no control plane. On AWS the zone's servers are
 * found by walking up the name; in a sandbox they are its own. A server that doesn't answer is told as such, never left out.
 */
import {Resolver} from 'node:dns/promises'
import type {NameAnswer, NamesPort} from '../../../runbooks/recovery/ports/names-port.ts'
import {realBound} from '../real-bound.ts'
import type {AwsSession} from '../session.ts'
import {hostedRecords} from './hosted-records.ts'
import type {SandboxNames, SandboxServer} from './sandbox-names.ts'

type Server = SandboxServer

/** Run time. */
const boundMs = 2000

/** Where the world's DNS is: addresses with their port. */
export interface PublicDns {
  /** The machine's own way to names; null: as it is set up. */
  readonly system: readonly string[] | null
  readonly resolvers: readonly string[]
  readonly port: number
}

const publicDns: PublicDns = {system: null, resolvers: ['1.1.1.1', '8.8.8.8', '9.9.9.9'], port: 53}

export function recoveryNames(session: AwsSession, sandbox: SandboxNames | null, dns = publicDns): NamesPort {
  const bound = realBound(session.clock, boundMs)
  const zones = new Map<string, Promise<readonly Server[]>>()
  const serversOf = (name: string, signal: AbortSignal | undefined): Promise<readonly Server[]> => {
    if (sandbox !== null) return sandbox.servers(signal)
    const found = zones.get(name) ?? authoritative(name, dns, bound)
    zones.set(name, found)
    // Nothing found is nothing learned.
    void found.then((servers) => servers.length === 0 && zones.delete(name))
    const resolvers = dns.resolvers.map((address): Server => ({
      name: address,
      address: `${address}:${dns.port}`,
      kind: 'resolver',
    }))
    return found.then((servers) => [...servers, ...resolvers])
  }
  return {
    async resolve(name, signal) {
      const servers = await serversOf(name, signal)
      return Promise.all(servers.map((server) => ask(server, name, bound)))
    },
    ...hostedRecords(session),
  }
}

const resolverAt = (address: string, timeout: number): Resolver => {
  const resolver = new Resolver({timeout, tries: 1})
  resolver.setServers([address])
  return resolver
}

async function ask({name: server, kind, address}: Server, name: string, bound: number): Promise<NameAnswer> {
  try {
    const answers = await resolverAt(address, bound).resolve4(name, {ttl: true})
    const ttls = answers.map(({ttl}) => ttl)
    return {
      server,
      kind,
      addresses: answers.map((one) => one.address).toSorted(),
      ttlSeconds: ttls.length === 0 ? null : Math.min(...ttls),
    }
  } catch (error) {
    const knowsNone = ['ENOTFOUND', 'ENODATA'].includes((error as {readonly code?: string}).code ?? '')
    return {server, kind, addresses: knowsNone ? [] : null, ttlSeconds: null}
  }
}

/** The nearest name above that has name servers is the zone. Only as far as two labels: a top-level domain's servers know nothing. */
async function authoritative(name: string, dns: PublicDns, bound: number): Promise<readonly Server[]> {
  const system = new Resolver({timeout: bound, tries: 2})
  if (dns.system !== null) system.setServers(dns.system)
  const labels = name.split('.')
  for (let first = 0; first <= labels.length - 2; first += 1) {
    const servers = await system.resolveNs(labels.slice(first).join('.')).catch(() => [])
    if (servers.length === 0) continue
    const found = await Promise.all(
      servers.toSorted().map(async (server): Promise<readonly Server[]> => {
        const [address] = await system.resolve4(server).catch(() => [])
        return address === undefined ? [] : [{name: server, address: `${address}:${dns.port}`, kind: 'authoritative'}]
      }),
    )
    return found.flat()
  }
  return []
}

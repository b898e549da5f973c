/**
 * Names in a sandbox: its DNS servers and what listens behind the made-up addresses that they answer. Everything is loopback, and
 * whatever isn't is refused before anything is sent to it.
 */
import {Resolver} from 'node:dns/promises'
import {isLoopback} from '../clients.ts'

export interface SandboxServer {
  readonly name: string
  /** `127.0.0.1:PORT` */
  readonly address: string
  readonly kind: 'authoritative' | 'resolver'
}

interface Names {
  readonly dns: readonly SandboxServer[]
  /** Made-up address → where it really listens. */
  readonly addresses: Readonly<Record<string, string>>
}

export interface SandboxNames {
  servers(signal?: AbortSignal): Promise<readonly SandboxServer[]>
  /** Where a host listens, as its first resolver says now; null: no such name, or nothing behind it. */
  baseOf(host: string, boundMs: number, signal?: AbortSignal): Promise<URL | null>
}

export function sandboxNames(endpoint: string): SandboxNames {
  let known: Names | null = null
  const read = async (signal?: AbortSignal): Promise<Names> => {
    const answer = await fetch(new URL('/_sluice/names', endpoint), {...(signal !== undefined && {signal})})
    if (!answer.ok) throw new Error(`the sandbox has no names (HTTP ${answer.status})`)
    known = (await answer.json()) as Names
    for (const {address} of known.dns) requireLoopback(address.slice(0, address.lastIndexOf(':')))
    return known
  }
  return {
    servers: async (signal) => (known ?? (await read(signal))).dns,
    async baseOf(host, boundMs, signal) {
      const {dns} = known ?? (await read(signal))
      const resolver = dns.find(({kind}) => kind === 'resolver') ?? dns[0]
      if (resolver === undefined) return null
      const [address] = await addressesOf(host, resolver, boundMs)
      if (address === undefined) return null
      // Load balancers come after the names were first read.
      const base = known?.addresses[address] ?? (await read(signal)).addresses[address]
      if (base === undefined) return null
      const url = new URL(base)
      requireLoopback(url.hostname)
      return url
    },
  }
}

async function addressesOf(host: string, {address}: SandboxServer, boundMs: number): Promise<readonly string[]> {
  const resolver = new Resolver({timeout: boundMs, tries: 1})
  resolver.setServers([address])
  try {
    return await resolver.resolve4(host)
  } catch {
    return []
  }
}

function requireLoopback(host: string): void {
  if (!isLoopback(host)) throw new Error(`the sandbox names ${host}, which isn't this machine`)
}

/**
 * What is outside of every Region, composed: the DNS that leads to the account, CloudFront's edges, Route 53's health checkers,
 * the counter's client, and the clock of the small functions in the Regions. Closing it leaves no socket and no timer behind.
 */
import type {World} from '../world/contract.ts'
import {startCapacityFunctions} from './capacity-function.ts'
import {openCdn} from './cdn.ts'
import {createCounter} from './counter.ts'
import type {Counter} from './counter.ts'
import {openDnsServers} from './dns-servers.ts'
import type {DnsServer} from './dns-servers.ts'
import {startFences} from './fence-function.ts'
import {startHealthCheckers} from './health-checkers.ts'
import type {Names} from './names.ts'
import {startWatches} from './watch-function.ts'

export interface Outside {
  readonly dns: readonly DnsServer[]
  readonly counter: Counter
  close(): Promise<void>
}

export async function openOutside(world: World, names: Names): Promise<Outside> {
  const [dns, cdn] = await Promise.all([openDnsServers(world, names), openCdn(world, names)])
  const checkers = startHealthCheckers(world, names)
  const fences = startFences(world)
  const watches = startWatches(world, names)
  const capacity = startCapacityFunctions(world)
  const counter = createCounter(world, names)
  return {
    dns: dns.servers,
    counter,
    close: async () => {
      counter.close()
      fences.close()
      watches.close()
      capacity.close()
      checkers.close()
      await Promise.all([dns.close(), cdn.close()])
    },
  }
}

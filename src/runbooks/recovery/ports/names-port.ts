/**
 * DNS: what the world is told (servers asked directly) and what Route 53 has written down. The first needs no control plane, the
 * second is us-east-1's: never on the `stop` path.
 */

/** One server's answer. `addresses` sorted; empty: it knows no such name. null instead of it: that server didn't answer. */
export interface NameAnswer {
  readonly server: string
  readonly kind: 'authoritative' | 'resolver'
  readonly addresses: readonly string[] | null
  readonly ttlSeconds: number | null
}

export interface RecordState {
  readonly name: string
  readonly type: string
  readonly setIdentifier: string | null
  readonly failover: 'PRIMARY' | 'SECONDARY' | null
  readonly healthCheck: string | null
  readonly ttlSeconds: number | null
  readonly aliasTo: {readonly dnsName: string; readonly zone: string; readonly evaluatesHealth: boolean} | null
  readonly values: readonly string[]
}

export interface NamesPort {
  /** Every authoritative server of the name's zone, and public resolvers. DNS alone: no control plane. */
  resolve(name: string, signal?: AbortSignal): Promise<readonly NameAnswer[]>
  /** Route 53's control plane (us-east-1): never on the `stop` path. */
  records(zone: string, name: string, signal?: AbortSignal): Promise<readonly RecordState[]>
  /** UPSERT of record sets, as a whole. Answers the change's id. */
  writeRecords(zone: string, records: readonly RecordState[], signal?: AbortSignal): Promise<{readonly change: string}>
  inSync(change: string, signal?: AbortSignal): Promise<boolean>
  healthCheck(id: string, signal?: AbortSignal): Promise<{readonly inverted: boolean; readonly healthy: boolean} | null>
}

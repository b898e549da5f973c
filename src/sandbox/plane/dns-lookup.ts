/**
 * What an authoritative server of Route 53 says to one question: record sets by name and type, wildcards, aliases, and of a
 * failover pair the one that its health checks choose. Pure: what the servers hold, and who is healthy, is given. It never asks
 * the network, and it never answers what a change that isn't in sync yet would say.
 */
import type {ResourceRecordSet} from '@aws-sdk/client-route-53'

export interface DnsRow {
  readonly name: string
  readonly type: string
  /** Virtual seconds. */
  readonly ttl: number
  /** As it stands in a record set: an address, a name, a text. */
  readonly value: string
}

/**
 * `refused`: the name is in none of its zones. No rows: the name has none of this type, or (`exists` false) isn't there at all.
 */
export type DnsAnswer =
  | {readonly kind: 'refused'}
  | {readonly kind: 'answered'; readonly rows: readonly DnsRow[]; readonly exists: boolean; readonly soa: DnsRow | null}

export interface ServedZone {
  /** Canonical: lower case, with its dot. */
  readonly name: string
  readonly sets: readonly ResourceRecordSet[]
}

export interface DnsView {
  readonly zones: readonly ServedZone[]
  isHealthy(checkId: string): boolean
  /** Addresses of a load balancer or distribution, by the name AWS gave it; null: there is none of that name. */
  ownAddress(name: string): string | null
  /** Of a load balancer, where a record evaluates its health. */
  isTargetHealthy(name: string): boolean
  /** [0, 1), for weighted records. */
  dice(): number
}

/** Aliases to load balancers and distributions have no TTL of their own. */
export const ALIAS_TTL = 60
const DEEPEST = 8

export const canonical = (name: string): string => `${name.toLowerCase().replace(/\.$/, '')}.`

export function lookUp(view: DnsView, name: string, type: string, depth = 0): DnsAnswer {
  const asked = canonical(name)
  const own = ownName(view, asked)
  if (own !== null) {
    const rows = type === 'A' ? [{name: asked, type: 'A', ttl: ALIAS_TTL, value: own}] : []
    return {kind: 'answered', rows, exists: true, soa: null}
  }
  const zone = view.zones
    .filter((one) => asked === one.name || asked.endsWith(`.${one.name}`))
    .toSorted((x, y) => y.name.length - x.name.length)[0]
  if (zone === undefined) return {kind: 'refused'}
  const here = setsAt(zone, asked)
  const exists = here.length > 0 || zone.sets.some(({Name}) => canonical(Name ?? '').endsWith(`.${asked}`))
  const wanted = here.filter((set) => set.Type === type)
  const chosen = choose(view, wanted.length > 0 ? wanted : here.filter((set) => set.Type === 'CNAME'))
  const rows = chosen === null || depth > DEEPEST ? [] : rowsOf(view, asked, chosen, type, depth)
  return {kind: 'answered', rows, exists, soa: rows.length > 0 ? null : soaOf(zone)}
}

/** The name itself, else the wildcard nearest above it. */
function setsAt(zone: ServedZone, asked: string): readonly ResourceRecordSet[] {
  const at = (name: string): readonly ResourceRecordSet[] =>
    zone.sets.filter(({Name}) => (Name ?? '').replaceAll('\\052', '*').toLowerCase() === name)
  const exact = at(asked)
  if (exact.length > 0) return exact
  for (let above = asked; above.length > zone.name.length;) {
    above = above.slice(above.indexOf('.') + 1)
    const wild = at(`*.${above}`)
    if (wild.length > 0) return wild
  }
  return []
}

/** One of the sets that share a name and a type. When none is healthy, Route 53 answers as if all were. */
function choose(view: DnsView, sets: readonly ResourceRecordSet[]): ResourceRecordSet | null {
  const healthy = sets.filter((set) => isWell(view, set))
  const able = healthy.length > 0 ? healthy : sets
  const primary = able.find(({Failover}) => Failover === 'PRIMARY')
  if (primary !== undefined) return primary
  if (able.some(({Weight}) => Weight !== undefined)) return byWeight(view, able)
  return able[0] ?? null
}

function isWell(view: DnsView, {HealthCheckId, AliasTarget}: ResourceRecordSet): boolean {
  if (HealthCheckId !== undefined && !view.isHealthy(HealthCheckId)) return false
  return (
    AliasTarget?.EvaluateTargetHealth !== true
    || view.isTargetHealthy(canonical(AliasTarget.DNSName ?? '').replace(/^dualstack\./, ''))
  )
}

function byWeight(view: DnsView, sets: readonly ResourceRecordSet[]): ResourceRecordSet | null {
  const total = sets.reduce((sum, {Weight = 0}) => sum + Weight, 0)
  let left = view.dice() * total
  for (const set of sets) {
    left -= set.Weight ?? 0
    if (left < 0) return set
  }
  return sets[0] ?? null
}

function rowsOf(view: DnsView, asked: string, set: ResourceRecordSet, type: string, depth: number): readonly DnsRow[] {
  const target = set.AliasTarget?.DNSName
  if (target !== undefined) {
    const answer = lookUp(view, target, type, depth + 1)
    // An alias answers under its own name: nobody sees where it leads.
    return answer.kind === 'refused' ? [] : answer.rows.filter((row) => row.type === type).map((row) => ({...row, name: asked}))
  }
  const rows = (set.ResourceRecords ?? []).map(({Value = ''}) => ({
    name: asked,
    type: set.Type ?? type,
    ttl: set.TTL ?? 300,
    value: Value,
  }))
  if (set.Type !== 'CNAME' || type === 'CNAME') return rows
  const answer = lookUp(view, rows[0]?.value ?? '', type, depth + 1)
  return answer.kind === 'refused' ? rows : [...rows, ...answer.rows]
}

function soaOf(zone: ServedZone): DnsRow | null {
  const soa = zone.sets.find(({Type}) => Type === 'SOA')
  const value = soa?.ResourceRecords?.[0]?.Value
  return value === undefined ? null : {name: zone.name, type: 'SOA', ttl: soa?.TTL ?? 900, value}
}

function ownName(view: DnsView, asked: string): string | null {
  return view.ownAddress(asked.replace(/^dualstack\./, ''))
}

/** Is there room in the recovery Region for what production needs? A quota is raised in days, and a failover has minutes. */
import {vcpusOf} from '../../provision/preflight-quotas.ts'
import type {CapacitySnapshot} from '../input.ts'
import type {HostsState} from '../ports/compute-port.ts'
import {hostsWanted} from '../steps/grow.ts'
import {fail, ok, unknown, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export interface Quota {
  readonly service: string
  readonly code: string
  readonly name: string
  readonly value: number
  readonly used: number | null
}

/** Running On-Demand Standard instances, in vCPUs. */
const vcpuQuota = 'L-1216C47A'

export const quotas: Check = {
  id: 'quotas',
  title: 'service quotas',
  look: async ({world, from, to, toSide, signal, capacity}) => {
    const [here, there, snapshot, hosts] = await Promise.all([
      // A dead Region's quotas aren't needed: what production needs is in the snapshot.
      world.readiness.quotas(from, signal).catch(() => []),
      world.readiness.quotas(to, signal),
      capacity(),
      toSide === null ? null : world.compute.hosts(to, toSide.hosts, toSide.cluster, signal),
    ])
    return quotaFindings(here, there, {from, to, moreVcpus: moreVcpus(snapshot, hosts)})
  },
}

/** vCPUs that hosts of production's size need beyond those that run there already; null: it can't be told. */
export function moreVcpus(snapshot: CapacitySnapshot | null, hosts: HostsState | null): number | null {
  const type = hosts?.instanceTypes[0]
  if (snapshot === null || hosts === null || type === undefined) return null
  return Math.max(0, hostsWanted(snapshot) - hosts.inService) * vcpusOf(type)
}

export function quotaFindings(
  here: readonly Quota[],
  there: readonly Quota[],
  {from, to, moreVcpus: more}: {readonly from: string; readonly to: string; readonly moreVcpus: number | null},
): readonly Found[] {
  if (there.length === 0) return [unknown(`${to} doesn't tell its quotas.`)]
  const found = there.flatMap((quota) => {
    const other = here.find(({service, code}) => service === quota.service && code === quota.code)
    return quotaFinding(quota, other, {from, to, more: quota.code === vcpuQuota ? more : 0})
  })
  const untold =
    more === null
      ? [unknown("How many vCPUs a failover needs can't be told without a capacity snapshot and the hosts there.")]
      : []
  if (found.length > 0 || untold.length > 0) return [...found, ...untold]
  return [ok(`${there.length} quotas of ${to} leave room for production.`, {quotas: there.length})]
}

function quotaFinding(
  quota: Quota,
  other: Quota | undefined,
  {from, to, more}: {readonly from: string; readonly to: string; readonly more: number | null},
): readonly Found[] {
  const {service, code, name, value, used} = quota
  const evidence = {service, code, value, used, other: other?.value ?? null, more}
  const short = (used ?? 0) + (more ?? 0) - value
  const raise = (to_: number): string =>
    `aws service-quotas request-service-quota-increase --region ${to} --service-code ${service} --quota-code ${code} --desired-value ${to_}`
  if (short > 0) {
    const unit = code === vcpuQuota ? ' vCPU' : ''
    return [
      fail(
        `Quota short by ${short}${unit}: ${name} in ${to} is ${value}, ${used ?? 0} in use, a failover needs ${more ?? 0} more.`,
        {evidence, suggestions: [raise(value + short)]},
      ),
    ]
  }
  if (other !== undefined && other.used !== null && other.used > value) {
    return [
      fail(`Quota short by ${other.used - value}: ${name} is ${value} in ${to}, and ${from} uses ${other.used}.`, {
        evidence,
        suggestions: [raise(other.value)],
      }),
    ]
  }
  if (other !== undefined && other.value > value)
    return [
      warn(`${name} was raised to ${other.value} in ${from} and is ${value} in ${to}.`, {
        evidence,
        suggestions: [raise(other.value)],
      }),
    ]
  return []
}

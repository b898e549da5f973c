/** Is it known what production needs? A dead Region can't be asked, so a failover goes by what was written down before. */
import type {CapacitySnapshot} from '../input.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

const hour = 3_600_000

export const capacityAge: Check = {
  id: 'capacity',
  title: 'capacity snapshot',
  look: async ({capacity, from, now}) => [capacityFinding(await capacity(), from, now)],
}

export function capacityFinding(snapshot: CapacitySnapshot | null, from: string, now: number): Found {
  const suggestions = ['sluice dr check', 'look at the capacity function of the foundation stack']
  if (snapshot === null)
    return fail("There is no capacity snapshot: a failover wouldn't know how many hosts and tasks production has.", {suggestions})
  const hours = (now - snapshot.at) / hour
  const evidence = {at: snapshot.at, region: snapshot.region, hosts: snapshot.hosts, service: snapshot.service, by: snapshot.by}
  if (snapshot.region !== from)
    return warn(`The capacity snapshot is ${snapshot.region}'s, and users are in ${from}.`, {evidence, suggestions})
  if (hours > 24) return fail(`The capacity snapshot is ${Math.floor(hours / 24)} days old.`, {evidence, suggestions})
  if (hours > 3)
    return warn(`The capacity snapshot is ${Math.floor(hours)} hours old; it should be written every hour.`, {
      evidence,
      suggestions,
    })
  return ok(
    `Production's size is known, as of ${Math.max(0, Math.round(hours * 60))} min ago: ${snapshot.hosts.desired} hosts (at most ${snapshot.hosts.peak} in 24 h), ${snapshot.service.desired} tasks.`,
    evidence,
  )
}

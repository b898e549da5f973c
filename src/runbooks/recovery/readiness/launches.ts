/** Did Auto Scaling there fail to launch hosts in the last day? A failover needs more of them, at the moment when everybody does. */
import {minutes} from '../../engine/clock.ts'
import {healsAlone, lastLaunchFailure} from '../../provision/launch-failure.ts'
import type {ScalingActivity} from '../../provision/launch-failure.ts'
import {launchRemedies} from '../../provision/launch-remedies.ts'
import type {HostsState} from '../ports/compute-port.ts'
import {iso} from '../situation.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const launches: Check = {
  id: 'launches',
  title: 'launches of hosts there',
  look: async ({world, to, toSide, now, signal}) => {
    const hosts = toSide === null ? null : await world.compute.hosts(to, toSide.hosts, toSide.cluster, signal)
    // That there are none, `compute` says.
    if (hosts === null) return []
    return [launchFinding(await world.compute.scalingActivities(to, hosts.group, signal), {to, hosts, now})]
  },
}

const dayMs = 24 * minutes(60)
/** So long a failover waits for hosts. */
const patienceMs = minutes(20)

/** What kept hosts from coming in the last day would keep a failover's: it costs what it cost then, and more while it lasts. */
export function launchFinding(
  activities: readonly ScalingActivity[],
  {to, hosts, now}: {readonly to: string; readonly hosts: HostsState; readonly now: number},
): Found {
  const failure = lastLaunchFailure(activities, now - dayMs)
  if (failure === null) return ok(`No launch of a host failed in ${to} within a day.`)
  const {overAt, since, at, times, kind, text} = failure
  const lastedMs = (overAt ?? now) - since
  const evidence = {problem: kind, times, since, at, overAt, message: failure.message}
  const short = {
    region: to,
    group: hosts.group,
    missing: Math.max(1, hosts.desired - hosts.registered),
    types: hosts.instanceTypes,
  }
  const said = {evidence, suggestions: launchRemedies(failure, short)}
  const sentence = `Auto Scaling couldn't launch hosts in ${to} (${times} of its tries, the last at ${iso(at)}): ${text}`
  if (overAt === null && !healsAlone(failure)) return fail(`${sentence}. None has come up since.`, said)
  const rtoMinutes = Math.max(1, Math.ceil(Math.min(lastedMs, patienceMs) / minutes(1)))
  return warn(`${sentence}. ${overAt === null ? 'None has come up since.' : `It could again at ${iso(overAt)}.`}`, {
    ...said,
    rtoMinutes,
  })
}

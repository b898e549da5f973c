/** Are hosts and the serving slot there to be brought to size, and does the API answer as far as the shape lets it? */
import {regionalName} from '../place.ts'
import {fail, ok, warn} from './finding.ts'
import type {Found} from './finding.ts'
import type {Check} from './looking.ts'

export const compute: Check = {
  id: 'compute',
  title: 'hosts and tasks there',
  look: async (looking) => {
    const {world, place, settings, to, toSide, signal} = looking
    if (toSide === null) return [fail(`The stack in ${to} doesn't say what there is.`, {suggestions: ['sluice infra status']})]
    const [hosts, service, answer] = await Promise.all([
      world.compute.hosts(to, toSide.hosts, toSide.cluster, signal),
      looking.serving(toSide),
      world.api.ask({host: regionalName(place, to), path: settings.probes.read}, signal),
    ])
    if (hosts === null)
      return [fail(`The Auto Scaling group ${toSide.hosts} isn't in ${to}.`, {suggestions: ['sluice infra up --only recovery']})]
    if (service === null)
      return [
        fail(`The service ${place.slots[toSide.serving]} isn't in ${to}.`, {suggestions: ['sluice infra up --only recovery']}),
      ]
    return [
      computeFinding(
        {
          registered: hosts.registered,
          desiredHosts: hosts.desired,
          running: service.running,
          desired: service.desired,
          status: answer?.status ?? null,
          region: answer?.region ?? null,
        },
        {to, header: settings.probes.regionHeader},
      ),
    ]
  },
}

interface There {
  readonly registered: number
  readonly desiredHosts: number
  readonly running: number
  readonly desired: number
  /** Of the read probe; null: nobody answered. */
  readonly status: number | null
  /** Region that the answer named. */
  readonly region: string | null
}

export function computeFinding(there: There, {to, header}: {readonly to: string; readonly header: string}): Found {
  const evidence = {...there}
  if (there.registered < there.desiredHosts) {
    return warn(`${there.registered} of ${there.desiredHosts} hosts in ${to} are registered: others don't come up.`, {
      rtoMinutes: 3,
      evidence,
      suggestions: ['sluice infra status'],
    })
  }
  if (there.running < there.desired)
    return warn(`${there.running} of ${there.desired} tasks run in ${to}.`, {rtoMinutes: 3, evidence})
  if (there.desired === 0) return ok(`Nothing runs in ${to} until it is needed.`, evidence)
  if (there.status === null || there.status >= 400)
    return fail(
      `The API in ${to} ${there.status === null ? "doesn't answer" : `answers ${there.status}`} by its Region's own name.`,
      {evidence, suggestions: ['sluice infra drift']},
    )
  if (there.region !== to)
    return warn(`Answers from ${to} don't name it in the header ${header}: a failover couldn't prove that users are there.`, {
      evidence,
      suggestions: ['read "What an image answers" in docs/recovery.md'],
    })
  return ok(`${there.registered} hosts and ${there.running} tasks in ${to} answer.`, evidence)
}

/** Are there counts a judge could look at? */
import {minutes} from '../../engine/clock.ts'
import type {SlotMinute} from '../../release/ports.ts'
import type {Finding} from '../finding.ts'
import {finding, ok, warn} from '../finding.ts'
import type {DoctorWorld} from '../ports.ts'

/** CloudWatch may still change a minute that is younger. */
const settleMs = minutes(2)
const lookedAt = 10

export function metrics(world: DoctorWorld, signal: AbortSignal): Promise<Finding> {
  return finding('metrics', async () => {
    const to = Math.floor((world.now() - settleMs) / minutes(1)) * minutes(1)
    const counted = await world.release.metrics.counts(to - minutes(lookedAt), to, signal)
    const of = (slot: SlotMinute): number => slot.requests ?? 0
    const withTraffic = counted.filter(({a, b}) => of(a) + of(b) > 0)
    const requests = withTraffic.reduce((sum, {a, b}) => sum + of(a) + of(b), 0)
    if (withTraffic.length === 0) {
      return warn(`no request counted in the last ${lookedAt} settled minutes: a release would wait for data and pause`)
    }
    const perMinute = Math.round(requests / lookedAt)
    if (withTraffic.length < lookedAt) {
      return warn(
        `requests in ${withTraffic.length} of the last ${lookedAt} minutes, ${perMinute} a minute: a verdict takes long`,
      )
    }
    return ok(`${perMinute} requests a minute`)
  })
}

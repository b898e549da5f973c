/** Asks the paths that fill the cache, by the Region's own name. It never fails and nothing waits for it: the API serves without a cache. */
import {minutes} from '../../engine/clock.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {Placed, RecoveryStep, Way} from '../way.ts'

const atOnce = 10

export function warm({place, settings, to}: Way, {needs, id = 'warm', title}: Placed): RecoveryStep {
  const paths = settings.probes.warm
  let next = 0
  let answered = 0
  return {
    id,
    title: title ?? `${paths.length} paths asked to warm the cache`,
    needs,
    calls: callsOf(to.region, 'api.ask'),
    deadlineMs: minutes(10),
    atDeadline: 'pause',
    usual: {p50Seconds: paths.length === 0 ? 0 : 10, p90Seconds: paths.length === 0 ? 0 : 60},
    observe: async () => (paths.length === 0 ? {kind: 'done', note: 'none are named'} : {kind: 'not-done'}),
    start: async () => undefined,
    poll: async (world, {now, signal}) => {
      for (const path of paths.slice(next, next + atOnce)) {
        const answer = await world.api.ask({host: regionalName(place, to.region), path}, signal).catch(() => null)
        if (answer !== null && answer.status < 500) answered += 1
      }
      next += atOnce
      if (next >= paths.length)
        return {kind: 'done', facts: {asked: paths.length, answered}, note: `${answered} of ${paths.length} answered`}
      return {kind: 'pending', waitsFor: `${paths.length - next} more paths`, lookAgainAt: now}
    },
  }
}

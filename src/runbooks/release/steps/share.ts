/** A weight isn't in force until requests show it: waits for the first settled minute whose counted share agrees. */
import {minutes} from '../../engine/clock.ts'
import type {Step} from '../../engine/step.ts'
import {call} from '../calls.ts'
import {canarySlot} from '../input.ts'
import type {ReleaseInput} from '../input.ts'
import {nextSettledAt} from '../measure.ts'
import type {ReleaseWorld} from '../ports.ts'
import {promoteWish} from '../promote-wish.ts'
import {runCounts} from '../run-counts.ts'
import {observedShare} from '../share.ts'
import {weightSince} from '../weight-since.ts'

/** Settled minutes that may disagree before it counts as proof that the weight isn't in force. */
const patience = 4

export function share(input: ReleaseInput, percent: number): Step<ReleaseWorld> {
  return {
    id: `share-${percent}`,
    title: `${percent} % of requests observed`,
    needs: [`shift-${percent}`],
    calls: call(input, 'cloudwatch:GetMetricData'),
    deadlineMs: minutes(20),
    atDeadline: 'pause',
    observe: async (_world, context) => {
      const wish = promoteWish(context.events)
      return wish === null ? {kind: 'not-done'} : {kind: 'done', note: `left out: ${wish}`}
    },
    start: async () => undefined,
    poll: async (world, context) => {
      const wish = promoteWish(context.events)
      if (wish !== null) return {kind: 'done', note: `left out: ${wish}`}
      const now = world.awsTime()
      const counts = await runCounts(world, input, context, weightSince(context.events, context.startedAt))
      const since = counts.minutes.slice(counts.stepFrom)
      const seen = observedShare(since.slice(-1), canarySlot(input), percent / 100)
      if (seen.kind !== 'no-data') context.show({observed: 100 * seen.share})
      if (seen.kind === 'agrees') {
        return {
          kind: 'done',
          facts: {share: seen.share, requests: seen.requests},
          note: `observed ${(100 * seen.share).toFixed(1)} %`,
        }
      }
      if (seen.kind === 'differs' && since.length >= patience) {
        return {
          kind: 'failed',
          because:
            `weight ${percent} % never came into force: ${(100 * seen.share).toFixed(1)} % of ${seen.requests} requests `
            + 'reached the canary',
          then: 'roll-back',
          cause: 'error',
        }
      }
      const waitsFor =
        seen.kind === 'differs'
          ? `the share to become ${percent} % (observed ${(100 * seen.share).toFixed(1)} %)`
          : 'requests to be counted'
      return {kind: 'pending', waitsFor, lookAgainAt: context.now + nextSettledAt(now) - now}
    },
  }
}

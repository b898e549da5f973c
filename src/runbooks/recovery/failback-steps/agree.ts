/**
 * The moment to go home. Everything up to here took hours perhaps, and users noticed nothing; from here on they are refused for minutes.
 * Agreed to when the run was started, or asked for now: then it waits, as long as it takes, and the replica goes on replicating.
 */
import {hours} from '../hours.ts'
import type {FailbackInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import type {Placed, RecoveryStep} from '../way.ts'

export function agree({place, askWhenReady = false}: FailbackInput, {needs}: Placed): RecoveryStep {
  return lookStep({
    id: 'approve',
    title: `Users go home to ${place.home}`,
    needs,
    calls: [],
    deadlineMs: hours(72),
    atDeadline: 'pause',
    look: (_world, context) => {
      const asked = context.events.findLast((event) => event.kind === 'asked' && event.data.wish === 'promote')
      if (!askWhenReady)
        return Promise.resolve({
          kind: 'done',
          facts: {consent: true, lossMs: 0, replicatedUntil: null, accepted: 'at the start'},
          note: 'agreed to at the start',
        })
      if (asked?.kind !== 'asked')
        return Promise.resolve(later(context, 'consent: users are refused for a few minutes and nothing is lost', 20))
      return Promise.resolve({
        kind: 'done',
        facts: {consent: true, lossMs: 0, replicatedUntil: null, accepted: asked.data.by},
        note: `agreed to by ${asked.data.by}`,
      })
    },
  })
}

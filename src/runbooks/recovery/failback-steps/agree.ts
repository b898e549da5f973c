/**
 * The moment to go home. Everything up to here took hours perhaps, and users noticed nothing; from here on they are refused for minutes.
 * Agreed to when the run was started, or asked for now: then it waits, as long as it takes, and the replica goes on replicating. However
 * long ago that was seen, it is looked at once more before it ends: nobody is refused for a replica that is gone or far behind.
 */
import type {Polled, StepContext} from '../../engine/step.ts'
import {readHeartbeat} from '../ask-api.ts'
import {hours} from '../hours.ts'
import type {FailbackInput} from '../input.ts'
import {later, lookStep} from '../look-step.ts'
import {regionalName} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Placed, RecoveryStep} from '../way.ts'
import {behind} from './behind.ts'

export function agree(input: FailbackInput, {needs}: Placed): RecoveryStep {
  const {place, to, askWhenReady = false} = input
  return lookStep({
    id: 'approve',
    title: `Users go home to ${place.home}`,
    needs,
    calls: callsOf(to.region, 'api.ask'),
    deadlineMs: hours(72),
    atDeadline: 'pause',
    look: async (world: RecoveryWorld, context: StepContext): Promise<Polled> => {
      const by = askWhenReady ? whoAgreed(context) : 'at the start'
      if (by === null) return later(context, 'consent: users are refused for a few minutes and nothing is lost', 20)
      const heartbeat = await readHeartbeat(world, regionalName(place, to.region), {
        settings: input.settings,
        signal: context.signal,
      })
      const waits = behind(input, heartbeat, context.now)
      if (waits.kind === 'waits') return later(context, waits.waitsFor)
      return {
        kind: 'done',
        facts: {consent: true, lossMs: 0, replicatedUntil: null, accepted: by},
        note: `agreed to ${askWhenReady ? `by ${by}` : by}`,
      }
    },
  })
}

function whoAgreed({events}: StepContext): string | null {
  const asked = events.findLast((event) => event.kind === 'asked' && event.data.wish === 'promote')
  return asked?.kind === 'asked' ? asked.data.by : null
}

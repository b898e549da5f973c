/**
 * A failback's run ends when another one has taken its place for good: nobody may go on with it, because it would make a standby of the
 * Region that users are in again. Home's own fence doesn't stand down any more, either, or home would take writes on its return.
 */
import {SluiceError} from '../../../errors.ts'
import type {Clock} from '../../engine/clock.ts'
import {openJournal} from '../../engine/journal.ts'
import {runState} from '../../engine/run-state.ts'
import type {StepContext} from '../../engine/step.ts'
import type {Store} from '../../engine/store.ts'
import type {Reopens} from '../input.ts'
import {switchBucket} from '../place.ts'
import {callsOf} from '../port-calls.ts'
import type {RecoveryStep, Way} from '../way.ts'

/** `step`: the point of no return. Both come before it, in this order, so that whoever resumes finds out what is left to do. */
export function supersedes(step: RecoveryStep, {place, fromRegion, to}: Way, {run}: Reopens): RecoveryStep {
  return {
    ...step,
    calls: [...step.calls, ...callsOf(place.recovery, 'store.read', 'store.write', 'switches.remove')],
    start: async (world, context) => {
      await endRun(
        world.store(place.recovery),
        run,
        `superseded by ${context.run}: ${fromRegion} was lost after users had gone back to it, and they are sent to ${to.region} again`,
        context,
      )
      await world.switches.remove(place.recovery, switchBucket(place, place.recovery), 'returning', context.signal)
      return step.start(world, context)
    },
  }
}

async function endRun(store: Store, run: string, because: string, context: StepContext): Promise<void> {
  const {now, signal, events} = context
  const stopped: Clock = {now: () => now, until: () => Promise.resolve(), speed: 1}
  try {
    const journal = await openJournal({store, run, writer: context.run, clock: stopped})
    if (runState(journal.events).ended !== null) return
    await journal.append(events.at(-1)?.epoch ?? 0, 'ended', {outcome: 'halted', because, cause: 'superseded'}, signal)
  } catch (error) {
    // Nobody can go on with a run whose journal can't be trusted.
    if (!(error instanceof SluiceError) || error.code !== 'journal-corrupt') throw error
  }
}

/** Ends a run: the wish goes into the journal, whoever ticks obeys it, and when nobody does this process ticks itself. */
import {SluiceError} from '../../errors.ts'
import {runState} from '../engine/run-state.ts'
import type {Desk} from '../engine/desk.ts'
import type {ReleaseInput} from './input.ts'
import type {ReleaseWorld} from './ports.ts'
import {readRun} from './find-run.ts'
import {askRun, resumeRelease, watchRelease} from './run-release.ts'
import type {Ran, Watching} from './run-release.ts'

export async function abortRelease(
  desk: Desk,
  run: string,
  why: string,
  worldOf: (input: ReleaseInput) => Promise<ReleaseWorld>,
  watching: Watching,
): Promise<Ran> {
  await askRun(desk, run, 'abort', why)
  for (;;) {
    const how = await watchRelease(desk, run, watching)
    const events = await readRun(desk, run)
    const ended = runState(events).ended
    if (ended !== null) return {run, events, end: {kind: 'ended', outcome: ended.data}}
    if (how === 'detached') return {run, events, end: {kind: 'detached'}}
    // Nobody ticks it (any more), a pause included: an abort doesn't wait for a person.
    const ran = await resumeRelease(desk, run, worldOf, watching).catch(unlessHeld)
    if (ran !== null && ran.end.kind !== 'lease-lost') return ran
  }
}

/** Somebody was quicker and ticks the run now: the wish is in the journal, so all that is left is to watch them. */
function unlessHeld(error: unknown): null {
  if (error instanceof SluiceError && error.code === 'lease-held') return null
  throw error
}

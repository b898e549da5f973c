/**
 * Which slot serves, as the journal of the last release tells: what the live rule should say while nobody releases. Reads state
 * only.
 */
import {releaseTarget} from '../../config/release-target.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {runState} from '../engine/run-state.ts'
import type {Desk} from '../engine/desk.ts'
import {previousRun} from '../release/find-run.ts'
import {otherSlot} from '../release/input.ts'
import type {Slot} from '../release/ports.ts'
import {readInput} from '../release/run-release.ts'

export type ReleaseStanding =
  | {readonly kind: 'quiet'; readonly home: Slot}
  /** The weights are the run's, whatever they are. */
  | {readonly kind: 'open'; readonly run: string; readonly because: string}

/** Before the first release slot a serves: `infra up` makes the rule so. */
export async function releaseStanding(desk: Desk, config: StackConfig): Promise<ReleaseStanding> {
  const last = await previousRun(desk, releaseTarget(config))
  if (last === null) return {kind: 'quiet', home: 'a'}
  const ended = runState(last.events).ended?.data
  if (ended === undefined) return {kind: 'open', run: last.run, because: `release ${last.run} isn't finished`}
  const {input} = readInput(last)
  switch (ended.outcome) {
    case 'promoted':
      return {kind: 'quiet', home: otherSlot(input.stableSlot)}
    case 'halted':
      return {kind: 'open', run: last.run, because: `release ${last.run} was halted where it stood`}
    case 'rolled-back':
    case 'failed':
    case 'done':
      return {kind: 'quiet', home: input.stableSlot}
  }
}

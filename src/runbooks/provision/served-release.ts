/**
 * What serves by right, as the journals of releases tell: slot and image, by the digest that its own tasks reported when it was
 * promoted. For a slot that has to be made anew: the first image was right once, before the first release. Reads state only.
 */
import {releaseTarget} from '../../config/release-target.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import {runState} from '../engine/run-state.ts'
import {byDigest} from '../recovery/running-image.ts'
import type {Desk} from '../engine/desk.ts'
import {previousRun, readRun} from '../release/find-run.ts'
import type {PreviousRun} from '../release/find-run.ts'
import {otherSlot} from '../release/input.ts'
import type {Slot} from '../release/ports.ts'
import {readInput} from '../release/run-release.ts'

export interface ServedRelease {
  readonly slot: Slot
  readonly image: string
  /** Run that promoted it; null: nobody's, it was there before the last run. */
  readonly run: string | null
}

/** Runs that came to nothing, one after the other, before it is taken as the last of them found it. */
const furthest = 20

/** With the name that stands in the slot's task definition, unless somebody has deployed something else there since. */
export interface NamedRelease extends ServedRelease {
  readonly named: string
}

/** null: nothing was ever released here. */
export async function servedRelease(desk: Desk, config: StackConfig): Promise<ServedRelease | null> {
  const found = await namedRelease(desk, config)
  return found === null ? null : {slot: found.slot, image: found.image, run: found.run}
}

export async function namedRelease(desk: Desk, config: StackConfig): Promise<NamedRelease | null> {
  const last = await previousRun(desk, releaseTarget(config))
  if (last === null) return null
  const promoted = promotedBy(last)
  if (promoted !== null) return promoted
  const {input} = readInput(last)
  const found = {slot: input.stableSlot, image: input.fromImage, run: null, named: input.fromImage}
  const before = await promotionBefore(desk, input.previousRun)
  // Somebody may have deployed something else by hand since: what the last run found is nearer.
  const same = before !== null && [before.image, before.named].includes(found.image)
  return same ? {...found, image: before.image, run: before.run} : found
}

async function promotionBefore(desk: Desk, run: string | null, left = furthest): Promise<NamedRelease | null> {
  if (run === null || left === 0) return null
  const events = await readRun(desk, run)
  if (events.length === 0) return null
  const found = {run, events}
  return promotedBy(found) ?? promotionBefore(desk, readInput(found).input.previousRun, left - 1)
}

function promotedBy(found: PreviousRun): NamedRelease | null {
  const {ended, facts} = runState(found.events)
  if (ended?.data.outcome !== 'promoted') return null
  const {image, stableSlot} = readInput(found).input
  const digest = facts.get('canary-tasks')?.['digest']
  const exact = image.includes('@') || typeof digest !== 'string' ? image : byDigest(image, digest)
  return {slot: otherSlot(stableSlot), image: exact, run: found.run, named: image}
}

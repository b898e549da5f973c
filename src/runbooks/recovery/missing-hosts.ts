/**
 * Why hosts that were asked for don't come, for a step that waits for them: in its words, and as facts of its own (`launches`) as often as
 * the reason changes; `late` is the last one, for the report. It tells what Auto Scaling says and decides nothing. That it can't be asked never ends a wait: it is told instead.
 */
import type {Facts, Json} from '../engine/event.ts'
import type {Done, StepContext} from '../engine/step.ts'
import {Unavailable} from '../engine/unavailable.ts'
import {launchFailure} from '../provision/launch-failure.ts'
import type {LaunchFailure} from '../provision/launch-failure.ts'
import {launchRemedies} from '../provision/launch-remedies.ts'
import type {HostsState} from './ports/compute-port.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

export interface Waiting {
  /** Id of the step that waits. */
  readonly step: string
  readonly region: string
  readonly wanted: number
  readonly hosts: HostsState
}

export interface Missing {
  /** `2 of 3 hosts registered; no m7g.large to be had in eu-central-1a (InsufficientInstanceCapacity)` */
  readonly waitsFor: string
  /** null: none failed since the step began, or since a launch last succeeded. */
  readonly failure: LaunchFailure | null
}

export async function missingHosts(
  world: Pick<RecoveryWorld, 'compute'>,
  {step, region, wanted, hosts}: Waiting,
  context: StepContext,
): Promise<Missing> {
  const count = `${hosts.registered} of ${wanted} hosts registered`
  let failure: LaunchFailure | null
  try {
    failure = launchFailure(await world.compute.scalingActivities(region, hosts.group, context.signal), context.startedAt)
  } catch (error) {
    if (context.signal.aborted) throw error
    const isForNow = error instanceof Unavailable
    return {waitsFor: isForNow ? count : `${count}; why isn't known: ${reasonOf(error)}`, failure: null}
  }
  const waitsFor = failure === null ? count : `${count}; ${failure.text}`
  const told = context.own['launches'] as Facts | null | undefined
  if ((told?.['because'] ?? null) !== (failure?.text ?? null)) {
    const short = {region, group: hosts.group, missing: wanted - hosts.registered, types: hosts.instanceTypes}
    const launches = failure === null ? null : factsOf(failure, launchRemedies(failure, short))
    await context.write('step-observed', {step, waitsFor, facts: {launches, ...(failure !== null && {late: failure.text})}})
  }
  return {waitsFor, failure}
}

/** For the end of such a wait: nothing keeps hosts any more, and what did is said. */
export const hostsCame = (registered: number, own: Facts): Done => ({
  kind: 'done',
  facts: {registered, ...(own['launches'] !== undefined && {launches: null})},
  note: `${registered} registered${typeof own['late'] === 'string' ? `, late: ${own['late']}` : ''}`,
})

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const factsOf = ({kind, text, message, zones, type, since}: LaunchFailure, commands: readonly string[]): Json => ({
  problem: kind,
  because: text,
  message,
  zones,
  type,
  since,
  commands,
})

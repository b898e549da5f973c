/**
 * Behind the flip users are at home, and until the other Region is a standby again nothing replicates them. A home that falls silent then
 * may be lost: what is still to be made can't be made without it, so the run pauses within minutes and says what takes users back, instead
 * of waiting for as long as a replica may take. It changes nothing.
 */
import {minutes, seconds} from '../../engine/clock.ts'
import type {Failed, Observed, Polled, StepContext} from '../../engine/step.ts'
import {Unavailable} from '../../engine/unavailable.ts'
import type {FailbackInput} from '../input.ts'
import {clockTime} from '../measure-loss.ts'
import {regionalName} from '../place.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {RecoveryStep} from '../way.ts'

const silentMs = minutes(3)
const leastTries = 6
const betweenTriesMs = seconds(10)

/** The command that takes users back. */
export const failoverCommand = 'sluice dr promote --unplanned'

/** One silence for all steps: it is home's. */
export function whileHomeLives(input: FailbackInput): (step: RecoveryStep) => RecoveryStep {
  const silence: Silence = {since: null, triedAt: -Infinity, tries: 0}
  return (step) => ({
    ...step,
    observe: (world, context) => unlessLost(input, silence, world, context, () => step.observe(world, context)),
    poll: (world, context) => unlessLost(input, silence, world, context, () => step.poll(world, context)),
  })
}

interface Silence {
  since: number | null
  triedAt: number
  tries: number
}

async function unlessLost<T extends Observed | Polled>(
  input: FailbackInput,
  silence: Silence,
  world: RecoveryWorld,
  context: StepContext,
  ask: () => Promise<T>,
): Promise<T | Failed> {
  try {
    const answer = await ask()
    // A start that nobody answered is observed again.
    const waits = answer.kind === 'pending' || (answer.kind === 'not-done' && context.startedAt < context.now)
    return waits ? ((await lost(input, silence, world, context)) ?? answer) : answer
  } catch (error) {
    const found = error instanceof Unavailable ? await lost(input, silence, world, context) : null
    if (found === null) throw error
    return found
  }
}

async function lost(
  {place, settings}: FailbackInput,
  silence: Silence,
  world: RecoveryWorld,
  {now, signal, events}: StepContext,
): Promise<Failed | null> {
  if (now - silence.triedAt < betweenTriesMs) return null
  const answer = await world.api.ask({host: regionalName(place, place.home), path: settings.probes.heartbeat}, signal)
  if (answer !== null) {
    Object.assign(silence, {since: null, triedAt: now, tries: 0})
    return null
  }
  Object.assign(silence, {since: silence.since ?? now, triedAt: now, tries: silence.tries + 1})
  if (now - (silence.since ?? now) < silentMs || silence.tries < leastTries) return null
  const silentFor = Math.round((now - (silence.since ?? now)) / minutes(1))
  Object.assign(silence, {since: null, tries: 0})
  const flippedAt = events.find((event) => event.kind === 'step-started' && event.data.step === 'flip')?.at ?? now
  return {
    kind: 'failed',
    because:
      `${place.home} hasn't answered for ${silentFor} min, and users are there. When it is lost, ${failoverCommand} sends them back to `
      + `${place.recovery}, whose database has everything up to ${clockTime(flippedAt)}, and more once its new replica is there. `
      + 'When it answers again, go on with sluice dr resume',
    then: 'pause',
  }
}

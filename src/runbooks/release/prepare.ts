/** Reads what a release must know before it can be planned. Changes nothing; says at once what makes a release impossible. */
import type {ReleaseConfig} from '../../config/release-config.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Event, EventOf} from '../engine/event.ts'
import {refuseReleaseElsewhere, situationNow} from '../recovery/situation.ts'
import type {Signs, Situation} from '../recovery/situation.ts'
import {otherSlot} from './input.ts'
import type {ReleaseInput} from './input.ts'
import type {ReleaseWorld, RuleReading, Slot} from './ports.ts'
import {lateSwitchMs} from './steps/finish-previous.ts'

export interface Asked {
  readonly config: ReleaseConfig
  readonly account: string
  readonly by: string
  readonly image: string
  /** Events of the run before, if there is one. */
  readonly previous: {readonly run: string; readonly events: readonly Event[]} | null
}

export async function prepareRelease(world: ReleaseWorld, asked: Asked, signal: AbortSignal): Promise<ReleaseInput> {
  // Before the rule: what a recovery has done to it explains nothing.
  await refuseWhileRecovering(world, asked.config, signal)
  const stableSlot = stableOf(await world.rule.read(signal))
  const [stable, stableScaling, canaryScaling] = await Promise.all([
    world.slots.read(stableSlot, signal),
    world.scaling.read(stableSlot, signal),
    world.scaling.read(otherSlot(stableSlot), signal),
  ])
  const {config, account, by, image} = asked
  return {
    config,
    account,
    by,
    image,
    fromImage: await world.revisions.image(stable.taskDefinition, signal),
    fromTaskDefinition: stable.taskDefinition,
    stableSlot,
    production: {
      desired: stable.desired,
      scaling: stableScaling === null ? null : {...stableScaling, scaleInSuspended: false, scaleOutSuspended: false},
    },
    canaryScaling,
    slotFreeAt: slotFreeAt(asked.previous?.events ?? []),
    previousRun: asked.previous?.run ?? null,
  }
}

/** A release at home is begun, or gone on with, only while users are there and nobody moves them. */
export async function refuseWhileRecovering(world: ReleaseWorld, config: ReleaseConfig, signal: AbortSignal): Promise<void> {
  if (config.recovery === null) return
  refuseReleaseElsewhere(await recoverySituation(world, config, signal), {home: config.region, recovery: config.recovery.region})
}

/** A recovery Region that can't be asked is no reason not to release. */
export function recoverySituation(
  world: Pick<ReleaseWorld, 'recovery' | 'awsTime'>,
  {region}: Pick<ReleaseConfig, 'region'>,
  signal: AbortSignal,
): Promise<Situation> {
  const quiet: Signs = {lease: null, standing: null, stopped: false}
  return situationNow(async () => (await world.recovery?.signs(signal)) ?? quiet, region, world.awsTime())
}

/** The slot that has all weight. Anything else isn't a place to begin from. */
function stableOf(rule: RuleReading): Slot {
  if (rule.unusable === null) {
    if (rule.weights.a > 0 && rule.weights.b === 0) return 'a'
    if (rule.weights.b > 0 && rule.weights.a === 0) return 'b'
  }
  throw new SluiceError({
    code: 'rule-not-at-rest',
    exitCode: ExitCode.halted,
    message:
      `The live rule isn't at rest: it reads ${rule.words}${rule.unusable === null ? '' : ` (${rule.unusable})`}; `
      + 'a release begins with all weight on one slot.',
    suggestions: ['sluice release status', 'sluice doctor'],
  })
}

/**
 * A switch may be delivered late: after a promotion the old slot keeps its tasks until then, and after a switch that came due no
 * weight is written until then, or it would undo the next release's.
 */
function slotFreeAt(events: readonly Event[]): number {
  const disarmed = events.findLast((event): event is EventOf<'disarmed'> => event.kind === 'disarmed')
  const armed = events.findLast((event): event is EventOf<'armed'> => event.kind === 'armed')
  const promoted = events.some((event) => event.kind === 'ended' && event.data.outcome === 'promoted')
  const afterPromotion = promoted && disarmed !== undefined ? disarmed.data.at + lateSwitchMs : 0
  const cameDue = armed !== undefined && armed.data.dueAt <= (disarmed?.data.at ?? Infinity)
  return Math.max(afterPromotion, cameDue ? armed.data.dueAt + lateSwitchMs : 0)
}

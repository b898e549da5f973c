/**
 * Runs `infra down` from its lease to its end. What is there is looked at once more under the lease; anything that a person
 * hasn't seen before agreeing stops it. Killed anywhere, the same command again finds what is left and goes on.
 */
import {infraTarget} from '../../config/infra-target.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Lease} from '../engine/lease.ts'
import type {Desk} from '../engine/desk.ts'
import {claimInfra} from './claim-infra.ts'
import type {DownInput} from './down-input.ts'
import {planDown} from './down-observe.ts'
import {downRunbook} from './down-plan.ts'
import type {DownWorld} from './down-ports.ts'
import {driveInfra} from './drive-infra.ts'
import type {InfraRan, InfraWatching} from './drive-infra.ts'

export interface DownRan extends InfraRan {
  /** As it was looked at under the lease. */
  readonly input: DownInput
}

/** `agreed`: the plan that a person saw and typed the environment's name for. */
export async function runDown(
  desk: Desk,
  agreed: DownInput,
  world: DownWorld,
  watching: InfraWatching & {readonly onWaiting?: (lease: Lease) => void},
): Promise<DownRan> {
  refuseIfStopped(agreed)
  const {onWaiting, detach, leave} = watching
  const claim = await claimInfra(desk, infraTarget(agreed.config), 'infra down', {
    detach,
    ...(onWaiting !== undefined && {onWaiting}),
  })
  try {
    const input = await planDown(desk, agreed, world, leave)
    refuseIfStopped(input)
    refuseUnseen(agreed, input)
    return {...(await driveInfra(desk, claim, {runbook: downRunbook(input), input, world}, watching)), input}
  } catch (error) {
    if (error instanceof SluiceError) await claim.held.release().catch(() => undefined)
    throw error
  }
}

function refuseIfStopped({findings}: DownInput): void {
  const stops = findings.filter(({level}) => level === 'stops')
  const [first] = stops
  if (first === undefined) return
  throw new SluiceError({
    code: first.id === 'release' ? 'lease-held' : 'infra-down-refused',
    exitCode: first.id === 'release' ? ExitCode.leaseHeld : ExitCode.usage,
    message: first.text,
    details: stops.slice(1).map(({text}) => text),
    suggestions: stops.flatMap(({suggestions}) => suggestions),
  })
}

/** Consent was to what was shown. */
function refuseUnseen(agreed: DownInput, now: DownInput): void {
  const seen = new Set(things(agreed))
  const unseen = things(now).filter((one) => !seen.has(one))
  if (unseen.length === 0) return
  throw new SluiceError({
    code: 'plan-changed',
    exitCode: ExitCode.confirmation,
    message: `Since the plan was shown, ${unseen.join(', ')} came to be; nothing was deleted.`,
    suggestions: ['sluice infra down'],
  })
}

const things = ({stacks, buckets, stores, replicas}: DownInput): readonly string[] => [
  ...stacks.map(({id}) => id),
  ...buckets.map(({bucket}) => bucket),
  ...stores.map(({kind, region, name}) => `${kind} ${name} in ${region}`),
  ...replicas.map(({id, finalSnapshot}) => (finalSnapshot === null ? `replica ${id}` : id)),
]

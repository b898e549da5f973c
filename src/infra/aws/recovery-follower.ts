/**
 * After a promotion the recovery Region's stable service follows: the same image by its digest, its own size. It starts from the
 * revision that runs there, so that Region's roles, addresses and secrets stay. It never changes how many tasks run there. It
 * also reads there whether a recovery is under way, and writes down there what production has.
 */
import type {RecoveryTarget} from '../../config/release-config.ts'
import {slotService} from '../../config/slot-names.ts'
import {ExitCode, SluiceError} from '../../errors.ts'
import {readLease} from '../../runbooks/engine/lease.ts'
import {keepCapacity} from '../../runbooks/recovery/capacity.ts'
import type {CapacityPlace} from '../../runbooks/recovery/capacity.ts'
import {recoveryTarget, switchBucket} from '../../runbooks/recovery/place.ts'
import {byDigest} from '../../runbooks/recovery/running-image.ts'
import {readStanding} from '../../runbooks/recovery/standing.ts'
import type {RecoveryFollower} from '../../runbooks/release/ports.ts'
import {boundedSignal} from './bounded-signal.ts'
import {compute} from './recovery/compute.ts'
import {databases} from './recovery/database.ts'
import {imageDigest} from './recovery/image-digest.ts'
import {readiness} from './recovery/readiness.ts'
import {switches} from './recovery/switches.ts'
import {releasedContainer, revisions} from './revisions.ts'
import type {AwsSession} from './session.ts'
import {describeService, rollService} from './slot-services.ts'
import {homeInRecovery, servingHosts} from './stack-release.ts'
import {stateBucketName, stateStore} from './state-store.ts'

export interface RecoveryInput {
  readonly target: RecoveryTarget
  readonly container: string | null
  readonly account: string
  readonly service: string
  readonly environment: string
  /** Home Region. */
  readonly home: string
}

/** `session` is one of the recovery Region. */
export function recoveryFollower(session: AwsSession, input: RecoveryInput): RecoveryFollower {
  return {
    carry: (from, signal) => carry(session, input, from, signal),
    signs: async (signal) => ('stack' in input.target ? signs(session, input, signal) : null),
    noteCapacity: async (by, signal) => ('stack' in input.target ? noteCapacity(session, input, input.target, by, signal) : null),
  }
}

async function carry(
  session: AwsSession,
  {target, container}: RecoveryInput,
  from: Parameters<RecoveryFollower['carry']>[0],
  signal: AbortSignal,
): Promise<{readonly note: string}> {
  const home = 'stack' in target ? await homeInRecovery(session, target, signal) : target
  const service = await describeService(session, home.cluster, home.service, signal)
  const current = service.taskDefinition ?? ''
  const runs = await session.call('ecs', 'DescribeTaskDefinition', {taskDefinition: current}, {signal, resource: current})
  const named = imageThere(from.image, releasedContainer(runs.taskDefinition ?? {}, container).image ?? '')
  const image = await byItsDigest(session, named, from.digest, signal)
  const next = await revisions(session, container).withImage(current, image, signal)
  const words = next.taskDefinition.split('/').at(-1) ?? next.taskDefinition
  if (next.taskDefinition === current) return {note: `${session.region} already runs ${words}`}
  await rollService(
    session,
    home.cluster,
    home.service,
    {taskDefinition: next.taskDefinition, desired: service.desiredCount ?? 0},
    signal,
  )
  return {note: `${session.region} rolls to ${words}, size ${service.desiredCount ?? 0}`}
}

/**
 * A tag means one image today and another one tomorrow, and in two registries it may mean two at once. What was promoted is what
 * its tasks said; the recovery Region's own registry must have just that.
 */
async function byItsDigest(session: AwsSession, image: string, promoted: string | null, signal: AbortSignal): Promise<string> {
  if (image.includes('@')) return image
  const own = privateRegistry.exec(image)
  if (own === null || own[2] !== session.region) return promoted === null ? image : byDigest(image, promoted)
  const wanted = promoted === null ? null : byDigest(image, promoted)
  if (wanted !== null && (await imageDigest(session, wanted, signal)) !== null) return wanted
  const tagged = await imageDigest(session, image, signal)
  if (tagged !== null && promoted === null) return byDigest(image, tagged)
  throw new SluiceError({
    code: 'image-not-replicated',
    exitCode: ExitCode.unexpected,
    message:
      tagged === null
        ? `${image} isn't in the registry of ${session.region}`
        : `the registry of ${session.region} has another image as ${image} than the one that was promoted (${promoted ?? ''})`,
    suggestions: ['push it again: only what is pushed after the replication rule exists is replicated', 'sluice dr check'],
  })
}

const privateRegistry = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)\/([^:@]+)(.*)$/

/**
 * Nothing on the recovery path may need the lost Region: where the recovery Region already pulls this repository from its own
 * registry (so images are replicated there), the new image is named there too.
 */
export function imageThere(image: string, present: string): string {
  const wanted = privateRegistry.exec(image)
  const there = privateRegistry.exec(present)
  if (wanted === null || there === null || wanted[4] !== there[4]) return image
  return `${there[1]}.dkr.ecr.${there[2]}.${there[3]}/${there[4]}${wanted[5]}`
}

const placeOf = ({service, environment, home}: RecoveryInput, recovery: string): CapacityPlace => ({
  service,
  environment,
  home,
  recovery,
  database: `${service}-${environment}`,
  slots: {a: slotService({service, environment}, 'a'), b: slotService({service, environment}, 'b')},
})

/**
 * Real time: a Region that gives no answer must not hold up what it is only asked for;
 * nor may a busy machine pass for a lost one.
 */
const signsBoundMs = 5000

async function signs(
  session: AwsSession,
  input: RecoveryInput,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<RecoveryFollower['signs']>>> {
  const bounded = boundedSignal(signsBoundMs, signal)
  const reading = session.reading()
  const store = stateStore(reading, stateBucketName(input.account, session.region))
  try {
    const [lease, standing, stop] = await Promise.all([
      readLease(store, recoveryTarget(input), bounded.signal),
      readStanding(store, input, bounded.signal),
      switches(reading).read(session.region, switchBucket(input, session.region), 'stop', bounded.signal),
    ])
    return {lease, standing, stopped: stop !== null}
  } finally {
    bounded.release()
  }
}

async function noteCapacity(
  session: AwsSession,
  input: RecoveryInput,
  {stack}: {readonly stack: string},
  by: string,
  signal: AbortSignal,
): Promise<{readonly note: string}> {
  const side = await servingHosts(session.inRegion(input.home), stack, signal)
  const world = {
    compute: compute(session),
    database: databases(session, input.account),
    readiness: readiness(session),
    store: (region: string) => stateStore(session.inRegion(region), stateBucketName(input.account, region)),
  }
  const kept = await keepCapacity(world, placeOf(input, session.region), side, {now: session.clock.now(), by}, signal)
  if (kept.kind === 'nothing') return {note: `capacity not noted: ${kept.because}`}
  const {hosts, service} = kept.snapshot
  return {note: `capacity noted: ${hosts.desired} hosts, ${service.desired} tasks`}
}

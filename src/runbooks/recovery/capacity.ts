/**
 * What production needs, written into the recovery Region's state while production can still be asked: by releases, `infra up`,
 * `dr check`, and every hour by a function of the foundation stack, whose Python says the same. It never writes down a Region that
 * users aren't in, nor one that is empty: a fenced Region's zeros must not become the size of a failover.
 */
import type {CapacitySnapshot, Side} from './input.ts'
import {capacityKey} from './place.ts'
import type {Place} from './place.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'
import {runningImage} from './running-image.ts'
import {readStanding} from './standing.ts'
import type {Store} from '../engine/store.ts'

export type CapacityWorld = Pick<RecoveryWorld, 'compute' | 'database' | 'readiness'>
export type CapacityPlace = Pick<Place, 'service' | 'environment' | 'home' | 'recovery' | 'database' | 'slots'>

export type CapacitySide = Pick<Side, 'region' | 'cluster' | 'hosts' | 'serving'>

export interface CapacityAsked {
  /** The newest one that is there. */
  readonly previous: CapacitySnapshot | null
  readonly now: number
  /** ARN of who asks. */
  readonly by: string
}

export type Taken =
  {readonly kind: 'taken'; readonly snapshot: CapacitySnapshot} | {readonly kind: 'nothing'; readonly because: string}

/** Reads the Region where users are. Throws what its ports throw. */
export async function takeCapacitySnapshot(
  world: CapacityWorld,
  place: CapacityPlace,
  from: CapacitySide,
  {previous, now, by}: CapacityAsked,
  signal?: AbortSignal,
): Promise<Taken> {
  const {region, cluster} = from
  const [hosts, service, database] = await Promise.all([
    world.compute.hosts(region, from.hosts, cluster, signal),
    world.compute.service(region, cluster, place.slots[from.serving], signal),
    world.database.describe(region, place.database, signal),
  ])
  if (hosts === null) return {kind: 'nothing', because: `the Auto Scaling group ${from.hosts} isn't in ${region}`}
  if (service === null) return {kind: 'nothing', because: `the service ${place.slots[from.serving]} isn't in ${region}`}
  if (database === null) return {kind: 'nothing', because: `the database ${place.database} isn't in ${region}`}
  if (hosts.desired === 0 || service.desired === 0)
    return {kind: 'nothing', because: `${region} is at size 0, which is no size to fail over to`}
  const image = await runningImage(world, region, cluster, service, signal)
  const seen = [...seenBefore(previous, region, now), {at: now, hosts: hosts.inService, tasks: service.desired}]
  return {
    kind: 'taken',
    snapshot: {
      schema: 1,
      at: now,
      region,
      image,
      by,
      seen,
      hosts: {
        min: hosts.min,
        max: hosts.max,
        desired: hosts.desired,
        peak: Math.max(hosts.desired, ...seen.map((one) => one.hosts)),
      },
      service: {
        desired: service.desired,
        min: service.bounds?.min ?? service.desired,
        max: service.bounds?.max ?? service.desired,
        peak: Math.max(service.desired, ...seen.map((one) => one.tasks)),
      },
      database: {
        class: database.class,
        multiAz: database.multiAz,
        backupDays: database.backupDays,
        backupWindow: database.backupWindow,
      },
    },
  }
}

const dayMs = 86_400_000
const most = 60

function seenBefore(previous: CapacitySnapshot | null, region: string, now: number): NonNullable<CapacitySnapshot['seen']> {
  if (previous?.region !== region) return []
  return (previous.seen ?? [{at: previous.at, hosts: previous.hosts.desired, tasks: previous.service.desired}])
    .filter(({at}) => at > now - dayMs && at < now)
    .slice(-most)
}

export async function readCapacity(
  store: Store,
  place: Pick<Place, 'service' | 'environment'>,
  signal?: AbortSignal,
): Promise<CapacitySnapshot | null> {
  const stored = await store.get(capacityKey(place), signal)
  return stored === null ? null : parsed(stored.body)
}

/** What can't be read is as good as none: the next one takes its place, and nobody's failover ends by it. */
function parsed(body: string): CapacitySnapshot | null {
  try {
    const found = JSON.parse(body) as Partial<CapacitySnapshot> | null
    return found?.schema === 1 && found.hosts !== undefined && found.service !== undefined && found.database !== undefined
      ? (found as CapacitySnapshot)
      : null
  } catch {
    return null
  }
}

/** Takes one and keeps it in the recovery Region's state, unless a newer one is there already. */
export async function keepCapacity(
  world: CapacityWorld & Pick<RecoveryWorld, 'store'>,
  place: CapacityPlace,
  from: CapacitySide,
  {now, by}: Omit<CapacityAsked, 'previous'>,
  signal?: AbortSignal,
): Promise<Taken> {
  const store = world.store(place.recovery)
  const active = (await readStanding(store, place, signal))?.region ?? place.home
  if (from.region !== active) return {kind: 'nothing', because: `users are in ${active}`}
  for (;;) {
    const stored = await store.get(capacityKey(place), signal)
    const previous = stored === null ? null : parsed(stored.body)
    if (previous !== null && previous.at > now) return {kind: 'taken', snapshot: previous}
    const taken = await takeCapacitySnapshot(world, place, from, {previous, now, by}, signal)
    if (taken.kind === 'nothing') return taken
    const body = JSON.stringify(taken.snapshot)
    const put =
      stored === null
        ? await store.create(capacityKey(place), body, signal)
        : await store.replace(capacityKey(place), body, stored.etag, signal)
    // Somebody else wrote one at the same moment: the newer one stays.
    if (put.kind === 'written') return taken
  }
}

/**
 * Which slot of a fenced Region has the version that serves elsewhere: its live rule can't tell any more, and opening the other one would
 * bring an old version back. It only reads.
 */
import type {NamedRelease} from '../provision/served-release.ts'
import type {Side, Standing} from './input.ts'
import type {Place} from './place.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

export type HomeSlot =
  | {readonly kind: 'slot'; readonly serving: Side['serving']}
  | {readonly kind: 'neither'; readonly serves: string; readonly there: readonly string[]}

/** `promoted`: what the journals of releases at home say; asked only when the slots themselves don't tell. */
export async function slotThatServes(
  world: Pick<RecoveryWorld, 'compute'>,
  place: Place,
  home: Side,
  away: Side,
  promoted: () => Promise<NamedRelease | null>,
  signal?: AbortSignal,
): Promise<HomeSlot> {
  const [serves, a, b] = await Promise.all([
    imageOf(world, away, place.slots[away.serving], signal),
    imageOf(world, home, place.slots.a, signal),
    imageOf(world, home, place.slots.b, signal),
  ])
  if (serves !== null && isSame(serves, a)) return {kind: 'slot', serving: 'a'}
  if (serves !== null && isSame(serves, b)) return {kind: 'slot', serving: 'b'}
  // A registry outside of AWS isn't asked for the digest of a tag, and a fenced Region runs no task that reports it: its release did.
  const told = serves === null ? null : await promoted()
  if (told !== null && isSame(serves ?? '', told.image) && told.named === {a, b}[told.slot])
    return {kind: 'slot', serving: told.slot}
  return {kind: 'neither', serves: serves ?? 'unknown', there: [a, b].flatMap((image) => image ?? [])}
}

async function imageOf(
  world: Pick<RecoveryWorld, 'compute'>,
  side: Side,
  service: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const found = await world.compute.service(side.region, side.cluster, service, signal)
  return found === null ? null : world.compute.image(side.region, found.taskDefinition, signal)
}

/** By digest where both have one: each Region has a registry of its own, so the rest of the name may differ. */
export function isSame(one: string, other: string | null): boolean {
  if (other === null) return false
  const [mine, theirs] = [one.split('@')[1], other.split('@')[1]]
  return mine !== undefined && theirs !== undefined ? mine === theirs : withoutRegistry(one) === withoutRegistry(other)
}

const withoutRegistry = (image: string): string => image.replace(/^[^/]*\.[^/]*\//, '').replace(/@.*$/, '')

/**
 * `20261123031240`: part of names, in the order of time. Of the move that is undone, not of a run: a failback that is begun again has to
 * find what an earlier one set aside. One that was taken back after it had promoted the database at home left another one to set aside.
 */
export const failbackStamp = ({since, withdrawn}: Pick<Standing, 'since' | 'withdrawn'>): string =>
  stampOf(withdrawn?.at ?? since)

export const stampOf = (at: number): string => new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)

/** Where journals and leases are kept, and who holds one now. */
import type {Lease} from '../../engine/lease.ts'
import {isHeld} from '../../engine/lease.ts'
import type {Finding} from '../finding.ts'
import {fail, finding, heading, ok, warn} from '../finding.ts'
import type {DoctorWorld} from '../ports.ts'

export async function state(world: DoctorWorld, signal: AbortSignal): Promise<Finding> {
  const bucket = await finding('bucket', async () => {
    const found = await world.stateBucket(signal)
    if (found === null) return warn('there is none yet; the first release makes it')
    if (!found.versioned) {
      return fail(
        `${found.bucket} isn't versioned: a lost journal couldn't be brought back`,
        `aws s3api put-bucket-versioning --bucket ${found.bucket} --versioning-configuration Status=Enabled`,
      )
    }
    return ok(`${found.bucket}, versioned`)
  })
  if (bucket.state !== 'ok') return heading('state', 'journals and leases', [bucket])
  const leases = await finding('leases', async () => {
    const unfinished = await unfinishedLeases(world, signal)
    const held = unfinished.find((lease) => isHeld(lease, world.now()))
    if (held !== undefined) {
      return warn(
        `${held.owner} on ${held.host} has held it since ${new Date(held.since).toISOString()} (${held.operation} ${held.run})`,
        ...(isProvisioning(held) ? ['sluice infra status'] : [`sluice release watch ${held.run}`]),
      )
    }
    const [left] = unfinished
    if (left !== undefined) {
      return warn(
        `${left.run} on ${left.host} stopped without ending`,
        // Provisioning isn't resumed: the same command again plans anew and goes on.
        ...(isProvisioning(left)
          ? [`sluice ${left.operation}`]
          : [`sluice release resume ${left.run}`, `sluice release abort ${left.run}`]),
      )
    }
    return ok('none held')
  })
  return heading('state', 'journals and leases', [bucket, leases])
}

const isProvisioning = (lease: Lease): boolean => lease.operation.startsWith('infra ')

/** Leases that nobody has given back: held now, or left behind. */
export async function unfinishedLeases(world: DoctorWorld, signal: AbortSignal): Promise<readonly Lease[]> {
  const keys = await world.store.list('leases/', {}, signal)
  const stored = await Promise.all(keys.map((key) => world.store.get(key, signal)))
  return stored.flatMap((one) => (one === null ? [] : [JSON.parse(one.body) as Lease])).filter((lease) => !lease.released)
}

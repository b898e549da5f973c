/**
 * What a service runs, by digest: the digest in its task definition, the one its registry tells, or the one that its running tasks
 * report. Without any of them the name alone, as it stands. Reads only.
 */
import type {ServiceState} from './ports/compute-port.ts'
import type {RecoveryWorld} from './ports/recovery-world.ts'

export async function runningImage(
  world: Pick<RecoveryWorld, 'compute' | 'readiness'>,
  region: string,
  cluster: string,
  service: ServiceState,
  signal?: AbortSignal,
): Promise<string | null> {
  const image = await world.compute.image(region, service.taskDefinition, signal)
  if (image === null || image.includes('@')) return image
  const digest = service.running === 0 ? null : await world.readiness.runningDigest(region, cluster, service.name, signal)
  return digest === null ? image : byDigest(image, digest)
}

/** A port in a registry's name isn't a tag: only a colon after the last slash begins one. */
export const byDigest = (image: string, digest: string): string =>
  `${image.replace(/@.*$/, '').replace(/:[^:/]*$/, '')}@${digest}`

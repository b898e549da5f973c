/**
 * What taking a stack away asks of AWS beyond what provisioning does: things that CloudFormation leaves, or can't delete while
 * they are protected. Adapters throw like those of the other ports. Nothing here is called
 * but from a step that a person has confirmed.
 */
import type {ProvisionWorld} from './ports.ts'

/** A thing that refuses to be deleted until it is told not to. */
export interface Protected {
  readonly kind: 'database' | 'load-balancer'
  readonly region: string
  /** Identifier of the instance, or ARN of the load balancer. */
  readonly id: string
}

/** What holds data under a name of its own, and has it still when its stack is gone. `id`: name or ARN. */
export interface DataStore {
  readonly kind: 'vault' | 'repository' | 'secret'
  readonly region: string
  readonly id: string
  readonly name: string
}

export interface TeardownPort {
  /** null: it isn't there. */
  deletionProtection(thing: Protected, signal?: AbortSignal): Promise<'on' | 'off' | null>
  liftDeletionProtection(thing: Protected, signal?: AbortSignal): Promise<void>
  /** null: it isn't there. `replicaOf`: null for a primary, a promoted replica included. */
  database(
    region: string,
    id: string,
    signal?: AbortSignal,
  ): Promise<{readonly status: string; readonly replicaOf: string | null} | null>
  /** `finalSnapshot`: its name; null for a replica, which can't have one. */
  removeDatabase(region: string, id: string, finalSnapshot: string | null, signal?: AbortSignal): Promise<void>
  /** An empty bucket; fine when it is gone. */
  removeBucket(region: string, bucket: string, signal?: AbortSignal): Promise<void>
  /** `full`: a vault with recovery points, which nobody deletes. null: it isn't there. */
  store(store: DataStore, signal?: AbortSignal): Promise<'removable' | 'full' | null>
  /** A move towards its end, with everything in it; asked again until it is gone. */
  removeStore(store: DataStore, signal?: AbortSignal): Promise<void>
}

export interface DownWorld extends Pick<ProvisionWorld, 'stacks' | 'ground' | 'slots' | 'claims'> {
  readonly teardown: TeardownPort
}

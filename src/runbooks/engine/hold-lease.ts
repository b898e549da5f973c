/** Takes the lease of a target for a run, or throws what its holder's own kind of run says of it. It waits for nobody. */
import type {Desk} from './desk.ts'
import {takeLease} from './lease.ts'
import type {HeldLease, Lease} from './lease.ts'
import {patiently} from './patience.ts'

export interface Claim {
  readonly target: string
  readonly run: string
  /** What others are told: `infra up`. */
  readonly operation: string
  /** What is thrown when somebody else has it. */
  readonly alive: (lease: Lease) => Error
}

export async function holdLease({store, clock, writer, host}: Desk, claim: Claim): Promise<HeldLease> {
  const {target, run, operation, alive} = claim
  const taken = await patiently(clock, () => takeLease({store, clock, target, run, owner: writer, host, operation}))
  if (taken.kind === 'held') throw alive(taken.lease)
  return taken.held
}

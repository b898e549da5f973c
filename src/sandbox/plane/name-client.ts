/**
 * How a client of the API sees its name: looked up, kept for the record's TTL, looked up again. A straggler looks it up once and
 * never again. A lookup without an answer leaves a client where it was, as resolvers do that serve what they have.
 */
import type {World} from '../world/contract.ts'
import type {Names, Place} from './names.ts'

export interface NameClient {
  /** Where the client's next request goes; null: it never found an address, or nobody is there any more. */
  place(): Place | null
}

export function createNameClient(
  world: Pick<World, 'clock'>,
  names: Pick<Names, 'address' | 'place'>,
  host: string,
  kind: 'obeys-ttl' | 'straggler',
): NameClient {
  let known: string | null = null
  let until = -Infinity
  return {
    place: () => {
      const now = world.clock.now()
      if (known === null || (kind === 'obeys-ttl' && now >= until)) {
        const found = names.address(host)
        known = found?.address ?? known
        until = now + (found?.ttl ?? 1) * 1000
      }
      return known === null ? null : names.place(known)
    },
  }
}

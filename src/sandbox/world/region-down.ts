/**
 * Whether a Region is cut off, and how a caller notices. What runs inside a Region that is down goes on: only what crosses its
 * border asks here (API calls, load balancers, replication, a function that looks into another Region). It changes nothing.
 */
import type {World} from './contract.ts'

/** `refused`: connections are cut at once. `hang`: they stay open, and nothing ever comes back. */
export type Down = 'refused' | 'hang'

/** null: it can be reached. When several faults are on, silence wins: it is the harder one for a caller. */
export function regionDown(world: Pick<World, 'faults'>, region: string): Down | null {
  const faults = world.faults('region-down').filter((fault) => (fault.region ?? fault.target ?? region) === region)
  if (faults.length === 0) return null
  return faults.some(({message}) => message === 'hang') ? 'hang' : 'refused'
}

/** Whether something that has to get from one Region to the other can. */
export const canReach = (world: Pick<World, 'faults'>, from: string, to: string): boolean =>
  from === to || (regionDown(world, from) === null && regionDown(world, to) === null)

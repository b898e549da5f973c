/** What a drill calls its things, and by which tags they are known. Computed from its input alone: an inventory looks for them by name. Pure. */
import type {StackRef} from '../../provision/ports.ts'
import type {DrillInput} from '../input.ts'
import type {Place} from '../place.ts'

type Named = Pick<DrillInput, 'place' | 'name'>
interface Placed {
  readonly place: Place
}

export const drillTag = 'sluice:drill'
export const expiryTag = 'sluice:expires'

export const drillStack = ({place, side}: Pick<DrillInput, 'place' | 'side'>): StackRef => ({
  name: place.stacks.drill,
  region: side.region,
})
export const drillService = ({place}: Placed): string => place.stacks.drill
export const drillHost = ({place}: Placed): string => `drill.${place.api}`

/** The same for its database, its cluster and its group of hosts. */
const own = ({place, name}: Named): string => `${place.service}-${place.environment}-drill-${name}`
export const drillDatabase = (drill: Named): string => own(drill)
export const drillCluster = (drill: Named): string => own(drill)
export const drillGroup = (drill: Named): string => own(drill)

/** Hosts of its own; 0: its tasks run on those that the Region has. */
export const drillHosts = ({parameters}: Pick<DrillInput, 'parameters'>): number => Number(parameters['HostCount'] ?? '0')

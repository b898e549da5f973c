/**
 * What every check of readiness is given: from where users are to where they would go, and what several checks need, asked once.
 * Reads only. A Region that can't be asked throws, and the check that needed it becomes `unknown`.
 */
import type {RecoverySettings} from '../../../config/recovery-config.ts'
import type {StackConfig} from '../../../config/stack-config.ts'
import {readCapacity} from '../capacity.ts'
import type {CapacitySnapshot, Side, Standing} from '../input.ts'
import {otherRegion} from '../place.ts'
import type {Place} from '../place.ts'
import type {ServiceState} from '../ports/compute-port.ts'
import type {DatabaseState} from '../ports/database-port.ts'
import type {DistributionState} from '../ports/edge-port.ts'
import type {RecoveryWorld} from '../ports/recovery-world.ts'
import type {Found} from './finding.ts'

/** Both Regions' parts; null: that Region didn't answer, or has no stack. */
export interface Sides {
  readonly home: Side | null
  readonly recovery: Side | null
}

export interface Looking {
  readonly world: RecoveryWorld
  readonly config: StackConfig
  readonly place: Place
  readonly settings: RecoverySettings
  /** Region where users are by right, and the one a failover would bring them to. */
  readonly from: string
  readonly to: string
  readonly fromSide: Side | null
  readonly toSide: Side | null
  readonly now: number
  readonly signal: AbortSignal
  readonly standing: Standing | null
  readonly primary: () => Promise<DatabaseState | null>
  readonly replica: () => Promise<DatabaseState | null>
  readonly capacity: () => Promise<CapacitySnapshot | null>
  readonly distribution: () => Promise<DistributionState | null>
  /** The service of a side's serving slot. */
  readonly serving: (side: Side) => Promise<ServiceState | null>
  /** Since when the last drill of this environment ended well, epoch ms; null: there was none. */
  readonly lastDrillAt: number | null
}

/** One thing that readiness looks at. Throws what its ports throw. */
export interface Check {
  readonly id: string
  readonly title: string
  readonly look: (looking: Looking) => Promise<readonly Found[]>
}

export interface LookingInput extends Pick<
  Looking,
  'config' | 'place' | 'settings' | 'now' | 'signal' | 'standing' | 'lastDrillAt'
> {
  readonly sides: Sides
}

export function looking(world: RecoveryWorld, {sides, ...input}: LookingInput): Looking {
  const {place, standing, signal} = input
  const from = standing?.region ?? place.home
  const to = otherRegion(place, from)
  const sideOf = (region: string): Side | null => (region === place.home ? sides.home : sides.recovery)
  const services = new Map<string, () => Promise<ServiceState | null>>()
  return {
    ...input,
    world,
    from,
    to,
    fromSide: sideOf(from),
    toSide: sideOf(to),
    primary: once(() => world.database.describe(from, place.database, signal)),
    replica: once(() => world.database.describe(to, place.database, signal)),
    capacity: once(() => readCapacity(world.store(place.recovery), place, signal)),
    distribution: once(() => world.edge.distribution({alias: place.site}, signal)),
    serving: (side) => {
      const asked =
        services.get(side.region)
        ?? once(() => world.compute.service(side.region, side.cluster, place.slots[side.serving], signal))
      services.set(side.region, asked)
      return asked()
    },
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null
  return () => {
    asked ??= ask().catch((error: unknown) => {
      // Who asks again asks anew.
      asked = null
      throw error
    })
    return asked
  }
}

/**
 * Everything a recovery asks of AWS and of the API itself, one small port per concern, every call by Region: during a failover only
 * calls to the recovery Region can be counted on. Adapters throw `Unavailable` when the outcome is unknown or AWS can't serve now,
 * `SluiceError` for what is wrong for good; a thing that isn't there is null. A Region that doesn't answer is `Unreachable` (an
 * Unavailable), found out within the call's bound. Nothing here waits; steps poll.
 */
import type {OwnPorts} from '../../custom/ports.ts'
import type {Store} from '../../engine/store.ts'
import type {GroundPort, PreflightPort, SlotsPort, StacksPort} from '../../provision/ports.ts'
import type {ApiPort} from './api-port.ts'
import type {CachePort} from './cache-port.ts'
import type {ComputePort} from './compute-port.ts'
import type {DatabasePort} from './database-port.ts'
import type {EdgePort} from './edge-port.ts'
import type {FencePort} from './fence-port.ts'
import type {NamesPort} from './names-port.ts'
import type {ReadinessPort} from './readiness-port.ts'
import type {SecretsPort} from './secrets-port.ts'
import type {SitePort} from './site-port.ts'
import type {SwitchPort} from './switch-port.ts'

export interface RecoveryWorld {
  readonly database: DatabasePort
  readonly api: ApiPort
  readonly names: NamesPort
  readonly edge: EdgePort
  readonly switches: SwitchPort
  readonly compute: ComputePort
  readonly fence: FencePort
  readonly secrets: SecretsPort
  readonly cache: CachePort
  readonly site: SitePort
  readonly readiness: ReadinessPort
  readonly stacks: StacksPort
  readonly ground: GroundPort
  readonly slots: SlotsPort
  readonly preflight: PreflightPort
  /** For steps of the team's own that extend a recovery; left out: there can't be any. */
  readonly own?: OwnPorts
  /** State of a Region: capacity snapshot, standing, leases and journals are objects there. */
  store(region: string): Store
}

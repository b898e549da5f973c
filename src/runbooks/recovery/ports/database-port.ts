/**
 * The database in RDS: what it is now, and the few changes a recovery makes. Promotion, a restart and removal only ask; a caller
 * believes what `describe` says afterwards. Nothing here decides which instance is the primary.
 */

/** RDS's own words for what matters here; anything else is passed on as it is. */
export type DatabaseStatus =
  | 'available'
  | 'backing-up'
  | 'creating'
  | 'deleting'
  | 'failed'
  | 'modifying'
  | 'rebooting'
  | 'renaming'
  | 'starting'
  | 'stopped'
  | 'stopping'
  | 'storage-full'
  | 'upgrading'
  | 'configuring-enhanced-monitoring'
  | 'inaccessible-encryption-credentials'
  | 'incompatible-network'
  | 'incompatible-parameters'
  | 'incompatible-restore'
  | (string & {})

export interface DatabaseState {
  readonly id: string
  readonly arn: string
  readonly region: string
  readonly status: DatabaseStatus
  readonly class: string
  readonly engine: string
  readonly engineVersion: string
  readonly multiAz: boolean
  readonly storageGiB: number
  /** ARN or id of the source; null: it is nobody's replica (any more). */
  readonly source: string | null
  readonly replicas: readonly string[]
  /** Status of `StatusInfos` of type `read replication`: `replicating`, `error`, `terminated`, `stopped`; null: no such info. */
  readonly replication: {readonly status: string; readonly message: string} | null
  /** Names of `PendingModifiedValues`; empty: nothing is pending. */
  readonly pending: readonly string[]
  readonly backupDays: number
  /** `03:00-03:30`, UTC. */
  readonly backupWindow: string
  /** `sun:03:00-sun:04:00`, UTC. */
  readonly maintenanceWindow: string
  readonly latestRestorableAt: number | null
  readonly parameterGroup: {readonly name: string; readonly apply: 'in-sync' | 'pending-reboot' | (string & {})}
  readonly optionGroup: string | null
  readonly subnetGroup: string
  readonly securityGroups: readonly string[]
  readonly zones: readonly string[]
  readonly kmsKey: string | null
  readonly protected: boolean
  readonly endpoint: {readonly host: string; readonly port: number} | null
  readonly monitoringRole: string | null
  readonly tags: Readonly<Record<string, string>>
}

export interface DatabaseChange {
  readonly class?: string
  readonly multiAz?: boolean
  readonly backupDays?: number
  readonly backupWindow?: string
  readonly maintenanceWindow?: string
  /** A new identifier: only ever of an instance that is out of service. */
  readonly id?: string
  readonly protected?: boolean
  readonly parameterGroup?: string
}

/** Everything said outright: what is left out of a cross-Region replica becomes the default of the Region. */
export interface ReplicaSpec {
  readonly id: string
  readonly region: string
  readonly sourceArn: string
  readonly class: string
  readonly multiAz: boolean
  readonly subnetGroup: string
  readonly parameterGroup: string
  readonly optionGroup: string | null
  readonly securityGroups: readonly string[]
  readonly kmsKey: string | null
  readonly port: number
  readonly monitoringRole: string | null
  readonly protected: boolean
  readonly tags: Readonly<Record<string, string>>
  /** Instance of the same Region whose settings beyond these it gets (logs, insights, storage's growth); left out: RDS's defaults. */
  readonly like?: string
}

export interface RecoveryPoint {
  /** ARN that a restore takes: an RDS snapshot's (AWS Backup's are snapshots too). */
  readonly snapshot: string
  readonly createdAt: number
  readonly engineVersion: string | null
  readonly from: 'aws-backup' | 'rds'
}

export interface DatabasePort {
  describe(region: string, id: string, signal?: AbortSignal): Promise<DatabaseState | null>
  promote(
    region: string,
    id: string,
    backups: {readonly days: number; readonly window: string},
    signal?: AbortSignal,
  ): Promise<void>
  /** Applied immediately, never in the maintenance window. */
  modify(region: string, id: string, change: DatabaseChange, signal?: AbortSignal): Promise<void>
  createReplica(spec: ReplicaSpec, signal?: AbortSignal): Promise<void>
  reboot(region: string, id: string, signal?: AbortSignal): Promise<void>
  /** `finalSnapshot`: its name; null only for a drill's own copy or a replica (RDS takes none of a replica). */
  remove(region: string, id: string, finalSnapshot: string | null, signal?: AbortSignal): Promise<void>
  setTags(region: string, arn: string, tags: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<void>
  removeTags(region: string, arn: string, names: readonly string[], signal?: AbortSignal): Promise<void>
  /** Oldest first; some failures are told here alone. */
  events(
    region: string,
    id: string,
    since: number,
    signal?: AbortSignal,
  ): Promise<readonly {readonly at: number; readonly message: string}[]>
  /** The newest `ReplicaLag` datapoint of the last 15 minutes, in seconds, with the end of its minute; null: there is none. −1 passes through. */
  lag(region: string, id: string, signal?: AbortSignal): Promise<{readonly seconds: number; readonly at: number} | null>
  /** Zones in which this class of this engine version can be had. */
  orderable(
    region: string,
    spec: {readonly engine: string; readonly version: string; readonly class: string},
    signal?: AbortSignal,
  ): Promise<readonly string[]>
  /** Newest first: of AWS Backup's vault and RDS's own snapshots of the database, in this Region, completed ones only. */
  recoveryPoints(region: string, vault: string, id: string, signal?: AbortSignal): Promise<readonly RecoveryPoint[]>
  /** A backup job of AWS Backup, or a snapshot, that is being taken of it now. */
  backupRunning(region: string, id: string, signal?: AbortSignal): Promise<boolean>
  snapshot(region: string, name: string, signal?: AbortSignal): Promise<{readonly status: string} | null>
}

/**
 * What recoveries ask of AWS and of the API itself, one small port per concern, every call by Region: during a failover only calls to
 * the recovery Region can be counted on. Adapters throw `Unavailable` when the outcome is unknown or AWS can't serve now, `SluiceError`
 * for what is wrong for good; a thing that isn't there is null. A Region that doesn't answer is `Unreachable` (an Unavailable), found
 * out within the call's bound. Nothing here waits; steps poll.
 */
import type {OwnPorts} from '../custom/ports.ts'
import type {Store} from '../engine/store.ts'
import type {GroundPort, PreflightPort, SlotsPort, StacksPort} from '../provision/ports.ts'
import type {Weights} from '../release/ports.ts'

// ── the database ──

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

// ── asking the API itself, over its names ──

/**
 * Paths of the API's own recovery probes (docs/recovery.md has the contract an image fulfils). `heartbeat`: GET, answers `Heartbeat`
 * and never needs a writable database. `write`: POST, commits one row, 2xx only then. `read`: GET, 2xx when users can be served.
 */
export interface Probes {
  readonly heartbeat: string
  readonly write: string
  readonly read: string
  /** Asked one after the other to warm the cache; empty: none. */
  readonly warm: readonly string[]
  /** Header of every answer that names the Region it comes from. */
  readonly regionHeader: string
}

export interface Heartbeat {
  readonly region: string
  /** False on a replica. */
  readonly writable: boolean
  /** Everything received from the primary has been applied (receive LSN = replay LSN, relay log drained); true on a primary. */
  readonly drained: boolean
  /** The newest heartbeat row: written once a second by the primary's API. null: none was ever written. */
  readonly last: {readonly seq: number; readonly at: number; readonly region: string} | null
}

export interface ProbeAnswer {
  readonly status: number
  /** Value of the Region header, null when it isn't there. */
  readonly region: string | null
  readonly body: string
  /** Epoch ms, the run's clock, when the answer was complete. */
  readonly at: number
}

/** `host`: what is resolved and connected to. `hostHeader` replaces the Host header (a drill's host name has no record). */
export interface ProbeTarget {
  readonly host: string
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly hostHeader?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface ApiPort {
  /** null: nobody answered within the bound (2 s): refused, timed out, no such name. Redirects aren't followed. */
  ask(target: ProbeTarget, signal?: AbortSignal): Promise<ProbeAnswer | null>
}

/** One server's answer. `addresses` sorted; empty: it knows no such name. null instead of it: that server didn't answer. */
export interface NameAnswer {
  readonly server: string
  readonly kind: 'authoritative' | 'resolver'
  readonly addresses: readonly string[] | null
  readonly ttlSeconds: number | null
}

export interface RecordState {
  readonly name: string
  readonly type: string
  readonly setIdentifier: string | null
  readonly failover: 'PRIMARY' | 'SECONDARY' | null
  readonly healthCheck: string | null
  readonly ttlSeconds: number | null
  readonly aliasTo: {readonly dnsName: string; readonly zone: string; readonly evaluatesHealth: boolean} | null
  readonly values: readonly string[]
}

export interface NamesPort {
  /** Every authoritative server of the name's zone, and public resolvers. DNS alone: no control plane. */
  resolve(name: string, signal?: AbortSignal): Promise<readonly NameAnswer[]>
  /** Route 53's control plane (us-east-1): never on the `stop` path. */
  records(zone: string, name: string, signal?: AbortSignal): Promise<readonly RecordState[]>
  /** UPSERT of record sets, as a whole. Answers the change's id. */
  writeRecords(zone: string, records: readonly RecordState[], signal?: AbortSignal): Promise<{readonly change: string}>
  inSync(change: string, signal?: AbortSignal): Promise<boolean>
  healthCheck(id: string, signal?: AbortSignal): Promise<{readonly inverted: boolean; readonly healthy: boolean} | null>
}

// ── CloudFront: us-east-1's, never on the `stop` path ──

export interface DistributionState {
  readonly id: string
  readonly arn: string
  readonly domain: string
  readonly status: 'Deployed' | 'InProgress'
  readonly etag: string
  readonly aliases: readonly string[]
  readonly certificate: string | null
  /** Origin ids in the order of the site's origin group; one: no group. */
  readonly siteOrigins: readonly string[]
  readonly origins: readonly {readonly id: string; readonly domain: string}[]
}

export interface EdgePort {
  distribution(
    idOrAlias: {readonly id: string} | {readonly alias: string},
    signal?: AbortSignal,
  ): Promise<DistributionState | null>
  /** Puts the site's origin of this Region first. `etag`: If-Match; answers `stale` when it isn't the present one any more. */
  preferOrigin(id: string, region: string, etag: string, signal?: AbortSignal): Promise<'asked' | 'stale'>
  /** UpdateDomainAssociation; `conflict` with CloudFront's own words when the alias can't be moved. */
  moveAlias(
    alias: string,
    toDistribution: string,
    etag: string,
    signal?: AbortSignal,
  ): Promise<'asked' | 'stale' | {readonly conflict: string}>
}

// ── the switch, compute, fences, secrets, cache, site ──

export interface SwitchPort {
  /** Whether `stop` (`alive`, `returning`) is there; its text. */
  read(region: string, bucket: string, key: 'stop' | 'alive' | 'returning', signal?: AbortSignal): Promise<string | null>
  put(region: string, bucket: string, key: 'stop' | 'returning', body: string, signal?: AbortSignal): Promise<void>
  remove(region: string, bucket: string, key: 'stop' | 'returning', signal?: AbortSignal): Promise<void>
}

export interface HostsState {
  readonly group: string
  readonly min: number
  readonly max: number
  readonly desired: number
  readonly inService: number
  /** Container instances of the cluster that are ACTIVE with their agent connected. */
  readonly registered: number
  readonly instanceTypes: readonly string[]
}

export interface ComputePort {
  hosts(region: string, group: string, cluster: string, signal?: AbortSignal): Promise<HostsState | null>
  sizeHosts(
    region: string,
    group: string,
    size: {readonly min: number; readonly max: number; readonly desired: number},
    signal?: AbortSignal,
  ): Promise<void>
  /**
   * Hosts are protected from scaling in, so that none goes while something runs on it: a smaller size alone takes nobody away. Takes
   * that off as many as are too many, the emptiest first, and answers how many those were. Only where nobody is served.
   */
  freeHosts(region: string, group: string, cluster: string, tooMany: number, signal?: AbortSignal): Promise<number>
  /** Scheduled sizes of the group and bounds of the service's scaling go to these: both would undo a size set by hand. */
  boundService(
    region: string,
    cluster: string,
    service: string,
    bounds: {readonly min: number; readonly max: number},
    signal?: AbortSignal,
  ): Promise<void>
  sizeService(region: string, cluster: string, service: string, count: number, signal?: AbortSignal): Promise<void>
  /** New tasks of the same revision: they read host, secret and `stop` anew. Answers the deployment's id. */
  rollService(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<{readonly deployment: string}>
  service(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<ServiceState | null>
  healthyTargets(region: string, targetGroup: string, signal?: AbortSignal): Promise<number>
  /** Image of the released container with its digest, as it runs; null: no task definition. */
  image(region: string, taskDefinition: string, signal?: AbortSignal): Promise<string | null>
  /** `RunTask` of the service's revision with `environment` added, in its own network; answers its ARN. */
  runTask(
    region: string,
    cluster: string,
    service: string,
    environment: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<{readonly task: string}>
  /** null: it still runs. Lines are those it logged. */
  taskResult(
    region: string,
    cluster: string,
    task: string,
    signal?: AbortSignal,
  ): Promise<{readonly exitCode: number | null; readonly reason: string; readonly lines: readonly string[]} | null>
}

export interface ServiceState {
  readonly name: string
  readonly desired: number
  readonly running: number
  readonly taskDefinition: string
  readonly targetGroup: string | null
  readonly bounds: {readonly min: number; readonly max: number} | null
  readonly deployment: {readonly id: string; readonly state: 'COMPLETED' | 'IN_PROGRESS' | 'FAILED'; readonly reason: string}
  readonly createdAt: number
}

export interface LiveRule {
  readonly arn: string
  readonly forwards: Weights | null
  /** Status of its fixed response; null: it forwards. */
  readonly fixed: number | null
}

export interface FencePort {
  liveRule(
    region: string,
    listener: string,
    targetGroups: {readonly a: string; readonly b: string},
    signal?: AbortSignal,
  ): Promise<LiveRule | null>
  /** The live rule answers 503 to everyone. */
  refuseAll(region: string, rule: string, signal?: AbortSignal): Promise<void>
  forward(
    region: string,
    rule: string,
    targetGroups: {readonly a: string; readonly b: string},
    weights: Weights,
    signal?: AbortSignal,
  ): Promise<void>
  /** Rules of the database's group, as JSON to give back; empty: it is closed. */
  ingress(region: string, group: string, signal?: AbortSignal): Promise<string>
  closeIngress(region: string, group: string, signal?: AbortSignal): Promise<void>
  openIngress(region: string, group: string, rules: string, signal?: AbortSignal): Promise<void>
}

export interface SecretState {
  readonly arn: string
  /** Region of its primary; null: it isn't a replica. */
  readonly primaryRegion: string | null
  readonly replicas: readonly {readonly region: string; readonly status: string; readonly message: string}[]
  readonly version: string | null
}
export interface SecretsPort {
  describe(region: string, nameOrArn: string, signal?: AbortSignal): Promise<SecretState | null>
  /** Called in the replica's Region: it stands alone from then on. */
  standAlone(region: string, nameOrArn: string, signal?: AbortSignal): Promise<void>
  /** Copies the value of one Region's secret into the other's; the value is never seen, logged or journaled. */
  copyValue(
    from: {readonly region: string; readonly secret: string},
    to: {readonly region: string; readonly secret: string},
    signal?: AbortSignal,
  ): Promise<void>
  replicate(
    region: string,
    nameOrArn: string,
    to: {readonly region: string; readonly kmsKey: string | null},
    signal?: AbortSignal,
  ): Promise<void>
}

export interface CachePort {
  describe(
    region: string,
    id: string,
    signal?: AbortSignal,
  ): Promise<{readonly status: string; readonly nodes: number; readonly nodeType: string} | null>
}

export interface SitePort {
  /** key → ETag of what is there now, delete markers left out. */
  manifest(region: string, bucket: string, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>
  pending(
    region: string,
    bucket: string,
    signal?: AbortSignal,
  ): Promise<{readonly operations: number; readonly bytes: number} | null>
}

/** What only readiness asks. */
export interface ReadinessPort {
  /** Days until it isn't valid any more, and whether it is in use; null: no such certificate. */
  certificate(
    region: string,
    arn: string,
    signal?: AbortSignal,
  ): Promise<{readonly days: number; readonly status: string; readonly names: readonly string[]} | null>
  certificateOfListener(region: string, listener: string, signal?: AbortSignal): Promise<string | null>
  alarms(
    region: string,
    prefix: string,
    signal?: AbortSignal,
  ): Promise<readonly {readonly name: string; readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'; readonly actions: boolean}[]>
  key(
    region: string,
    keyOrAlias: string,
    signal?: AbortSignal,
  ): Promise<{readonly enabled: boolean; readonly state: string} | null>
  role(name: string, signal?: AbortSignal): Promise<{readonly arn: string} | null>
  /** When the AMI that hosts begin with was made. */
  imageAge(
    region: string,
    parameter: string,
    signal?: AbortSignal,
  ): Promise<{readonly ami: string; readonly createdAt: number} | null>
  /** Digest of a tag (or of the digest itself) in the Region's registry; null: it isn't there. */
  imageDigest(region: string, image: string, signal?: AbortSignal): Promise<string | null>
  /** Digest that the newest running task of a service reports; null: none runs, or it doesn't say. */
  runningDigest(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<string | null>
  quotas(
    region: string,
    signal?: AbortSignal,
  ): Promise<
    readonly {
      readonly service: string
      readonly code: string
      readonly name: string
      readonly value: number
      readonly used: number | null
    }[]
  >
  /** By these tags, in this Region: ARNs. The proof that a drill left nothing. */
  tagged(region: string, tags: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<readonly string[]>
}

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

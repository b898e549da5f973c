/**
 * The sandbox's inner contract: what a service may know about the pretended world, and what the wire needs of a service.
 * The sandbox imports none of Sluice's other rooms (but `errors.ts`): it must not be able to know what the tool hopes for.
 */

/** The sandbox's clock. Virtual time runs `speed` times faster than real time and never jumps. */
export interface SandboxClock {
  readonly speed: number
  /** Virtual epoch ms. */
  now(): number
  /** Runs `action` once virtual time has reached `at`. Returns a way to cancel. */
  at(at: number, action: () => void): () => void
  /** Runs `action` every `everyMs` virtual ms. Returns a way to stop. */
  every(everyMs: number, action: () => void): () => void
}

/** Where CloudWatch data comes from: the data plane counts, the service publishes with a delay. */
export interface MetricSink {
  /** One observation at `at` (virtual epoch ms; now if left out). Nothing observed means nothing is ever published. */
  observe(point: {
    readonly region: string
    readonly namespace: string
    readonly metric: string
    readonly dimensions: Readonly<Record<string, string>>
    readonly value: number
    readonly at?: number
  }): void
}

/** Things a person switched on with `sluice sandbox fault`. Data only; whoever is concerned looks it up when it acts. */
export interface Fault {
  readonly id: string
  readonly kind:
    | 'throttle' /** rate: fraction of API calls answered with a throttling error */
    | 'error' /** rate: fraction of API calls answered with a 5xx */
    | 'lost-answer' /** rate: fraction of API calls that take effect but whose connection is cut */
    | 'latency' /** ms: real milliseconds added to every API call */
    | 'late-metrics' /** seconds: virtual seconds added to the publication delay */
    | 'no-metrics' /** nothing is published */
    | 'incident' /** rate: fraction of requests that running tasks of *every* slot of a service answer with a 5xx */
    | 'unhealthy-targets' /** slot's targets fail their health checks */
    | 'late-schedule' /** seconds: schedules fire this many virtual seconds late */
    /** message: `hang` leaves callers waiting until they give up; else connections are refused. What runs inside goes on. */
    | 'region-down'
    /** seconds: added to what replicas of target (a database) are behind */
    | 'replica-lag'
    /** message: `error`, `terminated` or `stopped`; replicas of target stop replicating and say so */
    | 'replica-state'
    /** message: `minus-one`, `none` or `stale`; what CloudWatch says of the lag of target */
    | 'lag-metric'
    /** target: database; it is being backed up (status `backing-up`) as long as this is on */
    | 'backing-up'
    /**
     * target: class; RDS has no capacity for it: refused at once,
     * or told in an event alone after a modification (message: `event`)
     */
    | 'no-database-capacity'
    /** target: Region of the site's source; its objects aren't replicated */
    | 'site-stale'
    /**
     * target: `service:Action` as IAM says it, `*` at its end for many; the caller lacks the right, and the simulation says so
     */
    | 'denied'
    /** target: `Stack/LogicalId` (nested ones joined by `/`) or a type; the resource's creation or update fails, `times` times */
    | 'resource-fails'
    /** target: ECS service; its tasks never become healthy */
    | 'never-stable'
    /** target: Auto Scaling group (part of its name); no instance can be launched */
    | 'no-capacity'
  /** Limits a fault to one service/operation (`s3`, `s3:PutObject`), Region, or ECS service. */
  readonly target?: string
  readonly region?: string
  readonly rate?: number
  readonly seconds?: number
  readonly ms?: number
  /** How often it still happens; for ever if left out. */
  readonly times?: number
  /** What AWS would say; a plausible sentence if left out. */
  readonly message?: string
  /** Virtual epoch ms at which it was switched on; the world fills it in. */
  readonly setAt?: number
}

/**
 * A thing that exists in the account, as the owner of its type knows it. Everything that CloudFormation creates has one; services
 * without a state machine of their own answer their describes from these.
 */
export interface AccountRecord {
  /** Region; global things (IAM, Route 53, CloudFront) live in `aws-global`. */
  readonly region: string
  /** CloudFormation's type name: `AWS::EC2::Subnet`. */
  readonly type: string
  /** Physical id: what `Ref` answers. Unique with region and type. */
  readonly id: string
  /** As the resource's schema names them, intrinsic functions resolved. */
  readonly properties: Readonly<Record<string, unknown>>
  /** What `GetAtt` answers. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly tags: Readonly<Record<string, string>>
  /** What the thing says of itself (`creating`, `available`, `failed`); services translate it. */
  readonly status: string
  readonly createdAt: number
  /** Id of the stack that made it, and its logical id there; null: made by a call. */
  readonly stack: {readonly id: string; readonly logicalId: string} | null
}

export interface AccountRecords {
  /** Adds or replaces. */
  put(record: AccountRecord): void
  /** Merges a few members into a record that is there; throws when it isn't. */
  change(region: string, type: string, id: string, changes: Partial<AccountRecord>): AccountRecord
  get(region: string, type: string, id: string): AccountRecord | undefined
  /** In order of creation. */
  list(region: string, type: string): readonly AccountRecord[]
  all(): Iterable<AccountRecord>
  remove(region: string, type: string, id: string): boolean
}

export interface World {
  readonly account: string
  /** Two by default; the first is the primary one. */
  readonly regions: readonly string[]
  readonly clock: SandboxClock
  /** A seeded stream of numbers in [0, 1), one independent stream per name. */
  random(stream: string): () => number
  /** Fresh hex characters from the seeded stream. */
  hex(length: number): string
  faults(kind: Fault['kind']): readonly Fault[]
  readonly metrics: MetricSink
  readonly records: AccountRecords
  /** One occurrence of a fault that matches, counted off when it has `times`; null when there is none. */
  strike(kind: Fault['kind'], matches: (fault: Fault) => boolean): Fault | null
  /** Runs an operation of another service from inside (Scheduler → ELBv2). Throws `AwsFault` as the operation would. */
  invoke(service: string, operation: string, input: unknown, region: string): Promise<unknown>
}

export interface CallContext {
  readonly region: string
  readonly account: string
  readonly requestId: string
}

/** Input and output are the SDK's own shapes (its command inputs and outputs, timestamps as `Date`, blobs as bytes). */
export type Operation = (input: never, call: CallContext) => unknown

export interface Service {
  /**
   * The name `invoke` and fault targets use: `elasticloadbalancingv2`, `ecs`, `monitoring` (CloudWatch), `s3`, `sts`,
   * `scheduler`, `application-autoscaling`.
   */
  readonly name: string
  /** What isn't here is answered `NotImplemented` with its name. */
  readonly operations: Readonly<Record<string, Operation>>
  /** Stops everything the service started (processes, servers). */
  close?(): Promise<void>
}

/** An error as AWS would answer it. */
export class AwsFault extends Error {
  readonly code: string
  readonly status: number
  /** Further members of the error's shape. */
  readonly fields: Readonly<Record<string, unknown>>
  constructor(code: string, message: string, status = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.name = 'AwsFault'
    this.code = code
    this.status = status
    this.fields = fields
  }
}

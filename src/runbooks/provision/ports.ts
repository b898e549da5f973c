/**
 * What provisioning asks of AWS, one small port per concern, all of them by Region. Adapters throw `Unavailable` when the outcome
 * is unknown or AWS can't serve now (a throttled poll is that, and never a failed deployment), and `SluiceError` for what is
 * wrong for good. A stack that isn't there is null, never an error.
 */
import type {Slot} from '../release/ports.ts'
import type {ScalingActivity} from './launch-failure.ts'

/** A root stack, or one nested in it (then `name` is its id). */
export interface StackRef {
  readonly name: string
  readonly region: string
}

/** CloudFormation's own words. */
export type StackStatus =
  | 'CREATE_IN_PROGRESS'
  | 'CREATE_FAILED'
  | 'CREATE_COMPLETE'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_FAILED'
  | 'ROLLBACK_COMPLETE'
  | 'DELETE_IN_PROGRESS'
  | 'DELETE_FAILED'
  | 'DELETE_COMPLETE'
  | 'UPDATE_IN_PROGRESS'
  | 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'UPDATE_ROLLBACK_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_FAILED'
  | 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS'
  | 'UPDATE_ROLLBACK_COMPLETE'
  | 'REVIEW_IN_PROGRESS'
  | 'IMPORT_IN_PROGRESS'
  | 'IMPORT_COMPLETE'
  | 'IMPORT_ROLLBACK_IN_PROGRESS'
  | 'IMPORT_ROLLBACK_FAILED'
  | 'IMPORT_ROLLBACK_COMPLETE'

export interface StackState {
  readonly id: string
  readonly name: string
  readonly status: StackStatus
  readonly reason: string | null
  /** As they were given; what an SSM parameter held then is in `resolved`. */
  readonly parameters: Readonly<Record<string, string>>
  readonly resolved: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly outputs: Readonly<Record<string, string>>
  /** Epoch ms of the last change, creation included. */
  readonly changedAt: number
  readonly protected: boolean
  readonly parent: string | null
}

export interface StackEvent {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  /** Name of the (nested) stack that says it, and its id. */
  readonly stack: string
  readonly stackId: string
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  /** `CREATE_FAILED`, … of the resource. */
  readonly status: string
  readonly reason: string | null
}

export interface StackResource {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly status: string
  readonly reason: string | null
  readonly changedAt: number
}

/** Template of a call: a text of at most 51,200 bytes, or an object's URL. */
export type TemplateSource = {readonly kind: 'body'; readonly body: string} | {readonly kind: 'url'; readonly url: string}

export interface StackInput {
  readonly stack: StackRef
  readonly template: TemplateSource
  /** null: keep the value it has (`UsePreviousValue`). */
  readonly parameters: Readonly<Record<string, string | null>>
  readonly tags: Readonly<Record<string, string>>
  /** ARN of the role CloudFormation works with; null: the caller's own rights. */
  readonly role: string | null
  /** `ClientRequestToken`: the same for every try of the same operation. */
  readonly token: string
}

export type ChangeSetStatus = 'pending' | 'ready' | 'empty' | 'failed' | 'executed' | 'obsolete'

export interface ChangeSet {
  readonly id: string
  readonly name: string
  readonly status: ChangeSetStatus
  readonly reason: string | null
  /** With those of nested change sets, each after its stack and with its path before theirs. */
  readonly changes: readonly ResourceChange[]
}

/** One resource's change, as the change set tells it; `path` joins the logical ids of nested stacks: `Database/Instance`. */
export interface ResourceChange {
  readonly path: string
  readonly type: string
  readonly physicalId: string | null
  readonly action: 'add' | 'modify' | 'remove' | 'import' | 'dynamic'
  readonly replacement: 'no' | 'maybe' | 'yes'
  readonly properties: readonly PropertyChange[]
  /** Id of the nested stack's own change set, when this is a stack. */
  readonly nested: string | null
}

export interface PropertyChange {
  /** `Properties/Listeners/0/Port`, as CloudFormation says it; `Tags` for tags. */
  readonly path: string
  /** null: not there. JSON or text, as CloudFormation shows it; it leaves out what it doesn't know yet. */
  readonly before: string | null
  readonly after: string | null
  readonly replaces: 'no' | 'maybe' | 'yes'
  /** The change only follows from another resource's or parameter's (a `Dynamic` evaluation). */
  readonly follows: boolean
}

export interface DriftedResource {
  readonly logicalId: string
  readonly physicalId: string
  readonly type: string
  readonly kind: 'modified' | 'deleted'
  readonly properties: readonly {
    readonly path: string
    readonly expected: string | null
    readonly actual: string | null
    readonly kind: 'add' | 'remove' | 'not-equal'
  }[]
}

/** A thing that is there and belongs to no stack, to be taken into one. */
export interface ResourceToImport {
  readonly type: string
  readonly logicalId: string
  readonly identifier: Readonly<Record<string, string>>
}

export interface StacksPort {
  describe(stack: StackRef, signal?: AbortSignal): Promise<StackState | null>
  /** The text it was last deployed from, as given; null: there is no such stack. */
  template(stack: StackRef, signal?: AbortSignal): Promise<string | null>
  resources(stack: StackRef, signal?: AbortSignal): Promise<readonly StackResource[]>
  /** Oldest first, not older than `since` (epoch ms). */
  events(stack: StackRef, since: number, signal?: AbortSignal): Promise<readonly StackEvent[]>
  /** Leaves what was made when it fails, so that a second try goes on from there. */
  create(input: StackInput, signal?: AbortSignal): Promise<{readonly id: string}>
  /** With `imports` it is one that imports, and may change nothing else. */
  makeChangeSet(
    input: StackInput & {readonly changeSet: string; readonly imports?: readonly ResourceToImport[]},
    signal?: AbortSignal,
  ): Promise<{readonly id: string}>
  /** By name (with the stack's) or id; nested change sets are followed, all changes flattened. null: none. */
  changeSet(stack: StackRef, nameOrId: string, signal?: AbortSignal): Promise<ChangeSet | null>
  executeChangeSet(stack: StackRef, changeSet: string, token: string, signal?: AbortSignal): Promise<void>
  deleteChangeSet(stack: StackRef, changeSet: string, signal?: AbortSignal): Promise<void>
  continueRollback(stack: StackRef, token: string, signal?: AbortSignal): Promise<void>
  /** `retain`: logical ids, only for a stack whose deletion failed. */
  remove(
    stack: StackRef,
    options: {readonly token: string; readonly role: string | null; readonly retain?: readonly string[]},
    signal?: AbortSignal,
  ): Promise<void>
  setPolicy(stack: StackRef, policy: string, signal?: AbortSignal): Promise<void>
  policy(stack: StackRef, signal?: AbortSignal): Promise<string | null>
  protect(stack: StackRef, protection: 'on' | 'off', signal?: AbortSignal): Promise<void>
  /** Root stacks of the Region whose name begins with this, deleted ones left out. */
  list(region: string, prefix: string, signal?: AbortSignal): Promise<readonly StackState[]>
  /** Begins drift detection of one stack (not those nested in it). */
  detectDrift(stack: StackRef, signal?: AbortSignal): Promise<{readonly detection: string}>
  /** null while it is under way. */
  drift(stack: StackRef, detection: string, signal?: AbortSignal): Promise<readonly DriftedResource[] | null>
}

/** Small things around the stacks that no template can make first. */
export interface GroundPort {
  /** Which of the roles for `autoscaling.amazonaws.com`, … aren't there. They are global. */
  missingServiceRoles(services: readonly string[], signal?: AbortSignal): Promise<readonly string[]>
  createServiceRole(service: string, signal?: AbortSignal): Promise<void>
  /** The bucket of state and uploaded templates; made when it is missing, never deleted. */
  ensureStateBucket(region: string, signal?: AbortSignal): Promise<{readonly bucket: string}>
  hasObject(region: string, bucket: string, key: string, signal?: AbortSignal): Promise<boolean>
  /** null: no such object, or no such bucket. */
  readObject(region: string, bucket: string, key: string, signal?: AbortSignal): Promise<string | null>
  /** Only where there is none of that key: what lies there already stays. */
  putObject(region: string, bucket: string, key: string, body: string, contentType: string, signal?: AbortSignal): Promise<void>
  /** How a template in that bucket is named in a call. */
  objectUrl(region: string, bucket: string, key: string): string
  /** Values of SSM parameters by name; what isn't there is left out. Public ones (`/aws/service/…`) too. */
  parameters(region: string, names: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, string>>>
  /**
   * Bucket's objects and versions; null: no such bucket. `empty` deletes at most a page and says how many are left to look at.
   */
  bucketSize(
    region: string,
    bucket: string,
    signal?: AbortSignal,
  ): Promise<{readonly objects: number; readonly more: boolean} | null>
  emptyBucket(region: string, bucket: string, signal?: AbortSignal): Promise<{readonly deleted: number; readonly more: boolean}>
  /** Instances of an Auto Scaling group that are protected from scale-in; null: no such group. */
  protectedInstances(region: string, group: string, signal?: AbortSignal): Promise<readonly string[] | null>
  removeInstanceProtection(region: string, group: string, instances: readonly string[], signal?: AbortSignal): Promise<void>
  /** Records that a certificate waits for; empty when it is issued, null when there is no such certificate. */
  pendingRecords(
    region: string,
    certificate: string,
    signal?: AbortSignal,
  ): Promise<readonly {readonly name: string; readonly type: string; readonly value: string}[] | null>
}

/** What a template can't tell of a failure: asked only once something failed. */
export interface ClaimsPort {
  /** Why a service's tasks stopped, newest first, with the last lines they logged. */
  stoppedTasks(
    region: string,
    cluster: string,
    service: string,
    signal?: AbortSignal,
  ): Promise<readonly {readonly reason: string; readonly lines: readonly string[]}[]>
  serviceEvents(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<readonly string[]>
  /** Newest first. */
  scalingActivities(region: string, group: string, signal?: AbortSignal): Promise<readonly ScalingActivity[]>
}

/** What a slot's service is made of when it is made; from then on it is the releases'. */
export interface SlotSpec {
  readonly region: string
  readonly cluster: string
  /** Name of the ECS service. */
  readonly service: string
  readonly slot: Slot
  readonly targetGroup: string
  readonly capacityProvider: string
  readonly subnets: readonly string[]
  readonly securityGroup: string
  readonly count: number
  readonly scaling: {readonly min: number; readonly max: number; readonly cpuPercent: number}
  readonly taskDefinition: TaskDefinitionSpec
  readonly tags: Readonly<Record<string, string>>
}
export interface TaskDefinitionSpec {
  readonly family: string
  readonly image: string
  readonly container: string
  readonly port: number
  readonly cpu: number
  readonly memoryMiB: number
  readonly executionRole: string
  readonly taskRole: string
  readonly logGroup: string
  readonly environment: Readonly<Record<string, string>>
  /** Name → ARN of a secret or parameter. */
  readonly secrets: Readonly<Record<string, string>>
}
export interface LiveRuleSpec {
  readonly region: string
  readonly listener: string
  readonly targetGroups: {readonly a: string; readonly b: string}
  /** Slot that has all weight when the rule is made. */
  readonly serving: Slot
  readonly priority: number
  readonly tags: Readonly<Record<string, string>>
}
export interface SlotState {
  readonly status: 'ACTIVE' | 'DRAINING' | 'INACTIVE'
  readonly desired: number
  readonly running: number
  readonly taskDefinition: string
  readonly targetGroup: string | null
  readonly scaling: {readonly min: number; readonly max: number} | null
}
export interface LiveRuleState {
  readonly arn: string
  readonly weights: {readonly a: number; readonly b: number}
}

export interface SlotsPort {
  slot(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<SlotState | null>
  /** Registers the task definition and creates the service. Idempotent by name. */
  createSlot(spec: SlotSpec, signal?: AbortSignal): Promise<void>
  /** Scalable target and its tracking policy; keeps bounds that are there. */
  createScaling(spec: SlotSpec, signal?: AbortSignal): Promise<void>
  removeScaling(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<void>
  scaleSlot(region: string, cluster: string, service: string, count: number, signal?: AbortSignal): Promise<void>
  removeSlot(region: string, cluster: string, service: string, signal?: AbortSignal): Promise<void>
  /** The rule tagged `sluice:live` on the listener. */
  liveRule(
    region: string,
    listener: string,
    targetGroups: LiveRuleSpec['targetGroups'],
    signal?: AbortSignal,
  ): Promise<LiveRuleState | null>
  createLiveRule(spec: LiveRuleSpec, signal?: AbortSignal): Promise<void>
  removeLiveRule(region: string, arn: string, signal?: AbortSignal): Promise<void>
  /** Healthy targets of a group. */
  healthyTargets(region: string, targetGroup: string, signal?: AbortSignal): Promise<number>
}

/** Asked before any change. */
export interface PreflightPort {
  /** Actions the caller may not do; null: it can't be found out (no right to simulate). */
  deniedActions(actions: readonly string[], signal?: AbortSignal): Promise<readonly string[] | null>
  /** Which of the types the Region offers in which of its zones: type → zone names. */
  offeredTypes(
    region: string,
    types: readonly string[],
    signal?: AbortSignal,
  ): Promise<Readonly<Record<string, readonly string[]>>>
  zones(region: string, signal?: AbortSignal): Promise<readonly string[]>
  /** Quota and what is in use, where AWS tells; null: it doesn't. */
  quota(
    region: string,
    service: string,
    code: string,
    signal?: AbortSignal,
  ): Promise<{readonly name: string; readonly value: number; readonly used: number | null} | null>
  /** Name of a hosted zone (`example.com`), null: not in this account. */
  hostedZone(id: string, signal?: AbortSignal): Promise<{readonly name: string; readonly private: boolean} | null>
  /**
   * Whether a name is taken, by CloudFormation's type. `leaving`: its deletion is scheduled, and it keeps its name until then.
   */
  existing(region: string, type: string, name: string, signal?: AbortSignal): Promise<'there' | 'leaving' | null>
}

export interface ProvisionWorld {
  readonly stacks: StacksPort
  readonly ground: GroundPort
  readonly slots: SlotsPort
  readonly claims: ClaimsPort
  readonly preflight: PreflightPort
}

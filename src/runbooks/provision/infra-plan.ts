/**
 * What `sluice infra plan` knows before anything is changed: a value that is shown, written to a file, and applied or refused.
 * Everything in it is JSON.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import type {ResourceChange, StackStatus} from './ports.ts'
import type {ServedRelease} from './served-release.ts'

/** A stack as it shall be: from the package's templates and the configuration, with templates named by their content. */
export interface WantedStack {
  /** `main@eu-west-1` */
  readonly id: string
  readonly kind: 'foundation' | 'certificate' | 'main' | 'replica' | 'surge' | 'drill'
  readonly name: string
  readonly region: string
  /** Text of the root template, children named by their content. Left out of files; its hash is enough there. */
  readonly body: string
  readonly templateHash: string
  /**
   * What it is created with. A value beginning with `@` is filled in: `@certificate@us-east-1:CertificateArn` from outputs,
   * `@main@eu-west-1/Edge:DistributionArn` from those of a nested stack,
   * `@parameter:/aws/service/…` from a parameter of the Region.
   */
  readonly first: Readonly<Record<string, string>>
  /** What it is brought to afterwards, and kept at; the same as `first` when one pass is enough. */
  readonly then: Readonly<Record<string, string>>
  /**
   * Ids that must exist before it is created, and before it is brought to `then`; `main@eu-west-1.then`: and be at its `then`.
   */
  readonly needs: readonly string[]
  readonly thenNeeds: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** Whether CloudFormation works with the foundation's execution role. */
  readonly role: 'execution' | 'caller'
  /** Parameters that keep the value they once got. */
  readonly keep: readonly string[]
  /** Logical paths, types and seconds: what will be created, for forecasts. */
  readonly resources: readonly ForecastResource[]
  /** What only `then` adds. */
  readonly thenResources?: readonly ForecastResource[]
  /**
   * Parameters of nested stacks that are read from SSM: a new value there is a change that the root's own parameters don't show.
   */
  readonly watches?: readonly {readonly path: string; readonly parameter: string}[]
  /** Whether it is protected from termination. */
  readonly protected?: boolean
}

/** Everything that shall be, as the package and the configuration say it. */
export interface Wanted {
  readonly stacks: readonly WantedStack[]
  /** By Region. */
  readonly assets: Readonly<Record<string, Assets>>
  /** Text of the stack policy. */
  readonly policy: string
  /** First pages of the static site: key → text. */
  readonly site: Assets
}

export interface ForecastResource {
  readonly path: string
  readonly type: string
  /** Usual seconds to create it. */
  readonly seconds: number
  /** Paths it waits for, within the stack. */
  readonly needs: readonly string[]
  /** Name that it is given, and has still when its stack is gone; `${AWS::AccountId}` and `${AWS::Region}` may stand in it. */
  readonly keptAs?: string
}

/** Files to be uploaded to each Region's bucket before a stack that names them: key → text. */
export type Assets = Readonly<Record<string, string>>

export type StackVerdict =
  | {readonly kind: 'create'; readonly resources: number}
  /** `changeSet` is there and ready; executing it does exactly this. */
  | {readonly kind: 'update'; readonly changeSet: string; readonly changes: readonly JudgedChange[]; readonly quiet: number}
  | {readonly kind: 'unchanged'}
  /** It can be told only once what it waits for is there. */
  | {readonly kind: 'later'; readonly waitsFor: readonly string[]}
  /** An operation is under way: `up` attaches to it. */
  | {readonly kind: 'in-progress'; readonly status: StackStatus}
  /** It must first be brought out of a state: in these words, done with consent. */
  | {
      readonly kind: 'repair'
      readonly status: StackStatus
      readonly how: 'delete-and-create' | 'continue-rollback' | 'update-again' | 'delete-shell'
    }
  | {readonly kind: 'blocked'; readonly status: StackStatus; readonly because: string; readonly suggestions: readonly string[]}

/** A change with what a person should see first. */
export interface JudgedChange extends ResourceChange {
  /** Why it stands out; empty: it doesn't. */
  readonly dangers: readonly ('replaced' | 'maybe-replaced' | 'removed' | 'stateful' | 'widens-permissions' | 'opens-network')[]
}

export interface PlannedStack {
  readonly id: string
  readonly name: string
  readonly region: string
  readonly templateHash: string
  /** Hash of template, parameters and tags. */
  readonly fingerprint: string
  readonly verdict: StackVerdict
}

export interface PlannedSlot {
  readonly region: string
  /** `live-rule`, `slot-a`, `slot-b` */
  readonly what: string
  readonly verdict: 'create' | 'exists' | 'later' | 'no-image'
}

/** Something found before any change. `stops`: `up` refuses. */
export interface Finding {
  readonly id: string
  readonly level: 'ok' | 'warns' | 'stops'
  readonly text: string
  readonly suggestions: readonly string[]
}

export interface InfraPlan {
  readonly schema: 1
  readonly toolVersion: string
  readonly account: string
  readonly arn: string
  readonly config: StackConfig
  readonly stacks: readonly PlannedStack[]
  readonly slots: readonly PlannedSlot[]
  /** What a slot or live rule that has to be made begins with; left out: nothing was released yet. */
  readonly served?: ServedRelease
  /** Ids of stacks that stay as they are, because users are elsewhere. */
  readonly left?: readonly string[]
  readonly findings: readonly Finding[]
  /** Ids of stacks on the longest way, with the usual seconds of each, and their sum. */
  readonly criticalPath: readonly {readonly id: string; readonly seconds: number}[]
  readonly etaSeconds: number
  readonly changes: boolean
  /** Hash of everything above that decides what will be done. */
  readonly hash: string
}

/** What a stack step shows while it works (`context.show`), for people; never journaled. */
export interface StackProgress {
  readonly kind: 'stack'
  readonly stack: string
  readonly status: StackStatus
  readonly done: number
  readonly total: number
  /** Under way now, oldest first: path, type, since (epoch ms), usual seconds. */
  readonly underWay: readonly {
    readonly path: string
    readonly type: string
    readonly since: number
    readonly usualSeconds: number
  }[]
  /** Records that somebody has to make by hand, when the zone is elsewhere. */
  readonly records: readonly {readonly name: string; readonly type: string; readonly value: string}[]
  /** What has failed already, while the rest goes on: CloudFormation lets it settle before the stack fails. */
  readonly failed: readonly {readonly path: string; readonly type: string; readonly reason: string}[]
}

/** What a stack step shows when its stack has failed; the step's `because` holds its first sentence. */
export interface StackFailure {
  readonly kind: 'stack-failed'
  /** Id of the stack: `main@eu-west-1`. */
  readonly stack: string
  readonly cause: RootCause
}

/** The first thing that went wrong, in words. Journaled as the failed step's `because` (text), and shown whole. */
export interface RootCause {
  readonly stack: string
  /** `Api/Hosts` */
  readonly path: string
  readonly type: string
  readonly physicalId: string
  readonly status: string
  readonly reason: string
  readonly at: number
  /** Stopped tasks, scaling activities, pending records, last log lines. */
  readonly evidence: readonly string[]
}

/** What a recovery run is made from. Plain JSON: event 0 holds it, and `resume` rebuilds every plan from it alone. */
import type {RecoverySettings} from '../../config/recovery-config.ts'
import type {Extension} from '../../config/runbook.ts'
import type {StackConfig} from '../../config/stack-config.ts'
import type {Place} from './place.ts'
import type {TemplateSource} from '../provision/ports.ts'

/** One Region's part, as its stacks told it (outputs of main, parameters). */
export interface Side {
  readonly region: string
  readonly cluster: string
  /** Auto Scaling group of API hosts. */
  readonly hosts: string
  readonly listener: string
  readonly loadBalancer: string
  readonly targetGroups: {readonly a: string; readonly b: string}
  /** The slot that serves: the one with the weight, `a` when neither has. */
  readonly serving: 'a' | 'b'
  readonly databaseGroup: string
  readonly taskGroup: string
  /** ARN of the database's credentials in this Region; null: none. */
  readonly secret: string | null
  readonly cache: string | null
  readonly topic: string | null
}

/** What production needs: written every hour into the recovery Region's state, because a dead Region can't be asked. */
export interface CapacitySnapshot {
  readonly schema: 1
  readonly at: number
  /** Region whose numbers these are. */
  readonly region: string
  readonly hosts: {
    readonly min: number
    readonly max: number
    readonly desired: number
    /** Largest in service over the last 24 h as seen by snapshots. */ readonly peak: number
  }
  readonly service: {readonly desired: number; readonly min: number; readonly max: number; readonly peak: number}
  readonly database: {
    readonly class: string
    readonly multiAz: boolean
    readonly backupDays: number
    readonly backupWindow: string
  }
  /** Image by digest that serves. */
  readonly image: string | null
  readonly by: string
  /** What earlier snapshots saw, at most 24 h of it, newest last: the peaks are of these. */
  readonly seen?: readonly {readonly at: number; readonly hosts: number; readonly tasks: number}[]
}

/** Where users are by right, and whether CloudFormation has been brought to it. Written at the point of no return. */
export interface Standing {
  readonly schema: 1
  readonly region: string
  readonly since: number
  readonly run: string
  /** False: `infra up` refuses edge and database stacks until `dr settle` or a failback. */
  readonly settled: boolean
  /** The last moment known to have been replicated (heartbeat row), epoch ms; null: nothing was lost or it isn't known. */
  readonly replicatedUntil: number | null
  /** How the old primary was left. */
  readonly fence: 'fenced' | 'unreachable' | 'none'
  /**
   * The database of the Region that users aren't in was promoted in vain, by a move that was taken back: when, and what that one and
   * those before it had set aside there.
   */
  readonly withdrawn?: {readonly at: number; readonly setAside: readonly string[]}
}

export type PromoteMode = 'planned' | 'unplanned'

interface Common {
  readonly config: StackConfig
  readonly place: Place
  readonly settings: RecoverySettings
  /** ARN of who asked. */
  readonly by: string
  /** Steps of the team's own around this recovery's, as they were loaded (`settings.extend`). */
  readonly extension?: Extension | null
}

/** Users go from `from` to `to`; `from` is null when that Region couldn't be asked. */
export interface PromoteInput extends Common {
  readonly kind: 'promote'
  readonly mode: PromoteMode
  readonly from: Side | null
  readonly to: Side
  readonly capacity: CapacitySnapshot
  /** Of the old primary, when it could be asked; else of the snapshot. */
  readonly backups: {readonly days: number; readonly window: string}
  /** Loss accepted up front, ms; null: asked at the point of no return. */
  readonly acceptLossMs: number | null
  /** A loss that nobody can measure is accepted too; left out: it isn't. Not the same as any number of seconds. */
  readonly acceptUnknownLoss?: boolean
  /** Pilot light: the stack that is created, from what lies in the recovery Region's bucket since peace. null or left out: none. */
  readonly surge?: StackOrder | null
  /** The last answer from the old Region before this run, epoch ms, when it is known. */
  readonly lastAnswerAt: number | null
  /** What the other Region's watch knew of its silence when the run began; null or left out: nothing that bounds a loss. */
  readonly silence?: Silence | null
  /** The record as it was before, which it goes back to; null or left out: users have never left home. */
  readonly stood?: Standing | null
  /** The failback whose place it takes, because home was lost behind its flip; null or left out: none. */
  readonly reopens?: Reopens | null
  /** Scored readiness as it was found before (schema of `dr check --json`). */
  readonly readiness: unknown
}

/**
 * A failback had sent users home, and home is lost before the other Region is a standby again. `opens`: nothing there replicates yet,
 * and the database that users left has everything up to the flip; `promotes`: its replica is there, and has more.
 */
export interface Reopens {
  readonly what: 'opens' | 'promotes'
  /** The failback's run: it ends when this one can't be taken back any more. */
  readonly run: string
  /** Users were sent home, epoch ms. */
  readonly flippedAt: number
  /** The last moment at which that run saw home answer. */
  readonly answeredAt: number
  /** The last row of the database that users left. */
  readonly replicatedUntil: number | null
  /** What that database is called once it is set aside. */
  readonly aside: string
  /** Until then RDS may not show what that run had asked for. */
  readonly quietUntil: number
  /** What that run and those before it have set aside, in either Region. */
  readonly setAside: readonly string[]
}

/** A Region that hasn't answered, as the watch of another one (`by`) saw it; epoch ms. */
export interface Silence {
  /** The end of the first look without an answer: it may have taken writes until then. */
  readonly since: number
  /** The last look with one; null: there was none. */
  readonly answeredAt: number | null
  readonly by: string
}

/** What a recovery creates with CloudFormation: nothing of it has to be fetched from or uploaded to anywhere during the event. */
export interface StackOrder {
  readonly template: TemplateSource
  readonly parameters: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  /** ARN of CloudFormation's role; null: the caller's own rights. */
  readonly role: string | null
}

export interface DrillInput extends Common {
  readonly kind: 'drill'
  readonly name: string
  readonly side: Side
  readonly recoveryPoint: {readonly snapshot: string; readonly createdAt: number}
  /** Root template's text is made from the package at each start; parameters are here. */
  readonly parameters: Readonly<Record<string, string>>
  /** As it lies in the recovery Region's bucket since peace, or as a text where it doesn't. */
  readonly template: TemplateSource
  /** ARN of CloudFormation's role in a recovery. */
  readonly role: string
  /** Roles that work for the drill beside the caller's, for the report: a session policy binds none of them. */
  readonly roles: Readonly<Record<string, string>>
  readonly expiresAt: number
  readonly withoutPrimary: boolean
  /** True: nothing is rehearsed; what an earlier drill has left is removed. */
  readonly clean: boolean
  readonly readiness: unknown
}

export interface FailbackInput extends Common {
  readonly kind: 'failback'
  /** Where users are now, and where they go back to. */
  readonly from: Side
  readonly to: Side
  readonly capacity: CapacitySnapshot
  readonly standing: Standing
  /** Part of the name of what is set aside: the same however often this way home is begun. */
  readonly stamp: string
  /** True: the switchover waits for consent once everything is ready; else it was given at the start. */
  readonly askWhenReady?: boolean
  readonly readiness: unknown
}

export interface SettleInput extends Common {
  readonly kind: 'settle'
  readonly standing: Standing
  /** Region whose database the stacks have to be brought to. */
  readonly active: string
  readonly stamp: string
}

/** A runbook of the team's own, as it was loaded. */
export interface CustomInput extends Common {
  readonly kind: 'custom'
  readonly runbook: unknown
}

export type RecoveryInput = PromoteInput | DrillInput | FailbackInput | SettleInput

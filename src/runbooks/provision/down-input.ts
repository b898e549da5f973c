/**
 * Everything `infra down` is planned from: what was observed, and what a person agreed to. Plain JSON; it is shown before
 * anything is asked, and event 0 holds it.
 */
import type {StackConfig} from '../../config/stack-config.ts'
import type {Slot} from '../release/ports.ts'
import type {DataStore, Protected} from './down-ports.ts'
import type {Retained} from './down-retained.ts'
import type {Finding, WantedStack} from './infra-plan.ts'
import type {StackRef} from './ports.ts'

export interface DownOptions {
  readonly only: 'all' | 'recovery'
  /**
   * Buckets are emptied and removed, and so is what else holds data under a fixed name; else all are left. A person has typed the
   * environment's name for it.
   */
  readonly data: 'deleted' | 'kept'
  /** What couldn't be deleted the last time is left behind and deleted by nobody. Only with a person's consent. */
  readonly stuck: 'left-behind' | 'tried-again'
}

export interface DownStack {
  /** `main@eu-west-1` */
  readonly id: string
  readonly kind: WantedStack['kind']
  readonly name: string
  readonly region: string
  readonly status: string
  /** Resources in it and below. */
  readonly resources: number
  readonly terminationProtection: 'on' | 'off'
  /** Databases and load balancers in it that refuse to be deleted as they are. */
  readonly protects: readonly Protected[]
  /** Auto Scaling groups, whose hosts may be protected from scale-in. */
  readonly groups: readonly string[]
  /** Nested stacks that outlive it, each deleted by itself before. */
  readonly nested: readonly {readonly logicalId: string; readonly id: string}[]
  /** What failed to be deleted the last time, deepest stack first. */
  readonly stuck: readonly {
    readonly stack: StackRef
    readonly path: string
    readonly logicalIds: readonly string[]
    readonly because: string
  }[]
}

export interface DownSlots {
  readonly region: string
  readonly cluster: string
  readonly services: Readonly<Record<Slot, string>>
  /** null: gone already, and its rules with it. */
  readonly listener: string | null
  readonly targetGroups: Readonly<Record<Slot, string>>
}

export interface DownInput {
  readonly schema: 1
  readonly config: StackConfig
  readonly account: string
  readonly arn: string
  readonly options: DownOptions
  readonly stacks: readonly DownStack[]
  readonly slots: readonly DownSlots[]
  /** The replica's instance, which its stack leaves. A promoted one is a database of its own: it gets a final snapshot. */
  readonly replicas: readonly {readonly region: string; readonly id: string; readonly finalSnapshot: string | null}[]
  /** Emptied and removed. */
  readonly buckets: readonly {readonly region: string; readonly bucket: string}[]
  /** Deleted with what is in them, because they would keep their names. */
  readonly stores: readonly DataStore[]
  readonly retained: readonly Retained[]
  /** `stops`: nothing is begun. */
  readonly findings: readonly Finding[]
}

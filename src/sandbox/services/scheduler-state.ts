/** What EventBridge Scheduler holds, per Region: groups, schedules, and what became of each delivery. */
import type {CreateScheduleInput} from '@aws-sdk/client-scheduler'

/** Every field of a schedule as it was last sent: an update replaces all of them. */
export type ScheduleFields = Omit<CreateScheduleInput, 'ClientToken'>

export interface Schedule {
  readonly region: string
  readonly group: string
  readonly name: string
  readonly arn: string
  readonly fields: ScheduleFields
  /** Virtual epoch ms of its `at(…)`. */
  readonly dueAt: number
  readonly createdAt: number
  readonly modifiedAt: number
  readonly clientToken: string | undefined
  /** True once it was delivered or given up; it never fires again unless updated. */
  readonly completed: boolean
}

export interface Delivery {
  readonly schedule: string
  readonly region: string
  /** `elasticloadbalancingv2:modifyRule` */
  readonly target: string
  /** Virtual epoch ms. */
  readonly dueAt: number
  readonly at: number
  readonly attempts: number
  /** null: delivered. */
  readonly failure: string | null
}

/** Kept for `/_sluice/status`; older ones are dropped. */
export const DELIVERIES_KEPT = 200

export interface SchedulerState {
  readonly groups: Map<string, {readonly name: string; readonly region: string; readonly arn: string; readonly createdAt: number}>
  readonly schedules: Map<string, Schedule>
  readonly cancels: Map<string, () => void>
  readonly deliveries: Delivery[]
}

export function scheduleKey(region: string, group: string, name: string): string {
  return `${region}/${group}/${name}`
}

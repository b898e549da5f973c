import type {Call} from '../engine/step.ts'
import type {ReleaseInput} from './input.ts'

/** A schedule is written whole: updated, or made, with its group the first time; Scheduler is handed its role. */
export const writingSchedules = [
  'scheduler:GetSchedule',
  'scheduler:UpdateSchedule',
  'scheduler:CreateSchedule',
  'scheduler:CreateScheduleGroup',
  'iam:PassRole',
] as const

/** AWS actions in the service's own Region: what an IAM policy for releases is read off. */
export const call = (input: ReleaseInput, ...actions: readonly string[]): readonly Call[] =>
  actions.map((action) => ({action, region: input.config.region}))

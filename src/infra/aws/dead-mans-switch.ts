/**
 * The dead-man's switch: a one-shot EventBridge schedule that sends all weight home by itself, living in AWS, not in a process.
 * One per live rule, under a fixed name, so that two runs can't have two. A second one gives scale-in back. It must never be
 * written in part: an update that leaves a field out resets it.
 */
import type {Action} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {CreateScheduleCommandInput, GetScheduleCommandOutput} from '@aws-sdk/client-scheduler'
import type {DeadMansSwitch, SwitchReading} from '../../runbooks/release/ports.ts'
import {actionsOf} from './live-rule.ts'
import {meaningOf, withWeights} from './rule-actions.ts'
import type {SlotGroups} from './rule-actions.ts'
import {atExpression, atOf, scheduleName} from './schedule-terms.ts'
import type {AwsSession} from './session.ts'
import {scalableTargetInput} from './slot-scaling.ts'
import type {ScalingInput} from './slot-scaling.ts'
import {awsErrorName, isMissing} from './translate-error.ts'

export interface SwitchInput {
  /** The released service's name: part of the schedules' names. */
  readonly service: string
  readonly rule: string
  readonly groups: SlotGroups
  readonly scaling: ScalingInput
  /** Role ARN that Scheduler assumes. */
  readonly role: string
  /** SQS queue ARN, or null. */
  readonly deadLetterQueue: string | null
  readonly group: string
}

export function deadMansSwitch(session: AwsSession, input: SwitchInput): DeadMansSwitch {
  const home = scheduleName(input.service, 'home')
  const scaling = scheduleName(input.service, 'scaling')
  return {
    async read(signal) {
      const schedule = await getSchedule(session, input.group, home, signal)
      return schedule === null ? null : switchReading(schedule, input.groups)
    },
    async arm(dueAt, reading, slot, signal) {
      const Actions = withWeights(actionsOf(reading), input.groups, {a: slot === 'a' ? 100 : 0, b: slot === 'b' ? 100 : 0})
      await putSchedule(
        session,
        oneShot(session, input, home, dueAt, 'elasticloadbalancingv2:modifyRule', {RuleArn: input.rule, Actions}),
        signal,
      )
    },
    disarm: (signal) => deleteSchedule(session, input.group, home, signal),
    async armScaling(dueAt, slot, wanted, signal) {
      const target = await scalableTargetInput(session, input.scaling, slot, wanted, signal)
      if (target === null) return
      await putSchedule(
        session,
        oneShot(session, input, scaling, dueAt, 'applicationautoscaling:registerScalableTarget', target),
        signal,
      )
    },
    disarmScaling: (signal) => deleteSchedule(session, input.group, scaling, signal),
  }
}

/** Every field, because an update replaces them all. */
function oneShot(
  session: AwsSession,
  input: SwitchInput,
  name: string,
  dueAt: number,
  api: string,
  apiInput: object,
): CreateScheduleCommandInput {
  return {
    Name: name,
    GroupName: input.group,
    Description: `Dead-man's switch of ${input.service}: does this unless a release pushes it forward or ends`.slice(0, 512),
    ScheduleExpression: atExpression(dueAt),
    ScheduleExpressionTimezone: 'UTC',
    State: 'ENABLED',
    FlexibleTimeWindow: {Mode: 'OFF'},
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: `arn:${session.partition}:scheduler:::aws-sdk:${api}`,
      RoleArn: input.role,
      Input: JSON.stringify(apiInput),
      // Five minutes late, weights of long ago must not be written any more.
      RetryPolicy: {MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 185},
      ...(input.deadLetterQueue !== null && {DeadLetterConfig: {Arn: input.deadLetterQueue}}),
    },
  }
}

/** Update first: a switch is pushed many times and created once, and a push must take as few calls as can be. */
async function putSchedule(session: AwsSession, schedule: CreateScheduleCommandInput, signal: AbortSignal): Promise<void> {
  const options = {signal, resource: schedule.Name ?? ''}
  try {
    await session.call('scheduler', 'UpdateSchedule', schedule, options)
  } catch (error) {
    if (!isMissing(error)) throw error
    try {
      await createInGroup(session, schedule, signal)
    } catch (createError) {
      // A create whose answer was lost, and which the SDK made again.
      if (awsErrorName(createError) !== 'ConflictException') throw createError
      await session.call('scheduler', 'UpdateSchedule', schedule, options)
    }
  }
}

/** The only thing CreateSchedule can miss is the group. */
async function createInGroup(session: AwsSession, schedule: CreateScheduleCommandInput, signal: AbortSignal): Promise<void> {
  const options = {signal, resource: schedule.Name ?? ''}
  try {
    await session.call('scheduler', 'CreateSchedule', schedule, options)
  } catch (error) {
    if (!isMissing(error)) throw error
    try {
      await session.call(
        'scheduler',
        'CreateScheduleGroup',
        {Name: schedule.GroupName},
        {signal, resource: schedule.GroupName ?? ''},
      )
    } catch (groupError) {
      if (awsErrorName(groupError) !== 'ConflictException') throw groupError
    }
    await session.call('scheduler', 'CreateSchedule', schedule, options)
  }
}

async function getSchedule(
  session: AwsSession,
  group: string,
  name: string,
  signal: AbortSignal,
): Promise<GetScheduleCommandOutput | null> {
  try {
    return await session.call('scheduler', 'GetSchedule', {GroupName: group, Name: name}, {signal, resource: name})
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function deleteSchedule(session: AwsSession, group: string, name: string, signal: AbortSignal): Promise<void> {
  try {
    await session.call('scheduler', 'DeleteSchedule', {GroupName: group, Name: name}, {signal, resource: name})
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** A schedule that isn't one of ours reads as one that writes nothing we know: weights 0 and a hash that matches nothing. */
function switchReading(schedule: GetScheduleCommandOutput, groups: SlotGroups): SwitchReading {
  const {weights, actionsHash} = meaningOf(actionsIn(schedule.Target?.Input), groups)
  return {dueAt: atOf(schedule.ScheduleExpression ?? '') ?? 0, weights, actionsHash}
}

function actionsIn(input: string | undefined): readonly Action[] {
  try {
    const {Actions: actions} = JSON.parse(input ?? '') as {readonly Actions?: unknown}
    return Array.isArray(actions) ? (actions as Action[]) : []
  } catch {
    return []
  }
}

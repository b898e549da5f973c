/**
 * EventBridge Scheduler: one-shot schedules in groups, with universal targets that really fire. Recurring expressions are not
 * modelled and say so. An update replaces every field: what it leaves out is back at its default.
 */
import type {
  CreateScheduleGroupInput,
  CreateScheduleInput,
  DeleteScheduleInput,
  GetScheduleInput,
  GetScheduleOutput,
  ListScheduleGroupsInput,
  ListScheduleGroupsOutput,
  ListSchedulesInput,
  ListSchedulesOutput,
  ScheduleSummary,
  UpdateScheduleInput,
} from '@aws-sdk/client-scheduler'
import {AwsFault} from '../world/contract.ts'
import type {CallContext, Service, World} from '../world/contract.ts'
import {arm, disarm} from './scheduler-delivery.ts'
import {scheduleKey} from './scheduler-state.ts'
import type {Delivery, Schedule, SchedulerState} from './scheduler-state.ts'
import {universalTarget} from './scheduler-target.ts'

const LARGEST_PAGE = 100

export interface Scheduler extends Service {
  status(): {
    readonly schedules: readonly {readonly region: string; readonly name: string; readonly dueAt: number}[]
    readonly deliveries: readonly Delivery[]
    readonly deadLetters: readonly Delivery[]
  }
}

export function createScheduler(world: World): Scheduler {
  const state: SchedulerState = {groups: new Map(), schedules: new Map(), cancels: new Map(), deliveries: []}
  return {
    name: 'scheduler',
    operations: {
      CreateSchedule: (input: CreateScheduleInput, call: CallContext) => createSchedule(world, state, input, call),
      UpdateSchedule: async (input: UpdateScheduleInput, call: CallContext) => {
        const {dueAt} = await validated(world, input)
        const known = find(state, input, call)
        return store(world, state, {...known, fields: input, dueAt, modifiedAt: world.clock.now(), completed: false})
      },
      GetSchedule: (input: GetScheduleInput, call: CallContext): GetScheduleOutput => {
        const {fields, name, group, arn, createdAt, modifiedAt} = find(state, input, call)
        return {
          ...fields,
          Name: name,
          GroupName: group,
          Arn: arn,
          CreationDate: new Date(createdAt),
          LastModificationDate: new Date(modifiedAt),
        }
      },
      DeleteSchedule: (input: DeleteScheduleInput, call: CallContext) => {
        const {region, group, name} = find(state, input, call)
        disarm(state, scheduleKey(region, group, name))
        state.schedules.delete(scheduleKey(region, group, name))
        return {}
      },
      ListSchedules: (input: ListSchedulesInput, call: CallContext) => listSchedules(state, input, call),
      CreateScheduleGroup: (input: CreateScheduleGroupInput, call: CallContext) =>
        createGroup(world, state, input.Name ?? '', call),
      DeleteScheduleGroup: ({Name}: {readonly Name: string}, call: CallContext) => {
        const group = groupOf(world, state, Name, call)
        if (group.name === 'default') throw refused('The default schedule group cannot be deleted.')
        const inside = [...state.schedules].filter(([, one]) => one.region === call.region && one.group === group.name)
        for (const [key] of inside) {
          disarm(state, key)
          state.schedules.delete(key)
        }
        state.groups.delete(`${call.region}/${group.name}`)
        return {}
      },
      ListScheduleGroups: (input: ListScheduleGroupsInput, call: CallContext): ListScheduleGroupsOutput => ({
        ScheduleGroups: [groupOf(world, state, 'default', call), ...state.groups.values()]
          .filter((group) => group.region === call.region && group.name.startsWith(input.NamePrefix ?? ''))
          .map((group) => ({
            Name: group.name,
            Arn: group.arn,
            State: 'ACTIVE' as const,
            CreationDate: new Date(group.createdAt),
          })),
      }),
      GetScheduleGroup: (input: {readonly Name: string}, call: CallContext) => {
        const group = groupOf(world, state, input.Name, call)
        return {Name: group.name, Arn: group.arn, State: 'ACTIVE' as const, CreationDate: new Date(group.createdAt)}
      },
    },
    status: () => ({
      schedules: [...state.schedules.values()]
        .filter((one) => !one.completed)
        .map(({region, group, name, dueAt}) => ({region, name: `${group}/${name}`, dueAt})),
      deliveries: state.deliveries,
      deadLetters: state.deliveries.filter((one) => one.failure !== null),
    }),
    close: async () => {
      for (const cancel of state.cancels.values()) cancel()
    },
  }
}

async function createSchedule(
  world: World,
  state: SchedulerState,
  input: CreateScheduleInput,
  call: CallContext,
): Promise<{readonly ScheduleArn: string}> {
  const {dueAt} = await validated(world, input)
  const name = input.Name ?? ''
  const group = groupOf(world, state, input.GroupName ?? 'default', call).name
  const known = state.schedules.get(scheduleKey(call.region, group, name))
  if (known !== undefined) {
    // The SDK's own retry of a call whose answer was lost carries the same token.
    if (input.ClientToken !== undefined && known.clientToken === input.ClientToken) return {ScheduleArn: known.arn}
    throw new AwsFault('ConflictException', `Schedule ${name} already exists.`, 409)
  }
  const now = world.clock.now()
  const arn = `arn:aws:scheduler:${call.region}:${call.account}:schedule/${group}/${name}`
  const {ClientToken: clientToken, ...fields} = input
  return store(world, state, {
    region: call.region,
    group,
    name,
    arn,
    fields,
    dueAt,
    createdAt: now,
    modifiedAt: now,
    clientToken,
    completed: false,
  })
}

function store(world: World, state: SchedulerState, schedule: Schedule): {readonly ScheduleArn: string} {
  const {State, ActionAfterCompletion, ScheduleExpressionTimezone} = schedule.fields
  const filled = {
    ...schedule.fields,
    State: State ?? 'ENABLED',
    ActionAfterCompletion: ActionAfterCompletion ?? 'NONE',
    ScheduleExpressionTimezone: ScheduleExpressionTimezone ?? 'UTC',
  } as const
  const stored = {...schedule, fields: filled}
  state.schedules.set(scheduleKey(stored.region, stored.group, stored.name), stored)
  arm(world, state, stored)
  return {ScheduleArn: stored.arn}
}

function refused(message: string): AwsFault {
  return new AwsFault('ValidationException', message)
}

/** Everything AWS looks at before it stores a schedule. */
async function validated(world: World, input: CreateScheduleInput): Promise<{readonly dueAt: number}> {
  const expression = input.ScheduleExpression ?? ''
  if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(input.Name ?? '')) throw refused(`Invalid schedule name ${input.Name}`)
  if (/^(rate|cron)\(/.test(expression)) {
    throw new AwsFault('NotImplemented', `The sandbox models one-shot schedules only, not ${expression}`, 501)
  }
  const dueAt = /^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$/.test(expression) ? Date.parse(`${expression.slice(3, -1)}Z`) : Number.NaN
  if (Number.isNaN(dueAt)) throw refused(`Invalid Schedule Expression ${expression}.`)
  const timezone = input.ScheduleExpressionTimezone ?? 'UTC'
  if (timezone !== 'UTC') throw new AwsFault('NotImplemented', `The sandbox's schedules are in UTC, not ${timezone}`, 501)
  if (dueAt <= world.clock.now()) throw refused(`Invalid Schedule Expression ${expression}: the time is in the past.`)
  checkWindow(input)
  await checkTarget(input)
  return {dueAt}
}

function checkWindow({FlexibleTimeWindow: window}: CreateScheduleInput): void {
  const minutes = window?.MaximumWindowInMinutes
  if (window?.Mode !== 'OFF' && window?.Mode !== 'FLEXIBLE') throw refused('FlexibleTimeWindow.Mode must be OFF or FLEXIBLE')
  if ((window.Mode === 'OFF') !== (minutes === undefined)) {
    throw refused('MaximumWindowInMinutes goes with FLEXIBLE, and only with it')
  }
}

async function checkTarget({Target: target}: CreateScheduleInput): Promise<void> {
  if (target?.Arn === undefined || target.RoleArn === undefined) throw refused('Target.Arn and Target.RoleArn are required')
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(target.RoleArn)) {
    throw refused(`Target.RoleArn is not a role: ${target.RoleArn}`)
  }
  const age = target.RetryPolicy?.MaximumEventAgeInSeconds
  if (age !== undefined && (age < 60 || age > 86_400)) throw refused('MaximumEventAgeInSeconds must be from 60 to 86400')
  const retries = target.RetryPolicy?.MaximumRetryAttempts
  if (retries !== undefined && (retries < 0 || retries > 185)) throw refused('MaximumRetryAttempts must be from 0 to 185')
  await universalTarget(target.Arn)
  try {
    JSON.parse(target.Input ?? '{}')
  } catch {
    throw refused('Invalid RequestJson provided: Target.Input is not JSON')
  }
}

function find(
  state: SchedulerState,
  input: {readonly Name?: string | undefined; readonly GroupName?: string | undefined},
  call: CallContext,
): Schedule {
  const known = state.schedules.get(scheduleKey(call.region, input.GroupName ?? 'default', input.Name ?? ''))
  if (known === undefined) throw new AwsFault('ResourceNotFoundException', `Schedule ${input.Name} does not exist.`, 404)
  return known
}

type Group = SchedulerState['groups'] extends Map<string, infer G> ? G : never

function groupOf(world: World, state: SchedulerState, name: string, call: CallContext): Group {
  const known = state.groups.get(`${call.region}/${name}`)
  if (known !== undefined) return known
  if (name === 'default') return {name, region: call.region, arn: groupArn(name, call), createdAt: world.clock.now()}
  throw new AwsFault('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404)
}

function groupArn(name: string, call: CallContext): string {
  return `arn:aws:scheduler:${call.region}:${call.account}:schedule-group/${name}`
}

function createGroup(world: World, state: SchedulerState, name: string, call: CallContext): {readonly ScheduleGroupArn: string} {
  const key = `${call.region}/${name}`
  if (name === 'default' || state.groups.has(key)) {
    throw new AwsFault('ConflictException', `Schedule group ${name} already exists.`, 409)
  }
  state.groups.set(key, {name, region: call.region, arn: groupArn(name, call), createdAt: world.clock.now()})
  return {ScheduleGroupArn: groupArn(name, call)}
}

function listSchedules(state: SchedulerState, input: ListSchedulesInput, call: CallContext): ListSchedulesOutput {
  const found = [...state.schedules.values()]
    .filter(
      (one) =>
        one.region === call.region
        && (input.GroupName === undefined || one.group === input.GroupName)
        && (input.NamePrefix === undefined || one.name.startsWith(input.NamePrefix))
        && (input.State === undefined || one.fields.State === input.State),
    )
    .sort((a, b) => (a.arn < b.arn ? -1 : 1))
  const start = input.NextToken === undefined ? 0 : Number(input.NextToken)
  if (!Number.isInteger(start)) throw refused('Invalid NextToken')
  const end = start + Math.min(input.MaxResults ?? LARGEST_PAGE, LARGEST_PAGE)
  const summary = ({fields, name, group, arn, createdAt, modifiedAt}: Schedule): ScheduleSummary => ({
    Arn: arn,
    Name: name,
    GroupName: group,
    State: fields.State,
    CreationDate: new Date(createdAt),
    LastModificationDate: new Date(modifiedAt),
    Target: {Arn: fields.Target?.Arn},
  })
  return {Schedules: found.slice(start, end).map(summary), ...(end < found.length && {NextToken: String(end)})}
}

/**
 * Fires schedules: a few seeded seconds after their time (AWS promises the minute), later under `late-schedule`, and again
 * after throttling, 5xx or a dead Region until the retry policy is used up. It must never fire a schedule that was replaced or
 * deleted in the meantime, and never fire one twice.
 */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import {isRegionDown, strikeOn} from '../wire/call-faults.ts'
import {universalInput, universalTarget} from './scheduler-target.ts'
import {DELIVERIES_KEPT, scheduleKey} from './scheduler-state.ts'
import type {Schedule, SchedulerState} from './scheduler-state.ts'

const SECOND = 1000
const LATEST_SECONDS = 10
const RETRY_EVERY_MS = 10 * SECOND
const DEFAULT_EVENT_AGE_SECONDS = 86_400
const DEFAULT_RETRIES = 185

export function arm(world: World, state: SchedulerState, schedule: Schedule): void {
  const key = scheduleKey(schedule.region, schedule.group, schedule.name)
  disarm(state, key)
  if (schedule.fields.State === 'DISABLED' || schedule.completed) return
  const window =
    schedule.fields.FlexibleTimeWindow?.Mode === 'FLEXIBLE'
      ? (schedule.fields.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60
      : 0
  const lateMs = world.random('scheduler/lateness')() * (LATEST_SECONDS + window) * SECOND
  const fire = (firstAt: number, attempts: number): void => {
    void deliver(world, state, schedule, firstAt, attempts + 1, again)
  }
  const again = (firstAt: number, attempts: number): void => {
    state.cancels.set(
      key,
      world.clock.at(world.clock.now() + RETRY_EVERY_MS, () => {
        fire(firstAt, attempts)
      }),
    )
  }
  const whenDue = (): void => {
    const extraMs = world
      .faults('late-schedule')
      .filter((fault) => fault.region === undefined || fault.region === schedule.region)
      .reduce((sum, fault) => sum + (fault.seconds ?? 60) * SECOND, 0)
    const at = world.clock.now()
    if (extraMs === 0) fire(at, 0)
    else
      state.cancels.set(
        key,
        world.clock.at(at + extraMs, () => {
          fire(world.clock.now(), 0)
        }),
      )
  }
  state.cancels.set(key, world.clock.at(schedule.dueAt + lateMs, whenDue))
}

export function disarm(state: SchedulerState, key: string): void {
  state.cancels.get(key)?.()
  state.cancels.delete(key)
}

async function deliver(
  world: World,
  state: SchedulerState,
  schedule: Schedule,
  firstAt: number,
  attempts: number,
  again: (firstAt: number, attempts: number) => void,
): Promise<void> {
  const key = scheduleKey(schedule.region, schedule.group, schedule.name)
  const {Target: target} = schedule.fields
  const failure = await attempt(world, state, schedule)
  // Replaced or deleted while the attempt was under way: what it did stands, but it has no say any more.
  const current = state.schedules.get(key) === schedule
  const ageMs = world.clock.now() - firstAt
  const policy = target?.RetryPolicy
  const mayRetry =
    attempts <= (policy?.MaximumRetryAttempts ?? DEFAULT_RETRIES)
    && ageMs + RETRY_EVERY_MS <= (policy?.MaximumEventAgeInSeconds ?? DEFAULT_EVENT_AGE_SECONDS) * SECOND
  if (failure?.retry === true && current && mayRetry) {
    again(firstAt, attempts)
    return
  }
  state.deliveries.push({
    schedule: `${schedule.group}/${schedule.name}`,
    region: schedule.region,
    target: (target?.Arn ?? '').split('aws-sdk:')[1] ?? '',
    dueAt: schedule.dueAt,
    at: world.clock.now(),
    attempts,
    failure: failure?.message ?? null,
  })
  if (state.deliveries.length > DELIVERIES_KEPT) state.deliveries.shift()
  if (!current) return
  state.cancels.delete(key)
  if (schedule.fields.ActionAfterCompletion === 'DELETE') state.schedules.delete(key)
  else state.schedules.set(key, {...schedule, completed: true})
}

/** null: it worked. */
async function attempt(
  world: World,
  state: SchedulerState,
  schedule: Schedule,
): Promise<{readonly message: string; readonly retry: boolean} | null> {
  const {region, fields} = schedule
  try {
    if (isRegionDown(world, region)) return {message: `${region} is down`, retry: true}
    const target = await universalTarget(fields.Target?.Arn ?? '')
    const input = universalInput(target, fields.Target?.Input ?? '{}')
    if (typeof input === 'string') return {message: input, retry: false}
    const {entry} = target.model
    const {refusal} = strikeOn(world, entry, target.operation.name, region)
    if (refusal !== null) throw refusal
    // Loading the model took time: a schedule that was deleted meanwhile must not fire.
    if (state.schedules.get(scheduleKey(region, schedule.group, schedule.name)) !== schedule) {
      return {message: 'replaced or deleted before it fired', retry: false}
    }
    await world.invoke(entry.name, target.operation.name, input, region)
    return null
  } catch (error) {
    if (!(error instanceof AwsFault)) return {message: `A bug of the sandbox: ${String(error)}`, retry: false}
    const retry = (error.status >= 500 && error.status !== 501) || error.code.startsWith('Throttling')
    return {message: `${error.code}: ${error.message}`, retry}
  }
}

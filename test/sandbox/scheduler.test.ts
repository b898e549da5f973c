import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import type {CreateScheduleCommandInput, Target} from '@aws-sdk/client-scheduler'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {createScheduler} from '../../src/sandbox/services/scheduler.ts'
import type {Scheduler} from '../../src/sandbox/services/scheduler.ts'
import {AwsFault} from '../../src/sandbox/world/contract.ts'
import {aLeapingClock} from './a-leaping-clock.ts'
import type {LeapingClock} from './a-leaping-clock.ts'
import {aWire} from './a-wire.ts'
import type {AWire} from './a-wire.ts'

const ROLE = 'arn:aws:iam::111122223333:role/sluice-switch'
const MODIFY_RULE = 'arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyRule'
const actions = {
  RuleArn: 'arn:rule',
  Actions: [{Type: 'forward', ForwardConfig: {TargetGroups: [{TargetGroupArn: 'arn:a', Weight: 100}]}}],
}

describe('EventBridge Scheduler as the unmodified SDK sees it', () => {
  let wire: AWire
  let clock: LeapingClock
  let client: SchedulerClient
  let scheduler: Scheduler
  let calls: {input: unknown; at: number; region: string}[]
  let answerWith: (attempt: number) => void

  beforeEach(async () => {
    calls = []
    clock = aLeapingClock(Date.parse('2026-01-01T12:00:00Z'))
    answerWith = () => {}
    wire = await aWire(
      [
        (world) => (scheduler = createScheduler(world)),
        (world) => ({
          name: 'elasticloadbalancingv2',
          operations: {
            ModifyRule: (input: unknown, {region}: {region: string}) => {
              calls.push({input, at: world.clock.now(), region})
              answerWith(calls.length)
              return {}
            },
          },
        }),
      ],
      {clock},
    )
    client = new SchedulerClient(wire.client())
  })
  afterEach(async () => {
    client.destroy()
    await wire.close()
  })

  const atIn = (seconds: number): string => `at(${new Date(wire.world.clock.now() + seconds * 1000).toISOString().slice(0, 19)})`
  const schedule = (
    seconds: number,
    more: Partial<CreateScheduleCommandInput> = {},
    target: Partial<Target> = {},
  ): CreateScheduleCommandInput => ({
    Name: 'home',
    ScheduleExpression: atIn(seconds),
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: {Mode: 'OFF'},
    ActionAfterCompletion: 'DELETE',
    ...more,
    Target: {Arn: MODIFY_RULE, RoleArn: ROLE, Input: JSON.stringify(actions), ...target},
  })
  const create = async (input: CreateScheduleCommandInput): Promise<unknown> => client.send(new CreateScheduleCommand(input))
  const hasPassed = async (seconds: number): Promise<void> => {
    await clock.leap(seconds * 1000)
  }

  it('fires once, at its time or up to ten virtual seconds later, in its own Region, and is gone', async () => {
    const input = schedule(10)
    const dueAt = Date.parse(`${input.ScheduleExpression?.slice(3, -1)}Z`)
    await create(input)
    await hasPassed(120)
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({input: actions, region: 'eu-west-1'})
    expect(calls[0]?.at).toBeGreaterThanOrEqual(dueAt)
    expect(calls[0]?.at).toBeLessThanOrEqual(dueAt + 10_000)
    await hasPassed(120)
    await expect(client.send(new GetScheduleCommand({Name: 'home'}))).rejects.toMatchObject({name: 'ResourceNotFoundException'})
    await hasPassed(30)
    expect(calls).toHaveLength(1)
  })

  it('stays, and never fires again, with ActionAfterCompletion NONE', async () => {
    await create(schedule(2, {ActionAfterCompletion: 'NONE'}))
    await hasPassed(120)
    expect(calls).toHaveLength(1)
    await hasPassed(30)
    expect(calls).toHaveLength(1)
    expect((await client.send(new GetScheduleCommand({Name: 'home'}))).State).toBe('ENABLED')
  })

  it('does not fire at its old time once it was pushed forward', async () => {
    await create(schedule(5))
    await client.send(new UpdateScheduleCommand(schedule(600)))
    await hasPassed(30)
    expect(calls).toEqual([])
  })

  it('does not fire once it was deleted, nor while it is disabled', async () => {
    await create(schedule(5))
    await client.send(new DeleteScheduleCommand({Name: 'home'}))
    await create(schedule(5, {Name: 'off', State: 'DISABLED'}))
    await hasPassed(30)
    expect(calls).toEqual([])
  })

  it('replaces every field with an update: what it leaves out is back at its default', async () => {
    await create(
      schedule(
        600,
        {Description: 'the switch', State: 'DISABLED'},
        {RetryPolicy: {MaximumEventAgeInSeconds: 300}, DeadLetterConfig: {Arn: 'arn:aws:sqs:eu-west-1:111122223333:q'}},
      ),
    )
    await client.send(
      new UpdateScheduleCommand({
        Name: 'home',
        ScheduleExpression: atIn(900),
        FlexibleTimeWindow: {Mode: 'OFF'},
        Target: {Arn: MODIFY_RULE, RoleArn: ROLE},
      }),
    )
    const read = await client.send(new GetScheduleCommand({Name: 'home'}))
    expect(read).toMatchObject({State: 'ENABLED', ActionAfterCompletion: 'NONE'})
    expect([read.Description, read.Target?.RetryPolicy, read.Target?.DeadLetterConfig, read.Target?.Input]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('fires later under late-schedule', async () => {
    wire.world.setFault({kind: 'late-schedule', seconds: 60})
    const input = schedule(2)
    const dueAt = Date.parse(`${input.ScheduleExpression?.slice(3, -1)}Z`)
    await create(input)
    await hasPassed(61)
    expect(calls).toEqual([])
    await hasPassed(12)
    expect(calls).toHaveLength(1)
    expect(calls[0]?.at).toBeGreaterThanOrEqual(dueAt + 60_000)
  })

  it('tries again after throttling and counts its attempts', async () => {
    answerWith = (attempt) => {
      if (attempt < 3) throw new AwsFault('Throttling', 'Rate exceeded')
    }
    await create(schedule(2))
    await hasPassed(120)
    expect(scheduler.status().deliveries[0]).toMatchObject({attempts: 3, failure: null})
  })

  it('gives up at the maximum event age, and keeps what it could not deliver', async () => {
    answerWith = () => {
      throw new AwsFault('InternalFailure', 'no', 500)
    }
    await create(schedule(2, {}, {RetryPolicy: {MaximumEventAgeInSeconds: 60}}))
    await hasPassed(120)
    expect(scheduler.status().deadLetters).toHaveLength(1)
    expect(scheduler.status().deadLetters[0]?.attempts).toBeGreaterThan(3)
    expect(scheduler.status().schedules).toEqual([])
  })

  it('delivers to a Region that was down once it is back', async () => {
    await create(schedule(2))
    wire.world.setFault({kind: 'region-down', region: 'eu-west-1'})
    await hasPassed(40)
    expect(calls).toEqual([])
    wire.world.clearFault()
    await hasPassed(120)
    expect(calls).toHaveLength(1)
  })

  it.each([
    ['a member in the wrong case', {ruleArn: 'arn:rule', Actions: []}, 'ruleArn'],
    [
      'a member the API does not have, deep inside',
      {RuleArn: 'arn:rule', Actions: [{Type: 'forward', Wieght: 1}]},
      'Actions[0].Wieght',
    ],
    ['no required member', {Actions: []}, 'RuleArn'],
  ])('dead-letters an input with %s', async (_, input, named) => {
    await create(schedule(2, {}, {Input: JSON.stringify(input)}))
    await hasPassed(120)
    expect(scheduler.status().deadLetters).toHaveLength(1)
    expect(scheduler.status().deadLetters[0]?.failure).toContain(named)
    expect(calls).toEqual([])
  })

  it.each<[string, () => CreateScheduleCommandInput]>([
    ['a time in the past', () => schedule(-5)],
    ['an expression it cannot read', () => schedule(5, {ScheduleExpression: 'at(2026-13-01 10:00)'})],
    [
      'a target that only reads',
      () => schedule(5, {}, {Arn: 'arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:describeRules'}),
    ],
    ['a target that does not exist', () => schedule(5, {}, {Arn: 'arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:bendRule'})],
    ['an input that is not JSON', () => schedule(5, {}, {Input: '{'})],
    ['an event age under a minute', () => schedule(5, {}, {RetryPolicy: {MaximumEventAgeInSeconds: 30}})],
    ['a window with OFF', () => schedule(5, {FlexibleTimeWindow: {Mode: 'OFF', MaximumWindowInMinutes: 5}})],
    ['no role', () => schedule(5, {}, {RoleArn: 'me'})],
  ])('refuses %s', async (_, input) => {
    await expect(create(input())).rejects.toMatchObject({name: 'ValidationException', $metadata: {httpStatusCode: 400}})
  })

  it('says that recurring schedules are not modelled', async () => {
    await expect(create(schedule(5, {ScheduleExpression: 'rate(1 minute)'}))).rejects.toMatchObject({name: 'NotImplemented'})
  })

  it('conflicts on a second schedule of that name, but knows the retry of the same call', async () => {
    await create(schedule(600, {ClientToken: 'one'}))
    await create(schedule(600, {ClientToken: 'one'}))
    await expect(create(schedule(600, {ClientToken: 'two'}))).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: {httpStatusCode: 409},
    })
  })

  it.each([
    ['update', async () => client.send(new UpdateScheduleCommand(schedule(600)))],
    ['get', async () => client.send(new GetScheduleCommand({Name: 'home'}))],
    ['delete', async () => client.send(new DeleteScheduleCommand({Name: 'home'}))],
    ['create in an unknown group', async () => create(schedule(600, {GroupName: 'nowhere'}))],
  ])('answers ResourceNotFoundException to %s', async (_, call) => {
    await expect(call()).rejects.toMatchObject({name: 'ResourceNotFoundException', $metadata: {httpStatusCode: 404}})
  })

  it('keeps groups and Regions apart, and lists by prefix', async () => {
    await client.send(new CreateScheduleGroupCommand({Name: 'sluice'}))
    expect((await client.send(new GetScheduleGroupCommand({Name: 'sluice'}))).State).toBe('ACTIVE')
    await create(schedule(600, {GroupName: 'sluice'}))
    await create(schedule(600, {Name: 'other'}))
    expect((await client.send(new ListSchedulesCommand({GroupName: 'sluice'}))).Schedules?.map((one) => one.Name)).toEqual([
      'home',
    ])
    expect((await client.send(new ListSchedulesCommand({NamePrefix: 'oth'}))).Schedules?.map((one) => one.Name)).toEqual([
      'other',
    ])
    const elsewhere = new SchedulerClient(wire.client('eu-central-1'))
    expect((await elsewhere.send(new ListSchedulesCommand({}))).Schedules).toEqual([])
    elsewhere.destroy()
  })
})

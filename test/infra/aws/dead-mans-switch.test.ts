import {ApplicationAutoScalingClient, DescribeScalableTargetsCommand} from '@aws-sdk/client-application-auto-scaling'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import type {Action} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {deadMansSwitch} from '../../../src/infra/aws/dead-mans-switch.ts'
import {liveRule} from '../../../src/infra/aws/live-rule.ts'
import {atExpression, atOf, scheduleName} from '../../../src/infra/aws/schedule-terms.ts'
import type {RuleReading} from '../../../src/runbooks/release/ports.ts'
import {arns, aSession, awsError, groups, signal} from './a-session.ts'

const scheduler = mockClient(SchedulerClient)
const elb = mockClient(ElasticLoadBalancingV2Client)
const scaling = mockClient(ApplicationAutoScalingClient)
beforeEach(() => {
  for (const client of [scheduler, elb, scaling]) client.reset()
  // Not armed yet, unless a test says otherwise.
  scheduler.on(UpdateScheduleCommand).rejects(awsError('ResourceNotFoundException', 404))
})

const session = aSession()
const input = {
  service: 'shop',
  rule: arns.rule,
  groups,
  group: 'sluice',
  deadLetterQueue: 'arn:aws:sqs:eu-west-1:111122223333:lost',
  role: 'arn:aws:iam::111122223333:role/sluice-switch',
  scaling: {cluster: 'shop', services: {a: 'shop-a', b: 'shop-b'}},
}
const aSwitch = deadMansSwitch(session, input)
const rule = liveRule(session, arns.rule, groups)
const aString: unknown = expect.any(String)
const dueAt = Date.UTC(2026, 0, 2, 3, 4, 5)

async function atWeights(a: number, b: number): Promise<RuleReading> {
  const Actions: Action[] = [
    {
      Type: 'forward',
      Order: 1,
      ForwardConfig: {
        TargetGroups: [
          {TargetGroupArn: arns.a, Weight: a},
          {TargetGroupArn: arns.b, Weight: b},
        ],
        TargetGroupStickinessConfig: {Enabled: true, DurationSeconds: 60},
      },
    },
  ]
  elb.on(DescribeRulesCommand).resolves({Rules: [{RuleArn: arns.rule, Actions}]})
  return rule.read(signal)
}
const created = () => scheduler.commandCalls(CreateScheduleCommand)[0]?.args[0].input

describe('arming', () => {
  test('sends every field: home with all weight, once, in UTC, never five minutes late, gone afterwards', async () => {
    scheduler.on(CreateScheduleCommand).resolves({})
    await aSwitch.arm(dueAt, await atWeights(80, 20), 'a', signal)
    expect(created()).toEqual({
      Name: 'sluice-shop-home',
      GroupName: 'sluice',
      Description: aString,
      State: 'ENABLED',
      ScheduleExpression: 'at(2026-01-02T03:04:05)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: {Mode: 'OFF'},
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'arn:aws:scheduler:::aws-sdk:elasticloadbalancingv2:modifyRule',
        RoleArn: input.role,
        Input: aString,
        RetryPolicy: {MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 185},
        DeadLetterConfig: {Arn: input.deadLetterQueue},
      },
    })
    const written: unknown = JSON.parse(created()?.Target?.Input ?? '')
    expect(written).toEqual({
      RuleArn: arns.rule,
      Actions: [
        {
          Type: 'forward',
          Order: 1,
          ForwardConfig: {
            TargetGroups: [
              {TargetGroupArn: arns.a, Weight: 100},
              {TargetGroupArn: arns.b, Weight: 0},
            ],
            TargetGroupStickinessConfig: {Enabled: false},
          },
        },
      ],
    })
  })

  test('again pushes the same schedule forward in one call, with every field', async () => {
    scheduler.on(CreateScheduleCommand).resolves({})
    await aSwitch.arm(dueAt, await atWeights(80, 20), 'a', signal)
    scheduler.on(UpdateScheduleCommand).resolves({})
    await aSwitch.arm(dueAt, await atWeights(80, 20), 'a', signal)
    expect(scheduler.commandCalls(UpdateScheduleCommand).at(-1)?.args[0].input).toEqual(created())
    expect(scheduler.commandCalls(CreateScheduleCommand)).toHaveLength(1)
  })

  test('makes the group when there is none', async () => {
    scheduler.on(CreateScheduleCommand).rejectsOnce(awsError('ResourceNotFoundException', 404)).resolves({})
    scheduler.on(CreateScheduleGroupCommand).resolves({})
    await aSwitch.arm(dueAt, await atWeights(80, 20), 'a', signal)
    expect(scheduler.commandCalls(CreateScheduleGroupCommand)[0]?.args[0].input).toMatchObject({Name: 'sluice'})
    expect(scheduler.commandCalls(CreateScheduleCommand)).toHaveLength(2)
  })

  test('recognises its own creation whose answer was lost', async () => {
    scheduler.on(CreateScheduleCommand).rejects(awsError('ConflictException', 409))
    scheduler.on(UpdateScheduleCommand).rejectsOnce(awsError('ResourceNotFoundException', 404)).resolves({})
    await aSwitch.arm(dueAt, await atWeights(80, 20), 'a', signal)
    expect(scheduler.commandCalls(UpdateScheduleCommand)).toHaveLength(2)
  })

  test("in China names China's partition", async () => {
    scheduler.on(CreateScheduleCommand).resolves({})
    await deadMansSwitch(aSession({region: 'cn-north-1'}), {...input, deadLetterQueue: null}).arm(
      dueAt,
      await atWeights(80, 20),
      'a',
      signal,
    )
    expect(created()?.Target?.Arn).toBe('arn:aws-cn:scheduler:::aws-sdk:elasticloadbalancingv2:modifyRule')
    expect(created()?.Target).not.toHaveProperty('DeadLetterConfig')
  })
})

describe('reading back', () => {
  test('says when it is due, and hashes like the rule will once it has fired', async () => {
    scheduler.on(CreateScheduleCommand).resolves({})
    const before = await atWeights(80, 20)
    await aSwitch.arm(dueAt + 1, before, 'a', signal)
    scheduler.on(GetScheduleCommand, {GroupName: 'sluice', Name: 'sluice-shop-home'}).resolves(created() as object)
    expect(await aSwitch.read(signal)).toEqual({
      dueAt: dueAt + 1000,
      weights: {a: 100, b: 0},
      actionsHash: rule.preview(before, {a: 100, b: 0}).actionsHash,
    })
  })

  test("a switch that isn't there is null", async () => {
    scheduler.on(GetScheduleCommand).rejects(awsError('ResourceNotFoundException', 404))
    expect(await aSwitch.read(signal)).toBeNull()
  })

  test("a schedule of the same name that isn't ours is due at no time and writes nothing we know", async () => {
    scheduler.on(GetScheduleCommand).resolves({
      ScheduleExpression: 'rate(1 day)',
      Target: {Arn: 'x', RoleArn: 'y', Input: 'not json'},
    })
    expect(await aSwitch.read(signal)).toMatchObject({dueAt: 0, weights: {a: 0, b: 0}})
  })
})

test('disarming what is gone is fine', async () => {
  scheduler.on(DeleteScheduleCommand).rejects(awsError('ResourceNotFoundException', 404))
  await aSwitch.disarm(signal)
  expect(scheduler.commandCalls(DeleteScheduleCommand)[0]?.args[0].input).toMatchObject({
    GroupName: 'sluice',
    Name: 'sluice-shop-home',
  })
})

describe('the second schedule', () => {
  test('gives scale-in back and keeps what else is suspended', async () => {
    scheduler.on(CreateScheduleCommand).resolves({})
    scaling.on(DescribeScalableTargetsCommand).resolves({
      ScalableTargets: [
        {
          ServiceNamespace: 'ecs',
          ResourceId: 'service/shop/shop-a',
          ScalableDimension: 'ecs:service:DesiredCount',
          MinCapacity: 2,
          MaxCapacity: 8,
          RoleARN: 'r',
          CreationTime: new Date(0),
          SuspendedState: {DynamicScalingInSuspended: true, ScheduledScalingSuspended: true},
        },
      ],
    })
    await aSwitch.armScaling(dueAt, 'a', {min: 2, max: 8, scaleInSuspended: false, scaleOutSuspended: false}, signal)
    expect(created()).toMatchObject({
      Name: 'sluice-shop-scaling',
      Target: {Arn: 'arn:aws:scheduler:::aws-sdk:applicationautoscaling:registerScalableTarget'},
    })
    expect(JSON.parse(created()?.Target?.Input ?? '')).toEqual({
      ServiceNamespace: 'ecs',
      ResourceId: 'service/shop/shop-a',
      ScalableDimension: 'ecs:service:DesiredCount',
      MinCapacity: 2,
      MaxCapacity: 8,
      SuspendedState: {DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: true},
    })
  })

  test("isn't armed for a slot that doesn't scale", async () => {
    scaling.on(DescribeScalableTargetsCommand).resolves({ScalableTargets: []})
    await aSwitch.armScaling(dueAt, 'a', {min: 2, max: 8, scaleInSuspended: false, scaleOutSuspended: false}, signal)
    expect(scheduler.calls()).toHaveLength(0)
  })
})

describe('names and times', () => {
  test('names fit, are allowed, and two services never share one', () => {
    const names = ['shop', 'shop/api', 'shop-api', 'x'.repeat(80), `${'x'.repeat(80)}y`].map((service) =>
      scheduleName(service, 'scaling'),
    )
    for (const name of names) expect(name).toMatch(/^[0-9a-zA-Z\-_.]{1,64}$/)
    expect(new Set(names).size).toBe(names.length)
  })

  test('a part of a second is rounded up: never early', () => {
    expect(atExpression(Date.UTC(2026, 0, 2, 3, 4, 5, 1))).toBe('at(2026-01-02T03:04:06)')
    expect(atOf('at(2026-01-02T03:04:06)')).toBe(Date.UTC(2026, 0, 2, 3, 4, 6))
    expect(atOf('rate(5 minutes)')).toBeNull()
  })
})

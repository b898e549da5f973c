import {DescribeServicesCommand, ECSClient} from '@aws-sdk/client-ecs'
import {DescribeRulesCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {UpdateScheduleCommand, SchedulerClient} from '@aws-sdk/client-scheduler'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import type {ReleaseConfig} from '../../../src/config/release-config.ts'
import {releaseWorld} from '../../../src/infra/aws/release-world.ts'
import type {ObservedCall} from '../../../src/infra/aws/session.ts'
import {arns, aSession, signal} from './a-session.ts'

const elb = mockClient(ElasticLoadBalancingV2Client)
const scheduler = mockClient(SchedulerClient)
const ecs = mockClient(ECSClient)
beforeEach(() => [elb, scheduler, ecs].forEach((client) => client.reset()))

const config: ReleaseConfig = {
  service: 'shop',
  environment: 'production',
  region: 'eu-west-1',
  loadBalancer: arns.loadBalancer,
  listener: arns.listener,
  rule: arns.rule,
  cluster: 'shop',
  container: null,
  slots: {
    a: {service: 'shop-a', targetGroup: arns.a},
    b: {service: 'shop-b', targetGroup: arns.b},
  },
  gates: [],
  steps: [],
  warmupMs: 0,
  warmMs: 0,
  afterPromotion: 'alert',
  deadMansSwitch: {role: null, deadLetterQueue: null, group: 'sluice', windowMs: 600_000, pausedWindowMs: 3_600_000},
  recovery: {region: 'eu-central-1', cluster: 'shop', service: 'shop-recovery'},
}

test("the switch's role is the account's sluice-switch unless one is named", async () => {
  elb.on(DescribeRulesCommand).resolves({Rules: [{RuleArn: arns.rule, Actions: [{Type: 'forward', TargetGroupArn: arns.a}]}]})
  scheduler.on(UpdateScheduleCommand).resolves({})
  const world = releaseWorld(config, aSession(), {account: '111122223333'})
  await world.deadMansSwitch.arm(0, await world.rule.read(signal), 'a', signal)
  expect(scheduler.commandCalls(UpdateScheduleCommand)[0]?.args[0].input.Target?.RoleArn).toBe(
    'arn:aws:iam::111122223333:role/sluice-switch',
  )
})

test('the recovery follower works in the recovery Region', async () => {
  const calls: ObservedCall[] = []
  ecs.on(DescribeServicesCommand).resolves({})
  const world = releaseWorld(config, aSession({onCall: (call) => calls.push(call)}), {account: '111122223333'})
  await world.recovery?.carry({taskDefinition: 'shop:1', image: 'shop:2', digest: null}, signal).catch(() => {})
  expect(calls).toMatchObject([{action: 'ecs:DescribeServices', region: 'eu-central-1'}])
})

test('without a recovery Region there is no follower', () => {
  expect(releaseWorld({...config, recovery: null}, aSession(), {account: '111122223333'}).recovery).toBeNull()
})

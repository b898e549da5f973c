import {CloudFormationClient, DescribeStacksCommand} from '@aws-sdk/client-cloudformation'
import {DescribeRulesCommand, DescribeTagsCommand, ElasticLoadBalancingV2Client} from '@aws-sdk/client-elastic-load-balancing-v2'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {homeInRecovery, stackRelease} from '../../../src/infra/aws/stack-release.ts'
import {parseConfig} from '../../../src/config/load.ts'
import type {ReleaseSettings} from '../../../src/config/release-config.ts'
import {aSession, arns, awsError} from './a-session.ts'

const cfn = mockClient(CloudFormationClient)
const elb = mockClient(ElasticLoadBalancingV2Client)
beforeEach(() => [cfn, elb].forEach((mock) => mock.reset()))

function settings(more = ''): ReleaseSettings {
  const parsed = parseConfig(
    `service: shop\nregion: eu-west-1\nstack: {api: api.example.com, site: www.example.com, recovery: {region: eu-central-1}}\n${more}`,
  )
  if (parsed.kind !== 'of-stack') throw new Error("the test's own configuration")
  return parsed.settings
}
const main = {
  LoadBalancerArn: arns.loadBalancer,
  ListenerArn: arns.listener,
  TargetGroupA: arns.a,
  TargetGroupB: arns.b,
  ClusterName: 'shop-cluster',
}
const foundation = {
  SchedulerRoleArn: 'arn:role',
  ScheduleGroupName: 'shop-production-sluice',
  SwitchDeadLetterQueueArn: 'arn:queue',
}

function stacks(outputs: Readonly<Record<string, Readonly<Record<string, string>>>>): void {
  cfn.on(DescribeStacksCommand).rejects(awsError('ValidationError', 400, 'Stack with id x does not exist'))
  for (const [name, told] of Object.entries(outputs)) {
    cfn.on(DescribeStacksCommand, {StackName: name}).resolves({
      Stacks: [
        {
          StackName: name,
          StackStatus: 'CREATE_COMPLETE',
          CreationTime: new Date(0),
          Outputs: Object.entries(told).map(([OutputKey, OutputValue]) => ({OutputKey, OutputValue})),
        },
      ],
    })
  }
}
function rule(a: number, b: number): void {
  elb.on(DescribeRulesCommand).resolves({
    Rules: [
      {
        RuleArn: arns.rule,
        Actions: [
          {
            Type: 'forward',
            ForwardConfig: {
              TargetGroups: [
                {TargetGroupArn: arns.a, Weight: a},
                {TargetGroupArn: arns.b, Weight: b},
              ],
            },
          },
        ],
      },
    ],
  })
  elb.on(DescribeTagsCommand).resolves({TagDescriptions: [{ResourceArn: arns.rule, Tags: [{Key: 'sluice:live', Value: 'shop'}]}]})
}

test("everything that a release touches comes from the stacks' outputs and the tagged rule", async () => {
  stacks({'shop-production-main': main, 'shop-production-foundation': foundation})
  rule(100, 0)
  expect(await stackRelease(aSession(), settings())).toMatchObject({
    service: 'shop',
    loadBalancer: arns.loadBalancer,
    listener: arns.listener,
    rule: arns.rule,
    cluster: 'shop-cluster',
    slots: {a: {service: 'shop-production-a', targetGroup: arns.a}, b: {service: 'shop-production-b', targetGroup: arns.b}},
    deadMansSwitch: {role: 'arn:role', group: 'shop-production-sluice', deadLetterQueue: 'arn:queue', windowMs: 600_000},
  })
})

test("a switch that the file names stays as it is, and the foundation isn't asked", async () => {
  stacks({'shop-production-main': main})
  rule(100, 0)
  const given = settings('switch: {role: "arn:aws:iam::111122223333:role/own"}\n')
  expect((await stackRelease(aSession(), given)).deadMansSwitch).toMatchObject({
    role: 'arn:aws:iam::111122223333:role/own',
    group: 'default',
    deadLetterQueue: null,
  })
})

describe('there is nothing to release to, and the command that makes it is named', () => {
  test.each([
    ['without a stack', {}],
    ['while the stack has no outputs yet', {'shop-production-main': {}, 'shop-production-foundation': foundation}],
  ])('%s', async (_, outputs) => {
    stacks(outputs)
    await expect(stackRelease(aSession(), settings())).rejects.toMatchObject({
      code: 'stack-unfinished',
      exitCode: 2,
      suggestions: ['sluice infra up', 'sluice infra status'],
    })
  })

  test('without a live rule', async () => {
    stacks({'shop-production-main': main, 'shop-production-foundation': foundation})
    elb.on(DescribeRulesCommand).resolves({Rules: []})
    await expect(stackRelease(aSession(), settings())).rejects.toMatchObject({
      code: 'stack-unfinished',
      suggestions: ['sluice infra up'],
    })
  })
})

test.each([
  ['the slot that the rule there points at', 0, 100, 'shop-production-b'],
  ['slot a before anything was switched', 100, 0, 'shop-production-a'],
])('in the recovery Region, home is %s', async (_, a, b, service) => {
  stacks({'shop-production-main': main})
  rule(a, b)
  const {recovery} = settings()
  if (recovery === null || !('stack' in recovery)) throw new Error("the test's own configuration")
  expect(await homeInRecovery(aSession({region: 'eu-central-1'}), recovery)).toEqual({cluster: 'shop-cluster', service})
})

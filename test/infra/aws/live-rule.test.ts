import {DescribeRulesCommand, ElasticLoadBalancingV2Client, ModifyRuleCommand} from '@aws-sdk/client-elastic-load-balancing-v2'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {liveRule} from '../../../src/infra/aws/live-rule.ts'
import {arns, aSession, containing, groups, signal} from './a-session.ts'

const elb = mockClient(ElasticLoadBalancingV2Client)
beforeEach(() => elb.reset())

const rule = liveRule(aSession(), arns.rule, groups)
const answer = (a: number, b: number) => ({
  Rules: [
    {
      RuleArn: arns.rule,
      Actions: [
        {
          Type: 'forward' as const,
          Order: 1,
          ForwardConfig: {
            TargetGroups: [
              {TargetGroupArn: arns.a, Weight: a},
              {TargetGroupArn: arns.b, Weight: b},
            ],
            TargetGroupStickinessConfig: {Enabled: false},
          },
        },
      ],
    },
  ],
})

test("asks for one rule by its ARN and reads the slots' weights", async () => {
  elb.on(DescribeRulesCommand, {RuleArns: [arns.rule]}).resolves(answer(80, 20))
  expect(await rule.read(signal)).toMatchObject({
    rule: arns.rule,
    weights: {a: 80, b: 20},
    stickiness: false,
    unusable: null,
    words: 'a 80 / b 20',
  })
})

test('writes complete actions, and what it wrote reads back with the hash that the preview announced', async () => {
  elb.on(DescribeRulesCommand).resolves(answer(100, 0))
  const before = await rule.read(signal)
  const announced = rule.preview(before, {a: 75, b: 25})
  await rule.write(before, {a: 75, b: 25}, signal)
  const sent = elb.commandCalls(ModifyRuleCommand)[0]?.args[0].input
  expect(sent).toEqual({RuleArn: arns.rule, Actions: answer(75, 25).Rules[0]?.Actions})
  elb.on(DescribeRulesCommand).resolves({Rules: [{RuleArn: arns.rule, ...sent}]})
  expect((await rule.read(signal)).actionsHash).toBe(announced.actionsHash)
})

test("refuses to write over a rule it doesn't understand", async () => {
  elb
    .on(DescribeRulesCommand)
    .resolves({Rules: [{RuleArn: arns.rule, Actions: [{Type: 'redirect', RedirectConfig: {StatusCode: 'HTTP_301'}}]}]})
  const before = await rule.read(signal)
  await expect(rule.write(before, {a: 100, b: 0}, signal)).rejects.toMatchObject({code: 'rule-unusable', exitCode: 6})
  expect(elb.commandCalls(ModifyRuleCommand)).toHaveLength(0)
})

test("a rule that isn't there is named", async () => {
  elb.on(DescribeRulesCommand).resolves({Rules: []})
  await expect(rule.read(signal)).rejects.toMatchObject({code: 'aws-not-found', message: containing(arns.rule)})
})

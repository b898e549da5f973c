import {
  DescribeTargetGroupAttributesCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {targets} from '../../../src/infra/aws/targets.ts'
import {arns, aSession, groups, signal} from './a-session.ts'

const elb = mockClient(ElasticLoadBalancingV2Client)
beforeEach(() => elb.reset())

test.each([
  ['healthy', undefined, 'healthy'],
  ['initial', 'Elb.RegistrationInProgress', 'initial'],
  ['unhealthy', 'Target.Timeout', 'unhealthy'],
  ['unhealthy', 'Elb.InternalError', 'unavailable'],
  ['unhealthy.draining', 'Target.DeregistrationInProgress', 'draining'],
  ['unused', 'Target.NotInUse', 'unused'],
  ['something new', undefined, 'unavailable'],
])('a target that is %s (%s) counts as %s', async (state, reason, expected) => {
  elb.on(DescribeTargetHealthCommand, {TargetGroupArn: arns.b}).resolves({
    TargetHealthDescriptions: [
      {
        Target: {Id: '10.0.0.7', Port: 8080},
        TargetHealth: {State: state as 'healthy', Reason: reason as 'Target.Timeout'},
      },
    ],
  })
  expect(await targets(aSession(), groups).health('b', signal)).toEqual([
    {
      id: '10.0.0.7:8080',
      state: expected,
      reason: reason ?? null,
    },
  ])
})

test("attributes that aren't answered are AWS's defaults", async () => {
  elb.on(DescribeTargetGroupAttributesCommand).resolves({
    Attributes: [
      {Key: 'slow_start.duration_seconds', Value: '60'},
      {Key: 'stickiness.enabled', Value: 'true'},
    ],
  })
  expect(await targets(aSession(), groups).settings('a', signal)).toEqual({
    targetGroup: arns.a,
    slowStartSeconds: 60,
    deregistrationDelaySeconds: 300,
    stickiness: true,
    minimumHealthyTargets: 1,
  })
})

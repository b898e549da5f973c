import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling'
import type {ScalableTarget} from '@aws-sdk/client-application-auto-scaling'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, expect, test} from 'vitest'
import {slotScaling} from '../../../src/infra/aws/slot-scaling.ts'
import {aSession, signal} from './a-session.ts'

const scaling = mockClient(ApplicationAutoScalingClient)
beforeEach(() => scaling.reset())

const slots = slotScaling(aSession(), {
  cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop',
  services: {a: 'shop-a', b: 'shop-b'},
})
const id = {ServiceNamespace: 'ecs', ResourceId: 'service/shop/shop-b', ScalableDimension: 'ecs:service:DesiredCount'} as const
const registered = (suspended: ScalableTarget['SuspendedState']): {ScalableTargets: ScalableTarget[]} => ({
  ScalableTargets: [{...id, MinCapacity: 2, MaxCapacity: 10, RoleARN: 'r', CreationTime: new Date(0), SuspendedState: suspended}],
})

test("a slot's limits are found under the names of its cluster and service", async () => {
  scaling
    .on(DescribeScalableTargetsCommand, {ServiceNamespace: 'ecs', ResourceIds: ['service/shop/shop-b']})
    .resolves(registered({DynamicScalingInSuspended: true}))
  expect(await slots.read('b', signal)).toEqual({min: 2, max: 10, scaleInSuspended: true, scaleOutSuspended: false})
})

test('a slot without a scalable target has none, and gets none', async () => {
  scaling.on(DescribeScalableTargetsCommand).resolves({ScalableTargets: []})
  expect(await slots.read('b', signal)).toBeNull()
  await slots.write('b', {min: 1, max: 2, scaleInSuspended: true, scaleOutSuspended: false}, signal)
  expect(scaling.commandCalls(RegisterScalableTargetCommand)).toHaveLength(0)
})

test('suspending scale-in keeps scheduled scaling suspended when it was', async () => {
  scaling.on(DescribeScalableTargetsCommand).resolves(registered({ScheduledScalingSuspended: true}))
  await slots.write('b', {min: 2, max: 10, scaleInSuspended: true, scaleOutSuspended: false}, signal)
  expect(scaling.commandCalls(RegisterScalableTargetCommand)[0]?.args[0].input).toEqual({
    ...id,
    MinCapacity: 2,
    MaxCapacity: 10,
    SuspendedState: {
      DynamicScalingInSuspended: true,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: true,
    },
  })
})

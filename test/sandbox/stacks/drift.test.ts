/** Drift over HTTP: what somebody changed or deleted beside the stack. */
import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
} from '@aws-sdk/client-cloudformation'
import type {StackResourceDrift} from '@aws-sdk/client-cloudformation'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {aStackAccount, region} from './a-stack-account.ts'
import type {StackAccount} from './a-stack-account.ts'

let account: StackAccount
beforeAll(async () => {
  account = await aStackAccount()
  const url = await account.upload('drift.yaml', 'Resources: {T: {Type: AWS::SNS::Topic}}')
  await account.create(
    'drifts',
    `
Resources:
  P: {Type: AWS::SSM::Parameter, Properties: {Name: /drifts/p, Type: String, Value: one}}
  Gone: {Type: AWS::SSM::Parameter, Properties: {Name: /drifts/gone, Type: String, Value: one}}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}'}}`,
  )
  await account.settled('drifts')
}, 30_000)
afterAll(async () => {
  await account.close()
})

async function detect(): Promise<{readonly drift: string | undefined; readonly resources: readonly StackResourceDrift[]}> {
  const {StackDriftDetectionId} = await account.cfn.send(new DetectStackDriftCommand({StackName: 'drifts'}))
  const found = await vi.waitUntil(
    async () => {
      const now = await account.cfn.send(new DescribeStackDriftDetectionStatusCommand({StackDriftDetectionId}))
      return now.DetectionStatus === 'DETECTION_IN_PROGRESS' ? false : now
    },
    {timeout: 10_000, interval: 10},
  )
  expect(found.DetectionStatus).toBe('DETECTION_COMPLETE')
  const {StackResourceDrifts = []} = await account.cfn.send(new DescribeStackResourceDriftsCommand({StackName: 'drifts'}))
  return {drift: found.StackDriftStatus, resources: StackResourceDrifts}
}
const byId = (resources: readonly StackResourceDrift[], id: string): StackResourceDrift | undefined =>
  resources.find((one) => one.LogicalResourceId === id)

describe('drift', () => {
  it('is none in what was just made; nested stacks are checked each by itself', async () => {
    const {drift, resources} = await detect()
    expect(drift).toBe('IN_SYNC')
    expect(resources.map((one) => [one.LogicalResourceId, one.StackResourceDriftStatus])).toEqual([
      ['P', 'IN_SYNC'],
      ['Gone', 'IN_SYNC'],
      ['Nested', 'NOT_CHECKED'],
    ])
  })

  it('tells a property that was changed by hand, and a thing that was deleted', async () => {
    await account.world.invoke('ssm', 'PutParameter', {Name: '/drifts/p', Type: 'String', Value: 'two', Overwrite: true}, region)
    await account.world.invoke('ssm', 'DeleteParameter', {Name: '/drifts/gone'}, region)
    const {drift, resources} = await detect()
    expect(drift).toBe('DRIFTED')
    expect(byId(resources, 'P')).toMatchObject({
      StackResourceDriftStatus: 'MODIFIED',
      PropertyDifferences: [{PropertyPath: '/Value', ExpectedValue: 'one', ActualValue: 'two', DifferenceType: 'NOT_EQUAL'}],
    })
    expect(byId(resources, 'Gone')).toMatchObject({StackResourceDriftStatus: 'DELETED'})
    expect((await account.stack('drifts')).DriftInformation).toMatchObject({StackDriftStatus: 'DRIFTED'})
  })
})

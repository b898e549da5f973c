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

async function detect(
  name = 'drifts',
): Promise<{readonly drift: string | undefined; readonly resources: readonly StackResourceDrift[]}> {
  const {StackDriftDetectionId} = await account.cfn.send(new DetectStackDriftCommand({StackName: name}))
  const found = await vi.waitUntil(
    async () => {
      const now = await account.cfn.send(new DescribeStackDriftDetectionStatusCommand({StackDriftDetectionId}))
      return now.DetectionStatus === 'DETECTION_IN_PROGRESS' ? false : now
    },
    {timeout: 10_000, interval: 10},
  )
  expect(found.DetectionStatus).toBe('DETECTION_COMPLETE')
  const {StackResourceDrifts = []} = await account.cfn.send(new DescribeStackResourceDriftsCommand({StackName: name}))
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

describe('drift of a door that is closed and opened by calls', () => {
  const rule = (SourceSecurityGroupId: string) => `{IpProtocol: tcp, FromPort: 5433, ToPort: 5433, ${SourceSecurityGroupId}}`
  const template = `
Resources:
  Tasks: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: tasks}}
  Whole:
    Type: AWS::EC2::SecurityGroup
    Properties: {GroupDescription: whole, SecurityGroupIngress: [${rule('SourceSecurityGroupId: !Ref Tasks')}]}
  Apart: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: apart, SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/8}]}}
  Rule: {Type: AWS::EC2::SecurityGroupIngress, Properties: ${rule('SourceSecurityGroupId: !Ref Tasks, GroupId: !Ref Apart')}}`
  const physical = new Map<string, string>()
  const call = async (operation: 'Authorize' | 'Revoke', group: 'Whole' | 'Apart'): Promise<void> => {
    const UserIdGroupPairs = [{GroupId: physical.get('Tasks')}]
    await account.world.invoke(
      'ec2',
      `${operation}SecurityGroupIngress`,
      {GroupId: physical.get(group), IpPermissions: [{IpProtocol: 'tcp', FromPort: 5433, ToPort: 5433, UserIdGroupPairs}]},
      region,
    )
  }
  const statuses = async (): Promise<Readonly<Record<string, string | undefined>>> =>
    Object.fromEntries(
      (await detect('door')).resources.map((one) => [one.LogicalResourceId ?? '', one.StackResourceDriftStatus] as const),
    )
  const inSync = {Tasks: 'IN_SYNC', Whole: 'IN_SYNC', Apart: 'IN_SYNC', Rule: 'IN_SYNC'}

  beforeAll(async () => {
    await account.create('door', template)
    await account.settled('door')
    for (const one of (await detect('door')).resources) physical.set(one.LogicalResourceId ?? '', one.PhysicalResourceId ?? '')
  }, 30_000)

  it("is none while nobody touched it: a rule that stands by itself is not its group's", async () => {
    expect(await statuses()).toEqual(inSync)
  })

  it('is told while a rule of the group is gone, and is none once the same rule was given back', async () => {
    await call('Revoke', 'Whole')
    expect(await statuses()).toEqual({...inSync, Whole: 'MODIFIED'})
    await call('Authorize', 'Whole')
    expect(await statuses()).toEqual(inSync)
  })

  it('a rule that stands by itself is known by its id: made again by a call it is another, and one too many in the group', async () => {
    await call('Revoke', 'Apart')
    expect(await statuses()).toEqual({...inSync, Rule: 'DELETED'})
    await call('Authorize', 'Apart')
    expect(await statuses()).toEqual({...inSync, Apart: 'MODIFIED', Rule: 'DELETED'})
  })
})

describe('drift of tags', () => {
  const template = `
Resources:
  P: {Type: AWS::RDS::DBParameterGroup, Properties: {Description: p, Family: postgres17, DBParameterGroupName: tagged, Tags: [{Key: backup, Value: 'yes'}]}}`
  const ResourceName = `arn:aws:rds:${region}:111122223333:pg:tagged`
  const found = async () =>
    (await detect('tagged')).resources.map((one) => one.PropertyDifferences?.map(({PropertyPath}) => PropertyPath))

  beforeAll(async () => {
    await account.create('tagged', template)
    await account.settled('tagged')
  }, 30_000)

  it("is none as made: the stack's own are nobody's template", async () => {
    expect(await found()).toEqual([[]])
  })

  it('is told of one that a call took away, and is none once a call set it again', async () => {
    await account.world.invoke('rds', 'RemoveTagsFromResource', {ResourceName, TagKeys: ['backup']}, region)
    expect(await found()).toEqual([['/Tags/0']])
    await account.world.invoke('rds', 'AddTagsToResource', {ResourceName, Tags: [{Key: 'backup', Value: 'yes'}]}, region)
    expect(await found()).toEqual([[]])
  })
})

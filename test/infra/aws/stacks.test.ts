import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceDriftsCommand,
  DescribeStacksCommand,
  DetectStackDriftCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  SetStackPolicyCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {stacks} from '../../../src/infra/aws/stacks.ts'
import type {StackInput} from '../../../src/runbooks/provision/ports.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {aSession, awsError} from './a-session.ts'

const cfn = mockClient(CloudFormationClient)
beforeEach(() => cfn.reset())
const port = stacks(aSession())
const main = {name: 'shop-production-main', region: 'eu-west-1'}
const id = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop-production-main/1'
const absent = awsError('ValidationError', 400, 'Stack with id shop-production-main does not exist')
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 2, 3, 4, second))
const input = (over: Partial<StackInput> = {}): StackInput => ({
  stack: main,
  template: {kind: 'body', body: 'Resources: {}'},
  parameters: {A: '1', Kept: null},
  tags: {owner: 'sluice'},
  role: 'arn:aws:iam::1:role/x',
  token: 't-1',
  ...over,
})

describe('a stack', () => {
  test('is told in our words: parameters with what they resolved to, outputs, the time of its last change', async () => {
    cfn.on(DescribeStacksCommand).resolves({
      Stacks: [
        {
          StackId: id,
          StackName: main.name,
          StackStatus: 'UPDATE_COMPLETE',
          CreationTime: at(1),
          LastUpdatedTime: at(9),
          EnableTerminationProtection: true,
          Parameters: [{ParameterKey: 'Ami', ParameterValue: '/shop/ami', ResolvedValue: 'ami-1'}],
          Outputs: [{OutputKey: 'Vpc', OutputValue: 'vpc-1'}],
          Tags: [{Key: 'owner', Value: 'sluice'}],
        },
      ],
    })
    expect(await port.describe(main)).toEqual({
      id,
      name: main.name,
      status: 'UPDATE_COMPLETE',
      reason: null,
      parameters: {Ami: '/shop/ami'},
      resolved: {Ami: 'ami-1'},
      tags: {owner: 'sluice'},
      outputs: {Vpc: 'vpc-1'},
      changedAt: at(9).getTime(),
      protected: true,
      parent: null,
    })
  })

  test("that isn't there is null, and has no template, resources, events or policy", async () => {
    cfn.rejects(absent)
    expect(await port.describe(main)).toBeNull()
    expect(await port.template(main)).toBeNull()
    expect(await port.resources(main)).toEqual([])
    expect(await port.events(main, 0)).toEqual([])
    expect(await port.policy(main)).toBeNull()
  })

  test("that can't be asked about now is unavailable, not absent", async () => {
    cfn.rejects(Object.assign(awsError('Throttling', 400, 'Rate exceeded'), {$retryable: {throttling: true}}))
    await expect(port.describe(main)).rejects.toBeInstanceOf(Unavailable)
  })

  test("another mistake in a request isn't taken for absence", async () => {
    cfn.rejects(awsError('ValidationError', 400, '1 validation error detected'))
    await expect(port.describe(main)).rejects.toMatchObject({code: 'aws-refused'})
  })

  test('of another Region is asked there', async () => {
    cfn.on(DescribeStacksCommand).resolves({Stacks: []})
    await port.describe({...main, region: 'eu-central-1'})
    const client = cfn.commandCalls(DescribeStacksCommand)[0]?.thisValue as CloudFormationClient
    expect(await client.config.region()).toBe('eu-central-1')
  })
})

test('the template is the text that was given', async () => {
  cfn.on(GetTemplateCommand).resolves({TemplateBody: 'Resources: {}\n'})
  expect(await port.template(main)).toBe('Resources: {}\n')
  expect(cfn.commandCalls(GetTemplateCommand)[0]?.args[0].input).toEqual({StackName: main.name, TemplateStage: 'Original'})
})

test('resources are read to the last page', async () => {
  cfn
    .on(ListStackResourcesCommand)
    .resolvesOnce({
      StackResourceSummaries: [
        {
          LogicalResourceId: 'Vpc',
          PhysicalResourceId: 'vpc-1',
          ResourceType: 'AWS::EC2::VPC',
          ResourceStatus: 'CREATE_COMPLETE',
          LastUpdatedTimestamp: at(1),
        },
      ],
      NextToken: 'more',
    })
    .resolvesOnce({
      StackResourceSummaries: [
        {
          LogicalResourceId: 'Nat',
          ResourceType: 'X',
          ResourceStatus: 'CREATE_FAILED',
          ResourceStatusReason: 'no',
          LastUpdatedTimestamp: at(2),
        },
      ],
    })
  expect((await port.resources(main)).map(({logicalId, physicalId, reason}) => [logicalId, physicalId, reason])).toEqual([
    ['Vpc', 'vpc-1', null],
    ['Nat', '', 'no'],
  ])
  expect(cfn.commandCalls(ListStackResourcesCommand)[1]?.args[0].input).toMatchObject({NextToken: 'more'})
})

test("events are oldest first, and pages older than asked for aren't read", async () => {
  cfn
    .on(DescribeStackEventsCommand)
    .resolvesOnce({StackEvents: [event('e4', 40), event('e3', 30)], NextToken: '1'})
    .resolvesOnce({StackEvents: [event('e2', 20), event('e1', 10)], NextToken: '2'})
  expect((await port.events(main, at(20).getTime())).map((one) => one.id)).toEqual(['e2', 'e3', 'e4'])
  expect(cfn.commandCalls(DescribeStackEventsCommand)).toHaveLength(2)
})
const event = (EventId: string, second: number) => ({
  EventId,
  Timestamp: at(second),
  StackName: main.name,
  StackId: id,
  LogicalResourceId: 'X',
  ResourceStatus: 'CREATE_COMPLETE' as const,
})

test('creation leaves what was made, names its role and its token, and expands no macro', async () => {
  cfn.on(CreateStackCommand).resolves({StackId: id})
  expect(await port.create(input())).toEqual({id})
  expect(cfn.commandCalls(CreateStackCommand)[0]?.args[0].input).toEqual({
    StackName: main.name,
    TemplateBody: 'Resources: {}',
    Parameters: [
      {ParameterKey: 'A', ParameterValue: '1'},
      {ParameterKey: 'Kept', UsePreviousValue: true},
    ],
    Tags: [{Key: 'owner', Value: 'sluice'}],
    RoleARN: 'arn:aws:iam::1:role/x',
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    ClientRequestToken: 't-1',
    DisableRollback: true,
    RetainExceptOnCreate: true,
  })
})

test("a large template is named by its address, and without a role the caller's rights hold", async () => {
  cfn.on(CreateStackCommand).resolves({StackId: id})
  await port.create(input({template: {kind: 'url', url: 'https://b.s3.eu-west-1.amazonaws.com/k'}, role: null}))
  const sent = cfn.commandCalls(CreateStackCommand)[0]?.args[0].input
  expect(sent).toMatchObject({TemplateURL: 'https://b.s3.eu-west-1.amazonaws.com/k'})
  expect(sent).not.toHaveProperty('TemplateBody')
  expect(sent).not.toHaveProperty('RoleARN')
})

test("a list has the roots with a prefix, without nested ones and others'", async () => {
  const stack = (StackName: string, ParentId?: string) => ({
    StackName,
    ParentId,
    StackStatus: 'CREATE_COMPLETE' as const,
    CreationTime: at(1),
  })
  cfn
    .on(DescribeStacksCommand)
    .resolvesOnce({Stacks: [stack('shop-production-main'), stack('shop-production-main-Vpc-1', id)], NextToken: 'n'})
    .resolvesOnce({Stacks: [stack('shop-production-foundation'), stack('other')]})
  expect((await port.list('eu-west-1', 'shop-production-')).map(({name}) => name)).toEqual([
    'shop-production-main',
    'shop-production-foundation',
  ])
})

test('small operations say what they mean', async () => {
  cfn.resolves({})
  await port.continueRollback(main, 't-2')
  await port.remove(main, {token: 't-3', role: null, retain: ['Bucket']})
  await port.setPolicy(main, '{}')
  await port.protect(main, 'on')
  expect(cfn.commandCalls(ContinueUpdateRollbackCommand)[0]?.args[0].input).toEqual({
    StackName: main.name,
    ClientRequestToken: 't-2',
  })
  expect(cfn.commandCalls(DeleteStackCommand)[0]?.args[0].input).toEqual({
    StackName: main.name,
    ClientRequestToken: 't-3',
    RetainResources: ['Bucket'],
  })
  expect(cfn.commandCalls(SetStackPolicyCommand)[0]?.args[0].input).toEqual({StackName: main.name, StackPolicyBody: '{}'})
  expect(cfn.commandCalls(UpdateTerminationProtectionCommand)[0]?.args[0].input).toEqual({
    StackName: main.name,
    EnableTerminationProtection: true,
  })
})

test('nothing is retained unless it was named', async () => {
  cfn.resolves({})
  await port.remove(main, {token: 't', role: 'arn:aws:iam::1:role/x'})
  expect(cfn.commandCalls(DeleteStackCommand)[0]?.args[0].input).toEqual({
    StackName: main.name,
    ClientRequestToken: 't',
    RoleARN: 'arn:aws:iam::1:role/x',
  })
})

test('a stack has the policy that was set, or none', async () => {
  cfn.on(GetStackPolicyCommand).resolvesOnce({StackPolicyBody: '{"Statement":[]}'}).resolvesOnce({})
  expect([await port.policy(main), await port.policy(main)]).toEqual(['{"Statement":[]}', null])
})

describe('drift', () => {
  test('is null while it is being detected', async () => {
    cfn.on(DetectStackDriftCommand).resolves({StackDriftDetectionId: 'd-1'})
    cfn
      .on(DescribeStackDriftDetectionStatusCommand)
      .resolves({DetectionStatus: 'DETECTION_IN_PROGRESS', StackId: id, StackDriftDetectionId: 'd-1', Timestamp: at(1)})
    expect(await port.drift(main, (await port.detectDrift(main)).detection)).toBeNull()
  })

  test('tells what was changed or deleted, with both values where there are two', async () => {
    cfn
      .on(DescribeStackDriftDetectionStatusCommand)
      .resolves({DetectionStatus: 'DETECTION_COMPLETE', StackId: id, StackDriftDetectionId: 'd-1', Timestamp: at(1)})
    const common = {StackId: id, Timestamp: at(1), ResourceType: 'T', PhysicalResourceId: 'p'}
    cfn
      .on(DescribeStackResourceDriftsCommand)
      .resolvesOnce({
        StackResourceDrifts: [
          {
            ...common,
            LogicalResourceId: 'Db',
            StackResourceDriftStatus: 'MODIFIED',
            PropertyDifferences: [
              {PropertyPath: '/MultiAZ', ExpectedValue: 'true', ActualValue: 'false', DifferenceType: 'NOT_EQUAL'},
              {PropertyPath: '/Tags/1', ExpectedValue: 'null', ActualValue: '{}', DifferenceType: 'ADD'},
            ],
          },
        ],
        NextToken: 'n',
      })
      .resolvesOnce({StackResourceDrifts: [{...common, LogicalResourceId: 'Topic', StackResourceDriftStatus: 'DELETED'}]})
    expect(await port.drift(main, 'd-1')).toEqual([
      {
        logicalId: 'Db',
        physicalId: 'p',
        type: 'T',
        kind: 'modified',
        properties: [
          {path: 'MultiAZ', expected: 'true', actual: 'false', kind: 'not-equal'},
          {path: 'Tags/1', expected: null, actual: '{}', kind: 'add'},
        ],
      },
      {logicalId: 'Topic', physicalId: 'p', type: 'T', kind: 'deleted', properties: []},
    ])
  })

  test('that couldn\'t be compared completely is an error, never "none"', async () => {
    cfn.on(DescribeStackDriftDetectionStatusCommand).resolves({
      DetectionStatus: 'DETECTION_FAILED',
      DetectionStatusReason: 'Failed on Roles',
      StackId: id,
      StackDriftDetectionId: 'd-1',
      Timestamp: at(1),
    })
    await expect(port.drift(main, 'd-1')).rejects.toMatchObject({code: 'drift-incomplete'})
  })

  test('that somebody else is detecting is waited for', async () => {
    cfn.on(DetectStackDriftCommand).rejects(awsError('ValidationError', 400, 'Drift detection is already in progress for stack'))
    await expect(port.detectDrift(main)).rejects.toBeInstanceOf(Unavailable)
  })
})

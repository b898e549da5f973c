import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation'
import type {Change, ChangeSetStatus, DescribeChangeSetOutput, ExecutionStatus, StackStatus} from '@aws-sdk/client-cloudformation'
import {mockClient} from 'aws-sdk-client-mock'
import {beforeEach, describe, expect, test} from 'vitest'
import {stacks} from '../../../src/infra/aws/stacks.ts'
import {Unavailable} from '../../../src/runbooks/engine/unavailable.ts'
import {aSession, awsError} from './a-session.ts'

const cfn = mockClient(CloudFormationClient)
beforeEach(() => cfn.reset())
const port = stacks(aSession())
const main = {name: 'shop-production-main', region: 'eu-west-1'}
const arn = (name: string): string => `arn:aws:cloudformation:eu-west-1:111122223333:changeSet/${name}/1`
const input = {
  stack: main,
  template: {kind: 'body', body: 'Resources: {}'},
  parameters: {A: '1'},
  tags: {},
  role: null,
  token: 't',
  changeSet: 'sluice-1',
} as const
const noChangeSet = awsError('ChangeSetNotFoundException', 404, 'ChangeSet [sluice-1] does not exist')
const noStack = awsError('ValidationError', 400, 'Stack with id shop-production-main does not exist')

function stack(status: StackStatus | null): void {
  if (status === null) cfn.on(DescribeStacksCommand).rejects(noStack)
  else cfn.on(DescribeStacksCommand).resolves({Stacks: [{StackName: main.name, StackStatus: status, CreationTime: new Date(0)}]})
}
const described = (Status: ChangeSetStatus, over: Partial<DescribeChangeSetOutput> = {}): DescribeChangeSetOutput => ({
  ChangeSetId: arn('sluice-1'),
  ChangeSetName: 'sluice-1',
  Status,
  ...over,
})

describe('making one', () => {
  test.each([
    ["a stack that isn't there", null, 'CREATE'],
    ['an empty shell', 'REVIEW_IN_PROGRESS', 'CREATE'],
    ['a stack', 'UPDATE_COMPLETE', 'UPDATE'],
  ] as const)('for %s', async (_, status, type) => {
    stack(status)
    cfn.on(DescribeChangeSetCommand).rejects(noChangeSet)
    cfn.on(CreateChangeSetCommand).resolves({Id: arn('sluice-1')})
    expect(await port.makeChangeSet(input)).toEqual({id: arn('sluice-1')})
    expect(cfn.commandCalls(CreateChangeSetCommand)[0]?.args[0].input).toEqual({
      StackName: main.name,
      TemplateBody: 'Resources: {}',
      Parameters: [{ParameterKey: 'A', ParameterValue: '1'}],
      Tags: [],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      ChangeSetName: 'sluice-1',
      ChangeSetType: type,
      ClientToken: 't',
      IncludeNestedStacks: true,
    })
  })

  test.each([
    ['failed', described('FAILED', {StatusReason: 'x'})],
    ['had nothing to do', described('FAILED', {StatusReason: "The submitted information didn't contain changes."})],
    ['was executed', described('CREATE_COMPLETE', {ExecutionStatus: 'EXECUTE_COMPLETE'})],
    ['is obsolete', described('CREATE_COMPLETE', {ExecutionStatus: 'OBSOLETE'})],
  ])('one of that name that %s is deleted first', async (_, left) => {
    stack('UPDATE_COMPLETE')
    cfn.on(DescribeChangeSetCommand).resolves(left)
    cfn.on(CreateChangeSetCommand).resolves({Id: arn('sluice-1')})
    await port.makeChangeSet(input)
    expect(cfn.commandCalls(DeleteChangeSetCommand)).toHaveLength(1)
    expect(cfn.commandCalls(CreateChangeSetCommand)).toHaveLength(1)
  })

  test.each([
    ['is being made', described('CREATE_IN_PROGRESS')],
    ['is ready', described('CREATE_COMPLETE', {ExecutionStatus: 'AVAILABLE'})],
  ])('one of that name that %s is the one', async (_, left) => {
    stack('UPDATE_COMPLETE')
    cfn.on(DescribeChangeSetCommand).resolves(left)
    expect(await port.makeChangeSet(input)).toEqual({id: arn('sluice-1')})
    expect(cfn.commandCalls(CreateChangeSetCommand)).toHaveLength(0)
  })

  test('while the one before is still being deleted: look again later', async () => {
    stack('UPDATE_COMPLETE')
    cfn.on(DescribeChangeSetCommand).resolves(described('DELETE_IN_PROGRESS'))
    cfn.on(CreateChangeSetCommand).rejects(awsError('AlreadyExistsException', 400, 'ChangeSet sluice-1 cannot be created'))
    await expect(port.makeChangeSet(input)).rejects.toBeInstanceOf(Unavailable)
  })
})

describe('reading one', () => {
  test('whose nested one failed tells what the nested one says, not that it failed', async () => {
    const nested = arn('Database-1')
    cfn
      .on(DescribeChangeSetCommand)
      .resolves(
        described('FAILED', {StatusReason: `Nested change set ${nested} was not successfully created: Currently in FAILED.`}),
      )
    cfn.on(DescribeChangeSetCommand, {ChangeSetName: nested}).resolves({
      ChangeSetId: nested,
      StackName: 'main-Database-1',
      Status: 'FAILED',
      StatusReason: 'Template error: no such mapping',
    })
    expect(await port.changeSet(main, 'sluice-1')).toMatchObject({
      status: 'failed',
      reason: 'main-Database-1: Template error: no such mapping',
    })
  })

  const statuses: readonly (readonly [string, ChangeSetStatus, ExecutionStatus | undefined, string | undefined, string])[] = [
    ['is being made', 'CREATE_PENDING', 'UNAVAILABLE', undefined, 'pending'],
    ['can be executed', 'CREATE_COMPLETE', 'AVAILABLE', undefined, 'ready'],
    [
      'has nothing to do',
      'FAILED',
      'UNAVAILABLE',
      "The submitted information didn't contain changes. Submit different information to create a change set.",
      'empty',
    ],
    ['has nothing to do, in other words', 'FAILED', 'UNAVAILABLE', 'No updates are to be performed.', 'empty'],
    ['failed', 'FAILED', 'UNAVAILABLE', 'Properties validation failed', 'failed'],
    ['is being executed', 'CREATE_COMPLETE', 'EXECUTE_IN_PROGRESS', undefined, 'executed'],
    ['was executed', 'CREATE_COMPLETE', 'EXECUTE_COMPLETE', undefined, 'executed'],
    ['is out of date', 'CREATE_COMPLETE', 'OBSOLETE', undefined, 'obsolete'],
    ['is going away', 'DELETE_IN_PROGRESS', undefined, undefined, 'obsolete'],
  ]
  test.each(statuses)('that %s', async (_, Status, ExecutionStatus, StatusReason, status) => {
    cfn.on(DescribeChangeSetCommand).resolves(described(Status, {ExecutionStatus, StatusReason}))
    expect(await port.changeSet(main, 'sluice-1')).toMatchObject({status, reason: StatusReason ?? null})
  })

  test("that isn't there, or whose stack isn't", async () => {
    cfn.on(DescribeChangeSetCommand).rejectsOnce(noChangeSet).rejectsOnce(noStack)
    expect([await port.changeSet(main, 'sluice-1'), await port.changeSet(main, 'sluice-1')]).toEqual([null, null])
  })

  test('with values, to the last page', async () => {
    cfn
      .on(DescribeChangeSetCommand)
      .resolvesOnce(described('CREATE_COMPLETE', {ExecutionStatus: 'AVAILABLE', Changes: [add('A')], NextToken: 'n'}))
      .resolvesOnce(described('CREATE_COMPLETE', {ExecutionStatus: 'AVAILABLE', Changes: [add('B')]}))
    expect((await port.changeSet(main, 'sluice-1'))?.changes.map(({path}) => path)).toEqual(['A', 'B'])
    expect(cfn.commandCalls(DescribeChangeSetCommand).map(({args}) => args[0].input)).toEqual([
      {ChangeSetName: 'sluice-1', StackName: main.name, IncludePropertyValues: true},
      {ChangeSetName: 'sluice-1', StackName: main.name, IncludePropertyValues: true, NextToken: 'n'},
    ])
  })

  test('follows nested ones by their ids, and joins their paths', async () => {
    const nested: Change = {
      ResourceChange: {
        LogicalResourceId: 'Data',
        ResourceType: 'AWS::CloudFormation::Stack',
        Action: 'Modify',
        Replacement: 'False',
        ChangeSetId: arn('nested'),
      },
    }
    cfn
      .on(DescribeChangeSetCommand, {ChangeSetName: 'sluice-1'})
      .resolves(described('CREATE_COMPLETE', {ExecutionStatus: 'AVAILABLE', Changes: [nested, add('Key')]}))
    cfn
      .on(DescribeChangeSetCommand, {ChangeSetName: arn('nested')})
      .resolves(described('CREATE_COMPLETE', {Changes: [add('Instance')]}))
    expect((await port.changeSet(main, 'sluice-1'))?.changes.map(({path, nested: inner}) => [path, inner])).toEqual([
      ['Data', arn('nested')],
      ['Data/Instance', null],
      ['Key', null],
    ])
    expect(cfn.commandCalls(DescribeChangeSetCommand)[1]?.args[0].input).not.toHaveProperty('StackName')
  })

  test('a property that two things change is one change; it only follows when nothing says it will', async () => {
    const target = (Path: string, over: object = {}) => ({
      Attribute: 'Properties' as const,
      Name: Path.split('/')[2],
      Path,
      RequiresRecreation: 'Never' as const,
      ...over,
    })
    const change: Change = {
      ResourceChange: {
        LogicalResourceId: 'Listener',
        PhysicalResourceId: 'arn:listener',
        ResourceType: 'T',
        Action: 'Modify',
        Replacement: 'Conditional',
        Details: [
          {
            Target: target('/Properties/Port', {BeforeValue: '80', AfterValue: '443', RequiresRecreation: 'Always'}),
            Evaluation: 'Static',
            ChangeSource: 'ParameterReference',
          },
          {Target: target('/Properties/Port'), Evaluation: 'Dynamic', ChangeSource: 'DirectModification'},
          {Target: target('/Properties/LoadBalancerArn'), Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute'},
          {Target: {Attribute: 'Tags', RequiresRecreation: 'Never'}, Evaluation: 'Static', ChangeSource: 'DirectModification'},
        ],
      },
    }
    cfn.on(DescribeChangeSetCommand).resolves(described('CREATE_COMPLETE', {ExecutionStatus: 'AVAILABLE', Changes: [change]}))
    expect((await port.changeSet(main, 'sluice-1'))?.changes).toEqual([
      {
        path: 'Listener',
        type: 'T',
        physicalId: 'arn:listener',
        action: 'modify',
        replacement: 'maybe',
        nested: null,
        properties: [
          {path: 'Properties/Port', before: '80', after: '443', replaces: 'yes', follows: false},
          {path: 'Properties/LoadBalancerArn', before: null, after: null, replaces: 'no', follows: true},
          {path: 'Tags', before: null, after: null, replaces: 'no', follows: false},
        ],
      },
    ])
  })
})
const add = (LogicalResourceId: string): Change => ({ResourceChange: {LogicalResourceId, ResourceType: 'T', Action: 'Add'}})

test.each([
  ['a stack in order rolls back when it fails', 'UPDATE_COMPLETE', false],
  ['a stack that was left where its creation failed goes on like that', 'CREATE_FAILED', true],
  ['and where its update failed', 'UPDATE_FAILED', true],
] as const)('executing: %s', async (_, status, DisableRollback) => {
  stack(status)
  cfn.on(ExecuteChangeSetCommand).resolves({})
  await port.executeChangeSet(main, 'sluice-1', 't')
  expect(cfn.commandCalls(ExecuteChangeSetCommand)[0]?.args[0].input).toEqual({
    ChangeSetName: 'sluice-1',
    StackName: main.name,
    ClientRequestToken: 't',
    DisableRollback,
    RetainExceptOnCreate: true,
  })
})

test('deleting one that is gone already is done', async () => {
  cfn.on(DeleteChangeSetCommand).rejects(noChangeSet)
  await expect(port.deleteChangeSet(main, 'sluice-1')).resolves.toBeUndefined()
})

test('one that early validation refused says what it found, which only its events tell', async () => {
  const refused = described('FAILED', {
    StatusReason: 'The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck].',
  })
  cfn.on(DescribeChangeSetCommand).resolves(refused)
  cfn.on(DescribeEventsCommand, {ChangeSetName: arn('sluice-1')}).resolves({
    OperationEvents: [{EventType: 'STACK_EVENT'}, {LogicalResourceId: 'Vault', ValidationStatusReason: 'it already exists.'}],
  })
  expect(await port.changeSet(main, 'sluice-1')).toMatchObject({status: 'failed', reason: 'Vault: it already exists.'})
  cfn.on(DescribeEventsCommand).rejects(awsError('AccessDenied', 403, 'no'))
  expect(await port.changeSet(main, 'sluice-1')).toMatchObject({status: 'failed', reason: refused.StatusReason})
})

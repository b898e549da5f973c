/** Change sets over HTTP: what they show before anything happens, nested stacks included, and what carrying them out does. */
import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation'
import type {Change, DescribeChangeSetCommandOutput, ResourceChange} from '@aws-sdk/client-cloudformation'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {aStackAccount, region} from './a-stack-account.ts'
import type {StackAccount} from './a-stack-account.ts'

let account: StackAccount
beforeAll(async () => {
  account = await aStackAccount()
}, 30_000)
afterEach(() => {
  account.world.clearFault()
})
afterAll(async () => {
  await account.close()
})

const changed = (changes: readonly Change[] | undefined, logicalId: string): ResourceChange | undefined =>
  changes?.find((one) => one.ResourceChange?.LogicalResourceId === logicalId)?.ResourceChange
const execute = async (
  {ChangeSetId}: DescribeChangeSetCommandOutput,
  more: {readonly DisableRollback?: boolean} = {},
): Promise<void> => {
  await account.cfn.send(new ExecuteChangeSetCommand({ChangeSetName: ChangeSetId, ...more}))
}

const body = (keep: number, name: string, more = ''): string => `
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: ${keep}}}
  P: {Type: AWS::SSM::Parameter, Properties: {Name: ${name}, Type: String, Value: !GetAtt Queue.Arn}}
${more}`

describe('a change set', () => {
  it("for a stack that isn't there makes an empty shell, and adds everything", async () => {
    const set = await account.changeSet('planned', body(600, '/planned/a'), {ChangeSetType: 'CREATE'})
    expect(set).toMatchObject({Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', StackName: 'planned'})
    expect(set.Changes?.map((one) => [one.ResourceChange?.Action, one.ResourceChange?.LogicalResourceId])).toEqual([
      ['Add', 'Queue'],
      ['Add', 'P'],
    ])
    expect(await account.stack('planned')).toMatchObject({StackStatus: 'REVIEW_IN_PROGRESS'})
    await execute(set)
    expect(await account.status('planned')).toBe('CREATE_COMPLETE')
  })

  it('without a change has failed, in the words tools look for', async () => {
    expect(await account.changeSet('planned', body(600, '/planned/a'))).toMatchObject({
      Status: 'FAILED',
      ExecutionStatus: 'UNAVAILABLE',
      StatusReason: "The submitted information didn't contain changes. Submit different information to create a change set.",
    })
  })

  it("shows each property before and after, and what merely may follow from another's", async () => {
    const set = await account.changeSet('planned', body(900, '/planned/a'))
    expect(changed(set.Changes, 'Queue')).toMatchObject({
      Action: 'Modify',
      Replacement: 'False',
      Scope: ['Properties'],
      Details: [
        {
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
          Target: {
            Attribute: 'Properties',
            Name: 'MessageRetentionPeriod',
            Path: '/Properties/MessageRetentionPeriod',
            RequiresRecreation: 'Never',
            BeforeValue: '600',
            AfterValue: '900',
            AttributeChangeType: 'Modify',
          },
        },
      ],
    })
    expect(changed(set.Changes, 'P')?.Details).toMatchObject([
      {
        Evaluation: 'Dynamic',
        ChangeSource: 'ResourceAttribute',
        CausingEntity: 'Queue.Arn',
        Target: {Path: '/Properties/Value', AfterValue: '{{changeSet:KNOWN_AFTER_APPLY}}'},
      },
    ])
    const bare = await account.cfn.send(new DescribeChangeSetCommand({ChangeSetName: set.ChangeSetId}))
    expect(changed(bare.Changes, 'Queue')?.Details?.[0]?.Target).not.toHaveProperty('BeforeValue')
  })

  it('says what is replaced and what is removed, and what becomes of the old', async () => {
    const set = await account.changeSet(
      'planned',
      'Resources:\n  P: {Type: AWS::SSM::Parameter, UpdateReplacePolicy: Retain, Properties: {Name: /planned/b, Type: String, Value: x}}',
    )
    expect(changed(set.Changes, 'P')).toMatchObject({Replacement: 'True', PolicyAction: 'ReplaceAndDelete'})
    expect(changed(set.Changes, 'Queue')).toMatchObject({
      Action: 'Remove',
      PolicyAction: 'Delete',
      PhysicalResourceId: (await account.resources('planned'))['Queue']?.id,
    })
  })

  it("tells a parameter's change from a template's", async () => {
    const template =
      'Parameters: {V: {Type: String}}\nResources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: /told/a, Type: String, Value: !Ref V}}}'
    const given = (ParameterValue: string) => ({Parameters: [{ParameterKey: 'V', ParameterValue}]})
    await account.create('told', template, given('one'))
    await account.settled('told')
    const set = await account.changeSet('told', template, given('two'))
    expect(changed(set.Changes, 'P')?.Details).toMatchObject([
      {ChangeSource: 'ParameterReference', CausingEntity: 'V', Target: {BeforeValue: 'one', AfterValue: 'two'}},
    ])
    const kept = await account.changeSet('told', template, {Parameters: [{ParameterKey: 'V', UsePreviousValue: true}]})
    expect(kept.Status).toBe('FAILED')
  })

  it("hides what mustn't be echoed, and goes stale with any update", async () => {
    const secret =
      'Parameters: {S: {Type: String, NoEcho: true}, D: {Type: String, Default: d}}\nResources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: /hidden/a, Type: String, Value: x}}}'
    const given = {Parameters: [{ParameterKey: 'S', ParameterValue: 'sesame'}]}
    await account.create('hidden', secret, given)
    await account.settled('hidden')
    const set = await account.changeSet('hidden', secret.replace('Value: x', 'Value: y'), given)
    expect(set.Parameters).toEqual([
      {ParameterKey: 'S', ParameterValue: '****'},
      {ParameterKey: 'D', ParameterValue: 'd'},
    ])
    await account.update('hidden', secret.replace('Value: x', 'Value: z'), given)
    expect(await account.status('hidden')).toBe('UPDATE_COMPLETE')
    expect(await account.cfn.send(new DescribeChangeSetCommand({ChangeSetName: set.ChangeSetId}))).toMatchObject({
      ExecutionStatus: 'OBSOLETE',
    })
  })

  it("shows the stack's tags as tags", async () => {
    const set = await account.changeSet(
      'told',
      'Parameters: {V: {Type: String}}\nResources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: /told/a, Type: String, Value: !Ref V}}}',
      {
        Parameters: [{ParameterKey: 'V', UsePreviousValue: true}],
        Tags: [{Key: 'team', Value: 'web'}],
      },
    )
    expect(changed(set.Changes, 'P')).toMatchObject({
      Scope: ['Tags'],
      Replacement: 'False',
      Details: [{Target: {Attribute: 'Tags', Path: '/Tags/team', AfterValue: 'web', AttributeChangeType: 'Add'}}],
    })
  })

  it('becomes worthless when the stack changes without it', async () => {
    const set = await account.changeSet('planned', body(700, '/planned/a'))
    const other = await account.changeSet('planned', body(800, '/planned/a'))
    await execute(other)
    await account.settled('planned')
    expect(await account.cfn.send(new DescribeChangeSetCommand({ChangeSetName: set.ChangeSetId}))).toMatchObject({
      ExecutionStatus: 'OBSOLETE',
    })
    expect(await account.cfn.send(new DescribeChangeSetCommand({ChangeSetName: other.ChangeSetId}))).toMatchObject({
      ExecutionStatus: 'EXECUTE_COMPLETE',
    })
    await expect(execute(set)).rejects.toMatchObject({name: 'InvalidChangeSetStatusException'})
  })

  it('is one when it is made twice with the same token, is listed, and can be deleted', async () => {
    const input = {StackName: 'planned', ChangeSetName: 'again', TemplateBody: body(600, '/planned/a'), ClientToken: 'same'}
    const {Id} = await account.cfn.send(new CreateChangeSetCommand(input))
    expect((await account.cfn.send(new CreateChangeSetCommand(input))).Id).toBe(Id)
    await expect(account.cfn.send(new CreateChangeSetCommand({...input, ClientToken: 'other'}))).rejects.toMatchObject({
      name: 'AlreadyExistsException',
    })
    expect(
      (await account.cfn.send(new ListChangeSetsCommand({StackName: 'planned'}))).Summaries?.map((one) => one.ChangeSetId),
    ).toContain(Id)
    await account.cfn.send(new DeleteChangeSetCommand({StackName: 'planned', ChangeSetName: 'again'}))
    await expect(
      account.cfn.send(new DescribeChangeSetCommand({StackName: 'planned', ChangeSetName: 'again'})),
    ).rejects.toMatchObject({name: 'ChangeSetNotFoundException'})
  })
})

describe('what is checked before', () => {
  it("properties that don't fit, with their reason among the events", async () => {
    const set = await account.changeSet('planned', body(600, '/planned/a', '  T: {Type: AWS::SNS::Topic, Properties: {Nope: 1}}'))
    expect(set).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining('[AWS::EarlyValidation::PropertyValidation]') as string,
    })
    const {OperationEvents} = await account.cfn.send(new DescribeEventsCommand({ChangeSetName: set.ChangeSetId}))
    expect(OperationEvents).toMatchObject([
      {
        EventType: 'VALIDATION_ERROR',
        ValidationStatus: 'FAILED',
        LogicalResourceId: 'T',
        ValidationStatusReason: expect.stringContaining('Nope') as string,
      },
    ])
  })

  it('names that somebody else has', async () => {
    await account.world.invoke('ssm', 'PutParameter', {Name: '/somebody/elses', Type: 'String', Value: 'x'}, region)
    const set = await account.changeSet(
      'planned',
      body(600, '/planned/a', '  S: {Type: AWS::SSM::Parameter, Properties: {Name: /somebody/elses, Type: String, Value: y}}'),
    )
    expect(set).toMatchObject({Status: 'FAILED', StatusReason: expect.stringContaining('ResourceExistenceCheck') as string})
  })

  it.each([
    [
      'a parameter',
      'Parameters: {A: {Type: String}}\nResources: {T: {Type: AWS::SNS::Topic}}',
      'Parameters: [A] must have values',
    ],
    ["a stack that isn't there", 'Resources: {T: {Type: AWS::SNS::Topic}}', 'Stack [nobody] does not exist'],
  ])('%s, at once', async (what, template, message) => {
    await expect(account.changeSet(what === 'a parameter' ? 'planned' : 'nobody', template)).rejects.toMatchObject({
      name: 'ValidationError',
      message,
    })
  })
})

describe('an import', () => {
  const database = (more = ''): string => `Resources:
  Topic: {Type: AWS::SNS::Topic}
  Kept:
    Type: AWS::RDS::DBInstance
    DeletionPolicy: Retain
    Properties: {DBInstanceIdentifier: kept, Engine: postgres, EngineVersion: '17', DBInstanceClass: db.t4g.micro, AllocatedStorage: '20', MasterUsername: owner, MasterUserPassword: 'long-enough-1'${more}}
`
  const without = 'Resources:\n  Topic: {Type: AWS::SNS::Topic}\n'
  const asked = {
    ChangeSetType: 'IMPORT' as const,
    ResourcesToImport: [
      {ResourceType: 'AWS::RDS::DBInstance', LogicalResourceId: 'Kept', ResourceIdentifier: {DBInstanceIdentifier: 'kept'}},
    ],
  }

  it('takes a database that a stack has let go of in again, and changes nothing about it', {timeout: 60_000}, async () => {
    await account.create('keeper', database())
    expect(await account.status('keeper')).toBe('CREATE_COMPLETE')
    const record = () => account.world.records.get(region, 'AWS::RDS::DBInstance', 'kept')
    const before = record()
    await account.update('keeper', without)
    expect([await account.status('keeper'), record()?.id]).toEqual(['UPDATE_COMPLETE', 'kept'])
    const set = await account.changeSet('keeper', database(), asked)
    expect(set.Changes?.map(({ResourceChange: one}) => [one?.Action, one?.LogicalResourceId, one?.PhysicalResourceId])).toEqual([
      ['Import', 'Kept', 'kept'],
    ])
    await execute(set)
    expect(await account.status('keeper')).toBe('IMPORT_COMPLETE')
    expect((await account.resources('keeper'))['Kept']).toEqual({status: 'IMPORT_COMPLETE', id: 'kept'})
    expect(record()?.createdAt).toBe(before?.createdAt)
    await account.update('keeper', database(', BackupRetentionPeriod: 3'))
    expect(await account.status('keeper')).toBe('UPDATE_COMPLETE')
  })

  it(
    "of what isn't there, or with anything else to change, has failed in CloudFormation's words",
    {timeout: 60_000},
    async () => {
      await account.create('other', without)
      await account.status('other')
      expect(
        await account.changeSet('other', database().replaceAll('kept', 'nobody'), {
          ...asked,
          ResourcesToImport: asked.ResourcesToImport.map((one) => ({
            ...one,
            ResourceIdentifier: {DBInstanceIdentifier: 'nobody'},
          })),
        }),
      ).toMatchObject({Status: 'FAILED', StatusReason: expect.stringContaining('was not found') as unknown})
      expect(await account.changeSet('other', `${database()}  More: {Type: AWS::SNS::Topic}\n`, asked)).toMatchObject({
        Status: 'FAILED',
        StatusReason: expect.stringContaining('You have modified resources [More]') as unknown,
      })
    },
  )
})

describe("what isn't modelled", () => {
  it.each([
    [{ImportExistingResources: true}, 'ImportExistingResources'],
    [{DeploymentMode: 'REVERT_DRIFT' as const}, 'DeploymentMode'],
    [{RollbackConfiguration: {RollbackTriggers: []}}, 'RollbackConfiguration'],
  ])('%o is said so, and never seems to have been done', async (input, what) => {
    await expect(account.changeSet('planned', body(600, '/planned/a'), input)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: `The sandbox doesn't model ${what} of cloudformation:CreateChangeSet.`,
    })
  })
})

describe('nested stacks', () => {
  const child = (more: string): string =>
    `Parameters: {V: {Type: String}}\nResources:\n  P: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub '/nest/\${V}', Type: String, Value: x}}\n  T: {Type: AWS::SNS::Topic}\n${more}\nOutputs: {Name: {Value: !Ref P}}`
  const parent = async (one: string, other: string, value: string): Promise<string> => `
Resources:
  One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${await account.upload(`nest-${one}.yaml`, child(one))}', Parameters: {V: '${value}'}}}
  Other: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${await account.upload(`nest-${other}.yaml`, child(other))}', Parameters: {V: other}}}
  Uses: {Type: AWS::SSM::Parameter, Properties: {Name: /nest/uses, Type: String, Value: !GetAtt One.Outputs.Name}}
`

  it("have change sets of their own; one in which nothing changes isn't shown", async () => {
    await account.create('nest', await parent('', '', 'one'))
    expect(await account.status('nest')).toBe('CREATE_COMPLETE')
    const set = await account.changeSet('nest', await parent('  Q: {Type: AWS::SQS::Queue}', '', 'one'))
    expect(set.Changes?.map((one) => one.ResourceChange?.LogicalResourceId)).toEqual(['One'])
    const inner = await account.cfn.send(new DescribeChangeSetCommand({ChangeSetName: changed(set.Changes, 'One')?.ChangeSetId}))
    expect(inner).toMatchObject({
      ParentChangeSetId: set.ChangeSetId,
      RootChangeSetId: set.ChangeSetId,
      StackId: (await account.resources('nest'))['One']?.id,
    })
    expect(inner.Changes?.map((one) => [one.ResourceChange?.Action, one.ResourceChange?.LogicalResourceId])).toEqual([
      ['Add', 'Q'],
    ])
    await execute(set)
    expect(await account.status('nest')).toBe('UPDATE_COMPLETE')
    expect((await account.resources(changed(set.Changes, 'One')?.PhysicalResourceId ?? ''))['Q']?.status).toBe('CREATE_COMPLETE')
  })

  it("pass on what isn't known yet: what uses it may change", async () => {
    const set = await account.changeSet('nest', await parent('  Q: {Type: AWS::SQS::Queue}', '', 'two'))
    expect(changed(set.Changes, 'One')?.Details).toMatchObject([
      {Target: {Path: '/Properties/Parameters/V', BeforeValue: 'one', AfterValue: 'two'}},
      {ChangeSource: 'Automatic'},
    ])
    expect(changed(set.Changes, 'Uses')?.Details).toMatchObject([
      {Evaluation: 'Dynamic', ChangeSource: 'ResourceAttribute', CausingEntity: 'One.Outputs.Name'},
    ])
    expect(changed(set.Changes, 'Other')).toBeUndefined()
  })

  it("are all modified, for all that is known, when they aren't followed", async () => {
    const set = await account.changeSet('nest', await parent('  Q: {Type: AWS::SQS::Queue}', '', 'one'), {
      IncludeNestedStacks: false,
      Tags: [],
    })
    expect(set.Changes?.map((one) => one.ResourceChange?.LogicalResourceId).sort()).toEqual(['One', 'Other', 'Uses'])
    expect(changed(set.Changes, 'Other')?.Details).toMatchObject([{Evaluation: 'Dynamic', ChangeSource: 'Automatic'}])
  })

  it('that will be new are planned too', async () => {
    const url = await account.upload('nest-.yaml', child(''))
    const template = `Resources: {One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}', Parameters: {V: fresh}}}}`
    const set = await account.changeSet('nest-new', template, {ChangeSetType: 'CREATE'})
    const inner = await account.cfn.send(new DescribeChangeSetCommand({ChangeSetName: changed(set.Changes, 'One')?.ChangeSetId}))
    expect(inner.Changes?.map((one) => [one.ResourceChange?.Action, one.ResourceChange?.LogicalResourceId])).toEqual([
      ['Add', 'P'],
      ['Add', 'T'],
    ])
  })
})

describe("what change sets of nested stacks can't do", () => {
  const network =
    "Resources: {A: {Type: AWS::SNS::Topic}, B: {Type: AWS::SNS::Topic}}\nOutputs: {Both: {Value: !Join [',', [!Ref A, !Ref B]]}}"
  const user =
    "Parameters: {All: {Type: CommaDelimitedList}}\nResources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: /all, Type: String, Value: !Join ['+', !Ref All]}}}"
  const parent = async (rest: string): Promise<string> => `
Resources:
  Net: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${await account.upload('net.yaml', network)}'}}
${rest}`
  const chosen = (index: number): string =>
    `  P: {Type: AWS::SSM::Parameter, Properties: {Name: /one, Type: String, Value: !Select [${index}, !Split [',', !GetAtt Net.Outputs.Both]]}}`

  it('is to choose from a list that another nested stack will hand out: the first is all there is', async () => {
    expect((await account.changeSet('first', await parent(chosen(0)), {ChangeSetType: 'CREATE'})).Status).toBe('CREATE_COMPLETE')
    expect(await account.changeSet('second', await parent(chosen(1)), {ChangeSetType: 'CREATE'})).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining('Fn::Select cannot select nonexistent value at index 1') as string,
    })
  })

  it("is nothing that a stack itself couldn't", async () => {
    await account.create('chooses', await parent(chosen(1)))
    expect(await account.status('chooses')).toBe('CREATE_COMPLETE')
    const net = (await account.resources('chooses'))['Net']?.id ?? ''
    expect(account.world.records.get(region, 'AWS::SSM::Parameter', '/one')?.properties['Value']).toBe(
      (await account.resources(net))['B']?.id,
    )
  })

  it("isn't to hand the list on as a whole", async () => {
    const url = await account.upload('user.yaml', user)
    const rest = `  User: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}', Parameters: {All: !GetAtt Net.Outputs.Both}}}`
    expect((await account.changeSet('hands', await parent(rest), {ChangeSetType: 'CREATE'})).Status).toBe('CREATE_COMPLETE')
  })
})

describe('carrying one out', () => {
  it('of a stack that failed needs to keep what it has', async () => {
    account.world.setFault({kind: 'resource-fails', target: 'AWS::SQS::Queue', times: 1})
    await account.create('limps', body(600, '/limps/a', '  T: {Type: AWS::SNS::Topic}'), {DisableRollback: true})
    expect(await account.status('limps')).toBe('CREATE_FAILED')
    const set = await account.changeSet('limps', body(600, '/limps/a', '  T: {Type: AWS::SNS::Topic}'))
    expect(set.Changes?.map((one) => one.ResourceChange?.LogicalResourceId)).toEqual(['Queue', 'P'])
    await expect(execute(set)).rejects.toMatchObject({name: 'ValidationError'})
    await execute(set, {DisableRollback: true})
    expect(await account.status('limps')).toBe('UPDATE_COMPLETE')
  })

  it('twice is once', async () => {
    const set = await account.changeSet('limps', body(700, '/limps/a', '  T: {Type: AWS::SNS::Topic}'))
    const again = {ChangeSetName: set.ChangeSetId, ClientRequestToken: 'once'}
    await account.cfn.send(new ExecuteChangeSetCommand(again))
    await account.cfn.send(new ExecuteChangeSetCommand(again))
    expect(await account.status('limps')).toBe('UPDATE_COMPLETE')
  })
})

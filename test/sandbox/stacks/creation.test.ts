/** Stacks made over HTTP by the unmodified SDK client: order, nesting, outputs, what fails and what is left then. */
import {
  CreateStackCommand,
  DetectStackDriftCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation'
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest'
import {aStackAccount, reasons, region, story} from './a-stack-account.ts'
import type {StackAccount} from './a-stack-account.ts'

let account: StackAccount
beforeAll(async () => {
  account = await aStackAccount()
}, 30_000)
afterAll(async () => {
  await account.close()
})

const child = `
Parameters: {Keep: {Type: Number}}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: !Ref Keep}}
Outputs:
  Arn: {Value: !GetAtt Queue.Arn}
`
const chain = (url: string): string => `
Parameters: {Keep: {Type: Number, Default: 600}}
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}', Parameters: {Keep: !Ref Keep}}}
  After: {Type: AWS::SSM::Parameter, Properties: {Name: !Sub '/\${AWS::StackName}/arn', Type: String, Value: !GetAtt Child.Outputs.Arn}}
  Beside: {Type: AWS::SNS::Topic}
Outputs:
  Arn: {Value: !GetAtt Child.Outputs.Arn}
`

describe('a stack that is made', () => {
  it("makes what is independent at once, and what needs a nested stack's output when all of that is complete", async () => {
    const url = await account.upload('chain.yaml', child)
    await account.create('chain', chain(url), {Tags: [{Key: 'team', Value: 'web'}]})
    const stack = await account.settled('chain')
    expect(stack).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      Tags: [{Key: 'team', Value: 'web'}],
      EnableTerminationProtection: false,
    })
    const told = story(await account.events('chain'))
    expect(told.indexOf('Beside CREATE_IN_PROGRESS')).toBeLessThan(told.indexOf('Child CREATE_COMPLETE'))
    expect(told.indexOf('After CREATE_IN_PROGRESS')).toBeGreaterThan(told.indexOf('Child CREATE_COMPLETE'))
    expect(told.at(-1)).toBe('chain CREATE_COMPLETE')
    const [output] = stack.Outputs ?? []
    expect(output?.OutputValue).toMatch(/^arn:aws:sqs:eu-west-1:111122223333:/)
    expect(account.world.records.get(region, 'AWS::SSM::Parameter', '/chain/arn')).toMatchObject({
      properties: {Value: output?.OutputValue},
      tags: {team: 'web', 'aws:cloudformation:stack-name': 'chain', 'aws:cloudformation:logical-id': 'After'},
    })
  })

  it('names a nested stack after its parent, and both ids lead back', async () => {
    const parent = await account.stack('chain')
    const nested = await account.stack((await account.resources('chain'))['Child']?.id ?? '')
    expect(nested.StackName).toMatch(/^chain-Child-[0-9A-F]{13}$/)
    expect(nested).toMatchObject({
      ParentId: parent.StackId,
      RootId: parent.StackId,
      StackStatus: 'CREATE_COMPLETE',
      Tags: [{Key: 'team', Value: 'web'}],
    })
    expect(
      (await account.cfn.send(new ListStackResourcesCommand({StackName: nested.StackId}))).StackResourceSummaries,
    ).toMatchObject([{LogicalResourceId: 'Queue', ResourceType: 'AWS::SQS::Queue', ResourceStatus: 'CREATE_COMPLETE'}])
  })

  it('says of each resource that it began, that it has an id, and that it is there', async () => {
    const events = await account.events('chain')
    expect(
      events.filter((one) => one.LogicalResourceId === 'Beside').map((one) => [one.ResourceStatus, one.ResourceStatusReason]),
    ).toEqual([
      ['CREATE_IN_PROGRESS', undefined],
      ['CREATE_IN_PROGRESS', 'Resource creation Initiated'],
      ['CREATE_COMPLETE', undefined],
    ])
  })

  it('has a name that nobody else gets, unless it is the same call again', async () => {
    const body = 'Resources: {Topic: {Type: AWS::SNS::Topic}}'
    const id = await account.create('once', body, {ClientRequestToken: 'one'})
    expect(await account.create('once', body, {ClientRequestToken: 'one'})).toBe(id)
    await expect(account.create('once', body, {ClientRequestToken: 'two'})).rejects.toMatchObject({
      name: 'AlreadyExistsException',
      message: 'Stack [once] already exists',
    })
  })

  it.each([
    [
      'a parameter without a value',
      'Parameters: {A: {Type: String}}\nResources: {T: {Type: AWS::SNS::Topic}}',
      'Parameters: [A] must have values',
    ],
    [
      'a type nobody knows',
      'Resources: {T: {Type: AWS::No::Thing}}',
      'Template format error: Unrecognized resource types: [AWS::No::Thing]',
    ],
    [
      'a property nobody knows',
      'Resources: {T: {Type: AWS::SNS::Topic, Properties: {Nope: 1}}}',
      /Properties validation failed for resource T with message: .*Nope/,
    ],
    [
      'a secret place for a parameter',
      'Parameters: {A: {Type: "AWS::SSM::Parameter::Value<String>", Default: /no/such}}\nResources: {T: {Type: AWS::SNS::Topic}}',
      'Unable to fetch parameters [/no/such] from parameter store for this account.',
    ],
    [
      'a circle',
      'Resources: {A: {Type: AWS::SNS::Topic, DependsOn: B}, B: {Type: AWS::SNS::Topic, DependsOn: A}}',
      /Circular dependency between resources: \[.*\]/,
    ],
  ])('is refused before anything is made: %s', async (_, body, message) => {
    await expect(account.create('refused', body)).rejects.toMatchObject({
      name: 'ValidationError',
      message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    })
    await expect(account.stack('refused')).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id refused does not exist',
    })
  })

  it('needs to be told that it may make roles', async () => {
    const body =
      'Resources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: r, AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}}}}'
    await expect(account.cfn.send(new CreateStackCommand({StackName: 'roles', TemplateBody: body}))).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_NAMED_IAM]',
    })
  })

  it('reads a parameter of an SSM type, and says what it held', async () => {
    await account.create(
      'stored',
      'Resources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: /stored/value, Type: String, Value: seventeen}}}',
    )
    await account.settled('stored')
    await account.create(
      'reading',
      'Parameters: {A: {Type: "AWS::SSM::Parameter::Value<String>", Default: /stored/value}}\nResources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {V: {Value: !Ref A}}',
    )
    expect(await account.settled('reading')).toMatchObject({
      Parameters: [{ParameterKey: 'A', ParameterValue: '/stored/value', ResolvedValue: 'seventeen'}],
      Outputs: [{OutputKey: 'V', OutputValue: 'seventeen'}],
    })
  })
})

const two = `
Resources:
  Slow: {Type: AWS::SQS::Queue, DependsOn: Gate}
  Gate: {Type: AWS::SNS::Topic}
  Beside: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Port: 80, Protocol: HTTP, TargetType: ip, VpcId: vpc-1}}
`

describe('a stack that fails', () => {
  it('stops the others, and takes back what was made, in the words people look for', async () => {
    account.world.setFault({kind: 'resource-fails', target: 'Gate', times: 1, message: 'Topic limit exceeded'})
    const id = await account.create('falls', two)
    const stack = await account.settled(id)
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE')
    const events = await account.events(id)
    expect(reasons(events, 'Gate')[0]).toContain('Topic limit exceeded')
    expect(reasons(events, 'Beside')).toContain('Resource creation cancelled')
    expect(reasons(events, 'Slow')).toEqual([])
    expect(
      reasons(events, 'falls').some((one) =>
        /The following resource\(s\) failed to create: \[.*Gate.*\]\. Rollback requested by user\./.test(one),
      ),
    ).toBe(true)
    await expect(account.update('falls', two)).rejects.toMatchObject({
      name: 'ValidationError',
      message: `Stack:${id} is in ROLLBACK_COMPLETE state and can not be updated.`,
    })
  })

  it("is said by its parent in the parent's words", async () => {
    const url = await account.upload('inner.yaml', 'Resources: {Queue: {Type: AWS::SQS::Queue}}')
    account.world.setFault({kind: 'resource-fails', target: 'Inner/Queue', times: 1, message: 'no queue today'})
    const id = await account.create(
      'outer',
      `Resources: {Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}'}}}`,
    )
    expect(await account.status(id)).toBe('ROLLBACK_COMPLETE')
    const said = reasons(await account.events(id), 'Inner')
    expect(
      said.some((one) =>
        /^Embedded stack arn:aws:cloudformation:.* was not successfully created: The following resource\(s\) failed to create: \[Queue\]\. $/.test(
          one,
        ),
      ),
    ).toBe(true)
  })

  it('keeps what it has when it was told to, lets independent paths go on, and the next update does the rest', async () => {
    account.world.setFault({kind: 'resource-fails', target: 'Gate', times: 1})
    const id = await account.create('stays', two, {DisableRollback: true})
    expect(await account.settled(id)).toMatchObject({
      StackStatus: 'CREATE_FAILED',
      StackStatusReason: 'The following resource(s) failed to create: [Gate]. ',
      DisableRollback: true,
    })
    const before = await account.resources(id)
    expect(before['Beside']?.status).toBe('CREATE_COMPLETE')
    await expect(account.update('stays', two)).rejects.toMatchObject({
      message: expect.stringContaining('please use the disable-rollback parameter with update-stack API') as string,
    })
    await account.update('stays', two, {DisableRollback: true})
    expect(await account.status(id)).toBe('UPDATE_COMPLETE')
    const after = await account.resources(id)
    expect(after['Beside']?.id).toBe(before['Beside']?.id)
    expect([after['Gate']?.status, after['Slow']?.status]).toEqual(['CREATE_COMPLETE', 'CREATE_COMPLETE'])
  })

  it('goes on within a nested stack from where that failed', async () => {
    const url = await account.upload(
      'pair.yaml',
      'Resources: {One: {Type: AWS::SNS::Topic}, Two: {Type: AWS::SQS::Queue, DependsOn: One}}\nOutputs: {Id: {Value: !Ref One}}',
    )
    const body = `Resources: {Pair: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}'}}}`
    account.world.setFault({kind: 'resource-fails', target: 'again/Pair/Two', times: 1})
    await account.create('again', body, {OnFailure: 'DO_NOTHING'})
    expect(await account.status('again')).toBe('CREATE_FAILED')
    const nested = (await account.resources('again'))['Pair']?.id ?? ''
    const first = (await account.resources(nested))['One']?.id
    await account.update('again', body, {DisableRollback: true})
    expect(await account.status('again')).toBe('UPDATE_COMPLETE')
    expect(await account.status(nested)).toBe('UPDATE_COMPLETE')
    expect((await account.resources(nested))['One']?.id).toBe(first)
    expect((await account.resources('again'))['Pair']).toEqual({status: 'CREATE_COMPLETE', id: nested})
  })

  it.each([
    ['stays when it is to be retained', false, 'kept'],
    ['goes, too, when that only counts for what was made well', true, undefined],
  ])('takes back what was made; what %s', async (_, RetainExceptOnCreate, left) => {
    const name = `/retained/${String(RetainExceptOnCreate)}`
    const body = `Resources:
  Kept: {Type: AWS::SSM::Parameter, DeletionPolicy: Retain, Properties: {Name: ${name}, Type: String, Value: kept}}
  Bad: {Type: AWS::SNS::Topic, DependsOn: Kept}`
    account.world.setFault({kind: 'resource-fails', target: 'Bad', times: 1})
    const id = await account.create(`retained-${String(RetainExceptOnCreate)}`, body, {RetainExceptOnCreate})
    expect(await account.status(id)).toBe('ROLLBACK_COMPLETE')
    expect(account.world.records.get(region, 'AWS::SSM::Parameter', name)?.properties['Value']).toBe(left)
  })

  it("and is deleted keeps what is to be kept: a deletion doesn't take back a creation", async () => {
    const kept = (name: string, policy: string): string =>
      `  ${name}: {Type: AWS::SSM::Parameter, DeletionPolicy: ${policy}, Properties: {Name: /half/${name}, Type: String, Value: kept}}\n`
    account.world.setFault({kind: 'resource-fails', target: 'Bad', times: 1})
    const id = await account.create(
      'half',
      `Resources:\n${kept('Kept', 'Retain')}${kept('Else', 'RetainExceptOnCreate')}${kept('Gone', 'Delete')}
  Shot: {Type: AWS::EC2::Volume, DeletionPolicy: Snapshot, Properties: {AvailabilityZone: eu-west-1a, Size: 10}}
  Bad: {Type: AWS::SNS::Topic, DependsOn: [Kept, Else, Gone, Shot]}`,
      {DisableRollback: true},
    )
    expect(await account.status(id)).toBe('CREATE_FAILED')
    await expect(account.cfn.send(new DetectStackDriftCommand({StackName: 'half'}))).rejects.toMatchObject({
      name: 'ValidationError',
    })
    await account.remove('half')
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
    expect(
      ['Kept', 'Else', 'Gone'].map(
        (name) => account.world.records.get(region, 'AWS::SSM::Parameter', `/half/${name}`)?.properties['Value'],
      ),
    ).toEqual(['kept', 'kept', undefined])
    expect(account.world.records.list(region, 'AWS::EC2::Snapshot')).toHaveLength(1)
  })

  it('and is deleted while it goes back is never complete again in between', async () => {
    account.world.setFault({kind: 'resource-fails', target: 'Bad', times: 1})
    const id = await account.create(
      'twice',
      'Resources: {Q: {Type: AWS::ECS::Cluster}, Bad: {Type: AWS::SNS::Topic, DependsOn: Q}}',
    )
    await vi.waitUntil(async () => (await account.stack(id)).StackStatus === 'ROLLBACK_IN_PROGRESS', {
      timeout: 20_000,
      interval: 5,
    })
    await account.remove('twice')
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
    const own = (await account.events(id)).filter((one) => one.PhysicalResourceId === id).map((one) => one.ResourceStatus)
    expect(own).toEqual(['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE'])
  })

  it('goes away when it was told to', async () => {
    account.world.setFault({kind: 'resource-fails', target: 'AWS::SNS::Topic', times: 1})
    const id = await account.create('leaves', two, {OnFailure: 'DELETE'})
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
    await expect(account.stack('leaves')).rejects.toMatchObject({message: 'Stack with id leaves does not exist'})
  })

  it('fails as AWS would when a name is taken', async () => {
    await account.create(
      'taken',
      'Resources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: /stored/value, Type: String, Value: x}}}',
      {DisableRollback: true},
    )
    expect(await account.status('taken')).toBe('CREATE_FAILED')
    expect(reasons(await account.events('taken'), 'P')[0]).toMatch(/already exists/i)
    expect(account.world.records.get(region, 'AWS::SSM::Parameter', '/stored/value')?.properties['Value']).toBe('seventeen')
  })
})

describe('what is listed', () => {
  it('leaves deleted stacks out, and finds them by their status or id', async () => {
    const {Stacks = []} = await account.cfn.send(new DescribeStacksCommand({}))
    expect(Stacks.map((one) => one.StackName)).toContain('chain')
    expect(Stacks.map((one) => one.StackName)).not.toContain('leaves')
    const {StackSummaries = []} = await account.cfn.send(new ListStacksCommand({StackStatusFilter: ['DELETE_COMPLETE']}))
    expect(StackSummaries.map((one) => one.StackName)).toContain('leaves')
  })

  it('comes in pages, newest events first', async () => {
    const many = Array.from({length: 40}, (_, index) => `  T${index}: {Type: AWS::SNS::Topic}`).join('\n')
    await account.create('many', `Resources:\n${many}`)
    await account.settled('many')
    const first = await account.cfn.send(new DescribeStackEventsCommand({StackName: 'many'}))
    expect(first.StackEvents?.length).toBe(100)
    expect(first.StackEvents?.[0]).toMatchObject({LogicalResourceId: 'many', ResourceStatus: 'CREATE_COMPLETE'})
    const second = await account.cfn.send(new DescribeStackEventsCommand({StackName: 'many', NextToken: first.NextToken}))
    expect((first.StackEvents?.length ?? 0) + (second.StackEvents?.length ?? 0)).toBe(40 * 3 + 2)
    expect(second.NextToken).toBeUndefined()
  })
})

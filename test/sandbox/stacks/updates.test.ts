/** Updates, ways back and deletions over HTTP: what is replaced or kept, in which order, and which states lead where. */
import {
  CancelUpdateStackCommand,
  ContinueUpdateRollbackCommand,
  DeleteStackCommand,
  DescribeEventsCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  RollbackStackCommand,
  SetStackPolicyCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest'
import {aStackAccount, reasons, region, story} from './a-stack-account.ts'
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

const queue = (seconds: number, more = ''): string =>
  `Resources:\n  Queue: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: ${seconds}}}\n${more}`
const parameter = (id: string, name: string, value: string, more = ''): string =>
  `  ${id}: {Type: AWS::SSM::Parameter, Properties: {Name: ${name}, Type: String, Value: ${value}}${more}}\n`
const valueOf = (name: string): unknown => account.world.records.get(region, 'AWS::SSM::Parameter', name)?.properties['Value']

describe('an update', () => {
  it('of nothing is refused in the words tools look for', async () => {
    await account.create('still', queue(600))
    await account.settled('still')
    await expect(account.update('still', queue(600))).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'No updates are to be performed.',
    })
  })

  it('changes in place what it can, and the same call twice is one update', async () => {
    const before = await account.resources('still')
    await account.update('still', queue(900), {ClientRequestToken: 'u1'})
    await account.update('still', queue(900), {ClientRequestToken: 'u1'})
    expect(await account.settled('still')).toMatchObject({StackStatus: 'UPDATE_COMPLETE'})
    expect((await account.resources('still'))['Queue']).toEqual({status: 'UPDATE_COMPLETE', id: before['Queue']?.id})
    expect(story(await account.events('still')).filter((one) => one === 'still UPDATE_IN_PROGRESS')).toHaveLength(1)
  })

  it("replaces what can't be changed: the new one first, the old one once all is well", async () => {
    await account.create('renames', `Resources:\n${parameter('P', '/renames/one', 'a')}`)
    await account.settled('renames')
    await account.update('renames', `Resources:\n${parameter('P', '/renames/two', 'a')}`)
    expect(await account.status('renames')).toBe('UPDATE_COMPLETE')
    const events = await account.events('renames')
    expect(reasons(events, 'P')).toContain(
      'Requested update requires the creation of a new physical resource; hence creating one.',
    )
    const told = events.map((one) => `${one.PhysicalResourceId} ${one.ResourceStatus}`)
    expect(told.indexOf('/renames/two UPDATE_COMPLETE')).toBeLessThan(told.indexOf('/renames/one DELETE_COMPLETE'))
    expect([valueOf('/renames/one'), valueOf('/renames/two')]).toEqual([undefined, 'a'])
  })

  it('removes what is no longer wanted, unless it is to be retained', async () => {
    await account.create(
      'sheds',
      `Resources:\n${parameter('Stays', '/sheds/stays', 'a')}${parameter('Goes', '/sheds/goes', 'a')}${parameter('Kept', '/sheds/kept', 'a', ', DeletionPolicy: Retain')}`,
    )
    await account.settled('sheds')
    await account.update('sheds', `Resources:\n${parameter('Stays', '/sheds/stays', 'b')}`)
    expect(await account.status('sheds')).toBe('UPDATE_COMPLETE')
    expect([valueOf('/sheds/stays'), valueOf('/sheds/goes'), valueOf('/sheds/kept')]).toEqual(['b', undefined, 'a'])
    expect(Object.keys(await account.resources('sheds'))).toEqual(['Stays'])
    expect(story(await account.events('sheds'))).toContain('Kept DELETE_SKIPPED')
  })

  it('answers the template it was last deployed from, as it was given', async () => {
    expect((await account.cfn.send(new GetTemplateCommand({StackName: 'still', TemplateStage: 'Original'}))).TemplateBody).toBe(
      queue(900),
    )
  })
})

describe('an update that fails', () => {
  const body = (value: string, more = ''): string =>
    `Resources:\n${parameter('A', '/backs/a', value)}${parameter('B', '/backs/b', value, ', DependsOn: A')}${more}`

  it('goes back: what was changed is as before, what was made is gone', async () => {
    await account.create('backs', body('one'))
    await account.settled('backs')
    account.world.setFault({kind: 'resource-fails', target: 'B', times: 1, message: 'not today'})
    await account.update('backs', body('two', parameter('C', '/backs/c', 'x')))
    expect(await account.settled('backs')).toMatchObject({StackStatus: 'UPDATE_ROLLBACK_COMPLETE'})
    expect([valueOf('/backs/a'), valueOf('/backs/b'), valueOf('/backs/c')]).toEqual(['one', 'one', undefined])
    expect((await account.cfn.send(new GetTemplateCommand({StackName: 'backs'}))).TemplateBody).toBe(body('one'))
    expect(
      reasons(await account.events('backs'), 'backs').some((one) =>
        one.includes('The following resource(s) failed to update: [B]. '),
      ),
    ).toBe(true)
  })

  it('whose way back fails too waits in UPDATE_ROLLBACK_FAILED, and goes on when told to', async () => {
    account.world.setFault({kind: 'resource-fails', target: 'backs/B', times: 2})
    await account.update('backs', body('three'))
    const stack = await account.settled('backs')
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_FAILED')
    await expect(account.update('backs', body('four'))).rejects.toMatchObject({
      message: `Stack:${stack.StackId} is in UPDATE_ROLLBACK_FAILED state and can not be updated.`,
    })
    await account.cfn.send(new ContinueUpdateRollbackCommand({StackName: 'backs'}))
    expect(await account.status('backs')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect([valueOf('/backs/a'), valueOf('/backs/b')]).toEqual(['one', 'one'])
  })

  it("can leave out what it can't take back", async () => {
    account.world.setFault({kind: 'resource-fails', target: 'backs/B', times: 2})
    await account.update('backs', body('five'))
    expect(await account.status('backs')).toBe('UPDATE_ROLLBACK_FAILED')
    account.world.setFault({kind: 'resource-fails', target: 'backs/B'})
    await expect(
      account.cfn.send(new ContinueUpdateRollbackCommand({StackName: 'backs', ResourcesToSkip: ['A']})),
    ).rejects.toMatchObject({name: 'ValidationError'})
    await account.cfn.send(new ContinueUpdateRollbackCommand({StackName: 'backs', ResourcesToSkip: ['B']}))
    expect(await account.status('backs')).toBe('UPDATE_ROLLBACK_COMPLETE')
  })

  it('takes nested stacks back with it, those that were done too', async () => {
    const child =
      'Parameters: {V: {Type: String}, N: {Type: String}}\nResources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: !Ref N, Type: String, Value: !Ref V}}}'
    const url = await account.upload('back.yaml', child)
    const nested = (id: string, value: string): string =>
      `  ${id}: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}', Parameters: {V: ${value}, N: /deep/${id}}}}\n`
    const parent = (value: string): string => `Resources:\n${nested('Quick', value)}${nested('Bad', value)}`
    await account.create('deep', parent('one'))
    expect(await account.status('deep')).toBe('CREATE_COMPLETE')
    account.world.setFault({kind: 'resource-fails', target: 'Bad/P', times: 1})
    await account.update('deep', parent('two'))
    expect(await account.status('deep')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect([valueOf('/deep/Quick'), valueOf('/deep/Bad')]).toEqual(['one', 'one'])
    const {Quick, Bad} = await account.resources('deep')
    expect([await account.status(Quick?.id ?? ''), await account.status(Bad?.id ?? '')]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ])
    await account.update('deep', parent('three'))
    expect(await account.status('deep')).toBe('UPDATE_COMPLETE')
    expect([valueOf('/deep/Quick'), valueOf('/deep/Bad'), await account.status(Quick?.id ?? '')]).toEqual([
      'three',
      'three',
      'UPDATE_COMPLETE',
    ])
  })

  it("can leave out what a nested stack can't take back", async () => {
    account.world.setFault({kind: 'resource-fails', target: 'deep/Bad/P', times: 2})
    const url = await account.upload(
      'back.yaml',
      'Parameters: {V: {Type: String}, N: {Type: String}}\nResources: {P: {Type: AWS::SSM::Parameter, Properties: {Name: !Ref N, Type: String, Value: !Ref V}}}',
    )
    const nested = (id: string): string =>
      `  ${id}: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}', Parameters: {V: four, N: /deep/${id}}}}\n`
    await account.update('deep', `Resources:\n${nested('Quick')}${nested('Bad')}`)
    expect(await account.status('deep')).toBe('UPDATE_ROLLBACK_FAILED')
    account.world.setFault({kind: 'resource-fails', target: 'deep/Bad/P'})
    await account.cfn.send(new ContinueUpdateRollbackCommand({StackName: 'deep', ResourcesToSkip: ['Bad.P']}))
    expect(await account.status('deep')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(await account.status((await account.resources('deep'))['Bad']?.id ?? '')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(valueOf('/deep/Quick')).toBe('three')
  })

  it('and keeps what it changed goes back only by RollbackStack', async () => {
    await account.create('halts', body('one').replaceAll('/backs/', '/halts/'))
    await account.settled('halts')
    account.world.setFault({kind: 'resource-fails', target: 'halts/B', times: 1})
    await account.update('halts', body('two').replaceAll('/backs/', '/halts/'), {DisableRollback: true})
    expect(await account.status('halts')).toBe('UPDATE_FAILED')
    expect([valueOf('/halts/a'), valueOf('/halts/b')]).toEqual(['two', 'one'])
    await account.cfn.send(new RollbackStackCommand({StackName: 'halts'}))
    expect(await account.status('halts')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect([valueOf('/halts/a'), valueOf('/halts/b')]).toEqual(['one', 'one'])
  })

  it('is found by its failed events alone, an operation at a time', async () => {
    const {OperationEvents = []} = await account.cfn.send(
      new DescribeEventsCommand({StackName: 'halts', Filters: {FailedEvents: true}}),
    )
    expect(OperationEvents.map((one) => [one.LogicalResourceId, one.ResourceStatus, one.OperationType])).toEqual([
      ['halts', 'UPDATE_FAILED', 'UPDATE_STACK'],
      ['B', 'UPDATE_FAILED', 'UPDATE_STACK'],
    ])
    const {OperationEvents: same = []} = await account.cfn.send(
      new DescribeEventsCommand({OperationId: OperationEvents[0]?.OperationId}),
    )
    expect(same.length).toBeGreaterThan(2)
    expect(new Set(same.map((one) => one.OperationType))).toEqual(new Set(['UPDATE_STACK']))
  })

  it('can be cancelled by hand', async () => {
    await account.update('still', queue(700))
    await account.cfn.send(new CancelUpdateStackCommand({StackName: 'still'}))
    expect(await account.status('still')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(reasons(await account.events('still'), 'Queue')).toContain('Resource update cancelled')
    await expect(account.cfn.send(new CancelUpdateStackCommand({StackName: 'still'}))).rejects.toMatchObject({
      name: 'ValidationError',
    })
  })
})

describe('a stack policy', () => {
  const policy = JSON.stringify({
    Statement: [
      {Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*'},
      {
        Effect: 'Deny',
        Principal: '*',
        Action: ['Update:Replace', 'Update:Delete'],
        Resource: '*',
        Condition: {StringEquals: {ResourceType: ['AWS::SSM::Parameter']}},
      },
    ],
  })

  it.each([
    ['replacing', `Resources:\n${parameter('P', '/guarded/two', 'a')}  T: {Type: AWS::SNS::Topic}`],
    ['deleting', 'Resources:\n  T: {Type: AWS::SNS::Topic}'],
  ])('stops an update %s what it guards', async (what, body) => {
    if (what === 'replacing') {
      await account.create('guarded', `Resources:\n${parameter('P', '/guarded/one', 'a')}  T: {Type: AWS::SNS::Topic}`)
      await account.settled('guarded')
      await account.cfn.send(new SetStackPolicyCommand({StackName: 'guarded', StackPolicyBody: policy}))
      expect((await account.cfn.send(new GetStackPolicyCommand({StackName: 'guarded'}))).StackPolicyBody).toBe(policy)
    }
    await account.update('guarded', body)
    expect(await account.status('guarded')).toBe('UPDATE_ROLLBACK_COMPLETE')
    expect(
      reasons(await account.events('guarded'), 'P').some((one) =>
        one.startsWith('Action denied by stack policy: Statement [#2] denies'),
      ),
    ).toBe(true)
    expect(valueOf('/guarded/one')).toBe('a')
  })
})

describe('a deletion', () => {
  it('is refused while the root is protected, for the stacks nested in it too', async () => {
    const url = await account.upload('kept.yaml', 'Resources: {T: {Type: AWS::SNS::Topic}}')
    await account.create('safe', `Resources: {In: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: '${url}'}}}`)
    await account.settled('safe')
    await account.cfn.send(new UpdateTerminationProtectionCommand({StackName: 'safe', EnableTerminationProtection: true}))
    const nested = (await account.resources('safe'))['In']?.id ?? ''
    expect((await account.stack(nested)).EnableTerminationProtection).toBe(true)
    await expect(account.remove('safe')).rejects.toMatchObject({
      message: 'Stack [safe] cannot be deleted while TerminationProtection is enabled',
    })
    await expect(account.remove(nested)).rejects.toMatchObject({name: 'ValidationError'})
    await account.cfn.send(new UpdateTerminationProtectionCommand({StackName: 'safe', EnableTerminationProtection: false}))
    const {StackId = ''} = await account.stack('safe')
    await account.remove('safe')
    expect(await account.status(StackId)).toBe('DELETE_COMPLETE')
    expect((await account.stack(nested)).StackStatus).toBe('DELETE_COMPLETE')
  })

  it('goes the other way round, and leaves what is retained', async () => {
    const id = await account.create(
      'ends',
      `Resources:\n${parameter('First', '/ends/first', 'a')}${parameter('Second', '/ends/second', 'a', ', DependsOn: First')}${parameter('Kept', '/ends/kept', 'a', ', DeletionPolicy: Retain')}`,
    )
    await account.settled(id)
    await account.remove('ends')
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
    const told = story(await account.events(id))
    expect(told.indexOf('Second DELETE_COMPLETE')).toBeLessThan(told.indexOf('First DELETE_IN_PROGRESS'))
    expect(told).toContain('Kept DELETE_SKIPPED')
    expect([valueOf('/ends/first'), valueOf('/ends/kept')]).toEqual([undefined, 'a'])
  })

  it('that fails says what is left, and then may leave it', async () => {
    const bucket =
      'Resources:\n  Full: {Type: AWS::S3::Bucket, Properties: {BucketName: a-full-bucket}}\n  T: {Type: AWS::SNS::Topic}\n'
    const id = await account.create('full', bucket)
    await account.settled(id)
    await account.world.invoke('s3', 'PutObject', {Bucket: 'a-full-bucket', Key: 'x', Body: Buffer.from('x')}, region)
    await expect(account.cfn.send(new DeleteStackCommand({StackName: 'full', RetainResources: ['Full']}))).rejects.toMatchObject({
      name: 'ValidationError',
    })
    await account.remove('full')
    expect(await account.settled(id)).toMatchObject({
      StackStatus: 'DELETE_FAILED',
      StackStatusReason: 'The following resource(s) failed to delete: [Full]. ',
    })
    expect(reasons(await account.events(id), 'Full').at(-1)).toMatch(/not empty/)
    await account.cfn.send(new DeleteStackCommand({StackName: 'full', RetainResources: ['Full']}))
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
    expect(story(await account.events(id))).toContain('Full DELETE_SKIPPED')
  })

  it('can be forced', async () => {
    const id = await account.create(
      'forced',
      'Resources:\n  Full: {Type: AWS::S3::Bucket, Properties: {BucketName: another-full-bucket}}\n',
    )
    await account.settled(id)
    await account.world.invoke('s3', 'PutObject', {Bucket: 'another-full-bucket', Key: 'x', Body: Buffer.from('x')}, region)
    await account.remove('forced')
    expect(await account.status(id)).toBe('DELETE_FAILED')
    await account.cfn.send(new DeleteStackCommand({StackName: 'forced', DeletionMode: 'FORCE_DELETE_STACK'}))
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
  })

  it('ends a creation that is under way, and takes away what was made', async () => {
    const id = await account.create(
      'hasty',
      `Resources:\n${parameter('P', '/hasty/p', 'a')}  Load: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Port: 80, Protocol: HTTP, TargetType: ip, VpcId: vpc-1}}`,
    )
    await account.remove('hasty')
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
    expect(valueOf('/hasty/p')).toBeUndefined()
  })

  it('leaves a snapshot of what is to leave one', async () => {
    const id = await account.create(
      'shot',
      'Resources: {V: {Type: AWS::EC2::Volume, DeletionPolicy: Snapshot, Properties: {AvailabilityZone: eu-west-1a, Size: 10}}}',
    )
    expect(await account.status(id)).toBe('CREATE_COMPLETE')
    const volume = (await account.resources(id))['V']?.id
    await account.remove('shot')
    expect(await account.status(id)).toBe('DELETE_COMPLETE')
    expect(account.world.records.list(region, 'AWS::EC2::Snapshot')).toMatchObject([{properties: {VolumeId: volume}}])
    expect(account.world.records.get(region, 'AWS::EC2::Volume', volume ?? '')).toBeUndefined()
  })

  it("of what isn't there is no error", async () => {
    await expect(account.remove('never-was')).resolves.toBeUndefined()
  })
})

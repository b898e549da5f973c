/** What a person sees of a change set: dangers first, and noise as a number. */
import {describe, expect, it} from 'vitest'
import {isDestructive, judgeChanges} from '../../src/runbooks/provision/judge-changes.ts'
import type {PropertyChange, ResourceChange} from '../../src/runbooks/provision/ports.ts'

const property = (change: Partial<PropertyChange> = {}): PropertyChange => ({
  path: 'Properties/X',
  before: '1',
  after: '2',
  replaces: 'no',
  follows: false,
  ...change,
})
const change = (one: Partial<ResourceChange> = {}): ResourceChange => ({
  path: 'Api/Thing',
  type: 'AWS::CloudWatch::Alarm',
  physicalId: 'id',
  action: 'modify',
  replacement: 'no',
  properties: [property()],
  nested: null,
  ...one,
})
const policy = (...statements: readonly object[]): string => JSON.stringify({Version: '2012-10-17', Statement: statements})
const allow = (Action: unknown, Resource: unknown = 'arn:x', more: object = {}): object => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const role = (before: string | null, after: string | null, path = 'Properties/Policies/0/PolicyDocument'): ResourceChange =>
  change({type: 'AWS::IAM::Role', properties: [property({path, before, after})]})

describe('is hushed', () => {
  it.each([
    ['a change that only follows from another', change({properties: [property({follows: true})]})],
    [
      'a replacement that may only follow from another, of something without data',
      change({replacement: 'maybe', properties: [property({follows: true, replaces: 'maybe'})]}),
    ],
    ['tags that are handed on', change({properties: [property({path: 'Tags'})]})],
    ['metadata', change({properties: [property({path: 'Metadata/Reason'})]})],
    ['a nested stack that always looks modified', change({type: 'AWS::CloudFormation::Stack', path: 'Api'})],
    ['a property that stays what it is', change({properties: [property({before: 'same', after: 'same'})]})],
    ['what is known only when it happens', change({action: 'dynamic'})],
  ])('%s', (_, one) => {
    expect(judgeChanges([one])).toEqual({changes: [], quiet: 1})
  })
})

describe('is told', () => {
  it('a property that somebody changed, without a danger', () => {
    expect(judgeChanges([change()]).changes).toMatchObject([{path: 'Api/Thing', dangers: []}])
  })

  it.each([
    ['a removal', change({action: 'remove', properties: []}), ['removed']],
    ['a replacement', change({replacement: 'yes'}), ['replaced']],
    [
      'a replacement that somebody may have caused',
      change({replacement: 'maybe', properties: [property({replaces: 'maybe'})]}),
      ['maybe-replaced'],
    ],
    [
      'the removal of what holds data',
      change({type: 'AWS::S3::Bucket', action: 'remove', properties: []}),
      ['removed', 'stateful'],
    ],
    ['the replacement of a database', change({type: 'AWS::RDS::DBInstance', replacement: 'yes'}), ['replaced', 'stateful']],
    [
      'a possible replacement of a database, whatever it follows from',
      change({type: 'AWS::RDS::DBInstance', replacement: 'maybe', properties: [property({follows: true})]}),
      ['maybe-replaced', 'stateful'],
    ],
    [
      'a replacement that follows from another',
      change({replacement: 'yes', properties: [property({follows: true})]}),
      ['replaced'],
    ],
    [
      'a port open to the world',
      change({
        type: 'AWS::EC2::SecurityGroup',
        properties: [property({path: 'Properties/SecurityGroupIngress/0/CidrIp', before: '10.0.0.0/8', after: '0.0.0.0/0'})],
      }),
      ['opens-network'],
    ],
    [
      'a new rule open to the world',
      change({
        type: 'AWS::EC2::SecurityGroupIngress',
        action: 'add',
        properties: [property({path: 'Properties/CidrIpv6', before: null, after: '::/0'})],
      }),
      ['opens-network'],
    ],
  ])('%s', (_, one, dangers) => {
    expect(judgeChanges([one]).changes).toMatchObject([{dangers}])
  })

  it('the worst first', () => {
    const told = judgeChanges([
      change({path: 'plain'}),
      change({path: 'gone', action: 'remove'}),
      change({path: 'database', type: 'AWS::RDS::DBInstance', replacement: 'yes'}),
    ])
    expect(told.changes.map(({path}) => path)).toEqual(['database', 'gone', 'plain'])
  })

  it("what loses data is destructive, what only may isn't", () => {
    const [sure] = judgeChanges([change({type: 'AWS::RDS::DBInstance', replacement: 'yes'})]).changes
    const [maybe] = judgeChanges([
      change({type: 'AWS::RDS::DBInstance', replacement: 'maybe', properties: [property({follows: true})]}),
    ]).changes
    expect([sure, maybe].map((one) => one !== undefined && isDestructive(one))).toEqual([true, false])
  })
})

describe('permissions', () => {
  it.each([
    ['a new action', role(policy(allow('s3:GetObject')), policy(allow(['s3:GetObject', 's3:PutObject']))), true],
    ['a new resource', role(policy(allow('s3:GetObject', 'arn:a')), policy(allow('s3:GetObject', ['arn:a', 'arn:b']))), true],
    ['everything', role(policy(allow('s3:GetObject', 'arn:a')), policy(allow('s3:GetObject', '*'))), true],
    [
      'a condition less',
      role(policy(allow('s3:GetObject', 'arn:a', {Condition: {Bool: {x: 'true'}}})), policy(allow('s3:GetObject', 'arn:a'))),
      true,
    ],
    [
      'a new principal',
      change({
        type: 'AWS::S3::BucketPolicy',
        properties: [
          property({
            path: 'Properties/PolicyDocument',
            before: policy({Effect: 'Allow', Principal: {AWS: 'arn:a'}, Action: 's3:*', Resource: '*'}),
            after: policy({Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: '*'}),
          }),
        ],
      }),
      true,
    ],
    ['a managed policy more', role('["arn:one"]', '["arn:one","arn:two"]', 'Properties/ManagedPolicyArns'), true],
    ['one value in a list', role('s3:GetObject', 's3:*', 'Properties/Policies/0/PolicyDocument/Statement/0/Action/0'), true],
    [
      'a statement that denied and allows',
      role('Deny', 'Allow', 'Properties/Policies/0/PolicyDocument/Statement/0/Effect'),
      true,
    ],
    ['a new policy', change({type: 'AWS::IAM::ManagedPolicy', action: 'add', properties: []}), true],
    ['an action less', role(policy(allow(['s3:GetObject', 's3:PutObject'])), policy(allow('s3:GetObject'))), false],
    ['the same in another order', role(policy(allow(['s3:A', 's3:B'])), policy(allow(['s3:B', 's3:A']))), false],
    [
      'a statement that denies',
      role(policy(allow('s3:A')), policy(allow('s3:A'), {Effect: 'Deny', Action: 's3:B', Resource: '*'})),
      false,
    ],
    ['a policy that goes', role(policy(allow('s3:A')), null), false],
    [
      'an ARN that only follows from a resource changed in place',
      change({
        type: 'AWS::IAM::Role',
        properties: [
          property({
            path: 'Properties/Policies/0/PolicyDocument/Statement/0/Resource',
            before: 'arn:a',
            after: '{{changeSet:KNOWN_AFTER_APPLY}}',
            follows: true,
          }),
        ],
      }),
      false,
    ],
    [
      'an ARN nobody knows yet, and that is written anew',
      change({
        type: 'AWS::IAM::Role',
        properties: [
          property({
            path: 'Properties/Policies/0/PolicyDocument/Statement/0/Resource',
            before: 'arn:a',
            after: '{{changeSet:KNOWN_AFTER_APPLY}}',
            follows: false,
          }),
        ],
      }),
      true,
    ],
    ['a description', role('one', 'two', 'Properties/Description'), false],
  ])('%s: widened %#', (_, one, widened) => {
    expect(judgeChanges([one]).changes.some(({dangers}) => dangers.includes('widens-permissions'))).toBe(widened)
  })
})

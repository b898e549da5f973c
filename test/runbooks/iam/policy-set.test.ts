import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {executionPolicy} from '../../../src/infra/stack/execution-policy.ts'
import {readTemplates} from '../../../src/infra/stack/templates.ts'
import {charactersOf, documentOf} from '../../../src/runbooks/iam/policy-document.ts'
import type {PolicyDocument, Statement} from '../../../src/runbooks/iam/policy-document.ts'
import {mostPerRole, policySet} from '../../../src/runbooks/iam/policy-set.ts'
import {policyCommands} from '../../../src/runbooks/iam/outside-steps.ts'
import {iamPolicy} from '../../../src/runbooks/iam-policy.ts'
import type {Where} from '../../../src/runbooks/iam/where.ts'
import {allows, conditionsIn, judgeOf, oneLike} from '../../support/policy-allows.ts'

const where: Where = {
  partition: 'aws',
  account: '111122223333',
  regions: ['eu-west-1', 'eu-central-1'],
  service: 'shop',
  environment: 'production',
}
const documents = (document: object, longest?: number): readonly object[] =>
  policySet(document, 'p', longest).map((one) => one.document)
const a = (statement: Partial<Statement>): Statement => ({
  Sid: 'One',
  Effect: 'Allow',
  Action: ['s3:GetObject'],
  Resource: ['*'],
  ...statement,
})
const statementsIn = (all: readonly object[]): readonly Statement[] => all.flatMap((one) => (one as PolicyDocument).Statement)
const inTwenties = Array.from({length: 20}, (_, number) => `ecs:Describe${'x'.repeat(20)}${number}`)

const sizes: readonly (readonly [string, PolicyDocument])[] = [
  ...policyCommands.map((command) => [command, iamPolicy([command], where)] as const),
  ['every command at once', iamPolicy(policyCommands, where)],
]

const tooLong = sizes.filter(([, document]) => charactersOf(document) > 6144)

describe('IAM takes what is printed', () => {
  test.each(sizes)('%s: each policy is short enough, and a role can have them all', (_, document) => {
    const set = policySet(document, 'p')
    expect(set.filter(({characters}) => characters > 6144)).toEqual([])
    expect(set.map(({characters}) => characters)).toEqual(set.map((one) => JSON.stringify(one.document).length))
    expect(set.length).toBeLessThanOrEqual(mostPerRole)
    expect(documents(document)).toEqual(set.map((one) => one.document))
  })

  test.each(tooLong)('%s: the set allows exactly what the one policy did', (_, document) => {
    const set = documents(document)
    const conditions = conditionsIn(document)
    const meetings = [[], conditions, ...conditions.map((one) => [one])]
    const [before, after] = [judgeOf([document]), judgeOf(set)]
    // Every action of a statement on every resource of it: were anything wider than before, it would be in here.
    const pairs = new Map(
      statementsIn([document, ...set]).flatMap(({Action, Resource}) =>
        Action.flatMap((action) => Resource.map((resource) => [`${action} ${resource}`, {action, resource}] as const)),
      ),
    )
    const requests = [...pairs.values()].flatMap(({action, resource}) =>
      ['', 'a/b:c'].map((star) => ({action: oneLike(action, star.slice(0, 1)), resource: oneLike(resource, star)})),
    )
    const wrong = requests.flatMap((one) =>
      meetings.flatMap((meets) => (before({...one, meets}) === after({...one, meets}) ? [] : [{...one, meets}])),
    )
    expect(requests.length).toBeGreaterThan(100)
    expect(wrong).toEqual([])
  })
})

test('a policy that fits is printed as it is', () => {
  const document = iamPolicy(['release'], where)
  expect(policySet(document, 'shop')).toEqual([{name: 'shop', document, characters: charactersOf(document)}])
})

test('one that only fits when it is shortened is one policy, under its own name', () => {
  const document = iamPolicy(['dr settle'], where)
  expect(charactersOf(document)).toBeGreaterThan(6144)
  expect(policySet(document, 'shop').map(({name}) => name)).toEqual(['shop'])
})

test('several are numbered, and no two statements have the same name', () => {
  const set = policySet(iamPolicy(['infra up'], where), 'shop')
  expect(set.map(({name}) => name)).toEqual(['shop-1', 'shop-2'])
  const names = statementsIn(set.map((one) => one.document)).map(({Sid}) => Sid)
  expect(new Set(names).size).toBe(names.length)
})

describe('as few as possible', () => {
  test('no command needs a policy more than its characters do, but for statements that stay whole', () => {
    for (const [, document] of sizes) {
      const set = policySet(document, 'p')
      const all = set.reduce((sum, {characters}) => sum + characters, 0)
      expect(set.length).toBe(Math.ceil(all / 6144))
    }
  })
})

describe('a statement that is too long by itself', () => {
  test('is cut along its actions, each piece with its resources and its condition', () => {
    const Condition = {StringEquals: {'aws:ResourceTag/service': 'shop'}}
    const set = documents(documentOf([a({Action: inTwenties, Resource: ['arn:aws:ecs:r:1:service/*'], Condition})]), 500)
    expect(set.length).toBeGreaterThan(1)
    expect(set.filter((one) => charactersOf(one) > 500)).toEqual([])
    const pieces = statementsIn(set)
    expect(pieces.flatMap(({Action}) => Action).toSorted()).toEqual(inTwenties.toSorted())
    expect(pieces.map(({Sid}) => Sid)).toEqual(pieces.map((_, index) => (index === 0 ? 'One' : `One${index + 1}`)))
    for (const piece of pieces) expect(piece).toMatchObject({Resource: ['arn:aws:ecs:r:1:service/*'], Condition})
  })

  test('is cut along its resources where those are longer', () => {
    const Resource = Array.from({length: 20}, (_, number) => `arn:aws:s3:::${'bucket-'.repeat(4)}${number}`)
    const pieces = statementsIn(documents(documentOf([a({Resource})]), 500))
    expect(pieces.flatMap((one) => one.Resource)).toEqual(Resource)
    expect(pieces.every(({Action}) => Action.length === 1)).toBe(true)
  })

  test('is cut both ways where both lists are', () => {
    const Resource = Array.from({length: 20}, (_, number) => `arn:aws:ecs:r:1:service/${'x'.repeat(20)}${number}`)
    const document = documentOf([a({Action: inTwenties, Resource})])
    const set = documents(document, 600)
    expect(set.filter((one) => charactersOf(one) > 600)).toEqual([])
    for (const action of inTwenties)
      for (const resource of Resource) expect(allows(set, {action, resource, meets: []})).toBe(true)
  })

  test('is an error when nothing is left to cut', () => {
    expect(() => policySet(documentOf([a({Resource: [`arn:aws:s3:::${'x'.repeat(600)}`]})]), 'p', 500)).toThrow('One')
  })
})

describe('whatever a policy says', () => {
  const actions = ['s3:GetObject', 's3:Get*', 's3:*', 's3:getobject', 'ecs:RunTask', 'ecs:Run?ask', 's3:GetObjectAcl']
  const resources = [
    '*',
    'arn:aws:s3:::b',
    'arn:aws:s3:::b/*',
    'arn:aws:s3:::b/k',
    'arn:aws:s3:::?/*',
    'arn:aws:ecs:*:1:task/*',
    'arn:aws:ecs:r:1:task/t',
  ]
  const conditions: readonly NonNullable<Statement['Condition']>[] = [
    {Bool: {'aws:SecureTransport': true}},
    {Null: {'aws:ResourceTag/sluice:live': false}},
  ]
  const list = (of: readonly string[]) => fc.uniqueArray(fc.constantFrom(...of), {minLength: 1, maxLength: 4})
  const statement = fc.record({
    Effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Allow' as const, 'Deny' as const),
    Action: list(actions),
    Resource: list(resources),
    Condition: fc.constantFrom(undefined, ...conditions),
  })
  const anyDocument = fc
    .array(statement, {minLength: 1, maxLength: 8})
    .map((all) =>
      documentOf(
        all.map(({Condition, ...rest}, index) => ({...rest, Sid: `S${index}`, ...(Condition !== undefined && {Condition})})),
      ),
    )
  const asked = [
    ...['s3:GetObject', 's3:GetObjectAcl', 's3:PutObject', 'ecs:RunTask', 'ecs:Runtask', 'ecs:StopTask'].flatMap((action) =>
      [
        'arn:aws:s3:::b',
        'arn:aws:s3:::b/k',
        'arn:aws:s3:::c/k',
        'arn:aws:s3:::bb/k',
        'arn:aws:ecs:r:1:task/t',
        'arn:aws:ecs:q:1:task/u',
        'x',
      ].flatMap((resource) =>
        [[], [0], [1], [0, 1]].map((which) => ({
          action,
          resource,
          meets: which.map((index) => JSON.stringify(conditions[index])),
        })),
      ),
    ),
  ]

  test('the set allows the same requests, in policies that are short enough', () => {
    fc.assert(
      fc.property(anyDocument, fc.integer({min: 260, max: 700}), (document, longest) => {
        const set = documents(document, longest)
        expect(set.filter((one) => charactersOf(one) > longest)).toEqual([])
        const [before, after] = [judgeOf([document]), judgeOf(set)]
        const wrong = asked.filter((request) => before(request) !== after(request))
        expect(wrong).toEqual([])
      }),
      {numRuns: 300},
    )
  })

  test('a role that refuses something refuses it still', async () => {
    const foundation = (await readTemplates()).get('foundation.yaml') ?? ''
    const document = executionPolicy(foundation, 'RecoveryExecutionRole', {...where, region: 'eu-central-1'})
    const set = documents(document, 700)
    expect(set.length).toBeGreaterThan(1)
    const refused = {action: 'iam:CreateRole', resource: 'arn:aws:iam::111122223333:role/x', meets: []}
    expect(allows(set, refused)).toBe(false)
    expect(allows([document], refused)).toBe(false)
  })
})

import {describe, expect, test} from 'vitest'
import {executionPolicy} from '../../../src/infra/stack/execution-policy.ts'
import {readTemplates} from '../../../src/infra/stack/templates.ts'

const foundation = (await readTemplates()).get('foundation.yaml') ?? ''
const place = {partition: 'aws', account: '111122223333', region: 'eu-west-1', service: 'shop', environment: 'production'}
interface Document {
  readonly Statement: readonly {
    readonly Sid: string
    readonly Effect: string
    readonly Action: readonly string[] | string
    readonly Resource: readonly string[] | string
  }[]
}
const statement = (role: Parameters<typeof executionPolicy>[1], sid: string) =>
  (executionPolicy(foundation, role, place) as Document).Statement.find(({Sid}) => Sid === sid)

describe('the rights that CloudFormation works with', () => {
  test("are the template's, with this environment's names", () =>
    expect(statement('ExecutionRole', 'NestedStacks')).toEqual({
      Sid: 'NestedStacks',
      Effect: 'Allow',
      Action: 'cloudformation:*',
      Resource: 'arn:aws:cloudformation:*:111122223333:stack/shop-production-*',
    }))
  test('reach roles of this environment only', () =>
    expect(statement('ExecutionRole', 'RolesOfThisEnvironment')?.Resource).toEqual([
      'arn:aws:iam::111122223333:role/shop-production-*',
      'arn:aws:iam::111122223333:instance-profile/shop-production-*',
    ]))
  test("reach the Region's own keys without their aliases, which count only minutes after they were made", () =>
    expect(statement('ExecutionRole', 'KeysOfThisRegion')).toMatchObject({
      Resource: Array<string>(3).fill('arn:aws:kms:eu-west-1:111122223333:key/*'),
    }))
  test('in a recovery are denied in every other Region', () =>
    expect(statement('RecoveryExecutionRole', 'NoOtherRegion')).toMatchObject({
      Effect: 'Deny',
      Condition: {StringNotEquals: {'aws:RequestedRegion': 'eu-west-1'}},
    }))
  test('have nothing left of a template in them', () =>
    expect(
      JSON.stringify([
        executionPolicy(foundation, 'ExecutionRole', place),
        executionPolicy(foundation, 'RecoveryExecutionRole', place),
      ]),
    ).not.toMatch(/\$\{|"Ref"|Fn::/))
})

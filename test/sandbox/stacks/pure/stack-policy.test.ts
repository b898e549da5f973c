import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {policyRefusal, readableStackPolicy} from '../../../../src/sandbox/stacks/stack-policy.ts'

const shipped = await readFile(new URL('../../../../src/infra/templates/stack-policy.json', import.meta.url), 'utf8')

describe('a stack policy', () => {
  it.each([
    ['may change a database in place', 'Update:Modify', 'Anything', 'AWS::RDS::DBInstance', null],
    [
      'may not replace a database',
      'Update:Replace',
      'Anything',
      'AWS::RDS::DBInstance',
      'Statement [#2] denies [Update:Replace]',
    ],
    [
      'may not delete what is called Database…',
      'Update:Delete',
      'Database',
      'AWS::CloudFormation::Stack',
      'Statement [#3] denies [Update:Delete]',
    ],
    ['may replace a role', 'Update:Replace', 'Role', 'AWS::IAM::Role', null],
  ] as const)('as it is shipped: %s', (_, action, logicalId, type, said) => {
    const refusal = policyRefusal(shipped, action, logicalId, type)
    if (said === null) expect(refusal).toBeNull()
    else expect(refusal).toContain(said)
  })

  it("denies what it doesn't allow; without one all is allowed", () => {
    expect(policyRefusal('{"Statement": []}', 'Update:Modify', 'A', 'AWS::SNS::Topic')).toMatch(/^Action denied by stack policy/)
    expect(policyRefusal(null, 'Update:Replace', 'A', 'AWS::SNS::Topic')).toBeNull()
  })

  it("that isn't one is known", () => {
    expect(['{', '[]', '{}', '{"Statement": []}'].map(readableStackPolicy)).toEqual([false, false, false, true])
  })
})

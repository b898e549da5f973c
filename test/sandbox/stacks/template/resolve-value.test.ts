import * as fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {cidrs} from '../../../../src/sandbox/stacks/template/cidr.ts'
import {outputs} from '../../../../src/sandbox/stacks/template/outputs.ts'
import {resolveValue} from '../../../../src/sandbox/stacks/template/resolve-value.ts'
import {aScope} from './a-scope.ts'

const template = (value: string): string => `
Parameters:
  Name: {Type: String, Default: shop}
  Count: {Type: Number, Default: 3}
  Names: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Held: {Type: AWS::SSM::Parameter::Value<String>, Default: /there/x}
Mappings: {Sizes: {eu-central-1: {Many: [x, y], Few: 1}}}
Conditions: {Holds: !Equals [a, a], Fails: !Equals [a, b]}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {P: ${value}}}
  Vpc: {Type: AWS::EC2::VPC}
  Nested: {Type: AWS::CloudFormation::Stack}
  Later: {Type: AWS::SQS::Queue}
`
const made = {
  Vpc: {id: 'vpc-1', attributes: {CidrBlock: '10.40.0.0/16', Blocks: ['x', 'y']}},
  Nested: {id: 'arn:nested', attributes: {'Outputs.Subnet': 'subnet-1'}},
}
const unknown = '(known after apply)'
const resolve = (value: string): unknown => {
  const scope = aScope(template(value), {made})
  return (
    resolveValue(scope.document.resources.get('Queue')?.properties, scope, {Holds: true, Fails: false}, unknown) as {
      readonly P?: unknown
    }
  ).P
}

describe('what functions come to', () => {
  it.each([
    ['a parameter is its value', '!Ref Name', 'shop'],
    ['a number stays a text: the schema tells what it is for', '!Ref Count', '3'],
    ['a list parameter is a list, without the spaces', '!Ref Names', ['a', 'b', 'c']],
    ['an SSM parameter is what it holds', '!Ref Held', 'what /there/x holds'],
    ['a resource is its id', '!Ref Vpc', 'vpc-1'],
    ['the account', '!Ref AWS::AccountId', '123456789012'],
    ['the stack', '!Ref AWS::StackName', 'shop'],
    ['who is notified', '!Ref AWS::NotificationARNs', ['arn:aws:sns:eu-central-1:123456789012:topic']],
    ['an attribute', '!GetAtt Vpc.CidrBlock', '10.40.0.0/16'],
    ['an attribute that is a list', '!GetAtt Vpc.Blocks', ['x', 'y']],
    ['an output of a nested stack', '!GetAtt Nested.Outputs.Subnet', 'subnet-1'],
    [
      'a text with names in it',
      "!Sub '${Name}-${Vpc}-${Vpc.CidrBlock}-${AWS::Region}-${Count}'",
      'shop-vpc-1-10.40.0.0/16-eu-central-1-3',
    ],
    ['a text with names of its own', "!Sub ['${Name}${Own}', {Name: other, Own: !Ref Count}]", 'other3'],
    ['a text that keeps what has an exclamation mark', "!Sub '${!Name}'", '${Name}'],
    ['a text that keeps one of each', "!Sub '${!Name} ${Name} $Name'", '${Name} shop $Name'],
    ['a joined list', "!Join ['/', [a, !Ref Name, !Ref Count]]", 'a/shop/3'],
    ['a joined list parameter', "!Join ['+', !Ref Names]", 'a+b+c'],
    ['a split text', "!Split [',', 'a,b']", ['a', 'b']],
    ['one of a list', "!Select ['1', !Ref Names]", 'b'],
    ['a branch', '!If [Holds, [1], 2]', [1]],
    ['the other branch', '!If [Fails, 1, !Ref Name]', 'shop'],
    ['a value of a map', '!FindInMap [Sizes, !Ref AWS::Region, Few]', 1],
    ['a list of a map', '!FindInMap [Sizes, !Ref AWS::Region, Many]', ['x', 'y']],
    ['what a map lacks and has a default for', '!FindInMap [Sizes, us-east-1, Few, {DefaultValue: !Ref Name}]', 'shop'],
    ['address blocks', '!Cidr [!GetAtt Vpc.CidrBlock, 3, 12]', ['10.40.0.0/20', '10.40.16.0/20', '10.40.32.0/20']],
    ['one address block', '!Select [1, !Cidr [10.0.0.0/24, 2, 5]]', '10.0.0.32/27'],
    ['zones', "!GetAZs ''", ['eu-central-1a', 'eu-central-1b', 'eu-central-1c']],
    ['zones of this Region by its name', '!Select [0, !GetAZs {Ref: AWS::Region}]', 'eu-central-1a'],
    ['a text in Base64', "{'Fn::Base64': !Sub '${Name}'}", 'c2hvcA=='],
    ["a policy's Condition, which is data", "{Condition: {Bool: {a: 'true'}}}", {Condition: {Bool: {a: 'true'}}}],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected)
  })
})

describe('AWS::NoValue', () => {
  it.each([
    ['takes the member with it', '{A: 1, B: !Ref AWS::NoValue}', {A: 1}],
    ['takes the item with it', '[a, !If [Fails, b, !Ref AWS::NoValue], c]', ['a', 'c']],
    ["doesn't join", "!Join ['-', [a, !Ref AWS::NoValue, b]]", 'a-b'],
    ['leaves no property', '!Ref AWS::NoValue', undefined],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected)
  })
})

describe("what isn't made yet", () => {
  it.each([
    ['is unknown', '!Ref Later', unknown],
    ['has no attributes', '!GetAtt Later.Arn', unknown],
    ['makes a text unknown as a whole', "!Sub '${Name}-${Later}'", unknown],
    ['makes a joined list unknown', "!Join ['-', [a, !GetAtt Later.Arn]]", unknown],
    ['makes what is taken from it unknown', "!Select [0, !Split [':', !GetAtt Later.Arn]]", unknown],
    ['leaves what stands beside it', '[a, !Ref Later, {B: !Ref Later, C: 1}]', ['a', unknown, {B: unknown, C: 1}]],
    ["doesn't hurt in the branch that isn't taken", '!If [Holds, a, !Ref Later]', 'a'],
    ["isn't looked up in a secret", "!Sub '{{resolve:secretsmanager:${Later}}}'", unknown],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected)
  })
})

describe('dynamic references', () => {
  it.each([
    ['are looked up', "'{{resolve:ssm:/a/b}}'", '<ssm:/a/b>'],
    ['are looked up inside a text', "'x-{{resolve:ssm:/a}}-{{resolve:ssm:/b:2}}'", 'x-<ssm:/a>-<ssm:/b:2>'],
    [
      'are looked up after functions',
      "!Sub '{{resolve:secretsmanager:${Name}:SecretString:key}}'",
      '<secretsmanager:shop:SecretString:key>',
    ],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toBe(expected)
  })
})

describe('refused', () => {
  it.each([
    ['a list in a text', "!Sub '${Names}'", 'Template error: variable Names in Fn::Sub expression does not resolve to a string'],
    [
      "an item that isn't there",
      '!Select [3, !Ref Names]',
      'Template error: Fn::Select cannot select nonexistent value at index 3',
    ],
    [
      "a key that isn't in the map",
      '!FindInMap [Sizes, us-east-1, Few]',
      'Template error: Unable to get mapping for Sizes::us-east-1::Few',
    ],
    ['a condition where a value is wanted', '!Equals [a, a]', 'Template error: Fn::Equals cannot be used outside of conditions'],
    ['a block too small', '!Cidr [10.0.0.0/24, 16, 8]', "Fn::Cidr can't make 16 blocks of 8 bits out of 10.0.0.0/24"],
    ['zones of another Region', '!GetAZs us-east-1', "only modelled for the stack's own Region"],
  ])('%s', (_, value, message) => {
    expect(() => resolve(value)).toThrow(message)
  })
})

describe('address blocks', () => {
  it('of the sixth version are written short', () => {
    expect(cidrs('2001:db8:1234:1a00::/56', 2, 64)).toEqual(['2001:db8:1234:1a00::/64', '2001:db8:1234:1a01::/64'])
  })

  it('never overlap and never leave the range', () => {
    const number = (block: string): number =>
      (block.split('/')[0] ?? '').split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    fc.assert(
      fc.property(
        fc.integer({min: 8, max: 20}),
        fc.integer({min: 1, max: 8}),
        fc.integer({min: 1, max: 16}),
        (prefix, bits, count) => {
          const blocks = cidrs(`10.0.0.0/${prefix}`, count, bits).map(number)
          expect(new Set(blocks).size).toBe(count)
          expect(blocks.every((one, index) => index === 0 || one - (blocks[index - 1] ?? 0) === 2 ** bits)).toBe(true)
          expect((blocks.at(-1) ?? 0) + 2 ** bits).toBeLessThanOrEqual(number('10.0.0.0/8') + 2 ** (32 - prefix))
        },
      ),
    )
  })
})

describe('outputs', () => {
  const scope = aScope(
    `
Resources: {Vpc: {Type: AWS::EC2::VPC}, Later: {Type: AWS::EC2::VPC}}
Conditions: {Fails: !Equals [a, b]}
Outputs:
  Id: {Value: !Ref Vpc, Description: d, Export: {Name: !Sub '\${AWS::StackName}-vpc'}}
  Number: {Value: 3}
  Later: {Value: !Ref Later}
  Left: {Condition: Fails, Value: x}
`,
    {made},
  )

  it("are texts, without those whose condition doesn't hold", () => {
    expect(outputs(scope, {Fails: false}, unknown)).toEqual([
      {key: 'Id', value: 'vpc-1', description: 'd', exportName: 'shop-vpc'},
      {key: 'Number', value: '3', description: undefined, exportName: undefined},
      {key: 'Later', value: unknown, description: undefined, exportName: undefined},
    ])
  })

  it('are never lists', () => {
    const lists = aScope('Resources: {Vpc: {Type: AWS::EC2::VPC}}\nOutputs: {Blocks: {Value: !GetAtt Vpc.Blocks}}', {made})
    expect(() => outputs(lists, {}, unknown)).toThrow(
      'The Value field of every Outputs member must evaluate to a String. Output Blocks is a list.',
    )
  })
})

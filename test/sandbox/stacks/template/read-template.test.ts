import {describe, expect, it} from 'vitest'
import {readTemplate} from '../../../../src/sandbox/stacks/template/read-template.ts'

const queue = 'Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n'
const withProperty = (value: string): unknown =>
  readTemplate(
    `${queue}    Properties:\n      QueueName: ${value}\n  Other: {Type: AWS::SQS::Queue}\nParameters: {Name: {Type: String, Default: x}}\nConditions: {Holds: !Equals [a, a]}\n`,
  ).resources.get('Queue')?.properties['QueueName']

describe('short tags are read into their long form', () => {
  it.each([
    ['a reference', '!Ref Name', {Ref: 'Name'}],
    ['an attribute', '!GetAtt Other.Arn', {'Fn::GetAtt': ['Other', 'Arn']}],
    ['an attribute with a path', '!GetAtt Other.A.B', {'Fn::GetAtt': ['Other', 'A.B']}],
    ['an attribute as a list', '!GetAtt [Other, Arn]', {'Fn::GetAtt': ['Other', 'Arn']}],
    ['a substitution', "!Sub '${Name}-q'", {'Fn::Sub': '${Name}-q'}],
    ['a substitution with names of its own', "!Sub ['${N}', {N: !Ref Name}]", {'Fn::Sub': ['${N}', {N: {Ref: 'Name'}}]}],
    [
      'functions in functions',
      "!Join ['-', [!Ref Name, !Select [0, !Split ['.', a.b]]]]",
      {'Fn::Join': ['-', [{Ref: 'Name'}, {'Fn::Select': [0, {'Fn::Split': ['.', 'a.b']}]}]]},
    ],
    ['a choice', '!If [Holds, a, !Ref AWS::NoValue]', {'Fn::If': ['Holds', 'a', {Ref: 'AWS::NoValue'}]}],
    ['the long form itself', "{'Fn::Sub': x}", {'Fn::Sub': 'x'}],
  ])('%s', (_, text, expected) => {
    expect(withProperty(text)).toEqual(expected)
  })
})

describe('scalars are what YAML 1.1 makes of them', () => {
  it.each([
    ['a truth value', 'yes', true],
    ['another', 'off', false],
    ['a quoted one, which is a text', "'yes'", 'yes'],
    ['a number', '8', 8],
    ['a version, which keeps its zero', '8.0', '8.0'],
    ['a date, which stays a text', '2012-10-17', '2012-10-17'],
  ])('%s', (_, text, expected) => {
    expect(withProperty(text)).toBe(expected)
  })

  it('a name of a member is never anything but a text', () => {
    expect(withProperty('{on: 1, 2: x}')).toEqual({on: 1, 2: 'x'})
  })
})

it('JSON is a template, too', () => {
  expect(readTemplate(JSON.stringify({Resources: {Queue: {Type: 'AWS::SQS::Queue'}}})).resources.get('Queue')?.type).toBe(
    'AWS::SQS::Queue',
  )
})

it('a declaration keeps everything that is declared', () => {
  const {parameters, resources, outputs} = readTemplate(`
Parameters:
  Size: {Type: Number, Default: 3, MinValue: 1, MaxValue: '9', NoEcho: true, AllowedValues: [3, 5], Description: d, ConstraintDescription: c}
Conditions: {Small: !Equals [!Ref Size, 3]}
Resources:
  First: {Type: AWS::SQS::Queue, DependsOn: Second}
  Second: {Type: AWS::SQS::Queue, Condition: Small, DeletionPolicy: Retain, UpdateReplacePolicy: Snapshot, UpdatePolicy: {A: 1}, Metadata: {M: 1}}
Outputs:
  Arn: {Value: !GetAtt First.Arn, Condition: Small, Description: d, Export: {Name: e}}
`)
  expect(parameters.get('Size')).toEqual({
    type: 'Number',
    default: '3',
    allowedValues: ['3', '5'],
    allowedPattern: undefined,
    minLength: undefined,
    maxLength: undefined,
    minValue: 1,
    maxValue: 9,
    noEcho: true,
    description: 'd',
    constraintDescription: 'c',
  })
  expect(resources.get('First')?.dependsOn).toEqual(['Second'])
  expect(resources.get('Second')).toMatchObject({
    condition: 'Small',
    deletionPolicy: 'Retain',
    updateReplacePolicy: 'Snapshot',
    updatePolicy: {A: 1},
    metadata: {M: 1},
  })
  expect(outputs['Arn']).toEqual({value: {'Fn::GetAtt': ['First', 'Arn']}, condition: 'Small', description: 'd', exportName: 'e'})
})

describe("refused, in CloudFormation's words", () => {
  const unresolved = (id: string, block = 'Resources'): string =>
    `Template format error: Unresolved resource dependencies [${id}] in the ${block} block of the template`
  const one = (properties: string): string => `${queue}    Properties: {QueueName: ${properties}}\n`
  it.each([
    ['text that is no YAML', 'Resources:\n  A: [', 'Template format error: YAML not well-formed. (line 2, column 7)'],
    [
      'a key twice',
      'Resources:\n  A: {Type: X}\n  A: {Type: Y}\n',
      'Template format error: YAML not well-formed. (line 3, column 3)',
    ],
    ['text that is no JSON', '{"Resources": {', 'Template format error: JSON not well-formed. (line 1, column 16)'],
    [
      'an alias',
      'Resources:\n  A: &a {Type: X}\n  B: *a\n',
      'Template error: YAML aliases are not allowed in CloudFormation templates',
    ],
    ['a list', '- a\n', 'Template format error: unsupported structure.'],
    ['nothing to make', 'Description: x\n', 'Template format error: At least one Resources member must be defined.'],
    [
      'a section nobody knows',
      `${queue}Resorces: {}\nStuff: 1\n`,
      'Template format error: Invalid template property or properties [Resorces, Stuff]',
    ],
    [
      'another version',
      `AWSTemplateFormatVersion: '2011-01-01'\n${queue}`,
      'Template format error: unsupported value for AWSTemplateFormatVersion.',
    ],
    [
      'a resource without a type',
      'Resources: {A: {Properties: {}}}',
      'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
    ],
    [
      'a resource with a name that has a dash',
      'Resources: {A-b: {Type: X}}',
      'Template format error: Resource name A-b is non alphanumeric.',
    ],
    [
      'a member of a resource nobody knows',
      'Resources: {A: {Type: X, Propertys: {}}}',
      "Invalid template resource property 'Propertys'",
    ],
    [
      'a null',
      'Resources: {A: {Type: X, Properties: {P: null}}}',
      "[/Resources/A/Properties/P] 'null' values are not allowed in templates",
    ],
    [
      'a deletion policy nobody knows',
      'Resources: {A: {Type: X, DeletionPolicy: Keep}}',
      'Template format error: Unrecognized DeletionPolicy "Keep" for resource A',
    ],
    [
      'a parameter without a type',
      `${queue}Parameters: {P: {Default: 1}}`,
      'Template format error: Every Parameters object must contain a Type member.',
    ],
    [
      'a parameter of an unknown type',
      `${queue}Parameters: {P: {Type: Strin}}`,
      'Template format error: Unrecognized parameter type: Strin',
    ],
    [
      'a member of a parameter nobody knows',
      `${queue}Parameters: {P: {Type: String, Pattern: x}}`,
      "Invalid template parameter property 'Pattern'",
    ],
    [
      'an output without a value',
      `${queue}Outputs: {O: {Description: d}}`,
      'Template format error: Output O is malformed. The Value field of every Outputs member must be specified.',
    ],
    ['a reference to nothing', one('!Ref Nobody'), unresolved('Nobody')],
    ['a substitution of nothing', one("!Sub '${Nobody}'"), unresolved('Nobody')],
    [
      'a reference to nothing in a branch',
      `Conditions: {C: !Equals [a, b]}\n${one('!If [C, !Ref Nobody, x]')}`,
      unresolved('Nobody'),
    ],
    [
      'an attribute of nothing',
      one('!GetAtt Nobody.Arn'),
      'Template error: instance of Fn::GetAtt references undefined resource Nobody',
    ],
    [
      'an attribute of nothing in a text',
      one("!Sub '${Nobody.Arn}'"),
      'Template error: instance of Fn::Sub references invalid resource attribute Nobody.Arn',
    ],
    [
      'an attribute without a name',
      one('!GetAtt Queue'),
      'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    ],
    ['waiting for nothing', 'Resources: {A: {Type: X, DependsOn: [B]}}', unresolved('B')],
    ['an output of nothing', `${queue}Outputs: {O: {Value: !Ref Nobody}}`, unresolved('Nobody', 'Outputs')],
    [
      'a condition on a resource',
      `Conditions: {C: !Equals [!Ref Queue, a]}\n${queue}`,
      'Template format error: Unresolved dependencies [Queue]. Cannot reference resources in the Conditions block of the template',
    ],
    [
      'a condition nobody defined',
      'Resources: {A: {Type: X, Condition: C}}',
      'Template format error: Condition C is not defined.',
    ],
    [
      'a choice by a condition nobody defined',
      one('!If [C, a, b]'),
      'Template error: unresolved condition dependency C in Fn::If',
    ],
    [
      'a map nobody defined',
      one('!FindInMap [M, a, b]'),
      "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
    ],
    [
      'a circle',
      'Resources: {A: {Type: X, DependsOn: B}, B: {Type: X, Properties: {P: !Ref C}}, C: {Type: X, Properties: {P: !GetAtt A.Arn}}}',
      'Circular dependency between resources: [A, B, C]',
    ],
    ['a resource that needs itself', one("!Sub '${Queue.Arn}'"), 'Circular dependency between resources: [Queue]'],
    [
      'more resources than there may be',
      `Resources: {${Array.from({length: 501}, (_, index) => `R${index}: {Type: X}`).join(', ')}}`,
      'Template format error: Number of resources, 501, is greater than maximum allowed, 500',
    ],
  ])('%s', (_, text, message) => {
    expect(() => readTemplate(text)).toThrow(expect.objectContaining({code: 'ValidationError', message}) as Error)
  })

  it('a function nobody knows, with those it knows', () => {
    expect(() => readTemplate(one('!Concat [a, b]'))).toThrow(
      /^Template error: Encountered unsupported function: Fn::Concat Supported functions are: \[Fn::Base64, /,
    )
  })

  it('a function with data beside it', () => {
    expect(() => readTemplate(one("{'Fn::Sub': x, Else: y}"))).toThrow('Fn::Sub must be the only member of its object')
  })

  it.each([
    ['an import', one('!ImportValue x'), 'Fn::ImportValue'],
    ['a loop', one("{'Fn::ForEach::Each': [X, [a], {}]}"), 'Fn::ForEach::Each'],
    ['a transform', `Transform: AWS::Serverless-2016-10-31\n${queue}`, 'Transform'],
  ])('%s is not modelled, and says so', (_, text, what) => {
    expect(() => readTemplate(text)).toThrow(
      expect.objectContaining({code: 'NotImplemented', message: `The sandbox doesn't model ${what} in templates.`}) as Error,
    )
  })
})

it('two branches of one condition that need each other are no circle', () => {
  expect(() =>
    readTemplate(`
Conditions: {C: !Equals [a, b]}
Resources:
  A: {Type: X, Properties: {P: !If [C, !Ref B, x]}}
  B: {Type: X, Properties: {P: !If [C, x, !Ref A]}}
`),
  ).not.toThrow()
})

import {describe, expect, it} from 'vitest'
import {resolveParameters} from '../../../../src/sandbox/stacks/template/parameters.ts'
import {readTemplate} from '../../../../src/sandbox/stacks/template/read-template.ts'

const resolve = (
  declared: string,
  given: Readonly<Record<string, string>>,
): ReadonlyMap<string, {readonly value: string; readonly resolved: string}> =>
  resolveParameters(
    readTemplate(`Resources: {Q: {Type: AWS::SQS::Queue}}\nParameters: {${declared}}`),
    given,
    (name) => ({'/there': 'held', '/ids': 'subnet-0a, subnet-0b', '/empty': ''})[name] ?? null,
  )

describe('a parameter', () => {
  it('is what is given, else its default', () => {
    expect(resolve('A: {Type: String, Default: d}, B: {Type: Number, Default: 3}', {A: 'x'})).toEqual(
      new Map([
        ['A', {value: 'x', resolved: 'x'}],
        ['B', {value: '3', resolved: '3'}],
      ]),
    )
  })

  it('of an SSM type is what the parameter it names holds', () => {
    expect(resolve('A: {Type: AWS::SSM::Parameter::Value<String>}', {A: '/there'}).get('A')).toEqual({
      value: '/there',
      resolved: 'held',
    })
  })

  it('may hold nothing', () => {
    expect(resolve('A: {Type: AWS::SSM::Parameter::Value<String>}', {A: '/empty'}).get('A')?.resolved).toBe('')
  })

  it('of an SSM type has its constraints on the name, not on what it holds', () => {
    expect(
      resolve("A: {Type: AWS::SSM::Parameter::Value<String>, AllowedPattern: '/.*'}", {A: '/there'}).get('A')?.resolved,
    ).toBe('held')
  })

  it('of a list of ids is looked at member by member', () => {
    expect(resolve('A: {Type: AWS::SSM::Parameter::Value<List<AWS::EC2::Subnet::Id>>}', {A: '/ids'}).get('A')?.resolved).toBe(
      'subnet-0a, subnet-0b',
    )
  })
})

describe("refused, in CloudFormation's words", () => {
  it.each([
    ['values that lack, all at once', 'A: {Type: String}, B: {Type: String}', {}, 'Parameters: [A, B] must have values'],
    [
      'values for nothing, all at once',
      'A: {Type: String}',
      {A: 'x', X: '1', Y: '2'},
      'Parameters: [X, Y] do not exist in the template',
    ],
    [
      "a value that isn't allowed",
      'A: {Type: String, AllowedValues: [a, b]}',
      {A: 'c'},
      "Parameter 'A' must be one of AllowedValues",
    ],
    [
      "a value that doesn't match as a whole",
      "A: {Type: String, AllowedPattern: '[a-z]+'}",
      {A: 'ab1'},
      "Parameter 'A' must match pattern [a-z]+",
    ],
    [
      'a value that breaks what is explained',
      "A: {Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: small letters}",
      {A: '1'},
      'Parameter A failed to satisfy constraint: small letters',
    ],
    ['a text that is too short', 'A: {Type: String, MinLength: 2}', {A: 'x'}, "Parameter 'A' must contain at least 2 characters"],
    ['a text that is too long', 'A: {Type: String, MaxLength: 2}', {A: 'xxx'}, "Parameter 'A' must contain at most 2 characters"],
    ['a number that is none', 'A: {Type: Number}', {A: 'many'}, "Parameter 'A' must be a number"],
    ['a number that is empty', 'A: {Type: Number}', {A: ''}, "Parameter 'A' must be a number"],
    ['a number that is too small', 'A: {Type: Number, MinValue: 2}', {A: '1'}, "Parameter 'A' must be a number not less than 2"],
    ['a number that is too big', 'A: {Type: Number, MaxValue: 2}', {A: '3'}, "Parameter 'A' must be a number not greater than 2"],
    ['one member of a list of numbers', 'A: {Type: List<Number>}', {A: '1, x'}, "Parameter 'A' must be a number"],
    [
      'one member of a list',
      'A: {Type: CommaDelimitedList, AllowedValues: [a, b]}',
      {A: 'a,c'},
      "Parameter 'A' must be one of AllowedValues",
    ],
    [
      "names of parameters that aren't there, all at once",
      'A: {Type: AWS::SSM::Parameter::Value<String>}, B: {Type: AWS::SSM::Parameter::Value<String>}',
      {A: '/a/b', B: '/c'},
      'Unable to fetch parameters [/a/b,/c] from parameter store for this account.',
    ],
    [
      'an id of something else',
      'A: {Type: AWS::EC2::VPC::Id}',
      {A: 'subnet-0a'},
      'Parameter validation failed: parameter value subnet-0a for parameter name A does not exist',
    ],
    [
      'no id at all',
      'A: {Type: AWS::EC2::VPC::Id}',
      {A: ''},
      'Parameter validation failed: parameter value  for parameter name A does not exist',
    ],
    [
      "what is held and isn't an id",
      'A: {Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>}',
      {A: '/there'},
      'Parameter validation failed: parameter value held for parameter name A does not exist',
    ],
  ])('%s', (_, declared, given, message) => {
    expect(() => resolve(declared, given)).toThrow(expect.objectContaining({code: 'ValidationError', message}) as Error)
  })

  it("a pattern that JavaScript can't read is not modelled, and doesn't count as matched", () => {
    expect(() => resolve("A: {Type: String, AllowedPattern: '(?i)[a-z]++'}", {A: 'x'})).toThrow(
      expect.objectContaining({code: 'NotImplemented'}) as Error,
    )
  })
})

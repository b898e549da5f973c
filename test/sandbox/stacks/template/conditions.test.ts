import {describe, expect, it} from 'vitest'
import {evaluateConditions} from '../../../../src/sandbox/stacks/template/conditions.ts'
import {aScope} from './a-scope.ts'

const template = (conditions: string, further = ''): string => `
Parameters: {Size: {Type: Number, Default: 2}, Name: {Type: String, Default: ''}, Names: {Type: CommaDelimitedList, Default: 'a, b'}, Held: {Type: AWS::SSM::Parameter::Value<String>, Default: /there/x}}
Mappings: {Sizes: {eu-central-1: {Many: '2'}}}
Conditions: {${conditions}}
Resources: {Q: {Type: AWS::SQS::Queue}}
${further}`

const holds = (condition: string, others = ''): boolean | undefined =>
  evaluateConditions(aScope(template(`C: ${condition}${others}`)))['C']

describe('a condition', () => {
  it.each([
    ['compares a parameter', "!Equals [!Ref Name, '']", true],
    ['compares a number as its text', '!Equals [!Ref Size, 2]', true],
    ['compares a truth value as its text', "!Equals [true, 'true']", true],
    ['compares what an SSM parameter holds, not its name', '!Equals [!Ref Held, what /there/x holds]', true],
    ['compares the Region', '!Equals [!Ref AWS::Region, us-east-1]', false],
    ['compares what a function makes', "!Equals [!Join ['-', !Ref Names], a-b]", true],
    ['looks into a map', '!Equals [!FindInMap [Sizes, !Ref AWS::Region, Many], !Ref Size]', true],
    ['turns one round', '!Not [!Equals [a, a]]', false],
    ['needs all', '!And [!Equals [a, a], !Equals [a, b]]', false],
    ['needs one', '!Or [!Equals [a, a], !Equals [a, b]]', true],
    ['looks for one among many', '!Contains [!Ref Names, b]', true],
  ])('%s', (_, condition, expected) => {
    expect(holds(condition)).toBe(expected)
  })

  it('builds on others, whatever their order', () => {
    expect(holds('!Not [!Condition B]', ', B: !Not [!Condition A], A: !Equals [a, a]')).toBe(true)
  })

  it('chooses by another', () => {
    expect(holds('!Equals [!If [B, x, y], y]', ', B: !Equals [a, b]')).toBe(true)
  })
})

describe('refused', () => {
  it.each([
    [
      'a circle',
      '!Condition B',
      ', B: !Not [!Condition C]',
      'Template format error: Circular dependency between conditions: [C, B]',
    ],
    [
      'a comparison of three',
      '!Equals [a, b, c]',
      '',
      'Template error: every Fn::Equals object requires a list of 2 parameters.',
    ],
    [
      'an And of one',
      '!And [!Equals [a, b]]',
      '',
      'Template error: every Fn::And object requires a list of at least 2 and at most 10 parameters.',
    ],
    [
      'a text',
      'yellow',
      '',
      'Template format error: Every Condition member must be a condition function or evaluate to true or false.',
    ],
    [
      "a key that isn't in the map",
      '!Equals [!FindInMap [Sizes, us-east-1, Many], a]',
      '',
      'Template error: Unable to get mapping for Sizes::us-east-1::Many',
    ],
  ])('%s', (_, condition, others, message) => {
    expect(() => holds(condition, others)).toThrow(message)
  })
})

describe('rules', () => {
  const rules = (condition: string): string =>
    `Rules: {Here: {${condition}Assertions: [{Assert: !Equals [!Ref AWS::Region, us-east-1], AssertDescription: only there}]}}`

  it('refuse the stack with their description', () => {
    expect(() => evaluateConditions(aScope(template('', rules(''))))).toThrow('Template error: rule Here failed: only there')
  })

  it('are asked only when their own condition holds', () => {
    expect(evaluateConditions(aScope(template('', rules('RuleCondition: !Equals [a, b], '))))).toEqual({})
  })
})
